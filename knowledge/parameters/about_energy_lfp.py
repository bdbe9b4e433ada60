"""LFP | graphite of a 2 Ah 18650: About:Energy 2022, the other of the two examples that came with the BPX standard.

Measured by them on the cell's own electrodes, with activation energies, which the set of Prada2013 lacks;
`bpx/AboutEnergyLFP.json` holds the values. Searched beside it where a document asks for LFP.
"""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

SYSTEM = System(
    key="lfp_graphite_18650",
    label="LFP | graphite (18650 set)",
    cathode_names=("LFP", "LiFePO4", "lithium iron phosphate"),
    cathode_families=("olivine", "phosphate", "iron phosphate"),
    anode_names=("graphite",),
    anode_class="graphite",
    named_by=("LFP", "olivine"),
    cathode_formula="LiFePO4",
    anode_formula="LiC6",
    cobalt_fraction=0.0,
    silicon_fraction=0.0,
    silicon_source="AboutEnergy2022",
    pybamm_set="bpx:AboutEnergyLFP",
    sources=("AboutEnergy2022", "Nyman2008"),
    validity=ValidityBox(
        rate_C=(0.02, 2.0), temperature_C=(-10, 50),
        positive_thickness_um=(40, 100), negative_thickness_um=(25, 80),
        positive_porosity=(0.18, 0.4), negative_porosity=(0.18, 0.4),
        basis="box drawn round the published cell (64.3/44.4 µm), measured from C/20 to 2C at 25 °C; activation "
              "energies of all six transport and rate constants are the file's own",
    ),
    reference=ElectrodePair(
        system="lfp_graphite_18650",
        positive=Electrode(
            active_material="lfp", active_mass_fraction=0.955,
            conductive_mass_fraction=0.02, binder_mass_fraction=0.025,
            coating_thickness_um=64.3, porosity=0.26, particle_radius_um=0.5, foil_thickness_um=13),
        negative=Electrode(
            active_material="graphite", active_mass_fraction=0.965,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.025,
            coating_thickness_um=40, porosity=0.26, particle_radius_um=4.8, foil_thickness_um=8),
        separator=Separator(material="pe", thickness_um=16, porosity=0.47),
        electrolyte="lp57_like", v_min=2.0, v_max=3.65,
    ),
    published=PublishedCell(
        name="About:Energy LFP 18650 2 Ah", area_m2=0.08959998, capacity_Ah=2.0,
        pair=ElectrodePair(
            system="lfp_graphite_18650",
            positive=Electrode(
                active_material="lfp", active_mass_fraction=0.959113,
                conductive_mass_fraction=0.020444, binder_mass_fraction=0.020444,
                coating_thickness_um=64.3, porosity=0.20359, particle_radius_um=0.5, foil_thickness_um=13),
            negative=Electrode(
                active_material="graphite", active_mass_fraction=0.969138,
                conductive_mass_fraction=0.015431, binder_mass_fraction=0.015431,
                coating_thickness_um=44.4, porosity=0.20666, particle_radius_um=4.8, foil_thickness_um=8),
            separator=Separator(material="pe", thickness_um=20, porosity=0.47),
            electrolyte="lp57_like", v_min=2.0, v_max=3.65,
        ),
        negative_active_fraction=473004 * 4.8e-6 / 3, positive_active_fraction=4418460 * 0.5e-6 / 3,
        negative_sites_mol_m3=31400, positive_sites_mol_m3=21200,
        stoichiometry=(0.82258, 0.0875), positive_window=(0.08, 1.0), volume_mL=17,
    ),
    has_temperature_dependence=True,
    temperature_dependent=("negative diffusivity", "positive diffusivity", "negative kinetics", "positive kinetics",
                           "electrolyte diffusivity", "electrolyte conductivity", "entropic change"),
    has_thermal_parameters=True,
    ageing=(),
    first_cycle_loss=0.07,
    design_ranges={
        "positive_thickness_um": (40, 100), "positive_porosity": (0.18, 0.4), "negative_porosity": (0.18, 0.4),
        "np_ratio": (1.03, 1.3), "positive_radius_um": (0.2, 0.8), "negative_radius_um": (3, 9),
        "separator_thickness_um": (8, 25),
    },
    notes=("On its own cell the set ends discharges at C/2 to 2C 1 to 3 % too late (docs/user_systems.md).",
           "The foils of the published cell are not in its file; those here only weigh."),
)
