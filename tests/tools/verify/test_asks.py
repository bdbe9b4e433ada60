"""Every requirement becomes a question with the document's own conditions, or says what would settle it."""

from pathlib import Path

import pytest
import yaml

from knowledge.ask import Ask, Unanswerable
from knowledge.protocol import (
    AGEING,
    CalendarAgeing,
    CycleAgeing,
    Discharge,
    FastCharge,
    Pulse,
    PulsePower,
    ThermalDischarge,
)
from knowledge.requirement import Requirement
from knowledge.vocabulary import metrics
from tools.verify.ask_rules import RULES
from tools.verify.asks import ask_of, asks_for, is_ageing, settled_by

ROOT = Path(__file__).resolve().parents[3]
GOLD = sorted([*(ROOT / "evals/cases/requirements").glob("*.gold.yaml"),
               *(ROOT.parent / "shared/data/rfx_examples").glob("*.gold.yaml")])
THIRD = 1 / 3
TABLE = [
    ("capacity", {"rate_C": 0.3333}, Discharge(rate_C=THIRD), {}),
    ("energy", {"rate_C": 1.0, "temperature_C": -10.0}, Discharge(rate_C=1.0, temperature_C=-10), {}),
    ("capacity", {"current_A": 20.0}, Discharge(rate_C=None), {"current_A": 20.0}),
    ("energy", {"power_W": 30.0, "v_min": 2.8}, Discharge(rate_C=None, v_min=2.8), {"power_W": 30.0}),
    ("energy", {"rate_P": 0.5}, Discharge(rate_C=None), {"rate_P": 0.5}),
    ("capacity", {"current_A": 20.0, "surface_limit_C": 80.0, "ambient_temperature_C": 23.0},
     ThermalDischarge(rate_C=None, ambient_C=23), {"current_A": 20.0}),
    ("dcir", {"soc_pct": 20.0, "duration_s": 18.0, "temperature_C": -20.0},
     Pulse(rate_C=1.0, soc_pct=20, duration_s=18, temperature_C=-20), {}),
    ("dcir", {"direction": "charge", "current_A": 6.0}, Pulse(direction="charge", rate_C=None), {"current_A": 6.0}),
    ("discharge_power", {"duration_s": 30.0, "soc_pct": 20.0, "v_min": 2.5},
     PulsePower(soc_pct=20, duration_s=30, v_limit=2.5), {}),
    ("charge_power_pulse", {"duration_s": 5.0, "soc_pct": [50.0, 80.0]},
     PulsePower(direction="charge", duration_s=5, soc_pct=80), {}),
    ("fast_charge_time", {"soc_from_pct": 15.0, "soc_to_pct": 80.0, "start_temperature_C": -10.0},
     FastCharge(soc_from_pct=15, soc_to_pct=80, temperature_C=-10, max_rate_C=5), {}),
    ("fast_charge_time", {"soc_to_pct": 80.0, "current_A": 6.0},
     FastCharge(soc_from_pct=0, soc_to_pct=80, max_rate_C=None), {"current_A": 6.0}),
    ("temperature_rise", {"rate_C": 1.5}, ThermalDischarge(rate_C=1.5), {}),
    ("low_temperature_capacity", {"temperature_C": -20.0, "current_A": 20.0},
     Discharge(rate_C=None, temperature_C=-20), {"current_A": 20.0, "reference": Discharge()}),
    ("rate_capability", {"rate_C": 3.0, "reference_C": 0.2}, Discharge(rate_C=3.0),
     {"reference": Discharge(rate_C=0.2)}),
    ("cycle_life", {"charge_C": 0.3333, "discharge_C": 1.0, "eol_pct": 70.0},
     CycleAgeing(charge_C=THIRD, eol_pct=70, max_cycles=500), {}),
    ("capacity_retention", {"cycles": 300.0}, CycleAgeing(eol_pct=50, max_cycles=300), {}),
    ("charge_rate", {"duration_s": 60.0, "soc_pct": 10.0},
     FastCharge(soc_to_pct=10 + 800 / 36, max_rate_C=800 / 60), {}),
    ("charge_rate", {"duration_s": 10.0, "soc_pct": 70.0},
     Pulse(direction="charge", rate_C=800 / 60, duration_s=10, soc_pct=70), {}),
    ("capacity_retention", {"years": 10.0, "temperature_C": 35.0, "soc_pct": 80.0},
     CalendarAgeing(years=10, temperature_C=35, soc_pct=80, eol_pct=50), {}),
    ("storage_recovery", {"months": 3.0, "temperature_C": [20.0, 45.0]},
     CalendarAgeing(years=0.25, temperature_C=45, eol_pct=50), {}),
    ("capacity_loss", {"days": 365.25, "temperature_C": 25.0}, CalendarAgeing(years=1, eol_pct=50), {}),
    ("calendar_life", {"eol_pct": 70.0}, CalendarAgeing(years=16, eol_pct=70), {}),
    ("energy_retention", {"cycles": 300.0}, CycleAgeing(eol_pct=50, max_cycles=300), {}),
    ("energy_throughput", {"eol_pct": 70.0}, CycleAgeing(eol_pct=70), {}),
    ("charge_power", {"soc_to_pct": 80.0}, FastCharge(soc_from_pct=0, max_rate_C=None), {"power_W": 800 / 60}),
    ("operating_temperature_discharge", {}, Discharge(temperature_C=13.0 + THIRD), {"reference": Discharge()}),
    ("operating_temperature_charge", {}, FastCharge(temperature_C=13.0 + THIRD, max_rate_C=1.0), {}),
    ("mass", {}, None, {}),
]


