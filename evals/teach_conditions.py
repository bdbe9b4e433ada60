"""Teach the second reading of conditions from labelled documents: which number fills which slot of a requirement.

    python -m evals.teach_conditions [--more FOLDER …] [--out FILE] [--jobs N] [--rounds N]

Documents that no rule was made on teach with what the rules said of their numbers; documents that the rules were made
on teach without it. A value that several numbers near a requirement have is taken to be the nearest at first,
then the one that a first model likes best.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

from evals.fit_weights import Example, fit, write
from evals.gold import Gold, GoldRequirement
from evals.matching import match
from evals.teach_reader import CORPUS, documents, tuned
from knowledge.document import Document
from knowledge.requirement import ConditionValue, DocumentFacts, Reading
from tools.extract.learned.candidates import WINDOWS, Candidate, Field, values
from tools.extract.learned.pairs import Pairs, same
from tools.extract.learned.weights import NONE, SLOTS, Weights
from tools.extract.learned.worded import GROUPS, Wording
from tools.extract.page import Draft
from tools.extract.requirements import drafted, requirement, stated_once

_LEAST, _EPOCHS, _BATCH = 20, 6, 256
_DROPPED, _DECAY = 0.2, 4e-8
_LEAST_WORDS = 5      # labels that a value in words needs to become a class
_RELATIONS = ("clause", "sentence", "row", "before1", "after1", "head", "above1", "title", "before2", "after2")
_SIDES = (("charge_C", "discharge_C", "rate_C"), ("charge_A", "discharge_A", "current_A"))


@dataclass
class Pair:
    """A requirement and a number near it; `fits` are the slots in which the label has the number's value."""

    document: str
    made: int
    relation: str
    distance: int
    features: tuple[str, ...]
    rules: tuple[str, ...]
    allowed: tuple[str, ...]
    fits: tuple[str, ...]
    place: int


@dataclass
class Told:
    """A requirement and a slot that words may fill."""

    document: str
    features: tuple[str, ...]
    rules: tuple[str, ...]
    slot: str
    answer: str | None
    filled: bool


def observed(document: Document, gold: Gold) -> Iterator[Pair | Told]:
    """What the requirements of a document that answer labels have around them."""
    page = drafted(document)
    kept = stated_once(page)
    read = tuple(requirement(page, made, n) for n, made in enumerate(kept, 1))
    drafts = {r.id: made for made, r in zip(kept, read, strict=True)}
    facts = DocumentFacts(name=document.name, sha256=document.sha256)
    field = Field(page)
    pairs, wording = Pairs(field), Wording(field)
    for label, found in match(gold, Reading(document=facts, requirements=read)).pairs:
        made = drafts[found.id]
        asked = _asked(label)
        around = field.of(made)
        for one in around:
            yield _pair(document.name, made, one, around, pairs, asked)
        for slot in GROUPS:
            value = label.conditions.get(slot)
            answer = None if value is None or isinstance(value, list) else f"{slot}:{_word(value)}"
            yield Told(document.name, (*wording.features(made), f"W:slot={slot}"), tuple(wording.rule_features(made)),
                       slot, answer, slot in made.conditions)


def _word(value: ConditionValue) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _asked(label: GoldRequirement) -> dict[str, ConditionValue]:
    """The label's conditions; a load that is the same both ways may be named as one."""
    found = dict(label.conditions)
    for charge, discharge, common in _SIDES:
        if charge in found and discharge in found and same(found[charge], found[discharge]):
            found.setdefault(common, found[charge])
    return found


def _pair(document: str, made: Draft, one: Candidate, around: list[Candidate], pairs: Pairs,
          asked: dict[str, ConditionValue]) -> Pair:
    options = values(one.quantity)
    fits = [slot for slot, value in options.items() if slot in asked and same(asked[slot], value)]
    for window, (first, last) in WINDOWS.items():
        whole = options.get(window)
        if isinstance(whole, tuple) and same(asked.get(first), whole[0]) and same(asked.get(last), whole[1]):
            fits = [window]
    for charge, discharge, common in _SIDES:
        if {charge, discharge, common} <= set(fits):
            fits = [f for f in fits if f not in (charge, discharge)]
    q = one.quantity
    return Pair(document, id(made), one.relation, abs(q.start - made.start), tuple(pairs.features(made, one, around)),
                tuple(pairs.rule_features(made, one)), (NONE, *options), tuple(fits), q.start)


