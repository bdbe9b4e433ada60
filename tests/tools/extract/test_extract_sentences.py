"""What customers write, a sentence or two at a time, in six languages: demands, what is told beside them, corrections.

A case is a language and a text (`\\n` for a line break), then its labels in the form of `evals.make_development`
without a quote; `+` accepts without asking. A case without labels asks for nothing.
"""

from pathlib import Path

import pytest

from evals.gold import GoldRequirement
from evals.make_development import read_labels
from evals.matching import agreeing_conditions, judged_conditions, same_demand
from knowledge.documents.read import read_document
from tools.extract.requirements import extract_requirements

FOLDER = Path(__file__).parent / "sentences"
INTRODUCTIONS = {
    "en": "We are looking for a lithium-ion cell.", "de": "Wir suchen eine Lithium-Ionen-Zelle.",
    "ja": "リチウムイオンセルの提案をお願いします。", "zh": "我们正在寻找一款锂离子电芯。",
    "ko": "리튬이온 셀을 찾고 있습니다.", "fr": "Nous recherchons une cellule lithium-ion.",
}


def cases():
    for path in sorted(FOLDER.glob("*.txt")):
        for number, block in enumerate(path.read_text(encoding="utf-8").strip().split("\n\n")):
            first, *labels = block.splitlines()
            language, text = first.split(" ", 1)
            yield pytest.param(language, text.replace("\\n", "\n"), labels, id=f"{path.stem}-{number}-{language}")


def labelled(lines):
    """(label, whether it is asked for) of the lines of a case."""
    found = []
    for line in lines:
        what, _, extra = line.removeprefix("+ ").partition(" | ")
        data = read_labels(f"en x\n{what} :: x :: {extra}")["requirements"][0]
        found.append((GoldRequirement.model_validate(data), not line.startswith("+ ")))
    return found


@pytest.mark.parametrize(("language", "text", "lines"), list(cases()))
def test_a_sentence_asks_for_what_it_says(language, text, lines, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text(f"{INTRODUCTIONS[language]}\n\n{text}\n", encoding="utf-8")
    reading = extract_requirements(read_document(path), taught=False)
    left = list(reading.requirements)
    for label, asked in labelled(lines):
        fits = [r for r in left if same_demand(label, r)]
        assert fits or not asked, (label.metric, label.value, [(r.metric, r.comparator, r.value) for r in left])
        if not fits:
            continue
        best = max(fits, key=lambda r: agreeing_conditions(label, r) + 0.5 * (label.priority == r.priority))
        left.remove(best)
        if asked:
            assert best.priority == label.priority, best
            assert agreeing_conditions(label, best) == len(judged_conditions(label)), best.conditions
    assert [(r.metric, r.comparator, r.value, r.source.quote) for r in left] == []
