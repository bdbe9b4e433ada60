"""Postscripts, answers and replaced values: the later word holds, and its conditions are the earlier ones."""

import pytest

from knowledge.documents.read import document_of
from tools.extract.requirements import extract_requirements


def read(text, name="a.txt"):
    return extract_requirements(document_of(name, text.encode()), taught=False)


def values(reading, metric):
    return [r.value for r in reading.requirements if r.metric == metric]


@pytest.mark.parametrize(("text", "metric", "value"), [
    ("The cell may weigh 235 g at most.\n\nBest regards\n\nPS: make the weight 240 g.", "mass", 240.0),
    ("Die Zelle muss mindestens 5.000 Zyklen erreichen.\n\nP.S.: Statt 5.000 reichen 4.000 Zyklen.", "cycle_life",
     4000.0),
    ("电芯重量不超过75g。\n\n附：重量可以放宽到78g。", "mass", 78.0),
    ("두께는 5.8 mm를 넘지 않아야 합니다.\n\n추신: 두께는 5.8 mm가 아니라 5.6 mm 이하로 변경합니다.", "thickness", 5.6),
    ("La masse doit être au plus 70 g.\n\nP.-S. : lire 72 g au lieu de 70 g.", "mass", 72.0),
])
def test_a_postscript_replaces_the_value(text, metric, value):
    reading = read(text)
    assert values(reading, metric) == [value]
    assert any(f.kind == "superseded" for f in reading.findings)


def test_a_replaced_condition_is_found_by_its_old_value():
    reading = read("Take-off: the cell shall give 8C for 45 seconds.\n\nPS: take-off is 60 seconds and not 45.")
    pulse, = [r for r in reading.requirements if r.metric == "discharge_rate_pulse"]
    assert pulse.value == 8.0 and pulse.conditions["duration_s"] == 60.0


def test_a_value_is_called_off_by_itself():
    reading = read("Specific energy must be at least 255 Wh/kg.\n\nWe would love to see 270 Wh/kg.\n\n"
                   "PS: forget the 270.")
    assert values(reading, "specific_energy") == [255.0]


def test_a_question_asks_and_its_answer_amends():
    table = ("| Item | Requirement | Unit |\n|---|---|---|\n| 1.5 Mass | ≤ 1.15 | kg |\n\n# Answers\n\n"
             "| Clause | Question | Answer |\n|---|---|---|\n| 1.5 | Could it be 1.25 kg? | Relaxed to 1.2 kg. |\n")
    assert values(read(table, "a.md"), "mass") == [1200.0]


def test_a_wide_comma_parts_numbers():
    reading = read("循环寿命≥3000次，25℃，1C/1C，至80%SOH。")
    cycles, = [r for r in reading.requirements if r.metric == "cycle_life"]
    assert cycles.value == 3000.0
    assert cycles.conditions["temperature_C"] == 25.0 and cycles.conditions["eol_pct"] == 80.0


def test_a_present_cell_beside_the_new_one_is_set_aside_alone():
    reading = read("价格：目前供货的4800mAh电芯是11.8元，新电芯目标价12.5元以内。")
    assert values(reading, "price") == [12.5] and not values(reading, "capacity")


def test_parallel_labels_name_parallel_numbers():
    reading = read("| 항목 | 요구값 |\n|---|---|\n| 외경 / 높이 | 21.6 mm / 70.9 mm 이하 |\n| 중량 | 70 g 이하 |\n",
                   "a.md")
    assert values(reading, "diameter") == [21.6] and values(reading, "height") == [70.9]
    assert all(r.comparator == "<=" for r in reading.requirements if r.metric in ("diameter", "height"))


TABLE = ("| No. | Item | Value | Unit |\n|---|---|---|---|\n| 4 | Continuous discharge current, minimum | 35 | A |\n"
         "| 13 | Certificates | UN 38.3, UL 1973 | |\n\n# Notes (they win over the table)\n\n")


def test_a_bare_number_beside_the_old_one_is_the_new_value():
    reading = read(TABLE + "a) Line 4: read 40 and not 35.\n", "a.md")
    assert values(reading, "discharge_current_continuous") == [40.0]
    assert [f.kind for f in reading.findings] == ["superseded"]


def test_of_several_demands_of_a_row_the_named_one_is_withdrawn():
    reading = read(TABLE + "b) (to 13) UL 1973 is withdrawn.\n", "a.md")
    assert values(reading, "standard_compliance") == ["UN 38.3"]


def test_a_serial_is_a_row():
    table = "sr;parameter;limit;value;unit\n1;thickness;max;8.0;mm\n2;width;max;50.5;mm\n3;length;max;95.5;mm\n"
    reading = read(f"```\n{table}```\n\nSerial 1 is now 7.6 mm, since the lining is slimmer.\n", "a.md")
    assert values(reading, "thickness") == [7.6]
    assert any(f.kind == "superseded" for f in reading.findings)


def test_a_note_withdraws_what_it_tells_and_not_what_has_its_number():
    text = ("Self-discharge shall be at most 3 % per month.\n\nThe cycle life shall be at least 800 cycles.\n\n"
            "Note 3: Issue B asked for 600 cycles; that value no longer applies.\n")
    found = extract_requirements(document_of("rfq.md", text.encode()), taught=False).requirements
    assert {r.metric for r in found} == {"self_discharge", "cycle_life"}
