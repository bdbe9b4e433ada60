"""Quick stand-ins for the heavy tools, so that the whole graph runs in a second. Figures obey simple formulas.

capacity [Ah] = 0.05 · thickness [µm], mass [g] = 60 + 0.1 · thickness; the search offers 60, 70, 80 … µm.
"""

import dataclasses
from pathlib import Path

from agent.settings import Settings
from knowledge.cell import CellDesign, Cylindrical, Electrode, ElectrodePair, Separator
from knowledge.figure import Figure
from knowledge.front import Front, FrontPoint, Objective
from knowledge.offer import BuildUp, Distance, MassItem, ProductionYield, SearchStep
from tools.optimise.search import Candidate, SearchResult, Simulated
from tools.retrieve.evidence import EvidenceResult
from tools.simulate.evaluate import DesignEvaluation, DesignsEvaluated
from tools.verify.asks import asks_for
from tools.verify.judge import judge
from tools.verify.production import DesignYield, YieldsEstimated
from tools.verify.rank import meets_all, violation

GOOD = """# Request for quotation

The cell shall be a cylindrical 21700 cell.

| Parameter | Requirement |
|---|---|
| Capacity at C/3, 25 °C | ≥ 4.0 Ah |
| Mass | ≤ 72 g |
"""
TOO_MUCH = GOOD.replace("4.0 Ah", "40 Ah")
LETTER = "Dear all,\n\nthank you for the meeting. The document follows soon.\n\nKind regards\n"


def design_of(thickness):
    electrode = {"porosity": 0.3, "particle_radius_um": 5.0}
    return CellDesign(
        pair=ElectrodePair(
            system="nmc811_graphite_siox", v_min=2.5, v_max=4.2, separator=Separator(thickness_um=12, porosity=0.45),
            positive=Electrode(active_material="nmc811", active_mass_fraction=0.95, foil_thickness_um=12,
                               coating_thickness_um=thickness, **electrode),
            negative=Electrode(active_material="graphite_siox", active_mass_fraction=0.95, foil_thickness_um=8,
                               coating_thickness_um=1.1 * thickness, **electrode),
        ),
        format=Cylindrical(diameter_mm=21.0, height_mm=70.0),
    )


def build_up_of(design):
    thickness = design.pair.positive.coating_thickness_um
    mass, areal = 60 + 0.1 * thickness, 0.05 * thickness
    return BuildUp(
        mass_items=(MassItem(component="positive coating", mass_g=20, volume_mL=5),), mass_g=mass, volume_mL=24.2,
        dimensions_mm={"diameter": 21.0, "height": 70.0}, electrode_area_cm2=1000.0, layers=30,
        areal_capacity_mAh_cm2=areal, stoichiometric_capacity_Ah=areal, np_ratio=1.1,
        positive_stoichiometry=(0.9, 0.3), negative_stoichiometry=(0.02, 0.9), path_resistance_mohm=1.0,
        path_resistance_ohm_cm2=1.0, heat_capacity_J_K=70.0, cooled_surface_cm2=50.0,
    )


def figures_of(design, asks, origin="stand-in"):
    thickness = design.pair.positive.coating_thickness_um
    values = {"capacity": 0.05 * thickness, "mass": 60 + 0.1 * thickness}
    return tuple(
        Figure(metric=a.metric, value=values.get(a.metric), unit=a.unit, conditions=a.conditions, origin=origin,
               method="dfn" if a.protocol else "build-up", note=None if a.metric in values else "not modelled here")
        for a in asks
    )


