"""The stationary-storage cell specification: a Word file with prose, tables and nested lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from examples.rfx.gold import ask, distractor, standards, write_gold

Numbers = Mapping[str, float]


def write(n: Numbers, document: Path, gold: Path) -> None:
    """Write the DOCX and its labels from the numbers."""
    import docx

    doc = docx.Document()
    doc.core_properties.title = "Cell specification for RFP GS-118"
    doc.core_properties.author = "Meridian Grid Storage Ltd"
    doc.core_properties.created = doc.core_properties.modified = datetime(2030, 1, 15, 9, 0)
    doc.sections[0].header.paragraphs[0].text = "Meridian Grid Storage Ltd · RFP GS-118 · Annex 2"
    doc.add_heading("RFP GS-118, Annex 2: LFP cell for stationary storage", level=0)
    _introduction(doc)
    doc.add_heading("3 Cell data", level=1)
    _table(doc, ["Parameter", "Requirement", "Remark"], _cell_rows(n))
    _body(doc, n)
    doc.save(str(document))
    write_gold(gold, document.name, "en", _labels(n), _distractors(), _findings(), _accepted())


def _table(doc: Any, header: list[str], rows: list[list[str]]) -> None:
    table = doc.add_table(rows=1, cols=len(header), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, header, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _introduction(doc: Any) -> None:
    doc.add_heading("1 Background", level=1)
    doc.add_paragraph(
        "Meridian Grid Storage Ltd is building a plant of 200 MW and 800 MWh. Each container stores 5.0 MWh and has a "
        "round-trip efficiency of 86 % at the grid connection; these are figures of our system and are not asked of "
        "the cell. At the previous site we used a 100 Ah cell that was sold with 6,000 cycles and weighed 2.0 kg."
    )
    doc.add_heading("2 Definitions", level=1)
    doc.add_paragraph(
        "\"Shall\" marks a requirement, \"should\" a preference that is scored. Unless stated otherwise all values are "
        "for one new cell at 25 °C. 0.5P is the constant power that equals half of the rated energy per hour."
    )


def _cell_rows(n: Numbers) -> list[list[str]]:
    return [
        ["Outer dimensions (width × thickness × height)",
         f"{n['width_mm']:g} mm × {n['thickness_mm']:g} mm × {n['height_mm']:g} mm",
         f"each ± {n['tol_mm']:g} mm, height without terminals"],
        ["Mass", f"≤ {n['mass_kg']:.2f} kg", ""],
        ["Capacity", f"≥ {n['capacity_Ah']:g} Ah", "0.5P discharge"],
        ["Energy", f"≥ {n['energy_Wh']:g} Wh", "0.5P discharge"],
        ["Specific energy", f"≥ {n['specific_energy_Wh_kg']:g} Wh/kg", "0.5P discharge"],
        ["Energy density", f"≥ {n['energy_density_Wh_L']:g} Wh/L", "0.5P discharge"],
        ["Energy efficiency", f"≥ {n['efficiency_pct']:.1f} %", "0.5P charge, 0.5P discharge"],
        ["DC resistance", f"≤ {n['dcir_mohm']:.2f} mΩ", "10 s discharge pulse, 50 % SOC"],
        ["Voltage window", "2.50 V to 3.65 V", ""],
        ["Self-discharge", f"≤ {n['self_discharge_pct']:.1f} % per month", "50 % SOC"],
    ]


def _temperature_rows() -> list[list[str]]:
    return [["Charge", "0 °C to 55 °C", ""], ["Discharge", "-20 °C to 55 °C", ""],
            ["Storage", "-20 °C to 45 °C", "up to 6 months at 50 % SOC"]]


def _body(doc: Any, n: Numbers) -> None:
    doc.add_paragraph("The cathode shall be LFP. Sodium-ion cells are not accepted.")
    doc.add_heading("4 Temperature", level=1)
    _table(doc, ["Operating temperature", "Range", "Remark"], _temperature_rows())
    doc.add_paragraph(f"During continuous 0.5P discharge in still air the temperature rise should stay below "
                      f"{n['temperature_rise_K']:g} K.")
    doc.add_heading("5 Life", level=1)
    doc.add_paragraph("Cycling", style="List Bullet")
    doc.add_paragraph(f"The cycle life shall be at least {n['cycles']:,.0f} cycles to {n['eol_pct']:g} % of the "
                      "initial capacity at 0.5P/0.5P, 25 °C and 100 % DOD.", style="List Bullet 2")
    doc.add_paragraph(f"After 500 cycles the capacity retention shall be at least {n['retention_500_pct']:g} %.",
                      style="List Bullet 2")
    doc.add_paragraph("Calendar", style="List Bullet")
    doc.add_paragraph(f"The calendar life shall be at least {n['calendar_years']:g} years at 25 °C and 50 % mean SOC.",
                      style="List Bullet 2")
    doc.add_heading("6 Mechanics and safety", level=1)
    doc.add_paragraph(f"At end of life the swelling force shall not exceed {n['swelling_kN']:g} kN.",
                      style="List Number")
    doc.add_paragraph(f"The vent shall open at {n['vent_MPa']:.2f} MPa ± {n['vent_tol_MPa']:.2f} MPa.",
                      style="List Number")
    doc.add_paragraph("The cell shall be certified to UL 1973, IEC 62619 and UN 38.3.", style="List Number")
    doc.add_paragraph("A cell-level test report to UL 9540A shall be supplied.", style="List Number")
    doc.add_heading("7 Commercial terms", level=1)
    doc.add_paragraph(
        f"The price shall not exceed {n['price_usd_kWh']:g} USD/kWh, DAP Rotterdam, for an order of 3 GWh. A price of "
        f"{n['price_wish_usd_kWh']:g} USD/kWh or less should be reached from the second year on."
    )
    doc.add_paragraph("Annex B shows a brochure cell with 314 Ah and 181 Wh/kg as an illustration only.")


def _labels(n: Numbers) -> list[dict[str, Any]]:
    rows = {r[0]: r[1] for r in _cell_rows(n)}
    half_p: dict[str, Any] = {"rate_P": 0.5, "temperature_C": 25}
    size = rows["Outer dimensions (width × thickness × height)"]
    kilo = (n["mass_kg"], "kg")
    mega = ([n["vent_MPa"], n["vent_tol_MPa"], n["vent_tol_MPa"]], "MPa")
    vent = [round(n["vent_MPa"] * 1000), round(n["vent_tol_MPa"] * 1000), round(n["vent_tol_MPa"] * 1000)]
    return [
        ask("width", "tolerance", [n["width_mm"], n["tol_mm"], n["tol_mm"]], "mm", size),
        ask("thickness", "tolerance", [n["thickness_mm"], n["tol_mm"], n["tol_mm"]], "mm", size),
        ask("height", "tolerance", [n["height_mm"], n["tol_mm"], n["tol_mm"]], "mm", size),
        ask("mass", "<=", round(n["mass_kg"] * 1000), "g", rows["Mass"], written=kilo),
        ask("capacity", ">=", n["capacity_Ah"], "Ah", rows["Capacity"], **half_p),
        ask("energy", ">=", n["energy_Wh"], "Wh", rows["Energy"], **half_p),
        ask("specific_energy", ">=", n["specific_energy_Wh_kg"], "Wh/kg", rows["Specific energy"], **half_p),
        ask("energy_density", ">=", n["energy_density_Wh_L"], "Wh/L", rows["Energy density"], **half_p),
        ask("energy_efficiency", ">=", n["efficiency_pct"], "%", rows["Energy efficiency"], rate_P=0.5,
            temperature_C=25),
        ask("dcir", "<=", n["dcir_mohm"], "mohm", rows["DC resistance"], duration_s=10, soc_pct=50, temperature_C=25,
            direction="discharge"),
        ask("voltage_window", "range", [2.5, 3.65], "V", rows["Voltage window"]),
        ask("self_discharge", "<=", n["self_discharge_pct"], "%/month", rows["Self-discharge"], soc_pct=50),
        ask("cathode_chemistry", "in", ["LFP"], None, "The cathode shall be LFP", level="material"),
        ask("chemistry", "prohibited", "sodium-ion", None, "Sodium-ion cells are not accepted", level="material"),
        ask("operating_temperature_charge", "range", [0, 55], "degC", "0 °C to 55 °C"),
        ask("operating_temperature_discharge", "range", [-20, 55], "degC", "-20 °C to 55 °C"),
        ask("storage_temperature", "range", [-20, 45], "degC", "-20 °C to 45 °C", months=6, soc_pct=50),
        ask("temperature_rise", "<", n["temperature_rise_K"], "K", f"below {n['temperature_rise_K']:g} K",
            priority="should", rate_P=0.5),
        ask("cycle_life", ">=", n["cycles"], "cycle", f"at least {n['cycles']:,.0f} cycles", eol_pct=n["eol_pct"],
            rate_P=0.5, temperature_C=25, dod_pct=100),
        ask("capacity_retention", ">=", n["retention_500_pct"], "%", f"at least {n['retention_500_pct']:g} %",
            cycles=500),
        ask("calendar_life", ">=", n["calendar_years"], "year", f"at least {n['calendar_years']:g} years",
            temperature_C=25, soc_pct=50),
        ask("swelling_force", "<=", n["swelling_kN"], "kN", f"shall not exceed {n['swelling_kN']:g} kN", life="EOL"),
        ask("vent_pressure", "tolerance", vent, "kPa", f"{n['vent_MPa']:.2f} MPa ± {n['vent_tol_MPa']:.2f} MPa",
            written=mega),
        *standards(["UL 1973", "IEC 62619", "UN 38.3"], "UL 1973, IEC 62619 and UN 38.3"),
        *standards(["UL 9540A"], "UL 9540A"),
        ask("price", "<=", n["price_usd_kWh"], "USD/kWh", f"shall not exceed {n['price_usd_kWh']:g} USD/kWh",
            incoterm="DAP Rotterdam", order_volume="3 GWh"),
        ask("price", "<=", n["price_wish_usd_kWh"], "USD/kWh", f"{n['price_wish_usd_kWh']:g} USD/kWh or less",
            priority="should"),
    ]


def _distractors() -> list[dict[str, Any]]:
    return [
        distractor("energy_efficiency", 86, "86 %", "system"),
        distractor("energy", 5e6, "5.0 MWh", "system"),
        distractor("energy", 8e8, "800 MWh", "system"),
        distractor("discharge_power", 2e8, "200 MW", "system"),
        distractor("capacity", 100, "100 Ah", "previous cell"),
        distractor("cycle_life", 6000, "6,000 cycles", "previous cell"),
        distractor("mass", 2000, "2.0 kg", "previous cell"),
        distractor("capacity", 314, "314 Ah", "illustration"),
        distractor("specific_energy", 181, "181 Wh/kg", "illustration"),
    ]


def _findings() -> list[dict[str, Any]]:
    return [
        {"kind": "distractor", "text": "200 MW, 800 MWh, 5.0 MWh, 86 % (system)"},
        {"kind": "distractor", "text": "100 Ah, 6,000 cycles, 2.0 kg (previous cell)"},
        {"kind": "distractor", "text": "314 Ah, 181 Wh/kg (illustration)"},
    ]


def _accepted() -> list[dict[str, Any]]:
    return [
        ask("max_voltage", "<=", 3.65, "V", "3.65 V"), ask("min_voltage", ">=", 2.5, "V", "2.50 V"),
        ask("chemistry", "in", ["LFP"], None, "LFP", level="material"),
        ask("cathode_chemistry", "required", "LFP", None, "LFP", level="material"),
        ask("order_quantity", ">=", "3 GWh", None, "3 GWh"),
        ask("format", "in", ["prismatic"], None, ""),
    ]
