"""Teach the second reading from labelled documents: what each number, name and bound is.

    python -m evals.teach_reader [--more FOLDER …] [--only NAME …] [--out FOLDER] [--jobs N]

Documents that no rule was made on (`corpus`) teach with what the rules said of them and without; documents that the
rules were made on teach without it, since there the rules are better than they are on a stranger's document. With
`numbers` goes the network that judges them together (`teach_together`).
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from multiprocessing import Pool
from pathlib import Path

from evals.fit_weights import Example, fit, write
from evals.gold import Gold, GoldRequirement, read_gold
from evals.make_development import read_labels
from evals.matching import country, substance
from evals.suites import CASES, REPO, load_suite
from evals.teach_together import Numbers, fit_together, judged_by_others, write_network
from knowledge.document import Document
from knowledge.documents.read import read_document
from knowledge.requirement import ConditionValue, Value
from knowledge.units import UnitMismatch, to_canonical
from knowledge.vocabulary import metric
from tools.extract.learned.bare import with_unit
from tools.extract.learned.named import WORDED, Named, Thing, is_test, name_all, within
from tools.extract.learned.observe import CONDITION, LEAD_TIME, Observation, observe
from tools.extract.learned.second_bounds import CHOICES, bound_features, bounded, plain
from tools.extract.learned.together import TOGETHER, placed
from tools.extract.learned.weights import BOUNDS, NAMES, NONE, NUMBERS
from tools.extract.page import Page
from tools.extract.quantities import Quantity
from tools.extract.requirements import first_reading

CORPUS = CASES / "corpus"
TUNED = ("opened", "personas", "kept", "customers", "customers_kept", "authors")
EXAMPLES = "requirements"     # the suite of the development documents and the examples
_NEAR = 400           # characters around a label in which its conditions stand
_MOST_PLACES = 40     # places of one quote that are looked at
# A condition in canonical units as it may have been written: a share, minutes, hours, days, months, years, hours a day.
_SPELLINGS = (1.0, 0.01, 60.0, 3600.0, 86400.0, 86400.0 * 30, 86400.0 * 30.44, 86400.0 * 365, 1 / 24)


_read: dict[str, Page] = {}


def _page(document: Document) -> Page:
    """The document as the rules alone leave it; the last one is kept for the next model."""
    if document.sha256 not in _read:
        _read.clear()
        _read[document.sha256] = first_reading(document)
    return _read[document.sha256]


def documents(folder: Path) -> Iterator[tuple[Document, Gold]]:
    """The labelled documents of a folder: labels as YAML, or where there are none, as lines (`make_development`)."""
    for _, document, gold in by_author(folder):
        yield document, gold


def by_author(folder: Path) -> Iterator[tuple[str, Document, Gold]]:
    """The labelled documents of a folder, each with the name of the folder in which its author wrote."""
    written = sorted(folder.rglob("*.gold.yaml"))
    for labels in written:
        if beside := _beside(labels, labels.name.removesuffix(".gold.yaml")):
            yield labels.parent.name, read_document(beside), read_gold(labels)
    for labels in () if written else sorted(folder.rglob("*.labels")):
        if beside := _beside(labels, labels.stem):
            gold = Gold.model_validate(read_labels(labels.read_text(encoding="utf-8")))
            yield labels.parent.name, read_document(beside), gold


def tuned() -> Iterator[tuple[Document, Gold]]:
    """The labelled documents that rules were made on."""
    for case in load_suite(EXAMPLES).cases:
        if case.document is not None and case.gold is not None:
            yield read_document(REPO / case.document), read_gold(REPO / case.gold)
    for name in TUNED:
        yield from documents(CASES / name)


def _beside(labels: Path, stem: str) -> Path | None:
    """The document of a file of labels."""
    return next((p for p in sorted(labels.parent.iterdir())
                 if p.stem == stem and p.suffix not in (".yaml", ".labels") and p.is_file()), None)


def numbers(author: str, document: Document, gold: Gold, ruled: bool) -> Numbers:
    """What each number of a document is, by its labels."""
    page = _page(document)
    text = _spaced(document.text)
    labels = [(label, _places(text, label.source.quote)) for label in gold.requirements]
    plain, beside = list[Example](), list[Example]()
    observed = observe(page)
    for seen in observed:
        answer = _answer(page, seen, labels)
        allowed = (NONE, CONDITION, *seen.fits)
        plain.append(Example(document.name, seen.features, seen.around.named, allowed, answer))
        if not ruled:
            with_rules = (*seen.features, *seen.rule_features())
            beside.append(Example(document.name, with_rules, seen.kinds(), allowed, answer))
    return Numbers(author, document.language, tuple(placed(seen) for seen in observed), tuple(plain), tuple(beside))


def bound_examples(document: Document, gold: Gold, ruled: bool) -> Iterator[Example]:
    """Whether each asked number is a least, a most or the value itself, by its label."""
    page = _page(document)
    text = _spaced(document.text)
    labels = [(label, _places(text, label.source.quote)) for label in gold.requirements
              if plain(label.comparator) in CHOICES and isinstance(label.value, int | float)]
    for seen in observe(page):
        label = _label_of(page, seen, labels)
        if label is None or seen.quantity.shape != "single":
            continue
        answer = plain(label.comparator)
        yield Example(document.name, bound_features(seen, label.metric, None), {}, CHOICES, answer)
        made = next((d for d in seen.drafts if d.metric == label.metric and bounded(d)), None)
        if not ruled and made is not None:
            yield Example(document.name, bound_features(seen, label.metric, made.comparator), {}, CHOICES, answer)


def named_examples(document: Document, gold: Gold, ruled: bool) -> Iterator[Example]:
    """What each thing that a document names asks for, by its labels."""
    page = _page(document)
    text = _spaced(document.text)
    labels = [(label, _places(text, label.source.quote)) for label in gold.requirements]
    for seen in name_all(page):
        answer = _asked(seen, labels)
        allowed = (NONE, *seen.thing.may)
        yield Example(document.name, seen.around.features, {}, allowed, answer)
        if not ruled:
            yield Example(document.name, (*seen.around.features, *seen.rule_features()), seen.kinds(), allowed, answer)


def _asked(seen: Named, labels: list[tuple[GoldRequirement, list[tuple[int, int]]]]) -> str:
    thing = seen.thing
    for label, places in labels:
        name = f"{label.metric} {label.comparator}"
        if is_test(thing.kind) and name in thing.may and any(within(seen.reach, a, b) for a, b in places):
            return name
        if name in thing.may and any(a < thing.end and b > thing.start for a, b in places) and (
                thing.kind in WORDED or _is_named(thing, label.value)):
            return name
    return NONE


def _is_named(thing: Thing, value: Value) -> bool:
    wanted = {_letters(w) for v in (value if isinstance(value, list) else [value])
              for w in (str(v), substance(str(v)), country(str(v)))}
    own = {_letters(w) for v in (thing.value, thing.words) for w in (v, substance(v), country(v))}
    return any(x in y or y in x for x in own for y in wanted if x and y)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _answer(page: Page, seen: Observation, labels: list[tuple[GoldRequirement, list[tuple[int, int]]]]) -> str:
    if asked := _label_of(page, seen, labels):
        return asked.metric
    q = seen.quantity
    for label, places in labels:
        near = any(a - _NEAR < q.start < b + _NEAR for a, b in places)
        if near and any(_is_condition(q, value) for value in label.conditions.values()):
            return CONDITION
    return NONE


def _label_of(
    page: Page, seen: Observation, labels: list[tuple[GoldRequirement, list[tuple[int, int]]]]
) -> GoldRequirement | None:
    q = seen.quantity
    return next((label for label, places in labels if any(a < q.end and b > q.start for a, b in places)
                 and is_value(page, q, label)), None)


def _spaced(text: str) -> str:
    """The text with every white space as a space, in the same places."""
    return re.sub(r"\s", " ", text)


def _places(text: str, quote: str) -> list[tuple[int, int]]:
    """Where a quote stands in a text, line ends and white space aside."""
    parts = [re.escape(p) for p in quote.split()]
    if not parts:
        return []
    return [m.span() for m, _ in zip(re.finditer(r"[\s>|]+".join(parts), text), range(_MOST_PLACES), strict=False)]


def is_value(page: Page, q: Quantity, label: GoldRequirement) -> bool:
    """Whether a number is the value of a label, in whatever unit; a growth may be told as what is added."""
    wanted = _numbers(label.value)
    if label.metric == LEAD_TIME:
        return q.is_a("time") and any(_close(q.value, w, 0.006) for w in wanted)
    whole = q if q.units else with_unit(page, q, label.metric)
    if not wanted or whole is None:
        return False
    for value in whole.values:
        try:
            own = to_canonical(value, whole.unit_text, label.metric, tolerance=False)[0]
        except UnitMismatch:
            own = value
        added = 100.0 if metric(label.metric).growth else 0.0
        if isinstance(own, int | float) and any(_close(own, w, 0.006) or added and _close(own + added, w, 0.006)
                                                for w in wanted):
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


_HEADS = {NAMES: named_examples, BOUNDS: bound_examples}
_ALL = (NUMBERS, NAMES, BOUNDS)


def _taught_by(
    task: tuple[str, Document, Gold, bool, tuple[Path, ...]]
) -> tuple[Numbers | None, dict[Path, list[Example]]]:
    author, document, gold, ruled, paths = task
    counted = numbers(author, document, gold, ruled) if NUMBERS in paths else None
    return counted, {path: list(_HEADS[path](document, gold, ruled)) for path in paths if path in _HEADS}


def gathered(
    folders: Iterable[Path], paths: tuple[Path, ...], jobs: int | None
) -> tuple[list[Numbers], dict[Path, list[Example]]]:
    """What the documents of folders, and those that rules were made on, teach."""
    tasks = chain((("", document, gold, True, paths) for document, gold in tuned()),
                  ((*one, False, paths) for folder in folders if folder.is_dir() for one in by_author(folder)))
    counted: list[Numbers] = []
    taught: dict[Path, list[Example]] = {path: [] for path in paths if path in _HEADS}
    with Pool(jobs) as pool:
        for found, made in pool.imap(_taught_by, tasks, chunksize=4):
            counted += [found] if found else []
            for path, examples in made.items():
                taught[path] += examples
    return counted, taught


def teach_numbers(counted: list[Numbers], out: Path) -> None:
    """Write the weights of numbers and the network that judges them together."""
    _fitted([e for d in counted for e in (*d.plain, *d.ruled)], out / NUMBERS.name)
    judged = judged_by_others(counted)
    write_network(fit_together(judged), out / TOGETHER.name)
    print(f"{TOGETHER.name}: {sum(len(shares) for _, shares in judged)} numbers", flush=True)


def _fitted(examples: list[Example], path: Path) -> None:
    weights = fit(examples)
    write(weights, path)
    print(f"{path.name}: {len(examples)} examples, {weights.table.shape[0]} features, {len(weights.classes)} classes, "
          f"{path.stat().st_size / 1e6:.1f} MB", flush=True)


def main() -> None:
    """Teach and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--more", nargs="*", default=[], type=Path, help="folders of documents beside the corpus")
    parser.add_argument("--only", nargs="*", default=[], choices=[path.stem for path in _ALL])
    parser.add_argument("--out", type=Path, default=NUMBERS.parent)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes that look at documents")
    chosen = parser.parse_args()
    paths = tuple(path for path in _ALL if not chosen.only or path.stem in chosen.only)
    counted, taught = gathered((CORPUS, *chosen.more), paths, chosen.jobs)
    for path, found in taught.items():
        _fitted(found, chosen.out / path.name)
    if counted:
        teach_numbers(counted, chosen.out)


if __name__ == "__main__":
    main()
