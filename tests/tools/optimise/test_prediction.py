"""What the surrogates are taught: each simulated outcome once, and by the model of its own system and protocol."""

from knowledge.parameters import SYSTEMS
from tools.optimise.prediction import SurrogateSimulator
from tools.simulate.point import Outcome, SimulationPoint
from tools.simulate.standard import C3

OK = Outcome(status="ok", values={"capacity_mAh_cm2": 4.0})


class Pupil:
    """In place of an `AreaModel`: counts what it is taught."""

    def __init__(self, taught=0):
        self.taught = taught

    def learnt(self, points, outcomes):
        assert len(points) == len(outcomes)
        return Pupil(self.taught + len(points))


def test_each_outcome_is_taught_once_to_the_model_of_its_system_and_protocol():
    nmc, lfp = "nmc811_graphite_siox", "lfp_graphite"
    rows = [SimulationPoint(pair=SYSTEMS[nmc].reference, path_resistance_ohm_cm2=r) for r in (1.0, 2.0)]
    other = SimulationPoint(pair=SYSTEMS[lfp].reference)
    predictor = SurrogateSimulator({(nmc, C3): Pupil(), (lfp, C3): Pupil(), (nmc, "another protocol"): Pupil()})
    predictor.learn({C3: {rows[0]: OK, other: OK}})
    predictor.learn({C3: dict.fromkeys([*rows, other], OK)})
    assert [m.taught for m in predictor.models.values()] == [2, 1, 0]
