"""Write the four example RFx files and their gold labels from one table of numbers.

    python -m examples.rfx.make_examples

Change a number here, run this, and document and labels stay in step. The buyers are invented.
"""

from __future__ import annotations

from pathlib import Path

from examples.rfx import drone_pouch, ev_cylindrical, power_tool, stationary_lfp

EV = {
    "diameter_mm": 46.0, "diameter_tol_mm": 0.1, "height_mm": 80.0, "height_tol_mm": 0.2,
    "mass_g": 375, "capacity_Ah": 22.0, "energy_Wh": 80, "specific_energy_Wh_kg": 222, "energy_density_Wh_L": 605,
    "dcir_mohm": 5.0, "dcir_superseded_mohm": 4.0, "power_30s_W": 400, "rate_1C_pct": 90,
    "charge_min": 30, "charge_wish_min": 22, "temperature_rise_K": 25,
    "cycles": 800, "cycles_superseded": 600, "calendar_years": 12, "self_discharge_pct": 3,
    "cold_capacity_pct": 65, "carbon_kg_kWh": 60, "silicon_pct": 10, "price_usd_kWh": 82,
}
STATIONARY = {
    "width_mm": 173.9, "thickness_mm": 71.7, "height_mm": 204.6, "tol_mm": 0.8, "mass_kg": 5.60,
    "capacity_Ah": 270, "energy_Wh": 860, "specific_energy_Wh_kg": 155, "energy_density_Wh_L": 335,
    "efficiency_pct": 93.0, "dcir_mohm": 0.60, "temperature_rise_K": 12, "cycles": 8000, "eol_pct": 70,
    "retention_500_pct": 94, "calendar_years": 20, "self_discharge_pct": 3.0, "swelling_kN": 25,
    "vent_MPa": 0.80, "vent_tol_MPa": 0.15, "price_usd_kWh": 62, "price_wish_usd_kWh": 55,
}
POWER_TOOL = {
    "diameter_min_mm": 20.9, "diameter_max_mm": 21.2, "height_min_mm": 69.8, "height_max_mm": 70.4, "mass_g": 72,
    "capacity_min_Ah": 3.80, "capacity_typ_Ah": 4.00, "capacity_20A_Ah": 3.20, "energy_Wh": 13.6,
    "continuous_A": 25, "continuous_superseded_A": 35, "pulse_A": 45, "dcir_mohm": 21, "dcir_wish_mohm": 16,
    "acir_mohm": 14, "skin_C": 80, "charge_min": 45, "cold_charge_A": 1.5, "cycles": 300, "storage_pct": 85,
    "cold_capacity_pct": 60, "price_usd": 2.10,
}
DRONE = {
    "height_mm": 180, "width_mm": 70, "thickness_mm": 10.5, "mass_g": 250, "capacity_Ah": 16,
    "specific_energy_Wh_kg": 300, "continuous_C": 6, "rate_6C_pct": 85, "charge_min": 10, "skin_C": 65,
    "cold_capacity_pct": 60, "cycles": 300, "price_usd": 38,
    "old_specific_energy_Wh_kg": 260, "old_continuous_C": 2, "old_charge_min": 40, "old_mass_g": 310,
}


def write_all(documents: Path, labels: Path) -> None:
    """Write the documents into one folder and their gold labels into another."""
    documents.mkdir(parents=True, exist_ok=True)
    labels.mkdir(parents=True, exist_ok=True)
    ev_cylindrical.write(EV, documents / "ev_cylindrical_4680.pdf", labels / "ev_cylindrical_4680.gold.yaml")
    stationary_lfp.write(
        STATIONARY, documents / "stationary_lfp_prismatic.docx", labels / "stationary_lfp_prismatic.gold.yaml"
    )
    power_tool.write(POWER_TOOL, documents / "power_tool_21700.xlsx", labels / "power_tool_21700.gold.yaml")
    drone_pouch.write(DRONE, documents / "drone_pouch.eml", labels / "drone_pouch.gold.yaml")


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    write_all(here, here.parents[1] / "evals" / "cases" / "requirements")
