"""The process pool: order, progress, a killed worker, a killed parent, Ctrl-C."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from knowledge.parameters import SYSTEMS
from knowledge.protocol import Pulse
from tools.failures import NotConverged
from tools.simulate.compiler import compiler_available, keep_compiled_models
from tools.simulate.point import SimulationPoint
from tools.simulate.pool import Pool, chunks, default_simulator
from tools.simulate.pybamm_simulator import PybammSimulator, start_process
from tools.tool import Context

ROOT = Path(__file__).resolve().parents[3]
SLEEPER = """
import signal, sys, time
from tools.simulate.pool import Pool
signal.signal(signal.SIGINT, signal.default_int_handler)   # ignored where the tests run in the background
from tools.simulate.pybamm_simulator import start_process
pool = Pool(2, start_process, (None,))
def report(done):
    print(*[p.pid for p in pool._executor._processes.values()], flush=True)
try:
    pool.map(time.sleep, [0.0, 0.0, 60.0, 60.0], report)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def pool():
    made = Pool(2, start_process, (None,))
    yield made
    made.close()


def test_answers_come_in_order_and_progress_ends_at_the_total(pool):
    seen: list[int] = []
    assert pool.map(abs, [-3, 2, -1, 0, -7], seen.append) == [3, 2, 1, 0, 7]
    assert seen[-1] == 5 and seen == sorted(seen)


def test_an_error_in_a_worker_reaches_the_caller_and_the_pool_lives_on(pool):
    with pytest.raises(TypeError):
        pool.map(abs, ["no number"])
    assert pool.map(abs, [-4]) == [4]


def test_a_killed_worker_costs_nothing_but_time(pool):
    pool.map(abs, [-1, -2])
    victim = next(iter(pool._executor._processes))
    threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
    assert pool.map(time.sleep, [0.6, 0.6, 0.0]) == [None, None, None]


def test_work_that_kills_every_worker_is_a_failure_with_advice(pool):
    with pytest.raises(NotConverged, match="fewer workers"):
        pool.map(os._exit, [1])


def _started() -> tuple[subprocess.Popen[str], list[int]]:
    process = subprocess.Popen([sys.executable, "-c", SLEEPER], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                               start_new_session=True)
    assert process.stdout is not None
    return process, [int(pid) for pid in process.stdout.readline().split()]


def _gone(pids: list[int], within_s: float = 20.0) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not any(_running(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def _running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc").is_dir():
        return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_workers_end_with_their_parent(sent, code):
    process, workers = _started()
    assert workers
    process.send_signal(sent)
    assert process.wait(timeout=30) == code
    assert _gone(workers)
    assert process.stdout is not None
    process.stdout.close()


def test_chunks_fill_every_worker_and_stay_small():
    assert chunks(range(5), 24, 2) == [[0, 1, 2], [3, 4]]
    assert [len(c) for c in chunks(range(100), 24, 2)] == [24, 24, 24, 24, 4]
    assert chunks([], 24, 2) == []


def test_a_pool_simulates_what_one_process_simulates(tmp_path):
    points = [SimulationPoint(pair=SYSTEMS["nmc532_graphite"].reference, path_resistance_ohm_cm2=r) for r in (1, 2, 3)]
    pooled = PybammSimulator(workers=2, home=tmp_path)
    try:
        assert pooled.simulate(points, Pulse()) == PybammSimulator().simulate(points, Pulse())
    finally:
        pooled.close()


def test_the_default_simulator_is_kept_per_context(tmp_path):
    first = default_simulator(Context(home=tmp_path))
    assert default_simulator(Context(home=tmp_path)) is first
    assert default_simulator(Context(home=tmp_path, workers=2)) is not first


def test_compiled_models_lie_under_home_and_need_a_compiler(tmp_path, monkeypatch):
    monkeypatch.setenv("PYBAMM_CASADI_AOT_CACHE", "")
    folder = keep_compiled_models(tmp_path)
    assert folder.is_dir() and tmp_path in folder.parents
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not compiler_available()


@pytest.mark.parametrize(("body", "refused"), [
    ("{work}", True), ("if __name__ == '__main__':\n    {work}", False),
])
def test_a_script_that_would_run_again_in_every_worker_is_refused(tmp_path, body, refused):
    script = tmp_path / "mine.py"
    work = "print(Pool(1, start_process, (None,)).map(abs, [-2]), flush=True)"
    imports = "from tools.simulate.pool import Pool\nfrom tools.simulate.pybamm_simulator import start_process\n"
    script.write_text(f"{imports}{body.format(work=work)}\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert ("__main__" in done.stderr and str(script) in done.stderr) if refused else done.stdout == "[2]\n"
