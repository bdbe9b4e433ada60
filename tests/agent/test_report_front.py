"""The front in the report: what the summary says, which rows are shown, and the picture."""

import re

from agent.report import front
from agent.report.html import render_html
from agent.report.plots import plots
from knowledge.front import Front


def changed(report, **fields):
    return report.model_copy(update={"front": report.front.model_copy(update=fields)})


def test_the_summary_counts_and_says_the_gain(sample_report):
    assert front.summary(sample_report.front) == (
        "3 designs on the front, of 4 simulated for it (3 of them new). "
        "They dominate 31% more volume than the designs of the search alone.")


def test_where_none_keeps_every_must_the_summary_says_what_does_not_bind(sample_report):
    found = changed(sample_report, released=("R01",), gain=None, stopped_by_time=True).front
    assert "No design keeps every must, so R01 did not bind here" in front.summary(found)
    assert front.summary(found).endswith("The time limit ended the rounds.")


def test_the_rows_name_the_ends_and_the_compromise_in_the_order_of_the_first_objective(sample_report):
    rows = front.rows(sample_report.front)
    assert [r.role for r in rows] == ["highest specific energy", "compromise", "lowest fast charge time"]
    assert [r.values[0] for r in rows] == ["258", "252", "244"] and all(r.keeps for r in rows)


def test_no_more_rows_than_fit_a_page(sample_report):
    point = sample_report.front.points[0]
    many = tuple(point.model_copy(update={"values": (250.0 - k, 20.0 - k / 2, 70.0)}) for k in range(40))
    assert len(front.rows(changed(sample_report, points=many).front)) == front.ROWS
    assert front.rows(Front(objectives=(), points=(), simulations=0)) == []


def test_an_objective_says_what_is_asked_and_why_it_was_chosen(sample_report):
    energy, _, cost = sample_report.front.objectives
    assert front.chosen_words(energy) == ("more is better; R01 asks ≥ 240 Wh/kg (C/3); "
                                          "energy: the must that 8% of surveyed designs keep")
    assert "by own prices of 2026-11-01" in front.chosen_words(cost, "own prices of 2026-11-01 for nmc811")


def test_the_steps_join_the_best_of_two_objectives():
    points = [(1.0, 5.0), (3.0, 6.0), (2.0, 7.0), (2.5, 5.5)]
    assert front._staircase(points, "more", "less") == [(3.0, 6.0), (2.5, 6.0), (2.5, 5.5), (1.0, 5.5), (1.0, 5.0)]


def test_the_page_has_the_section_and_an_inline_picture(sample_report):
    svgs = plots(sample_report, {})
    page = render_html(sample_report, svgs)
    section = page[page.index('<section id="front"'):page.index('<section id="compliance"')]
    assert "<svg" in section and "highest specific energy" in section and "dated public cards" in section
    assert len(re.findall(r"<tr>", section)) == 4
    without = render_html(sample_report.model_copy(update={"front": None}), {})
    assert 'id="front"' not in without and 'href="#front"' not in without
