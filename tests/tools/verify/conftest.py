"""A simulator and a build-up that obey simple formulas, so that every figure has a value known in advance."""

import math
from dataclasses import dataclass, field

import pytest

from knowledge.cell import CellDesign, Cylindrical, Electrode, ElectrodePair, Separator
from knowledge.offer import BuildUp, MassItem
from knowledge.requirement import Requirement, SourceSpan
from tools.failures import Infeasible
from tools.simulate.point import Outcome

OCV, MEAN_V, V_MIN, V_MAX = 3.8, 3.7, 2.5, 4.2
CHARGE_PER_UM = 0.05      # mAh/cm² per µm of positive coating
OHM_CM2 = 10.0
AREA = 1000.0             # cm²


def areal_capacity(pair):
    return CHARGE_PER_UM * pair.positive.coating_thickness_um


@dataclass
class FormulaSimulator:
    """capacity = Q(1 − rate/10), cold scales it by 1 + (T − 25)/100; pulses are ohmic; charging is free below 2C."""

    name: str = "formula"
    calls: list = field(default_factory=list)
    validity: str = "inside"
    finer: float = 1.0          # factor on the verify mesh
    fail: frozenset = frozenset()

    def simulate(self, points, protocol, mesh="search", curves=False):
        self.calls.append((protocol, len(points), mesh, curves))
        return [self._one(p, protocol, mesh, curves) for p in points]

    def _one(self, p, protocol, mesh, curves):
        if protocol.kind in self.fail:
            return Outcome(status="failed", note="the solver gave up")
        rate = p.rate_C if p.rate_C is not None else getattr(protocol, "rate_C", None)
        answer = getattr(self, f"_{protocol.kind}")(p, protocol, rate)
        if isinstance(answer, Outcome):
            return answer
        if mesh == "verify":
            answer = {k: v * self.finer for k, v in answer.items()}
        curve = {}
        if curves and "time_s" in answer:
            curve = {"time_s": [0.0, answer["time_s"] / 2, answer["time_s"]], "voltage_V": [MEAN_V] * 3}
            if "max_temperature_C" in answer:
                hot = answer["max_temperature_C"]
                curve["temperature_C"] = [25.0, (25 + hot) / 2, hot]
        return Outcome(status="ok", values=answer, curve=curve, validity=self.validity)

    def _discharge(self, p, protocol, rate, degrees=None):
        degrees = protocol.temperature_C if degrees is None else degrees
        share = (1 - rate / 10) * (1 + (degrees - 25) / 100)
        if share <= 0:
            return Outcome(status="cannot carry the current", note="the voltage falls below v_min at once")
        capacity = areal_capacity(p.pair) * share
        return {"capacity_mAh_cm2": capacity, "energy_mWh_cm2": capacity * MEAN_V, "mean_voltage_V": MEAN_V,
                "time_s": 3600 * share / rate}

    def _thermal_discharge(self, p, protocol, rate):
        answer = self._discharge(p, protocol, rate, degrees=25.0)
        if isinstance(answer, Outcome):
            return answer
        return {**answer, "temperature_rise_K": 10 * rate, "max_temperature_C": protocol.ambient_C + 10 * rate}

    def _pulse(self, p, protocol, rate):
        current = rate * areal_capacity(p.pair) / 1000
        sign = -1 if protocol.direction == "discharge" else 1
        cold = 2 if protocol.temperature_C < 0 else 1
        return {"resistance_ohm_cm2": OHM_CM2 * cold, "ocv_V": OCV,
                "voltage_end_V": OCV + sign * current * OHM_CM2 * cold}

    def _pulse_power(self, p, protocol, rate):
        limit = protocol.v_limit or V_MIN
        current = (OCV - limit) / OHM_CM2
        return {"power_mW_cm2": 1000 * current * limit, "current_mA_cm2": 1000 * current}

    def _fast_charge(self, p, protocol, rate):
        limit = p.rate_C if protocol.max_rate_C is None else protocol.max_rate_C
        window = (protocol.soc_to_pct - protocol.soc_from_pct) / 100
        free = 2.0 if protocol.temperature_C >= 10 else 0.5
        mean = limit if limit <= free else free + (limit - free) / 2
        return {"time_min": 60 * window / mean, "min_anode_potential_V": 0.0}

    def _cycle_ageing(self, p, protocol, rate):
        cycles = 1000 / protocol.discharge_C * (100 - protocol.eol_pct) / 20
        if cycles > protocol.max_cycles:
            left = 100 - 20 * protocol.max_cycles * protocol.discharge_C / 1000
            return {"last_cycle": protocol.max_cycles, "capacity_retention_pct": left, "resistance_growth_pct": 30.0}
        return {"cycles": cycles, "last_cycle": cycles, "capacity_retention_pct": protocol.eol_pct,
                "resistance_growth_pct": 50.0}


def formula_build_up(design):
    """1,000 cm² of pair, 60 g + 0.1 g/µm; a coating above 200 µm cannot be built."""
    thickness = design.pair.positive.coating_thickness_um
    if thickness > 200:
        raise Infeasible("the winding does not fit the can")
    shape = design.format
    areal = areal_capacity(design.pair)
    mass = 60 + 0.1 * thickness
    return BuildUp(
        mass_items=(MassItem(component="positive coating", mass_g=20, volume_mL=5),), mass_g=mass,
        volume_mL=math.pi / 4 * shape.diameter_mm**2 * shape.height_mm / 1000,
        dimensions_mm={"diameter": shape.diameter_mm, "height": shape.height_mm}, electrode_area_cm2=AREA, layers=30,
        areal_capacity_mAh_cm2=areal, stoichiometric_capacity_Ah=areal * AREA / 1000, np_ratio=1.1,
        positive_stoichiometry=(0.9, 0.3), negative_stoichiometry=(0.02, 0.9), path_resistance_mohm=1.0,
        path_resistance_ohm_cm2=1.0, heat_capacity_J_K=70.0, cooled_surface_cm2=50.0, cost_usd=2.0, cost_low_usd=1.8,
        cost_high_usd=2.4,
    )


@pytest.fixture
def simulator():
    return FormulaSimulator()


@pytest.fixture
def build():
    return formula_build_up


@pytest.fixture
def design_of():
    """thickness [µm] → a round 21700 cell of NMC811."""

    def make(thickness=80.0, system="nmc811_graphite_siox", **shape):
        electrode = {"porosity": 0.3, "particle_radius_um": 5.0}
        return CellDesign(
            pair=ElectrodePair(
                system=system, v_min=V_MIN, v_max=V_MAX, separator=Separator(thickness_um=12, porosity=0.45),
                positive=Electrode(active_material="nmc811", active_mass_fraction=0.95, foil_thickness_um=12,
                                   coating_thickness_um=thickness, **electrode),
                negative=Electrode(active_material="graphite_siox", active_mass_fraction=0.95, foil_thickness_um=8,
                                   coating_thickness_um=1.1 * thickness, **electrode),
            ),
            format=Cylindrical(**{"diameter_mm": 21.0, "height_mm": 70.0, **shape}),
        )

    return make


@pytest.fixture
def requirement():
    """metric, comparator, value → a must of the cell."""
    numbers = iter(range(1, 1000))

    def make(metric, comparator=">=", value=1.0, unit=None, conditions=None, **more):
        return Requirement(
            id=more.pop("id", f"R{next(numbers):02d}"), metric=metric, comparator=comparator, value=value, unit=unit,
            conditions=conditions or {}, source=SourceSpan(document="d.md", quote="as written"), **more,
        )

    return make
