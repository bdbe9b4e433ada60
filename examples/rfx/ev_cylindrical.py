"""The EV traction cell RFQ: a PDF with a ruled table, a borderless one, and notes that amend a row."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from examples.rfx.gold import THIRD, ask, distractor, standards, write_gold

Numbers = Mapping[str, float]
TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title, author: d.buyer, date: none)
#set page(paper: "a4", margin: (x: 20mm, top: 26mm, bottom: 22mm),
  header: text(8pt)[#d.header #h(1fr) Issue C],
  footer: context text(8pt)[#d.buyer #h(1fr) Page #counter(page).display() of #counter(page).final().first()])
#set text(size: 10pt, ligatures: false, hyphenate: false)
#set par(justify: false, spacing: 0.9em)
#text(16pt, weight: "bold", d.title)

#for block in d.blocks {
  if block.kind == "heading" { heading(level: 1, block.text) }
  else if block.kind == "paragraph" { par(block.text) }
  else if block.kind == "list" { list(..block.items) }
  else if block.kind == "ruled" {
    table(columns: (11mm, 56mm, 38mm, 12mm, 1fr), inset: 4pt, stroke: 0.5pt,
      table.header(..block.rows.first().map(c => strong(c))), ..block.rows.slice(1).flatten())
  } else if block.kind == "open" {
    table(columns: (11mm, 62mm, 42mm, 12mm, 1fr), inset: 4pt, stroke: none,
      table.header(..block.rows.first().map(c => strong(c))), ..block.rows.slice(1).flatten())
  }
}
"""


def write(n: Numbers, document: Path, gold: Path) -> None:
    """Write the PDF and its labels from the numbers."""
    import typst

    data = {
        "title": "RFQ TC-2031 Traction cell, cylindrical 46xx", "buyer": "Ardenne Mobility SE",
        "header": "RFQ TC-2031 · Traction cell 46xx · Confidential", "blocks": _blocks(n),
    }
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rfq.typ"
        source.write_text(TEMPLATE, encoding="utf-8")
        document.write_bytes(typst.compile(source, sys_inputs={"data": json.dumps(data)}))
    write_gold(gold, document.name, "en", _labels(n), _distractors(n), _findings(n), _accepted())


def _electrical(n: Numbers) -> list[list[str]]:
    return [
        ["No.", "Item", "Requirement", "Class", "Condition"],
        ["3.1", "Diameter, bare can", f"{n['diameter_mm']:.1f} mm ± {n['diameter_tol_mm']:g} mm", "M", "any SOC"],
        ["3.2", "Height over terminal", f"{n['height_mm']:.1f} mm ± {n['height_tol_mm']:g} mm", "M", ""],
        ["3.3", "Cell mass", f"≤ {n['mass_g']:g} g", "M", ""],
        ["3.4", "Discharge capacity", f"≥ {n['capacity_Ah']:.1f} Ah", "M", "C/3"],
        ["3.5", "Discharge energy", f"≥ {n['energy_Wh']:g} Wh", "M", "C/3"],
        ["3.6", "Specific energy", f"≥ {n['specific_energy_Wh_kg']:g} Wh/kg", "M", "C/3"],
        ["3.7", "Energy density", f"≥ {n['energy_density_Wh_L']:g} Wh/L", "M", "C/3, cylinder envelope"],
        ["3.8", "DC resistance, 10 s discharge", f"≤ {n['dcir_superseded_mohm']:.1f} mΩ", "M", "50 % SOC, see Note 2"],
        ["3.9", "Discharge power, 30 s", f"≥ {n['power_30s_W']:g} W", "M", "20 % SOC, not below 2.5 V"],
        ["3.10", "1C capacity relative to C/3", f"≥ {n['rate_1C_pct']:g} %", "M", ""],
        ["3.11", "Fast charge 10 % to 80 % SOC", f"≤ {n['charge_min']:g} min", "M", "25 °C, no lithium plating"],
        ["3.12", "Fast charge 10 % to 80 % SOC", f"≤ {n['charge_wish_min']:g} min", "W", "as 3.11"],
        ["3.13", "Temperature rise", f"≤ {n['temperature_rise_K']:g} K", "W", "1C discharge, still air"],
    ]


def _life(n: Numbers) -> list[list[str]]:
    return [
        ["No.", "Item", "Requirement", "Class", "Condition"],
        ["4.1", "Cycle life to 80 % of initial capacity", f"≥ {n['cycles']:g} cycles", "M", "C/2 charge, 1C discharge"],
        ["4.2", "Calendar life to 80 %", f"≥ {n['calendar_years']:g} years", "M", "60 % SOC, 25 °C"],
        ["4.3", "Operating temperature, discharge", "−30 °C to +55 °C", "M", ""],
        ["4.4", "Operating temperature, charge", "0 °C to +50 °C", "M", ""],
        ["4.5", "Storage temperature", "−40 °C to +60 °C", "M", "up to 3 months"],
        ["4.6", "Self-discharge", f"≤ {n['self_discharge_pct']:g} % per month", "M", "50 % SOC"],
        ["4.7", "Capacity at −10 °C relative to 25 °C", f"≥ {n['cold_capacity_pct']:g} %", "W", "C/3"],
        ["4.8", "Carbon footprint, cradle to gate", f"≤ {n['carbon_kg_kWh']:g} kg CO2e/kWh", "M", ""],
    ]


