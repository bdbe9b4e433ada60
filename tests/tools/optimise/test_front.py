"""The front on an analytic simulator: which objectives, that it beats what it begins with, and what it refuses."""

import numpy as np
import pytest

from knowledge.figure import Figure
from knowledge.front import Front
from tests.tools.optimise.analytic import AgeingSimulator, AnalyticSimulator, CheaplyAgeingSimulator
from tests.tools.optimise.test_life import LONG
from tests.tools.optimise.test_search import ask, drone
from tools.failures import BadInput, Infeasible
from tools.generate.space import spaces_for
from tools.optimise.front import FindFront, KnownDesign, find_front, front
from tools.optimise.hypervolume import non_dominated
from tools.optimise.life import ageing_asks
from tools.optimise.margins import targets_of
from tools.optimise.objectives import choose, energy_ask
from tools.optimise.search import SearchDesigns, search, steering_asks
from tools.tool import Context

NMC = "nmc811_graphite_siox"
EASY = drone(specific_energy=225.0, minutes=26.0)


def run(home, requirements=EASY, simulator=None, **more):
    request = FindFront(requirements=requirements, formats=("pouch",), **{
        "systems": (NMC,), "simulations": 32, "labels": 64, **more})
    return front(request, Context(home=home), simulator or AnalyticSimulator(), "key of this run")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def known(home):
    request = SearchDesigns(requirements=EASY, systems=(NMC,), formats=("pouch",), designs=6, simulations=64)
    found = search(request, Context(home=home), AnalyticSimulator())
    return tuple(KnownDesign(design=s.design, space=s.space) for s in found.simulated if s.meets)


@pytest.fixture(scope="module")
def found(home, known):
    return run(home, known=known)


def less_is_better(result: Front):
    sign = np.array([-1.0 if o.better == "more" else 1.0 for o in result.objectives])
    return np.array([p.values for p in result.points]) * sign


def test_the_objectives_are_those_of_the_document_and_the_cost(found):
    assert [o.metric for o in found.objectives] == ["specific_energy", "fast_charge_time", "cost"]
    energy = found.objectives[0]
    assert (energy.requirement_id, energy.bound, energy.better) == ("R2", 225.0, "more")
    assert "surveyed designs keep" in energy.reason


def test_no_design_of_the_front_is_beaten_and_all_keep_the_musts(found):
    values = less_is_better(found)
    on = np.array([p.on_front for p in found.points])
    keeps = np.array([p.keeps for p in found.points])
    assert keeps[on].all() and non_dominated(values[on]).all()
    assert on[keeps].tolist() == non_dominated(values[keeps]).tolist()


def test_every_figure_of_the_front_was_simulated_in_this_run(found):
    figures = [f for p in found.points if p.on_front for f in p.figures]
    assert figures and {f.origin for f in figures} == {"key of this run"}
    assert {f.method for f in figures} <= {"dfn", "build-up"}


def test_it_gains_on_what_the_search_found(found, known):
    assert sum(p.round == 0 for p in found.points) == len(known)
    assert found.gain > 1.05 and found.simulations == len(found.points)
    assert {s.step for s in found.log} >= {"front: survey", "front 0: simulate", "front 1: evolve", "front 1: simulate"}


@pytest.mark.slow
def test_same_seed_and_database_give_the_same_front(home, known, found):
    again = run(home, known=known)
    assert [p.design.id for p in again.points] == [p.design.id for p in found.points]


def test_where_none_keeps_every_must_the_objectives_do_not_bind_and_the_rest_does(home):
    hard = run(home, drone(specific_energy=330.0, minutes=14.0), feasible=False, simulations=16)
    assert hard.released == ("R2", "R4") and hard.gain is None
    on = [p for p in hard.points if p.on_front]
    assert on and not any(p.keeps for p in on)
    assert all(next(f.value for f in p.figures if f.metric == "capacity") >= 22 for p in on)


def test_a_time_limit_begins_no_round(home):
    stopped = run(home, time_limit_s=1e-3)
    assert stopped.stopped_by_time and stopped.points == ()


@pytest.mark.slow
def test_botorch_proposes_last_where_it_is_asked_to(home, known):
    last = run(home, known=known, simulations=20, acquired=4, objectives=("specific_energy", "fast_charge_time"))
    assert any(s.step == "front: acquisition" and s.kept == 4 for s in last.log)


class ChargesNoLfp(AnalyticSimulator):
    """LFP has no answer to a fast charge, as a set without temperature dependence has none to a temperature."""

    name = "analytic stand-in that charges no LFP 1"

    def _one(self, point, protocol):
        if protocol.kind == "fast_charge" and point.pair.system == "lfp_graphite":
            return "failed", {}
        return super()._one(point, protocol)


