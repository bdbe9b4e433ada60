"""What a cell design weighs, measures and holds before any simulation."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.cell import CellDesign, Cylindrical, Pouch, Prismatic
from knowledge.materials.cards import UnknownMaterial, card, card_keys
from knowledge.offer import BuildUp, MassItem
from tools.failures import BadInput
from tools.simulate.balance import Balance, balance
from tools.simulate.case import Housing, check_walls, housing, pouch_cavity, prismatic_cavity
from tools.simulate.cost import Bill, cell_cost, cost_fields
from tools.simulate.cost_steps import Making
from tools.simulate.formulation import BINDER, CONDUCTIVE, Coating, coating, known_system
from tools.simulate.layout import Layout
from tools.simulate.path_resistance import POSITIVE_FOIL, negative_foil, path_resistance_ohm
from tools.simulate.stack import layers_that_fit, stack_layout
from tools.simulate.varied import card_value
from tools.simulate.winding import winding_layout

SPARSE = 0.8  # of the layers that a case holds: with fewer it is said that room is left


@dataclass(frozen=True)
class Item:
    """One line of the bill of materials, SI."""

    component: str
    material: str
    mass_kg: float
    area_m2: float = 0.0
    group: str = ""


def layout_of(design: CellDesign) -> Layout:
    """The winding or stack of a design: areas, foils, layers."""
    f = design.format
    if isinstance(f, Cylindrical):
        return winding_layout(design, f)
    if isinstance(f, Prismatic):
        return stack_layout(design.pair, prismatic_cavity(design, f), design.layers, design.electrode)
    assert isinstance(f, Pouch)
    return stack_layout(design.pair, pouch_cavity(design, f), design.layers, design.electrode)


def _cards_of(kind: str) -> str:
    return ", ".join(key for key in card_keys() if card(key).kind == kind)


def _density(key: str, expected: str, field: str) -> float:
    """Density [kg/m³] of a card of the expected kind."""
    try:
        found = card(key)
    except UnknownMaterial as error:
        raise BadInput(f"{field}: there is no material {key!r}; of kind {expected!r} there are {_cards_of(expected)}",
                       field=field) from error
    if found.kind != expected:
        raise BadInput(f"{field} is {key!r}, a card of kind {found.kind!r}; of kind {expected!r} there are "
                       f"{_cards_of(expected)}", field=field)
    return 1000.0 * card_value(key, "density_g_cm3")


def _electrode_items(positive: Coating, negative: Coating, layout: Layout, design: CellDesign) -> list[Item]:
    items = []
    for name, electrode, coated, area in (
        ("positive", design.pair.positive, positive, layout.positive_coated_m2),
        ("negative", design.pair.negative, negative, layout.negative_coated_m2),
    ):
        binder = BINDER["positive" if name == "positive" else "negative"]
        actives = [(f"{'second ' * i}active material", key, share * coated.active_kg_m2)
                   for i, (key, share) in enumerate(electrode.actives)]
        for part, key, areal in (*actives, ("conductive additive", CONDUCTIVE, coated.conductive_kg_m2),
                                 ("binder", binder, coated.binder_kg_m2)):
            items.append(Item(f"{name} {part}", key, areal * area, group=f"{name} coating"))
    for name, key, foil in (("positive foil", POSITIVE_FOIL, layout.positive_foil),
                            ("negative foil", negative_foil(design), layout.negative_foil)):
        items.append(Item(name, key, foil.area_m2 * foil.thickness_m * _density(key, "foil", name), foil.area_m2))
    separator = design.pair.separator
    solid = layout.separator_m2 * separator.thickness_um * 1e-6 * (1 - separator.porosity)
    items.append(Item("separator", separator.material,
                      solid * _density(separator.material, "separator", "separator.material"), layout.separator_m2))
    return items


def _mass_items(items: list[Item]) -> tuple[MassItem, ...]:
    """Component masses and solid (or liquid) volumes; the parts of one coating are summed."""
    grouped: dict[str, tuple[float, float]] = {}
    for item in items:
        mass, volume = grouped.get(item.group or item.component, (0.0, 0.0))
        grams = item.mass_kg * 1e3
        grouped[item.group or item.component] = (mass + grams,
                                                 volume + grams / card_value(item.material, "density_g_cm3"))
    return tuple(MassItem(component=name, mass_g=m, volume_mL=v) for name, (m, v) in grouped.items())


def _electrolyte_m3(positive: Coating, negative: Coating, layout: Layout, design: CellDesign) -> float:
    separator = design.pair.separator
    pores = (positive.pore_m3_m2 * layout.positive_coated_m2 + negative.pore_m3_m2 * layout.negative_coated_m2
             + separator.thickness_um * 1e-6 * separator.porosity * layout.separator_m2)
    return pores * design.electrolyte_excess


def _warnings(design: CellDesign, case: Housing, items: list[Item], held: Balance) -> tuple[str, ...]:
    filled = sum(i.mass_kg / (1000 * card_value(i.material, "density_g_cm3")) for i in items)
    outer = sum(p.volume_m3 for p in case.parts if p.component in ("can", "case", "cap", "lid", "laminate"))
    found = []
    if filled - outer > case.inner_m3:
        found.append(f"electrodes and electrolyte need {(filled - outer) * 1e6:.1f} mL and the case holds "
                     f"{case.inner_m3 * 1e6:.1f} mL: lower electrolyte_excess")
    if held.np_ratio < 1.03:
        found.append(f"N/P {held.np_ratio:.3f} leaves little reserve against lithium plating")
    found += known_system(design.pair.system).validity.outside(design.pair)
    if isinstance(design.format, Cylindrical) and design.layers is not None:
        found.append("layers is for stacks and was not used: a winding fills its can")
    if isinstance(design.format, Prismatic) and design.layers is not None:
        most = layers_that_fit(design.pair, prismatic_cavity(design, design.format).thickness_m)
        if design.layers < SPARSE * most:
            found.append(f"layers is {design.layers} and the case holds {most}: the rest of it stays empty")
    return tuple(found)


def build_up(design: CellDesign, costed: bool = True) -> BuildUp:
    """Masses, sizes, capacity, path resistance, heat capacity and, unless not `costed`, cost of a design.

    Raises:
        tools.failures.BadInput: a field that cannot be right or an unknown material; names its plausible range.
        tools.failures.Infeasible: the pair cannot be balanced (N/P < 1).
    """
    held = balance(design.pair)
    check_walls(design)
    layout = layout_of(design)
    key = design.pair.system
    positive, negative = coating(design.pair.positive, key, "positive"), coating(design.pair.negative, key, "negative")
    case = housing(design, layout)
    items = _electrode_items(positive, negative, layout, design)
    electrolyte = _electrolyte_m3(positive, negative, layout, design)
    items.append(Item("electrolyte", design.pair.electrolyte,
                      electrolyte * _density(design.pair.electrolyte, "electrolyte", "pair.electrolyte")))
    items += [Item(p.component, p.material, p.volume_m3 * 1000 * card_value(p.material, "density_g_cm3"))
              for p in case.parts]
    area_cm2 = layout.facing_m2 * 1e4
    capacity = held.areal_capacity_mAh_cm2 * area_cm2 * 1e-3
    energy_Wh = capacity * held.mean_ocv_V
    made = Making(energy_Wh / 1000, layout.positive_coated_m2, positive.active_kg_m2 * layout.positive_coated_m2,
                  negative.active_kg_m2 * layout.negative_coated_m2)
    bill = [Bill(i.component, i.material, i.mass_kg, i.area_m2) for i in items]
    cost = cost_fields(cell_cost(bill, made)) if costed else {}
    resistance = path_resistance_ohm(design, layout)
    return BuildUp(
        mass_items=_mass_items(items),
        mass_g=1e3 * sum(i.mass_kg for i in items), volume_mL=case.envelope_m3 * 1e6,
        dimensions_mm=case.dimensions_mm, electrode_area_cm2=area_cm2, layers=layout.layers,
        areal_capacity_mAh_cm2=held.areal_capacity_mAh_cm2, stoichiometric_capacity_Ah=capacity,
        np_ratio=held.np_ratio, positive_stoichiometry=held.positive_stoichiometry,
        negative_stoichiometry=held.negative_stoichiometry, path_resistance_mohm=resistance * 1e3,
        path_resistance_ohm_cm2=resistance * area_cm2,
        heat_capacity_J_K=sum(i.mass_kg * card_value(i.material, "heat_capacity_J_kg_K") for i in items),
        cooled_surface_cm2=case.surface_m2 * 1e4, **cost, warnings=_warnings(design, case, items, held),
    )