def _rank(pair: Pair) -> tuple[int, int]:
    relation = pair.relation
    return (_RELATIONS.index(relation) if relation in _RELATIONS else len(_RELATIONS)), pair.distance


def answered(pairs: Iterable[Pair], weights: Weights | None = None) -> list[tuple[Pair, str]]:
    """Pairs with what their number is; of several with the value of one slot the best, the others left out."""
    groups: dict[tuple[str, int], list[Pair]] = {}
    for pair in pairs:
        groups.setdefault((pair.document, pair.made), []).append(pair)
    found: list[tuple[Pair, str]] = []
    for group in groups.values():
        found += [(pair, NONE) for pair in group if not pair.fits]
        open_ = [(pair, slot) for pair in group for slot in pair.fits]
        scored = {id(p): weights.shares((*p.features, *p.rules), {}, p.allowed) if weights else {}
                  for p, _ in open_}
        open_.sort(key=lambda c: (-scored[id(c[0])].get(c[1], 0.0), *_rank(c[0])))
        taken: set[int] = set()
        slots: set[str] = set()
        for pair, slot in open_:
            if id(pair) not in taken and slot not in slots:
                taken.add(id(pair))
                slots.add(slot)
                found.append((pair, slot))
    return found


def examples(seen: list[tuple[Pair | Told, bool]], weights: Weights | None = None) -> list[Example]:
    """Examples with the rules' verdict; of documents that the rules were made on, without."""
    known_to_rules = {id(one): flag for one, flag in seen}
    found: list[Example] = []
    for pair, answer in answered([one for one, _ in seen if isinstance(one, Pair)], weights):
        found.append(_example(pair, pair.allowed, answer, known_to_rules[id(pair)]))
    told = [one for one, _ in seen if isinstance(one, Told)]
    common = Counter(one.answer for one in told if one.answer)
    known = {answer for answer, n in common.items() if n >= _LEAST_WORDS}
    for word in told:
        if word.filled and not known_to_rules[id(word)]:
            continue
        allowed = (NONE, *sorted(a for a in known if a.startswith(f"{word.slot}:")))
        if len(allowed) > 1 and (word.answer in known or word.answer is None):
            found.append(_example(word, allowed, word.answer or NONE, known_to_rules[id(word)]))
    return found


def _example(one: Pair | Told, allowed: tuple[str, ...], answer: str, ruled: bool) -> Example:
    return Example(one.document, one.features if ruled else (*one.features, *one.rules), {}, allowed, answer)


def gather(source: Iterable[tuple[Document, Gold]], ruled: bool, jobs: int | None) -> list[tuple[Pair | Told, bool]]:
    """What stands around the requirements of labelled documents; `ruled` where the rules were made on them."""
    with Pool(jobs) as pool:
        return [(one, ruled) for found in pool.imap(_seen, source, chunksize=4) for one in found]


def _seen(task: tuple[Document, Gold]) -> list[Pair | Told]:
    return list(observed(*task))


def taught(seen: list[tuple[Pair | Told, bool]], rounds: int = 2) -> Weights:
    """The weights; each round after the first takes ambiguous values as the one before did."""
    weights = None
    for _ in range(rounds):
        weights = fit(examples(seen, weights), least=_LEAST, epochs=_EPOCHS, size=_BATCH, dropped=_DROPPED,
                      decay=_DECAY)
    assert weights is not None
    return weights


def main() -> None:
    """Teach and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--more", nargs="*", default=[], type=Path, help="folders of documents beside the corpus")
    parser.add_argument("--out", type=Path, default=SLOTS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes that look at documents")
    parser.add_argument("--rounds", type=int, default=2, help="models that are made, each with the help of the last")
    chosen = parser.parse_args()
    seen = gather(tuned(), True, chosen.jobs)
    for folder in (CORPUS, *chosen.more):
        seen += gather(documents(folder), False, chosen.jobs)
    weights = taught(seen, chosen.rounds)
    write(weights, chosen.out)
    print(f"{len(seen)} observed, {weights.table.shape[0]} features, {len(weights.classes)} classes, "
          f"{chosen.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
