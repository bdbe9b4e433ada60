"""One electrode of a sheet: which of loading, thickness, density and porosity are given, and the others from them.

L = 0.1 · t · ρ (mg/cm², µm, g/cm³) and ρ = ρ_solid · (1 − ε), with ρ_solid from the recipe and the cards' densities.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.cell import Electrode
from knowledge.sheet import Assumed, ElectrodeSheet, SheetCheck
from tools.failures import BadInput
from tools.simulate.formulation import Side, solid_density_kg_m3
from tools.wrong_field import check_plausible

CONFLICT_PCT = 10.0  # a third value that is farther off than this cannot belong to the same coating
SECOND = {"second_share": "share", "second_radius_um": "particle_radius_um"}
RECIPE = ("active_mass_fraction", "conductive_mass_fraction", "binder_mass_fraction")


@dataclass
class Resolved:
    """An electrode with what was assumed for it and what was checked; `thick` says whether its thickness is known."""

    electrode: Electrode
    thick: bool
    assumed: list[Assumed] = field(default_factory=list)
    checks: list[SheetCheck] = field(default_factory=list)


def resolve_electrode(sheet: ElectrodeSheet, reference: Electrode, side: Side, basis: str) -> Resolved:
    """The electrode of a sheet on the recipe of a reference; a thickness that nothing gives stays the reference's.

    Args:
        basis: where the reference's values come from, for what is assumed.

    Raises:
        tools.failures.BadInput: a value that cannot be right, or values that contradict each other.
    """
    check_plausible(sheet, f"{side}.")
    found = Resolved(_recipe(sheet, _blended(sheet, reference, side), side), thick=True)
    given = {name for name in ("loading_mg_cm2", "coating_thickness_um", "density_g_cm3", "porosity")
             if getattr(sheet, name) is not None}
    if not given & {"density_g_cm3", "porosity"} and len(given) < 2:
        found.assumed.append(Assumed(field=f"{side}.porosity", value=reference.porosity, basis=basis))
    solid = solid_density_kg_m3(found.electrode, side) / 1000
    density = _density(sheet, reference, solid, side)
    thickness = sheet.coating_thickness_um
    if thickness is None:
        found.thick = sheet.loading_mg_cm2 is not None
        thickness = reference.coating_thickness_um if sheet.loading_mg_cm2 is None else (
            10 * sheet.loading_mg_cm2 / density)
    found.electrode = found.electrode.model_copy(update={
        "coating_thickness_um": thickness, "porosity": round(1 - density / solid, 12)})
    _fill(sheet, reference, side, basis, found)
    _check(sheet, solid, thickness, density, side, found)
    return found


def _blended(sheet: ElectrodeSheet, reference: Electrode, side: Side) -> Electrode:
    """The reference with the sheet's share and particles of the second active material."""
    given = {field: value for name, field in SECOND.items() if (value := getattr(sheet, name)) is not None}
    if not given:
        return reference
    if reference.second is None:
        name = next(name for name in SECOND if getattr(sheet, name) is not None)
        raise BadInput(f"{side}.{name}: the parameter set of this system describes one active material in the {side}",
                       field=f"{side}.{name}")
    return reference.model_copy(update={"second": reference.second.model_copy(update=given)})


def _recipe(sheet: ElectrodeSheet, reference: Electrode, side: Side) -> Electrode:
    # One given fraction without the others: the rest is shared as in the reference.
    given = {name: getattr(sheet, name) for name in RECIPE if getattr(sheet, name) is not None}
    if sheet.active_volume_fraction is not None:
        return _recipe_by_volume(sheet, reference, side, given)
    if not given:
        return reference
    left, open_ = 1 - sum(given.values()), [name for name in RECIPE if name not in given]
    if left < -1e-3 or (not open_ and left > 0.02):
        raise BadInput(f"{side}: active, conductive and binder mass fractions add up to {1 - left:.3f}; they must add "
                       "up to 0.98–1.00", field=f"{side}.active_mass_fraction")
    whole = sum(getattr(reference, name) for name in open_)
    shared = {name: max(left, 0.0) * getattr(reference, name) / whole for name in open_}
    return reference.model_copy(update={**given, **shared})


