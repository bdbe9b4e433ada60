"""What a text says of its own parts: an older mail that stays in force, decisions of minutes, sentences taken back."""

import pytest

from knowledge.documents.read import read_document
from tools.extract.host_standards import of_host
from tools.extract.requirements import extract_requirements
from tools.extract.standards import ternary

THREAD = """From: "Maureen Tuttle" <m.tuttle@mower.example>
To: sales@cells.example
Subject: Re: cell for the mower
Content-Type: text/plain; charset=utf-8

Ilse,

please change one number:

- the weight. I had put 68 g. The holder has been redrawn since, and 71 g per cell is the ceiling now.

{rest}

Maureen

On Mon, 03 Jun 2030, Ilse Brandt wrote:

> Dear Maureen,
>
> our catalogue type has 4.2 Ah and 69.5 g.
>
> On Tue, 28 May 2030, {author} wrote:
>
>> The cell should not weigh more than 68 g. Resistance 20 mOhm at
>> most. In the dock the cell has to be full in
>> 90 minutes.
"""
MINUTES = """Minutes of the cell workshop

Okafor wanted 250 Ah for the two-shift customers. An offer at 130 Wh/kg was set aside.

Agreed: 230 Ah minimum at C/3. That is 174 Wh/kg and we keep 172 Wh/kg as the floor.

Lifting draws about 105 kW from the battery.

Agreed:
- 1C continuous discharge, cell wall no hotter than 50 °C
- 2C for 30 s at 30 % SOC, without the voltage going under 2.6 V

Rejected: 3C for 30 s.

Agreed: the bays are given, so the width is 174 mm ± 0.8 mm.
"""


def read(text, name, tmp_path):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return extract_requirements(read_document(path), taught=False)


def values(reading):
    return {(r.metric, r.value if isinstance(r.value, float) else tuple(r.value)) for r in reading.requirements}


def test_an_older_mail_of_ones_own_stays_in_force_and_is_amended(tmp_path):
    text = THREAD.format(rest="The rest of the 28 May mail stands as written.", author="Maureen Tuttle")
    reading = read(text, "thread.eml", tmp_path)
    assert values(reading) == {("mass", 71.0), ("dcir", 20.0), ("charge_time", 90.0)}
    assert any(f.kind == "superseded" and "68" in f.text for f in reading.findings)


@pytest.mark.parametrize(("rest", "author"), [
    ("Kind regards.", "Maureen Tuttle"),
    ("The rest of the 28 May mail stands as written.", "Tomas Berg"),
])
def test_a_quoted_mail_asks_nothing_where_nobody_leaves_it_in_force_or_another_wrote_it(rest, author, tmp_path):
    reading = read(THREAD.format(rest=rest, author=author), "thread.eml", tmp_path)
    assert {m for m, _ in values(reading)} == {"mass"}


def test_only_the_decisions_of_minutes_ask(tmp_path):
    reading = read(MINUTES, "minutes.txt", tmp_path)
    assert values(reading) == {
        ("capacity", 230.0), ("specific_energy", 172.0), ("discharge_rate_continuous", 1.0),
        ("surface_temperature", 50.0), ("discharge_rate_pulse", 2.0), ("width", (174.0, 0.8, 0.8))}
    load = next(r for r in reading.requirements if r.metric == "discharge_rate_continuous")
    limit = next(r for r in reading.requirements if r.metric == "surface_temperature")
    assert load.conditions["surface_limit_C"] == 50.0
    assert limit.conditions["rate_C"] == 1.0


def test_what_holds_in_general_may_be_said_in_any_words(tmp_path):
    text = ("A cell for a vehicle\n\nWhere nothing else is written, the cell is new and at 20 °C.\n\n"
            "At C/5 the cell shall give 20.0 Ah or more.\n")
    (one,) = read(text, "spec.txt", tmp_path).requirements
    assert one.conditions == {"rate_C": 0.2, "temperature_C": 20.0, "life": "BOL"}


