"""Numbers in words, prices, and units as people write them."""

import pytest

from knowledge.documents.read import document_of
from tools.extract.characters import normalise
from tools.extract.comparators import said_about
from tools.extract.meaning import draft
from tools.extract.page import lay_out
from tools.extract.quantities import scan


def one(text, decimal="."):
    found = [q for q in scan(normalise(text), 0, len(text), decimal) if q.units]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(("text", "value", "unit"), [
    ("two hundred and eighty amp-hours", 280, "Ah"), ("three thousand five hundred cycles", 3500, "cycle"),
    ("eighteen and a half millimetres", 18.5, "mm"), ("twenty-six point three millimetres", 26.3, "mm"),
    ("two and half Ah", 2.5, "Ah"), ("one hundred and fifty thousand cells", 150_000, "piece"),
    ("one million two hundred thousand pieces", 1.2e6, "piece"), ("nineteen hundred cycles", 1900, "cycle"),
    ("zero point two five C", 0.25, "C"), ("a hundred and five grams", 105, "g"), ("fifty-five percent", 55, "%"),
    ("zweihundertachtzig Ah", 280, "Ah"), ("zweitausendfünfhundert Zyklen", 2500, "cycle"),
    ("dreieinhalb Jahre", 3.5, "year"), ("vier Komma zwei Volt", 4.2, "V"),
    ("cinq cent vingt grammes", 520, "g"), ("deux mille cinq cents cycles", 2500, "cycle"),
    ("quatre-vingt-douze mm", 92, "mm"), ("soixante-douze mm", 72, "mm"), ("deux virgule zéro cinq V", 2.05, "V"),
    ("deux heures et demie", 2.5, "h"), ("이십구 그램", 29, "g"), ("오 점 오 밀리미터", 5.5, "mm"),
    ("육천 개", 6000, "piece"), ("스물다섯 개", 25, "piece"), ("이만 오천 개", 25_000, "piece"),
    ("영하 사십 도", -40, "degC"), ("삼 퍼센트", 3, "%"), ("三千次", 3000, "cycle"), ("二百八十安时", 280, "Ah"),
    ("3만 개", 30_000, "piece"), ("十二万件", 120_000, "piece"), ("四萬顆", 40_000, "piece"),
    ("2万5000個", 25_000, "piece"), ("三万五千次", 35_000, "cycle"), ("三百五次", 350, "cycle"),
    ("六十五千克", 65, "kg"), ("四点二毫米", 4.2, "mm"), ("七克半", 7.5, "g"), ("零下二十五度", -25, "degC"),
    ("六成五", 65, "%"), ("百分之零点五", 0.5, "%"), ("2.9キロ", 2.9, "kg"), ("1,80,000 cells", 180_000, "piece"),
    ("3 lakh pcs", 300_000, "piece"), ("30k a year", 30_000, "piece"), ("600K pcs", 600_000, "piece"),
    ("1,2 M cellules/an", 1.2e6, "piece"), ("350,000 a year", 350_000, "piece"), ("80 000 par an", 80_000, "piece"),
])
def test_numbers_in_words_and_groups(text, value, unit):
    q = one(text)
    assert q.value == pytest.approx(value)
    assert unit in {u.name for u in q.units}


@pytest.mark.parametrize(("text", "value", "unit"), [
    ("ZAR 118 each", 118, "ZAR/cell"), ("NZD 175 per kWh", 175, "NZD/kWh"), ("R 95 a cell", 95, "ZAR/cell"),
    ("R340 a cell", 340, "ZAR/cell"), ("19 US dollar each", 19, "USD/cell"), ("BRL 16.50 per cell", 16.5, "BRL/cell"),
    ("two dollars thirty US a cell", 2.3, "USD/cell"), ("two dollars ten would do", 2.1, "USD"),
    ("two dollars and sixty cents a cell", 2.6, "USD/cell"), ("forty-eight US cents a cell", 0.48, "USD/cell"),
    ("zwei Euro fünfzig pro Zelle", 2.5, "EUR/cell"), ("2,90 $ US la pile", 2.9, "USD/cell"),
    ("38 MAD l'élément", 38, "MAD/cell"), ("2.95 usd/cell", 2.95, "USD/cell"), ("Rs.95 per cell", 95, "INR/cell"),
    ("R$ 12/cell", 12, "BRL/cell"), ("新台幣二百六十元", 260, "TWD"), ("사천오백 원", 4500, "KRW"),
    ("38块 rmb", 38, "CNY"), ("CHF 4.20 pro Zelle", 4.2, "CHF/cell"), ("USD62/kWh", 62, "USD/kWh"),
])
def test_prices_of_any_currency(text, value, unit):
    q = one(text)
    assert (q.value, [u.name for u in q.units]) == (pytest.approx(value), [unit])