def _blocks(n: Numbers) -> list[dict[str, Any]]:
    def heading(text: str) -> dict[str, Any]:
        return {"kind": "heading", "text": text}

    def paragraph(text: str) -> dict[str, Any]:
        return {"kind": "paragraph", "text": text}

    return [
        paragraph("Ardenne Mobility SE, Cell Sourcing. Issue C replaces Issues A and B. "
                  "Where a table and a note disagree, the note governs."),
        heading("1 Scope"),
        paragraph("We ask for cells only. The pack is developed in our house and is not in scope: it will hold 960 "
                  "cells, store 78 kWh and reach 174 Wh/kg at pack level. The predecessor programme used a 21700 cell "
                  "with 5.0 Ah and 69 g; it is not up for quotation."),
        heading("2 Reading the tables"),
        paragraph("Class M is mandatory, class W is a wish that earns points. All values are for the single cell at "
                  "beginning of life and 25 °C unless the row says otherwise. Voltage window for every row: 2.50 V to "
                  "4.20 V."),
        heading("3 Mechanical and electrical requirements"),
        {"kind": "ruled", "rows": _electrical(n)},
        heading("4 Life and environment"),
        {"kind": "open", "rows": _life(n)},
        heading("5 Notes to the tables"),
        {"kind": "list", "items": [
            "Note 1 (to 3.3): the mass includes the electrolyte and excludes the sleeve.",
            f"Note 2 (to 3.8): changed in Issue C, read ≤ {n['dcir_mohm']:.1f} mΩ instead of the value in the table.",
            f"Note 3 (to 4.1): Issue B asked for {n['cycles_superseded']:g} cycles; that value no longer applies.",
            "Note 4: for orientation, the best bench sample we have measured from another maker gave 265 Wh/kg "
            "and 3.1 mΩ.",
        ]},
        heading("6 Chemistry"),
        paragraph("The cathode shall be NMC or NCA. LFP is excluded for this programme. Silicon in the anode, counted "
                  f"as Si, shall not exceed {n['silicon_pct']:g} wt% of the anode coating."),
        heading("7 Safety and approval"),
        {"kind": "list", "items": [
            "Test reports to UN 38.3, IEC 62660-2 and IEC 62660-3 with the B samples.",
            "GB 38031-2025 evidence for the China variant.",
            "Nail penetration at 100 % SOC shall pass without explosion.",
            "A cell in thermal runaway shall not set fire to its neighbour.",
        ]},
        heading("8 Commercial"),
        paragraph(f"The cell price shall be ≤ {n['price_usd_kWh']:g} USD/kWh, FCA, at 12 GWh per year. "
                  "Please offer 300 A-sample cells within 20 weeks of nomination. Start of production is planned for "
                  "Q3/2029. Offers are due by 14 February, 17:00 CET, through the portal."),
    ]


