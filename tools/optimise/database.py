"""The simulator database: areal labels per (system, simulator, protocol, sampling), kept, grown and resumed.

Labels are per square centimetre of electrode pair and know nothing of a case, so one table serves every format and
every later document. A table is a folder of chunks; each chunk's file name carries the SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from knowledge.frozen import content_digest
from knowledge.protocol import Protocol
from tools.failures import BadInput, StoreBroken
from tools.generate.electrodes import ElectrodeSpace
from tools.optimise.features import Features
from tools.optimise.surrogate import Method, Surrogate, arrays_of, surrogate_from
from tools.simulate.point import Outcome, SimulationPoint, Simulator
from tools.tool import Progress, silent

CHUNK = 48   # a table is simulated and stored in pieces of so many points
LAYOUT = 2   # of a chunk's arrays: a new number makes new tables
ANSWERED = ("ok", "limit reached")
VARIABLES = (
    "positive_thickness_um", "positive_porosity", "positive_radius_um", "negative_thickness_um", "negative_porosity",
    "negative_radius_um", "separator_thickness_um", "path_resistance_ohm_cm2", "rate_C", "heat_capacity_J_K_cm2",
    "cooled_surface_ratio",
)


@dataclass(frozen=True)
class Labels:
    """One table's rows: features in [0, 1], outcome values (NaN where missing), and whether the point answered."""

    key: str
    digest: str
    names: tuple[str, ...]
    x: np.ndarray       # (rows, n_features)
    y: np.ndarray       # (rows, n_values)
    answered: np.ndarray  # (rows,) bool
    fresh: int          # rows simulated by this call

    @property
    def usable(self) -> np.ndarray:
        """Rows (bool) that answered with every value finite."""
        return np.asarray(self.answered & np.isfinite(self.y).all(1))