def test_what_one_space_cannot_answer_is_no_objective_while_others_are_left(tmp_path):
    asked = (ask("R1", "capacity", ">=", 22.0, "Ah"), ask("R2", "specific_energy", ">=", 120.0, "Wh/kg"),
             ask("R4", "fast_charge_time", "<=", 40.0, "min", soc_from_pct=10.0, soc_to_pct=80.0))
    both = {"requirements": asked, "systems": (NMC, "lfp_graphite"), "simulations": 16, "simulator": ChargesNoLfp()}
    found = run(tmp_path, **both)
    assert "fast_charge_time" not in [o.metric for o in found.objectives]
    assert {s.system for s in found.log if s.step == "front: survey" and "left out" not in s.note} == {
        NMC, "lfp_graphite"}
    told = run(tmp_path, **both, objectives=("specific_energy", "fast_charge_time"))
    assert [s.note for s in told.log if "left out" in s.note] == [
        "left out: no design here has a value of fast_charge_time"]
    assert {p.space for p in told.points} == {f"{NMC}/pouch"}
    with pytest.raises(BadInput, match="no system and format answers all"):
        run(tmp_path, **{**both, "systems": ("lfp_graphite",)}, objectives=("specific_energy", "fast_charge_time"))


def test_what_cannot_be_looked_for_is_refused_by_name(home):
    with pytest.raises(BadInput, match="no space 'sphere'"):
        run(home, spaces=("sphere",))
    with pytest.raises(BadInput, match="fewer than two numbers"):
        run(home, objectives=("cost", "cycle_life"))
    with pytest.raises(Infeasible, match="no front"):
        run(home, (ask("R1", "capacity", ">=", 1.0, "Ah"), ask("R2", "thickness", "<=", 0.55, "mm"),
                   ask("R3", "width", "<=", 10.5, "mm"), ask("R4", "height", "<=", 10.5, "mm")))


def chosen(requirements, values, cost=None, missed=()):
    targets = targets_of(requirements, steering_asks(requirements))
    ids = [t.id for t in targets]
    table = np.array([values[i] for i in ids], dtype=float).T
    margins = np.where(np.arange(len(table))[:, None] < 4, 0.1, -0.1) * np.ones(table.shape)
    money = np.full(len(table), np.nan) if cost is None else np.asarray(cost, dtype=float)
    return [(w.objective.metric, w.objective.reason) for w in choose(targets, table, margins, money, missed)]


RISING = np.linspace(1, 2, 12)
MIXED = np.array([5, 1, 4, 2, 9, 3, 8, 7, 6, 12, 10, 11.0])


def test_a_wish_comes_before_a_must_and_one_of_a_family_is_enough():
    asked = (ask("A", "specific_energy", ">=", 1.0, "Wh/kg"), ask("B", "energy_density", ">=", 1.0, "Wh/L"),
             ask("C", "dcir", "<=", 9.0, "mohm", duration_s=10.0, soc_pct=50.0),
             ask("D", "fast_charge_time", "<=", 9.0, "min", "should", soc_from_pct=10.0, soc_to_pct=80.0))
    found = chosen(asked, {"A": RISING, "B": MIXED, "C": RISING[::-1] ** 2, "D": MIXED}, cost=MIXED[::-1])
    assert [m for m, _ in found] == ["specific_energy", "fast_charge_time", "cost"]
    assert found[1][1] == "charging: a wish of the customer"


def test_what_tells_the_same_story_is_left_out():
    asked = (ask("A", "specific_energy", ">=", 1.0, "Wh/kg"),
             ask("D", "fast_charge_time", "<=", 9.0, "min", soc_from_pct=10.0, soc_to_pct=80.0))
    assert [m for m, _ in chosen(asked, {"A": RISING, "D": -RISING + 3})] == ["specific_energy"]


def test_a_document_that_asks_for_no_energy_gets_one_beside_the_cost():
    wish, _ = energy_ask()
    charge = ask("D", "fast_charge_time", "<=", 9.0, "min", soc_from_pct=10.0, soc_to_pct=80.0)
    (metric, reason), *_ = chosen((wish, charge), {wish.id: RISING, "D": MIXED}, cost=MIXED[::-1])
    assert metric == "specific_energy" and "no energy is asked for" in reason


def test_what_all_designs_share_is_no_objective():
    asked = (ask("A", "specific_energy", ">=", 1.0, "Wh/kg"), ask("B", "mass", "<=", 9.0, "g"))
    assert [m for m, _ in chosen(asked, {"A": RISING, "B": np.full(12, 5.0)}, MIXED)] == ["specific_energy", "cost"]


