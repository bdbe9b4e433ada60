"""What a parameter set says of ageing, as the numbers that compiled code reads, and the fresh cell's slow states.

The laws are those that the PyBaMM simulator asks for (`pybamm_kernels.ageing_options`); a set whose functions have
another form is refused, not approximated, and ages by PyBaMM.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from knowledge.parameters.registry import system
from tools.failures import OutOfValidity
from tools.simulate.batched.layout import GAS, Cells, Design
from tools.simulate.batched.solid import Solid
from tools.simulate.batched.tables import FEW, KELVIN, Array, Functions
from tools.simulate.batched.wear import (
    ACTIVE,
    ACTIVE_P,
    CRACK,
    CRACKED,
    DEAD,
    LEAST_POROSITY,
    PLATED,
    PORE,
    SEI,
    SLOW,
    Wear,
)

SALTS = np.array([200.0, 1000.0, 2500.0])
FILMS = np.array([5e-9, 2e-8, 1e-7])
METAL = np.array([1.0, 10.0, 100.0])
NONE = {"plates": False, "metal_volume": 0.0, "plate": 0.0, "plate_per_salt": 0.0, "strip": 0.0, "alpha": 0.5,
        "death": 0.0}
WHOLE = {"cracks": False, "crack_rate": 0.0, "crack_power": 2.0, "crack_area": 0.0}


class WearTable:
    """The laws of one system at one temperature, and where its cells begin."""

    def __init__(self, key: str, temperature_C: float, at_rest: bool = False) -> None:
        from tools.simulate.pybamm_kernels import ageing_options, mechanisms_at_rest, simulated_mechanisms

        known = system(key)
        self.functions = Functions(key, temperature_C)
        self.values, self.kelvin = self.functions.values, temperature_C + KELVIN
        self.negative, self.positive = (domain.prim for _, domain in self.functions.sides)
        self.bruggeman = self._number(self.functions.p.n.b_e)
        mechanisms = (mechanisms_at_rest if at_rest else simulated_mechanisms)(known)
        options = ageing_options(known, at_rest)
        if "SEI" not in mechanisms:
            raise OutOfValidity(f"the set of {known.label} ages without a film; use the PyBaMM simulator")
        if any(len(table) > 1 for table in self.functions.kinetics()[1].values()):
            raise OutOfValidity(f"solid diffusion or exchange in {known.label} depends on stoichiometry, which this "
                                "solver describes without ageing only; use the PyBaMM simulator")
        self.first_crack, self.first_crack_film = 0.0, 0.0
        strained = "loss of active material" in mechanisms or "particle cracking" in mechanisms
        self.mechanics = {side: self._mechanics(e) if strained else (0.0, 0.0, 0.0)
                          for side, e in (("n", self.negative), ("p", self.positive))}
        numbers: dict[str, Any] = {**self._film(), **NONE, **WHOLE}
        numbers |= self._losses("loss of active material" in mechanisms)
        if "lithium plating" in mechanisms:
            numbers |= self._plating(stripping=options["lithium plating"] != "irreversible")
        if "particle cracking" in mechanisms:
            numbers |= self._cracking()
        self.wear = Wear(**numbers)
        self.solid = Solid(self._by_stress("n", self.negative), self._by_stress("p", self.positive), 1)

    def _number(self, symbol: Any) -> float:
        return float(self.functions.of(symbol, FEW)[0])

    def _same(self, values: Array, name: str) -> float:
        """The one value of a function.

        Raises:
            tools.failures.OutOfValidity: it is none.
        """
        if np.ptp(values) > 1e-9 * np.abs(values).max():
            raise OutOfValidity(f"{name} of {self.functions.system.label} has a form that only PyBaMM ages by")
        return float(values[0])

    def _film(self) -> dict[str, float]:
        n, number = self.negative, self._number
        faster = math.exp(number(n.E_sei) / GAS * (1 / number(self.functions.p.T_ref) - 1 / self.kelvin))
        return {"diffusion": number(n.D_sol) * number(n.c_sol) * faster, "molar_volume": number(n.V_bar_sei),
                "lithium": number(n.z_sei), "resistivity": number(n.R_sei), "first_film": number(n.L_sei_0)}

    def _plating(self, stripping: bool) -> dict[str, float | bool]:
        n, vector, number, T = self.negative, self.functions.vector, self._number, self.functions.temperature
        of = self.functions.of
        plate = of(n.j0_plating(vector(SALTS), vector(METAL), T), SALTS)
        per_salt = (plate[-1] - plate[0]) / (SALTS[-1] - SALTS[0])
        found = {"plates": True, "metal_volume": number(self.functions.p.V_bar_Li), "plate_per_salt": float(per_salt),
                 # A multiple that is proportional to salt has no rest to compare, so one is added and taken away.
                 "plate": self._same(plate - per_salt * SALTS + plate[0], "plating") - float(plate[0]),
                 "alpha": 1 - number(n.alpha_plating)}
        if stripping:
            per_metal = of(n.j0_stripping(vector(SALTS), vector(METAL), T), METAL) / METAL
            death = of(n.dead_lithium_decay_rate(vector(FILMS)), FILMS) * FILMS
            found |= {"strip": self._same(per_metal, "stripping"), "death": self._same(death, "dead lithium")}
        return found

    def _cracking(self) -> dict[str, float | bool]:
        n, number = self.negative, self._number
        self.first_crack, self.first_crack_film = number(n.l_cr_0), number(n.L_sei_cr0)
        tension = number(n.b_cr) * math.sqrt(math.pi)
        exponent = number(n.m_cr)
        return {"cracks": True, "crack_power": exponent, "crack_area": 2 * number(n.rho_cr) * number(n.w_cr),
                "crack_rate": number(n.k_cr(self.functions.temperature)) * tension**exponent / 3600}

    def _losses(self, lost: bool) -> dict[str, float]:
        """The law of loss by stress, of which 2/3 is hydrostatic; and what there is of stress."""
        found: dict[str, float] = {}
        for side, e in (("n", self.negative), ("p", self.positive)):
            swelling, young, nu = self.mechanics[side]
            exponent = self._number(e.m_LAM) if lost else 2.0
            rate = self._number(e.beta_LAM(self.functions.temperature)) if lost else 0.0
            critical = self._number(e.stress_critical) if lost else 1.0
            found |= {f"stress_{side}": swelling * young * self._number(e.c_max) / (3 * (1 - nu)),
                      f"loss_{side}": rate * (2 / 3 / critical) ** exponent, f"loss_power_{side}": exponent}
        return found

    def _mechanics(self, e: Any) -> tuple[float, float, float]:
        """Partial molar volume [m³/mol], Young's modulus [Pa] and Poisson's ratio."""
        vector, T = self.functions.vector, self.functions.temperature
        swelling = self._same(self.functions.of(e.Omega(vector(FEW), T), FEW), "the partial molar volume")
        return swelling, self._same(self.functions.of(e.E(vector(FEW), T), FEW), "Young's modulus"), self._number(e.nu)

    def _by_stress(self, side: str, e: Any) -> Array:
        """Diffusivity over that without stress (eq. A8): linear in the stoichiometry, so one interval of a table."""
        swelling, young, nu = self.mechanics[side]
        rise = 2 * swelling**2 * young / (9 * (1 - nu) * GAS * self.kelvin)
        if rise == 0:
            return np.array([1.0, 0.0, 0.0, 0.0])
        return np.array([1 - rise * self._number(e.c_0), rise * self._number(e.c_max), 0.0, 0.0])

    def fresh(self, d: Design, cells: Cells) -> Array:
        """Slow states (designs, SLOW · cells of an electrode) of fresh cells; `d` holds (designs, …) of each field."""
        ne, w = cells.electrode, self.wear
        slow = np.zeros((len(d.width), SLOW, ne))
        active_n, active_p = d.fresh[:, 1:2], d.fresh[:, 2:3]
        area = 3 * active_n * np.sqrt(d.inverse_square[:, :1])
        slow[:, SEI] = area * w.first_film / w.molar_volume
        slow[:, CRACKED] = area * self.first_crack_film / w.molar_volume
        slow[:, CRACK], slow[:, ACTIVE], slow[:, ACTIVE_P] = self.first_crack, active_n, active_p
        slow[:, PORE] = self._pores(slow, d, ne)
        return slow.reshape(len(slow), -1)

    def _pores(self, slow: Array, d: Design, ne: int) -> Array:
        """Pore volume of the negative's cells [m] by what fills them (eq. A6)."""
        w, per_volume = self.wear, 3 * np.sqrt(d.inverse_square[:, :1])
        area = per_volume * slow[:, ACTIVE]
        metal = w.metal_volume * (slow[:, PLATED] + slow[:, DEAD]) * slow[:, ACTIVE] / d.fresh[:, 1:2]
        films = w.molar_volume * (slow[:, SEI] + slow[:, CRACKED]) - area * w.first_film
        return np.asarray(d.width[:, :ne] * np.maximum(d.fresh[:, :1] - films - metal, LEAST_POROSITY))

    def settle(self, states: Array, d: Design, cells: Cells) -> None:
        """Give states (designs, numbers) the pores that their films leave, in place; their salt stays what it is."""
        ne = cells.electrode
        slow = states[:, -SLOW * ne :].reshape(len(states), SLOW, ne)
        pores = self._pores(slow, d, ne)
        states[:, :ne] *= slow[:, PORE] / pores
        slow[:, PORE] = pores


@lru_cache(maxsize=32)
def wear_table(key: str, temperature_C: float, at_rest: bool = False) -> WearTable:
    """The laws of a system at a temperature [°C], or those that go on while a cell is stored.

    Raises:
        tools.failures.OutOfValidity: the set has a mechanism or a function that this solver does not describe.
    """
    try:
        return WearTable(key, temperature_C, at_rest)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise OutOfValidity(f"the ageing of {key} cannot be made into numbers ({error}); use the PyBaMM simulator"
                            ) from error
