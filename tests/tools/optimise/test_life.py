"""Life in the search: few ageing runs, and a system that wears out too soon is left while others serve."""

from tests.tools.optimise.analytic import AgeingSimulator, CheaplyAgeingSimulator
from tests.tools.optimise.test_search import ask, run
from tools.optimise.life import RUNS
from tools.simulate.point import DELEGATED_WORDS

LONG = ask("R8", "cycle_life", ">=", 1000, "cycle", charge_C=0.5, discharge_C=1.0, eol_pct=80.0)
BOTH = ("nmc811_graphite_siox", "lfp_graphite")
EASY = (
    ask("R1", "capacity", ">=", 10.0, "Ah", rate_C=1 / 3), ask("R3", "mass", "<=", 400.0, "g"),
    ask("R5", "thickness", "<=", 10.0, "mm"), ask("R6", "width", "<=", 90.0, "mm"),
)


def test_a_system_that_wears_out_too_soon_is_recognised_by_a_few_dear_runs(tmp_path):
    simulator = AgeingSimulator({BOTH[0]: 400.0, BOTH[1]: 3000.0}, note=f"{DELEGATED_WORDS} another solver")
    found = run(tmp_path, (*EASY, LONG), systems=BOTH, simulator=simulator)
    assert found.meeting >= 6 and {c.design.pair.system for c in found.candidates} == {BOTH[1]}
    worn = [s for s in found.simulated if s.design.pair.system == BOTH[0]]
    assert worn and not any(s.meets for s in worn)
    assert 2 <= len(simulator.aged) <= 2 * RUNS
    steps = [s for s in found.log if s.step.endswith("age")]
    assert {s.system for s in steps} == set(BOTH) and any("cycle_life 400 cycle" in s.note for s in steps)
    methods = {f.method for s in found.simulated for f in s.figures if f.metric == "cycle_life"}
    assert methods == {"ageing run", "surrogate"}


def test_where_lives_are_cheap_every_design_that_keeps_the_rest_is_aged(tmp_path):
    simulator = CheaplyAgeingSimulator({BOTH[0]: 400.0, BOTH[1]: 3000.0})
    found = run(tmp_path, (*EASY, LONG), systems=BOTH, simulator=simulator)
    assert found.meeting >= 6 and len(simulator.aged) > 2 * RUNS
    assert all(f.method == "ageing run" for c in found.candidates for f in c.figures if f.metric == "cycle_life")
    steps = [s for s in found.log if s.step.endswith("age")]
    assert any(s.count > 1 for s in steps)
    assert {s.system for s in found.log if "labels: cycle ageing" in s.step} == set(BOTH)


def test_without_a_must_on_life_nothing_is_aged(tmp_path):
    simulator = AgeingSimulator({BOTH[0]: 400.0, BOTH[1]: 3000.0})
    wish = LONG.model_copy(update={"priority": "should"})
    found = run(tmp_path, (*EASY, wish), systems=BOTH, simulator=simulator)
    assert not simulator.aged and found.meeting >= 6
