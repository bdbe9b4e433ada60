"""`python -m tests.agent.stand_in_process TOOL MARK ARGUMENTS…`: the command line over stand-ins, as a real process.

When TOOL is reached for the first time, the process starts two simulating workers, writes MARK and waits to be killed.
"""

import functools
import os
import signal
import sys
import time
from pathlib import Path


def begin():
    """Nothing to prepare in a worker."""


def work(folder):
    """What a worker does: leave its process id and be busy."""
    (Path(folder) / f"{os.getpid()}.pid").write_text("")
    time.sleep(60)


def wait_to_be_stopped(mark):
    if mark.exists():
        return
    from tools.simulate.pool import Pool

    mark.mkdir()
    Pool(2, begin).map(work, [str(mark), str(mark)])


def main():
    # Imported here: the workers import this file too and need none of it.
    import pytest

    from evals.cli import app
    from tests.agent.stand_in_tools import put_in_place

    signal.signal(signal.SIGINT, signal.default_int_handler)   # ignored where the tests run in the background
    tool, mark, *arguments = sys.argv[1:]
    stand_ins = put_in_place(pytest.MonkeyPatch())
    stand_ins.before[tool] = functools.partial(wait_to_be_stopped, Path(mark))
    app(arguments)


if __name__ == "__main__":
    main()
