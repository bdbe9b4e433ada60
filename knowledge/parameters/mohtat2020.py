"""NMC532 | graphite of a 5 Ah University of Michigan pouch: Mohtat et al. 2020. Values from PyBaMM's parameter file."""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

SYSTEM = System(
    key="nmc532_graphite",
    label="NMC532 | graphite",
    cathode_names=("NMC532", "NCM523", "LiNi0.5Mn0.3Co0.2O2"),
    cathode_families=("NMC", "NCM", "layered oxide", "ternary"),
    anode_names=("graphite",),
    anode_class="graphite",
    cathode_formula="LiNi0.5Mn0.3Co0.2O2",
    anode_formula="LiC6",
    cobalt_fraction=0.2,
    silicon_fraction=0.0,
    silicon_source="Mohtat2020",
    pybamm_set="Mohtat2020",
    sources=("Mohtat2020", "pybamm"),
    validity=ValidityBox(
        rate_C=(0.02, 3.0), temperature_C=(-10, 50),
        positive_thickness_um=(35, 100), negative_thickness_um=(35, 100),
        positive_porosity=(0.22, 0.42), negative_porosity=(0.22, 0.42),
        basis="the file states no range: box drawn round the published cell (67/62 µm)",
    ),
    reference=ElectrodePair(
        system="nmc532_graphite",
        positive=Electrode(
            active_material="nmc532", active_mass_fraction=0.96,
            conductive_mass_fraction=0.02, binder_mass_fraction=0.02,
            coating_thickness_um=67, porosity=0.3, particle_radius_um=3.5, foil_thickness_um=13),
        negative=Electrode(
            active_material="graphite", active_mass_fraction=0.96,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.03,
            coating_thickness_um=72, porosity=0.3, particle_radius_um=2.5, foil_thickness_um=8),
        separator=Separator(material="pe_ceramic", thickness_um=12, porosity=0.4),
        electrolyte="lp57_like", v_min=2.8, v_max=4.2,
    ),
    published=PublishedCell(
        name="University of Michigan NMC532 pouch", area_m2=0.205, capacity_Ah=5.0,
        pair=ElectrodePair(
            system="nmc532_graphite",
            positive=Electrode(
                active_material="nmc532", active_mass_fraction=0.814840,
                conductive_mass_fraction=0.092580, binder_mass_fraction=0.092580,
                coating_thickness_um=67, porosity=0.3, particle_radius_um=3.5, foil_thickness_um=25),
            negative=Electrode(
                active_material="graphite", active_mass_fraction=0.911304,
                conductive_mass_fraction=0.044348, binder_mass_fraction=0.044348,
                coating_thickness_um=62, porosity=0.3, particle_radius_um=2.5, foil_thickness_um=25),
            separator=Separator(material="pe_ceramic", thickness_um=12, porosity=0.4),
            electrolyte="lp57_like", v_min=2.8, v_max=4.2,
        ),
        negative_active_fraction=0.61, positive_active_fraction=0.445,
        negative_sites_mol_m3=28746, positive_sites_mol_m3=35380,
        stoichiometry=(48.8682 / 28746, 31513 / 35380), volume_mL=39.2,
    ),
    has_temperature_dependence=True,
    temperature_dependent=("negative diffusivity", "positive diffusivity", "negative kinetics", "positive kinetics",
                           "electrolyte diffusivity", "electrolyte conductivity", "entropic change"),
    has_thermal_parameters=True,
    ageing=("SEI", "lithium plating"),
    first_cycle_loss=0.07,
    design_ranges={
        "positive_thickness_um": (35, 100), "positive_porosity": (0.22, 0.42), "negative_porosity": (0.22, 0.42),
        "np_ratio": (1.03, 1.3), "positive_radius_um": (2, 6), "negative_radius_um": (2, 8),
        "separator_thickness_um": (8, 20),
    },
    notes=("The set's initial state is discharged.",
           "The published active fractions leave 25 % (positive) and 9 % (negative) of the coating to neither pore nor "
           "active material; a design with a usual recipe and the same porosity holds about a third more."),
)
