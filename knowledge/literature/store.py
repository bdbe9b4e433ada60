"""The passages of a store: one SQLite file that is the truth; the indexes beside it are derived and can be rebuilt."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from knowledge.evidence import Passage
from knowledge.literature.embed import EMBEDDER_ID
from knowledge.literature.errors import StoreDamaged

_SCHEMA = """
create table if not exists passages (
  id text primary key, origin text not null, ordinal integer not null, kind text not null, year integer,
  json text not null
);
create index if not exists passages_by_origin on passages (origin);
create table if not exists files (
  sha256 text primary key, path text not null, status text not null, reason text, passages integer not null
);
create table if not exists meta (key text primary key, value text not null);
"""
PASSAGES = "passages.sqlite"


class PassageStore:
    """Passages and the files they came from. `origin` is a file's SHA-256, or `starter`."""

    def __init__(self, folder: Path) -> None:
        """Open or make the store.

        Raises:
            StoreDamaged: the folder cannot be written, or the file in it is no store.
        """
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with self.connect() as db:
                db.executescript(_SCHEMA)
        except OSError as error:
            raise StoreDamaged(
                f"the literature store {folder} cannot be written ({error}); choose another folder with --store or "
                "set CELLWRIGHT_HOME"
            ) from error

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """A connection whose block is one transaction; SQLite trouble becomes one clear sentence."""
        try:
            db = sqlite3.connect(self.folder / PASSAGES, timeout=60)
            try:
                with db:
                    yield db
            finally:
                db.close()
        except sqlite3.Error as error:
            raise StoreDamaged(
                f"the literature store {self.folder} is damaged ({error}); move that folder away and add your papers "
                "again with `cellwright knowledge add`"
            ) from error

    def put(self, origin: str, passages: Iterable[Passage], file: tuple[str, str | None] | None = None) -> int:
        """Replace all passages of an origin in one transaction and return how many there are now.

        Args:
            file: (path, reason it could not be read or None) to be noted with the origin.
        """
        rows = [
            (p.id, origin, i, p.source.kind, p.source.year, p.model_dump_json()) for i, p in enumerate(passages)
        ]
        with self.connect() as db:
            _drop(db, origin)
            insert = "insert or ignore into passages values (?,?,?,?,?,?)"
            fresh = [row[5] for row in rows if db.execute(insert, row).rowcount]
            _shift_digest(db, fresh, +1)
            if file is not None:
                path, reason = file
                db.execute("insert or replace into files values (?,?,?,?,?)",
                           (origin, path, "failed" if reason else "read", reason, len(rows)))
        return len(rows)

    def forget_path(self, path: str, except_sha256: str) -> None:
        """Drop what an earlier version of the file at this path left."""
        with self.connect() as db:
            old = [r[0] for r in db.execute("select sha256 from files where path = ? and sha256 <> ?",
                                            (path, except_sha256))]
            for sha in old:
                _drop(db, sha)
                db.execute("delete from files where sha256 = ?", (sha,))

    def has_file(self, sha256: str) -> bool:
        """Whether a file with this content has been read already."""
        with self.connect() as db:
            row = db.execute("select 1 from files where sha256 = ? and status = 'read'", (sha256,)).fetchone()
        return row is not None

    def files(self) -> list[dict[str, Any]]:
        """What was added: path, status, reason, passages."""
        with self.connect() as db:
            rows = db.execute("select path, status, reason, passages from files order by path").fetchall()
        return [dict(zip(("path", "status", "reason", "passages"), row, strict=True)) for row in rows]

    def rows(self) -> list[tuple[str, str, int | None, str]]:
        """(id, kind, year, json) of every passage, in order of id."""
        with self.connect() as db:
            return db.execute("select id, kind, year, json from passages order by id").fetchall()

    def keys(self) -> list[tuple[str, str, int | None]]:
        """(id, kind, year) of every passage, in order of id."""
        with self.connect() as db:
            return db.execute("select id, kind, year from passages order by id").fetchall()

    def get(self, ids: Iterable[str]) -> dict[str, Passage]:
        """Passages by id; ids that are gone are left out."""
        found = {}
        with self.connect() as db:
            for one in ids:
                row = db.execute("select json from passages where id = ?", (one,)).fetchone()
                if row is not None:
                    found[one] = Passage.model_validate_json(row[0])
        return found

    def of_origin(self, origin: str) -> list[Passage]:
        """The passages of one file, or of the starter library, in order of id."""
        with self.connect() as db:
            rows = db.execute("select json from passages where origin = ? order by id", (origin,)).fetchall()
        return [Passage.model_validate_json(r[0]) for r in rows]

    def meta(self, key: str) -> str | None:
        """A note on the store."""
        with self.connect() as db:
            row = db.execute("select value from meta where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def note(self, key: str, value: str) -> None:
        """Write a note on the store."""
        with self.connect() as db:
            db.execute("insert or replace into meta values (?,?)", (key, value))

    @property
    def digest(self) -> str:
        """Identity of the content: changes when any passage is added, changed or removed, whatever the order."""
        return hashlib.sha256(f"{EMBEDDER_ID} {self.meta('sum') or '0'}".encode()).hexdigest()


def _drop(db: sqlite3.Connection, origin: str) -> None:
    gone = [r[0] for r in db.execute("select json from passages where origin = ?", (origin,))]
    db.execute("delete from passages where origin = ?", (origin,))
    _shift_digest(db, gone, -1)


def _shift_digest(db: sqlite3.Connection, texts: list[str], sign: int) -> None:
    """Add or take the hashes of passages to or from the running sum, so that one file costs only its own passages."""
    row = db.execute("select value from meta where key = 'sum'").fetchone()
    total = int(row[0], 16) if row else 0
    total += sign * sum(int(hashlib.sha256(t.encode()).hexdigest(), 16) for t in texts)
    db.execute("insert or replace into meta values ('sum', ?)", (f"{total % 2**256:x}",))