class Database:
    """Tables under one folder, filled through one simulator; models of them are trained on `device`."""

    def __init__(self, folder: Path, simulator: Simulator, device: str = "cpu") -> None:
        self.folder, self.simulator, self.device = folder, simulator, device
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreBroken(
                f"the simulator database {folder} cannot be written ({error}); set CELLWRIGHT_HOME to a writable folder"
            ) from error

    def key(self, space: ElectrodeSpace, protocol: Protocol, features: Features) -> str:
        """The content address of a table; rows are no part of it, so a table grows."""
        simulator = [self.simulator.name, version("pybamm")]
        return content_digest([
            space.digest, simulator, protocol.model_dump(mode="json"), features.digest, CHUNK, LAYOUT,
        ])[:24]

    def labels(
        self, space: ElectrodeSpace, protocol: Protocol, features: Features, rows: int, progress: Progress = silent,
    ) -> Labels:
        """At least `rows` labels (whole chunks); those missing are simulated and stored chunk by chunk.

        Raises:
            StoreBroken: a chunk is damaged; the message names the file to delete.
            BadInput: `rows` is not positive.
        """
        if rows <= 0:
            raise BadInput(f"rows: a table needs at least one label, got {rows}")
        key = self.key(space, protocol, features)
        table = self.folder / key
        table.mkdir(exist_ok=True)
        self._describe(table, space, protocol)
        chunks = -(-rows // CHUNK)
        units = features.sobol(chunks * CHUNK, seed=int(key[:8], 16))
        parts, fresh = [], 0
        for index in range(chunks):
            stored = self._stored(table, index)
            if stored is None:
                points = [features.point(space, u) for u in units[index * CHUNK:(index + 1) * CHUNK]]
                outcomes = self.simulator.simulate(points, protocol, mesh="search")
                stored = self._write(table, index, features, points, outcomes)
                fresh += CHUNK
            parts.append(stored)
            progress(f"{space.system}: {protocol.kind} labels", (index + 1) * CHUNK, chunks * CHUNK)
        return _joined(key, parts, fresh)

    def rows(self, space: ElectrodeSpace, protocol: Protocol, features: Features) -> int:
        """Rows already stored, without reading them."""
        table = self.folder / self.key(space, protocol, features)
        return CHUNK * sum(1 for _ in table.glob("[0-9]*-*.npz"))

    def fitted(self, labels: Labels, heads: Sequence[str], method: Method) -> Surrogate | None:
        """A stored surrogate for exactly these labels, heads and method, or None."""
        path = self._fit_path(labels, heads, method)
        if not path.exists():
            return None
        return surrogate_from(read_arrays(path))

    def keep_fit(self, labels: Labels, heads: Sequence[str], method: Method, surrogate: Surrogate) -> Surrogate:
        """Store a surrogate beside its labels and return it as it reads back: later runs see the same bits."""
        path = self._fit_path(labels, heads, method)
        _save(path, arrays_of(surrogate))
        return surrogate_from(read_arrays(path))

    def _fit_path(self, labels: Labels, heads: Sequence[str], method: Method) -> Path:
        where = [] if self.device == "cpu" else [self.device.partition(":")[0]]
        name = content_digest([labels.digest, list(heads), method, version("torch"), "fit-5",
                               *where])[:16]
        return self.folder / labels.key / f"fit-{name}.npz"

    def _describe(self, table: Path, space: ElectrodeSpace, protocol: Protocol) -> None:
        path = table / "table.json"
        if not path.exists():
            facts = {"system": space.system, "simulator": self.simulator.name, "template":
                     space.template.model_dump(mode="json"), "protocol": protocol.model_dump(mode="json")}
            _atomic(path, json.dumps(facts, indent=1).encode())

    def _stored(self, table: Path, index: int) -> dict[str, np.ndarray] | None:
        found = sorted(table.glob(f"{index:05d}-*.npz"))
        return read_arrays(found[0]) if found else None

    def _write(
        self, table: Path, index: int, features: Features, points: Sequence[SimulationPoint],
        outcomes: Sequence[Outcome],
    ) -> dict[str, np.ndarray]:
        names = sorted({n for o in outcomes for n in o.values})
        arrays = {
            "names": np.array(names, dtype=str),
            "x": np.array([features.of(p) for p in points]),
            "y": np.array([[o.values.get(n, np.nan) for n in names] for o in outcomes]).reshape(len(points), -1),
            "status": np.array([o.status for o in outcomes], dtype=str),
            "variables": np.array([_variables(p) for p in points], dtype=float),
        }
        _save(table / f"{index:05d}.npz", arrays, hashed=True)
        return arrays


def snapshot_digest(tables: Sequence[Labels]) -> str:
    """One digest of all labels a search has used, independent of their order."""
    return content_digest(sorted({t.digest for t in tables}))


def _joined(key: str, parts: Sequence[dict[str, np.ndarray]], fresh: int) -> Labels:
    names = sorted({str(n) for part in parts for n in part["names"]})
    y = np.concatenate([_columns(part, names) for part in parts])
    x = np.concatenate([part["x"] for part in parts])
    status = np.concatenate([part["status"] for part in parts])
    digest = hashlib.sha256(x.tobytes() + y.tobytes() + "|".join([*names, *status]).encode()).hexdigest()
    return Labels(key, digest, tuple(names), x, y, np.isin(status, ANSWERED), fresh)


def _variables(point: SimulationPoint) -> list[float]:
    """A point in plain units, in the order of `VARIABLES`; NaN where the protocol has no such variable."""
    p, n = point.pair.positive, point.pair.negative
    own = [p.coating_thickness_um, p.porosity, p.particle_radius_um, n.coating_thickness_um, n.porosity,
           n.particle_radius_um, point.pair.separator.thickness_um, point.path_resistance_ohm_cm2, point.rate_C,
           point.heat_capacity_J_K_cm2, point.cooled_surface_ratio]
    return [np.nan if value is None else float(value) for value in own]


def _columns(part: dict[str, np.ndarray], names: Sequence[str]) -> np.ndarray:
    column = {str(n): i for i, n in enumerate(part["names"])}
    missing = np.full(len(part["x"]), np.nan)
    if not names:
        return np.empty((len(part["x"]), 0))
    return np.stack([part["y"][:, column[n]] if n in column else missing for n in names], axis=1)


def _save(path: Path, arrays: dict[str, np.ndarray], hashed: bool = False) -> None:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    data = stream.getvalue()
    if hashed:
        path = path.with_name(f"{path.stem}-{hashlib.sha256(data).hexdigest()[:16]}.npz")
    _atomic(path, data)


def _atomic(path: Path, data: bytes) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(temporary).replace(path)
    except OSError as error:
        raise StoreBroken(
            f"the simulator database cannot write {path.name} in {path.parent} ({error}); free some space or set "
            "CELLWRIGHT_HOME to another folder: the finished chunks are kept"
        ) from error


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file of the database.

    Raises:
        StoreBroken: it is not what was written; the message names it and says what to do.
    """
    out = f"delete {path} and run again: only that part is made anew"
    try:
        data = path.read_bytes()
        claimed = path.stem.partition("-")[2]
        if path.name[0].isdigit() and not hashlib.sha256(data).hexdigest().startswith(claimed):
            raise StoreBroken(f"the simulator database has a damaged chunk: it is not what was written; {out}")
        with np.load(io.BytesIO(data), allow_pickle=False) as loaded:
            return {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise StoreBroken(f"the simulator database has an unreadable file ({error}); {out}") from error
