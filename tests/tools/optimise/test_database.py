"""Label tables: filled once, grown, resumed after an interruption, refused when damaged."""

import math

import numpy as np
import pytest

from knowledge.protocol import Discharge, ThermalDischarge
from tools.failures import BadInput, NotConverged, StoreBroken
from tools.generate.electrodes import electrode_space
from tools.generate.space import DesignSpace
from tools.optimise.database import CHUNK, Database, snapshot_digest
from tools.optimise.features import features_for, open_rate
from tools.optimise.forward import Needed, forward_models
from tools.simulate.point import Outcome
from tools.tool import silent

SPACE = electrode_space("nmc811_graphite_siox")
SLOW = Discharge()


class Analytic:
    """Capacity by thickness and solid; every seventh point fails. Counts the points it is given."""

    def __init__(self, name="analytic 1", stop_after=None):
        self.name, self.points, self.stop_after = name, 0, stop_after

    def simulate(self, points, protocol, mesh="search", curves=False):
        if self.stop_after is not None and self.points >= self.stop_after:
            raise KeyboardInterrupt
        found = []
        for i, p in enumerate(points):
            self.points += 1
            charge = 0.05 * p.pair.positive.coating_thickness_um * (1 - p.pair.positive.porosity)
            values = {"capacity_mAh_cm2": charge, "energy_mWh_cm2": charge * (3.7 - 0.01 * p.path_resistance_ohm_cm2)}
            found.append(Outcome(status="failed") if i % 7 == 6 else Outcome(status="ok", values=values))
        return found


def fill(folder, simulator, rows=2 * CHUNK, protocol=SLOW, space=SPACE):
    features = features_for(space, protocol, None)
    return Database(folder, simulator).labels(space, protocol, features, rows)


def test_a_table_is_simulated_once(tmp_path):
    first = Analytic()
    one = fill(tmp_path, first)
    again = Analytic()
    two = fill(tmp_path, again)
    assert (first.points, again.points) == (2 * CHUNK, 0)
    assert (one.fresh, two.fresh) == (2 * CHUNK, 0)
    assert one.digest == two.digest and np.array_equal(one.x, two.x)
    assert not one.answered[6] and np.isnan(one.y[6]).all() and one.usable.sum() < len(one.x)


def test_growing_a_table_keeps_its_rows(tmp_path):
    small = fill(tmp_path, Analytic(), rows=CHUNK)
    more = Analytic()
    large = fill(tmp_path, more, rows=3 * CHUNK)
    assert more.points == 2 * CHUNK
    assert np.array_equal(large.x[:CHUNK], small.x) and large.digest != small.digest


def test_an_interrupted_table_is_resumed_and_ends_the_same(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path / "a", Analytic(stop_after=CHUNK), rows=3 * CHUNK)
    rest = Analytic()
    resumed = fill(tmp_path / "a", rest, rows=3 * CHUNK)
    assert rest.points == 2 * CHUNK
    assert resumed.digest == fill(tmp_path / "b", Analytic(), rows=3 * CHUNK).digest


def test_another_simulator_protocol_or_window_has_its_own_table(tmp_path):
    keys = {fill(tmp_path, Analytic()).key, fill(tmp_path, Analytic("analytic 2")).key,
            fill(tmp_path, Analytic(), protocol=Discharge(temperature_C=0)).key,
            fill(tmp_path, Analytic(), space=narrow()).key}
    assert len(keys) == 4


def narrow():
    from dataclasses import replace

    return replace(SPACE, template=SPACE.template.model_copy(update={"v_max": 4.1}))


