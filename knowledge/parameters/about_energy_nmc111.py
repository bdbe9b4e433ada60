"""NMC111 | graphite of a 12.5 Ah pouch: About:Energy 2022, one of the two examples that came with the BPX standard.

Measured by them on the cell's own electrodes; `bpx/AboutEnergyNMC111.json` holds the values. Searched only where a
document asks for NMC111.
"""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

SYSTEM = System(
    key="nmc111_graphite",
    label="NMC111 | graphite",
    cathode_names=("NMC111", "NCM111", "NMC333", "LiNi1/3Mn1/3Co1/3O2"),
    cathode_families=("NMC", "NCM", "layered oxide", "ternary"),
    anode_names=("graphite",),
    anode_class="graphite",
    named_by=("NMC111",),
    cathode_formula="LiNi0.3333Mn0.3333Co0.3333O2",
    anode_formula="LiC6",
    cobalt_fraction=1 / 3,
    silicon_fraction=0.0,
    silicon_source="AboutEnergy2022",
    pybamm_set="bpx:AboutEnergyNMC111",
    sources=("AboutEnergy2022", "Nyman2008"),
    validity=ValidityBox(
        rate_C=(0.02, 2.0), temperature_C=(-10, 50),
        positive_thickness_um=(30, 80), negative_thickness_um=(30, 90),
        positive_porosity=(0.2, 0.42), negative_porosity=(0.2, 0.4),
        basis="box drawn round the published cell (52.3/56.2 µm), whose file compares C/20 and 1C at 25 °C; activation "
              "energies of all six transport and rate constants are the file's own",
    ),
    reference=ElectrodePair(
        system="nmc111_graphite",
        positive=Electrode(
            active_material="nmc111", active_mass_fraction=0.96,
            conductive_mass_fraction=0.02, binder_mass_fraction=0.02,
            coating_thickness_um=52.3, porosity=0.28, particle_radius_um=4.6, foil_thickness_um=13),
        negative=Electrode(
            active_material="graphite", active_mass_fraction=0.96,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.03,
            coating_thickness_um=45, porosity=0.28, particle_radius_um=4.12, foil_thickness_um=8),
        separator=Separator(material="pe", thickness_um=16, porosity=0.47),
        electrolyte="lp57_like", v_min=2.7, v_max=4.2,
    ),
    published=PublishedCell(
        name="About:Energy NMC111 pouch 12.5 Ah", area_m2=0.571472, capacity_Ah=12.5,
        pair=ElectrodePair(
            system="nmc111_graphite",
            positive=Electrode(
                active_material="nmc111", active_mass_fraction=0.965334,
                conductive_mass_fraction=0.017333, binder_mass_fraction=0.017333,
                coating_thickness_um=52.3, porosity=0.277493, particle_radius_um=4.6, foil_thickness_um=15),
            negative=Electrode(
                active_material="graphite", active_mass_fraction=0.945451,
                conductive_mass_fraction=0.027274, binder_mass_fraction=0.027274,
                coating_thickness_um=56.2, porosity=0.253991, particle_radius_um=4.12, foil_thickness_um=10),
            separator=Separator(material="pe", thickness_um=20, porosity=0.47),
            electrolyte="lp57_like", v_min=2.7, v_max=4.2,
        ),
        negative_active_fraction=499522 * 4.12e-6 / 3, positive_active_fraction=432072 * 4.6e-6 / 3,
        negative_sites_mol_m3=29730, positive_sites_mol_m3=46200,
        stoichiometry=(0.75668, 0.42424), positive_window=(0.37, 1.0), volume_mL=128,
    ),
    has_temperature_dependence=True,
    temperature_dependent=("negative diffusivity", "positive diffusivity", "negative kinetics", "positive kinetics",
                           "electrolyte diffusivity", "electrolyte conductivity", "entropic change"),
    has_thermal_parameters=True,
    ageing=(),
    first_cycle_loss=0.07,
    design_ranges={
        "positive_thickness_um": (30, 80), "positive_porosity": (0.2, 0.42), "negative_porosity": (0.2, 0.4),
        "np_ratio": (1.03, 1.3), "positive_radius_um": (2, 7), "negative_radius_um": (2, 8),
        "separator_thickness_um": (8, 25),
    },
    notes=("The foils of the published cell are not in its file; those here only weigh.",),
)
