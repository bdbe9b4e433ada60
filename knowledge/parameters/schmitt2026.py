"""LNMO | graphite of a 1 Ah laboratory pouch: Schmitt et al. 2026, an open data set with a calibrated model.

`bpx/Schmitt2026.json` holds the calibrated values. Searched only where a document asks for LNMO.
"""

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.parameters.system import PublishedCell, System, ValidityBox

_NEGATIVE_ACTIVE, _POSITIVE_ACTIVE = 103446.635 * 16.3e-6 / 3, 187845.437 * 8.94e-6 / 3
_CHARGED = 0.7858611, 0.12824838
# The loss that makes LNMO hold all its lithium as made: (1 − y)·Qp / Qn − x.
_LOSS = ((1 - _CHARGED[1]) * 76.5 * _POSITIVE_ACTIVE * 23761) / (56.5 * _NEGATIVE_ACTIVE * 31360) - _CHARGED[0]

SYSTEM = System(
    key="lnmo_graphite",
    label="LNMO | graphite",
    cathode_names=("LNMO", "LiNi0.5Mn1.5O4", "high-voltage spinel"),
    cathode_families=("spinel", "cobalt-free"),
    anode_names=("graphite",),
    anode_class="graphite",
    named_by=("LNMO",),
    cathode_formula="LiNi0.5Mn1.5O4",
    anode_formula="LiC6",
    cobalt_fraction=0.0,
    silicon_fraction=0.0,
    silicon_source="Schmitt2026",
    pybamm_set="bpx:Schmitt2026",
    sources=("Schmitt2026", "Nyman2008"),
    validity=ValidityBox(
        rate_C=(0.02, 2.0), temperature_C=(15, 35),
        positive_thickness_um=(45, 110), negative_thickness_um=(35, 90),
        positive_porosity=(0.25, 0.42), negative_porosity=(0.28, 0.48),
        basis="box drawn round the published cell (76.5/56.5 µm), calibrated and checked from C/20 to 2C at one "
              "temperature; two of six activation energies are missing, so only near 25 °C",
    ),
    reference=ElectrodePair(
        system="lnmo_graphite",
        positive=Electrode(
            active_material="lnmo", active_mass_fraction=0.92,
            conductive_mass_fraction=0.04, binder_mass_fraction=0.04,
            coating_thickness_um=76.5, porosity=0.32, particle_radius_um=8.94, foil_thickness_um=20),
        negative=Electrode(
            active_material="graphite", active_mass_fraction=0.96,
            conductive_mass_fraction=0.01, binder_mass_fraction=0.03,
            coating_thickness_um=51, porosity=0.4, particle_radius_um=16.3, foil_thickness_um=10),
        separator=Separator(material="pe", thickness_um=25, porosity=0.48),
        electrolyte="lp57_like", v_min=3.5, v_max=4.9,
    ),
    published=PublishedCell(
        name="HYDRA LNMO | graphite pouch 1 Ah", area_m2=0.05, capacity_Ah=1.0,
        pair=ElectrodePair(
            system="lnmo_graphite",
            positive=Electrode(
                active_material="lnmo", active_mass_fraction=0.916594,
                conductive_mass_fraction=0.041703, binder_mass_fraction=0.041703,
                coating_thickness_um=76.5, porosity=0.32664217, particle_radius_um=8.94, foil_thickness_um=20),
            negative=Electrode(
                active_material="graphite", active_mass_fraction=0.958103,
                conductive_mass_fraction=0.020948, binder_mass_fraction=0.020948,
                coating_thickness_um=56.5, porosity=0.40068218, particle_radius_um=16.3, foil_thickness_um=10),
            separator=Separator(material="pe", thickness_um=25, porosity=0.48),
            electrolyte="lp57_like", v_min=3.5, v_max=4.9,
        ),
        negative_active_fraction=_NEGATIVE_ACTIVE, positive_active_fraction=_POSITIVE_ACTIVE,
        negative_sites_mol_m3=31360, positive_sites_mol_m3=23761,
        stoichiometry=_CHARGED, positive_window=(0.1, 1.0), volume_mL=9.4,
    ),
    has_temperature_dependence=False,
    temperature_dependent=("negative diffusivity", "positive diffusivity", "positive kinetics"),
    has_thermal_parameters=False,
    ageing=(),
    first_cycle_loss=_LOSS,
    first_cycle_loss_source="derived",
    design_ranges={
        "positive_thickness_um": (45, 110), "positive_porosity": (0.25, 0.42), "negative_porosity": (0.28, 0.48),
        "np_ratio": (1.03, 1.3), "positive_radius_um": (4, 12), "negative_radius_um": (6, 18),
        "separator_thickness_um": (12, 25),
    },
    notes=("The negative's rate constant is one number here, a table over lithiation in the source.",
           "Electrolyte oxidation above 4.5 V, which limits the life of such cells, is in no set."),
)
