"""Round windings on an Archimedean spiral of constant pitch."""

from __future__ import annotations

import math

from knowledge.cell import CellDesign, Cylindrical, ElectrodeSize
from tools.failures import BadInput
from tools.physics.spiral import spiral_length_m, spiral_outer_m
from tools.simulate.layout import Foil, Layout, build_numbers, pitch

SHORTEST_STRIP_MM, LOWEST_STRIP_MM = 50.0, 10.0
STRIP_TOLERANCE = 0.06  # a measured strip may be longer than our spiral holds: thicknesses carry errors
HEIGHT_TOLERANCE_M = 2e-3  # headers differ by as much


def coated_height_m(format_: Cylindrical) -> float:
    """Height of the positive coating: the can less header, bottom, insulators, overhangs and tabless ends [m]."""
    e, c = build_numbers("build_electrodes"), build_numbers("build_cylindrical")
    lost = c["header_mm"] + c["bottom_over_wall"] * format_.can_wall_mm + 2 * c["insulator_mm"]
    lost += 2 * (e["negative_overhang_mm"] + e["separator_overhang_mm"])
    if format_.tabs == "tabless":
        lost += 2 * c["tabless_end_mm"]
    return (format_.height_mm - lost) * 1e-3


def _given_size(size: ElectrodeSize, longest_m: float, highest_m: float) -> tuple[float, float]:
    """The strip's own length and coated height [m], refused where the can does not hold them."""
    length, height = size.length_mm * 1e-3, size.width_mm * 1e-3
    if size.length_mm < SHORTEST_STRIP_MM or length > longest_m * (1 + STRIP_TOLERANCE):
        raise BadInput(f"electrode.length_mm is {size.length_mm:g} (positive_length_mm of a sheet); the can holds a "
                       f"strip of {SHORTEST_STRIP_MM:g} to {longest_m * 1e3:.0f} mm with these thicknesses",
                       field="electrode.length_mm")
    if size.width_mm < LOWEST_STRIP_MM or height > highest_m + HEIGHT_TOLERANCE_M:
        raise BadInput(f"electrode.width_mm is {size.width_mm:g} (positive_width_mm of a sheet); the can leaves a "
                       f"coated height of {LOWEST_STRIP_MM:g} to {highest_m * 1e3:.1f} mm", field="electrode.width_mm")
    return length, height


def winding_layout(design: CellDesign, format_: Cylindrical) -> Layout:
    """Wind the pair into the can: separators first, then the pair, one more negative turn and separators outside.

    Raises:
        tools.failures.BadInput: not one turn fits, or the can is too low.
    """
    pair, p = design.pair, pitch(design.pair)
    e, c = build_numbers("build_electrodes"), build_numbers("build_cylindrical")
    height = coated_height_m(format_)
    if height < 5e-3:
        raise BadInput(f"format.height_mm is {format_.height_mm:g}; the header and bottom leave no room, at least 20 "
                       "is plausible", field="format.height_mm")
    turns_extra = c["extra_separator_turns"]
    can_radius = (format_.diameter_mm / 2 - format_.can_wall_mm - design.fill_clearance_mm / 2) * 1e-3
    inner = format_.mandrel_diameter_mm * 0.5e-3 + 2 * p.separator * turns_extra
    outer = can_radius - c["tape_mm"] * 1e-3 - p.negative - 2 * p.separator * turns_extra
    turns = (outer - inner) / p.repeat
    if turns < 1:
        raise BadInput(f"not one turn fits: {(outer - inner) * 1e3:.2f} mm are left between mandrel and can for a "
                       f"pitch of {p.repeat * 1e3:.2f} mm; make format.diameter_mm larger or the mandrel smaller",
                       field="format.diameter_mm")
    length = spiral_length_m(inner, outer, p.repeat)
    if design.electrode is not None:
        length, height = _given_size(design.electrode, length, height)
        outer = spiral_outer_m(inner, length, p.repeat)
        turns = (outer - inner) / p.repeat
    outer_turn = 2 * math.pi * (outer + p.negative / 2)
    negative_length = length + outer_turn
    separator_turns = turns_extra * 2 * math.pi * (inner + can_radius)
    overhang = e["negative_overhang_mm"] * 1e-3
    negative_height = height + 2 * overhang
    separator_height = negative_height + 2 * e["separator_overhang_mm"] * 1e-3
    bare = c["tabless_edge_mm"] * 1e-3 if format_.tabs == "tabless" else 0.0
    return Layout(
        layers=math.floor(turns), facing_m2=2 * length * height, positive_coated_m2=2 * length * height,
        negative_coated_m2=2 * negative_length * negative_height,
        separator_m2=2 * (negative_length + separator_turns) * separator_height,
        positive_foil=Foil(1, length, height, pair.positive.foil_thickness_um * 1e-6, bare * length),
        negative_foil=Foil(1, negative_length, negative_height, pair.negative.foil_thickness_um * 1e-6,
                           bare * negative_length),
        thickness_m=2 * can_radius,
    )
