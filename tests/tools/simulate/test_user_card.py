"""A user's own material cards: they weigh and price, are named by content, and are refused by field."""

import pytest
import yaml

from knowledge.cell import CellDesign, Cylindrical
from knowledge.materials.cards import UnknownMaterial, card, card_keys
from knowledge.parameters import SYSTEMS
from tools.failures import BadInput, Unreadable
from tools.simulate.buildup import build_up
from tools.simulate.user_card import add_card

CARD = {"name": "heavy salt", "kind": "electrolyte", "properties": {
    "density_g_cm3": {"value": 1.5, "unit": "g/cm3", "source": "supplier's sheet"},
    "heat_capacity_J_kg_K": {"value": 1600, "unit": "J/kg/K", "source": "supplier's sheet"},
    "price": {"value": 9, "unit": "USD/kg", "source": "supplier's offer", "date": "2026-11-01"}}}


def written(tmp_path, **properties):
    path = tmp_path / "card.yaml"
    path.write_text(yaml.safe_dump({**CARD, "properties": {**CARD["properties"], **properties}}))
    return path


def test_a_card_of_one_s_own_weighs_in_the_build_up(tmp_path):
    found = add_card(written(tmp_path))
    assert card(found.key) == found and found.key not in card_keys()
    assert add_card(written(tmp_path)).key == found.key
    pair = SYSTEMS["nmc532_graphite"].reference
    plain, heavy = (build_up(CellDesign(pair=pair.model_copy(update={"electrolyte": key}),
                                        format=Cylindrical(diameter_mm=21, height_mm=70)))
                    for key in ("lp57_like", found.key))
    masses = [{i.component: i.mass_g for i in b.mass_items}["electrolyte"] for b in (plain, heavy)]
    assert masses[1] == pytest.approx(masses[0] * 1.5 / card("lp57_like").value("density_g_cm3"))


@pytest.mark.parametrize(("properties", "words"), [
    ({"density_g_cm3": {"value": 1500, "unit": "g/cm3", "source": "x"}}, "is 1500; plausible are 0.5 to 12"),
    ({"density_g_cm3": {"value": "light", "unit": "g/cm3", "source": "x"}}, "properties / density_g_cm3 / value"),
    ({"price": {"value": 9, "unit": "EUR/kg", "source": "x"}}, "priced in USD or RMB per kg"),
    ({"density_g_cm3": {"value": 1.5, "unit": "g/cm3", "source": "assumption"}}, "needs a note"),
])
def test_a_card_that_cannot_be_right_is_refused_by_its_field(tmp_path, properties, words):
    with pytest.raises(BadInput, match=words):
        add_card(written(tmp_path, **properties))


def test_files_that_are_no_cards(tmp_path):
    with pytest.raises(Unreadable, match="cannot be read"):
        add_card(tmp_path / "nothing.yaml")
    path = tmp_path / "list.yaml"
    path.write_text("- 1\n")
    with pytest.raises(BadInput, match="no card"):
        add_card(path)
    for key in ("user_../../etc_00000000", "user_nothing_00000000", "../cards"):
        with pytest.raises(UnknownMaterial, match="there is no material"):
            card(key)
