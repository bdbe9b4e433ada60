"""A design file to fill in, for each format and in either terms: what it says is consistent and can be evaluated."""

from __future__ import annotations

from typing import Any

from knowledge.cell import CellDesign, Cylindrical, Electrode, Format, Pouch, Prismatic
from knowledge.sheet import DesignSheet
from tools.failures import BadInput
from tools.simulate.balance import balance
from tools.simulate.buildup import layout_of
from tools.simulate.formulation import Side, known_system, solid_density_kg_m3

FORMATS: dict[str, Format] = {
    "cylindrical": Cylindrical(diameter_mm=21.0, height_mm=70.0, can_wall_mm=0.2, mandrel_diameter_mm=2.5,
                               tabs="double"),
    "prismatic": Prismatic(width_mm=148.0, thickness_mm=26.5, height_mm=91.0, case_wall_mm=0.8),
    "pouch": Pouch(width_mm=98.0, thickness_mm=8.7, height_mm=300.0, laminate_um=153, tabs="opposite"),
}


def template(kind: str, terms: str = "teardown", system_key: str = "nmc811_graphite_siox") -> dict[str, Any]:
    """A sheet of the reference design of a system in a usual case, as JSON; delete or null what is not known.

    Raises:
        tools.failures.BadInput: there is no such format, no such terms or no such system.
    """
    if kind not in FORMATS:
        raise BadInput(f"there is no template {kind!r}; there are {', '.join(FORMATS)}", field="template")
    if terms not in ("teardown", "designer"):
        raise BadInput(f"terms are teardown or designer, not {terms!r}", field="terms")
    pair = known_system(system_key).reference
    design = CellDesign(name=f"my {kind} cell", pair=pair, format=FORMATS[kind])
    common: dict[str, Any] = {
        "name": design.name, "system": system_key, "format": FORMATS[kind].model_dump(), "v_min": pair.v_min,
        "v_max": pair.v_max, "electrolyte": pair.electrolyte, "separator": pair.separator.model_dump(),
        "electrolyte_excess": design.electrolyte_excess, "fill_clearance_mm": design.fill_clearance_mm}
    own = _teardown(design) if terms == "teardown" else _designer(design)
    return DesignSheet.model_validate({**common, **own}).model_dump(mode="json", exclude_none=True)


def _teardown(design: CellDesign) -> dict[str, Any]:
    layout = layout_of(design)
    own: dict[str, Any] = {
        "positive": _weighed(design.pair.positive, "positive"), "negative": _weighed(design.pair.negative, "negative"),
        "positive_length_mm": round(1000 * layout.positive_foil.length_m, 1),
        "positive_width_mm": round(1000 * layout.positive_foil.width_m, 1)}
    return own if design.format.kind == "cylindrical" else {**own, "layers": layout.layers}


def _weighed(electrode: Electrode, side: Side) -> dict[str, float]:
    density = solid_density_kg_m3(electrode, side) / 1000 * (1 - electrode.porosity)
    return {**_recipe(electrode), "loading_mg_cm2": round(0.1 * electrode.coating_thickness_um * density, 2),
            "coating_thickness_um": electrode.coating_thickness_um}


def _designer(design: CellDesign) -> dict[str, Any]:
    held = balance(design.pair)
    return {
        "positive": {**_recipe(design.pair.positive), "porosity": design.pair.positive.porosity},
        "negative": {**_recipe(design.pair.negative), "porosity": design.pair.negative.porosity},
        "areal_capacity_mAh_cm2": round(held.areal_capacity_mAh_cm2, 4), "np_ratio": round(held.np_ratio, 4)}


def _recipe(electrode: Electrode) -> dict[str, float]:
    own: dict[str, float] = electrode.model_dump(include={
        "active_mass_fraction", "conductive_mass_fraction", "binder_mass_fraction", "particle_radius_um",
        "foil_thickness_um"})
    second = electrode.second
    return own if second is None else {
        **own, "second_share": second.share, "second_radius_um": second.particle_radius_um}
