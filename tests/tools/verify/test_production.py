"""Production yield: against the normal distribution, at the bounds, and for what making does not move."""

import math
from statistics import NormalDist

import pytest

from knowledge.cell import CellDesign
from knowledge.requirement import Requirement, SourceSpan
from tests.tools.optimise.analytic import AnalyticSimulator
from tools.failures import BadInput
from tools.simulate.evaluate import evaluate
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.simulate.tolerance import making_causes
from tools.verify.asks import asks_for
from tools.verify.production import DRAWS, production_yields
from tools.verify.rank import score_parts

DESIGN = CellDesign.model_validate(EXAMPLE_DESIGN)


def must(metric, comparator, value, unit, **conditions):
    return Requirement(id=f"R-{metric}", metric=metric, comparator=comparator, value=value, unit=unit, priority="must",
                       source=SourceSpan(document="ask.md", quote="x"), conditions=conditions)


def yields(*requirements, scatter=None):
    asks = asks_for(requirements)[0]
    simulator = AnalyticSimulator()
    figures = evaluate([DESIGN], asks, simulator)
    found, = production_yields([DESIGN], figures, asks, requirements, simulator, scatter, origin="row")
    return found, figures[0]


def test_a_figure_at_its_bound_keeps_it_in_half_of_the_cells():
    _, figures = yields(must("mass", "<=", 100.0, "g"))
    found, _ = yields(must("mass", "<=", figures[0].value, "g"))
    assert found.share == pytest.approx(0.5, abs=3 * 0.5 / math.sqrt(DRAWS))
    assert found.weakest_id == "R-mass" and found.origin == "row"


def test_one_cause_gives_the_normal_distribution():
    """Mass moves by the foil alone; its bound lies one standard deviation above."""
    silent = {name: {"relative": 0.0} for name in (
        "positive.coating_thickness_um", "negative.coating_thickness_um", "separator.thickness_um",
        "positive.foil_thickness_um", "electrolyte_excess")}
    scatter = {**silent, "negative.foil_thickness_um": {"relative": 0.05}}
    _, figures = yields(must("mass", "<=", 100.0, "g"))
    foil = next(c for c in making_causes(DESIGN, scatter) if c.name == "negative.foil_thickness_um")
    moved = evaluate([foil.design], asks_for([must("mass", "<=", 1.0, "g")])[0], AnalyticSimulator())[0][0]
    sigma = abs(moved.value - figures[0].value)
    found, _ = yields(must("mass", "<=", figures[0].value + sigma, "g"), scatter=scatter)
    assert found.share == pytest.approx(NormalDist().cdf(1.0), abs=3 * 0.37 / math.sqrt(DRAWS))


def test_musts_fail_together_or_apart():
    _, figures = yields(must("mass", "<=", 100.0, "g"))
    heavy = must("mass", "<=", figures[0].value, "g")
    both, _ = yields(heavy, must("capacity", ">=", 1.0, "Ah", rate_C=1 / 3))
    assert both.share == pytest.approx(0.5, abs=0.03) and both.weakest_id == "R-mass"


def test_what_making_does_not_move_has_no_yield():
    assert yields(must("diameter", "<=", 22.0, "mm"))[0] is None


def test_a_must_that_is_missed_for_another_reason_leaves_no_good_cell():
    found, _ = yields(must("mass", "<=", 100.0, "g"), must("capacity", ">=", 500.0, "Ah", rate_C=1 / 3))
    assert found.share == 0.0 and found.weakest_id == "R-capacity"


def test_scatter_of_a_field_that_no_design_has_is_refused():
    with pytest.raises(BadInput, match="scatter"):
        yields(must("mass", "<=", 100.0, "g"), scatter={"positive.colour": {"relative": 0.1}})


def test_the_yield_is_the_robustness_of_the_score():
    found, _ = yields(must("mass", "<=", 100.0, "g"))
    assert score_parts((), None, None, found)["robustness"] == found.share == 1.0