@pytest.mark.parametrize(("metric", "conditions", "protocol", "more"), TABLE)
def test_the_protocol_follows_the_document(requirement, metric, conditions, protocol, more):
    ask = ask_of(requirement(metric, ">=", 800 / 60, conditions=conditions))
    assert isinstance(ask, Ask), ask
    assert ask.protocol == protocol
    for name in ("current_A", "power_W", "rate_P", "reference"):
        assert getattr(ask, name) == more.get(name)


def test_what_the_document_leaves_open_is_said(requirement):
    ask = ask_of(requirement("energy", conditions={"note": "net"}))
    assert ask.conditions == {
        "rate_C": THIRD, "temperature_C": 25.0, "note": "net; assumed, the document is silent: C/3, 25 °C",
    }


def test_one_ask_serves_all_who_ask_the_same(requirement):
    must = requirement("dcir", "<=", 13.0, conditions={"duration_s": 1.0})
    wish = requirement("dcir", "<=", 11.0, conditions={"duration_s": 1.0}, priority="should")
    asks, _ = asks_for([must, wish, requirement("dcir", "<=", 5.0)])
    assert [a.requirement_ids for a in asks] == [(must.id, wish.id), ("R03",)]


@pytest.mark.parametrize(("metric", "level", "named"), [
    ("energy", "pack", True), ("mass", "pack", True), ("energy", "module", False),
    ("thermal_propagation", "pack", False),
])
def test_a_pack_number_that_can_be_estimated_names_what_it_takes(requirement, metric, level, named):
    reason = ask_of(requirement(metric, level=level)).reason
    assert ("the pack's voltage and its energy or power" in reason and "pack build" in reason) is named
    assert "not of the cell" in reason


@pytest.mark.parametrize("level", ["module", "pack", "system", "material"])
def test_only_the_cell_is_evaluated(requirement, level):
    no = ask_of(requirement("energy", level=level))
    assert isinstance(no, Unanswerable)
    assert level in no.reason


def test_materials_are_answered_from_the_cards(requirement):
    assert isinstance(ask_of(requirement("cathode_chemistry", "in", ["LFP"], level="material")), Ask)


