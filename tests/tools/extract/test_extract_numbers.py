"""Numbers and quantities as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.extract.characters import normalise
from tools.extract.clauses import sentences
from tools.extract.numbers import decimal_convention, numbers, parse
from tools.extract.quantities import scan


def one(text, decimal="."):
    found = [q for q in scan(normalise(text), 0, len(text), decimal) if q.units]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(("body", "decimal", "value"), [
    ("1 200", ".", 1200), ("1,200", ".", 1200), ("1.200", ",", 1200), ("1.200", ".", 1.2), ("0.415", ",", 0.415),
    ("0,415", ".", 0.415), ("71,5", ".", 71.5), ("3.700", ",", 3700), ("1.234.567,8", ",", 1234567.8),
    ("1,234,567.8", ".", 1234567.8), ("12'500", ".", 12500), ("3.70", ",", 3.7), ("96 000", ".", 96000),
])
def test_number_formats(body, decimal, value):
    assert parse(body, decimal) == pytest.approx(value)


@pytest.mark.parametrize(("text", "shape", "values", "unit"), [
    ("46.0 mm +0.05 / -0.10 mm", "tolerance", (46, 0.10, 0.05), "mm"),
    ("70.0 (+0.6 / -0.1) mm", "tolerance", (70, 0.1, 0.6), "mm"),
    ("95.0 mm +/- 0.2 mm", "tolerance", (95, 0.2, 0.2), "mm"),
    ("5.4±0.1 kg", "tolerance", (5.4, 0.1, 0.1), "kg"),
    ("25 °C ± 2 K", "tolerance", (25, 2, 2), "degC"),
    ("-30 ... +55 degC", "range", (-30, 55), "degC"),
    ("−20 to 80 °C", "range", (-20, 80), "degC"),
    ("67 - 71 g", "range", (67, 71), "g"),
    ("5-10 wt%", "range", (5, 10), "%"),
    ("10 -> 80 %", "range", (10, 80), "%"),
    ("between 10 and 20 g", "range", (10, 20), "g"),
    ("220 mm × 71,5 mm × 102 mm", "tuple", (220, 71.5, 102), "mm"),
    ("21x70 mm", "tuple", (21, 70), "mm"),
    ("minus 20 °C", "single", (-20,), "degC"),
    ("C/3", "single", (1 / 3,), "C"),
    ("1/5C", "single", (0.2,), "C"),
    ("0.5P", "single", (0.5,), "P"),
    ("1.2 million cells", "single", (1.2e6,), "piece"),
    ("twelve months", "single", (12,), "month"),
    ("drei Monate", "single", (3,), "month"),
    ("1.5万次", "single", (15000,), "cycle"),
    ("$62/kWh", "single", (62,), "USD/kWh"),
    ("USD 2.35 per cell", "single", (2.35,), "USD/cell"),
    ("800-V", "single", (800,), "V"),
    ("2 lb 3 oz", "single", (35,), "oz"),
    ("1e3 cycles", "single", (1000,), "cycle"),
    ("１５ Ah", "single", (15,), "Ah"),
])
def test_quantities(text, shape, values, unit):
    q = one(text, "," if "71,5" in text else ".")
    assert (q.shape, q.values) == (shape, pytest.approx(values))
    assert unit in {u.name for u in q.units}


@pytest.mark.parametrize(("text", "dimension"), [
    ("charged at 4C", "rate"), ("0.2C discharge", "rate"), ("80 C skin", "temperature"), ("0 C - 10 C", "temperature"),
    ("skin at 23 C", "temperature"), ("a rate of 3 C", "rate"),
])
def test_bare_c(text, dimension):
    assert dimension in one(text).dimensions


def test_a_standard_is_no_quantity():
    from tools.extract.standards import standards_in

    text = "UN 38.3, IEC 62133-2:2017, GB/T 36276-2023, ECE R100 Rev. 3, UL 9540A"
    assert [text[a:b] for a, b in standards_in(text, 0, len(text))] == text.split(", ")


@pytest.mark.parametrize(("text", "language", "sign"), [
    ("0,55 mΩ und 3.700 g", "de", ","), ("0.55 mOhm and 3,700 g", "en", "."), ("3.700 g", "de", ","),
    ("4.20 V", "de", "."), ("no number", "en", "."),
])
def test_decimal_convention(text, language, sign):
    assert decimal_convention(text, language) == sign


def test_sentences_keep_numbers_and_abbreviations():
    text = "The mass is max. 3.5 kg. Charging takes 20 min. It holds 25 °C. See No. 7. Meet R100 Rev. 3 too."
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == [
        "The mass is max. 3.5 kg.", "Charging takes 20 min.", "It holds 25 °C.", "See No. 7.", "Meet R100 Rev. 3 too."]


@given(st.text(max_size=300))
def test_normalising_moves_nothing(text):
    assert len(normalise(text)) == len(text)


@given(st.text(alphabet="0123456789.,-+±/×x %°CkgAhVmΩ()toand\n", max_size=120))
def test_any_text_gives_ordered_spans(text):
    for found in (numbers(text, 0, len(text), "."), scan(text, 0, len(text), ".")):
        assert all(0 <= q.start < q.end <= len(text) for q in found)
    spans = [(q.start, q.end) for q in scan(text, 0, len(text), ".")]
    assert spans == sorted(spans)


@given(st.integers(-60, 200), st.integers(1, 60))
def test_a_range_survives_any_dash(low, width):
    for dash in ("...", " to ", " ~ ", "…"):
        q = one(f"{low}{dash}{low + width} °C")
        assert q.values == (low, low + width)


def test_each_line_of_a_chat_is_a_sentence():
    text = "【小周】 容量3.45Ah起步\n【阿凯】 一颗不超49 g\n[09:12] we want 5 Ah\n**Petra 09:02** at most 70 g"
    assert [text[a:b][:4] for a, b in sentences(text, 0, len(text))] == ["【小周】", "【阿凯】", "[09:", "**Pe"]


def test_a_sentence_without_an_end_is_cut_at_a_space():
    text = "the cell weighs 70 g and " * 400
    found = sentences(text, 0, len(text))
    assert max(b - a for a, b in found) <= 3000
    assert " ".join(text[a:b] for a, b in found) == text.strip()
