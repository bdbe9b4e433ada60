"""What an areal surrogate sees of a simulation point, scaled to about [0, 1], and how tables are sampled."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from knowledge.cell import ELECTRODE_VARIABLES
from knowledge.frozen import content_digest
from knowledge.protocol import FastCharge, Protocol, RoundTrip, ThermalDischarge
from tools.generate.electrodes import ElectrodeSpace, Variable
from tools.simulate.point import SimulationPoint

# Spans tabless large cells to single-tab small ones; a point outside is extrapolated and the DFN of the rounds judges.
PATH_RESISTANCE = Variable("path_resistance_ohm_cm2", 0.3, 40.0, log=True)
HEAT_CAPACITY = Variable("heat_capacity_J_K_cm2", 0.03, 0.3, log=True)
COOLED_RATIO = Variable("cooled_surface_ratio", 0.003, 0.3, log=True)


@dataclass(frozen=True)
class Features:
    """The variables of one protocol's table: seven of the electrodes, then what the cell and the protocol add."""

    extra: tuple[Variable, ...]
    electrodes: tuple[Variable, ...]
    ratio: tuple[float, float]   # range of the thickness ratio negative/positive, for scaling

    @property
    def digest(self) -> str:
        """Identity of the sampled ranges."""
        return content_digest([[v.name, v.low, v.high, v.log] for v in (*self.electrodes, *self.extra)])

    def sobol(self, rows: int, seed: int) -> np.ndarray:
        """Scrambled Sobol points (rows, n_variables): the first n are the same for any number of rows."""
        import warnings

        from scipy.stats import qmc

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # balance at powers of two is not needed
            return np.asarray(qmc.Sobol(len(self.electrodes) + len(self.extra), seed=seed).random(rows))

    def point(self, space: ElectrodeSpace, u: np.ndarray) -> SimulationPoint:
        """The simulation point at a unit vector of all variables."""
        cut = len(self.electrodes)
        extras = {v.name: v.value(float(x)) for v, x in zip(self.extra, u[cut:], strict=True)}
        return SimulationPoint(pair=space.pair(u[:cut]), **extras)

    def of(self, point: SimulationPoint) -> np.ndarray:
        """The features (n,) of a point. The thickness ratio stands for N/P: with both porosities it fixes it."""
        p, n = point.pair.positive, point.pair.negative
        low, high = self.ratio
        ratio = (n.coating_thickness_um / p.coating_thickness_um - low) / (high - low)
        own = {
            "positive_thickness_um": p.coating_thickness_um, "positive_porosity": p.porosity,
            "negative_porosity": n.porosity, "positive_radius_um": p.particle_radius_um,
            "negative_radius_um": n.particle_radius_um, "separator_thickness_um": point.pair.separator.thickness_um,
        }
        first = [ratio if v.name == "np_ratio" else v.unit(own[v.name]) for v in self.electrodes]
        return np.array([*first, *(v.unit(_positive(getattr(point, v.name), v)) for v in self.extra)])


def _positive(value: float | None, variable: Variable) -> float:
    return max(variable.low / 10 if value is None else value, variable.low / 10)


def features_for(
    space: ElectrodeSpace, protocol: Protocol, rates_C: tuple[float, float] | None
) -> Features:
    """The features of a protocol: its rate too where it is left open (range `rates_C`), heat where it is thermal.

    The range of rates is widened to a coarse grid (factors of √2) so that similar documents share a table.
    """
    extra: list[Variable] = [PATH_RESISTANCE]
    if open_rate(protocol):
        low, high = rates_C or (0.2, 3.0)
        extra.append(Variable("rate_C", 2 ** (math.floor(2 * math.log2(low)) / 2),
                              2 ** (math.ceil(2 * math.log2(high * 1.0001)) / 2), log=True))
    if isinstance(protocol, ThermalDischarge):
        extra += [HEAT_CAPACITY, COOLED_RATIO]
    ratios = []
    np_range = space.variables[ELECTRODE_VARIABLES.index("np_ratio")]
    p_range, n_range = (space.variables[ELECTRODE_VARIABLES.index(f"{e}_porosity")] for e in ("positive", "negative"))
    for p in (p_range.low, p_range.high):
        for n in (n_range.low, n_range.high):
            ratios += [np_range.low / space.np_at_equal_thickness(p, n),
                       np_range.high / space.np_at_equal_thickness(p, n)]
    return Features(tuple(extra), space.variables, (min(ratios), max(ratios)))


def open_rate(protocol: Protocol) -> bool:
    """Whether the protocol leaves the rate, or one of its rates, to each point."""
    if isinstance(protocol, RoundTrip):
        return protocol.charge_C is None or protocol.discharge_C is None
    return (protocol.max_rate_C if isinstance(protocol, FastCharge) else getattr(protocol, "rate_C", 0.0)) is None
