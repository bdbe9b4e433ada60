"""Each comparator and each rule of docs/verdicts.md."""

import pytest

from knowledge.ask import Unanswerable
from knowledge.figure import Figure
from tools.verify.asks import ask_of, sides
from tools.verify.compare import Allowed, allowed, bound_text, margin, share_inside, two_sided
from tools.verify.judge import judge

MET, RISK, NOT, NONE = "met", "at risk", "not met", "not evaluated"


@pytest.fixture
def verdict(requirement):
    def one(value, low=None, high=None, metric="mass", comparator="<=", bound=100.0, conditions=None, **figure):
        r = requirement(metric, comparator, bound, conditions=conditions)
        ask = ask_of(r, sides([r]))
        figure = {"method": "build-up", **figure}
        f = Figure(metric=ask.metric, value=value, low=low, high=high, unit=ask.unit, origin="row",
                   conditions=ask.conditions, **figure)
        found, = judge([r], [f])
        return found

    return one


@pytest.mark.parametrize(("comparator", "bound", "low", "value", "high", "expected", "room"), [
    ("<=", 100.0, 89, 90, 91, MET, 0.1),
    ("<=", 100.0, 99, 100, 101, RISK, 0.0),
    ("<=", 100.0, 100, 100, 100, MET, 0.0),
    ("<", 100.0, 100, 100, 100, RISK, 0.0),
    ("<=", 100.0, 101, 102, 103, NOT, -0.02),
    ("<=", 100.0, 99, 101, 103, RISK, -0.01),
    (">=", 100.0, 101, 102, 103, MET, 0.02),
    (">", 100.0, 100, 100, 100, RISK, 0.0),
    (">=", 100.0, 97, 98, 99, NOT, -0.02),
    ("=", 100.0, 99, 100, 101, MET, 2 / 102),
    ("=", 100.0, 96, 97, 97.5, NOT, -1 / 98),
    ("about", 100.0, 96, 97, 98, MET, 2 / 95),
    ("about", 100.0, 94, 96, 98, RISK, 1 / 95),
    ("range", [67.0, 71.0], 68, 69, 70, MET, 2 / 71),
    ("range", [67.0, 71.0], 66, 67.5, 69, RISK, 0.5 / 67),
    ("range", [67.0, 71.0], 72, 73, 74, NOT, -2 / 71),
    ("tolerance", [70.0, 0.1, 0.6], 70.2, 70.3, 70.4, MET, 0.3 / 70.6),
    ("tolerance", [70.0, 0.1, 0.6], 69.7, 69.8, 69.85, NOT, -0.1 / 69.9),
    ("in", [100.0], 100, 100, 100, MET, 2 / 102),
    (">=", 0.0, 0.4, 0.5, 0.6, MET, 0.5),
])
def test_comparators(verdict, comparator, bound, low, value, high, expected, room):
    found = verdict(value, low, high, comparator=comparator, bound=bound)
    assert found.verdict == expected
    assert found.margin == pytest.approx(room, abs=1e-12)


def test_only_decisive_methods_say_met(verdict):
    for method, expected in {"dfn": MET, "build-up": MET, "ageing run": MET, "surrogate": RISK, "card": RISK}.items():
        assert verdict(90, 89, 91, method=method).verdict == expected
    assert "an estimate cannot say met" in verdict(90, 89, 91, method="surrogate").reason


@pytest.mark.parametrize(("value", "expected"), [(101.0, RISK), (102.1, NOT)])
def test_an_estimate_says_not_met_only_far_beyond(verdict, value, expected):
    assert verdict(value, value - 1, value + 1, method="surrogate").verdict == expected


def test_extrapolated_is_never_met(verdict):
    found = verdict(50, 49, 51, validity="extrapolated")
    assert (found.verdict, "extrapolated" in found.reason) == (RISK, True)
    assert verdict(150, 149, 151, validity="extrapolated").verdict == NOT


def test_out_of_validity_is_not_evaluated(verdict):
    assert verdict(50, 49, 51, validity="out of validity").verdict == NONE


def test_what_a_design_cannot_do_is_not_met(verdict):
    found = verdict(None, cannot=True, note="the voltage limit is reached")
    assert (found.verdict, found.margin) == (NOT, -1.0)


def test_what_failed_is_not_evaluated(verdict):
    found = verdict(None, note="failed: no convergence")
    assert (found.verdict, found.margin, found.reason) == (NONE, None, "failed: no convergence")


@pytest.mark.parametrize(("metric", "comparator", "asked", "text", "expected"), [
    ("cathode_chemistry", "in", ["LFP"], "LFP; olivine", MET),
    ("cathode_chemistry", "in", ["lithium iron phosphate", "NMC"], "LFP; olivine", MET),
    ("cathode_chemistry", "in", ["Ni-rich layered oxide"], "NMC; NMC811; Ni-rich layered oxide; layered oxide", MET),
    ("cathode_chemistry", "required", "NCM 811", "NMC; NMC532; layered oxide", NOT),
    ("cathode_chemistry", "prohibited", "cobalt", "NMC; cobalt", NOT),
    ("cathode_chemistry", "prohibited", "cobalt", "LFP", MET),
    ("cathode_chemistry", "required", "kobaltfrei", "LFP", MET),
    ("chemistry", "in", ["LTO or LFP"], "LFP; graphite; lithium-ion", MET),
    ("anode_chemistry", "in", ["unobtainium"], "graphite", NONE),
    ("format", "in", ["21700"], "cylindrical; 21700; 2170; 21xx", MET),
    ("format", "in", ["18650"], "cylindrical; 21700; 2170; 21xx", NOT),
    ("format", "in", ["46xx"], "cylindrical; 46950; 4695; 46xx", MET),
    ("format", "in", ["pouch"], "prismatic", NOT),
])
def test_words(verdict, metric, comparator, asked, text, expected):
    assert verdict(None, metric=metric, comparator=comparator, bound=asked, text=text).verdict == expected


