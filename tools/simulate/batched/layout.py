"""A design on a mesh: the arrays that the compiled solver reads. Section 2 of docs/batched_dfn.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.particle import modes
from tools.simulate.batched.tables import Tables

Array = npt.NDArray[np.float64]
FARADAY, GAS = 96485.33212, 8.31446261815324
STRETCH = 12.0  # first over last cell width of an electrode: cells are thinnest at the separator


class Cells(NamedTuple):
    """One mesh: cells per electrode and separator, modes per particle."""

    electrode: int
    separator: int
    modes: int


class Layout(NamedTuple):
    """One design on one mesh. Cells run from the negative collector to the positive one; faces lie between them.

    Separator cells carry `reaction_area` = −1: their row then reads j = 0.
    """

    electrode: int
    separator: int
    width: Array          # (cells,) m
    pore: Array           # (cells,) porosity × width [m]
    transport: Array      # (cells,) porosity ** Bruggeman
    reaction_area: Array  # (cells,) particle area × width per electrode area
    solid: Array          # (faces,) ohmic resistance of the solid between neighbouring centres [ohm·m²]
    ends: float           # both outer half cells and the path [ohm·m²]
    exchange: Array       # (2,) 2k [A/m²/(mol/m³)^0.5]
    relaxation: Array     # (2,) Ds/R² [1/s]
    gradient: Array       # (2,) surface gradient q of a current density of 1 A/m²
    start: Array          # (2,) stoichiometry at equilibrium
    decay: Array          # (modes,) λ
    weight: Array         # (modes,) w
    thermal_V: float      # 2RT/F
    anion: float          # 1 − transference number
    concentration: float  # at equilibrium [mol/m³]
    one_C: float          # a current to compare with [A/m²]: half of the sites of the smaller electrode in an hour
    swing: Array          # (2,) change of mean stoichiometry per Ah/m² discharged


def edges(count: int) -> Array:
    """Cell edges on (0, 1), thinner towards 1: one smooth map for all counts, so that errors fall as count⁻²."""
    k = np.linspace(0.0, 1.0, count + 1)
    return np.asarray((1 - STRETCH**-k) / (1 - 1 / STRETCH))


def layout(inputs: Mapping[str, float], tables: Tables, cells: Cells) -> Layout:
    """Arrays of a design from the inputs of the DFN (`Prepared.inputs`: SI, one square metre)."""
    k = tables.constants
    ne, ns = cells.electrode, cells.separator
    lengths = [inputs["negative thickness"], inputs["separator thickness"], inputs["positive thickness"]]
    graded = np.diff(edges(ne))
    parts = [graded * lengths[0], np.full(ns, lengths[1] / ns), graded[::-1] * lengths[2]]
    width = np.concatenate(parts)
    porosity = np.repeat([inputs["negative porosity"], inputs["separator porosity"], inputs["positive porosity"]],
                         [ne, ns, ne])
    exponent = np.repeat([k["bruggeman_n"], k["bruggeman_s"], k["bruggeman_p"]], [ne, ns, ne])
    fractions = inputs["negative active fraction"], inputs["positive active fraction"]
    radii = inputs["negative radius"], inputs["positive radius"]
    area = [3 * f / r for f, r in zip(fractions, radii, strict=True)]
    reaction = np.concatenate([parts[0] * area[0], np.full(ns, -1.0), parts[2] * area[1]])
    # As in PyBaMM, all that is not pore conducts electrons: (1 − ε)^b.
    sigma = (k["sigma_n"] * (1 - inputs["negative porosity"]) ** k["bruggeman_solid_n"],
             k["sigma_p"] * (1 - inputs["positive porosity"]) ** k["bruggeman_solid_p"])
    solid = np.zeros(len(width) + 1)
    solid[1:ne] = (width[: ne - 1] + width[1:ne]) / (2 * sigma[0])
    solid[ne + ns + 1 : -1] = (width[ne + ns : -1] + width[ne + ns + 1 :]) / (2 * sigma[1])
    decay, weight = modes(cells.modes)
    sites = np.array([k["sites_n"], k["sites_p"]])
    ds, r = np.array([k["ds_n"], k["ds_p"]]), np.array(radii)
    held = FARADAY * sites * np.array(fractions) * np.array([lengths[0], lengths[2]])
    return Layout(
        electrode=ne, separator=ns, width=width, pore=width * porosity, transport=porosity**exponent,
        reaction_area=reaction, solid=solid,
        ends=float(width[0] / (2 * sigma[0]) + width[-1] / (2 * sigma[1]) + inputs["path resistance"]),
        exchange=2 * np.array([k["k_n"], k["k_p"]]), relaxation=ds / r**2, gradient=r / (FARADAY * ds * sites),
        start=np.array([inputs["negative concentration"], inputs["positive concentration"]]) / sites,
        decay=decay, weight=weight, thermal_V=2 * GAS * inputs["temperature"] / FARADAY,
        anion=1 - k["transference"], concentration=k["c_start"], one_C=float(0.5 * held.min() / 3600),
        swing=np.array([-3600.0, 3600.0]) / held,
    )
