"""The drone pouch request: an e-mail with prose, a list, an annex, and an older thread with superseded numbers.

Infeasible on purpose: energy, 6C and a ten-minute charge can each be had with a graphite anode, but not together.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from examples.rfx.gold import ask, distractor, standards, write_gold

Numbers = Mapping[str, float]


def write(n: Numbers, document: Path, gold: Path) -> None:
    """Write the e-mail and its labels from the numbers."""
    mail = EmailMessage()
    mail["From"] = "林晓 <lin.xiao@yunque-aero.example>"
    mail["To"] = "rfq@cellmaker.example"
    mail["Date"] = "Tue, 14 May 2030 10:12:00 +0800"
    mail["Subject"] = "RFQ: pouch cell for the YQ-7 survey drone (updated requirements)"
    mail["Message-ID"] = "<yq7-rfq-2@yunque-aero.example>"
    text = _body(n)
    mail.set_content(text)
    mail.add_alternative(_as_html(text), subtype="html")
    mail.add_attachment(_annex(n), filename="annex_environment.txt")
    mail.set_boundary("yq7-outer")
    for part in mail.walk():
        if part.get_content_type() == "multipart/alternative":
            part.set_boundary("yq7-inner")
    document.write_bytes(mail.as_bytes())
    write_gold(gold, document.name, "en", _labels(n), _distractors(n), _findings(n), _accepted())


def _body(n: Numbers) -> str:
    return f"""Dear colleagues,

thank you for the call. The board has decided to go for the long-range version, so please quote on \
the numbers below; they replace everything we wrote in April.

We need a pouch cell for the YQ-7. The anode shall be graphite or graphite with silicon oxide. \
Lithium metal anodes are prohibited.

Must have, all per cell at 25 °C:

- Specific energy of at least {n['specific_energy_Wh_kg']:g} Wh/kg at C/5
- Capacity of at least {n['capacity_Ah']:g} Ah at C/5
- Continuous discharge rate of at least {n['continuous_C']:g}C
- Capacity at {n['continuous_C']:g}C of at least {n['rate_6C_pct']:g} % of the C/5 capacity
- Charging from 10 % to 80 % SOC in no more than {n['charge_min']:g} min without lithium plating
- Mass not more than {n['mass_g']:g} g
- Height not more than {n['height_mm']:g} mm, width not more than {n['width_mm']:g} mm, \
thickness not more than {n['thickness_mm']:g} mm (body without tabs)
- Cycle life of at least {n['cycles']:g} cycles to 80 % at 1C/1C

Nice to have: the surface temperature should stay below {n['skin_C']:g} °C during a 3C discharge in air at 25 °C.

A UN 38.3 test report is required with the first delivery. \
The unit price must not exceed {n['price_usd']:g} USD per cell at 20,000 cells. The annex has the environment.

For your information: the battery of the drone has 12 cells in series, \
weighs 3.4 kg with its housing and flies 48 min today.

Best regards
林晓 (Lin Xiao)
云雀航空科技有限公司 (Yunque Aero)

On Thu, 11 Apr 2030 at 16:40, Lin Xiao wrote:
> First idea for the YQ-7 cell, still the short-range version:
> - specific energy at least {n['old_specific_energy_Wh_kg']:g} Wh/kg
> - continuous discharge rate at least {n['old_continuous_C']:g}C
> - 10 % to 80 % SOC within {n['old_charge_min']:g} min
> - mass not more than {n['old_mass_g']:g} g
> The cell we fly today is a 22 Ah pouch with 245 Wh/kg.
"""


def _annex(n: Numbers) -> str:
    return f"""Annex: environment and transport (YQ-7 pouch cell)

