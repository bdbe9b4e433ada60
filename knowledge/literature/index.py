"""The derived indexes of a store: BM25 on disk (bm25s) and vectors in Chroma. Both are rebuilt when they do not fit."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from knowledge.evidence import Passage
from knowledge.literature.embedders import Embedder
from knowledge.literature.errors import EmbedderMismatch, ServerUnavailable, StoreDamaged
from knowledge.literature.store import PassageStore
from knowledge.literature.vectors import VectorCopy, Vectors, discard_copy, open_copy, write_copy
from knowledge.literature.words import tokens

COLLECTION = "passages"
_OWN = "hashed-ngrams"
BATCH = 5_000  # Chroma takes at most 5,461 at once
# A thinner graph, looked through further: at 20,000 vectors half the time to build, the same neighbours found.
_GRAPH = {"space": "cosine", "max_neighbors": 12, "ef_construction": 40, "ef_search": 200}
_LEXICAL_FORMAT = "6"
TITLE = "§"  # before a token that stands in the title only


def indexed_text(passage: Passage) -> str:
    """What is searched of a passage: its text, its title, and the words it is filed under."""
    filed = " ".join((*passage.topic, *passage.systems)).replace("_", " ")
    return f"{passage.text}\n{passage.source.title}\n{filed}"


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """One writer at a time; the lock goes with the process that holds it."""
    db = sqlite3.connect(folder / "lock.sqlite", timeout=120, isolation_level=None)
    try:
        db.execute("begin exclusive")
        yield
    except sqlite3.OperationalError as error:
        raise StoreDamaged(f"the literature store {folder} is being written by another process; try again") from error
    except sqlite3.DatabaseError as error:
        raise StoreDamaged(f"the lock of the literature store is damaged ({error}); delete {folder / 'lock.sqlite'}"
                           ) from error
    finally:
        db.close()


_NO_ROWS, _NO_VALUES = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)


def index_tokens(passage: Passage) -> list[str]:
    """The tokens of a passage and its questions, and marked with `TITLE` those that only its title holds."""
    own = tokens(passage.text)
    filed = " ".join((*passage.topic, *passage.systems)).replace("_", " ")
    about = tokens(filed) if passage.kind == "fact" else []
    asked = [t for question in passage.asked for t in dict.fromkeys(tokens(question))]
    known = {*own, *about, *asked}
    return [*own, *about, *asked, *(TITLE + t for t in tokens(passage.source.title) if t not in known)]


class Lexical:
    """BM25 over a store, with the postings that the relevance gate needs; its arrays stay on disk, memory-mapped."""

    def __init__(self, folder: Path) -> None:
        """Open what `bm25s` has written; read here without it, because importing it takes longer than a search."""
        ids, kinds, years = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
        self.keys: tuple[list[str], list[str], list[int]] = (ids, kinds, years)  # in the order of the rows; 0: no year
        self.n = len(ids)
        self.vocabulary: dict[str, int] = {}
        if self.n:
            self.vocabulary = json.loads((folder / "vocab.index.json").read_text(encoding="utf-8"))
            self._starts = np.load(folder / "indptr.csc.index.npy")
            self._rows = np.asarray(np.load(folder / "indices.csc.index.npy", mmap_mode="r"))  # mapped all the same
            self._scores = np.asarray(np.load(folder / "data.csc.index.npy", mmap_mode="r"))

    def postings(self, token: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Row numbers of the passages that hold a token, and its frequency there saturated to 0…1, shapes (n_hits,)."""
        number = self.vocabulary.get(token)
        if number is None:
            return _NO_ROWS, _NO_VALUES
        span = slice(self._starts[number], self._starts[number + 1])
        rows: NDArray[np.int32] = self._rows[span]
        rarity = float(np.log(1.0 + (self.n - len(rows) + 0.5) / (len(rows) + 0.5)))
        return rows, self._scores[span].astype(np.float32, copy=False) / np.float32(rarity)


