"""NCA | graphite, the "nominal design" pouch of Kim et al. 2011: a paper design. Values from PyBaMM's file."""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

SYSTEM = System(
    key="nca_graphite",
    label="NCA | graphite",
    cathode_names=("NCA", "LiNi0.8Co0.15Al0.05O2"),
    cathode_families=("Ni-rich layered oxide", "high-nickel", "layered oxide", "ternary"),
    anode_names=("graphite",),
    anode_class="graphite",
    cathode_formula="LiNi0.8Co0.15Al0.05O2",
    anode_formula="LiC6",
    cobalt_fraction=0.15,
    silicon_fraction=0.0,
    silicon_source="Kim2011",
    pybamm_set="NCA_Kim2011",
    sources=("Kim2011", "pybamm"),
    validity=ValidityBox(
        rate_C=(0.02, 5.0), temperature_C=(-10, 50),
        positive_thickness_um=(25, 80), negative_thickness_um=(35, 110),
        positive_porosity=(0.28, 0.5), negative_porosity=(0.28, 0.5),
        basis="the file states no range: box drawn round the nominal design (50/70 µm, sub-micrometre particles)",
    ),
    reference=ElectrodePair(
        system="nca_graphite",
        positive=Electrode(
            active_material="nca", active_mass_fraction=0.95,
            conductive_mass_fraction=0.025, binder_mass_fraction=0.025,
            coating_thickness_um=50, porosity=0.4, particle_radius_um=1.633, foil_thickness_um=13),
        negative=Electrode(
            active_material="graphite", active_mass_fraction=0.955,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.035,
            coating_thickness_um=60, porosity=0.4, particle_radius_um=0.5083, foil_thickness_um=8),
        separator=Separator(material="pe_ceramic", thickness_um=25, porosity=0.4),
        electrolyte="lp57_like", v_min=2.7, v_max=4.2,
    ),
    published=PublishedCell(
        name="NREL nominal NCA pouch layer (paper design)", area_m2=0.028, capacity_Ah=0.43,
        pair=ElectrodePair(
            system="nca_graphite",
            positive=Electrode(
                active_material="nca", active_mass_fraction=0.844762,
                conductive_mass_fraction=0.077619, binder_mass_fraction=0.077619,
                coating_thickness_um=50, porosity=0.4, particle_radius_um=1.633, foil_thickness_um=10),
            negative=Electrode(
                active_material="graphite", active_mass_fraction=0.895726,
                conductive_mass_fraction=0.052137, binder_mass_fraction=0.052137,
                coating_thickness_um=70, porosity=0.4, particle_radius_um=0.5083, foil_thickness_um=10),
            separator=Separator(material="pe_ceramic", thickness_um=25, porosity=0.4),
            electrolyte="lp57_like", v_min=2.7, v_max=4.2,
        ),
        negative_active_fraction=0.51, positive_active_fraction=0.41,
        negative_sites_mol_m3=28700, positive_sites_mol_m3=49000,
        stoichiometry=(18081 / 28700, 20090 / 49000), positive_window=(0.25, 0.99), volume_mL=4.62,
    ),
    has_temperature_dependence=True,
    temperature_dependent=("negative diffusivity", "positive diffusivity", "negative kinetics", "positive kinetics",
                           "electrolyte diffusivity", "electrolyte conductivity"),
    has_thermal_parameters=True,
    ageing=("SEI",),
    first_cycle_loss=0.07,
    design_ranges={
        "positive_thickness_um": (25, 80), "positive_porosity": (0.28, 0.5), "negative_porosity": (0.28, 0.5),
        "np_ratio": (1.03, 1.4), "positive_radius_um": (0.8, 4), "negative_radius_um": (0.4, 3),
        "separator_thickness_um": (10, 25),
    },
    notes=("A paper design, not a measured cell; its capacity differs from a measured NCA cell's.",
           "The published state holds more lithium than the positive has sites: the lithium as made counts as an "
           "inventory per site of the set, above 1."),
)
