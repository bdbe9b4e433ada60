"""Cards are valid, their sources resolve, their chemistry agrees with pymatgen."""

import pytest
from pydantic import ValidationError
from pymatgen.core import Composition

from knowledge.materials.cards import UNSOURCED, Property, UnknownMaterial, card, card_keys
from knowledge.parameters.registry import EVALUATED, SYSTEMS
from knowledge.sources import UnknownSource, _read, source, sources
from tools.physics.lithium import theoretical_capacity_mAh_g


@pytest.mark.parametrize("key", card_keys())
def test_every_card_is_valid_and_its_sources_resolve(key):
    for name, value in card(key).properties.items():
        if value.source not in UNSOURCED:
            assert source(value.source).title
        if name != "price" and value.source == "assumption":
            assert value.note or value.validity


def test_every_source_of_the_parameter_sets_resolves():
    for system in (*SYSTEMS.values(), *EVALUATED.values()):
        for key in system.sources:
            assert source(key).key == key
        for key in (system.validity.source, system.silicon_source, system.first_cycle_loss_source):
            assert key in UNSOURCED or source(key)


@pytest.mark.parametrize("key", [k for k in card_keys() if card(k).kind == "active_positive"])
def test_theoretical_capacity_is_the_formula_s(key):
    mass = float(Composition(card(key).formula).weight)
    assert card(key).value("theoretical_capacity_mAh_g") == pytest.approx(theoretical_capacity_mAh_g(mass), rel=1e-3)


def test_graphite_is_counted_without_its_lithium():
    mass = float(Composition("C6").weight)
    assert card("graphite").value("theoretical_capacity_mAh_g") == pytest.approx(
        theoretical_capacity_mAh_g(mass), rel=1e-3)


def test_unknown_card_and_source_say_so():
    with pytest.raises(UnknownMaterial, match="nmc811"):
        card("unobtainium")
    with pytest.raises(UnknownSource, match="Nobody2000"):
        source("Nobody2000")


def test_an_interval_must_hold_its_value_and_an_assumption_its_reason():
    with pytest.raises(ValidationError, match="outside its interval"):
        Property(value=5, unit="g", source="steer", low=6)
    with pytest.raises(ValidationError, match="needs a note"):
        Property(value=5, unit="g", source="assumption")


def test_the_bibliography_reader_refuses_doubles_and_unknown_kinds():
    entry = "@article{A1,\n  title = {T}, year = {2020}\n}\n"
    assert _read(entry)["A1"].year == 2020
    with pytest.raises(ValueError, match="twice"):
        _read(entry + entry)
    with pytest.raises(ValueError, match="unknown kind"):
        _read("@song{A1,\n  title = {T}\n}\n")


def test_authors_with_braces_and_accents_survive():
    assert "Valérie" in (sources()["Prada2013"].authors or "")
    assert sources()["steer"].authors == "Stanford STEER"
