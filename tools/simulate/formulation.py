"""From a coating's formulation and porosity to volumes, masses and lithium sites, per m² of one coated side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from knowledge.cell import Electrode, SecondActive
from knowledge.materials.cards import UnknownMaterial
from knowledge.parameters.registry import UnknownSystem, system
from knowledge.parameters.system import System
from knowledge.plausible import plausible_ranges
from tools.failures import BadInput
from tools.physics.lithium import areal_sites_mAh_cm2
from tools.simulate.varied import card_value, site_factor

Side = Literal["positive", "negative"]
CONDUCTIVE = "carbon_black"
BINDER: dict[Side, str] = {"positive": "pvdf", "negative": "cmc_sbr"}
PLAUSIBLE, PLAUSIBLE_SECOND = plausible_ranges(Electrode), plausible_ranges(SecondActive)


@dataclass(frozen=True)
class Coating:
    """One side of a coated electrode; areal values per m². `second_site_share` is of all sites, a blend's."""

    active_fraction: float
    active_kg_m2: float
    conductive_kg_m2: float
    binder_kg_m2: float
    pore_m3_m2: float
    sites_mAh_cm2: float
    second_site_share: float = 0.0

    @property
    def mass_kg_m2(self) -> float:
        """Dry coating [kg/m²]."""
        return self.active_kg_m2 + self.conductive_kg_m2 + self.binder_kg_m2


def known_system(key: str) -> System:
    """The system, or a BadInput that lists those there are."""
    try:
        return system(key)
    except UnknownSystem as error:
        raise BadInput(str(error)) from error


def _density(key: str) -> float:
    """True density of a card [kg/m³]."""
    try:
        return 1000.0 * card_value(key, "density_g_cm3")
    except UnknownMaterial as error:
        raise BadInput(str(error)) from error


def active_density_kg_m3(electrode: Electrode) -> float:
    """True density of the active material, of a blend 1 / Σ(share/ρ)."""
    if electrode.second is None:
        return _density(electrode.active_material)
    return 1.0 / sum(share / _density(key) for key, share in electrode.actives)


def phase_fractions(electrode: Electrode, side: Side) -> tuple[float, ...]:
    """Volume fraction of each active material in the coating, the first one first."""
    whole = active_fraction(electrode, side)
    if electrode.second is None:
        return (whole,)
    density = active_density_kg_m3(electrode)
    return tuple(whole * share * density / _density(key) for key, share in electrode.actives)


def _solid_share(electrode: Electrode, side: Side) -> float:
    """Active volume over solid volume of the formulation: (w_am/ρ_am) / Σ(wᵢ/ρᵢ)."""
    active = electrode.active_mass_fraction / active_density_kg_m3(electrode)
    inert = (electrode.conductive_mass_fraction / _density(CONDUCTIVE)
             + electrode.binder_mass_fraction / _density(BINDER[side]))
    return active / (active + inert)


def active_fraction(electrode: Electrode, side: Side) -> float:
    """Active volume fraction of the coating: (1 − porosity) · (w_am/ρ_am) / Σ(wᵢ/ρᵢ): solid fills what is not pore."""
    return (1 - electrode.porosity) * _solid_share(electrode, side)


def solid_density_kg_m3(electrode: Electrode, side: Side) -> float:
    """True density of the dry coating without pores: 1 / Σ(wᵢ/ρᵢ)."""
    return 1.0 / (electrode.active_mass_fraction / active_density_kg_m3(electrode)
                  + electrode.conductive_mass_fraction / _density(CONDUCTIVE)
                  + electrode.binder_mass_fraction / _density(BINDER[side]))


def check_electrode(electrode: Electrode, side: Side) -> None:
    """Refuse what cannot be an electrode.

    Raises:
        tools.failures.BadInput: names the field and its plausible range.
    """
    for name, (low, high) in PLAUSIBLE.items():
        value = getattr(electrode, name)
        if not low <= value <= high:
            raise BadInput(f"{side}.{name} is {value:g}; plausible are {low:g} to {high:g} (is the unit right?)",
                           field=f"{side}.{name}")
    total = (electrode.active_mass_fraction + electrode.conductive_mass_fraction + electrode.binder_mass_fraction)
    if not 0.98 <= total <= 1.001:
        raise BadInput(f"{side}: active, conductive and binder mass fractions add up to {total:.3f}; they must add up "
                       "to 0.98–1.00", field=f"{side}.active_mass_fraction")


def check_second(given: SecondActive | None, described: SecondActive | None, key: str, side: str) -> None:
    """Refuse a second active material that a set does not describe, the lack of one that it does, and odd values.

    Raises:
        tools.failures.BadInput: names the field and its plausible range.
    """
    name = f"{side}.second"
    if described is None and given is not None:
        raise BadInput(f"{name}: the parameter set of {key} describes one active material in the {side}, not a blend "
                       f"with {given.active_material}", field=name)
    if described is None:
        return
    if given is None or given.active_material != described.active_material:
        raise BadInput(f"{name}: the parameter set of {key} is of a {side} with {described.active_material}; give its "
                       "active_material, share of the active mass and particle_radius_um", field=name)
    for field, (low, high) in PLAUSIBLE_SECOND.items():
        value = getattr(given, field)
        if not low <= value <= high:
            raise BadInput(f"{name}.{field} is {value:g}; plausible are {low:g} to {high:g} (is the unit right?)",
                           field=f"{name}.{field}")


def coating(electrode: Electrode, key: str, side: Side) -> Coating:
    """Masses, pores and lithium sites of one coated side."""
    known = known_system(key)
    thickness = electrode.coating_thickness_um * 1e-6
    fraction = active_fraction(electrode, side)
    sites = (known.published.positive_sites_mol_m3 if side == "positive"
             else known.published.negative_sites_mol_m3)
    active = thickness * fraction * active_density_kg_m3(electrode)
    dry = active / electrode.active_mass_fraction
    first, second_share = fraction, 0.0
    if electrode.second is not None and known.published.second is not None:
        first, second = phase_fractions(electrode, side)
        more = second * known.published.second.sites_mol_m3
        second_share = more / (more + first * sites)
    return Coating(
        active_fraction=fraction, active_kg_m2=active, conductive_kg_m2=dry * electrode.conductive_mass_fraction,
        binder_kg_m2=dry * electrode.binder_mass_fraction, pore_m3_m2=thickness * electrode.porosity,
        sites_mAh_cm2=areal_sites_mAh_cm2(thickness, first, sites * site_factor(side)) / (1 - second_share),
        second_site_share=second_share,
    )
