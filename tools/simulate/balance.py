"""Lithium balance of an electrode pair: stoichiometries at 0 and 100 % SOC, areal capacity, N/P ratio, OCV.

Lithium as made = as-made stoichiometry × Qp − first-cycle loss × Qn, and it stays: x·Qn + y·Qp is constant. 100 % SOC
is where U_p(y) − U_n(x) = v_max, 0 % where it is v_min. A composite negative counts as one electrode whose x is of both
materials' sites; 100 % SOC is reached as it fills and every other state as it empties, each on its own branch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from knowledge.cell import Electrode, ElectrodePair
from knowledge.parameters.system import System
from tools.failures import BadInput, Infeasible, ToolFailure
from tools.simulate.formulation import Coating, check_electrode, check_second, coating, known_system
from tools.simulate.ocp import Array, Branch, negative_table, ocp_table
from tools.simulate.varied import added_loss, anything_varied
from tools.wrong_field import check_plausible


@dataclass(frozen=True)
class Balance:
    """What a pair holds at zero current. Stoichiometries are (at 0 % SOC, at 100 % SOC)."""

    negative_stoichiometry: tuple[float, float]
    positive_stoichiometry: tuple[float, float]
    areal_capacity_mAh_cm2: float
    np_ratio: float
    negative_sites_mAh_cm2: float
    positive_sites_mAh_cm2: float
    system: str = field(repr=False)
    second_site_share: float = field(default=0.0, repr=False)

    def stoichiometry(self, soc: float) -> tuple[float, float]:
        """(negative, positive) at a state of charge from 0 to 1."""
        (x0, x1), (y0, y1) = self.negative_stoichiometry, self.positive_stoichiometry
        return x0 + soc * (x1 - x0), y0 + soc * (y1 - y0)

    def ocv(self, soc: float | Array) -> Array:
        """Open-circuit voltage [V] at states of charge from 0 to 1 as the cell empties, in their shape."""
        x_table, u_neg, y_table, u_pos = ocp_table(self.system)
        if self.second_site_share:
            x_table, u_neg, _, _ = negative_table(self.system, self.second_site_share)
        s = np.asarray(soc, dtype=float)
        (x0, x1), (y0, y1) = self.negative_stoichiometry, self.positive_stoichiometry
        return np.asarray(np.interp(y0 + s * (y1 - y0), y_table, u_pos) - np.interp(x0 + s * (x1 - x0), x_table, u_neg))

    def phases(self, soc: float) -> tuple[float, float]:
        """Stoichiometries of a composite negative's two materials at a state of charge, as the cell came to it."""
        table = negative_table(self.system, self.second_site_share, "lithiation" if soc >= 1 else "delithiation")
        if table.second is None:
            raise ValueError(f"the negative of {self.system} is of one material")
        x = self.stoichiometry(soc)[0]
        return float(np.interp(x, table.x, table.first)), float(np.interp(x, table.x, table.second))

    @property
    def mean_ocv_V(self) -> float:
        """Mean open-circuit voltage over the window [V]."""
        grid = np.linspace(0.0, 1.0, 201)
        return float(np.trapezoid(self.ocv(grid), grid))


@lru_cache(maxsize=4096)
def _charge_limit(key: str, v_max: float, second_site_share: float) -> float:
    """Positive stoichiometry that stands at v_max against a full negative: U_p(y) = v_max + U_n(1)."""
    _, _, y, u_pos = ocp_table(key)
    u_neg = negative_table(key, second_site_share, "lithiation").u
    falling = np.minimum.accumulate(u_pos)
    wanted = v_max + u_neg[-1]
    if not falling[-1] < wanted < falling[0]:
        raise BadInput(f"v_max is {v_max:g} V; {known_system(key).label} can be charged to "
                       f"{falling[-1] - u_neg[-1]:.2f}–{falling[0] - u_neg[-1]:.2f} V", field="pair.v_max")
    return float(np.interp(-wanted, -falling, y))


def check_pair(pair: ElectrodePair) -> None:
    """Refuse what cannot be a pair: sizes, formulations, voltages, materials of another system.

    Raises:
        tools.failures.BadInput: names the field and its plausible range.
    """
    known = known_system(pair.system)
    check_electrode(pair.positive, "positive")
    check_electrode(pair.negative, "negative")
    check_plausible(pair.separator, "separator.")
    if pair.v_min >= pair.v_max - 0.2:
        raise BadInput(f"v_min {pair.v_min:g} V must lie at least 0.2 V below v_max {pair.v_max:g} V; the published "
                       f"window is {known.v_min:g}–{known.v_max:g} V", field="pair.v_min")
    for side in ("positive", "negative"):
        mine, theirs = getattr(pair, side), getattr(known.reference, side)
        if mine.active_material != theirs.active_material:
            raise BadInput(f"{side}.active_material is {mine.active_material!r}; the parameter set of {known.key} "
                           f"describes {theirs.active_material!r}", field=f"{side}.active_material")
        if mine.second is not theirs.second:
            check_second(mine.second, theirs.second, known.key, side)


def np_ratio(pair: ElectrodePair) -> float:
    """N/P on first-charge capacities: what the negative takes up over what the positive releases up to v_max.

    N/P = Qn·(1 + loss) / (Qp·(y_made − y_limit)); at 1 the negative is exactly full at 100 % SOC.
    """
    known = known_system(pair.system)
    negative = coating(pair.negative, pair.system, "negative")
    q_p = coating(pair.positive, pair.system, "positive").sites_mAh_cm2
    return _np(known, negative, q_p, pair.v_max)