1. Operating temperature, discharge: -20 °C to 50 °C
2. Operating temperature, charge: 5 °C to 45 °C
3. Capacity at -10 °C and 1C should be at least {n['cold_capacity_pct']:g} % of the capacity at 25 °C.
4. Altitude: up to 5000 m
5. Shipping SOC: not more than 30 %
"""


def _as_html(text: str) -> str:
    lines = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n") if line.strip())
    return f"<html><body>\n{lines}</body></html>\n"


def _labels(n: Numbers) -> list[dict[str, Any]]:
    fifth: dict[str, Any] = {"rate_C": 0.2, "temperature_C": 25}
    return [
        ask("format", "in", ["pouch"], None, "pouch cell"),
        ask("anode_chemistry", "in", ["graphite", "graphite with silicon oxide"], None,
            "graphite or graphite with silicon oxide", level="material"),
        ask("anode_chemistry", "prohibited", "lithium metal", None, "Lithium metal anodes are prohibited",
            level="material"),
        ask("specific_energy", ">=", n["specific_energy_Wh_kg"], "Wh/kg",
            f"at least {n['specific_energy_Wh_kg']:g} Wh/kg", **fifth),
        ask("capacity", ">=", n["capacity_Ah"], "Ah", f"at least {n['capacity_Ah']:g} Ah", **fifth),
        ask("discharge_rate_continuous", ">=", n["continuous_C"], "C", f"at least {n['continuous_C']:g}C",
            temperature_C=25),
        ask("rate_capability", ">=", n["rate_6C_pct"], "%", f"at least {n['rate_6C_pct']:g} % of the C/5 capacity",
            rate_C=n["continuous_C"], reference_C=0.2, temperature_C=25),
        ask("fast_charge_time", "<=", n["charge_min"], "min", f"no more than {n['charge_min']:g} min", soc_from_pct=10,
            soc_to_pct=80, temperature_C=25),
        ask("mass", "<=", n["mass_g"], "g", f"not more than {n['mass_g']:g} g"),
        ask("height", "<=", n["height_mm"], "mm", f"not more than {n['height_mm']:g} mm"),
        ask("width", "<=", n["width_mm"], "mm", f"not more than {n['width_mm']:g} mm"),
        ask("thickness", "<=", n["thickness_mm"], "mm", f"not more than {n['thickness_mm']:g} mm"),
        ask("cycle_life", ">=", n["cycles"], "cycle", f"at least {n['cycles']:g} cycles", eol_pct=80, charge_C=1,
            discharge_C=1, temperature_C=25),
        ask("surface_temperature", "<", n["skin_C"], "degC", f"below {n['skin_C']:g} °C", priority="should", rate_C=3,
            ambient_temperature_C=25),
        *standards(["UN 38.3"], "UN 38.3"),
        ask("price", "<=", n["price_usd"], "USD/cell", f"{n['price_usd']:g} USD per cell", order_volume=20000),
        ask("operating_temperature_discharge", "range", [-20, 50], "degC", "-20 °C to 50 °C"),
        ask("operating_temperature_charge", "range", [5, 45], "degC", "5 °C to 45 °C"),
        ask("low_temperature_capacity", ">=", n["cold_capacity_pct"], "%", f"at least {n['cold_capacity_pct']:g} %",
            priority="should", temperature_C=-10, rate_C=1),
        ask("altitude", ">=", 5000, "m", "up to 5000 m"),
        ask("shipping_soc", "<=", 30, "%", "not more than 30 %"),
    ]


def _distractors(n: Numbers) -> list[dict[str, Any]]:
    return [
        distractor("specific_energy", n["old_specific_energy_Wh_kg"], f"{n['old_specific_energy_Wh_kg']:g} Wh/kg",
                   "older thread"),
        distractor("discharge_rate_continuous", n["old_continuous_C"], f"{n['old_continuous_C']:g}C", "older thread"),
        distractor("fast_charge_time", n["old_charge_min"], f"{n['old_charge_min']:g} min", "older thread"),
        distractor("mass", n["old_mass_g"], f"{n['old_mass_g']:g} g", "older thread"),
        distractor("specific_energy", 245, "245 Wh/kg", "cell flown today"),
        distractor("capacity", 22, "22 Ah", "cell flown today"),
        distractor("mass", 3400, "3.4 kg", "battery"),
        distractor("cell_count", 12, "12 cells", "battery"),
        distractor("charge_time", 48, "48 min", "flight time"),
        distractor("fast_charge_time", 48, "48 min", "flight time"),
    ]


def _findings(n: Numbers) -> list[dict[str, Any]]:
    old = (f"{n['old_specific_energy_Wh_kg']:g} Wh/kg, {n['old_continuous_C']:g}C, {n['old_charge_min']:g} min, "
           f"{n['old_mass_g']:g} g")
    return [
        {"kind": "infeasible", "ids": ["R04", "R07", "R08"], "text":
            "energy needs thick electrodes, 6C and the ten-minute charge need thin ones; with graphite not together"},
        {"kind": "superseded", "text": f"{old} (April thread)"},
        {"kind": "distractor", "text": "22 Ah, 245 Wh/kg (cell flown today); 12 cells, 3.4 kg, 48 min (battery)"},
    ]


def _accepted() -> list[dict[str, Any]]:
    return [
        ask("order_quantity", ">=", 20000, None, "20,000 cells"),
        ask("order_quantity", "=", 20000, None, "20,000 cells"),
        ask("chemistry", "prohibited", "lithium metal", None, "Lithium metal", level="material"),
    ]
