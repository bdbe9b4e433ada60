"""The copy of the vectors that a search reads: exact, made anew where it does not fit, without opening Chroma."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge.literature.index import open_vectors
from knowledge.literature.search import Library
from knowledge.literature.store import PassageStore
from knowledge.literature.vectors import VectorCopy, open_copy, write_copy

ROOT = Path(__file__).resolve().parents[2]
IDS = [f"p{n}" for n in range(40)]


@pytest.fixture(scope="module")
def unit():
    drawn = np.random.default_rng(0).normal(size=(len(IDS), 16)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def written(folder, unit, digest="d"):
    return write_copy(folder, IDS, unit.shape[1], lambda some: unit[[IDS.index(one) for one in some]], digest, "e")


def test_the_nearest_of_a_stored_vector_is_itself_at_cosine_one(tmp_path, unit):
    found = written(tmp_path, unit).nearest(unit[7], 1)
    assert found == {"p7": pytest.approx(1.0, abs=1e-6)}


def test_the_nearest_are_those_of_the_whole_product_in_order(tmp_path, unit):
    asked = np.where(np.arange(16) % 3 == 0, unit[3], 0.0).astype(np.float32)  # few columns, as of a short question
    whole = unit @ asked
    found = written(tmp_path, unit).nearest(asked, 9)
    assert list(found) == [IDS[i] for i in np.argsort(-whole)[:9]]
    assert list(found.values()) == pytest.approx(np.sort(whole)[::-1][:9], abs=1e-6)


def test_more_than_there_are_gives_all_and_an_empty_store_none(tmp_path, unit):
    assert len(written(tmp_path, unit).nearest(unit[0], 99)) == len(IDS)
    empty = write_copy(tmp_path / "none", [], 16, lambda some: unit[:0], "d", "e")
    assert empty.nearest(unit[0], 5) == {}


def test_a_copy_of_other_content_or_embedder_or_a_damaged_one_is_not_opened(tmp_path, unit):
    written(tmp_path, unit)
    assert isinstance(open_copy(tmp_path, IDS, "d", "e"), VectorCopy)
    assert open_copy(tmp_path, IDS, "other", "e") is None
    assert open_copy(tmp_path, IDS, "d", "other") is None
    assert open_copy(tmp_path, IDS[:-1], "d", "e") is None
    (tmp_path / "vectors" / "columns.npy").write_bytes(b"garbage")
    assert open_copy(tmp_path, IDS, "d", "e") is None


@pytest.fixture
def own(tmp_path):
    from knowledge.literature.ingest import add_files

    paper, folder = tmp_path / "papers.jsonl", tmp_path / "own"
    paper.write_text("\n".join(json.dumps({"title": f"Separators of kind {n} creep"}) for n in ("one", "two", "three")))
    add_files(PassageStore(folder), [paper], lambda *_: None)
    Library(folder)
    return folder


def test_the_copy_agrees_with_chroma(own):
    import chromadb
    from chromadb.config import Settings

    store = PassageStore(own)
    vector = store.embedder.embed(["separators that creep"])[0]
    client = chromadb.PersistentClient(path=str(own / "chroma"), settings=Settings(anonymized_telemetry=False))
    near = client.get_collection("passages", embedding_function=None).query(query_embeddings=[vector], n_results=3)
    ids = Library(own).ids
    kept = dict(zip(near["ids"][0], 1.0 - np.array(near["distances"][0]), strict=True))
    assert open_vectors(store, ids).nearest(vector, 3) == pytest.approx(kept, abs=1e-5)


def test_a_lost_copy_is_made_anew_from_chroma(own):
    (own / "vectors" / "stamp.json").unlink()
    assert len(Library(own).search("separators that creep")) == 3
    assert (own / "vectors" / "stamp.json").exists()


def test_a_search_does_not_load_chroma(own):
    code = ("import sys; from pathlib import Path; from knowledge.literature.search import Library\n"
            f"found = Library(Path({str(own)!r})).search('separators that creep')\n"
            "print(len(found), [m for m in ('chromadb', 'bm25s', 'scipy', 'httpx') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "3 []"
