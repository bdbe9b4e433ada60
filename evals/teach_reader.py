"""Teach the second reading from labelled documents: a log-linear model of what each number is.

    python -m evals.teach_reader [--more FOLDER …] [--without NAME …] [--out FILE]

Documents that no rule was made on (`corpus`) teach with what the rules said of them and without; documents that the
rules were made on teach without it, since there the rules are better than they are on a stranger's document.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from evals.fit_weights import Example, fit, write
from evals.gold import Gold, GoldRequirement, read_gold
from knowledge.document import Document
from knowledge.documents.read import read_document
from knowledge.requirement import ConditionValue, Value
from knowledge.units import UnitMismatch, to_canonical
from tools.extract.learned.observe import CONDITION, NONE, Observation, observe
from tools.extract.learned.weights import WEIGHTS
from tools.extract.quantities import Quantity
from tools.extract.requirements import first_reading

CASES = Path(__file__).resolve().parent / "cases"
TUNED = ("requirements", "development", "opened", "personas", "kept", "customers", "customers_kept", "authors")
_NEAR = 400           # characters around a label in which its conditions stand
_MOST_PLACES = 40     # places of one quote that are looked at
# A condition in canonical units as it may have been written: a share, minutes, hours, days, months, years, 24 h as a day.
_SPELLINGS = (1.0, 0.01, 60.0, 3600.0, 86400.0, 86400.0 * 30, 86400.0 * 30.44, 86400.0 * 365, 1 / 24)


def documents(folder: Path) -> Iterator[tuple[Document, Gold]]:
    """The labelled documents of a folder."""
    for labels in sorted(folder.rglob("*.gold.yaml")):
        stem = labels.name.removesuffix(".gold.yaml")
        beside = [p for p in sorted(labels.parent.iterdir()) if p.stem == stem and p.suffix != ".yaml" and p.is_file()]
        if beside:
            yield read_document(beside[0]), read_gold(labels)


def examples(document: Document, gold: Gold, tuned: bool) -> Iterator[Example]:
    """What each number of a document is, by its labels."""
    page = first_reading(document)
    labels = [(label, _places(document.text, label.source.quote)) for label in gold.requirements]
    for seen in observe(page):
        answer = _answer(seen, labels)
        allowed = (NONE, CONDITION, *seen.fits)
        plain = Example(document.name, seen.around.features, seen.around.named, allowed, answer)
        yield plain
        if not tuned:
            yield Example(document.name, (*plain.features, *seen.rule_features()), seen.kinds(), allowed, answer)


def _answer(seen: Observation, labels: list[tuple[GoldRequirement, list[tuple[int, int]]]]) -> str:
    q = seen.quantity
    for label, places in labels:
        if any(a < q.end and b > q.start for a, b in places) and _is_value(q, label):
            return label.metric
    for label, places in labels:
        near = any(a - _NEAR < q.start < b + _NEAR for a, b in places)
        if near and any(_is_condition(q, value) for value in label.conditions.values()):
            return CONDITION
    return NONE


def _places(text: str, quote: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    place = text.find(quote) if quote else -1
    while place >= 0 and len(found) < _MOST_PLACES:
        found.append((place, place + len(quote)))
        place = text.find(quote, place + 1)
    return found


def _is_value(q: Quantity, label: GoldRequirement) -> bool:
    wanted = _numbers(label.value)
    if not wanted:
        return False
    for value in q.values:
        try:
            own = to_canonical(value, q.unit_text, label.metric, tolerance=False)[0]
        except UnitMismatch:
            own = value
        if isinstance(own, int | float) and any(_close(own, w, 0.006) for w in wanted):
            return True
    return False


def _is_condition(q: Quantity, value: ConditionValue) -> bool:
    return any(_close(written, wanted, 0.02) for wanted in _numbers(value) for own in q.values
               for written in (*(own * s for s in _SPELLINGS), (own - 32) / 1.8))


def _numbers(value: Value | ConditionValue) -> list[float]:
    parts = value if isinstance(value, list) else [value]
    return [float(v) for v in parts if isinstance(v, int | float) and not isinstance(v, bool)]


def _close(a: float, b: float, tolerance: float) -> bool:
    return abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-9


def main() -> None:
    """Teach and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--more", nargs="*", default=[], type=Path, help="folders of documents beside the corpus")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = parser.parse_args()
    found: list[Example] = []
    for name in TUNED:
        found += [e for d, g in documents(CASES / name) for e in examples(d, g, tuned=True)]
    for folder in (CASES / "corpus", *chosen.more):
        found += [e for d, g in documents(folder) for e in examples(d, g, tuned=False)] if folder.is_dir() else []
    weights = fit(found)
    write(weights, chosen.out)
    print(f"{len(found)} examples, {weights.table.shape[0]} features, {len(weights.classes)} classes, "
          f"{chosen.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
