"""The simulator database as its owner sees it: what is in it, filling it before a document comes, and Parquet files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from knowledge.frozen import Frozen
from knowledge.parameters import SYSTEMS
from knowledge.protocol import AGEING, Protocol
from tools.failures import BackendMissing, BadInput, StoreBroken
from tools.generate.electrodes import electrode_space
from tools.optimise.database import ANSWERED, VARIABLES, Database, read_arrays
from tools.optimise.features import features_for
from tools.optimise.forward import canonical, describe
from tools.simulate.standard import standard_asks
from tools.tool import Context, tool


class TableStatus(Frozen):
    """One table of labels."""

    key: str
    system: str
    protocol: str
    simulator: str
    rows: int
    answered: int = Field(description="rows with an outcome; the others cannot carry the current, or failed")
    bytes: int
    problem: str | None = Field(default=None, description="what is damaged, and what to do")


class BuildDatabase(Frozen):
    """Which systems to label under the standard protocols of a data sheet, and how many designs each."""

    systems: tuple[str, ...] = Field(min_length=1, description="keys of electrochemical systems")
    rows: int = Field(default=320, ge=48, le=20000, description="designs a table, in whole chunks of 48")


class DatabaseBuilt(Frozen):
    """The tables that were filled."""

    tables: tuple[TableStatus, ...]
    fresh: int = Field(description="rows simulated now")


@tool(stage="candidates", version="1", backends=("pybamm", "numba"), cached=False,
      example={"systems": ["lfp_graphite"], "rows": 96})
def build_database(request: BuildDatabase, context: Context) -> DatabaseBuilt:
    """Label Sobol designs of some systems under the standard protocols; what is there is kept, a stop loses a chunk.

    Raises:
        tools.failures.BadInput: an unknown system.
        tools.failures.StoreBroken: the database cannot be written, or a chunk of it is damaged.
    """
    from tools.simulate.pool import search_simulator

    unknown = [s for s in request.systems if s not in SYSTEMS]
    if unknown:
        raise BadInput(f"systems: there is no system {unknown[0]!r}; there are {', '.join(SYSTEMS)}")
    database = Database(context.home / "database", search_simulator(context))
    keys, fresh = [], 0
    for system in request.systems:
        space = electrode_space(system)
        for protocol in standard_protocols():
            asked = canonical(protocol, space)
            labels = database.labels(space, asked, features_for(space, asked, None), request.rows, context.progress)
            keys.append(labels.key)
            fresh += labels.fresh
    known = {t.key: t for t in table_statuses(database.folder)}
    return DatabaseBuilt(tables=tuple(known[k] for k in keys), fresh=fresh)


def standard_protocols() -> list[Protocol]:
    """The protocols of the standard data sheet, each once; ageing is never labelled."""
    found = [p for a in standard_asks() for p in (a.protocol, a.reference)
             if p is not None and not isinstance(p, AGEING)]
    return list(dict.fromkeys(found))


def table_statuses(folder: Path) -> list[TableStatus]:
    """Every table under a folder, damaged ones with what to do about them; an empty list where there is none."""
    found = []
    for table in sorted(folder.glob("*/table.json")):
        found.append(_status(table.parent))
    return sorted(found, key=lambda t: (t.system, t.protocol, t.key))


def _status(table: Path) -> TableStatus:
    chunks = sorted(table.glob("[0-9]*-*.npz"))
    size = sum(p.stat().st_size for p in table.glob("*"))
    rows = answered = 0
    system = protocol = simulator = "?"
    problem = None
    try:
        facts = _facts(table)
        system, simulator = str(facts["system"]), str(facts["simulator"])
        protocol = describe(_protocol(facts))
        for chunk in chunks:
            status = read_arrays(chunk)["status"]
            rows += len(status)
            answered += int(sum(s in ANSWERED for s in status))
    except StoreBroken as error:
        problem = error.message
    return TableStatus(key=table.name, system=system, protocol=protocol, simulator=simulator, rows=rows,
                       answered=answered, bytes=size, problem=problem)


def _facts(table: Path) -> dict[str, Any]:
    path = table / "table.json"
    try:
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        loaded["system"], loaded["simulator"], loaded["protocol"]["kind"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreBroken(f"{path} is damaged ({error}); delete its folder and run again: that table is made anew"
                          ) from error
    return loaded


def _protocol(facts: dict[str, Any]) -> Protocol:
    from pydantic import TypeAdapter

    adapter: TypeAdapter[Protocol] = TypeAdapter(Protocol)
    return adapter.validate_python(facts["protocol"])


def export_parquet(folder: Path, out: Path) -> list[Path]:
    """One Parquet file a table: variables and outcomes in plain units, the status, and the table's facts as metadata.

    Raises:
        BackendMissing: pyarrow is not installed.
        StoreBroken: a table is damaged.
        BadInput: there is nothing to export, or the folder cannot be written.
    """
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise BackendMissing("Parquet needs pyarrow: pip install 'cellwright[parquet]'") from error
    tables = sorted(p.parent for p in folder.glob("*/table.json"))
    if not tables:
        raise BadInput(f"the simulator database {folder} is empty; fill it with `cellwright database build`")
    written = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for table in tables:
            facts = _facts(table)
            columns = _joined_columns([read_arrays(c) for c in sorted(table.glob("[0-9]*-*.npz"))])
            named = arrow.table(columns).replace_schema_metadata({"cellwright": json.dumps(facts)})
            path = out / f"{facts['system']}-{facts['protocol']['kind']}-{table.name[:8]}.parquet"
            temporary = path.with_suffix(".writing")
            parquet.write_table(named, temporary)
            written.append(temporary.replace(path))
    except OSError as error:
        raise BadInput(f"{out} cannot be written ({error.strerror}); choose another folder") from error
    return written


def _joined_columns(chunks: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    names = sorted({str(n) for chunk in chunks for n in chunk["names"]})
    columns: dict[str, list[Any]] = {name: [] for name in (*VARIABLES, *names, "status")}
    for chunk in chunks:
        place = {str(n): i for i, n in enumerate(chunk["names"])}
        for i, name in enumerate(VARIABLES):
            columns[name] += chunk["variables"][:, i].tolist()
        for name in names:
            columns[name] += chunk["y"][:, place[name]].tolist() if name in place else [None] * len(chunk["x"])
        columns["status"] += [str(s) for s in chunk["status"]]
    return columns
