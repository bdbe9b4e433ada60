"""The reading against labels written by people: the repo's own cases, and the shared ones where they lie beside it."""

import re
from pathlib import Path

import pytest
import yaml

from evals.gold import Gold, read_gold
from evals.matching import agreeing_conditions, judged_conditions, match
from knowledge.documents.read import read_document
from tools.extract.accounting import accounts
from tools.extract.page import lay_out
from tools.extract.requirements import extract_requirements

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data" / "rfx_examples"


def own_cases():
    suite = yaml.safe_load((ROOT / "evals/cases/requirements.yaml").read_text(encoding="utf-8"))
    return [(ROOT / case["document"], ROOT / case["gold"]) for case in suite["cases"]]


def shared_cases():
    return [(next(p for p in SHARED.glob(gold.name.removesuffix(".gold.yaml") + ".*") if p != gold), gold)
            for gold in sorted(SHARED.glob("*.gold.yaml"))] if SHARED.exists() else []


CASES = own_cases() + shared_cases()
NAMES = [f"{doc.parent.name}/{doc.name}" for doc, _ in CASES]


def scores(gold: Gold, reading):
    found = match(gold, reading)
    hits = len(found.pairs)
    asked = sum(len(judged_conditions(label)) for label, _ in found.pairs)
    agreed = sum(agreeing_conditions(label, read) for label, read in found.pairs)
    precision = hits / max(1, hits + len(found.wrong))
    recall = hits / max(1, hits + len(found.missed))
    return {
        "precision": precision, "recall": recall, "f1": 2 * precision * recall / max(1e-9, precision + recall),
        "priority": sum(a.priority == b.priority for a, b in found.pairs) / max(1, hits),
        "conditions": agreed / max(1, asked),
    }, found


@pytest.mark.parametrize(("path", "gold_path"), CASES, ids=NAMES)
def test_reading_against_labels(path, gold_path, capsys):
    gold = read_gold(gold_path)
    document = read_document(path)
    reading = extract_requirements(document)
    figures, found = scores(gold, reading)
    with capsys.disabled():
        print(f"\n{path.name:32s}" + " ".join(f"{k} {v:.3f}" for k, v in figures.items()), end="")
    missed = [(m.metric, m.value) for m in found.missed] + [("wrong", w.metric, w.value) for w in found.wrong]
    assert figures["f1"] >= 0.93, missed
    assert figures["recall"] >= 0.93, missed
    assert figures["priority"] >= 0.95
    assert figures["conditions"] >= 0.93

    for item in (*reading.requirements, *reading.residual, *reading.ignored):
        span = item.source
        assert span.quote == document.text[span.start:span.end] and span.quote
    for finding in reading.findings:
        assert finding.source is None or finding.quote == document.text[finding.source.start:finding.source.end]

    live = [(r.metric, r.value) for r in reading.requirements if r.priority != "info"]
    labels = {(g.metric, str(g.value)) for g in (*gold.requirements, *gold.also_accepted)}
    for other in gold.distractors:
        if (other.metric, str(other.value)) not in labels:
            assert (other.metric, other.value) not in live, other
    for planted in gold.injections:
        assert (planted.metric, planted.value) not in live
        assert any(f.kind == "injection" for f in reading.findings)


@pytest.mark.parametrize(("path", "gold_path"), CASES, ids=NAMES)
def test_every_number_with_a_unit_is_in_the_books(path, gold_path):
    """An independent, cruder pattern: nothing it sees may lie outside of the quantities that the books hold."""
    document = read_document(path)
    page = lay_out(document)
    held = [(q.start, q.end) for block in document.blocks for q in page.blocks[block.index] if q.units]
    crude = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)*\s?"
                       r"(?:Wh/kg|Wh/[Ll]|mAh|Ah|Wh|kWh|mOhm|mΩ|kg|mm|°C|degC|min|%|V|kN|MPa)(?![\w²³/])")
    for block in document.blocks:
        for match_ in crude.finditer(document.text, block.start, block.end):
            assert any(a < match_.end() and b > match_.start() for a, b in held), match_.group()
    reading = extract_requirements(document)
    assert len(reading.residual) <= 2, [r.quote for r in reading.residual]


def test_the_books_balance():
    """Requirement, condition, ignored and residual together are all numbers with a unit, each once."""
    path = ROOT / "evals/cases/documents/halcyon_ev46xx.md"
    page = lay_out(read_document(path))
    total = sum(1 for quantities in page.blocks.values() for q in quantities if q.units)
    assert accounts(page) == {"requirement": 0, "condition": 0, "ignored": 0, "residual": total}
    reading = extract_requirements(read_document(path))
    places = [(x.source.start, x.source.end) for x in (*reading.residual, *reading.ignored)]
    assert len(places) == len(set(places)) < total
