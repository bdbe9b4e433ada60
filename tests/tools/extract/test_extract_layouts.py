"""Layouts of one list of demands, whose numbers a column or a line holds, and answers that stand beside questions."""

from pathlib import Path

import pytest

from knowledge.documents.read import read_document
from tools.extract.requirements import extract_requirements

ROWS = (("Capacity", "4.8 Ah", "min"), ("Mass", "70 g", "max"), ("DC resistance", "25 mΩ", "max"),
        ("Cycle life", "800 cycles", "min"), ("Price", "2.90 EUR", "max"))
WANTED = {("capacity", ">=", 4.8), ("mass", "<=", 70.0), ("dcir", "<=", 25.0), ("cycle_life", ">=", 800.0),
          ("price", "<=", 2.9)}


def lines(pattern, head=""):
    return head + "\n".join(pattern.format(name=n, value=v, side=s, gap=" " * (24 - len(n)), dots="." * (30 - len(n)))
                            for n, v, s in ROWS)


LAYOUTS = {
    "leaders.txt": lines("{name} {dots} {side} {value}"),
    "arrows.txt": lines("{name} -> {side} {value}"),
    "equals.txt": lines("{name} = {side} {value}"),
    "pairs.txt": lines("{name};{side} {value}", "item;value\n"),
    "commas.txt": lines("{name},{value},{side},\"a, b\"", "item,value,bound,condition\n"),
    "short.txt": lines("{name};{side};{value}", "item;bound;value;condition\n"),
    "fence.md": "# RFQ\n\n```\n" + lines("{name}{gap}{side}   {value}") + "\n```\n",
    "tags.md": "# RFQ\n\n<table>\n<tr><th>Item</th><th>Value</th></tr>\n" + lines(
        "<tr><td>{name}</td><td>{side} {value}</td></tr>") + "\n</table>\n",
    "pre.html": "<html><body><p>Our list:</p><pre>\n" + lines("{name};{side};{value}", "item;bound;value\n")
                + "\n</pre></body></html>",
    "spaces.html": "<html><body><p>" + lines("{name}&nbsp;&nbsp;&nbsp;&nbsp;{side} {value}<br>") + "</p></body></html>",
    "stacked.html": "<html><body><table><tr><th>Item</th><th>Value</th></tr><tr><td>" + "<br>".join(
        n for n, _, _ in ROWS) + "</td><td>" + "<br>".join(f"{s} {v}" for _, v, s in ROWS) + "</td></tr></table>",
}


def read(folder: Path, name: str, text: str):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_document(path)


def asked(document):
    return {(r.metric, r.comparator, r.value if not isinstance(r.value, list) else tuple(r.value))
            for r in extract_requirements(document, taught=False).requirements}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_list_is_a_table_in_any_layout(tmp_path, name):
    document = read(tmp_path, name, LAYOUTS[name])
    assert len({b.row for b in document.blocks if b.table is not None}) >= len(ROWS)
    assert asked(document) == WANTED


@pytest.mark.parametrize(("theirs", "ours"), [
    ("Current", "Target"), ("Installed cell", "Required of the new cell"), ("EP230, as measured", "Yours"),
    ("var. A (stopped)", "var. B (to quote)"), ("Issue 2", "Issue 3"), ("was", "now"), ("they offer", "we need"),
    ("Heute", "Soll"), ("haben wir", "wir brauchen"), ("Actuel", "Nous demandons"), ("leur offre", "notre besoin"),
    ("現行", "当社要求"), ("现状", "我方要求"), ("현행", "우리 요구"), ("타사", "우리 요구")])
def test_a_column_of_what_others_have_asks_for_nothing(tmp_path, theirs, ours):
    for left, right, order in ((theirs, ours, (0, 1)), (ours, theirs, (1, 0))):
        rows = [("Capacity", ("4.2 Ah", "4.8 Ah")), ("Mass", ("74 g", "70 g")),
                ("Cycle life", ("500 cycles", "800 cycles"))]
        body = "\n".join(f"| {n} | {v[order[0]]} | {v[order[1]]} |" for n, v in rows)
        document = read(tmp_path, "x.md", f"| Item | {left} | {right} |\n|---|---|---|\n{body}\n")
        assert asked(document) == {("capacity", ">=", 4.8), ("mass", "<=", 70.0), ("cycle_life", ">=", 800.0)}


