"""What the second reading sees around a number, and which numbers and names it looks at."""

from __future__ import annotations

import pytest

from tools.extract.learned.bare import bare_numbers, with_unit
from tools.extract.learned.named import name_all
from tools.extract.learned.observe import observe
from tools.extract.learned.surroundings import words


def test_words_fold_numbers_and_part_characters():
    assert words("At least 4.8 Ah, 容量は≥5 個") == ("at", "least", "#", "ah", ",", "容量", "量は", "≥", "#", "個")


def test_a_number_is_seen_with_its_words_its_neighbours_and_the_rules_verdict(page_of):
    seen = observe(page_of("The cell shall give at least 4.8 Ah at 0.2C and 25 °C."))
    capacity = next(s for s in seen if s.quantity.unit_text == "Ah")
    assert capacity.verdict == "capacity"
    assert "Bn=least" in capacity.features and "said=>=" in capacity.features
    assert any(f.startswith("D=") for f in capacity.features)
    assert {s.verdict for s in seen if s.quantity.unit_text != "Ah"} == {"condition"}
    assert "capacity" in capacity.fits and "mass" not in capacity.fits


def test_a_cell_of_a_table_is_seen_with_its_row_and_its_column(page_of):
    page = page_of("| Item | Target | Our old cell |\n|---|---|---|\n| Weight | 48 g | 55 g |\n")
    first, second = observe(page)
    assert "R0=weight" in first.features and "H=target" in first.features
    assert "nth=0/1" in first.features and "nth=1/1" in second.features
    assert "H=old" in second.features


@pytest.mark.parametrize(("text", "values"), [
    ("Charge 0 to 45, please, all in Celsius.", (0.0, 45.0)),
    ("We would love 3,200 if you can.", (3200.0,)),
])
def test_numbers_without_a_unit_are_seen(page_of, text, values):
    page = page_of(text)
    assert values in [q.values for block in page.document.blocks for q in bare_numbers(page, block)]


def test_the_numbering_of_lines_is_no_number(page_of):
    page = page_of("1. The cell is round.\n2. It is light.\n", ".txt")
    assert [q.values for block in page.document.blocks for q in bare_numbers(page, block)] == []


def test_a_missing_unit_is_that_of_the_number_before(page_of):
    page = page_of("Capacity at least 3000 mAh. We would love 3200.")
    bare = next(q for block in page.document.blocks for q in bare_numbers(page, block))
    assert with_unit(page, bare, "capacity").unit_text == "mAh"
    assert with_unit(page, bare, "cycle_life").unit_text == "cycle"
    assert with_unit(page, bare, "price") is None       # no currency was said


def test_the_units_of_a_row_belong_to_its_bare_cells(page_of):
    page = page_of("| Item | A | B |\n|---|---|---|\n| Capacity, mAh, min | 800 | 1100 |\n| Energy, Wh | 3 | 4 |\n")
    bare = [s.quantity for s in observe(page) if s.quantity.values == (800.0,)]
    whole = [with_unit(page, q, "capacity") for q in bare if not q.units] or bare
    assert {q.unit_text for q in whole} == {"mAh"}


def test_things_that_are_named_are_seen_with_what_they_may_ask(page_of):
    text = "Cathode: LFP only, no NMC. UN 38.3 is required. Samples by 3 May 2031. A 1 m drop: no leak."
    seen = name_all(page_of(text))
    kinds = {s.thing.value: s.thing.may for s in seen}
    assert "cathode_chemistry prohibited" in kinds["NMC"]
    assert kinds["UN 38.3"] == ("standard_compliance required",)
    assert "delivery_date <=" in kinds["2031-05-03"]
    assert "drop_test required" in kinds["drop"]
