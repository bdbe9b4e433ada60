"""The passages of a store: one SQLite file that is the truth; the indexes beside it are derived and can be rebuilt."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from knowledge.evidence import Passage
from knowledge.literature.embed import EMBEDDER_ID
from knowledge.literature.embedders import Embedder, embedder_for
from knowledge.literature.errors import StoreDamaged
from knowledge.literature.work import Work

_SCHEMA = """
create table if not exists passages (
  id text primary key, origin text not null, ordinal integer not null, kind text not null, year integer,
  json text not null, document text
);
create index if not exists passages_by_origin on passages (origin);
create index if not exists passages_by_document on passages (document);
create table if not exists files (
  sha256 text primary key, path text not null, status text not null, reason text, passages integer not null,
  works integer not null default 0, done integer not null default 0
);
create table if not exists works (
  id text primary key, identity text not null, origin text not null, words text not null, worth integer not null,
  doi text, json text not null
);
create index if not exists works_by_identity on works (identity);
create index if not exists works_by_words on works (words);
create index if not exists works_by_origin on works (origin);
create table if not exists flags (doi text primary key, status text not null, note text not null);
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
                _bring_up_to_date(db)
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

    def put(self, origin: str, passages: Iterable[Passage]) -> int:
        """Replace all passages of an origin in one transaction and return how many there are now."""
        with self.connect() as db:
            drop_origin(db, origin)
            return insert_passages(db, origin, passages)

    def file(self, sha256: str) -> dict[str, Any] | None:
        """What is known of a file with this content; None where it was never begun."""
        with self.connect() as db:
            row = db.execute(f"select {', '.join(_FILE)} from files where sha256 = ?", (sha256,)).fetchone()
        return dict(zip(_FILE, row, strict=True)) if row else None

    def files(self) -> list[dict[str, Any]]:
        """What was added: path, status, reason, passages, works."""
        with self.connect() as db:
            rows = db.execute("select path, status, reason, passages, works from files order by path").fetchall()
        return [dict(zip(("path", "status", "reason", "passages", "works"), row, strict=True)) for row in rows]

    def work(self, document: str) -> Work | None:
        """The stored work that passages name as their document; None where it is gone."""
        with self.connect() as db:
            row = db.execute("select json from works where id = ?", (document,)).fetchone()
        return Work.model_validate_json(row[0]) if row else None

    def works(self) -> Iterator[Work]:
        """Every stored work, one at a time, in order of id."""
        with self.connect() as db:
            every = [r[0] for r in db.execute("select id from works order by id")]
        for one in every:
            work = self.work(one)
            if work is not None:
                yield work

    def rows(self) -> list[tuple[str, str, int | None, str]]:
        """(id, kind, year, json) of every passage, in order of id."""
        with self.connect() as db:
            return db.execute("select id, kind, year, json from passages order by id").fetchall()

    def get(self, ids: Iterable[str]) -> dict[str, Passage]:
        """Passages by id; ids that are gone are left out."""
        found = {}
        with self.connect() as db:
            for one in ids:
                row = db.execute("select json from passages where id = ?", (one,)).fetchone()
                if row is not None:
                    found[one] = _shown(row[0])
        return found

    def of_origin(self, origin: str) -> list[Passage]:
        """The passages of one file, or of the starter library, in order of id."""
        with self.connect() as db:
            rows = db.execute("select json from passages where origin = ? order by id", (origin,)).fetchall()
        return [_shown(r[0]) for r in rows]

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
    def embedder(self) -> Embedder:
        """What makes this store's vectors; requests to an endpoint are noted in `egress.jsonl` beside the passages.

        Raises:
            EmbedderUnavailable: it cannot be opened.
        """
        return embedder_for(self.meta("embedder"), self._note_egress)

    def _note_egress(self, line: dict[str, Any]) -> None:
        with (self.folder / "egress.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **line}) + "\n")

    @property
    def digest(self) -> str:
        """Identity of the content: changes when any passage is added, changed or removed, whatever the order."""
        return hashlib.sha256(f"{self.meta('embedder') or EMBEDDER_ID} {self.meta('sum') or '0'}".encode()).hexdigest()

    @property
    def identity(self) -> str:
        """What an answer from this store depends on: its content, and the claims that a language model has proposed."""
        proposed = self.meta("proposed")
        return hashlib.sha256(f"{self.digest} {proposed}".encode()).hexdigest() if proposed else self.digest


_FILE = ("sha256", "path", "status", "reason", "passages", "works", "done")


def _bring_up_to_date(db: sqlite3.Connection) -> None:
    """A store of an earlier version knows no works: its files are read again when they are added again."""
    columns = {row[1] for row in db.execute("pragma table_info(files)")}
    if columns and "done" not in columns:
        db.execute("alter table passages add column document text")
        db.execute("alter table files add column works integer not null default 0")
        db.execute("alter table files add column done integer not null default 0")
        db.execute("update files set status = 'again' where status = 'read'")


def _shown(text: str) -> Passage:
    """A passage as others see it: the questions that it answers are for the index only."""
    return Passage.model_validate_json(text).model_copy(update={"asked": ()})


def insert_passages(db: sqlite3.Connection, origin: str, passages: Iterable[Passage]) -> int:
    """Insert passages of an origin within a transaction, and return how many were new."""
    rows = [(p.id, origin, i, p.source.kind, p.source.year, p.model_dump_json(), p.document)
            for i, p in enumerate(passages)]
    insert = "insert or ignore into passages (id, origin, ordinal, kind, year, json, document) values (?,?,?,?,?,?,?)"
    fresh = [row[5] for row in rows if db.execute(insert, row).rowcount]
    _shift_digest(db, fresh, +1)
    return len(fresh)


def drop_origin(db: sqlite3.Connection, origin: str) -> None:
    """Take out everything that came from an origin; files that held doubles of it are read again when added again."""
    gone = [r[0] for r in db.execute("select json from passages where origin = ?", (origin,))]
    db.execute("delete from passages where origin = ?", (origin,))
    if db.execute("delete from works where origin = ?", (origin,)).rowcount:
        db.execute("update files set status = 'again' where status = 'read' and reason is not null")
    _shift_digest(db, gone, -1)


def drop_passages(db: sqlite3.Connection, document: str) -> None:
    """Take out the passages of one work."""
    gone = db.execute("select id, json from passages where document = ?", (document,)).fetchall()
    db.executemany("delete from passages where id = ?", [(r[0],) for r in gone])
    _shift_digest(db, [r[1] for r in gone], -1)


def _shift_digest(db: sqlite3.Connection, texts: list[str], sign: int) -> None:
    """Add or take the hashes of passages to or from the running sum, so that one file costs only its own passages."""
    row = db.execute("select value from meta where key = 'sum'").fetchone()
    total = int(row[0], 16) if row else 0
    total += sign * sum(int(hashlib.sha256(t.encode()).hexdigest(), 16) for t in texts)
    db.execute("insert or replace into meta values ('sum', ?)", (f"{total % 2**256:x}",))
