"""PyBaMM's parameter values of a set: one that it ships, or a BPX file, shipped here or a user's."""

from __future__ import annotations

from typing import Any

from knowledge.parameters.user import bpx_file


def published_values(pybamm_set: str) -> Any:
    """`pybamm.ParameterValues` as published, unchanged.

    Args:
        pybamm_set: a name that PyBaMM knows, or `bpx:` and the name of a shipped file or the key of a user's system.
    """
    import pybamm

    path = bpx_file(pybamm_set)
    if path is None:
        return pybamm.ParameterValues(pybamm_set)
    from tools.simulate.bpx import load_bpx

    return load_bpx(path)
