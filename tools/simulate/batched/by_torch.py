"""The same equations in torch: an independent reference with gradients, on any device. Docs: docs/batched_dfn.md.

Nothing is shared with the compiled solver but the tables and the modes: the layout is written anew, all is implicit,
the Jacobian comes from automatic differentiation, and time runs on a given grid. Numbers in brackets are equations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from tools.failures import BadInput, NotConverged, OutOfValidity
from tools.simulate.batched.layout import FARADAY, GAS, Cells, edges
from tools.simulate.batched.newton import BARRIER_V, KEPT
from tools.simulate.batched.particle import modes
from tools.simulate.batched.tables import CONCENTRATION_INTERVALS, CONCENTRATION_MAX, Tables

Tensor = Any
MOST_ITERATIONS, ENOUGH = 60, 1e-9
SHARED = ("exchange", "tables", "decay", "weight", "salt", "thermal_V", "cells")  # by all designs of a batch
DESIGN = ("negative thickness", "positive thickness", "separator thickness", "negative porosity", "positive porosity",
          "separator porosity", "negative active fraction", "positive active fraction", "negative radius",
          "positive radius", "negative concentration", "positive concentration", "path resistance", "current")


class Sheet(NamedTuple):
    """Designs on a mesh (batch, cells) and the properties of their system."""

    pore: Tensor      # porosity × width
    path: Tensor      # half width over porosity ** Bruggeman
    area: Tensor      # particle area × width, 0 in the separator
    solid: Tensor     # (batch, faces) resistance of the solid, inner faces only
    ends: Tensor      # (batch,)
    uptake: Tensor    # (batch, electrode cells) 3 × it is the rise of the mean stoichiometry per A/m² and second
    spread: Tensor    # (batch, electrode cells) Ds/R²
    exchange: Tensor  # (electrode cells,) k
    current: Tensor   # (batch,)
    start: Tensor     # (batch, electrode cells)
    tables: dict[str, Tensor]
    decay: Tensor
    weight: Tensor
    salt: float       # 1 − t₊
    thermal_V: float  # 2RT/F
    cells: Cells


class Level(NamedTuple):
    """One level in time: salt, currents on the particles, and their modes."""

    c: Tensor  # (batch, cells)
    j: Tensor  # (batch, electrode cells of both sides)
    z: Tensor  # (batch, electrode cells of both sides, modes)


def sheet(inputs: Mapping[str, Tensor], known: Tables, cells: Cells) -> Sheet:
    """Designs from `DESIGN` in SI units, each (batch,) doubles on one device; gradients flow through it.

    Raises:
        tools.failures.OutOfValidity: the set needs particles in shells, which this version does not have.
    """
    import torch

    if known.in_shells:
        raise OutOfValidity(f"solid diffusion or exchange in {known.system} depends on stoichiometry; use the compiled "
                            "solver")

    like, k, ne, ns = inputs["current"], known.constants, cells.electrode, cells.separator

    def fixed(values: Any) -> Tensor:
        return torch.as_tensor(np.asarray(values), dtype=torch.float64, device=like.device)

    def over(negative: Tensor, separator: Tensor, positive: Tensor) -> Tensor:
        return torch.cat([n[:, None].expand(-1, m) for n, m in ((negative, ne), (separator, ns), (positive, ne))], 1)

    def both(negative: Tensor, positive: Tensor) -> Tensor:
        return torch.cat([negative[:, None].expand(-1, ne), positive[:, None].expand(-1, ne)], 1)

    graded = fixed(np.diff(edges(ne)))
    share = torch.cat([graded, torch.full((ns,), 1 / ns, dtype=torch.float64, device=like.device), graded.flip(0)])
    width = share * over(*(inputs[f"{part} thickness"] for part in ("negative", "separator", "positive")))
    pores = over(*(inputs[f"{part} porosity"] for part in ("negative", "separator", "positive")))
    tortuous = fixed(np.repeat([k["bruggeman_n"], k["bruggeman_s"], k["bruggeman_p"]], [ne, ns, ne]))
    per_volume = [3 * inputs[f"{side} active fraction"] / inputs[f"{side} radius"] for side in ("negative", "positive")]
    sigma = [k[f"sigma_{s}"] * (1 - inputs[f"{side} porosity"]) ** k[f"bruggeman_solid_{s}"]
             for s, side in (("n", "negative"), ("p", "positive"))]
    half = 0.5 * width / over(sigma[0], torch.full_like(like, np.inf), sigma[1])
    solid = torch.nn.functional.pad(half[:, 1:] + half[:, :-1], (1, 1))
    solid[:, [ne, ne + ns]] = 0.0
    rates, weights = modes(cells.modes)
    kinetics = known.arrays["kinetics"][0]
    sites = [k["sites_n"], k["sites_p"]]
    radius = both(inputs["negative radius"], inputs["positive radius"])
    return Sheet(
        pore=pores * width, path=0.5 * width / pores**tortuous,
        area=width * over(per_volume[0], torch.zeros_like(like), per_volume[1]), solid=solid,
        ends=half[:, 0] + half[:, -1] + inputs["path resistance"],
        uptake=1 / (FARADAY * fixed(np.repeat(sites, ne)) * radius),
        spread=fixed(np.repeat(kinetics[2:], ne)) / radius**2, exchange=fixed(np.repeat(kinetics[:2], ne)),
        current=like,
        start=both(inputs["negative concentration"] / sites[0], inputs["positive concentration"] / sites[1]),
        tables={name: fixed(known.arrays[name]) for name in ("u_n", "u_p", "conductivity", "diffusivity",
                                                             "thermodynamic")},
        decay=fixed(rates), weight=fixed(weights), salt=1 - k["transference"],
        thermal_V=2 * GAS / FARADAY * (known.temperature_C + 273.15), cells=cells)


def cubic(table: Tensor, position: Tensor) -> Tensor:
    """A piecewise cubic at positions in units of its intervals."""
    place = position.detach().floor().clamp(0, len(table) - 1).long()
    a, s = table[place], position - place
    return a[..., 0] + s * (a[..., 1] + s * (a[..., 2] + s * a[..., 3]))


def of_salt(s: Sheet, name: str, c: Tensor) -> Tensor:
    """An electrolyte property at concentrations; constant above the last knot but one."""
    position = c * (CONCENTRATION_INTERVALS / CONCENTRATION_MAX)
    return cubic(s.tables[name], position.clamp(max=CONCENTRATION_INTERVALS - 1.0))


def potentials(s: Sheet, c: Tensor, j: Tensor, x: Tensor) -> Tensor:
    """φs − φe of each electrode cell (6), (7)."""
    import torch

    ne, ns = s.cells.electrode, s.cells.separator
    salt = torch.cat([c[..., :ne], c[..., ne + ns :]], -1)
    position = x * len(s.tables["u_n"])
    rest = torch.cat([cubic(s.tables["u_n"], position[..., :ne]), cubic(s.tables["u_p"], position[..., ne:])], -1)
    exchange = s.exchange * torch.sqrt(salt * x * (1 - x))
    return rest + BARRIER_V * (1 / x - 1 / (1 - x)) + s.thermal_V * torch.asinh(j / (2 * exchange))


def faces(s: Sheet, c: Tensor, e: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """At inner faces: current in the electrolyte (3), its resistance (4) and the osmotic voltage."""
    import torch

    ne, ns = s.cells.electrode, s.cells.separator
    half = s.path / of_salt(s, "conductivity", c)
    ohmic = half[..., 1:] + half[..., :-1]
    factor = of_salt(s, "thermodynamic", 0.5 * (c[..., 1:] + c[..., :-1]))
    osmotic = s.thermal_V * s.salt * factor * torch.diff(torch.log(c))
    solid, current = s.solid[..., 1:-1], s.current[..., None]

    def in_electrode(e_here: Tensor, where: slice) -> Tensor:
        drop = torch.diff(e_here) + osmotic[..., where] + current * solid[..., where]
        return drop / (ohmic[..., where] + solid[..., where])

    through = current.expand(*ohmic.shape[:-1], ns + 1)
    ionic = torch.cat([in_electrode(e[..., :ne], slice(0, ne - 1)), through,
                       in_electrode(e[..., ne:], slice(ne + ns, None))], -1)
    return ionic, ohmic, osmotic


def residual(u: Tensor, s: Sheet, rate: Tensor, past_c: Tensor, past_x: Tensor, alpha: Tensor) -> Tensor:
    """Salt (2) and charge (1) of one design, scaled by its current; u is c, then j of the electrode cells."""
    import torch

    n, ne, ns = s.cells.total, s.cells.electrode, s.cells.separator
    c, j = u[:n], u[n:]
    ionic, _, _ = faces(s, c, potentials(s, c, j, past_x - alpha * j))
    pad = torch.nn.functional.pad
    middle = s.path / of_salt(s, "diffusivity", c)
    flow = pad(torch.diff(c) / (middle[1:] + middle[:-1]), (1, 1))
    source = s.area * torch.cat([j[:ne], c.new_zeros(ns), j[ne:]])
    salt = torch.diff(flow) + s.salt / FARADAY * source - s.pore * (rate * c + past_c)
    charge = torch.diff(pad(ionic, (1, 1))) - source
    return torch.cat([salt * FARADAY, charge[:ne], charge[ne + ns :]])


def voltage(s: Sheet, new: Level, past_x: Tensor, alpha: Tensor) -> Tensor:
    """Cell voltage (8)."""
    ne, ns = s.cells.electrode, s.cells.separator
    e = potentials(s, new.c, new.j, past_x - alpha * new.j)
    ionic, ohmic, osmotic = faces(s, new.c, e)
    between = slice(ne - 1, ne + ns)
    in_separator = (osmotic - s.current[:, None] * ohmic)[:, between].sum(1)
    in_solid = ((s.current[:, None] - ionic) * s.solid[:, 1:-1]).sum(1)
    return e[:, ne] - e[:, ne - 1] + in_separator - in_solid - s.current * s.ends


def advance(s: Sheet, level: Level, before: Level, dt: Tensor, ratio: Tensor | None) -> tuple[Level, Tensor]:
    """One step (10), (11) from two levels (`ratio`: this step over the last, None: backward Euler); the new voltage.

    Raises:
        tools.failures.NotConverged: Newton's method does not converge.
    """
    import torch

    one = torch.ones_like(dt)
    a0, a1, a2 = one, -one, 0 * one
    if ratio is not None:
        a0, a1, a2 = (1 + 2 * ratio) / (1 + ratio), -(1 + ratio), ratio**2 / (1 + ratio)
    step = dt[:, None, None]
    damping = 1 / (a0[:, None, None] + s.decay * s.spread[..., None] * step)
    known_z = -(a1[:, None, None] * level.z + a2[:, None, None] * before.z) * damping
    drive = s.weight * s.uptake[..., None] * step * damping
    past_x, alpha = known_z.sum(-1), drive.sum(-1)
    rate, past_c = a0 / dt, (a1[:, None] * level.c + a2[:, None] * before.c) / dt[:, None]
    make: Any = Sheet
    axes = make(*(None if name in SHARED else 0 for name in Sheet._fields))
    order = (0, axes, 0, 0, 0, 0)
    equations = torch.func.vmap(residual, in_dims=order)
    slopes = torch.func.vmap(torch.func.jacrev(residual), in_dims=order)
    fixed = tuple(value.detach() for value in (rate, past_c, past_x, alpha))
    still = s._replace(**{name: value.detach() for name, value in s._asdict().items() if torch.is_tensor(value)})
    u = _newton(torch.cat([level.c, level.j], 1).detach(), still, fixed, equations, slopes)
    # One more step on the graph: the implicit function theorem makes its gradient that of the solution.
    jacobian = slopes(u, still, *fixed)
    u = u - torch.linalg.solve(jacobian, equations(u, s, rate, past_c, past_x, alpha))
    n = s.cells.total
    new = Level(u[:, :n], u[:, n:], known_z - drive * u[:, n:, None])
    return new, voltage(s, new, past_x, alpha)


def _newton(u: Tensor, s: Sheet, fixed: tuple[Tensor, ...], equations: Any, slopes: Any) -> Tensor:
    """Newton's method, each design's step cut where a concentration or a surface would leave its bounds."""
    import torch

    n, (past_x, alpha) = s.cells.total, fixed[2:]
    x = (past_x - alpha * u[:, n:]).clamp(1e-3, 1 - 1e-3)
    u = torch.cat([u[:, :n], (past_x - x) / alpha], 1)
    for _ in range(MOST_ITERATIONS):
        change = -torch.linalg.solve(slopes(u, s, *fixed), equations(u, s, *fixed))
        x = past_x - alpha * u[:, n:]
        fall = torch.cat([-change[:, :n] / u[:, :n], alpha * change[:, n:] / x, -alpha * change[:, n:] / (1 - x)], 1)
        length = ((1 - KEPT) / fall.amax(1).clamp(min=1 - KEPT))[:, None]
        u = u + length * change
        size = (change.abs() / (u.abs() + u.abs().mean(1, keepdim=True))).amax()
        if size < ENOUGH:
            return u
    raise NotConverged(f"Newton's method of the torch reference still moves by {float(size):.2g}")


def discharge(inputs: Mapping[str, Tensor], known: Tables, cells: Cells, times_s: Tensor) -> Tensor:
    """Voltages (batch, times) of constant currents from equilibrium at rising times (batch, times) after zero.

    Raises:
        tools.failures.BadInput: an input is missing, or times do not rise.
        tools.failures.NotConverged: a step does not converge; the design may be beyond its cut-off.
    """
    import torch

    missing = sorted(set(DESIGN) - set(inputs))
    if missing:
        raise BadInput(f"the torch reference needs {missing[0]!r}")
    widths = torch.diff(torch.nn.functional.pad(times_s, (1, 0)))
    if not bool((widths > 0).all()):
        raise BadInput("times must rise from above zero")
    s = sheet(inputs, known, cells)
    ne = cells.electrode
    even = [s.current[:, None] / s.area[:, side].sum(1, keepdim=True) for side in (slice(0, ne), slice(-ne, None))]
    j = torch.cat([even[0].expand(-1, ne), -even[1].expand(-1, ne)], 1)
    z = torch.nn.functional.pad(s.start[..., None], (0, cells.modes - 1))
    level = before = Level(torch.full_like(s.pore, known.constants["c_start"]), j, z)
    found = []
    for k in range(times_s.shape[1]):
        ratio = widths[:, k] / widths[:, k - 1] if k else None
        new, volts = advance(s, level, before, widths[:, k], ratio)
        level, before = new, level
        found.append(volts)
    return torch.stack(found, 1)