def _labels(n: Numbers) -> list[dict[str, Any]]:
    bol: dict[str, Any] = {"rate_C": THIRD, "temperature_C": 25}
    window: dict[str, Any] = {"soc_from_pct": 10, "soc_to_pct": 80}
    row = {r[0]: r[2] for r in _electrical(n) + _life(n)}
    return [
        ask("diameter", "tolerance", [n["diameter_mm"], n["diameter_tol_mm"], n["diameter_tol_mm"]], "mm", row["3.1"]),
        ask("height", "tolerance", [n["height_mm"], n["height_tol_mm"], n["height_tol_mm"]], "mm", row["3.2"]),
        ask("mass", "<=", n["mass_g"], "g", row["3.3"]),
        ask("capacity", ">=", n["capacity_Ah"], "Ah", row["3.4"], **bol),
        ask("energy", ">=", n["energy_Wh"], "Wh", row["3.5"], **bol),
        ask("specific_energy", ">=", n["specific_energy_Wh_kg"], "Wh/kg", row["3.6"], **bol),
        ask("energy_density", ">=", n["energy_density_Wh_L"], "Wh/L", row["3.7"], **bol),
        ask("dcir", "<=", n["dcir_mohm"], "mohm", f"≤ {n['dcir_mohm']:.1f} mΩ", duration_s=10, soc_pct=50,
            temperature_C=25, direction="discharge"),
        ask("discharge_power_pulse", ">=", n["power_30s_W"], "W", row["3.9"], duration_s=30, soc_pct=20, v_min=2.5,
            temperature_C=25),
        ask("rate_capability", ">=", n["rate_1C_pct"], "%", row["3.10"], rate_C=1, reference_C=THIRD,
            temperature_C=25),
        ask("fast_charge_time", "<=", n["charge_min"], "min", row["3.11"], temperature_C=25, **window),
        ask("fast_charge_time", "<=", n["charge_wish_min"], "min", row["3.12"], priority="should", **window),
        ask("temperature_rise", "<=", n["temperature_rise_K"], "K", row["3.13"], priority="should", rate_C=1),
        ask("cycle_life", ">=", n["cycles"], "cycle", row["4.1"], eol_pct=80, charge_C=0.5, discharge_C=1,
            temperature_C=25),
        ask("calendar_life", ">=", n["calendar_years"], "year", row["4.2"], eol_pct=80, soc_pct=60, temperature_C=25),
        ask("operating_temperature_discharge", "range", [-30, 55], "degC", row["4.3"]),
        ask("operating_temperature_charge", "range", [0, 50], "degC", row["4.4"]),
        ask("storage_temperature", "range", [-40, 60], "degC", row["4.5"], months=3),
        ask("self_discharge", "<=", n["self_discharge_pct"], "%/month", row["4.6"], soc_pct=50),
        ask("low_temperature_capacity", ">=", n["cold_capacity_pct"], "%", row["4.7"], priority="should",
            temperature_C=-10, rate_C=THIRD),
        ask("carbon_footprint", "<=", n["carbon_kg_kWh"], "kg_CO2e/kWh", row["4.8"]),
        ask("cathode_chemistry", "in", ["NMC", "NCA"], None, "NMC or NCA", level="material"),
        ask("cathode_chemistry", "prohibited", "LFP", None, "LFP is excluded", level="material"),
        ask("anode_silicon_fraction", "<=", n["silicon_pct"], "%", f"shall not exceed {n['silicon_pct']:g} wt%",
            level="material"),
        *standards(["UN 38.3", "IEC 62660-2", "IEC 62660-3"], "UN 38.3, IEC 62660-2 and IEC 62660-3"),
        *standards(["GB 38031-2025"], "GB 38031-2025"),
        ask("nail_penetration", "required", "without explosion at 100 % SOC", None, "without explosion"),
        ask("thermal_propagation", "prohibited", "fire of the neighbour", None, "shall not set fire to its neighbour"),
        ask("price", "<=", n["price_usd_kWh"], "USD/kWh", f"≤ {n['price_usd_kWh']:g} USD/kWh", incoterm="FCA",
            order_volume="12 GWh per year"),
    ]


def _distractors(n: Numbers) -> list[dict[str, Any]]:
    return [
        distractor("energy", 78000, "78 kWh", "pack"),
        distractor("specific_energy", 174, "174 Wh/kg", "pack"),
        distractor("cell_count", 960, "960 cells", "pack"),
        distractor("capacity", 5.0, "5.0 Ah", "predecessor"),
        distractor("mass", 69, "69 g", "predecessor"),
        distractor("specific_energy", 265, "265 Wh/kg", "another maker's sample"),
        distractor("dcir", 3.1, "3.1 mΩ", "another maker's sample"),
        distractor("dcir", n["dcir_superseded_mohm"], f"≤ {n['dcir_superseded_mohm']:.1f} mΩ", "amended by Note 2"),
        distractor("cycle_life", n["cycles_superseded"], f"{n['cycles_superseded']:g} cycles", "Issue B"),
    ]


def _findings(n: Numbers) -> list[dict[str, Any]]:
    return [
        {"kind": "superseded", "ids": ["R08"], "text":
            f"table {n['dcir_superseded_mohm']:.1f} mΩ, Note 2 {n['dcir_mohm']:.1f} mΩ; the note governs"},
        {"kind": "distractor", "text": "78 kWh, 174 Wh/kg, 960 cells (pack)"},
        {"kind": "distractor", "text": "5.0 Ah, 69 g (predecessor); 265 Wh/kg, 3.1 mΩ (another maker)"},
        {"kind": "distractor", "text": f"{n['cycles_superseded']:g} cycles (Issue B)"},
    ]


def _accepted() -> list[dict[str, Any]]:
    return [
        ask("voltage_window", "range", [2.5, 4.2], "V", "2.50 V to"),
        ask("min_voltage", ">=", 2.5, "V", "2.50 V"), ask("max_voltage", "<=", 4.2, "V", "4.20 V"),
        ask("format", "in", ["cylindrical 46xx"], None, "cylindrical 46xx"),
        ask("format", "in", ["46xx"], None, "46xx"),
        ask("sample_quantity", ">=", 300, None, "300 A-sample cells"),
        ask("sample_quantity", "=", 300, None, "300 A-sample cells"),
        ask("delivery_date", "<=", "20 weeks", None, "within 20 weeks"),
        ask("order_quantity", ">=", "12 GWh per year", None, "12 GWh per year"),
    ]
