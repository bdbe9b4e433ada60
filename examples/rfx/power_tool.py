"""The power-tool cell specification: a workbook with min/typ/max columns, a comment and an obsolete hidden sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from examples.rfx.gold import ask, distractor, standards, write_gold

Numbers = Mapping[str, float]
BUYER = "다온툴 주식회사 (Daon Tool Co., Ltd.)"
HEADER = ["ID", "Property", "Min", "Typ", "Max", "Unit", "Class", "Test condition", "Remark"]
Row = tuple[str, str, Any, Any, Any, str, str, str, str]


def write(n: Numbers, document: Path, gold: Path) -> None:
    """Write the XLSX and its labels from the numbers."""
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    book.properties.creator = "Daon Tool Co., Ltd."
    book.properties.created = book.properties.modified = datetime(2030, 5, 14, 9, 0)
    cover = book.active
    cover.title = "Cover"
    for line in _cover():
        cover.append([line])
    spec = book.create_sheet("Cell spec")
    _sheet(spec, "Cell specification 21700, revision 3", _spec_rows(n))
    for row in spec.iter_rows(min_row=4):
        if row[0].value == "T08":
            row[2].comment = Comment(f"Lowered in revision 3, was {n['continuous_superseded_A']:g} A.", "Daon Tool")
    life = book.create_sheet("Life and approval")
    _sheet(life, "Life, storage and approval", _life_rows(n))
    old = book.create_sheet("Rev 2 (obsolete)")
    _sheet(old, "Cell specification 21700, revision 2 (obsolete)", _old_rows())
    old.sheet_state = "hidden"
    book.save(document)
    write_gold(gold, document.name, "en", _labels(n), _distractors(n), _findings(n), _accepted())


def _cover() -> list[str]:
    return [
        BUYER,
        "SPEC-PT-2104 revision 3: lithium-ion cell 21700 for the cordless platform",
        "Class: M = mandatory, D = desired, I = information only.",
        "All values at 23 °C and for a fresh cell unless the test condition says otherwise. Discharge end voltage "
        "2.50 V, charge voltage 4.20 V.",
        "The battery pack (10 cells, 36 V, 144 Wh) is our own design and is not part of this request.",
    ]


def _sheet(sheet: Any, title: str, rows: list[Row]) -> None:
    """Title row, two header rows with a merged 'Limit' over min, typ and max, then the rows."""
    sheet.append([title])
    sheet.merge_cells("A1:I1")
    sheet.append(["ID", "Property", "Limit", None, None, "Unit", "Class", "Test condition", "Remark"])
    sheet.append([None, None, "Min", "Typ", "Max", None, None, None, None])
    sheet.merge_cells("C2:E2")
    for column in "ABFGHI":
        sheet.merge_cells(f"{column}2:{column}3")
    for row in rows:
        sheet.append(list(row))
        if isinstance(row[2], str):
            sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=3, end_column=5)
    for column, width in zip("ABCDEFGHI", (6, 34, 9, 9, 9, 9, 7, 44, 34), strict=True):
        sheet.column_dimensions[column].width = width


def _spec_rows(n: Numbers) -> list[Row]:
    rows: list[Row] = [
        ("T01", "Format", "21700", None, None, "", "M", "", ""),
        ("T02", "Diameter, bare can", n["diameter_min_mm"], None, n["diameter_max_mm"], "mm", "M", "", ""),
        ("T03", "Height, bare can", n["height_min_mm"], None, n["height_max_mm"], "mm", "M", "", ""),
        ("T04", "Mass", None, None, n["mass_g"], "g", "M", "", ""),
        ("T05", "Discharge capacity", n["capacity_min_Ah"], n["capacity_typ_Ah"], None, "Ah", "M", "0.2C, 23 °C", ""),
        ("T06", "Discharge capacity at high current", n["capacity_20A_Ah"], None, None, "Ah", "M", "20 A, 23 °C", ""),
        ("T07", "Discharge energy", n["energy_Wh"], None, None, "Wh", "M", "0.2C, 23 °C", ""),
        ("T08", "Continuous discharge current", n["continuous_A"], None, None, "A", "M", "23 °C", "see comment"),
        ("T09", "Pulse discharge current", n["pulse_A"], None, None, "A", "M", "5 s, 50 % SOC, 23 °C", ""),
        ("T10", "DC resistance", None, None, n["dcir_mohm"], "mΩ", "M", "20 A, 10 s, 50 % SOC, 23 °C", ""),
        ("T11", "DC resistance", None, None, n["dcir_wish_mohm"], "mΩ", "D", "20 A, 10 s, 50 % SOC, 23 °C", ""),
        ("T12", "AC impedance, 1 kHz", None, None, n["acir_mohm"], "mΩ", "M", "50 % SOC, 23 °C", ""),
        ("T13", "Skin temperature", None, None, n["skin_C"], "°C", "M", "end of 20 A discharge, 23 °C air", ""),
        ("T14", "Charging time 10 % to 80 % SOC", None, None, n["charge_min"], "min", "M",
         "23 °C, no lithium plating", ""),
        ("T15", "Charge current, cold", n["cold_charge_A"], None, None, "A", "D", "0 °C to 10 °C", ""),
        ("T16", "Nominal energy (check)", None, "=D8*3.6", None, "Wh", "I", "", "calculated"),
        ("T17", "Present cell, for comparison", "18650, 2.5 Ah, 22 mΩ", None, None, "", "I", "", "not a requirement"),
    ]
    return rows


def _life_rows(n: Numbers) -> list[Row]:
    return [
        ("L01", "Cycle life to 70 % of initial capacity", n["cycles"], None, None, "cycles", "M",
         "4 A charge, 10 A discharge, 100 % DOD, 23 °C", ""),
        ("L02", "Recoverable capacity after storage", n["storage_pct"], None, None, "%", "M",
         "12 months, 23 °C, 30 % SOC", ""),
        ("L03", "Operating temperature, discharge", -20, None, 75, "°C", "M", "", "skin"),
        ("L04", "Operating temperature, charge", 0, None, 45, "°C", "M", "", "skin"),
        ("L05", "Low temperature capacity", n["cold_capacity_pct"], None, None, "%", "D", "4 A at -10 °C",
         "relative to T05"),
        ("L06", "Drop test", "1.0 m, 6 faces, no leak", None, None, "", "M", "", ""),
        ("L07", "Standard", "UN 38.3", None, None, "", "M", "", ""),
        ("L08", "Standard", "IEC 62133-2", None, None, "", "M", "", ""),
        ("L09", "Marking", "laser 2D code on the can", None, None, "", "M", "", ""),
        ("L10", "Price per cell", None, None, n["price_usd"], "USD", "M", "2 million cells per year, FOB Incheon", ""),
    ]


def _old_rows() -> list[Row]:
    return [
        ("T05", "Discharge capacity", 2.80, 3.00, None, "Ah", "M", "0.2C, 23 °C", ""),
        ("T08", "Continuous discharge current", 45, None, None, "A", "M", "23 °C", ""),
        ("T10", "DC resistance", None, None, 9, "mΩ", "M", "20 A, 10 s, 50 % SOC, 23 °C", ""),
    ]


def _labels(n: Numbers) -> list[dict[str, Any]]:
    low: dict[str, Any] = {"rate_C": 0.2, "temperature_C": 23}
    pulse: dict[str, Any] = {"current_A": 20, "duration_s": 10, "soc_pct": 50, "temperature_C": 23}
    return [
        ask("format", "in", ["21700"], None, "21700"),
        ask("diameter", "range", [n["diameter_min_mm"], n["diameter_max_mm"]], "mm", f"{n['diameter_min_mm']:g}"),
        ask("height", "range", [n["height_min_mm"], n["height_max_mm"]], "mm", f"{n['height_min_mm']:g}"),
        ask("mass", "<=", n["mass_g"], "g", f"{n['mass_g']:g}"),
        ask("capacity", ">=", n["capacity_min_Ah"], "Ah", f"{n['capacity_min_Ah']:g}", kind="minimum", **low),
        ask("capacity", "=", n["capacity_typ_Ah"], "Ah", f"{n['capacity_typ_Ah']:g}", kind="typical", **low),
        ask("capacity", ">=", n["capacity_20A_Ah"], "Ah", f"{n['capacity_20A_Ah']:g}", current_A=20, temperature_C=23),
        ask("energy", ">=", n["energy_Wh"], "Wh", f"{n['energy_Wh']:g}", **low),
        ask("discharge_current_continuous", ">=", n["continuous_A"], "A", f"{n['continuous_A']:g}", temperature_C=23),
        ask("discharge_current_pulse", ">=", n["pulse_A"], "A", f"{n['pulse_A']:g}", duration_s=5, soc_pct=50,
            temperature_C=23),
        ask("dcir", "<=", n["dcir_mohm"], "mohm", f"{n['dcir_mohm']:g}", **pulse),
        ask("dcir", "<=", n["dcir_wish_mohm"], "mohm", f"{n['dcir_wish_mohm']:g}", priority="should", **pulse),
        ask("acir_1khz", "<=", n["acir_mohm"], "mohm", f"{n['acir_mohm']:g}", soc_pct=50, temperature_C=23),
        ask("surface_temperature", "<=", n["skin_C"], "degC", f"{n['skin_C']:g}", current_A=20,
            ambient_temperature_C=23),
        ask("fast_charge_time", "<=", n["charge_min"], "min", f"{n['charge_min']:g}", soc_from_pct=10, soc_to_pct=80,
            temperature_C=23),
        ask("charge_current", ">=", n["cold_charge_A"], "A", f"{n['cold_charge_A']:g}", priority="should",
            temperature_C=[0, 10]),
        ask("cycle_life", ">=", n["cycles"], "cycle", f"{n['cycles']:g}", eol_pct=70, charge_A=4, discharge_A=10,
            dod_pct=100, temperature_C=23),
        ask("storage_recovery", ">=", n["storage_pct"], "%", f"{n['storage_pct']:g}", months=12, temperature_C=23,
            soc_pct=30),
        ask("operating_temperature_discharge", "range", [-20, 75], "degC", "-20"),
        ask("operating_temperature_charge", "range", [0, 45], "degC", "45"),
        ask("low_temperature_capacity", ">=", n["cold_capacity_pct"], "%", f"{n['cold_capacity_pct']:g}",
            priority="should", temperature_C=-10, current_A=4),
        ask("drop_test", "required", "1.0 m, 6 faces, no leak", None, "1.0 m, 6 faces, no leak"),
        *standards(["UN 38.3"], "UN 38.3"),
        *standards(["IEC 62133-2"], "IEC 62133-2"),
        ask("marking", "required", "laser 2D code on the can", None, "laser 2D code on the can"),
        ask("price", "<=", n["price_usd"], "USD/cell", f"{n['price_usd']:g}", incoterm="FOB Incheon"),
    ]


def _distractors(n: Numbers) -> list[dict[str, Any]]:
    return [
        distractor("energy", 144, "144 Wh", "pack"),
        distractor("nominal_voltage", 36, "36 V", "pack"),
        distractor("capacity", 2.5, "2.5 Ah", "present cell"),
        distractor("dcir", 22, "22 mΩ", "present cell"),
        distractor("format", "18650", "18650", "present cell"),
        distractor("discharge_current_continuous", n["continuous_superseded_A"],
                   f"{n['continuous_superseded_A']:g} A", "before revision 3"),
        distractor("capacity", 2.8, "2.8", "hidden, obsolete sheet"),
        distractor("capacity", 3.0, "3", "hidden, obsolete sheet"),
        distractor("discharge_current_continuous", 45, "45", "hidden, obsolete sheet"),
        distractor("dcir", 9, "9", "hidden, obsolete sheet"),
    ]


def _findings(n: Numbers) -> list[dict[str, Any]]:
    return [
        {"kind": "unread", "text": "Cell spec D19: a formula that was never calculated"},
        {"kind": "superseded", "text": f"{n['continuous_superseded_A']:g} A (comment: before revision 3)"},
        {"kind": "distractor", "text": "hidden sheet 'Rev 2 (obsolete)'"},
        {"kind": "distractor", "text": "10 cells, 36 V, 144 Wh (pack); 18650, 2.5 Ah, 22 mΩ (present cell)"},
    ]


def _accepted() -> list[dict[str, Any]]:
    return [
        ask("min_voltage", ">=", 2.5, "V", "2.50 V"), ask("max_voltage", "<=", 4.2, "V", "4.20 V"),
        ask("charge_voltage", "=", 4.2, "V", "4.20 V"), ask("charge_voltage", "<=", 4.2, "V", "4.20 V"),
        ask("voltage_window", "range", [2.5, 4.2], "V", "2.50 V"),
        ask("order_quantity", ">=", 2000000, None, "2 million cells per year"),
    ]
