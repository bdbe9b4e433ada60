"""What is known of one electrochemical system: its parameter set, validity box, published cell and search ranges."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.cell import ElectrodePair
from knowledge.frozen import Frozen

Mechanism = Literal["SEI", "lithium plating", "particle cracking", "loss of active material"]
AnodeClass = Literal["graphite", "graphite-silicon", "hard carbon"]
Carrier = Literal["lithium", "sodium"]
Range = tuple[float, float]


class ValidityBox(Frozen):
    """Where the set's figures are inside validity; `basis` says where each edge comes from."""

    rate_C: Range
    temperature_C: Range
    positive_thickness_um: Range
    negative_thickness_um: Range
    positive_porosity: Range
    negative_porosity: Range
    basis: str
    source: str = Field(default="assumption", description="source key, or 'assumption'")
    second_share: Range | None = Field(default=None, exclude_if=lambda share: share is None,
                                       description="of a blend's second material in the active mass")

    def outside(self, pair: ElectrodePair) -> tuple[str, ...]:
        """The fields of a pair that lie outside the box, in words; empty where it lies inside."""
        values = {
            "positive coating thickness [µm]": (pair.positive.coating_thickness_um, self.positive_thickness_um),
            "negative coating thickness [µm]": (pair.negative.coating_thickness_um, self.negative_thickness_um),
            "positive porosity": (pair.positive.porosity, self.positive_porosity),
            "negative porosity": (pair.negative.porosity, self.negative_porosity),
        }
        if pair.negative.second is not None and self.second_share is not None:
            name = f"share of {pair.negative.second.active_material} in the negative's active mass"
            values[name] = (pair.negative.second.share, self.second_share)
        return tuple(
            f"{name} {value:g} is outside {low:g}–{high:g}"
            for name, (value, (low, high)) in values.items() if not low <= value <= high
        )


class SecondPhase(Frozen):
    """The second material of a composite negative, as a set describes it and as its published cell holds it.

    Its open-circuit potential has a branch for lithiation and one for delithiation.
    """

    active_fraction: float = Field(description="of the published negative's coating, by volume")
    sites_mol_m3: float = Field(description="maximum lithium concentration")
    stoichiometry: float = Field(description="the set's initial state")
    window: Range = Field(description="stoichiometries where the set's potentials hold")
    first_cycle_loss: float = Field(description="lithium lost at formation, as a fraction of its own sites")
    first_cycle_loss_source: str = "assumption"


class PublishedCell(Frozen):
    """The cell the set was published for: `stoichiometry` is the set's initial state (negative, positive).

    `pair` reproduces it: its binder and carbon fill exactly the volume that the set leaves to neither pore nor active
    material, so its mass fractions are a device, not the cell's recipe.
    """

    name: str
    pair: ElectrodePair
    area_m2: float = Field(description="single-sided positive coated area")
    capacity_Ah: float = Field(description="nominal, of the parameter file")
    negative_active_fraction: float
    positive_active_fraction: float
    negative_sites_mol_m3: float = Field(description="maximum lithium concentration")
    positive_sites_mol_m3: float
    stoichiometry: tuple[float, float]
    positive_window: Range = Field(default=(0.0, 1.0), description="stoichiometries where the set's potential holds")
    volume_mL: float | None = None
    second: SecondPhase | None = Field(default=None, exclude_if=lambda second: second is None)

    @property
    def second_site_share(self) -> float:
        """The second material's share of the negative's sites; 0 where there is none."""
        if self.second is None:
            return 0.0
        second = self.second.active_fraction * self.second.sites_mol_m3
        return second / (second + self.negative_active_fraction * self.negative_sites_mol_m3)


class System(Frozen):
    """An electrochemical system: a published parameter set and what its cards say about it."""

    key: str
    label: str
    cathode_names: tuple[str, ...] = Field(description="names a document may use, the plainest first")
    cathode_families: tuple[str, ...]
    anode_names: tuple[str, ...]
    anode_class: AnodeClass
    carrier: Carrier = Field(default="lithium", description="the ion that goes to and fro")
    named_by: tuple[str, ...] = Field(
        default=(), description="searched only where a document asks for one of these classes; empty: always")
    cathode_formula: str = Field(description="for pymatgen, fully lithiated")
    anode_formula: str = Field(description="for pymatgen, fully lithiated")
    cobalt_fraction: float = Field(description="of the cathode's transition metals (with aluminium), by moles")
    silicon_fraction: float = Field(description="silicon's mass fraction of the dry anode coating")
    silicon_source: str = "assumption"
    pybamm_set: str
    overrides: dict[str, float] = Field(default_factory=dict, description="parameter values changed, with a note")
    sources: tuple[str, ...]
    validity: ValidityBox
    negative_foil: str = Field(default="copper_foil", description="key of the negative's foil card")
    reference: ElectrodePair = Field(
        description="where a design starts: the published sizes with a usual recipe and foils, N/P about 1.1")
    published: PublishedCell
    has_temperature_dependence: bool
    temperature_dependent: tuple[str, ...] = Field(description="parameters that are functions of temperature")
    has_thermal_parameters: bool
    ageing: tuple[Mechanism, ...]
    uneven_diffusion: bool = Field(
        default=False, description="solid diffusivity varies many times over with content: particles need finer shells")
    first_cycle_loss: float = Field(description="lithium lost at formation, as a fraction of the negative's sites")
    first_cycle_loss_source: str = "assumption"
    design_ranges: dict[str, Range] = Field(description="search ranges of the independent variables")
    notes: tuple[str, ...] = ()

    @property
    def v_min(self) -> float:
        """Lower cut-off of the published set [V]."""
        return self.reference.v_min

    @property
    def v_max(self) -> float:
        """Upper cut-off of the published set [V]."""
        return self.reference.v_max

    @property
    def mean_V(self) -> float:
        """A mean voltage for counting cells [V], nearer to the upper cut-off: an estimate."""
        return (self.v_min + 2 * self.v_max) / 3

    @property
    def as_made_stoichiometry(self) -> float:
        """Lithium in the positive as made, per site of the set, so that the published cell's state is reproduced.

        y_made·Qp − loss·Qn = x·Qn + y·Qp with the published (x, y). It can exceed 1 where the set's site density is
        an effective one.
        """
        p = self.published
        x, y = p.stoichiometry
        q_n = p.pair.negative.coating_thickness_um * p.negative_active_fraction * p.negative_sites_mol_m3
        q_p = p.pair.positive.coating_thickness_um * p.positive_active_fraction * p.positive_sites_mol_m3
        if p.second is not None:
            share = p.second_site_share
            q_n, x = q_n / (1 - share), (1 - share) * x + share * p.second.stoichiometry
        return y + (x + self.loss(p.second_site_share)) * q_n / q_p

    def loss(self, second_site_share: float) -> float:
        """Lithium lost at formation, as a fraction of all sites of a negative with that share in its second phase."""
        if self.published.second is None:
            return self.first_cycle_loss
        own = self.published.second.first_cycle_loss
        return (1 - second_site_share) * self.first_cycle_loss + second_site_share * own
