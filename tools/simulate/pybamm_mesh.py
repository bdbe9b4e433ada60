"""Meshes of the batched DFN: lengths are inputs, so one discretised model serves every design.

Particle shells shrink towards the surface, where the gradients are: 12 graded shells cost half of 20 uniform ones and
err as little (docs/simulation.md has the table).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pybamm
from scipy.sparse import csr_matrix, diags

from tools.simulate.point import BatchedMesh

ELECTRODE_DOMAINS = ("negative electrode", "separator", "positive electrode")
PARTICLE_DOMAINS = ("negative particle", "negative primary particle", "negative secondary particle",
                    "positive particle")


SHELLS = ("r_n", "r_n_prim", "r_n_sec", "r_p")  # PyBaMM's names of the numbers of shells


class MeshSize(NamedTuple):
    """Cells per electrode and separator, shells per particle, and the ratio of neighbouring shells."""

    electrode: int
    separator: int
    shells: int
    shell_ratio: float


MESHES: dict[BatchedMesh, MeshSize] = {
    "search": MeshSize(electrode=20, separator=10, shells=12, shell_ratio=1.2),
    "verify": MeshSize(electrode=40, separator=16, shells=24, shell_ratio=1.1),
}
# Ageing hardly depends on the mesh (docs/simulation.md) and simulates dozens of cycles, so it gets coarser ones.
AGEING_MESHES: dict[BatchedMesh, MeshSize] = {
    "search": MeshSize(electrode=12, separator=6, shells=8, shell_ratio=1.35),
    "verify": MeshSize(electrode=20, separator=10, shells=12, shell_ratio=1.2),
}


# Where diffusivity varies many times over within a particle (sodium-ion set): 24 shells leave 1.5 % in a 30 s
# resistance (four designs) and 6 to 10 % in a pulse power (three), 60 leave 0.1 and about 1 %.
UNEVEN_SHELLS: dict[BatchedMesh, tuple[int, float]] = {"search": (30, 1.1), "verify": (60, 1.05)}


def mesh_size(variant: str, mesh: BatchedMesh, uneven_diffusion: bool = False) -> MeshSize:
    """The mesh of a model variant ('isothermal', 'thermal', 'ageing' or 'storage')."""
    size = (AGEING_MESHES if variant in {"ageing", "storage"} else MESHES)[mesh]
    if not uneven_diffusion:
        return size
    shells, ratio = UNEVEN_SHELLS[mesh]
    return size._replace(shells=shells, shell_ratio=ratio)


def graded_edges(cells: int, ratio: float) -> np.ndarray:
    """Edges (cells + 1,) from 0 to 1 of cells whose widths shrink by `ratio` from one to the next."""
    widths = float(ratio) ** -np.arange(cells, dtype=float)
    edges = np.concatenate([[0.0], np.cumsum(widths / widths.sum())])
    edges[-1] = 1.0
    return edges


def shell_shares(size: MeshSize) -> np.ndarray:
    """Volume of each shell of a particle, innermost first, as a share of the particle."""
    return np.asarray(np.diff(graded_edges(size.shells, size.shell_ratio) ** 3))


class GradedSymbolicSubMesh(pybamm.SymbolicUniform1DSubMesh):  # type: ignore[misc]
    """Cells of relative widths ratio⁻ⁱ (the last is the thinnest) on a domain whose length is a symbol."""

    def __init__(self, lims: Any, npts: Any, tabs: Any = None, ratio: float = 1.0) -> None:
        super().__init__(lims, npts, tabs)
        self.edges = graded_edges(self.npts, ratio)
        self.nodes = (self.edges[1:] + self.edges[:-1]) / 2
        self.d_edges = np.diff(self.edges)
        self.d_nodes = np.diff(self.nodes)


class InterfaceFiniteVolume(pybamm.FiniteVolume):  # type: ignore[misc]
    """Finite volumes whose means at the separator's two interfaces weigh the cells by their real widths.

    PyBaMM 26.10 strings the unit intervals of symbolic domains together, so the width of a cell behind an interface
    comes out negative and a mean there becomes an extrapolation: a few percent in energy, and endless voltages, where
    the domains' tortuosities differ. Everything else in the scheme uses the symbolic widths.
    """

    def shift(self, discretised_symbol: Any, shift_key: str, method: str) -> Any:
        """As `pybamm.FiniteVolume.shift`, with the interfaces mended."""
        domain = discretised_symbol.domain
        joined = len(domain) > 1 and all(hasattr(self.mesh[part], "length") for part in domain)
        if not joined or (shift_key, method) != ("node to edge", "arithmetic") or discretised_symbol.size == 1:
            return super().shift(discretised_symbol, shift_key, method)
        submesh = self.mesh[domain]
        n = submesh.npts
        widths = self._get_d_edges_symbolic_mesh(domain)
        left = pybamm.Matrix(diags([1.0], [0], shape=(n - 1, n))) @ widths
        right = pybamm.Matrix(diags([1.0], [1], shape=(n - 1, n))) @ widths
        weight = left / (left + right)
        before = pybamm.Matrix(diags([1.0], [0], shape=(n - 1, n))) @ discretised_symbol
        after = pybamm.Matrix(diags([1.0], [1], shape=(n - 1, n))) @ discretised_symbol
        inner = pybamm.Matrix(diags([1.0], [-1], shape=(n + 1, n - 1))) @ ((1 - weight) * before + weight * after)
        first = 0.5 * submesh.d_edges[0] / submesh.d_nodes[0]
        last = 0.5 * submesh.d_edges[-1] / submesh.d_nodes[-1]
        rows, columns = [0, 0, n, n], [0, 1, n - 2, n - 1]
        outer = csr_matrix(([1 + first, -first, -last, 1 + last], (rows, columns)), shape=(n + 1, n))
        return pybamm.Matrix(outer) @ discretised_symbol + inner


def symbolic_mesh(model: Any, geometry: Any, size: MeshSize) -> Any:
    """A `pybamm.Mesh` for a model whose geometry contains input parameters."""
    types = dict(model.default_submesh_types)
    for domain in ELECTRODE_DOMAINS:
        types[domain] = pybamm.MeshGenerator(GradedSymbolicSubMesh)
    for domain in PARTICLE_DOMAINS:
        types[domain] = pybamm.MeshGenerator(GradedSymbolicSubMesh, {"ratio": size.shell_ratio})
    points = {"x_n": size.electrode, "x_s": size.separator, "x_p": size.electrode}
    points.update(dict.fromkeys(SHELLS, size.shells))
    return pybamm.Mesh(geometry, types, points)