@pytest.mark.slow
def test_the_tool_answers_a_document_that_asks_for_no_energy(home):
    charge = (ask("R1", "fast_charge_time", "<=", 40.0, "min", soc_from_pct=10.0, soc_to_pct=80.0),
              *(ask(f"S{k}", m, "=", v, "mm") for k, (m, v) in enumerate(
                  (("width", 90.0), ("thickness", 10.0), ("height", 200.0)))))
    found = run(home, charge, simulations=16)
    assert [o.metric for o in found.objectives] == ["fast_charge_time", "cost"]  # in one size energy ranks as cost does
    assert found.gain is None and any(p.on_front for p in found.points)
    assert find_front.stage == "designs" and spaces_for(charge, (NMC,), ("pouch",))


WORN_UM = 50.0   # a thicker coating does not live 1,000 cycles


class ThickOnesWearOut(CheaplyAgeingSimulator):
    """A life that falls with the thickness of the positive coating; some stay unsolved where it is asked to."""

    def __init__(self, unsolved=False):
        super().__init__({})
        self.unsolved = unsolved

    def _one(self, point, protocol):
        if protocol.kind != "cycle_ageing":
            return super()._one(point, protocol)
        if self.unsolved and point.pair.positive.particle_radius_um > 5:
            return "failed", {}
        thickness = point.pair.positive.coating_thickness_um
        self.cycles = {point.pair.system: 1000 * (WORN_UM / thickness) ** 2}
        return super()._one(point, protocol)


@pytest.mark.parametrize("unsolved", [False, True])
def test_designs_that_wear_out_too_soon_are_kept_out_of_the_front(tmp_path, unsolved):
    asked = (*drone(specific_energy=200.0, minutes=35.0), LONG)
    found = run(tmp_path, asked, ThickOnesWearOut(unsolved), objectives=("specific_energy", "cost"), simulations=16)
    on = [p for p in found.points if p.on_front]
    assert on and all(p.keeps for p in on)
    lives = [f for p in on for f in p.figures if f.metric == "cycle_life"]
    assert len(lives) == len(on) and all(f.value >= 1000 for f in lives)
    assert {f.method for f in lives} <= {"ageing run", "surrogate"}
    if not unsolved:
        assert {f.method for f in lives} == {"ageing run"}
        assert max(p.design.pair.positive.coating_thickness_um for p in on) > 0.98 * WORN_UM  # right up to the bound
        # the thick ones, which hold the most energy, are foreseen and hardly simulated
        assert sum(p.keeps for p in found.points) >= 0.75 * len(found.points)


@pytest.mark.parametrize(("cycles", "feasible"), [(400.0, True), (400.0, False), (3000.0, True)])
def test_where_lives_are_dear_the_runs_of_the_search_say_what_misses(home, known, cycles, feasible):
    simulator = AgeingSimulator({NMC: cycles})
    life = Figure(metric="cycle_life", value=cycles, unit="cycle", method="ageing run", origin="search",
                  conditions=ageing_asks((LONG,))[0].conditions, low=cycles, high=cycles)
    begun = (known[0].model_copy(update={"life": (life,)}), *known[1:])
    found = run(home, (*EASY, LONG), simulator, known=begun, feasible=feasible, simulations=16)
    assert not simulator.aged
    lives = [f for p in found.points for f in p.figures if f.metric == "cycle_life"]
    assert {f.method for f in lives} == {"surrogate"} and all(f.value == pytest.approx(cycles) for f in lives)
    assert all(p.keeps is (cycles >= 1000) for p in found.points if p.round == 0)


def test_a_must_that_no_design_keeps_comes_first_and_what_ranks_alike_gives_way():
    asked = (ask("A", "specific_energy", ">=", 9.0, "Wh/kg"), ask("B", "dcir", "<=", 9.0, "mohm", "should",
                                                                  duration_s=10.0, soc_pct=50.0),
             ask("D", "fast_charge_time", "<=", 9.0, "min", soc_from_pct=10.0, soc_to_pct=80.0))
    values, money = {"A": RISING, "B": RISING[::-1] ** 2, "D": MIXED}, RISING[::-1]
    assert [m for m, _ in chosen(asked, values, money)] == ["fast_charge_time", "cost"]
    found = chosen(asked, values, money, missed=("A",))
    assert [m for m, _ in found] == ["specific_energy", "fast_charge_time"]
    assert found[0][1] == "energy: a must that no simulated design keeps"
