"""From a document and its labels, what each of its numbers and names is."""

from __future__ import annotations

from evals.gold import Gold
from evals.teach_reader import bound_examples, by_author, documents, named_examples, numbers
from knowledge.documents.read import read_document

TEXT = """The cell shall give at least 4.8 Ah at 0.2C
and 25 °C. Our present one gives 4.2 Ah. Resistance may grow by 40 %.
UN 38.3 is a must; IEC 62660 is for the pack.
"""


def _labelled(tmp_path) -> tuple:
    path = tmp_path / "ask.txt"
    path.write_text(TEXT, encoding="utf-8")
    gold = Gold.model_validate({"document": "ask.txt", "language": "en", "requirements": [
        {"metric": "capacity", "comparator": ">=", "value": 4.8, "unit": "Ah",
         "source": {"quote": "at least 4.8 Ah at 0.2C and 25 °C"},
         "conditions": {"rate_C": 0.2, "temperature_C": 25.0}},
        {"metric": "resistance_growth", "comparator": "<=", "value": 140.0, "unit": "%",
         "source": {"quote": "may grow by 40 %"}},
        {"metric": "standard_compliance", "comparator": "required", "value": "UN 38.3",
         "source": {"quote": "UN 38.3"}}]})
    return read_document(path), gold


def test_numbers_are_metrics_conditions_or_nothing(tmp_path):
    document, gold = _labelled(tmp_path)
    found = numbers("author", document, gold, ruled=True)
    answers = [e.answer for e in found.plain]
    assert len(found.placed) == len(answers) and not found.ruled
    assert answers == ["capacity", "condition", "condition", "none", "resistance_growth"]


def test_a_document_that_no_rule_was_made_on_teaches_with_the_verdict_of_the_rules_too(tmp_path):
    document, gold = _labelled(tmp_path)
    both = numbers("author", document, gold, ruled=False)
    assert len(both.plain) == len(both.ruled) == 5
    assert not any(f.startswith("fate=") for f in both.plain[0].features)
    assert any(f.startswith("fate=") for f in both.ruled[0].features)


def test_bounds_and_names_have_their_answers(tmp_path):
    document, gold = _labelled(tmp_path)
    assert [e.answer for e in bound_examples(document, gold, ruled=True)] == [">=", "<="]
    names = [e.answer for e in named_examples(document, gold, ruled=True)]
    assert names.count("standard_compliance required") == 1 and "none" in names


def test_a_folder_of_ones_own_is_read_with_its_labels_as_lines(tmp_path):
    (tmp_path / "ours.txt").write_text("The cell shall weigh at most 70 g.\n", encoding="utf-8")
    (tmp_path / "ours.labels").write_text("en ours.txt\nmass <= 70 g :: at most 70 g\n", encoding="utf-8")
    (document, gold), = documents(tmp_path)
    assert [author for author, _, _ in by_author(tmp_path)] == [tmp_path.name]
    assert document.name == "ours.txt"
    assert [(r.metric, r.value) for r in gold.requirements] == [("mass", 70.0)]
