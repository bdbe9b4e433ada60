"""NMC811 | graphite and silicon of the LG M50 as a composite electrode: Ai et al. 2022, after Chen et al. 2020.

The only published set here in which the negative is two materials, each with its own particles, sites, potential and
kinetics; silicon's potential as it fills differs from that as it empties. Evaluated, not searched.
Values are read in the parameter file that PyBaMM ships.
"""

from knowledge.cell import Electrode, ElectrodePair, SecondActive, Separator
from knowledge.parameters.system import PublishedCell, SecondPhase, System, ValidityBox

KEY = "nmc811_graphite_silicon"

SYSTEM = System(
    key=KEY,
    label="NMC811 | graphite-silicon (blend)",
    cathode_names=("NMC811", "NCM811", "LiNi0.8Mn0.1Co0.1O2"),
    cathode_families=("NMC", "NCM", "Ni-rich layered oxide", "high-nickel", "layered oxide", "ternary"),
    anode_names=("graphite-silicon", "silicon-graphite", "Si-graphite"),
    anode_class="graphite-silicon",
    cathode_formula="LiNi0.8Mn0.1Co0.1O2",
    anode_formula="LiC6",
    cobalt_fraction=0.1,
    silicon_fraction=0.0,
    silicon_source="Ai2022",
    pybamm_set="Chen2020_composite",
    sources=("Ai2022", "Chen2020", "pybamm"),
    validity=ValidityBox(
        rate_C=(0.02, 2.0), temperature_C=(15, 35),
        positive_thickness_um=(40, 110), negative_thickness_um=(45, 130),
        positive_porosity=(0.25, 0.45), negative_porosity=(0.2, 0.4), second_share=(0.005, 0.06),
        basis="the file states no range: box drawn round the published cell (75.6/85.2 µm, 2 % of silicon in the "
              "active mass); only the kinetics depend on temperature",
    ),
    reference=ElectrodePair(
        system=KEY,
        positive=Electrode(
            active_material="nmc811", active_mass_fraction=0.97,
            conductive_mass_fraction=0.015, binder_mass_fraction=0.015,
            coating_thickness_um=75.6, porosity=0.335, particle_radius_um=5.22, foil_thickness_um=13),
        negative=Electrode(
            active_material="graphite", active_mass_fraction=0.965,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.025,
            coating_thickness_um=82, porosity=0.25, particle_radius_um=5.86, foil_thickness_um=8,
            second=SecondActive(active_material="silicon", share=0.02, particle_radius_um=1.52)),
        separator=Separator(material="pe_ceramic", thickness_um=12, porosity=0.47),
        electrolyte="lp57_like", v_min=2.5, v_max=4.2,
    ),
    published=PublishedCell(
        name="LG INR21700 M50", area_m2=0.1027, capacity_Ah=5.0,
        pair=ElectrodePair(
            system=KEY,
            positive=Electrode(
                active_material="nmc811", active_mass_fraction=1,
                conductive_mass_fraction=0, binder_mass_fraction=0,
                coating_thickness_um=75.6, porosity=0.335, particle_radius_um=5.22, foil_thickness_um=16),
            negative=Electrode(
                active_material="graphite", active_mass_fraction=1,
                conductive_mass_fraction=0, binder_mass_fraction=0,
                coating_thickness_um=85.2, porosity=0.25, particle_radius_um=5.86, foil_thickness_um=12,
                # The share that the cards' densities make of the set's volume fractions, 0.015 beside 0.735.
                second=SecondActive(active_material="silicon", share=0.0206964, particle_radius_um=1.52)),
            separator=Separator(material="pe_ceramic", thickness_um=12, porosity=0.47),
            electrolyte="lp57_like", v_min=2.5, v_max=4.2,
        ),
        negative_active_fraction=0.735, positive_active_fraction=0.665,
        negative_sites_mol_m3=28700, positive_sites_mol_m3=63104,
        stoichiometry=(27700 / 28700, 17038 / 63104), positive_window=(0.01, 0.995), volume_mL=24.2,
        second=SecondPhase(active_fraction=0.015, sites_mol_m3=278000, stoichiometry=276610 / 278000,
                           window=(0.005, 0.99), first_cycle_loss=0.15),
    ),
    has_temperature_dependence=False,
    temperature_dependent=("negative kinetics", "positive kinetics"),
    has_thermal_parameters=False,
    ageing=(),
    first_cycle_loss=0.07,
    design_ranges={
        "positive_thickness_um": (45, 110), "positive_porosity": (0.25, 0.45), "negative_porosity": (0.2, 0.4),
        "np_ratio": (1.03, 1.3), "positive_radius_um": (2, 7), "negative_radius_um": (3, 9),
        "separator_thickness_um": (8, 20),
    },
    notes=(
        "Silicon's share of the active mass is the design's own (`second.share`); the set holds one share, 2 %.",
        "With the published sizes it discharges 5.63 Ah at 2.5 A; an LG M50 holds 4.84: the set counts all solid as "
        "active and puts silicon beside as much graphite as the set without it. Compare blends with each other.",
        "Silicon oxide is another material: the set's silicon has sites for 3,200 mAh/g.",
        "Silicon changes branch at once with the sign of the current. Its formation loss (15 % of its sites) is an "
        "assumption. Heat and ageing of two materials are not simulated: out of validity.",
    ),
)
