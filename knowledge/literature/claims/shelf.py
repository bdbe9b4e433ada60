"""The claims of a store, mined once per work and kept beside its passages."""

from __future__ import annotations

import json
from collections.abc import Iterable

from knowledge.evidence import Claim, Reported
from knowledge.literature.claims.merge import merged
from knowledge.literature.claims.mine import mine
from knowledge.literature.claims.tables import mine_tables
from knowledge.literature.passages import passages_of
from knowledge.literature.store import PassageStore

VERSION = "2"  # raise it when the rules change: what was mined before is mined again
SYSTEM_MATERIALS = {  # the active materials of a system, as claims name them
    "nmc811_graphite_siox": ("nmc811", "graphite", "siox"), "nmc532_graphite": ("nmc532", "graphite"),
    "nca_graphite": ("nca", "graphite"), "lfp_graphite": ("lfp", "graphite"), "lco_graphite": ("lco", "graphite"),
    "lfp_graphite_18650": ("lfp", "graphite"), "nmc111_graphite": ("nmc111", "graphite"),
    "lnmo_graphite": ("lnmo", "graphite"), "nvpf_hard_carbon": ("nvpf", "hard_carbon"),
}
_SCHEMA = "create table if not exists claims (document text primary key, version text not null, json text not null)"


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
    return [*mined, *mine(store.of_origin("starter"))]


def reported(store: PassageStore, compositions: Iterable[str] | None = None) -> list[Reported]:
    """What is reported of these materials (of all where none is named), each property with its spread."""
    wanted = None if compositions is None else set(compositions)
    return merged(c for c in claims_of(store) if wanted is None or c.composition in wanted)
