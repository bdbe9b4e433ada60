"""A smooth stand-in for the DFN: quick, deterministic, with the same outcomes and the same kinds of trade-off."""

from __future__ import annotations

import math

from tools.simulate.balance import balance
from tools.simulate.point import Outcome

TAU_S = {"nmc811_graphite_siox": 240.0, "lfp_graphite": 420.0}
VOLTS = {"nmc811_graphite_siox": 3.65, "lfp_graphite": 3.2}


class AnalyticSimulator:
    """Thick, dense electrodes hold more and carry less; path resistance costs voltage."""

    name = "analytic stand-in 1"

    def __init__(self):
        self.points = 0

    def simulate(self, points, protocol, mesh="search", curves=False):
        self.points += len(points)
        return [Outcome(status=status, values=values) for status, values in (self._one(p, protocol) for p in points)]

    def _one(self, point, protocol):
        p, n = point.pair.positive, point.pair.negative
        charge = balance(point.pair).areal_capacity_mAh_cm2
        volts = VOLTS[point.pair.system]
        tau = TAU_S[point.pair.system] * (
            (p.coating_thickness_um / 70) ** 2 * (0.3 / p.porosity) ** 1.5
            + 0.6 * (n.coating_thickness_um / 80) ** 2 * (0.3 / n.porosity) ** 1.5
            + 0.3 * (p.particle_radius_um / 5) ** 2 + 0.2 * (n.particle_radius_um / 5) ** 2)
        ohm = 8 + 0.02 * tau + 0.3 * point.pair.separator.thickness_um + point.path_resistance_ohm_cm2
        rate = point.rate_C or getattr(protocol, "rate_C", None) or 1.0
        cold = math.exp(max(25 - getattr(protocol, "temperature_C", 25.0), 0) / 40)
        if protocol.kind in {"discharge", "thermal_discharge"}:
            kept = 1 / (1 + (rate * tau * cold / 3600) ** 1.5)
            mean = volts - 0.6 * rate * charge * ohm * cold / 1000
            if mean < point.pair.v_min:
                return "cannot carry the current", {}
            rise = rate * charge * (volts - mean) * kept * 30
            return "ok", {"capacity_mAh_cm2": charge * kept, "energy_mWh_cm2": charge * kept * mean,
                          "mean_voltage_V": mean, "time_s": 3600 * kept / rate, "temperature_rise_K": rise,
                          "max_temperature_C": 25 + rise}
        if protocol.kind == "pulse":
            return "ok", {"resistance_ohm_cm2": ohm * cold, "ocv_V": volts,
                          "voltage_end_V": volts - rate * charge * ohm * cold / 1000}
        if protocol.kind == "pulse_power":
            return "ok", {"power_mW_cm2": point.pair.v_min * (volts - point.pair.v_min) / (ohm * cold) * 1000,
                          "current_mA_cm2": 1.0, "voltage_end_V": point.pair.v_min, "ocv_V": volts}
        return "ok", {"time_min": 8 + 0.05 * tau * (protocol.soc_to_pct - protocol.soc_from_pct) / 70 * cold,
                      "min_anode_potential_V": 0.0, "capacity_mAh_cm2": charge, "max_rate_C": 4.0}


class AgeingSimulator(AnalyticSimulator):
    """The same, with a life that a system's chemistry sets: cycles to 80 %."""

    name = "analytic stand-in with ageing 1"

    def __init__(self, cycles, note=""):
        super().__init__()
        self.cycles, self.aged, self.note = cycles, [], note

    def simulate(self, points, protocol, mesh="search", curves=False):
        found = super().simulate(points, protocol, mesh, curves)
        return [o.model_copy(update={"note": self.note}) for o in found] if protocol.kind == "cycle_ageing" else found

    def _one(self, point, protocol):
        if protocol.kind != "cycle_ageing":
            return super()._one(point, protocol)
        self.aged.append(point.pair.system)
        cycles = self.cycles[point.pair.system]
        return "ok", {"cycles": cycles, "last_cycle": cycles, "capacity_retention_pct": 80.0,
                      "resistance_growth_pct": 20.0}


class CheaplyAgeingSimulator(AgeingSimulator):
    """The same, many lives side by side."""

    def alone(self):
        return self
