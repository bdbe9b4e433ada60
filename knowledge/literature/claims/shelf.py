"""The claims of a store, mined once per work and kept beside its passages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from knowledge.evidence import Claim, Passage, Reported
from knowledge.literature.claims.merge import merged
from knowledge.literature.claims.mine import mine
from knowledge.literature.claims.proposed import joined, worth_asking
from knowledge.literature.claims.reading import materials
from knowledge.literature.claims.tables import mine_tables
from knowledge.literature.passages import passages_of
from knowledge.literature.store import PassageStore

VERSION = "5"  # raise it when the rules change: what was mined before is mined again
SYSTEM_MATERIALS = {  # the active materials of a system, as claims name them
    "nmc811_graphite_siox": ("nmc811", "graphite", "siox"), "nmc532_graphite": ("nmc532", "graphite"),
    "nca_graphite": ("nca", "graphite"), "lfp_graphite": ("lfp", "graphite"), "lco_graphite": ("lco", "graphite"),
    "lfp_graphite_18650": ("lfp", "graphite"), "nmc111_graphite": ("nmc111", "graphite"),
    "lnmo_graphite": ("lnmo", "graphite"), "nvpf_hard_carbon": ("nvpf", "hard_carbon"),
}
_SCHEMA = "create table if not exists claims (document text primary key, version text not null, json text not null)"
_PROPOSED = ("create table if not exists proposed "
             "(passage text primary key, reader text not null, json text not null)")  # what a language model proposed


def claims_of(store: PassageStore) -> list[Claim]:
    """Every claim of a store's works and cards; only works that are new are read.

    Raises:
        StoreDamaged: the store cannot be read or written.
    """
    with store.connect() as db:
        db.execute(_SCHEMA)
        db.execute("delete from claims where version <> ? or document not in (select id from works)", (VERSION,))
        known = {row[0] for row in db.execute("select document from claims")}
        missing = [row[0] for row in db.execute("select id from works order by id") if row[0] not in known]
    for document in missing:
        work = store.work(document)
        found = [*mine(passages_of(work)), *mine_tables(work)] if work is not None else []
        text = json.dumps([c.model_dump(mode="json") for c in found], ensure_ascii=False)
        with store.connect() as db:
            db.execute("insert or replace into claims values (?,?,?)", (document, VERSION, text))
    with store.connect() as db:
        rows = [r[0] for r in db.execute("select json from claims where json <> '[]' order by document")]
    mined = [Claim.model_validate(c) for row in rows for c in json.loads(row)]
    proposed, asked = _proposed(store)
    return [*joined(mined, proposed, asked), *mine(store.of_origin("starter"))]


def _proposed(store: PassageStore) -> tuple[list[Claim], frozenset[str]]:
    """What a model has proposed of passages that still stand, and the ids of those that it has read."""
    with store.connect() as db:
        db.execute(_PROPOSED)
        rows = db.execute("select passage, json from proposed where passage in (select id from passages) "
                          "order by passage").fetchall()
    return [Claim.model_validate(c) for _, text in rows for c in json.loads(text)], frozenset(r[0] for r in rows)


def unread(store: PassageStore, reader: str, compositions: Iterable[str] | None = None) -> list[Passage]:
    """The passages with figures that this reader (a model with its prompt) has not read, in order of id.

    Args:
        compositions: only passages that name one of these materials.
    """
    wanted = None if compositions is None else set(compositions)
    with store.connect() as db:
        db.execute(_PROPOSED)
        rows = db.execute("select json from passages where id not in (select passage from proposed where reader = ?) "
                          "order by id", (reader,))
        fresh = (Passage.model_validate_json(row[0]) for row in rows)
        return [p for p in fresh if worth_asking(p)
                and (wanted is None or wanted.intersection(f.name for f in materials(p.text)))]


def keep_proposed(store: PassageStore, reader: str, passage: Passage, claims: Iterable[Claim]) -> None:
    """Keep what a model proposed of a passage, in place of what another one did; the store's identity changes."""
    text = json.dumps([c.model_dump(mode="json") for c in claims], ensure_ascii=False)
    with store.connect() as db:
        db.execute(_PROPOSED)
        db.execute("insert or replace into proposed values (?,?,?)", (passage.id, reader, text))
    store.note("proposed", hashlib.sha256(f"{store.meta('proposed')} {passage.id} {text}".encode()).hexdigest())


def reported(store: PassageStore, compositions: Iterable[str] | None = None) -> list[Reported]:
    """What is reported of these materials (of all where none is named), each property with its spread."""
    wanted = None if compositions is None else set(compositions)
    return merged(c for c in claims_of(store) if wanted is None or c.composition in wanted)
