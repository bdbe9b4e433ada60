"""Ohmic resistance between the electrode pair and the terminals: foils, tabs, welds, terminals, from geometry."""

from __future__ import annotations

from knowledge.cell import CellDesign, Cylindrical, Pouch
from knowledge.parameters.registry import system
from tools.physics.conduction import edge_collected_ohm, tab_collected_ohm
from tools.simulate.layout import Foil, Layout, build_numbers
from tools.simulate.varied import card_value

POSITIVE_FOIL = "aluminium_foil"
# What the negative's foil is welded to: a terminal or pouch tab, and the tab strip of a winding.
_PART = {"copper_foil": "copper_part", "aluminium_foil": "aluminium_part"}
_STRIP = {"copper_foil": "nickel_tab", "aluminium_foil": "aluminium_part"}


def negative_foil(design: CellDesign) -> str:
    """Card of the negative's foil: copper, or aluminium where the system lets it (sodium does not alloy with it)."""
    return system(design.pair.system).negative_foil


def negative_part(design: CellDesign) -> str:
    """Card of the negative's terminal, plate or pouch tab."""
    return _PART[negative_foil(design)]


def negative_strip(design: CellDesign) -> str:
    """Card of the tab strip on a wound negative."""
    return _STRIP[negative_foil(design)]


def _along(foil: Foil, resistivity_ohm_m: float) -> float:
    """All strips of a stack in parallel, each collected along one edge across the current [ohm]."""
    return edge_collected_ohm(resistivity_ohm_m, foil.length_m, foil.width_m, foil.thickness_m) / foil.strips


def _across(foil: Foil, resistivity_ohm_m: float) -> float:
    """A tabless winding: the current crosses the strip to its long edge [ohm]."""
    return edge_collected_ohm(resistivity_ohm_m, foil.width_m, foil.length_m, foil.thickness_m)


def _to_tabs(foil: Foil, resistivity_ohm_m: float, tabs: int) -> float:
    return tab_collected_ohm(resistivity_ohm_m, foil.length_m, foil.width_m, foil.thickness_m, tabs)


def _resistivity(key: str) -> float:
    return 1.0 / card_value(key, "conductivity_S_m")


def _cylindrical(design: CellDesign, format_: Cylindrical, layout: Layout) -> float:
    c, weld = build_numbers("build_cylindrical"), build_numbers("build_electrodes")["weld_mohm"] * 1e-3
    rho_p, rho_n = _resistivity(POSITIVE_FOIL), _resistivity(negative_foil(design))
    if format_.tabs == "tabless":
        foils = _across(layout.positive_foil, rho_p) + _across(layout.negative_foil, rho_n)
        return foils + c["tabless_plate_mohm"] * 1e-3
    count = 2 if format_.tabs == "double" else 1
    foils = _to_tabs(layout.positive_foil, rho_p, count) + _to_tabs(layout.negative_foil, rho_n, count)
    # Current enters the tab all along the electrode's height (a third of it) and runs its free length.
    length = (layout.positive_foil.width_m / 3 + c["tab_free_length_mm"] * 1e-3)
    section = c["tab_width_mm"] * c["tab_thickness_mm"] * 1e-6 * count
    strips = (_resistivity("aluminium_part") + _resistivity(negative_strip(design))) * length / section
    return foils + strips + 2 * weld + c["cap_and_can_mohm"] * 1e-3


def _stacked(design: CellDesign, layout: Layout) -> float:
    e = build_numbers("build_electrodes")
    rho_p, rho_n = _resistivity(POSITIVE_FOIL), _resistivity(negative_foil(design))
    total = _along(layout.positive_foil, rho_p) + _along(layout.negative_foil, rho_n)
    flag = e["tab_flag_mm"] * 1e-3
    for rho, foil in ((rho_p, layout.positive_foil), (rho_n, layout.negative_foil)):
        total += rho * flag / (e["tab_flag_width_share"] * foil.width_m * foil.thickness_m * foil.strips)
    total += 2 * e["weld_mohm"] * 1e-3
    if isinstance(design.format, Pouch):
        c = build_numbers("build_pouch")
        share = c["tab_width_share"] * (1.0 if design.format.tabs == "opposite" else 0.5)
        section = share * design.format.width_mm * c["tab_thickness_mm"] * 1e-6
        rho = _resistivity("aluminium_part") + _resistivity(negative_part(design))
        return total + rho * c["tab_length_mm"] * 1e-3 / section
    return total + 2 * build_numbers("build_prismatic")["terminal_mohm"] * 1e-3


def path_resistance_ohm(design: CellDesign, layout: Layout) -> float:
    """Foils, tabs, welds and terminals of a whole cell at 20–25 °C [ohm]."""
    if isinstance(design.format, Cylindrical):
        return _cylindrical(design, design.format, layout)
    return _stacked(design, layout)
