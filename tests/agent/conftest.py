"""A small, hand-made report: every field of every noun is used at least once. Its numbers are made up."""

import pytest

from knowledge.ask import Unanswerable
from knowledge.cell import CellDesign, Cylindrical, Electrode, ElectrodePair, Pouch, Separator
from knowledge.evidence import Evidence, Passage, Source
from knowledge.figure import Figure, Verdict
from knowledge.front import Front, FrontPoint, Objective
from knowledge.offer import (
    BuildUp,
    CostItem,
    Distance,
    Feasibility,
    Limiting,
    MassItem,
    Offer,
    SearchStep,
    SystemChoice,
)
from knowledge.report import FailureRecord, Report, RunFacts, StageRecord
from knowledge.requirement import AsWritten, DocumentFacts, Finding, Leftover, Reading, Requirement, SourceSpan

HOSTILE = '<script>alert("1")</script> #eval("x") $x^2$ =1+1 {{ 7*7 }} 삼성 电池 リチウム'


def requirement(number, metric, comparator, value, unit, quote, priority="must", **conditions):
    return Requirement(
        id=f"R{number:02d}", metric=metric, comparator=comparator, value=value, unit=unit, priority=priority,
        conditions=conditions, source=SourceSpan(document="rfq.pdf", quote=quote, page=2, start=0, end=len(quote)),
    )


def pair():
    positive = Electrode(active_material="nmc811", active_mass_fraction=0.955, coating_thickness_um=75.6,
                         porosity=0.335, particle_radius_um=5.2, foil_thickness_um=12)
    negative = Electrode(active_material="graphite_siox", active_mass_fraction=0.95, coating_thickness_um=85.2,
                         porosity=0.25, particle_radius_um=5.9, foil_thickness_um=8)
    return ElectrodePair(system="nmc811_graphite_siox", positive=positive, negative=negative,
                         separator=Separator(thickness_um=12, porosity=0.47), v_min=2.5, v_max=4.2)


def build_up(kind):
    sizes = {"diameter": 46.0, "height": 80.0} if kind == "cylindrical" else {
        "width": 98.0, "thickness": 8.7, "height": 515.0}
    return BuildUp(
        mass_items=tuple(MassItem(component=c, mass_g=m, volume_mL=m / 2) for c, m in (
            ("positive_coating", 140.0), ("negative_coating", 95.0), ("copper_foil", 30.0), ("can", 45.0),
            ("electrolyte", 38.0), ("aluminium_foil", 12.0), ("separator", 6.0), ("terminals", 4.0))),
        mass_g=370.0, volume_mL=133.0, dimensions_mm=sizes, electrode_area_cm2=4800.0, layers=24,
        areal_capacity_mAh_cm2=5.1, stoichiometric_capacity_Ah=25.2, np_ratio=1.08,
        positive_stoichiometry=(0.9, 0.27), negative_stoichiometry=(0.03, 0.9), path_resistance_mohm=0.6,
        path_resistance_ohm_cm2=2.9, heat_capacity_J_K=340.0, cooled_surface_cm2=148.0,
        cost_items=(
            CostItem(item="cathode active material", cost_usd=3.1, low_usd=2.6, high_usd=3.9, source="assumption"),
            CostItem(item="formation", cost_usd=0.9, low_usd=0.6, high_usd=1.8, source="batterycost", key="form",
                     amount=1.0, unit="cell", stage="formation_and_test"),
            CostItem(item="final sealing", cost_usd=0.1, low_usd=0.07, high_usd=0.2, source="batterycost", key="seal",
                     amount=1.0, unit="cell", stage="formation_and_test"),
        ),
        cost_usd=8.4, cost_low_usd=6.9, cost_high_usd=10.1, cost_volume_GWh=20.0,
        warnings=("A stated warning.",),
    )


def offer(rank, requirements, shift):
    design = CellDesign(
        name=f"design {rank}", pair=pair(),
        format=Cylindrical(diameter_mm=46, height_mm=80 + rank / 10) if rank % 3 else Pouch(
            width_mm=98, thickness_mm=8.7, height_mm=515 + rank),
    )
    values = {"R01": 246 + shift, "R02": 3.4 + shift / 20, "R03": 27 - shift, "R04": 371.0}
    verdicts, figures = [], []
    for r in requirements:
        value = values.get(r.id)
        figure = None
        if value is not None:
            figure = Figure(metric=r.metric, value=value, unit=r.unit, method="dfn", origin="ab12cd34ef567890" * 4,
                            conditions=r.conditions, low=value * 0.98, high=value * 1.02,
                            validity="extrapolated" if r.id == "R02" else "inside", note="verify mesh")
            figures.append(figure)
        kind = {"R01": "met", "R02": "at risk", "R03": "met" if shift >= 0 else "not met", "R04": "met"}.get(
            r.id, "not evaluated")
        verdicts.append(Verdict(requirement=r, verdict=kind, figure=figure,
                                margin=0.03 * (shift + 1) if figure else None, reason="a reason in words"))
    return Offer(
        rank=rank, id=design.id, title=f"NMC811 | graphite-SiOx, {design.format.kind}", design=design,
        build_up=build_up(design.format.kind), figures=tuple(figures), verdicts=tuple(verdicts),
        meets_all_musts=shift >= 0, violation=0.0 if shift >= 0 else 0.04, score=0.8 - rank / 50,
        score_parts={"margin": 0.5, "cost": 0.3}, reason="Largest smallest margin among the designs.",
        distance=Distance(
            nearest_id="0123456789ab", kind="variables", variables={"positive_porosity": 0.21, "np": 0.12}),
    )


