"""The ledger: every run of a tool, content-addressed. SQLite rows, results as blobs by SHA-256.

A run's key is the digest of tool, version, inputs, seed and backend versions, so cache, resume and reproduce are one.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from knowledge.frozen import Frozen
from tools.failures import StoreBroken

_SCHEMA = """
create table if not exists runs (
  key text primary key, tool text not null, version text not null, tool_digest text not null,
  request text not null, seed integer not null, backends text not null,
  status text not null, result_sha256 text, failure_class text, failure text,
  started real not null, wall_s real not null
);
create index if not exists runs_by_tool on runs (tool, started);
"""


class LedgerRow(Frozen):
    """One recorded run."""

    key: str
    tool: str
    version: str
    tool_digest: str
    request: dict[str, Any]
    seed: int
    backends: dict[str, str]
    status: str
    result_sha256: str | None
    failure_class: str | None
    failure: str | None
    started: float
    wall_s: float


def enable_wal(path: Path, tries: int = 100) -> None:
    """Switch a database to write-ahead logging, which it then keeps.

    SQLite does not wait here for another process that does the same at this moment, so it is tried again.

    Raises:
        sqlite3.Error: the file is no database, or stays locked.
    """
    for attempt in range(1, tries + 1):
        db = sqlite3.connect(path, timeout=30)
        try:
            db.execute("pragma journal_mode=wal")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == tries:
                raise
            time.sleep(0.05)
        finally:
            db.close()


class Ledger:
    """Rows in `<folder>/ledger.sqlite`, blobs in `<folder>/blobs/ab/abcd…`. Safe for several processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            (folder / "blobs").mkdir(parents=True, exist_ok=True)
            enable_wal(folder / "ledger.sqlite")
            with self._connect() as db:
                db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StoreBroken(
                f"the ledger in {folder} cannot be opened ({error}); move that folder away or set CELLWRIGHT_HOME "
                "to another one, and it will be made anew"
            ) from error

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.folder / "ledger.sqlite", timeout=30)
        try:
            with db:
                yield db
        finally:
            db.close()

    def put_blob(self, data: bytes) -> str:
        """Store bytes under their SHA-256 and return it; atomic, and a no-op where it is already there."""
        sha = hashlib.sha256(data).hexdigest()
        path = self._blob_path(sha)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(temporary).replace(path)
        return sha

    def has_blob(self, sha: str) -> bool:
        """Whether the blob is there; where it was deleted, its run is made again."""
        return self._blob_path(sha).exists()

    def get_blob(self, sha: str) -> bytes:
        """Read bytes back, checking them against their name."""
        path = self._blob_path(sha)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StoreBroken(f"the ledger lacks the blob {sha[:12]} ({error}); run the command again") from error
        if hashlib.sha256(data).hexdigest() != sha:
            raise StoreBroken(f"the blob {path} is damaged; delete that file and run the command again")
        return data

    def _blob_path(self, sha: str) -> Path:
        return self.folder / "blobs" / sha[:2] / sha

    def record(self, row: LedgerRow) -> None:
        """Write a row; a later run with the same key replaces it."""
        with self._guard(), self._connect() as db:
            db.execute(
                "insert or replace into runs values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (row.key, row.tool, row.version, row.tool_digest, json.dumps(row.request), row.seed,
                 json.dumps(row.backends), row.status, row.result_sha256, row.failure_class, row.failure,
                 row.started, row.wall_s),
            )

    def find(self, key: str) -> LedgerRow | None:
        """The row with this key, or with this unambiguous beginning of a key."""
        with self._guard(), self._connect() as db:
            rows = db.execute("select * from runs where key like ? limit 2", (f"{key}%",)).fetchall()
        return _row(rows[0]) if len(rows) == 1 else None

    def rows(self, tool: str | None = None, limit: int = 100) -> list[LedgerRow]:
        """The newest rows, of one tool or of all."""
        query, values = "select * from runs", ()  # type: tuple[str, tuple[Any, ...]]
        if tool is not None:
            query, values = query + " where tool = ?", (tool,)
        with self._guard(), self._connect() as db:
            found = db.execute(f"{query} order by started desc limit {int(limit)}", values).fetchall()
        return [_row(r) for r in found]

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreBroken(
                f"the ledger {self.folder / 'ledger.sqlite'} is damaged ({error}); move the file away and it will be "
                "made anew: nothing but cached results is lost"
            ) from error


def _row(values: tuple[Any, ...]) -> LedgerRow:
    names = list(LedgerRow.model_fields)
    data = dict(zip(names, values, strict=True))
    data["request"] = json.loads(data["request"])
    data["backends"] = json.loads(data["backends"])
    return LedgerRow.model_validate(data)


def now() -> float:
    """Seconds since the epoch; in one place so that a test can fix it."""
    return time.time()