def open_lexical(store: PassageStore) -> Lexical:
    """Open the BM25 index, or build it where it is missing, stale or damaged."""
    folder = store.folder / "bm25"
    stamp = {"digest": store.digest, "format": _LEXICAL_FORMAT, "bm25s": version("bm25s")}
    try:
        if json.loads((folder / "stamp.json").read_text()) == stamp:
            return Lexical(folder)
    except (OSError, ValueError, KeyError, EOFError):
        pass  # missing or damaged: built below from the passages, which are the truth
    return _build_lexical(store, folder, stamp)


def _build_lexical(store: PassageStore, folder: Path, stamp: dict[str, str]) -> Lexical:
    import bm25s

    rows = store.rows()
    corpus = [index_tokens(Passage.model_validate_json(text)) for _, _, _, text in rows]
    fresh = folder.with_name("bm25.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    if corpus:
        model = bm25s.BM25(backend="numpy")
        model.index(corpus, show_progress=False)
        model.save(str(fresh), show_progress=False)
    keys = [[r[0] for r in rows], [r[1] for r in rows], [r[2] or 0 for r in rows]]
    (fresh / "keys.json").write_text(json.dumps(keys))
    (fresh / "stamp.json").write_text(json.dumps(stamp))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)
    return Lexical(folder)


class _OnServer:
    """The vectors of a Chroma server, which many stores share."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def nearest(self, vector: NDArray[np.float32], count: int) -> dict[str, float]:
        """Ids of the nearest passages with their cosines, nearest first.

        Raises:
            ServerUnavailable: the server does not answer.
        """
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        try:
            near = self._collection.query(query_embeddings=[vector], n_results=count, include=["distances"])
        except (ChromaError, HTTPError, OSError) as error:
            raise ServerUnavailable(f"the Chroma server cannot be asked ({error}); ask again, or go back with "
                                    "`cellwright knowledge configure --chroma local`") from error
        return {str(i): 1.0 - float(d) for i, d in zip(near["ids"][0], near["distances"][0], strict=True)}


def open_vectors(store: PassageStore, ids: list[str]) -> Vectors:
    """The vectors of a store's passages, brought up to date; `ids` are all of them, in order.

    Chroma's own file is opened only where the copy beside it does not fit the passages: importing Chroma alone takes
    longer than a search.

    Raises:
        EmbedderMismatch: the collection was made with another embedder; the message says how to rebuild it.
    """
    if store.meta("chroma"):  # a server is not ours to throw away
        return _OnServer(_fitting_collection(store)[0])
    if (store.folder / "chroma" / "chroma.sqlite3").exists():
        copy = open_copy(store.folder, ids, store.digest, store.embedder.id)
        if copy is not None:
            return copy
    from chromadb.errors import ChromaError

    broken = (ChromaError, sqlite3.Error, ValueError, KeyError, OSError, RuntimeError)
    try:
        return _copied(store, ids)
    except broken as error:  # derived data: thrown away and made anew from the passages
        _discard_vectors(store.folder)
        try:
            return _copied(store, ids)
        except broken as again:
            raise StoreDamaged(
                f"the vector index in {store.folder / 'chroma'} cannot be rebuilt ({again}; first {error}); check that "
                "the disk is not full and delete that folder"
            ) from again


def _copied(store: PassageStore, ids: list[str]) -> VectorCopy:
    collection, made = _fitting_collection(store)

    def read(some: list[str]) -> NDArray[np.float32]:
        kept = [one for one in some if one not in made]
        if kept:
            found = collection.get(ids=kept, include=["embeddings"])
            made.update(zip(found["ids"], np.asarray(found["embeddings"], dtype=np.float32), strict=True))
        return np.array([made.pop(one) for one in some], dtype=np.float32)

    return write_copy(store.folder, ids, store.embedder.dimension, read, store.digest, store.embedder.id)


def _client(store: PassageStore) -> Any:
    """Chroma in the store's folder, or the server that the store names."""
    import chromadb
    from chromadb.config import Settings

    quiet, server = Settings(anonymized_telemetry=False), store.meta("chroma")
    if not server:
        return chromadb.PersistentClient(path=str(store.folder / "chroma"), settings=quiet)
    parts, token = urlsplit(server), os.environ.get("CELLWRIGHT_CHROMA_TOKEN")
    secure = parts.scheme == "https"
    try:
        return chromadb.HttpClient(
            host=parts.hostname or "", port=parts.port or (443 if secure else 8000), ssl=secure, settings=quiet,
            headers={"Authorization": f"Bearer {token}"} if token else None)
    except (ValueError, OSError) as error:
        raise ServerUnavailable(f"the Chroma server {server} does not answer ({error}); start it, or go back with "
                                "`cellwright knowledge configure --chroma local`") from error


