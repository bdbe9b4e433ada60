"""Works into a store, in batches: one invention or paper counts once, the fuller text stays, a kill loses one batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from knowledge.literature.passages import passages_of
from knowledge.literature.store import PassageStore, drop_origin, drop_passages, insert_passages
from knowledge.literature.work import Flag, Work

BATCH = 100  # works per transaction
_TELLING = 400  # characters from which two works of equal words are taken for the same one
_GRANTED = 10**9


@dataclass
class Shelved:
    """What became of the works of a file."""

    works: int = 0
    passages: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str | None:
        """The first notes in one sentence; None where there is nothing to say."""
        if not self.notes:
            return None
        more = f" (and {len(self.notes) - 3} more)" if len(self.notes) > 3 else ""
        return "; ".join(self.notes[:3]) + more


def shelve(store: PassageStore, sha: str, path: str, works: Iterable[Work | str]) -> Shelved:
    """Store the works of a file; goes on where an earlier attempt was stopped.

    Args:
        sha: the file's SHA-256; it is the origin of its passages.
        works: in file order; a string is a note on a record that could not be read.
    """
    known = store.file(sha)
    done = int(known["done"]) if known and known["status"] == "reading" else 0
    with store.connect() as db:
        _forget_earlier(db, path, sha)
        if not done:
            drop_origin(db, sha)
            db.execute("insert or replace into files values (?,?,'reading',null,0,0,0)", (sha, path))
    result = Shelved(works=int(known["works"]) if known and done else 0,
                     passages=int(known["passages"]) if known and done else 0)
    for batch in _batches(islice(works, done, None)):
        with store.connect() as db:
            for one in batch:
                _shelve_one(db, sha, one, result)
            done += len(batch)
            db.execute("update files set done = ?, works = ?, passages = ? where sha256 = ?",
                       (done, result.works, result.passages, sha))
    with store.connect() as db:
        db.execute("update files set status = 'read', reason = ? where sha256 = ?", (result.reason, sha))
    return result


def give_up(store: PassageStore, sha: str, path: str, reason: str) -> None:
    """Leave nothing of a file that broke off, and note why."""
    with store.connect() as db:
        drop_origin(db, sha)
        db.execute("insert or replace into files values (?,?,'failed',?,0,0,0)", (sha, path, reason))


def _forget_earlier(db: sqlite3.Connection, path: str, sha: str) -> None:
    """Drop what an earlier version of the file at this path left."""
    for (old,) in db.execute("select sha256 from files where path = ? and sha256 <> ?", (path, sha)).fetchall():
        drop_origin(db, old)
        db.execute("delete from files where sha256 = ?", (old,))


def _batches(works: Iterable[Work | str]) -> Iterator[list[Work | str]]:
    walk = iter(works)
    while batch := list(islice(walk, BATCH)):
        yield batch


def _shelve_one(db: sqlite3.Connection, sha: str, work: Work | str, result: Shelved) -> None:
    if isinstance(work, str):
        result.notes.append(work)
        return
    for flag in work.flags:
        _flag(db, flag)
    work = _flagged(db, work)
    worth = _worth(work)
    for other, words, other_worth in _same(db, work):
        name = work.source.doi or work.source.patent or work.source.title[:60]
        if words == work.words_digest:
            result.notes.append(f"{name} is there already")
            return
        if other_worth >= worth:
            result.notes.append(f"{name} is there already with another, fuller text, which stays")
            return
        drop_passages(db, other)
        db.execute("delete from works where id = ?", (other,))
        result.notes.append(f"{name} was there with another, shorter text, which it replaces")
    db.execute("insert or replace into works values (?,?,?,?,?,?,?)", (
        work.id, work.identity, sha, work.words_digest, worth, (work.source.doi or "").lower() or None,
        work.model_dump_json()))
    result.works += 1
    result.passages += insert_passages(db, sha, passages_of(work))


def _same(db: sqlite3.Connection, work: Work) -> list[tuple[str, str, int]]:
    telling = work.words_digest if len(work.text) >= _TELLING else ""
    return db.execute("select id, words, worth from works where identity = ? or words = ?",
                      (work.identity, telling)).fetchall()


def _worth(work: Work) -> int:
    """A granted patent before its application, then the longer text."""
    granted = work.source.kind == "patent" and (work.source.patent or "").split(" ")[-1][:1] == "B"
    return len(work.text) + (_GRANTED if granted else 0)


def _flagged(db: sqlite3.Connection, work: Work) -> Work:
    """The work with what a notice said of it before it came."""
    doi = (work.source.doi or "").lower()
    row = db.execute("select status, note from flags where doi = ?", (doi,)).fetchone() if doi else None
    if row is None or work.source.status is not None:
        return work
    return work.model_copy(update={"source": work.source.model_copy(update={"status": row[0], "status_note": row[1]})})


def _flag(db: sqlite3.Connection, flag: Flag) -> None:
    """Note what a notice says, and write it on the work where that is stored already."""
    db.execute("insert or replace into flags values (?,?,?)", (flag.doi, flag.status, flag.note))
    for document, origin, text in db.execute("select id, origin, json from works where doi = ?",
                                             (flag.doi,)).fetchall():
        work = _flagged(db, Work.model_validate_json(text))
        drop_passages(db, document)
        db.execute("update works set json = ? where id = ?", (work.model_dump_json(), document))
        insert_passages(db, origin, passages_of(work))