def test_a_target_beside_a_stretch_must_be_reached(tmp_path):
    document = read(tmp_path, "x.md", "| | Current | Target | Stretch |\n|---|---|---|---|\n| Mass | 46 g | "
                    "anything above 42 g is useless | not over 40 g |\n"
                    "| Capacity | 2.2 Ah | must not drop under 1.75 Ah | 1.9 Ah |\n")
    found = extract_requirements(document, taught=False).requirements
    assert [(r.metric, r.comparator, r.value, r.priority) for r in found] == [
        ("mass", "<=", 42.0, "must"), ("mass", "<=", 40.0, "should"), ("capacity", ">=", 1.75, "must"),
        ("capacity", ">=", 1.9, "should")]


@pytest.mark.parametrize(("least", "most", "window"), [
    ("not below", "not above", "between"), ("mindestens", "höchstens", "zwischen"), ("au moins", "au plus", "entre"),
    ("下限", "上限", "範囲"), ("不低于", "不高于", "范围"), ("최소", "최대", "범위")])
def test_a_column_of_sides_bounds_the_number_beside_it(tmp_path, least, most, window):
    document = read(tmp_path, "x.md", "| # | Side | Property | Figure |\n|---|---|---|---|\n"
                    f"| 1 | {least} | capacity | 50 Ah |\n| 2 | {most} | mass | 1,120 g |\n"
                    f"| 3 | {window} | storage temperature | -20 °C and 50 °C |\n")
    assert asked(document) == {("capacity", ">=", 50.0), ("mass", "<=", 1120.0),
                               ("storage_temperature", "range", (-20.0, 50.0))}


@pytest.mark.parametrize(("theirs", "ours"), [
    ("K사", "우리 요구"), ("Brand K", "We need"), ("Marke K", "Wir brauchen"), ("Marque K", "Il nous faut"),
    ("K社", "当社要求"), ("K公司", "我方要求")])
def test_lines_by_turns_hold_the_others_numbers_and_ours(tmp_path, theirs, ours):
    text = "\n\n".join(f"{n}) {title}\n{theirs}: {bad}.\n{ours}: {good}." for n, title, bad, good in (
        (1, "Capacity", "capacity 4.2 Ah", "capacity 4.8 Ah"), (2, "Mass", "mass 74 g", "mass 70 g"),
        (3, "Resistance", "DC resistance 30 mΩ", "DC resistance 25 mΩ")))
    assert asked(read(tmp_path, "x.txt", text)) == {("capacity", ">=", 4.8), ("mass", "<=", 70.0), ("dcir", "<=", 25.0)}


def test_a_legend_says_whose_numbers_a_tag_marks(tmp_path):
    document = read(tmp_path, "x.txt",
                    "read: [T] = what we need from you. [C] = the cell of the other brand, not for you.\n\n"
                    "capacity            [T] 6.0 Ah min          [C] 4.8 Ah\n"
                    "weight              [T] 146 g max           [C] 93 g\n"
                    "resistance, 1 kHz   [T] 8 mOhm max          [C] 18 mOhm\n")
    assert asked(document) == {("capacity", ">=", 6.0), ("mass", "<=", 146.0), ("acir_1khz", "<=", 8.0)}


def test_a_question_names_what_the_answer_beside_it_holds(tmp_path):
    document = read(tmp_path, "x.md", "| # | Question | What we need | Your answer |\n|---|---|---|---|\n"
                    "| 1 | Capacity at 0.2C and 23 °C? | must not drop under 4.8 Ah | |\n"
                    "| 2 | What does it weigh? | not a gram over 71 g | |\n"
                    "| 3 | State of charge when you ship? | above 30 % we refuse the parcel | |\n")
    assert asked(document) == {("capacity", ">=", 4.8), ("mass", "<=", 71.0), ("shipping_soc", "<=", 30.0)}


def test_the_numbers_of_a_question_are_conditions_of_its_answer(tmp_path):
    document = read(tmp_path, "x.html", "<html><body><ol><li>How much of the capacity is left at -20 °C and 0.2C?<br>"
                    "Target: 70 %.</li></ol></body></html>")
    only, = extract_requirements(document, taught=False).requirements
    assert only.metric == "low_temperature_capacity"
    assert only.conditions["temperature_C"] == -20.0
