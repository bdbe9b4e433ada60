"""Tables, lists and notes as six kinds of customers lay them out, each with what it asks beside it.

`tables/NAME.labels` has a line per requirement of `tables/NAME.*`, in the form of the sentences. `rows/LANGUAGE.txt` is
one table in the words of the trade: its header, then `cells || label || label`; the last cell is the class.
"""

from pathlib import Path

import pytest

from evals.gold import GoldRequirement
from evals.make_development import read_labels
from evals.matching import agreeing_conditions, judged_conditions, same_demand
from knowledge.documents.read import read_document
from tools.extract.requirements import extract_requirements

HERE = Path(__file__).parent
CLASSES = {"D": "should", "W": "should", "희망": "should", "期望": "should", "希望": "should", "Souhaité": "should",
           "I": "info", "참고": "info", "参考": "info", "Indicatif": "info"}


def label(line, priority=""):
    what, _, extra = line.partition(" | ")
    data = read_labels(f"en x\n{what} :: x :: {priority} {extra}")["requirements"][0]
    return GoldRequirement.model_validate(data)


def judged(labels, reading):
    """What is not asked after each label has taken the reading that fits it best."""
    left = list(reading.requirements)
    for gold in labels:
        fits = [r for r in left if same_demand(gold, r)]
        assert fits, (gold.metric, gold.value, [(r.metric, r.comparator, r.value) for r in left])
        best = max(fits, key=lambda r: agreeing_conditions(gold, r) + 0.5 * (gold.priority == r.priority))
        left.remove(best)
        assert best.priority == gold.priority, best
        assert agreeing_conditions(gold, best) == len(judged_conditions(gold)), (gold.conditions, best)
    return [(r.metric, r.comparator, r.value, r.source.quote) for r in left]


@pytest.mark.parametrize("labels", sorted(HERE.glob("tables/*.labels")), ids=lambda p: p.stem)
def test_a_document_of_tables_asks_for_what_it_says(labels):
    path = next(p for p in labels.parent.glob(f"{labels.stem}.*") if p != labels)
    lines = labels.read_text(encoding="utf-8").split("\n")
    assert judged([label(x) for x in lines if x.strip()], extract_requirements(read_document(path), taught=False)) == []


@pytest.mark.parametrize("language", ["en", "de", "ko", "zh", "ja", "fr"])
def test_rows_in_the_words_of_the_trade_are_read(language, tmp_path):
    first, *lines = (HERE / "rows" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    head = first.split(" ", 1)[1]
    rows, labels = [], []
    for line in lines:
        cells, *asked = line.split(" || ")
        rows.append(f"| {cells} |")
        labels += [label(x, CLASSES.get(cells.split("|")[-1].strip(), "must")) for x in asked]
    path = tmp_path / "rows.md"
    path.write_text("\n".join([f"| {head} |", "|" + "---|" * (head.count("|") + 1), *rows, ""]), encoding="utf-8")
    assert judged(labels, extract_requirements(read_document(path), taught=False)) == []
