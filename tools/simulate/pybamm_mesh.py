"""Meshes of the batched DFN: lengths are inputs, so one discretised model serves every design.

Particle shells shrink towards the surface, where the gradients are: 12 graded shells cost half of 20 uniform ones and
err as little (docs/simulation.md has the table).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pybamm

from tools.simulate.point import Mesh

ELECTRODE_DOMAINS = ("negative electrode", "separator", "positive electrode")
PARTICLE_DOMAINS = ("negative particle", "positive particle")


class MeshSize(NamedTuple):
    """Cells per electrode and separator, shells per particle, and the ratio of neighbouring shells."""

    electrode: int
    separator: int
    shells: int
    shell_ratio: float


MESHES: dict[Mesh, MeshSize] = {
    "search": MeshSize(electrode=20, separator=10, shells=12, shell_ratio=1.2),
    "verify": MeshSize(electrode=40, separator=16, shells=24, shell_ratio=1.1),
}
# Ageing hardly depends on the mesh (docs/simulation.md) and simulates dozens of cycles, so it gets coarser ones.
AGEING_MESHES: dict[Mesh, MeshSize] = {
    "search": MeshSize(electrode=12, separator=6, shells=8, shell_ratio=1.35),
    "verify": MeshSize(electrode=20, separator=10, shells=12, shell_ratio=1.2),
}


class GradedSymbolicSubMesh(pybamm.SymbolicUniform1DSubMesh):  # type: ignore[misc]
    """Cells of relative widths ratio⁻ⁱ (the last is the thinnest) on a domain whose length is a symbol."""

    def __init__(self, lims: Any, npts: Any, tabs: Any = None, ratio: float = 1.0) -> None:
        super().__init__(lims, npts, tabs)
        widths = float(ratio) ** -np.arange(self.npts, dtype=float)
        self.edges = np.concatenate([[0.0], np.cumsum(widths / widths.sum())])
        self.edges[-1] = 1.0
        self.nodes = (self.edges[1:] + self.edges[:-1]) / 2
        self.d_edges = np.diff(self.edges)
        self.d_nodes = np.diff(self.nodes)


def symbolic_mesh(model: Any, geometry: Any, size: MeshSize) -> Any:
    """A `pybamm.Mesh` for a model whose geometry contains input parameters."""
    types = dict(model.default_submesh_types)
    for domain in ELECTRODE_DOMAINS:
        types[domain] = pybamm.MeshGenerator(GradedSymbolicSubMesh)
    for domain in PARTICLE_DOMAINS:
        types[domain] = pybamm.MeshGenerator(GradedSymbolicSubMesh, {"ratio": size.shell_ratio})
    points = {"x_n": size.electrode, "x_s": size.separator, "x_p": size.electrode}
    points.update({"r_n": size.shells, "r_p": size.shells})
    return pybamm.Mesh(geometry, types, points)
