"""Ohmic resistance between the electrode pair and the terminals, from geometry.

A foil that collects a uniform current along its length ℓ to one edge carries I·x/ℓ at x: its loss is
∫(I x/ℓ)² ρ/(w t) dx = I² · ρ ℓ/(3 w t), so it counts as a third of its end-to-end resistance. A tab in the middle
halves both length and current of each side, so ρ ℓ/(12 w t); n tabs, each in the middle of its share, give
ρ ℓ/(12 n² w t).
"""

from __future__ import annotations

from knowledge.cell import CellDesign, Cylindrical, Pouch
from knowledge.materials.cards import card
from tools.simulate.layout import Foil, Layout, build_numbers

POSITIVE_FOIL, NEGATIVE_FOIL = "aluminium_foil", "copper_foil"


def edge_collected_ohm(resistivity_ohm_m: float, foil: Foil) -> float:
    """Parallel strips, each collected along one whole edge across the current: ρ ℓ / (3 w t n) [ohm]."""
    return resistivity_ohm_m * foil.length_m / (3 * foil.width_m * foil.thickness_m * foil.strips)


def long_edge_collected_ohm(resistivity_ohm_m: float, foil: Foil) -> float:
    """A tabless winding: the current runs across the strip to its long edge: ρ w / (3 ℓ t) [ohm]."""
    return resistivity_ohm_m * foil.width_m / (3 * foil.length_m * foil.thickness_m * foil.strips)


def tab_collected_ohm(resistivity_ohm_m: float, foil: Foil, tabs: int) -> float:
    """A wound strip with n tabs, each in the middle of its share: ρ ℓ / (12 n² w t) [ohm]."""
    return resistivity_ohm_m * foil.length_m / (12 * tabs**2 * foil.width_m * foil.thickness_m)


def _resistivity(key: str) -> float:
    return 1.0 / card(key).value("conductivity_S_m")


def _cylindrical(format_: Cylindrical, layout: Layout) -> float:
    c, weld = build_numbers("build_cylindrical"), build_numbers("build_electrodes")["weld_mohm"] * 1e-3
    rho_p, rho_n = _resistivity(POSITIVE_FOIL), _resistivity(NEGATIVE_FOIL)
    if format_.tabs == "tabless":
        foils = (long_edge_collected_ohm(rho_p, layout.positive_foil)
                 + long_edge_collected_ohm(rho_n, layout.negative_foil))
        return foils + c["tabless_plate_mohm"] * 1e-3
    count = 2 if format_.tabs == "double" else 1
    foils = (tab_collected_ohm(rho_p, layout.positive_foil, count)
             + tab_collected_ohm(rho_n, layout.negative_foil, count))
    # Current enters the tab all along the electrode's height (a third of it) and runs its free length.
    length = (layout.positive_foil.width_m / 3 + c["tab_free_length_mm"] * 1e-3)
    section = c["tab_width_mm"] * c["tab_thickness_mm"] * 1e-6 * count
    strips = (_resistivity("aluminium_part") + _resistivity("nickel_tab")) * length / section
    return foils + strips + 2 * weld + c["cap_and_can_mohm"] * 1e-3


def _stacked(design: CellDesign, layout: Layout) -> float:
    e = build_numbers("build_electrodes")
    rho_p, rho_n = _resistivity(POSITIVE_FOIL), _resistivity(NEGATIVE_FOIL)
    total = edge_collected_ohm(rho_p, layout.positive_foil) + edge_collected_ohm(rho_n, layout.negative_foil)
    flag = e["tab_flag_mm"] * 1e-3
    for rho, foil in ((rho_p, layout.positive_foil), (rho_n, layout.negative_foil)):
        total += rho * flag / (e["tab_flag_width_share"] * foil.width_m * foil.thickness_m * foil.strips)
    total += 2 * e["weld_mohm"] * 1e-3
    if isinstance(design.format, Pouch):
        c = build_numbers("build_pouch")
        share = c["tab_width_share"] * (1.0 if design.format.tabs == "opposite" else 0.5)
        section = share * design.format.width_mm * c["tab_thickness_mm"] * 1e-6
        rho = _resistivity("aluminium_part") + _resistivity("copper_part")
        return total + rho * c["tab_length_mm"] * 1e-3 / section
    return total + 2 * build_numbers("build_prismatic")["terminal_mohm"] * 1e-3


def path_resistance_ohm(design: CellDesign, layout: Layout) -> float:
    """Foils, tabs, welds and terminals of a whole cell at 20–25 °C [ohm]."""
    if isinstance(design.format, Cylindrical):
        return _cylindrical(design.format, layout)
    return _stacked(design, layout)
