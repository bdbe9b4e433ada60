"""Stacks of rectangular electrodes: n double-sided positives between n + 1 double-sided negatives."""

from __future__ import annotations

import math
from dataclasses import dataclass

from knowledge.cell import ElectrodePair, ElectrodeSize
from tools.failures import BadInput
from tools.simulate.layout import Foil, Layout, build_numbers, pitch

SMALLEST_SHEET_MM = 10.0
SHEET_TOLERANCE_M = 3e-3  # clearances of real cases differ by as much from the assumed ones


@dataclass(frozen=True)
class Cavity:
    """Room for the separator's outline and the stack's thickness [m]; `along` is the edge-to-edge current direction."""

    across_m: float
    along_m: float
    thickness_m: float
    outer_m: float = 0.0  # of the case, for messages


def stack_thickness_m(pair: ElectrodePair, layers: int) -> float:
    """n positives, n + 1 negatives and 2n + 2 separators (the last two wrap the stack)."""
    p = pitch(pair)
    return layers * p.repeat + p.negative + 2 * p.separator


def layers_that_fit(pair: ElectrodePair, thickness_m: float) -> int:
    """The most double-sided positives whose stack is no thicker than `thickness_m`."""
    p = pitch(pair)
    return math.floor((thickness_m - p.negative - 2 * p.separator) / p.repeat + 1e-9)


def _given_size(size: ElectrodeSize, across_m: float, along_m: float) -> tuple[float, float]:
    """The sheets' own width and length [m], refused where the case does not hold them."""
    for name, given, most in (("width_mm", size.width_mm, across_m), ("length_mm", size.length_mm, along_m)):
        if given < SMALLEST_SHEET_MM or given * 1e-3 > most + SHEET_TOLERANCE_M:
            raise BadInput(f"electrode.{name} is {given:g} (positive_{name} of a sheet); the case leaves "
                           f"{SMALLEST_SHEET_MM:g} to {most * 1e3:.1f} mm", field=f"electrode.{name}")
    return size.width_mm * 1e-3, size.length_mm * 1e-3


def stack_layout(pair: ElectrodePair, cavity: Cavity, layers: int | None,
                 size: ElectrodeSize | None = None) -> Layout:
    """Lay electrodes into a cavity; the negative overhangs the positive and the separator the negative.

    Raises:
        tools.failures.BadInput: nothing fits, or fewer layers than asked.
    """
    numbers = build_numbers("build_electrodes")
    overhang, separator_overhang = numbers["negative_overhang_mm"] * 1e-3, numbers["separator_overhang_mm"] * 1e-3
    across = cavity.across_m - 2 * (overhang + separator_overhang)
    along = cavity.along_m - 2 * (overhang + separator_overhang)
    if min(across, along) < 5e-3:
        raise BadInput(f"the case leaves only {across * 1e3:.1f} × {along * 1e3:.1f} mm for the electrodes; make width "
                       "and height larger: at least about 25 mm each", field="format")
    if size is not None:
        across, along = _given_size(size, across, along)
    most = layers_that_fit(pair, cavity.thickness_m)
    if most < 1:
        needed, left = stack_thickness_m(pair, 1) * 1e3, cavity.thickness_m * 1e3
        raise BadInput(f"format.thickness_mm is {cavity.outer_m * 1e3:g} and no electrode fits: one layer needs "
                       f"{needed:.2f} mm and walls and clearance leave {max(left, 0):.2f} mm; plausible are at least "
                       f"{cavity.outer_m * 1e3 + needed - left:.2f}", field="format.thickness_mm")
    if layers is not None and layers > most:
        raise BadInput(f"layers is {layers}; the case holds 1 to {most}", field="layers")
    n = layers if layers is not None else most
    flag = numbers["tab_flag_mm"] * 1e-3 * numbers["tab_flag_width_share"] * across
    wide, tall = across + 2 * overhang, along + 2 * overhang
    separator = (wide + 2 * separator_overhang) * (tall + 2 * separator_overhang)
    return Layout(
        layers=n, facing_m2=2 * n * across * along, positive_coated_m2=2 * n * across * along,
        negative_coated_m2=2 * (n + 1) * wide * tall, separator_m2=(2 * n + 2) * separator,
        positive_foil=Foil(n, along, across, pair.positive.foil_thickness_um * 1e-6, n * flag),
        negative_foil=Foil(n + 1, tall, wide, pair.negative.foil_thickness_um * 1e-6, (n + 1) * flag),
        thickness_m=stack_thickness_m(pair, n),
    )
