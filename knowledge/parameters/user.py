"""BPX files behind systems: those shipped in `bpx/`, and a user's own, each with the `System` read out of it.

A user's lie in `$CELLWRIGHT_HOME/systems/<key>/` as `bpx.json` and `system.json`. The key ends in the digest of the
file and of the materials it was given, so that equal keys mean equal parameters.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from knowledge.parameters.system import System

KEY = re.compile(r"user_[a-z0-9_]{1,40}_[0-9a-f]{8}")
BPX_SET = "bpx:"  # prefix of `System.pybamm_set` where the set is a BPX file
SHIPPED = Path(__file__).parent / "bpx"


def systems_folder() -> Path:
    """Where user systems lie."""
    import platformdirs

    return Path(os.environ.get("CELLWRIGHT_HOME") or platformdirs.user_data_dir("cellwright")) / "systems"


def user_keys() -> tuple[str, ...]:
    """Keys of the systems that were added, sorted."""
    folder = systems_folder()
    return tuple(sorted(p.name for p in folder.glob("user_*") if KEY.fullmatch(p.name))) if folder.is_dir() else ()


def user_system(key: str) -> System | None:
    """The user system of that key; None where there is none."""
    path = systems_folder() / key / "system.json"
    return _read(path) if KEY.fullmatch(key) and path.is_file() else None


@lru_cache(maxsize=64)
def _read(path: Path) -> System:
    return System.model_validate_json(path.read_text(encoding="utf-8"))


def bpx_file(pybamm_set: str) -> Path | None:
    """The BPX file behind a system's set; None where the set is one that PyBaMM ships."""
    if not pybamm_set.startswith(BPX_SET):
        return None
    key = pybamm_set.removeprefix(BPX_SET)
    return systems_folder() / key / "bpx.json" if KEY.fullmatch(key) else SHIPPED / f"{key}.json"
