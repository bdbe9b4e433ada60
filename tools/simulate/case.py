"""Housings: the cavity they leave, their parts' masses, outer size and cooled surface."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from knowledge.cell import CellDesign, Cylindrical, Pouch, Prismatic
from tools.failures import BadInput
from tools.simulate.layout import Layout, build_numbers
from tools.simulate.path_resistance import negative_part, negative_strip
from tools.simulate.stack import Cavity
from tools.wrong_field import check_plausible


@dataclass(frozen=True)
class Part:
    """One housing part: component name, material card and solid volume [m³]."""

    component: str
    material: str
    volume_m3: float


@dataclass(frozen=True)
class Housing:
    """A closed case: its parts, outer size [mm], outer surface [m²], envelope and inner volume [m³]."""

    parts: tuple[Part, ...]
    dimensions_mm: dict[str, float]
    surface_m2: float
    envelope_m3: float
    inner_m3: float


CANS = {"steel": "steel_can", "aluminium": "aluminium_case"}


def prismatic_is_blade(format_: Prismatic) -> bool:
    """Long cells carry their terminals on the two short ends."""
    return format_.width_mm >= build_numbers("build_prismatic")["blade_from_aspect"] * format_.height_mm


def _lid_mm(format_: Prismatic) -> float:
    return max(1.2, build_numbers("build_prismatic")["lid_over_wall"] * format_.case_wall_mm)


def prismatic_cavity(design: CellDesign, format_: Prismatic) -> Cavity:
    """What a hard case leaves to the stack; current flows to the lid (or, in a blade, to the two ends)."""
    c, wall = build_numbers("build_prismatic"), format_.case_wall_mm
    thickness = format_.thickness_mm - 2 * wall - 2 * c["film_mm"] - design.fill_clearance_mm
    end = _lid_mm(format_) + c["headspace_mm"]
    if prismatic_is_blade(format_):
        across = format_.height_mm - 2 * wall - 2 * c["side_clearance_mm"]
        along = format_.width_mm - 2 * end
    else:
        across = format_.width_mm - 2 * wall - 2 * c["side_clearance_mm"]
        along = format_.height_mm - wall - c["bottom_insulator_mm"] - end
    return Cavity(across * 1e-3, along * 1e-3, thickness * 1e-3, format_.thickness_mm * 1e-3)


def pouch_cavity(design: CellDesign, format_: Pouch) -> Cavity:
    """What a laminate leaves to the stack; tabs stand on the ends of the height."""
    c = build_numbers("build_pouch")
    ends = 2 * c["tab_end_mm"] if format_.tabs == "opposite" else c["tab_end_mm"] + c["side_clearance_mm"]
    return Cavity(
        across_m=(format_.width_mm - 2 * c["side_clearance_mm"]) * 1e-3,
        along_m=(format_.height_mm - ends) * 1e-3,
        thickness_m=(format_.thickness_mm - design.fill_clearance_mm) * 1e-3 - 2e-6 * format_.laminate_um,
        outer_m=format_.thickness_mm * 1e-3,
    )


def _cylindrical(design: CellDesign, format_: Cylindrical, layout: Layout) -> Housing:
    c = build_numbers("build_cylindrical")
    d, h, wall = format_.diameter_mm * 1e-3, format_.height_mm * 1e-3, format_.can_wall_mm * 1e-3
    disc = math.pi / 4 * (d - 2 * wall) ** 2
    bottom = c["bottom_over_wall"] * wall
    parts = [
        Part("can", CANS[format_.can], math.pi * (d - wall) * wall * h + disc * bottom),
        Part("cap", "steel_can", disc * c["cap_equivalent_mm"] * 1e-3),
        Part("tape and insulators", "tape",
             disc * 2 * c["insulator_mm"] * 1e-3 + math.pi * layout.thickness_m * c["tape_mm"] * 1e-3 * h),
    ]
    if format_.tabs == "tabless":
        plate = disc * c["tabless_plate_mm"] * 1e-3
        parts += [Part("positive collector", "aluminium_part", plate),
                  Part("negative collector", negative_part(design), plate)]
    else:
        count = 2 if format_.tabs == "double" else 1
        strip = (h + c["tab_free_length_mm"] * 1e-3) * c["tab_width_mm"] * c["tab_thickness_mm"] * 1e-6 * count
        parts += [Part("positive collector", "aluminium_part", strip),
                  Part("negative collector", negative_strip(design), strip)]
    inner = disc * (h - bottom - c["header_mm"] * 1e-3)
    return Housing(tuple(parts), {"diameter": format_.diameter_mm, "height": format_.height_mm},
                   math.pi * d * h + math.pi / 2 * d**2, math.pi / 4 * d**2 * h, inner)


def _prismatic(design: CellDesign, format_: Prismatic, layout: Layout) -> Housing:
    c = build_numbers("build_prismatic")
    w, t, h = (v * 1e-3 for v in (format_.width_mm, format_.thickness_mm, format_.height_mm))
    wall, lid = format_.case_wall_mm * 1e-3, _lid_mm(format_) * 1e-3
    if prismatic_is_blade(format_):
        lid_area, lids, shell = t * h, 2, 2 * wall * (w * t + w * h)
    else:
        lid_area, lids, shell = w * t, 1, wall * (w * t + 2 * h * (w + t))
    collector = lid_area * c["collector_equivalent_mm"] * 1e-3
    film = 2 * (w * h + t * h + w * t) * c["film_mm"] * 1e-3
    parts = (
        Part("case", "aluminium_case", shell), Part("lid", "aluminium_case", lids * lid_area * lid),
        Part("positive terminal", "aluminium_part", collector),
        Part("negative terminal", negative_part(design), collector),
        Part("tape and insulators", "tape", film + lids * lid_area * c["lid_plastic_mm"] * 1e-3),
    )
    inner = (w - 2 * wall) * (t - 2 * wall) * (h - 2 * wall)
    return Housing(parts, {"width": format_.width_mm, "thickness": format_.thickness_mm, "height": format_.height_mm},
                   2 * (w * h + t * h + w * t), w * t * h, inner)


def _pouch(design: CellDesign, format_: Pouch, layout: Layout) -> Housing:
    c = build_numbers("build_pouch")
    w, h = format_.width_mm * 1e-3, format_.height_mm * 1e-3
    foil = format_.laminate_um * 1e-6
    t = layout.thickness_m + 2 * foil + design.fill_clearance_mm * 1e-3
    seal = 2 * c["seal_mm"] * 1e-3
    share = c["tab_width_share"] * (1.0 if format_.tabs == "opposite" else 0.5)
    tab = share * w * c["tab_thickness_mm"] * c["tab_length_mm"] * 1e-6
    parts = (
        Part("laminate", "laminate", foil * (2 * (w + seal) * (h + seal) + 2 * (w + h) * t)),
        Part("positive tab", "aluminium_part", tab), Part("negative tab", negative_part(design), tab),
        Part("tape and insulators", "tape", 2 * (w + h) * t * 60e-6),
    )
    return Housing(parts, {"width": format_.width_mm, "thickness": t * 1e3, "height": format_.height_mm},
                   2 * (w * h + t * h + w * t), w * t * h, w * h * (t - 2 * foil))


_HOUSINGS: dict[str, Callable[..., Housing]] = {
    "cylindrical": _cylindrical, "prismatic": _prismatic, "pouch": _pouch,
}


def check_walls(design: CellDesign) -> None:
    """Refuse walls and mandrels that fill the case.

    Raises:
        tools.failures.BadInput: names the field and its plausible range.
    """
    f = design.format
    check_plausible(f, "format.")
    if isinstance(f, Cylindrical) and f.mandrel_diameter_mm > 0.6 * f.diameter_mm:
        raise BadInput(f"format.mandrel_diameter_mm is {f.mandrel_diameter_mm:g}; plausible are 0 to "
                       f"{0.3 * f.diameter_mm:.1f} in a cell of {f.diameter_mm:g} mm",
                       field="format.mandrel_diameter_mm")
    if isinstance(f, Prismatic) and 2 * f.case_wall_mm > 0.5 * f.thickness_mm:
        raise BadInput(f"format.case_wall_mm is {f.case_wall_mm:g}; plausible are 0.3 to 1.5 and well below half the "
                       f"thickness {f.thickness_mm:g} mm", field="format.case_wall_mm")


def housing(design: CellDesign, layout: Layout) -> Housing:
    """The case of a design round its stack or winding."""
    return _HOUSINGS[design.format.kind](design, design.format, layout)
