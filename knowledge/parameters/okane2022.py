"""NMC811 | graphite–SiOx of the LG M50: O'Kane et al. 2022, after Chen et al. 2020.

Chosen over ORegan2022 because it carries SEI, plating, cracking and loss-of-active-material parameters; both have
temperature-dependent diffusion, kinetics and electrolyte. Values are read in the parameter file that PyBaMM ships.
"""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

SYSTEM = System(
    key="nmc811_graphite_siox",
    label="NMC811 | graphite-SiOx",
    cathode_names=("NMC811", "NCM811", "LiNi0.8Mn0.1Co0.1O2"),
    cathode_families=("NMC", "NCM", "Ni-rich layered oxide", "high-nickel", "layered oxide", "ternary"),
    anode_names=("graphite-SiOx", "graphite-silicon", "silicon-graphite", "Si-graphite"),
    anode_class="graphite-silicon",
    cathode_formula="LiNi0.8Mn0.1Co0.1O2",
    anode_formula="LiC6",
    cobalt_fraction=0.1,
    silicon_fraction=0.03,
    pybamm_set="OKane2022",
    sources=("OKane2022", "Chen2020", "pybamm"),
    validity=ValidityBox(
        rate_C=(0.02, 2.0), temperature_C=(-10, 50),
        positive_thickness_um=(40, 110), negative_thickness_um=(45, 130),
        positive_porosity=(0.25, 0.45), negative_porosity=(0.2, 0.4),
        basis="the file states no range: box drawn round the published cell (75.6/85.2 µm); activation energies are "
              "taken from other papers, so the cold edge is set at -10 °C",
    ),
    reference=ElectrodePair(
        system="nmc811_graphite_siox",
        positive=Electrode(
            active_material="nmc811", active_mass_fraction=0.97,
            conductive_mass_fraction=0.015, binder_mass_fraction=0.015,
            coating_thickness_um=75.6, porosity=0.335, particle_radius_um=5.22, foil_thickness_um=13),
        negative=Electrode(
            active_material="graphite_siox", active_mass_fraction=0.965,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.025,
            coating_thickness_um=82, porosity=0.25, particle_radius_um=5.86, foil_thickness_um=8),
        separator=Separator(material="pe_ceramic", thickness_um=12, porosity=0.47),
        electrolyte="lp57_like", v_min=2.5, v_max=4.2,
    ),
    published=PublishedCell(
        name="LG INR21700 M50", area_m2=0.1027, capacity_Ah=5.0,
        pair=ElectrodePair(
            system="nmc811_graphite_siox",
            positive=Electrode(
                active_material="nmc811", active_mass_fraction=1,
                conductive_mass_fraction=0, binder_mass_fraction=0,
                coating_thickness_um=75.6, porosity=0.335, particle_radius_um=5.22, foil_thickness_um=16),
            negative=Electrode(
                active_material="graphite_siox", active_mass_fraction=1,
                conductive_mass_fraction=0, binder_mass_fraction=0,
                coating_thickness_um=85.2, porosity=0.25, particle_radius_um=5.86, foil_thickness_um=12),
            separator=Separator(material="pe_ceramic", thickness_um=12, porosity=0.47),
            electrolyte="lp57_like", v_min=2.5, v_max=4.2,
        ),
        negative_active_fraction=0.75, positive_active_fraction=0.665,
        negative_sites_mol_m3=33133, positive_sites_mol_m3=63104,
        stoichiometry=(29866 / 33133, 17038 / 63104), volume_mL=24.2,
    ),
    has_temperature_dependence=True,
    temperature_dependent=("negative diffusivity", "positive diffusivity", "negative kinetics", "positive kinetics",
                           "electrolyte diffusivity", "electrolyte conductivity"),
    has_thermal_parameters=True,
    ageing=("SEI", "lithium plating", "particle cracking", "loss of active material"),
    first_cycle_loss=0.10,
    design_ranges={
        "positive_thickness_um": (45, 110), "positive_porosity": (0.25, 0.45), "negative_porosity": (0.2, 0.4),
        "np_ratio": (1.03, 1.3), "positive_radius_um": (2, 7), "negative_radius_um": (3, 9),
        "separator_thickness_um": (8, 20),
    },
    notes=(
        "The set counts all solid of both coatings as active (active fraction = 1 − porosity), so a design with binder "
        "and carbon holds some 6 % less than the published cell of the same thickness.",
        "Silicon content is an assumption: the file says only graphite-SiOx.",
        "The published set holds 5.1 Ah between 2.5 and 4.2 V at zero current; measured cells hold 4.8–4.9 Ah.",
    ),
)