def _recipe_by_volume(sheet: ElectrodeSheet, reference: Electrode, side: Side, given: dict[str, float]) -> Electrode:
    """The recipe whose active material fills the given share of the coating beside its pores.

    Carbon and binder share what is left in the reference's proportion.
    """
    share, name = sheet.active_volume_fraction or 0.0, f"{side}.active_volume_fraction"
    if given:
        raise BadInput(f"{name} takes the place of the mass fractions; leave {', '.join(given)} or it out", field=name)
    porosity = sheet.porosity if sheet.porosity is not None else reference.porosity
    inert = 1 - porosity - share
    if not -1e-3 <= inert <= 0.6:
        raise BadInput(f"{name} is {share:g} beside a porosity of {porosity:g}; plausible are "
                       f"{0.5 * (1 - porosity):.2f} to {1 - porosity:.2f}, what the pores leave", field=name)
    active_kg = share * solid_density_kg_m3(only(reference, "active_mass_fraction"), side)
    filler = reference.model_copy(update=_shares(reference, 0.0, RECIPE[1:], 1.0))
    inert_kg = max(inert, 0.0) * solid_density_kg_m3(filler, side)
    mass = active_kg / (active_kg + inert_kg)
    return reference.model_copy(update=_shares(reference, mass, RECIPE[1:], 1 - mass))


def only(electrode: Electrode, name: str) -> Electrode:
    """The electrode made of one of its three parts alone."""
    return electrode.model_copy(update={part: float(part == name) for part in RECIPE})


def _shares(reference: Electrode, active: float, names: tuple[str, ...], whole: float) -> dict[str, float]:
    total = sum(getattr(reference, name) for name in names)
    return {"active_mass_fraction": active,
            **{name: whole * (getattr(reference, name) / total if total else 1 / len(names)) for name in names}}


def _density(sheet: ElectrodeSheet, reference: Electrode, solid: float, side: Side) -> float:
    """Coating density [g/cm³]: weighed and measured values before porosity, the reference's porosity last."""
    density = sheet.density_g_cm3
    if density is None and sheet.loading_mg_cm2 is not None and sheet.coating_thickness_um is not None:
        density = 10 * sheet.loading_mg_cm2 / sheet.coating_thickness_um
    if density is None:
        porosity = sheet.porosity if sheet.porosity is not None else reference.porosity
        density = solid * (1 - porosity)
    if not 0.25 * solid < density < 0.955 * solid:
        raise BadInput(f"{side}: loading and thickness (or density) make {density:.2f} g/cm³; the solid of this recipe "
                       f"has {solid:.2f}, so plausible are {0.4 * solid:.2f} to {0.9 * solid:.2f}",
                       field=f"{side}.density_g_cm3")
    return density


def _fill(sheet: ElectrodeSheet, reference: Electrode, side: Side, basis: str, found: Resolved) -> None:
    update = {}
    for name in ("foil_thickness_um", "particle_radius_um"):
        value = getattr(sheet, name)
        if value is None:
            found.assumed.append(Assumed(field=f"{side}.{name}", value=getattr(reference, name), basis=basis))
        else:
            update[name] = value
    if all(getattr(sheet, name) is None for name in (*RECIPE, "active_volume_fraction")):
        words = "/".join(f"{100 * getattr(reference, name):g}" for name in RECIPE)
        found.assumed.append(Assumed(field=f"{side}.recipe", value=f"{words} % active/conductive/binder", basis=basis))
    elif sheet.active_volume_fraction is None:
        found.assumed += [Assumed(field=f"{side}.{name}", value=getattr(found.electrode, name),
                                  basis="what the given fractions leave, shared as in " + basis)
                          for name in RECIPE if getattr(sheet, name) is None]
    if reference.second is not None:
        found.assumed += [Assumed(field=f"{side}.{name}", value=getattr(reference.second, field), basis=basis)
                          for name, field in SECOND.items() if getattr(sheet, name) is None]
    found.electrode = found.electrode.model_copy(update=update)


def _check(sheet: ElectrodeSheet, solid: float, thickness: float, density: float, side: Side, found: Resolved) -> None:
    derived = {"loading_mg_cm2": 0.1 * thickness * density, "density_g_cm3": density,
               "coating_thickness_um": thickness}
    for name, value in derived.items():
        given = getattr(sheet, name)
        if given is not None and abs(value / given - 1) > 1e-9:
            found.checks.append(SheetCheck(field=f"{side}.{name}", given=given, derived=value))
    if sheet.porosity is not None and abs(1 - density / solid - sheet.porosity) > 1e-9:
        # What is compared is the solid, not the pores: 0.09 against 0.12 is 3 % of the coating's mass.
        found.checks.append(SheetCheck(field=f"{side}.solid volume fraction (1 − porosity)",
                                       given=1 - sheet.porosity, derived=density / solid))
    for check in found.checks:
        if abs(check.difference_pct) > CONFLICT_PCT:
            raise BadInput(
                f"{check.field} is {check.given:.4g} and the sheet's other values make it {check.derived:.4g} "
                f"({check.difference_pct:+.0f} %); leave one of loading, thickness, density and porosity out, or mend "
                "the recipe", field=check.field)