class StandIns:
    """Which heavy tools were called, and what happens instead of them."""

    def __init__(self):
        self.calls = []
        self.before = {}     # tool name → function called before it answers: raise there to stop the run

    def _called(self, name):
        self.calls.append(name)
        self.before.get(name, lambda: None)()

    def find_evidence(self, request, context):
        self._called("find_evidence")
        musts = tuple(r.id for r in request.requirements if r.priority == "must")
        return EvidenceResult(store_digest=request.store_digest, evidence=(), without_evidence=musts)

    def search_designs(self, request, context):
        self._called("search_designs")
        simulated = []
        for k in range(request.designs):
            design = design_of(60.0 + 10 * k + context.seed)
            figures = figures_of(design, asks_for(request.requirements)[0])
            verdicts = judge(request.requirements, figures)
            simulated.append(Simulated(design=design, space="stand-in", figures=figures, meets=meets_all(verdicts),
                                       violation=violation(verdicts), round=1))
        candidates = tuple(
            Candidate(design=s.design, space=s.space, vector=(0.5,), predictions=(), figures=s.figures, meets=s.meets,
                      violation=s.violation, distance=Distance(nearest_id=None, kind="only one")) for s in simulated)
        step = SearchStep(system="nmc811_graphite_siox", format="cylindrical", step="simulate", count=len(simulated),
                          kept=sum(s.meets for s in simulated), wall_s=0.0)
        meeting = sum(s.meets for s in simulated)
        return SearchResult(
            candidates=candidates, simulated=tuple(simulated), log=(step,), database_digest="d" * 64, labels_fresh=0,
            feasible_predicted=meeting > 0, meeting=meeting, simulations=len(simulated), exhausted=False)

    def evaluate_designs(self, request, context):
        self._called("evaluate_designs")
        return DesignsEvaluated(evaluations=tuple(
            DesignEvaluation(design=d, build_up=build_up_of(d), figures=figures_of(d, request.asks))
            for d in request.designs))

    def estimate_yields(self, request, context):
        """Thicker coatings scatter more: 100 % less a tenth of the thickness in µm."""
        self._called("estimate_yields")
        return YieldsEstimated(rows=tuple(DesignYield(design_id=j.design.id, production_yield=ProductionYield(
            share=1 - j.design.pair.positive.coating_thickness_um / 1000, draws=10, weakest_id=None, weakest_share=1.0,
            causes=("stand-in",), origin="stand-in")) for j in request.designs))

    def find_front(self, request, context):
        """The thinnest and the thickest of the known designs."""
        self._called("find_front")
        known = sorted((k.design for k in request.known), key=lambda d: d.pair.positive.coating_thickness_um)
        objectives = (Objective(metric="capacity", unit="Ah", better="more", reason="x"),
                      Objective(metric="mass", unit="g", better="less", reason="x"))
        points = tuple(FrontPoint(design=d, space="stand-in", values=(4.0 + k, 60.0 + k), keeps=request.feasible,
                                  violation=0.0, on_front=k in (0, len(known) - 1), round=0)
                       for k, d in enumerate(known))
        return Front(objectives=objectives, points=points, simulations=len(points), gain=1.0)

    def write_report(self, report, folder, curves):
        self._called("write_report")
        (folder / "report.html").write_text("<html></html>", encoding="utf-8")
        (folder / "report.json").write_text(report.model_dump_json(), encoding="utf-8")
        return {name: str(Path(folder) / name) for name in ("report.html", "report.json")}


def put_in_place(monkeypatch):
    """Replace the heavy tools where the stages look for them; returns the record of calls."""
    import agent.stages.candidates as candidates
    import agent.stages.designs as designs
    import agent.stages.evidence as evidence
    import agent.stages.report as report

    stand_ins = StandIns()
    for module, name in ((evidence, "find_evidence"), (candidates, "search_designs"), (designs, "evaluate_designs"),
                         (designs, "estimate_yields"), (designs, "find_front")):
        tool = getattr(module, name)
        monkeypatch.setattr(module, name, dataclasses.replace(tool, function=getattr(stand_ins, name)))
    monkeypatch.setattr(report, "write_report", stand_ins.write_report)
    monkeypatch.setattr(report, "VERSIONED", ("pybamm",))
    monkeypatch.setattr("tools.retrieve.stores.store_digest", lambda home, store=None: "stand-in")
    return stand_ins


def settings_in(folder, **more):
    """Settings whose home and output lie in one folder of the test."""
    return Settings(home=folder / "home", out=folder / "runs", **{"designs": 4, "simulations": 32, **more})


def document_in(folder, text=GOOD, name="rfq.md"):
    """A written document."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def essence(report):
    """What must be the same when a run is repeated: designs, figures, verdicts, ranks."""
    return [(o.rank, o.id, o.figures, o.verdicts, o.score) for o in report.offers], report.feasibility


def cellwright(folder, *arguments, typed=None):
    """The result of a command whose home is `<folder>/home`; never a traceback, and errors are one sentence each."""
    from typer.testing import CliRunner

    from evals.cli import app

    environment = {"CELLWRIGHT_HOME": str(folder / "home"), "COLUMNS": "200"}
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=typed, env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def one_sentence(result):
    """The only line on standard error; where progress is shown, an empty one may stand before it."""
    line, = filter(None, result.stderr.splitlines())
    assert line.startswith("cellwright: ")
    assert "unexpected" not in line
    return line.removeprefix("cellwright: ")