def _np(known: System, negative: Coating, q_p: float, v_max: float) -> float:
    share = negative.second_site_share
    released = known.as_made_stoichiometry - _charge_limit(known.key, v_max, share)
    return negative.sites_mAh_cm2 * (1 + known.loss(share) + added_loss()) / (q_p * released)


def negative_thickness_um(pair: ElectrodePair, wanted_np: float) -> float:
    """Negative coating thickness [µm] that gives the pair an N/P ratio; N/P is proportional to it."""
    return pair.negative.coating_thickness_um * wanted_np / np_ratio(pair)


def with_np_ratio(pair: ElectrodePair, wanted_np: float) -> ElectrodePair:
    """The pair with its negative coating made as thick as an N/P ratio asks."""
    negative: Electrode = pair.negative.model_copy(
        update={"coating_thickness_um": negative_thickness_um(pair, wanted_np)})
    return pair.model_copy(update={"negative": negative})


def balance(pair: ElectrodePair) -> Balance:
    """Balance a pair by lithium conservation.

    Raises:
        tools.failures.BadInput: a field that cannot be right, with its plausible range.
        tools.failures.Infeasible: the negative cannot hold the lithium (N/P < 1), or no capacity is left.
    """
    return _balance(pair) if anything_varied() else _balance_as_it_is(pair)


def _balance(pair: ElectrodePair) -> Balance:
    check_pair(pair)
    known = known_system(pair.system)
    negative = coating(pair.negative, pair.system, "negative")
    q_n, share = negative.sites_mAh_cm2, negative.second_site_share
    q_p = coating(pair.positive, pair.system, "positive").sites_mAh_cm2
    ratio = _np(known, negative, q_p, pair.v_max)
    if ratio < 1:
        raise Infeasible(
            f"N/P is {ratio:.3f}: the negative ({pair.negative.coating_thickness_um:.3g} µm) cannot hold the lithium "
            f"of the positive ({pair.positive.coating_thickness_um:.3g} µm); it must be at least 1, usual are 1.03 to "
            "1.3",
            field="negative.coating_thickness_um", np_ratio=ratio)
    lithium = known.as_made_stoichiometry * q_p - (known.loss(share) + added_loss()) * q_n
    y100, y0 = _window(pair, ratio, lithium, (q_n, q_p), share)
    x = (lithium - y100 * q_p) / q_n, (lithium - y0 * q_p) / q_n
    capacity = (y0 - y100) * q_p
    if capacity < 0.05:
        raise Infeasible(f"the pair holds only {capacity:.3f} mAh/cm² between {pair.v_min:g} and {pair.v_max:g} V; "
                         f"N/P is {ratio:.2f}, usual are 1.03 to 1.3", np_ratio=ratio)
    return Balance(
        negative_stoichiometry=(x[1], x[0]), positive_stoichiometry=(y0, y100), areal_capacity_mAh_cm2=capacity,
        np_ratio=ratio, negative_sites_mAh_cm2=q_n, positive_sites_mAh_cm2=q_p, system=pair.system,
        second_site_share=share,
    )


# Every protocol on a design, and its build-up, ask for the same balance again.
_balance_as_it_is = lru_cache(maxsize=8192)(_balance)


def _window(pair: ElectrodePair, ratio: float, lithium: float, sites: tuple[float, float], second_site_share: float
            ) -> tuple[float, float]:
    """Positive stoichiometry at v_max and at v_min, on the falling curve V(y) = U_p(y) − U_n((Li − y·Qp)/Qn)."""
    _, _, y, u_pos = ocp_table(pair.system)
    q_n, q_p = sites
    # Where the negative is between empty and full. One grid step past full, so that an exactly full negative (N/P = 1)
    # still brackets v_max.
    held = slice(int(y.searchsorted((lithium - 1.005 * q_n) / q_p)), int(y.searchsorted(lithium / q_p, "right")))
    y, u_pos = y[held], u_pos[held]
    if y.size < 10:
        raise Infeasible(f"no state of the pair conserves its lithium; N/P is {ratio:.2f}, usual are 1.03 to 1.3")
    x = lithium / q_n - y * (q_p / q_n)

    def volts_below(branch: Branch) -> Array:
        """−V(y), rising."""
        table = negative_table(pair.system, second_site_share, branch)
        return np.asarray(np.maximum.accumulate(np.interp(x, table.x, table.u) - u_pos))

    def at(limit: str, curve: Array) -> float:
        wanted: float = getattr(pair, limit)
        if not curve[0] < -wanted < curve[-1]:
            raise BadInput(f"{limit} is {wanted:g} V; the open-circuit voltage of this pair spans {-curve[-1]:.2f}–"
                           f"{-curve[0]:.2f} V", field=f"pair.{limit}")
        return float(np.interp(-wanted, curve, y))

    emptying = volts_below("delithiation")
    filling = emptying if second_site_share == 0.0 else volts_below("lithiation")
    empty = at("v_min", emptying)
    return at("v_max", filling), empty


def balance_many(pairs: Sequence[ElectrodePair]) -> list[Balance | ToolFailure]:
    """One balance or the failure that stopped it a pair, in order."""
    found: list[Balance | ToolFailure] = []
    for pair in pairs:
        try:
            found.append(balance(pair))
        except ToolFailure as error:
            found.append(error)
    return found
