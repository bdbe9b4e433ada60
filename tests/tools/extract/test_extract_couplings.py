"""Requirements held against each other, with the arithmetic worked out by hand."""

from knowledge.documents.read import read_document
from tools.extract.requirements import extract_requirements


def findings_of(tmp_path, kind, *paragraphs):
    path = tmp_path / "rfq.txt"
    path.write_text("\n\n".join(("Request for a lithium-ion cell", *paragraphs)) + "\n", encoding="utf-8")
    return [f for f in extract_requirements(read_document(path), taught=False).findings if f.kind == kind]


def test_the_least_capacity_times_the_voltage_misses_the_energy(tmp_path):
    cell = ("The rated capacity shall be at least 2.55 Ah.", "The nominal voltage is 3.70 V.")
    (told,) = findings_of(tmp_path, "conflict", *cell, "The energy shall be 9.7 Wh or more.")
    assert "9.435 Wh" in told.text and "2.622 Ah" in told.text       # 2.55 x 3.70 and 9.7 / 3.70
    assert findings_of(tmp_path, "conflict", *cell, "The energy shall be 9.4 Wh or more.") == []


def test_capacity_times_voltage_stands_in_for_an_energy(tmp_path):
    (told,) = findings_of(
        tmp_path, "conflict", "The capacity shall be at least 5 Ah.", "The nominal voltage is 3.6 V.",
        "The mass shall not exceed 70 g.", "The specific energy shall be at least 280 Wh/kg.")
    assert "18 Wh" in told.text and "64.3 g" in told.text             # 18 Wh / 280 Wh/kg


def test_cycles_carry_less_than_the_throughput(tmp_path):
    (told,) = findings_of(
        tmp_path, "conflict", "The energy shall be at least 1000 Wh.", "The cycle life shall be at least 8000 cycles.",
        "The energy throughput shall be at least 9.5 MWh.")
    assert "8 MWh" in told.text and "9.5 MWh" in told.text


def test_a_load_outside_of_its_window(tmp_path):
    window = "The charging temperature shall be 0 °C to 45 °C."
    rate = "The charge rate shall be at least 0.2C at {} °C."
    (told,) = findings_of(tmp_path, "conflict", window, rate.format("-10"))
    assert "-10 °C" in told.text and "0 to 45 °C" in told.text
    assert findings_of(tmp_path, "conflict", window, rate.format("10")) == []


def test_a_wish_weaker_than_its_must_and_no_other(tmp_path):
    must, wish = "The specific energy shall be at least 300 Wh/kg.", "The specific energy should ideally be {} Wh/kg."
    (told,) = findings_of(tmp_path, "conflict", must, wish.format("280"))
    assert "weaker than the must" in told.text
    assert findings_of(tmp_path, "conflict", must, wish.format("320")) == []
    assert findings_of(tmp_path, "conflict", "Charging from 10 % to 80 % SOC shall take 25 minutes at most.",
                       "Charging from 10 % to 80 % SOC should ideally take 18 minutes.") == []


def test_a_charge_rate_that_plates_lithium_in_the_cold(tmp_path):
    text = "The cell shall accept a charge rate of at least 1C at {} °C."
    (told,) = findings_of(tmp_path, "infeasible", text.format("-40"))
    assert "plating" in told.text
    assert findings_of(tmp_path, "infeasible", text.format("20")) == []


def test_two_bounds_that_one_number_keeps_are_no_contradiction(tmp_path):
    found = findings_of(
        tmp_path, "conflict", "The specific energy shall be at least 290 Wh/kg at C/3 between 4.2 V and 2.7 V.",
        "The specific energy shall be at least 295 Wh/kg at C/3.")
    assert found == []


def test_voltage_limits_do_not_make_two_bounds_two_demands(tmp_path):
    (told,) = findings_of(
        tmp_path, "conflict", "The specific energy shall be at least 290 Wh/kg at C/3 between 4.2 V and 2.7 V.",
        "The specific energy shall be at most 280 Wh/kg at C/3.")
    assert "cannot both hold" in told.text and len(told.ids) == 2


def test_a_number_of_an_earlier_talk_is_forgotten_with_a_finding(tmp_path):
    (told,) = findings_of(tmp_path, "superseded", "容量は1,900mAh以上。", "先日お伝えした1,800mAhは忘れてください。")
    assert "1,800mAh" in told.text


def test_system_numbers_in_brackets_are_told_as_such(tmp_path):
    (told,) = findings_of(
        tmp_path, "distractor", "The cell goes into our cabinets (48 V, 100 Ah, 45 kg) and shall have 100 Ah.")
    assert "45 kg" in told.text
