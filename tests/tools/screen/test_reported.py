"""What papers report stands beside the choice of systems, and contradicts it where it does."""

from knowledge.evidence import Reported
from tools.screen.systems import ChooseSystems, choose_systems
from tools.tool import Context


def told(composition, low, median, high, name="specific_capacity"):
    return Reported(composition=composition, property=name, unit="mAh/g", count=12, sources=5, median=median, low=low,
                    high=high)


def chosen(tmp_path, *reported):
    answer = choose_systems.function(ChooseSystems(requirements=(), reported=reported), Context(home=tmp_path))
    return {c.key: c for c in answer.systems}


def test_reported_values_are_told_with_their_number_and_spread(tmp_path):
    choice = chosen(tmp_path, told("nmc811", 180, 196, 215))["nmc811_graphite_siox"]
    assert choice.checks["reported"] == \
        "nmc811 specific capacity: 12 reported values, median 196 mAh/g, 180 to 215 (5 sources)"
    assert choice.serves and "outside the card's" not in choice.reason


def test_a_capacity_beyond_the_card_is_said_in_the_reason(tmp_path):
    choice = chosen(tmp_path, told("nmc811", 90, 100, 110))["nmc811_graphite_siox"]
    assert "papers report 100 mAh/g for nmc811, outside the card's 190 to 210" in choice.reason


def test_other_materials_and_no_papers_change_nothing(tmp_path):
    assert chosen(tmp_path, told("lto", 150, 160, 170)) == chosen(tmp_path)
    assert "reported" not in chosen(tmp_path)["lfp_graphite"].checks
