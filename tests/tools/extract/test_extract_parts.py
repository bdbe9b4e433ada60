"""What a text says of its own parts: an older mail that stays in force, decisions of minutes, sentences taken back."""

import pytest

from knowledge.documents.read import read_document
from tools.extract.requirements import extract_requirements

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
    return extract_requirements(read_document(path))


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