ADDENDUM = """Purchase specification, cell for ships

2.1 Minimum capacity 280 Ah at 1C.
2.6 DC resistance: 0.45 mOhm as a maximum, 30 s discharge pulse, SOC 50 %.
6.2 A cell in thermal runaway shall not bring its neighbour into runaway within 30 minutes.

ADDENDUM A

The following clauses are withdrawn and replaced.

2.6   reads: maximum 0.40 mOhm, 30 s discharge pulse, SOC 50 %.
6.2   reads: ... within 60 minutes ...
New   6.6  Every cell bears a DataMatrix code with serial number.

Talk of 19 March: the 280 Ah stays.
"""


def test_an_addendum_changes_clauses_by_their_numbers_and_adds_new_ones(tmp_path):
    reading = read(ADDENDUM, "spec.txt", tmp_path)
    numbers = sorted((r.metric, r.value) for r in reading.requirements if isinstance(r.value, float))
    assert numbers == [("capacity", 280.0), ("dcir", 0.4), ("thermal_propagation", 60.0)]
    assert [r.metric for r in reading.requirements if isinstance(r.value, str)] == ["marking"]
    assert any(i.quote == "280 Ah" and "stands" in i.reason for i in reading.ignored)
    assert sum(f.kind == "superseded" for f in reading.findings) >= 2


def test_a_window_that_replaces_a_window_moves_no_other_end(tmp_path):
    text = ("A cell\n\nThe cell is discharged at -10 to +50 °C and stored at -10 to +45 °C.\n\nMinutes of May\n\n"
            "From now on discharging is -20 to +50 °C.\n")
    assert values(read(text, "spec.txt", tmp_path)) == {
        ("operating_temperature_discharge", (-20.0, 50.0)), ("storage_temperature", (-10.0, 45.0))}


@pytest.mark.parametrize(("text", "expected"), [
    ("三元系のセル、单价不超过三元。", [(0, 2)]),
    ("正极为三元，负极为石墨。", [(3, 5)]),
    ("单价约三元/只。", []),
])
def test_three_metals_are_told_from_three_yuan(text, expected):
    assert ternary(text, 0, len(text)) == expected


@pytest.mark.parametrize(("text", "name", "of_another"), [
    ("La norme EN 50604-1 concerne le pack.", "EN 50604-1", True),
    ("Gefordert ist IEC 62133-2, die ISO 13849 liegt bei uns.", "IEC 62133-2", False),
    ("Gefordert ist IEC 62133-2, die ISO 13849 liegt bei uns.", "ISO 13849", True),
    ("供方无须提供 DO-311A 报告。", "DO-311A", True),
    ("IEC 62619 및 UN 38.3 성적서를 제출해야 합니다.", "IEC 62619", False),
])
def test_whose_business_a_standard_is(text, name, of_another):
    place = text.index(name)
    assert of_host(text, 0, len(text), place, place + len(name)) is of_another


def test_a_value_in_front_of_a_bound_is_no_clause_number(tmp_path):
    path = tmp_path / "table.md"
    path.write_text("| 항목 | 요구값 | 단위 | 비고 |\n|---|---|---|---|\n| 두께 | 72.0 이하 | mm | SOC 30% |\n"
                    "| 무게 | 5.45 이하 | kg | |\n| DCIR | 0.6 이하 | mΩ | SOC 50%, 30초 방전 |\n", encoding="utf-8")
    reading = extract_requirements(read_document(path), taught=False)
    assert [(r.metric, r.comparator, r.value) for r in reading.requirements] == [
        ("thickness", "<=", 72.0), ("mass", "<=", 5450.0), ("dcir", "<=", 0.6)]


def test_a_row_takes_the_conditions_of_the_row_it_names_first_in_its_cell(tmp_path):
    path = tmp_path / "table.md"
    path.write_text("| No. | 항목 | 요구값 | 단위 | 구분 | 시험조건 |\n|---|---|---|---|---|---|\n"
                    "| C-1 | 사이클 수명 | 8,000 이상 | 회 | 필수 | 0.5P/0.5P, DOD 100%, SOH 70%까지 |\n"
                    "| C-2 | 사이클 수명 | 10,000 이상 | 회 | 희망 | C-1과 동일 |\n", encoding="utf-8")
    first, second = extract_requirements(read_document(path), taught=False).requirements
    own = {k: v for k, v in second.conditions.items() if k != "note"}
    assert own == first.conditions == {"rate_P": 0.5, "dod_pct": 100.0, "eol_pct": 70.0}
