"""A team's Chroma server by its address: the real server, started on loopback."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from knowledge.literature import library
from knowledge.literature.index import collection_name
from knowledge.literature.library import open_library, open_store
from tools.failures import StoreBroken
from tools.retrieve.stores import add_paths, configure_store

CHROMA = Path(sys.executable).with_name("chroma")


class Server:
    """`chroma run` in a folder; it can be stopped and started again."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.address = folder, f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [str(CHROMA), "run", "--host", "127.0.0.1", "--port", str(self.port), "--path", str(self.folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{self.address}/api/v2/heartbeat", timeout=1).read()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server does not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    assert CHROMA.exists(), "the chromadb package brings its server's command"
    running = Server(tmp_path_factory.mktemp("chroma"))
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    """Chroma's client leaves its connections open until the process ends; a test may not."""
    import httpx

    made, begin = [], httpx.Client.__init__

    def kept(self, *arguments, **options):
        made.append(self)
        begin(self, *arguments, **options)

    monkeypatch.setattr(httpx.Client, "__init__", kept)
    yield
    anew()
    for one in made:
        one.close()


def collections(server):
    import chromadb

    return {c.name: c.count() for c in chromadb.HttpClient("127.0.0.1", server.port).list_collections()}


def anew():
    library._OPEN.clear()


def ids(home, question="lithium plating in the cold"):
    return [(h.passage.id, round(h.score, 3)) for h in open_library(home).search(question, top=5)]


def test_a_store_on_a_server_finds_the_same_and_keeps_up_with_what_is_added(tmp_path, server):
    local = ids(tmp_path)
    assert server.address in configure_store(tmp_path, None, None, server.address)
    name = collection_name(open_store(tmp_path))
    cards = len(open_store(tmp_path).rows())
    assert collections(server)[name] == cards
    assert ids(tmp_path) == local
    paper = tmp_path / "paper.md"
    paper.write_text("# Damp heat\n\nThe insulation resistance of the can stayed above 800 Mohm after damp heat.",
                     encoding="utf-8")
    add_paths(tmp_path, [paper])
    assert collections(server)[name] == cards + 1
    first = open_library(tmp_path).search("insulation resistance of the can after damp heat")[0]
    assert "800 Mohm" in first.quote and "insulation" not in str(local)


def test_colleagues_open_one_folder_and_other_stores_stay_apart(tmp_path, server):
    configure_store(tmp_path / "a", None, None, server.address)
    first = collection_name(open_store(tmp_path / "a"))
    configure_store(tmp_path / "b", None, None, server.address)
    second = collection_name(open_store(tmp_path / "b"))
    assert first != second and {first, second} <= set(collections(server))
    code = ("import sys; from pathlib import Path; from knowledge.literature.library import open_library; "
            "print(open_library(Path(sys.argv[1])).search('lithium plating in the cold')[0].passage.id)")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], capture_output=True, text=True,
                          cwd=Path(__file__).parents[2], check=True, timeout=120)
    assert done.stdout.strip() == ids(tmp_path / "a")[0][0]


def test_a_server_that_has_lost_its_data_is_filled_again(tmp_path, server):
    import chromadb

    configure_store(tmp_path, None, None, server.address)
    name = collection_name(open_store(tmp_path))
    chromadb.HttpClient("127.0.0.1", server.port).delete_collection(name)
    anew()
    assert ids(tmp_path) and collections(server)[name] == len(open_store(tmp_path).rows())


def test_a_server_that_stops_is_one_sentence_and_local_is_the_way_back(tmp_path):
    own = Server(tmp_path / "chroma")
    configure_store(tmp_path, None, None, own.address)
    asked = open_library(tmp_path)
    own.stop()
    from knowledge.literature.errors import ServerUnavailable

    with pytest.raises(ServerUnavailable, match="--chroma local"):
        asked.search("swelling of silicon anodes")
    anew()
    with pytest.raises(StoreBroken, match="does not answer"):
        add_paths(tmp_path, [_note(tmp_path)])
    assert "its own folder" in configure_store(tmp_path, None, None, "local")
    assert ids(tmp_path)
    shutil.rmtree(tmp_path / "chroma")


def test_a_token_goes_along_for_a_server_behind_a_gate(tmp_path, monkeypatch):
    import chromadb

    given = {}

    def client(**options):
        given.update(options)
        raise ValueError("closed")

    monkeypatch.setattr(chromadb, "HttpClient", client)
    monkeypatch.setenv("CELLWRIGHT_CHROMA_TOKEN", "secret")
    with pytest.raises(StoreBroken, match="does not answer"):
        configure_store(tmp_path, None, None, "https://chroma.example.org", allow_egress=True)
    assert given["headers"] == {"Authorization": "Bearer secret"} and given["ssl"] and given["port"] == 443


def _note(folder):
    path = folder / "note.md"
    path.write_text("# Note\n\nA note of some length about the swelling of silicon anodes under pressure.",
                    encoding="utf-8")
    return path
