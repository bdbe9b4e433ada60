"""Executors: the same answers here, in processes and on a Dask cluster; clear failures where there is none."""

import importlib.util
import time

import pytest

from agent.surfaces.exit_codes import BY_CLASS
from knowledge.parameters import SYSTEMS
from knowledge.protocol import Pulse
from tools.failures import BackendMissing, BadInput, FailureClass
from tools.ledger import Ledger
from tools.run import Failure, run
from tools.simulate import dask_executor
from tools.simulate.age import age_design
from tools.simulate.executor import DASK, InProcess, executor_for
from tools.simulate.point import SimulationPoint
from tools.simulate.pool import Pool
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context

HAVE_DASK = importlib.util.find_spec("distributed") is not None
needs_dask = pytest.mark.skipif(not HAVE_DASK, reason="the extra dask is not installed")


def nothing() -> None:
    """Begins a process that needs no beginning."""


@pytest.fixture(scope="module")
def cluster():
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", protocol="tcp://") as made:
        yield made.scheduler_address.removeprefix("tcp://")


def test_a_setting_names_an_executor():
    assert isinstance(executor_for("processes", 1, nothing), InProcess)
    pool = executor_for("processes", 3, nothing)
    assert isinstance(pool, Pool) and pool.workers == 3
    for wrong in ("threads", "dask://", "dask://host", "dask://host:80/x"):
        with pytest.raises(BadInput, match="dask://HOST:PORT"):
            executor_for(wrong, 2, nothing)


def test_one_process_prepares_itself_and_tells_how_far_it_is():
    seen: list[int] = []
    begun: list[str] = []
    here = InProcess(begun.append, ("ready",))
    assert here.map(abs, [-3, 2], seen.append) == [3, 2]
    assert begun == ["ready"] and seen == [0, 1, 2]
    here.close()


def test_without_the_library_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr(dask_executor, "find_spec", lambda name: None)
    with pytest.raises(BackendMissing, match=r"cellwright\[dask\]"):
        executor_for(f"{DASK}localhost:8786", 2, nothing)


@needs_dask
def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(dask_executor, "REACHED_WITHIN_S", 1)
    with pytest.raises(BackendMissing, match="no Dask scheduler answers at localhost:9"):
        executor_for(f"{DASK}localhost:9", 2, nothing).map(abs, [1])


@needs_dask
@pytest.mark.timeout(300)
def test_a_cluster_answers_in_order_and_passes_errors_on(cluster):
    executor = executor_for(f"{DASK}{cluster}", 1, nothing)
    seen: list[int] = []
    try:
        assert executor.workers == 2
        assert executor.map(abs, [-3, 2, -1, 0, -7], seen.append) == [3, 2, 1, 0, 7]
        assert seen == [1, 2, 3, 4, 5]
        with pytest.raises(TypeError):
            executor.map(abs, ["no number"])
        assert executor.map(abs, [-4]) == [4]
    finally:
        executor.close()


@needs_dask
@pytest.mark.timeout(300)
def test_a_worker_with_another_pybamm_is_refused(cluster, monkeypatch):
    monkeypatch.setattr(dask_executor, "version", lambda name: "1.0")
    executor = executor_for(f"{DASK}{cluster}", 1, nothing)
    with pytest.raises(BackendMissing, match=r"this machine 1\.0"):
        executor.map(abs, [-4])
    executor.close()


@needs_dask
@pytest.mark.timeout(300)
def test_a_scheduler_without_workers_is_named(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr(dask_executor, "REACHED_WITHIN_S", 1)
    with LocalCluster(n_workers=0, dashboard_address=":0", protocol="tcp://") as empty:
        address = empty.scheduler_address.removeprefix("tcp://")
        with pytest.raises(BackendMissing, match="has no worker"):
            executor_for(f"{DASK}{address}", 1, nothing).map(time.sleep, [0.0])


@needs_dask
@pytest.mark.timeout(600)
def test_a_cluster_simulates_what_one_process_simulates(cluster, tmp_path):
    points = [SimulationPoint(pair=SYSTEMS["nmc532_graphite"].reference, path_resistance_ohm_cm2=r) for r in (1, 2, 3)]
    far = PybammSimulator(home=tmp_path, executor=f"{DASK}{cluster}")
    try:
        assert far.simulate(points, Pulse()) == PybammSimulator().simulate(points, Pulse())
    finally:
        far.close()


def test_a_tool_without_its_cluster_fails_as_a_missing_backend(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_executor, "REACHED_WITHIN_S", 1)
    context = Context(home=tmp_path, executor=f"{DASK}localhost:9")
    found = run(age_design, {"design": EXAMPLE_DESIGN}, context, Ledger(tmp_path / "ledger"))
    assert isinstance(found, Failure) and found.failure_class is FailureClass.BACKEND_MISSING
    assert BY_CLASS[found.failure_class] == 6
