"""The second reading of conditions: candidates, their values by slot, and what sure weights change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evals.fit_weights import Example, fit, write
from evals.teach_conditions import Pair, answered
from knowledge.documents.read import read_document
from tools.extract.learned.candidates import Field, values
from tools.extract.learned.pairs import Pairs, same
from tools.extract.learned.slots import second_conditions
from tools.extract.learned.weights import KINDS, NONE, Weights, bucket, load
from tools.extract.learned.worded import Wording
from tools.extract.page import Draft, Page
from tools.extract.requirements import first_reading

TEXT = """# Cell

Pulse resistance. Taken at 50 % SOC and 10 °C with a step of 18 s. The DC resistance shall be at most 20 mΩ.

Cells are new when tested. The capacity shall be at least 5 Ah.
"""


def _page(tmp_path: Path, text: str = TEXT) -> Page:
    path = tmp_path / "ask.md"
    path.write_text(text, encoding="utf-8")
    return first_reading(read_document(path))


def _made(page: Page, metric: str) -> Draft:
    return next(d for d in page.drafts if d.metric == metric and not d.dead)


def _weights(strong: dict[str, dict[str, float]]) -> Weights:
    """A model that knows these features only: feature → class → weight."""
    classes = tuple(sorted({NONE, *(c for row in strong.values() for c in row)}))
    ordered = sorted(strong, key=bucket)
    table = np.array([[round(strong[f].get(c, 0.0)) for c in classes] for f in ordered], dtype=np.int8)
    bias = np.array([2.0 if c == NONE else 0.0 for c in classes], dtype=np.float32)
    return Weights(classes, np.array([bucket(f) for f in ordered], dtype=np.uint32), table,
                   np.ones(len(classes), dtype=np.float32), bias,
                   np.zeros((len(classes), len(KINDS)), dtype=np.float32))


def test_a_number_in_the_unit_of_each_slot(tmp_path: Path) -> None:
    page = _page(tmp_path, "Keep 2 h at 10 to 80 % and 0.5C, from 2.5 to 4.2 V, after 1 year, 50 °F.\n")
    found = [values(q) for q in page.blocks[0] if q.units]
    assert found[0]["duration_s"] == 7200 and found[0]["hours"] == 2
    assert found[1]["soc_window"] == (10, 80) and found[1]["soc_pct"] == [10, 80]
    assert found[2]["charge_C"] == 0.5
    assert found[3]["v_window"] == (2.5, 4.2)
    assert found[4]["months"] == pytest.approx(12, abs=0.05)
    assert same(found[5]["temperature_C"], 10.0)


def test_the_sentence_before_is_looked_at(tmp_path: Path) -> None:
    page = _page(tmp_path)
    field = Field(page)
    near = {c.quantity.unit_text: c.relation for c in field.of(_made(page, "dcir"))}
    assert near["%"] == near["s"] == "before1"
    assert all(c.quantity is not _made(page, "dcir").quantity for c in field.of(_made(page, "dcir")))


def test_sure_weights_fill_an_open_slot_and_leave_others(tmp_path: Path) -> None:
    page = _page(tmp_path)
    made = _made(page, "dcir")
    made.conditions = {"temperature_C": 10.0}
    second_conditions(page, _weights({"dcir^time": {"duration_s": 9}, "has=temperature_C": {"temperature_C": 9}}))
    assert made.conditions == {"temperature_C": 10.0, "duration_s": 18.0}


def test_what_no_weight_speaks_for_leaves_its_slot(tmp_path: Path) -> None:
    page = _page(tmp_path)
    made = _made(page, "dcir")
    made.conditions = {"soc_pct": 50.0, "temperature_C": 10.0}
    second_conditions(page, _weights({"dcir^percent": {NONE: 9}, "dcir^temperature": {"temperature_C": 9}}))
    assert made.conditions == {"temperature_C": 10.0}


def test_a_number_moves_to_the_slot_it_was_meant_for(tmp_path: Path) -> None:
    page = _page(tmp_path)
    made = _made(page, "dcir")
    made.conditions = {"temperature_C": 10.0}
    second_conditions(page, _weights({"dcir^temperature": {"start_temperature_C": 9}}))
    assert made.conditions == {"start_temperature_C": 10.0}


def test_words_fill_a_slot(tmp_path: Path) -> None:
    page = _page(tmp_path)
    made = _made(page, "capacity")
    made.conditions = {}
    second_conditions(page, _weights({"W:P=new": {"life:BOL": 9}}))
    assert made.conditions == {"life": "BOL"}


def test_features_are_the_same_each_time(tmp_path: Path) -> None:
    def made() -> list[str]:
        page = _page(tmp_path)
        field, draft = Field(page), _made(page, "dcir")
        pairs, around = Pairs(field), field.of(draft)
        return [f for c in around for f in (*pairs.features(draft, c, around), *pairs.rule_features(draft, c))] + (
            Wording(field).features(draft))

    assert made() == made()


def test_of_two_numbers_with_the_labels_value_the_nearer_one_teaches() -> None:
    def pair(relation: str, distance: int) -> Pair:
        return Pair("d", 1, relation, distance, (), (), (NONE, "temperature_C"), ("temperature_C",), distance)

    far, near = pair("before1", 40), pair("clause", 60)
    other = Pair("d", 1, "clause", 5, (), (), (NONE, "temperature_C"), (), 0)
    assert answered([far, near, other]) == [(other, NONE), (near, "temperature_C")]


def test_taught_weights_survive_their_file(tmp_path: Path) -> None:
    seen = [Example("d", (f"x={n % 2}",), {}, (NONE, "soc_pct"), "soc_pct" if n % 2 else NONE) for n in range(80)]
    weights = fit(seen, least=1, epochs=20, size=16)
    write(weights, tmp_path / "slots.npz")
    again = load(tmp_path / "slots.npz")
    assert again.shares(("x=1",), {}, (NONE, "soc_pct"))["soc_pct"] > 0.8
    assert again.shares(("x=0",), {}, (NONE, "soc_pct"))["soc_pct"] < 0.2