@pytest.mark.parametrize("damage", [lambda d: d[: len(d) // 2], lambda d: d[:-30] + b"x" * 30, lambda d: b""])
def test_a_damaged_chunk_is_named_and_deleting_it_mends_the_table(tmp_path, damage):
    whole = fill(tmp_path, Analytic())
    chunk = sorted((tmp_path / whole.key).glob("00001-*.npz"))[0]
    chunk.write_bytes(damage(chunk.read_bytes()))
    with pytest.raises(StoreBroken, match="delete") as error:
        fill(tmp_path, Analytic())
    assert str(chunk) in error.value.message
    chunk.unlink()
    assert fill(tmp_path, Analytic()).digest == whole.digest


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreBroken, match="CELLWRIGHT_HOME"):
        Database(tmp_path / "file" / "database", Analytic())


def test_no_rows_are_refused(tmp_path):
    with pytest.raises(BadInput, match="at least one"):
        fill(tmp_path, Analytic(), rows=0)


def test_snapshot_digest_does_not_depend_on_the_order(tmp_path):
    one, two = fill(tmp_path, Analytic()), fill(tmp_path, Analytic(), protocol=Discharge(rate_C=1))
    assert snapshot_digest([one, two]) == snapshot_digest([two, one, one]) != snapshot_digest([one])


def test_features_of_a_sampled_point_give_back_its_place():
    features = features_for(SPACE, ThermalDischarge(rate_C=None), (0.4, 2.2))
    u = features.sobol(64, seed=1)
    x = np.array([features.of(features.point(SPACE, row)) for row in u])
    at = [i for i in range(u.shape[1]) if i != 3]     # column 3: thickness ratio in place of N/P
    assert np.allclose(x[:, at], u[:, at], atol=1e-9)
    assert x[:, 3].min() > -1e-9 and x[:, 3].max() < 1 + 1e-9
    assert open_rate(ThermalDischarge(rate_C=None)) and not open_rate(SLOW)


def test_similar_rate_ranges_share_a_table():
    protocol = Discharge(rate_C=None)
    one, other, wider = (features_for(SPACE, protocol, r) for r in ((0.51, 1.9), (0.53, 1.8), (0.3, 1.9)))
    assert one.digest == other.digest != wider.digest


def test_a_database_of_another_version_is_left_alone_and_labelled_anew(tmp_path, monkeypatch):
    old = fill(tmp_path, Analytic())
    monkeypatch.setattr("tools.optimise.database.version", lambda name: "0.0")
    fresh = Analytic()
    new = fill(tmp_path, fresh)
    assert new.key != old.key and fresh.points == 2 * CHUNK and new.fresh == 2 * CHUNK
    monkeypatch.undo()
    again = Analytic()
    assert fill(tmp_path, again).digest == old.digest and again.points == 0


def test_a_simulator_that_dies_in_mid_table_loses_one_chunk_at_most(tmp_path):
    class Dies(Analytic):
        def simulate(self, points, protocol, mesh="search", curves=False):
            if self.points >= CHUNK:
                raise NotConverged("a simulating process died twice")
            return super().simulate(points, protocol, mesh, curves)

    with pytest.raises(NotConverged):
        fill(tmp_path, Dies(), rows=3 * CHUNK)
    rest = Analytic()
    assert len(fill(tmp_path, rest, rows=3 * CHUNK).x) == 3 * CHUNK and rest.points == 2 * CHUNK


def test_labels_that_are_not_numbers_are_kept_out_of_the_model(tmp_path):
    class Broken(Analytic):
        def simulate(self, points, protocol, mesh="search", curves=False):
            found = super().simulate(points, protocol, mesh, curves)
            return [o.model_copy(update={"values": {**o.values, "energy_mWh_cm2": math.nan}}) if i == 0 else o
                    for i, o in enumerate(found)]

    features = features_for(SPACE, SLOW, None)
    database = Database(tmp_path, Broken())
    labels = database.labels(SPACE, SLOW, features, 2 * CHUNK)
    assert labels.answered[0] and not labels.usable[0]
    space = DesignSpace("s", SPACE, "pouch", {}, None)
    models, used, log = forward_models([space], [Needed(SPACE.system, SLOW, None)], database, 96, silent)
    model = models[SPACE.system, SLOW]
    assert model.heads.rows == int(labels.usable.sum()) < labels.answered.sum()
    assert np.isfinite(list(model.heads.errors.values())).all()


def test_a_point_outside_the_labels_is_answered_and_marked(tmp_path):
    features = features_for(SPACE, SLOW, None)
    database = Database(tmp_path, Analytic())
    space = DesignSpace("s", SPACE, "pouch", {}, None)
    models, _, _ = forward_models([space], [Needed(SPACE.system, SLOW, None)], database, 96, silent)
    inside = features.point(SPACE, np.full(8, 0.5))
    beyond = inside.model_copy(update={"path_resistance_ohm_cm2": 400.0})
    one, other = models[SPACE.system, SLOW].outcomes([inside, beyond], 0.0)
    assert one.validity == "inside" and other.validity == "extrapolated" and "outside" in other.note
    assert set(one.values) == set(other.values)
