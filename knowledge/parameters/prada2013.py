"""LFP | graphite of an A123 2.3 Ah 26650: Prada et al. 2013, a composite set.

PyBaMM's file takes the graphite's potential and kinetics from Chen2020, the LFP potential from Afshar2017 and its
kinetics from Kashkooli2017, and sets the initial state so that 0.18 m² hold 2.3 Ah.
"""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

_LOSS = 0.07
_NEGATIVE_SITES = 34e-6 * 0.58 * 30555
_POSITIVE_SITES = 80e-6 * 0.374 * 22806
# As published 28 % of the LFP sites stay empty, which no LFP cell does; the active fraction is scaled so that LFP is
# fully lithiated as made and the cell's lithium (so its 2.3 Ah) is unchanged.
_USED = (0.81 + _LOSS) * _NEGATIVE_SITES / _POSITIVE_SITES + 0.0038

SYSTEM = System(
    key="lfp_graphite",
    label="LFP | graphite",
    cathode_names=("LFP", "LiFePO4", "lithium iron phosphate"),
    cathode_families=("olivine", "phosphate", "iron phosphate"),
    anode_names=("graphite",),
    anode_class="graphite",
    cathode_formula="LiFePO4",
    anode_formula="LiC6",
    cobalt_fraction=0.0,
    silicon_fraction=0.0,
    silicon_source="Prada2013",
    pybamm_set="Prada2013",
    sources=("Prada2013", "Chen2020", "pybamm"),
    validity=ValidityBox(
        rate_C=(0.02, 3.0), temperature_C=(15, 35),
        positive_thickness_um=(40, 110), negative_thickness_um=(25, 90),
        positive_porosity=(0.25, 0.5), negative_porosity=(0.22, 0.45),
        basis="the file states no range: box drawn round the published cell (80/34 µm) and today's LFP cells; "
              "diffusion and electrolyte are constants, so only near 25 °C",
    ),
    reference=ElectrodePair(
        system="lfp_graphite",
        positive=Electrode(
            active_material="lfp", active_mass_fraction=0.955,
            conductive_mass_fraction=0.02, binder_mass_fraction=0.025,
            coating_thickness_um=80, porosity=0.33, particle_radius_um=0.05, foil_thickness_um=13),
        negative=Electrode(
            active_material="graphite", active_mass_fraction=0.96,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.03,
            coating_thickness_um=60, porosity=0.33, particle_radius_um=5, foil_thickness_um=8),
        separator=Separator(material="pe", thickness_um=16, porosity=0.45),
        electrolyte="lp57_like", v_min=2.0, v_max=3.6,
    ),
    published=PublishedCell(
        name="A123 26650 2.3 Ah", area_m2=0.18, capacity_Ah=2.3,
        pair=ElectrodePair(
            system="lfp_graphite",
            positive=Electrode(
                active_material="lfp", active_mass_fraction=0.664390,
                conductive_mass_fraction=0.167805, binder_mass_fraction=0.167805,
                coating_thickness_um=80, porosity=0.426, particle_radius_um=0.05, foil_thickness_um=15),
            negative=Electrode(
                active_material="graphite", active_mass_fraction=0.936117,
                conductive_mass_fraction=0.031941, binder_mass_fraction=0.031941,
                coating_thickness_um=34, porosity=0.36, particle_radius_um=5, foil_thickness_um=8),
            separator=Separator(material="pe", thickness_um=25, porosity=0.45),
            electrolyte="lp57_like", v_min=2.0, v_max=3.6,
        ),
        negative_active_fraction=0.58, positive_active_fraction=0.374 * _USED,
        negative_sites_mol_m3=30555, positive_sites_mol_m3=22806,
        stoichiometry=(0.81, 0.0038),
    ),
    has_temperature_dependence=False,
    temperature_dependent=("negative kinetics", "positive kinetics"),
    has_thermal_parameters=False,
    ageing=(),
    first_cycle_loss=_LOSS,
    design_ranges={
        "positive_thickness_um": (40, 110), "positive_porosity": (0.25, 0.48), "negative_porosity": (0.22, 0.45),
        "np_ratio": (1.03, 1.3), "positive_radius_um": (0.03, 0.15), "negative_radius_um": (3, 9),
        "separator_thickness_um": (8, 25),
    },
    notes=("A composite set: graphite of Chen2020, LFP potential of Afshar2017.",
           "The published active fraction 0.374 is reduced so that the LFP is fully lithiated as made; capacity and "
           "voltage window are unchanged, the stoichiometry at 0 % SOC is then 0.9 instead of 0.7.",
           "No thermal parameters and hardly any temperature dependence: cold figures are out of validity."),
)
