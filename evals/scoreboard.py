"""Every run of a suite leaves a line: date, commit, versions, scores."""

from __future__ import annotations

import json
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from evals.run import SuiteResult
from evals.suites import REPO
from tools.failures import StoreBroken

DISTRIBUTIONS = ("cellwright", "pybamm", "torch", "pydantic-evals", "pdfplumber")


def scoreboard_path() -> Path:
    """`evals/scoreboard.jsonl` of a checkout that can be written, else the file of that name in `$CELLWRIGHT_HOME`."""
    from agent.settings import default_home

    board = REPO / "evals" / "scoreboard.jsonl"
    if (REPO / ".git").exists() and _writable(board):
        return board
    return default_home() / "scoreboard.jsonl"


def append(result: SuiteResult, board: Path) -> dict[str, Any]:
    """Add a run to the scoreboard and return its line.

    Raises:
        StoreBroken: the scoreboard cannot be written.
    """
    line = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(), "versions": versions(),
        "scorers": result.scorers, **result.summary(),
        "cases": {name: {k: _number(s.value) for k, s in row.items()} for name, row in result.cases.items()},
    }
    try:
        board.parent.mkdir(parents=True, exist_ok=True)
        with board.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StoreBroken(f"the scoreboard {board} cannot be written ({error.strerror}); set CELLWRIGHT_HOME to a "
                          "folder that can") from error
    return line


def commit() -> str | None:
    """The checkout's commit, with a + where files differ from it; None outside a checkout."""
    head = _git("rev-parse", "--short=12", "HEAD")
    if head is None:
        return None
    return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def versions() -> dict[str, str]:
    """Versions of what the scores depend on."""
    found = {"python": platform.python_version()}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(REPO), *words], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _writable(path: Path) -> bool:
    try:
        with path.open("a", encoding="utf-8"):
            return True
    except OSError:
        return False


def _number(value: float) -> float | None:
    return value if value == value else None