@pytest.mark.parametrize(("text", "shape", "values", "unit"), [
    ("3.90 in long", "single", (3.9,), "in"), ("0.85 in across", "single", (0.85,), "in"),
    ("0.73 in de diamètre", "single", (0.73,), "in"), ("höchstens 0.838 in Durchmesser", "single", (0.838,), "in"),
    ("0.551 in を超える", "single", (0.551,), "in"), ("2,80 po", "single", (2.8,), "in"),
    ("0.556 in +0.004 / -0.008 in", "tolerance", (0.556, 0.008, 0.004), "in"),
    ("7.8 x 100 x 205 mm", "tuple", (7.8, 100, 205), "mm"), ("148 / 27 / 130 mm", "tuple", (148, 27, 130), "mm"),
    ("one kilo and eighty grams", "single", (1080,), "g"), ("4 kg 50 g", "single", (4050,), "g"),
    ("2 h 30, same", "single", (2.5,), "h"), ("max x1.4", "single", (1.4,), "ratio"),
    ("a tenth of a C", "single", (0.1,), "C"), ("half a C", "single", (0.5,), "C"), ("one C", "single", (1,), "C"),
    ("one and a half C", "single", (1.5,), "C"), ("ein halbes C", "single", (0.5,), "C"),
    ("三分の一C", "single", (1 / 3,), "C"), ("three quarters of the capacity", "single", (75,), "%"),
    ("drei Viertel der Kapazität", "single", (75,), "%"), ("four-fifths of first capacity", "single", (80,), "%"),
    ("60 off", "single", (60,), "piece"), ("a dozen samples", "single", (12,), "piece"),
    ("send a dozen to us", "single", (12,), "piece"), ("two hundred evaluation pcs", "single", (200,), "piece"),
    ("six hundred such cycles", "single", (600,), "cycle"), ("800 full-depth cycles", "single", (800,), "cycle"),
    ("20 degree", "single", (20,), "degC"), ("70 deg", "single", (70,), "degC"),
    ("twelve calendar years", "single", (12,), "year"),
    ("150 Wh kg-1", "single", (150,), "Wh/kg"), ("13 安培小時", "single", (13,), "Ah"),
    ("2.2 毫歐", "single", (2.2,), "mohm"),
])
def test_units_as_people_write_them(text, shape, values, unit):
    q = one(text, "," if "," in text else ".")
    assert (q.shape, q.values) == (shape, pytest.approx(values))
    assert unit in {u.name for u in q.units}


@pytest.mark.parametrize("text", [
    "3.2 in the annex", "ECE R100 a", "R 12 of the list", "switch 3 off the load", "five or six people", "15 a year",
    "of 2 in total", "un élément", "零部件", "千万不要", "half charged", "이 셀은", "the 2030 base",
])
def test_what_is_no_quantity(text):
    assert [q for q in scan(normalise(text), 0, len(text), ".") if q.units] == []


def test_money_before_the_amount_of_another_thing():
    found = [q.values for q in scan("12 EUR 20 % two dollars thirty cells", 0, 36, ".") if q.units]
    assert found == [(12,), (20,), (2,), (30,)]


@pytest.mark.parametrize(("text", "metric"), [
    ("The cells must not lose more than three percent a month.", "self_discharge"),
    ("The capacity loss must not exceed 0.5 % per month.", "capacity_loss"),
])
def test_a_loss_a_month(text, metric):
    page = lay_out(document_of("a.txt", text.encode()))
    block = page.document.blocks[0]
    quantity = next(q for q in page.blocks[block.index] if q.units)
    made = draft(page, block, quantity, "capacity_loss", said_about(page.text, quantity, block.start, block.end))
    assert made is not None and made.metric == metric
