"""What a design is made of, from its system's data module: chemistries in words, cobalt, silicon, specific capacity."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge.cell import CellDesign, ElectrodePair
from knowledge.materials.cards import card
from knowledge.offer import BuildUp
from knowledge.parameters.registry import system
from tools.verify.words import classes

# g/mol, IUPAC abridged standard atomic weights
ATOMIC_MASS = {"Li": 6.94, "C": 12.011, "O": 15.999, "F": 18.998, "Na": 22.990, "Al": 26.982,
               "P": 30.974, "V": 50.942, "Mn": 54.938, "Fe": 55.845, "Co": 58.933, "Ni": 58.693}
_ELEMENTS = {"Co": "cobalt", "Ni": "nickel", "Mn": "manganese"}


@lru_cache(maxsize=64)
def _classes(key: str, metric: str) -> str:
    found = system(key)
    words: set[str] = set()
    if metric != "anode_chemistry":
        for name in (*found.cathode_names, *found.cathode_families):
            words |= classes(name)
        words |= {word for element, word in _ELEMENTS.items() if element in atoms(found.cathode_formula)}
    if metric != "cathode_chemistry":
        for name in found.anode_names:
            words |= classes(name)
        words |= {"graphite"} if found.anode_class.startswith("graphite") else set()
        words |= {"silicon"} if found.silicon_fraction > 0 else set()
    return "; ".join([*sorted(words), *([f"{found.carrier}-ion"] if metric == "chemistry" else [])])


def chemistry_text(design: CellDesign, metric: str) -> str:
    """The classes a design's cathode, anode or whole chemistry belongs to, joined by `; `."""
    return _classes(design.pair.system, metric)


def atoms(formula: str) -> dict[str, float]:
    """Amounts in a simple formula without brackets.

    >>> atoms("LiNi0.8Mn0.1Co0.1O2")["Co"]
    0.1
    """
    return {element: float(count or 1) for element, count in re.findall(r"([A-Z][a-z]?)([0-9.]*)", formula)}


def cobalt_share_pct(pair: ElectrodePair) -> float:
    """Cobalt in % of the cathode's transition metals, by moles."""
    return 100 * system(pair.system).cobalt_fraction


def silicon_share_pct(pair: ElectrodePair) -> tuple[float, bool]:
    """Silicon in % of the dry anode coating's mass, and whether the design or a source states it."""
    found, negative = system(pair.system), pair.negative
    if negative.second is not None and card(negative.second.active_material).formula == "Si":
        return 100 * negative.active_mass_fraction * negative.second.share, True
    return 100 * found.silicon_fraction, found.silicon_source != "assumption"


def cobalt_mass_g(pair: ElectrodePair, build_up: BuildUp) -> float:
    """Cobalt in the cell [g]: active mass of the positive times cobalt's mass share in the cathode's formula."""
    amounts = atoms(system(pair.system).cathode_formula)
    whole = sum(ATOMIC_MASS[e] * n for e, n in amounts.items())
    return positive_active_g(pair, build_up) * ATOMIC_MASS["Co"] * amounts.get("Co", 0.0) / whole


def specific_capacity_mAh_g(pair: ElectrodePair, build_up: BuildUp) -> float:
    """Balanced capacity over the positive's active mass [mAh/g], what does not face a negative included."""
    return 1000 * build_up.stoichiometric_capacity_Ah / positive_active_g(pair, build_up)


def positive_active_g(pair: ElectrodePair, build_up: BuildUp) -> float:
    """Active mass of all positive coatings [g]: the recipe's share of the coating that the build-up lists."""
    coating = next(i.mass_g for i in build_up.mass_items if i.component == "positive coating")
    recipe = pair.positive
    solid = recipe.active_mass_fraction + recipe.conductive_mass_fraction + recipe.binder_mass_fraction
    return coating * recipe.active_mass_fraction / solid