def test_free_of_an_element_means_it_is_not_there(verdict):
    assert verdict(None, metric="cathode_chemistry", comparator="in", bound=["Co-free"], text="LFP").verdict == MET
    assert verdict(None, metric="cathode_chemistry", comparator="in", bound=["manganese free"],
                   text="NMC; manganese").verdict == NOT


def test_a_price_is_information(verdict):
    found = verdict(2.0, 1.8, 2.4, metric="price", bound=1.0)
    assert found.verdict == NONE
    assert "estimated cost 2" in found.reason


def test_a_temperature_range_is_information(requirement):
    r = requirement("operating_temperature_discharge", "range", [-20.0, 60.0])
    ask = ask_of(r)
    f = Figure(metric=ask.metric, value=61.0, unit="%", method="dfn", origin="row", conditions=ask.conditions)
    found, = judge([r], [f])
    assert found.verdict == NONE
    assert "61 % of the 25 °C capacity at -20.0 °C" in found.reason


@pytest.mark.parametrize(("metric", "bound", "value", "says"), [
    ("operating_temperature_charge", [-10.0, 45.0], 95.0, "95 min from 10 to 80 % SOC at -10.0 °C, at up to 1C"),
    ("swelling_reversible", [0.0, 4.0], 2.8, "2.8 % (1.4 to 4.1) from the volume change")])
def test_what_is_only_information_never_decides(requirement, metric, bound, value, says):
    r = requirement(metric, "range", bound)
    ask = ask_of(r)
    f = Figure(metric=ask.metric, value=value, low=value / 2, high=4.1, unit=ask.unit, method="dfn", origin="row",
               conditions=ask.conditions)
    found, = judge([r], [f])
    assert found.verdict == NONE and says in found.reason and "settled by" in found.reason
    missing, = judge([r], [f.model_copy(update={"value": None, "note": "its can keeps its size"})])
    assert missing.verdict == NONE and missing.reason.startswith("its can keeps its size; settled by")


def test_each_requirement_gets_one_verdict_in_order(requirement):
    rows = [requirement("mass", "<=", 70.0), requirement("price", "<=", 2.0),
            requirement("marking", "required", "laser"), requirement("mass", "<=", 60.0),
            requirement("energy", level="pack")]
    f = Figure(metric="mass", value=65.0, unit="g", method="build-up", origin="row")
    verdicts = judge(rows, [f], [Unanswerable(requirement_id=rows[2].id, reason="told so", settled_by="a drawing")])
    assert [v.requirement for v in verdicts] == rows
    assert [v.verdict for v in verdicts] == [MET, NONE, NONE, NOT, NONE]
    assert verdicts[2].reason == "told so; settled by a drawing"


def test_figures_under_other_conditions_do_not_answer(requirement):
    r = requirement("dcir", "<=", 10.0, conditions={"temperature_C": -20.0})
    warm = ask_of(requirement("dcir", "<=", 10.0, conditions={"temperature_C": 25.0}))
    f = Figure(metric="dcir", value=5.0, unit="mohm", method="dfn", origin="row", conditions=warm.conditions)
    found, = judge([r], [f])
    assert found.verdict == NONE


def test_allowed_intervals_and_their_words(requirement):
    assert allowed(requirement("mass", "tolerance", [70.0, 0.1, 0.6])) == Allowed(69.9, 70.6)
    assert allowed(requirement("mass", "in", ["LFP"])) is None
    assert margin(requirement("mass", "prohibited", "lead"), 1.0) is None
    assert two_sided(requirement("mass", "=", 1.0))
    assert not two_sided(requirement("mass", "<", 1.0))
    assert bound_text(requirement("mass", "<", 70.0, "g")) == "< 70 g"
    assert bound_text(requirement("mass", "range", [67.0, 71.0], "g")) == "67 … 71 g"
    assert bound_text(requirement("chemistry", "in", ["LFP", "LTO"])) == "one of LFP, LTO"


@pytest.mark.parametrize(("low", "high", "share"), [
    (0, 10, 1.0), (5, 15, 0.5), (11, 12, 0.0), (10, 10, 1.0), (9, 19, 0.1),
])
def test_share_of_an_interval_inside(low, high, share):
    assert share_inside(Allowed(high=10.0), low, high) == pytest.approx(share)


@pytest.mark.parametrize("years", [3.0, 40.0])
def test_a_life_at_rest_informs_and_decides_nothing(verdict, years):
    found = verdict(years, 0.5 * years, 2 * years, metric="calendar_life", comparator=">=", bound=12.0,
                    method="surrogate")
    assert found.verdict == NONE and f"{years:g}" in found.reason and "fitted to no storage" in found.reason
