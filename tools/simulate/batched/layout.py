"""Designs on a mesh: the numbers that the compiled solver reads, a row a design. Section 2 of docs/batched_dfn.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.tables import Tables
from tools.simulate.batched.views import part

Array = npt.NDArray[np.float64]
LanesArray = Any
FARADAY, GAS = 96485.33212, 8.31446261815324
STRETCH = 12.0  # first over last cell width of an electrode: cells are thinnest at the separator
CONTROLS = ("by current", "by voltage", "by power", "by anode", "current", "voltage", "power", "anode")
LIMIT_NAMES = ("voltage floor", "voltage ceiling", "anode floor", "charge floor", "charge ceiling", "taper current",
               "charge current ceiling")
GIVEN = (
    *(f"{side} {what}" for side in ("negative", "positive")
      for what in ("thickness", "porosity", "active fraction", "radius", "concentration")),
    "separator thickness", "separator porosity", "path resistance", "temperature", *CONTROLS, *LIMIT_NAMES)
ALL_GIVEN = itemgetter(*GIVEN)


class Cells(NamedTuple):
    """One mesh: cells per electrode and separator, modes per particle."""

    electrode: int
    separator: int
    modes: int

    @property
    def total(self) -> int:
        """All cells."""
        return 2 * self.electrode + self.separator


class Design(NamedTuple):
    """A design on a mesh (in compiled code: a group). Cells run from the negative collector to the positive one.

    Faces lie between cells. Separator cells carry `area` = −1: their row then reads j = 0. Of two numbers the first is
    the negative electrode's.
    """

    width: LanesArray           # (cells,) m
    pore: LanesArray            # (cells,) porosity × width [m]
    path: LanesArray            # (cells,) half width over porosity ** Bruggeman [m]
    area: LanesArray            # (cells,) particle area × width per electrode area
    source: LanesArray          # (cells,) salt that a current density of 1 A/m² on the particles sets free [mol/s/A]
    solid: LanesArray           # (faces,) ohmic resistance of the solid between neighbouring centres [ohm·m²]
    ends: LanesArray            # (1,) both outer half cells and the path [ohm·m²]
    inverse_square: LanesArray  # (2,) 1/R² [1/m²]
    uptake: LanesArray          # (2,) rise of the mean stoichiometry over 3, per A/m² and second
    start: LanesArray           # (2,) stoichiometry at equilibrium
    swing: LanesArray           # (2,) change of mean stoichiometry per Ah/m² discharged
    total_area: LanesArray      # (1,) particle area of the negative per electrode area
    one_C: LanesArray           # (1,) a current to compare with [A/m²]: half the smaller electrode's sites in an hour
    heating: LanesArray         # (1,) kelvins that 1 J/m² heats; 0 keeps the temperature
    cooling: LanesArray         # (1,) W/m² of electrode and kelvin above the ambient
    ambient: LanesArray         # (1,) K
    fresh: LanesArray           # (4,) negative porosity, both active fractions, the negative's Bruggeman exponent
    control: LanesArray         # (8,) four switches, four set points (`CONTROLS`)
    limits: LanesArray          # (7,) `LIMIT_NAMES`


def sizes(cells: Cells) -> Design:
    """The length of each field of `Design` on a mesh."""
    n = cells.total
    return Design(n, n, n, n, n, n + 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 4, len(CONTROLS), len(LIMIT_NAMES))


@compiled
def design_from(packed: LanesArray, cells: int) -> Design:
    """The fields of a packed design (`layouts`), as views."""
    n, k = cells, 6 * cells + 1
    return Design(
        part(packed, 0, n), part(packed, n, 2 * n), part(packed, 2 * n, 3 * n), part(packed, 3 * n, 4 * n),
        part(packed, 4 * n, 5 * n), part(packed, 5 * n, k), part(packed, k, k + 1), part(packed, k + 1, k + 3),
        part(packed, k + 3, k + 5), part(packed, k + 5, k + 7), part(packed, k + 7, k + 9), part(packed, k + 9, k + 10),
        part(packed, k + 10, k + 11), part(packed, k + 11, k + 12), part(packed, k + 12, k + 13),
        part(packed, k + 13, k + 14), part(packed, k + 14, k + 18), part(packed, k + 18, k + 26),
        part(packed, k + 26, k + 33),
    )


def edges(count: int) -> Array:
    """Cell edges on (0, 1), thinner towards 1: one smooth map for all counts, so that errors fall as count⁻²."""
    k = np.linspace(0.0, 1.0, count + 1)
    return np.asarray((1 - STRETCH**-k) / (1 - 1 / STRETCH))


def layouts(designs: Sequence[Mapping[str, float]], tables: Tables, cells: Cells) -> Array:
    """Packed designs (designs, numbers) from the inputs of the DFN (`Prepared.inputs`: SI, one square metre)."""
    k, ne, ns = tables.constants, cells.electrode, cells.separator
    columns: dict[str, Array] = dict(
        zip(GIVEN, np.array([ALL_GIVEN(one) for one in designs], dtype=float).T, strict=True))

    def given(name: str, default: float | None = None) -> Array:
        if default is None:
            return columns[name]
        return np.array([one.get(name, default) for one in designs], dtype=float)

    def electrodes(what: str) -> tuple[Array, Array]:
        return given(f"negative {what}"), given(f"positive {what}")

    (wide_n, wide_p), (pore_n, pore_p) = electrodes("thickness"), electrodes("porosity")
    (active_n, active_p), (radius_n, radius_p) = electrodes("active fraction"), electrodes("radius")
    graded, even = np.diff(edges(ne)), np.full(ns, 1 / ns)
    width = np.concatenate([np.outer(wide_n, graded), np.outer(given("separator thickness"), even),
                            np.outer(wide_p, graded[::-1])], axis=1)
    porosity = np.repeat(np.stack([pore_n, given("separator porosity"), pore_p], axis=1), [ne, ns, ne], axis=1)
    exponent = np.repeat([k["bruggeman_n"], k["bruggeman_s"], k["bruggeman_p"]], [ne, ns, ne])
    area = np.concatenate([width[:, :ne] * (3 * active_n / radius_n)[:, None], np.full((len(designs), ns), -1.0),
                           width[:, ne + ns :] * (3 * active_p / radius_p)[:, None]], axis=1)
    source = (1 - k["transference"]) / FARADAY * np.maximum(area, 0.0)
    # As in PyBaMM, all that is not pore conducts electrons: (1 − ε)^b.
    sigma_n = k["sigma_n"] * (1 - pore_n) ** k["bruggeman_solid_n"]
    sigma_p = k["sigma_p"] * (1 - pore_p) ** k["bruggeman_solid_p"]
    solid = np.zeros((len(designs), cells.total + 1))
    solid[:, 1:ne] = (width[:, : ne - 1] + width[:, 1:ne]) / (2 * sigma_n)[:, None]
    solid[:, ne + ns + 1 : -1] = (width[:, ne + ns : -1] + width[:, ne + ns + 1 :]) / (2 * sigma_p)[:, None]
    radius, sites = np.stack([radius_n, radius_p], axis=1), np.array([k["sites_n"], k["sites_p"]])
    held = FARADAY * sites * np.stack([active_n * wide_n, active_p * wide_p], axis=1)
    capacity = given("heat capacity", np.inf)
    packed = Design(
        width=width, pore=width * porosity, path=0.5 * width / porosity**exponent, area=area, source=source,
        solid=solid,
        ends=width[:, 0] / (2 * sigma_n) + width[:, -1] / (2 * sigma_p) + given("path resistance"),
        inverse_square=radius**-2.0, uptake=1 / (FARADAY * sites * radius),
        start=np.stack(electrodes("concentration"), axis=1) / sites, swing=np.array([-3600.0, 3600.0]) / held,
        total_area=area[:, :ne].sum(axis=1), one_C=0.5 * held.min(axis=1) / 3600, heating=1 / capacity,
        cooling=given("cooled surface", 0.0) * given("heat transfer", 0.0), ambient=given("temperature"),
        fresh=np.stack([pore_n, active_n, active_p, np.full(len(designs), k["bruggeman_n"])], axis=1),
        control=np.stack([given(name) for name in CONTROLS], axis=1),
        limits=np.stack([given(name) for name in LIMIT_NAMES], axis=1),
    )
    return np.ascontiguousarray(np.concatenate([part.reshape(len(designs), -1) for part in packed], axis=1))
