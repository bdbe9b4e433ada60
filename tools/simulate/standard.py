"""What a design is asked where no document asks: the standard set of figures of a data sheet."""

from __future__ import annotations

from knowledge.ask import Ask
from knowledge.protocol import Discharge, FastCharge, Pulse, PulsePower, ThermalDischarge

C3 = Discharge()
# The published LG M50 electrodes in a 21700 case (Chen et al. 2020), as an example of a request.
EXAMPLE_DESIGN = {
    "name": "LG M50 electrodes in a 21700",
    "pair": {
        "system": "nmc811_graphite_siox", "v_min": 2.5, "v_max": 4.2,
        "positive": {"active_material": "nmc811", "active_mass_fraction": 0.955, "coating_thickness_um": 75.6,
                     "porosity": 0.335, "particle_radius_um": 5.22, "foil_thickness_um": 16},
        "negative": {"active_material": "graphite_siox", "active_mass_fraction": 0.95, "coating_thickness_um": 85.2,
                     "porosity": 0.25, "particle_radius_um": 5.86, "foil_thickness_um": 12},
        "separator": {"thickness_um": 12, "porosity": 0.47},
    },
    "format": {"kind": "cylindrical", "diameter_mm": 21.0, "height_mm": 70.0},
}
_AT_C3 = {"rate_C": round(1 / 3, 4), "temperature_C": 25.0}
_AT_1C = {"rate_C": 1.0, "temperature_C": 25.0}
_PULSE = {"rate_C": 1.0, "duration_s": 10.0, "soc_pct": 50.0, "temperature_C": 25.0}


def standard_asks() -> tuple[Ask, ...]:
    """Mass, size, cost, capacity and energy at C/3 and 1C, resistance, power, 3C retention, fast charge, heat, cold,
    cathode and breathing."""
    one_C = Discharge(rate_C=1.0)
    return (
        Ask(metric="mass", unit="g"), Ask(metric="volume", unit="L"), Ask(metric="price", unit="USD/cell"),
        Ask(metric="capacity", unit="Ah", protocol=C3, conditions=dict(_AT_C3)),
        Ask(metric="energy", unit="Wh", protocol=C3, conditions=dict(_AT_C3)),
        Ask(metric="capacity", unit="Ah", protocol=one_C, conditions=dict(_AT_1C)),
        Ask(metric="energy", unit="Wh", protocol=one_C, conditions=dict(_AT_1C)),
        Ask(metric="specific_energy", unit="Wh/kg", protocol=C3, conditions=dict(_AT_C3)),
        Ask(metric="energy_density", unit="Wh/L", protocol=C3, conditions=dict(_AT_C3)),
        Ask(metric="nominal_voltage", unit="V", protocol=C3, conditions=dict(_AT_C3)),
        Ask(metric="dcir", unit="mohm", protocol=Pulse(), conditions=dict(_PULSE)),
        Ask(metric="discharge_power_pulse", unit="W", protocol=PulsePower(),
            conditions={"duration_s": 30.0, "soc_pct": 50.0, "temperature_C": 25.0}),
        Ask(metric="rate_capability", unit="%", protocol=Discharge(rate_C=3.0), reference=C3,
            conditions={"rate_C": 3.0, "reference_C": round(1 / 3, 4), "temperature_C": 25.0}),
        Ask(metric="fast_charge_time", unit="min", protocol=FastCharge(),
            conditions={"soc_from_pct": 10.0, "soc_to_pct": 80.0, "temperature_C": 25.0,
                        "note": "up to 5C where plating and voltage allow"}),
        Ask(metric="temperature_rise", unit="K", protocol=ThermalDischarge(),
            conditions={"rate_C": 1.0, "ambient_temperature_C": 25.0, "note": "10 W/m²K over the outer surface"}),
        Ask(metric="low_temperature_capacity", unit="%", protocol=Discharge(temperature_C=-10.0), reference=C3,
            conditions={"temperature_C": -10.0, "rate_C": round(1 / 3, 4)}),
        Ask(metric="cathode_specific_capacity", unit="mAh/g"), Ask(metric="cobalt_mass", unit="g"),
        Ask(metric="swelling_reversible", unit="%", conditions={"soc_from_pct": 0.0, "soc_to_pct": 100.0}),
    )
