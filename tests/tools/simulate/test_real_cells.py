"""Predicted against published: real cells with the project's defaults, no value tuned to a cell."""

from pathlib import Path

import pytest
import yaml

from knowledge.cell import CellDesign
from knowledge.parameters.registry import system
from tools.simulate.buildup import build_up
from tools.simulate.case import check_walls
from tools.simulate.formulation import from_loading
from tools.simulate.layout import pitch
from tools.simulate.winding import winding_layout

CELLS = yaml.safe_load(Path(__file__).with_name("real_cells.yaml").read_text(encoding="utf-8"))
PAGE = Path(__file__).parents[3] / "docs" / "real_cells.md"
# What the model has reached; a change that makes a cell worse than this must be looked at.
WORST = {
    ("LG INR21700 M50", "mass_g"): 0.03, ("LG INR21700 M50", "capacity_Ah"): 0.03,
    ("Tesla 4680 (first generation)", "mass_g"): 0.04, ("Tesla 4680 (first generation)", "capacity_Ah"): 0.08,
    ("Tesla 4680 (first generation)", "foil_length_mm"): 0.03, ("LG E78", "mass_g"): 0.06,
    ("LG E78", "capacity_Ah"): 0.12, ("BYD Blade C102F", "mass_g"): 0.10, ("BYD Blade C102F", "capacity_Ah"): 0.15,
    ("EIG ePLB C020", "mass_g"): 0.14, ("EIG ePLB C020", "capacity_Ah"): 0.55,
    ("BYD 46120", "foil_length_mm"): 0.05,
}


def electrode(base, side, given):
    given = dict(given)
    loading, density = given.pop("loading_mg_cm2", None), given.pop("density_g_cm3", None)
    found = base.model_copy(update=given)
    return from_loading(found, side, loading, density) if loading else found


def design(cell):
    start = system(cell["system"]).reference
    pair = start.model_copy(update={
        "positive": electrode(start.positive, "positive", cell["positive"]),
        "negative": electrode(start.negative, "negative", cell["negative"]),
        "separator": start.separator.model_copy(update=cell["separator"]),
    })
    extra = {k: cell[k] for k in ("fill_clearance_mm",) if k in cell}
    return CellDesign.model_validate({"name": cell["name"], "pair": pair.model_dump(), "format": cell["format"],
                                      **extra})


def predicted(cell):
    made = design(cell)
    built = build_up(made)
    found = {"mass_g": built.mass_g, "capacity_Ah": built.stoichiometric_capacity_Ah}
    if made.format.kind == "cylindrical":
        found["foil_length_mm"] = winding_layout(made, made.format).positive_foil.length_m * 1e3
    return found


ROWS = [(cell, metric) for cell in CELLS for metric in cell["measured"]]


@pytest.mark.parametrize(("cell", "metric"), ROWS, ids=[f"{c['name']}-{m}" for c, m in ROWS])
def test_error_stays_within_what_was_reached(cell, metric):
    error = predicted(cell)[metric] / cell["measured"][metric] - 1
    assert abs(error) <= WORST[cell["name"], metric], f"{error:+.1%}"


def table():
    lines = ["| cell | assumed | figure | predicted | published | error |", "|---|---|---|---|---|---|"]
    for cell, metric in ROWS:
        value, published = predicted(cell)[metric], cell["measured"][metric]
        name, _, unit = metric.rpartition("_")
        lines.append(f"| {cell['name']} | {len(cell['assumed'])} | {name.replace('_', ' ')} [{unit}] | {value:.4g} | "
                     f"{published:g} | {value / published - 1:+.1%} |")
    return "\n".join(lines)


def test_the_page_shows_today_s_table():
    assert table() in PAGE.read_text(encoding="utf-8")


def test_designs_pass_their_own_checks():
    for cell in CELLS:
        check_walls(design(cell))
        assert pitch(design(cell).pair).repeat < 1e-3