def a_front(offers):
    objectives = (
        Objective(metric="specific_energy", unit="Wh/kg", better="more", requirement_id="R01", bound=240.0,
                  conditions={"rate_C": 0.3333}, reason="energy: the must that 8% of surveyed designs keep"),
        Objective(metric="fast_charge_time", unit="min", better="less", requirement_id="R03", bound=30.0,
                  reason="charging: a wish of the customer"),
        Objective(metric="cost", unit="USD/kWh", better="less", reason="the maker's own question"),
    )
    rows = ((244.0, 20.0, 80.0, True), (252.0, 24.0, 76.0, True), (258.0, 29.0, 75.0, True), (243.0, 26.0, 79.0, False))
    points = tuple(FrontPoint(design=o.design, space="nmc811_graphite_siox/cylindrical", values=row[:3], keeps=row[3],
                              violation=0.0 if row[3] else 0.02, on_front=row[3], round=k, figures=o.figures)
                   for k, (o, row) in enumerate(zip(offers, rows, strict=True)))
    return Front(objectives=objectives, points=points, simulations=4, gain=1.31)


@pytest.fixture
def sample_report():
    requirements = (
        requirement(
            1, "specific_energy", ">=", 240.0, "Wh/kg", "at least 240 Wh/kg", rate_C=0.3333, temperature_C=25.0),
        requirement(2, "dcir", "<=", 4.5, "mohm", "≤ 4.5 mΩ", duration_s=10.0, soc_pct=50.0),
        requirement(3, "fast_charge_time", "<=", 30.0, "min", "10 – 80 % within 30 min", soc_from_pct=10.0,
                    soc_to_pct=80.0),
        requirement(4, "mass", "<=", 380.0, "g", "0.380 kg").model_copy(
            update={"as_written": AsWritten(value=0.38, unit="kg")}),
        requirement(5, "standard_compliance", "required", "UN 38.3", None, HOSTILE),
        requirement(6, "diameter", "tolerance", [46.0, 0.1, 0.05], "mm", "46.0 mm +0.05 / -0.10 mm", "should"),
    )
    reading = Reading(
        document=DocumentFacts(name="rfq.pdf", sha256="0" * 64, language="en", pages=3), requirements=requirements,
        findings=(
            Finding(kind="ambiguity", ids=("R03",), text="the start temperature is not stated", quote="within 30 min",
                    source=requirements[2].source, question="At which temperature does the charge begin?"),
            Finding(kind="injection", text="text that tries to instruct the reader", quote=HOSTILE),
        ),
        residual=(Leftover(quote="7 foo", source=requirements[0].source, reason="no metric near it"),),
        ignored=(Leftover(quote="390 kg", source=requirements[0].source, reason="pack mass, not asked"),),
    )
    source = Source(key="chen2020", kind="paper", title="Development of experimental techniques", authors="Chen et al.",
                    year=2020, doi="10.1149/1945-7111/ab9050")
    passage = Passage(id="card:lgm50", text="A 5 Ah 21700 cell.", source=source, place="Table VII")
    offers = tuple(offer(k, requirements, shift) for k, shift in ((1, 3), (2, 1), (3, 0), (4, -2)))
    return Report(
        run=RunFacts(run_id="rfq-20261121-000000-abc", started="2026-11-21T00:00:00+00:00", seed=0, designs_asked=4,
                     simulations_budget=320, database_digest="d" * 64, versions={"pybamm": "26.10.1.1"}),
        reading=reading,
        evidence=(Evidence(id="E1", passage=passage, quote="5 Ah 21700", score=0.9, bears_on=("R01",)),),
        without_evidence=("R04",),
        systems=(SystemChoice(key="nmc811_graphite_siox", label="NMC811 | graphite-SiOx", serves=True, reason="fits",
                              checks={"cobalt": "0.1"}, sources=("chen2020",)),),
        formats=(SystemChoice(key="pouch", label="pouch", serves=False, reason="a diameter is asked"),),
        unanswerable=(Unanswerable(requirement_id="R05", reason="a certificate", settled_by="a test report"),),
        search=(SearchStep(system="nmc811_graphite_siox", format="cylindrical", step="simulate", count=48, kept=30,
                           wall_s=11.0),),
        feasibility=Feasibility(feasible=True, proof="simulated design", text="3 designs keep every bound.",
                                limiting=(Limiting(requirement_id="R03", best_value=26.0, unit="min", shortfall=0.0,
                                                   note="tightest"),)),
        offers=offers, front=a_front(offers),
        failures=(FailureRecord(tool="age_design", failure_class="out of validity", message="no ageing parameters",
                                ledger_key="f" * 64),),
        stages=(StageRecord(stage="requirements", wall_s=1.2, ledger_keys=("a" * 64,), note="6 requirements"),),
        sources=(source,),
    )
