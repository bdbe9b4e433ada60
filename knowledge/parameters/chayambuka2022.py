"""NVPF | hard carbon, a sodium-ion cell: Chayambuka et al. 2022. Values from PyBaMM's parameter file.

Its particle diffusivities and rate constants depend on concentration. Sodium takes lithium's place in every balance; no
quantity of the set depends on temperature. Searched only where a document asks for sodium-ion.
"""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

_NEGATIVE_SITES = 64e-6 * 0.489 * 14540
_POSITIVE_SITES = 68e-6 * 0.55 * 15320
_CHARGED = 13520 / 14540, 3320 / 15320
# The loss that makes NVPF hold all its sodium as made: (1 − y)·Qp / Qn − x. Hard carbons lose more (8 % of the charge
# in the best of them), which a cell makes up from surplus NVPF.
_LOSS = (1 - _CHARGED[1]) * _POSITIVE_SITES / _NEGATIVE_SITES - _CHARGED[0]

SYSTEM = System(
    key="nvpf_hard_carbon",
    label="NVPF | hard carbon (sodium-ion)",
    cathode_names=("NVPF", "Na3V2(PO4)2F3", "sodium vanadium fluorophosphate"),
    cathode_families=("polyanion",),
    anode_names=("hard carbon",),
    anode_class="hard carbon",
    carrier="sodium",
    named_by=("sodium-ion", "NVPF", "hard carbon"),
    cathode_formula="Na1.5VPO4F1.5",
    anode_formula="NaC8.6",
    cobalt_fraction=0.0,
    silicon_fraction=0.0,
    silicon_source="Chayambuka2022",
    pybamm_set="Chayambuka2022",
    sources=("Chayambuka2022", "pybamm"),
    validity=ValidityBox(
        rate_C=(0.02, 1.5), temperature_C=(15, 35),
        positive_thickness_um=(40, 110), negative_thickness_um=(40, 110),
        positive_porosity=(0.2, 0.4), negative_porosity=(0.35, 0.6),
        basis="the file states no range: box drawn round the published laboratory cell (68/64 µm); the file says that "
              "the paper gives no temperature dependence, so only near 25 °C",
    ),
    reference=ElectrodePair(
        system="nvpf_hard_carbon",
        positive=Electrode(
            active_material="nvpf", active_mass_fraction=0.94,
            conductive_mass_fraction=0.03, binder_mass_fraction=0.03,
            coating_thickness_um=80, porosity=0.28, particle_radius_um=0.59, foil_thickness_um=13),
        negative=Electrode(
            active_material="hard_carbon", active_mass_fraction=0.95,
            conductive_mass_fraction=0.015, binder_mass_fraction=0.035,
            coating_thickness_um=78, porosity=0.4, particle_radius_um=3.48, foil_thickness_um=13),
        separator=Separator(material="pe", thickness_um=16, porosity=0.45),
        electrolyte="napf6_ec_pc", v_min=2.0, v_max=4.2,
    ),
    published=PublishedCell(
        name="laboratory NVPF | hard carbon cell", area_m2=2.54e-4, capacity_Ah=3e-3,
        pair=ElectrodePair(
            system="nvpf_hard_carbon",
            positive=Electrode(
                active_material="nvpf", active_mass_fraction=0.807474,
                conductive_mass_fraction=0.096263, binder_mass_fraction=0.096263,
                coating_thickness_um=68, porosity=0.23, particle_radius_um=0.59, foil_thickness_um=13),
            negative=Electrode(
                active_material="hard_carbon", active_mass_fraction=0.997981,
                conductive_mass_fraction=0.001010, binder_mass_fraction=0.001010,
                coating_thickness_um=64, porosity=0.51, particle_radius_um=3.48, foil_thickness_um=13),
            separator=Separator(material="pe", thickness_um=25, porosity=0.55),
            electrolyte="napf6_ec_pc", v_min=2.0, v_max=4.2,
        ),
        negative_active_fraction=0.489, positive_active_fraction=0.55,
        negative_sites_mol_m3=14540, positive_sites_mol_m3=15320,
        stoichiometry=_CHARGED, positive_window=(0.21, 1.0),
    ),
    negative_foil="aluminium_foil",
    has_temperature_dependence=False,
    temperature_dependent=(),
    has_thermal_parameters=False,
    ageing=(), uneven_diffusion=True,
    first_cycle_loss=_LOSS,
    first_cycle_loss_source="derived",
    design_ranges={
        "positive_thickness_um": (45, 105), "positive_porosity": (0.22, 0.38), "negative_porosity": (0.36, 0.55),
        "np_ratio": (1.03, 1.25), "positive_radius_um": (0.3, 1.2), "negative_radius_um": (2, 6),
        "separator_thickness_um": (10, 25),
    },
    notes=("The file reads its values in COMSOL's rebuilding of the published model.",
           "Conductivity does not vanish with the salt in this file, so a depleted electrolyte is too kind.",
           "Both foils are aluminium, as in a sodium-ion cell that was taken apart (steer, HiNa); the paper's were not "
           "seen."),
)
