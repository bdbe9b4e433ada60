"""`cellwright search` where nothing bears on the question: empty list, exit code 0, the nearest passage apart."""

import json

from tests.agent.stand_in_tools import cellwright


def test_nothing_found_is_no_error_and_the_nearest_passage_is_told_apart(tmp_path):
    question = "vitamins against a cold in children"
    told = cellwright(tmp_path, "search", question)
    assert told.exit_code == 0 and told.stdout.startswith("Nothing in the store bears on the question.\n")
    assert "not counted as an answer (it is about low temperature, but says nothing of" in told.stdout
    answer = json.loads(cellwright(tmp_path, "search", question, "--json").stdout)
    assert answer["results"] == [] and set(answer["passed_over"]) == {"quote", "title", "place", "holds", "lacks"}


def test_where_no_passage_holds_anything_none_is_named(tmp_path):
    told = cellwright(tmp_path, "search", "xylophone")
    assert (told.exit_code, told.stdout) == (0, "Nothing in the store bears on the question.\n")
