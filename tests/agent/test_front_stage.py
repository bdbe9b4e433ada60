"""What the front is asked after a search: musts that no design keeps are named, so that they become its objectives."""

from agent.stages.front import front_request
from knowledge.figure import Figure
from knowledge.requirement import DocumentFacts, Reading
from tests.tools.optimise.test_search import drone
from tools.generate.space import spaces_for
from tools.optimise.search import SearchResult, Simulated, steering_asks

NMC = "nmc811_graphite_siox"
ASKED = drone(specific_energy=225.0, minutes=26.0)


def request(meets: bool):
    space = spaces_for(ASKED, (NMC,), ("pouch",))[0]
    figure = Figure(metric="specific_energy", value=200.0, unit="Wh/kg", method="dfn", origin="a run",
                    conditions=next(
                        a.conditions for a in steering_asks(ASKED) if a.metric == "specific_energy"))
    tried = Simulated(design=space.design([0.5] * len(space.variables)), space=space.key, figures=(figure,),
                      meets=meets, violation=0.1, round=1)
    found = SearchResult(candidates=(), simulated=(tried,), log=(), database_digest="", feasible_predicted=False,
                         meeting=0, simulations=1, labels_fresh=0, exhausted=True)
    reading = Reading(document=DocumentFacts(name="a", sha256="0" * 64), requirements=ASKED)
    return front_request({"materials": {"systems": [NMC], "formats": ["pouch"]}, "options": {"simulations": 64}},
                         reading, found)


def test_where_nothing_serves_the_musts_that_none_keeps_are_named():
    asked = request(meets=False)
    assert (asked["feasible"], asked["missed"]) == (False, ["R2"])


def test_where_something_serves_none_is():
    asked = request(meets=True)
    assert (asked["feasible"], asked["missed"]) == (True, [])