@pytest.mark.parametrize(("metric", "value", "conditions", "words"), [
    ("capacity_retention", 80.0, {}, "cycles"), ("energy_retention", 80.0, {"years": 10.0}, "cycles"),
    ("self_discharge", 3.0, {"months": 1.0}, "shuttles"),
    ("rate_capability", 80.0, {}, "rate"),
    ("dcir", 2.0, {"life": "EOL"}, "fresh cell"),
    ("dcir", 2.0, {"temperature_C": -150.0}, "outside what the models"),
    ("fast_charge_time", 20.0, {"soc_from_pct": 80.0, "soc_to_pct": 10.0}, "empty"),
    ("no_such_metric", 1.0, {}, "not in the list"),
    ("mass", "light", {}, "words"),
])
def test_what_cannot_be_asked_says_why(requirement, metric, value, conditions, words):
    no = ask_of(requirement(metric, "<=", value, conditions=conditions))
    assert isinstance(no, Unanswerable)
    assert words in no.reason
    assert no.settled_by


@pytest.mark.parametrize(("named", "axes"), [
    (("length", "width", "height"), {"length": "width", "width": "thickness", "height": "height"}),
    (("length", "width", "thickness"), {"length": "height", "width": "width", "thickness": "thickness"}),
    (("thickness", "width", "height"), {"thickness": "thickness", "width": "width", "height": "height"}),
    (("diameter", "length"), {"diameter": "diameter", "length": "height"}),
])
def test_sides_are_read_together(requirement, named, axes):
    asks, _ = asks_for([requirement(m, "<=", 100.0, "mm") for m in named])
    assert {a.metric: a.axis for a in asks} == axes


def test_every_metric_of_the_vocabulary_is_asked_or_settled():
    names = set(metrics())
    assert names - set(RULES) - set(settled_by()) == set()
    assert set(RULES) & set(settled_by()) == set()
    assert set(RULES) <= names


def test_units_are_the_vocabularys():
    # A price keeps the document's currency; its ask is in USD.
    wrong = {m: rule.unit for m, rule in RULES.items() if m != "price" and rule.unit != metrics()[m].unit}
    assert wrong == {}


@pytest.mark.parametrize("metric", sorted(RULES))
def test_every_rule_gives_an_ask_or_a_reason(requirement, metric):
    conditions = {"rate_C": 1.0, "temperature_C": -10.0, "duration_s": 10.0, "cycles": 300.0}
    answer = ask_of(requirement(metric, ">=", 3.0, RULES[metric].unit, conditions))
    assert isinstance(answer, Ask), answer
    assert is_ageing(answer) == isinstance(answer.protocol, AGEING)


def read_gold(path):
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["requirements"]
    return [Requirement.model_validate({
        **row, "id": f"{row['id']}-{i}", "value": "" if row.get("value") is None else row["value"],
        "conditions": row.get("conditions") or {}, "source": {"document": path.name, "quote": row["source"]["quote"]},
    }) for i, row in enumerate(rows)]


@pytest.mark.parametrize("path", GOLD, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_no_requirement_of_a_labelled_document_is_lost(path):
    requirements = read_gold(path)
    asks, unanswerable = asks_for(requirements)
    found = [*(i for a in asks for i in a.requirement_ids), *(u.requirement_id for u in unanswerable)]
    assert sorted(found) == sorted(r.id for r in requirements)


@pytest.mark.parametrize("name", list(metrics()))
def test_the_vocabulary_says_what_answers_each_metric(name):
    row = metrics()[name]
    low, high = row.plausible or (0.0, 2.0)
    asked = Requirement(id="R1", metric=name, comparator="required" if row.text else row.comparator,
                        value="x" if row.text else (low + high) / 2, unit=row.unit, level=row.level,
                        source={"document": "d", "quote": "q"})
    found = [a.protocol for a in asks_for([asked])[0]]
    if row.computed == "not evaluated":
        assert not found
    elif found and found[0] is not None:
        assert row.computed == ("ageing run" if isinstance(found[0], AGEING) else "dfn")
