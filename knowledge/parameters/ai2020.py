"""LCO | graphite of an Enertech 2.28 Ah pouch: Ai et al. 2019/2020. Values from PyBaMM's parameter file."""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

SYSTEM = System(
    key="lco_graphite",
    label="LCO | graphite",
    cathode_names=("LCO", "LiCoO2", "lithium cobalt oxide"),
    cathode_families=("layered oxide", "cobalt oxide"),
    anode_names=("graphite",),
    anode_class="graphite",
    cathode_formula="LiCoO2",
    anode_formula="LiC6",
    cobalt_fraction=1.0,
    silicon_fraction=0.0,
    silicon_source="Ai2019",
    pybamm_set="Ai2020",
    sources=("Ai2019", "pybamm"),
    validity=ValidityBox(
        rate_C=(0.02, 2.0), temperature_C=(0, 45),
        positive_thickness_um=(35, 100), negative_thickness_um=(40, 110),
        positive_porosity=(0.25, 0.42), negative_porosity=(0.25, 0.42),
        basis="the file states no range: box drawn round the published cell (68/76.5 µm); activation energies of "
              "5 kJ/mol are low, so the cold edge is set at 0 °C",
    ),
    reference=ElectrodePair(
        system="lco_graphite",
        positive=Electrode(
            active_material="lco", active_mass_fraction=0.965,
            conductive_mass_fraction=0.015, binder_mass_fraction=0.02,
            coating_thickness_um=68, porosity=0.32, particle_radius_um=3, foil_thickness_um=13),
        negative=Electrode(
            active_material="graphite", active_mass_fraction=0.96,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.03,
            coating_thickness_um=64, porosity=0.33, particle_radius_um=5, foil_thickness_um=8),
        separator=Separator(material="pe_ceramic", thickness_um=25, porosity=0.5),
        electrolyte="lp57_like", v_min=3.0, v_max=4.2,
    ),
    published=PublishedCell(
        name="Enertech LCO pouch", area_m2=0.051 * 0.047 * 34, capacity_Ah=2.28,
        pair=ElectrodePair(
            system="lco_graphite",
            positive=Electrode(
                active_material="lco", active_mass_fraction=0.965162,
                conductive_mass_fraction=0.017419, binder_mass_fraction=0.017419,
                coating_thickness_um=68, porosity=0.32, particle_radius_um=3, foil_thickness_um=15),
            negative=Electrode(
                active_material="graphite", active_mass_fraction=0.939068,
                conductive_mass_fraction=0.030466, binder_mass_fraction=0.030466,
                coating_thickness_um=76.5, porosity=0.33, particle_radius_um=5, foil_thickness_um=10),
            separator=Separator(material="pe_ceramic", thickness_um=25, porosity=0.5),
            electrolyte="lp57_like", v_min=3.0, v_max=4.2,
        ),
        negative_active_fraction=0.61, positive_active_fraction=0.62,
        negative_sites_mol_m3=28700, positive_sites_mol_m3=49943,
        stoichiometry=(24108 / 28700, 21725 / 49943), positive_window=(0.4, 1.0), volume_mL=15.341,
    ),
    has_temperature_dependence=True,
    temperature_dependent=("negative diffusivity", "positive diffusivity", "negative kinetics", "positive kinetics",
                           "electrolyte diffusivity", "electrolyte conductivity", "entropic change"),
    has_thermal_parameters=True,
    ageing=("SEI", "particle cracking", "loss of active material"),
    first_cycle_loss=0.07,
    design_ranges={
        "positive_thickness_um": (35, 100), "positive_porosity": (0.25, 0.42), "negative_porosity": (0.25, 0.42),
        "np_ratio": (1.03, 1.3), "positive_radius_um": (2, 6), "negative_radius_um": (3, 9),
        "separator_thickness_um": (8, 25),
    },
)