def collection_name(store: PassageStore) -> str:
    """`passages` in the store's own folder; on a server, which many stores share, with the store's own mark."""
    if not store.meta("chroma"):
        return COLLECTION
    mark = store.meta("name")
    if mark is None:
        mark = uuid4().hex[:16]
        store.note("name", mark)
    return f"cellwright-{mark}"


def discard_vectors(store: PassageStore) -> None:
    """Throw a store's vectors away, so that they are made anew by its embedder."""
    if store.meta("chroma"):
        client, name = _client(store), collection_name(store)
        if name in {c if isinstance(c, str) else c.name for c in client.list_collections()}:
            client.delete_collection(name)
    else:
        _discard_vectors(store.folder)


def _discard_vectors(folder: Path) -> None:
    from chromadb.api.client import SharedSystemClient

    SharedSystemClient.clear_system_cache()
    shutil.rmtree(folder / "chroma", ignore_errors=True)
    discard_copy(folder)


def _fitting_collection(store: PassageStore) -> tuple[Any, dict[str, NDArray[np.float32]]]:
    """The collection, up to date, and the vectors that were made for it just now, by id."""
    client, embedder, name = _client(store), store.embedder, collection_name(store)
    wanted = {"embedder": embedder.id, "dimension": embedder.dimension}
    marker = store.folder / "chroma.digest"
    if name in {c if isinstance(c, str) else c.name for c in client.list_collections()}:
        collection = client.get_collection(name, embedding_function=None)
        made = {k: (collection.metadata or {}).get(k) for k in wanted}
        if made != wanted and all(str(m).startswith(_OWN) for m in (made["embedder"], embedder.id)):
            client.delete_collection(name)  # an earlier version of our own: made anew, offline and cheap
            return _fitting_collection(store)
        if made != wanted:
            raise EmbedderMismatch(
                f"the vectors in {store.folder} were made with {made['embedder']!r} ({made['dimension']} numbers), and "
                f"{embedder.id!r} ({embedder.dimension}) is in use; choose another --store, or delete "
                f"{store.folder / 'chroma'} and they will be made anew from the stored passages"
            )
    else:
        collection = client.create_collection(
            name, embedding_function=None, metadata=wanted, configuration={"hnsw": _GRAPH},
        )
        marker.unlink(missing_ok=True)
    fresh: dict[str, NDArray[np.float32]] = {}
    if not (marker.exists() and marker.read_text() == store.digest):
        fresh = _synchronise(store, collection, embedder)
        marker.write_text(store.digest)
    return collection, fresh


def _synchronise(store: PassageStore, collection: Any, embedder: Embedder) -> dict[str, NDArray[np.float32]]:
    """Add what is missing and drop what is gone, in batches; a stop in between is picked up the next time.

    A changed passage keeps its id only if it is a card, so cards are always written again.
    """
    present = set(collection.get(include=[])["ids"])
    rows = store.rows()
    gone = sorted(present - {r[0] for r in rows})
    missing = [r for r in rows if r[0] not in present or r[0].startswith("card:")]
    for start in range(0, len(gone), BATCH):
        collection.delete(ids=gone[start : start + BATCH])
    made: dict[str, NDArray[np.float32]] = {}
    even = -(-len(missing) // max(1, -(-len(missing) // BATCH)))  # no small rest, which Chroma would not write out
    for start in range(0, len(missing), max(1, even)):
        batch = missing[start : start + even]
        vectors = embedder.embed([indexed_text(Passage.model_validate_json(r[3])) for r in batch])
        collection.upsert(ids=[r[0] for r in batch], embeddings=vectors)
        made.update(zip((r[0] for r in batch), vectors, strict=True))
    return made
