"""Embedders and vector databases that plug in, against stand-ins on this machine."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from knowledge.literature import library
from knowledge.literature.cards import load_cards
from knowledge.literature.embedders import Endpoint, HashedNgrams, embedder_for
from knowledge.literature.errors import EmbedderUnavailable
from knowledge.literature.library import open_library, open_store
from tools.failures import BadInput, StoreBroken
from tools.retrieve.stores import configure_store


def vector(text):
    """Words hashed into 32 numbers: the stand-in's idea of meaning."""
    made = np.zeros(32)
    for word in text.lower().split():
        made[hashlib.sha256(word.encode()).digest()[0] % 32] += 1.0
    return made.tolist()


@pytest.fixture
def endpoint():
    """An OpenAI-compatible /embeddings on loopback: answers out of order, as the documentation allows."""
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append((self.path, asked["model"], len(asked["input"])))
            rows = [{"object": "embedding", "index": i, "embedding": vector(t)} for i, t in enumerate(asked["input"])]
            body = json.dumps({"object": "list", "data": rows[::-1], "model": asked["model"]}).encode()
            self.send_response(200 if asked["model"] == "small" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address(server):
    return f"http://127.0.0.1:{server.server_port}/v1"


def test_an_endpoint_embeds_in_order_and_is_logged(endpoint):
    sent = []
    made = Endpoint(address(endpoint), "small", sent.append).embed(["plating", "swelling of cells"])
    assert made.shape == (2, 32) and np.allclose(np.linalg.norm(made, axis=1), 1)
    assert np.argmax(made[0]) == np.argmax(vector("plating"))
    assert endpoint.asked == [("/v1/embeddings", "small", 2)] and sent[0]["texts"] == 2


def test_a_store_moves_to_an_endpoint_and_back(tmp_path, endpoint):
    before = open_store(tmp_path).digest
    told = configure_store(tmp_path, None, f"openai:{address(endpoint)}#small", None)
    assert f"{len(load_cards()[0])} passages" in told and "openai:small" in told
    assert open_library(tmp_path).search("lithium plating in the cold")
    assert open_library(tmp_path).signs("lithium plating").meaning is not None
    store = open_store(tmp_path)
    assert store.digest != before, "another embedder is another store to ask"
    assert len((store.folder / "egress.jsonl").read_text().splitlines()) >= 2
    assert "hashed" in configure_store(tmp_path, None, "hashed", None)
    library._OPEN.clear()
    assert open_library(tmp_path).search("lithium plating in the cold")


def test_a_dead_endpoint_leaves_the_store_as_it_was(tmp_path, endpoint):
    for spec in (f"openai:{address(endpoint)}#unknown", "openai:http://127.0.0.1:9/v1#small"):
        with pytest.raises(StoreBroken, match="does not answer"):
            configure_store(tmp_path, None, spec, None)
    library._OPEN.clear()
    assert open_store(tmp_path).embedder.id == HashedNgrams.id
    assert open_library(tmp_path).search("lithium plating in the cold")


@pytest.mark.parametrize("spec", ["openai:https://api.example.org/v1#small"])
def test_another_machine_is_asked_for(tmp_path, spec):
    with pytest.raises(BadInput, match="--allow-egress"):
        configure_store(tmp_path, None, spec, None)
    with pytest.raises(BadInput, match="--allow-egress"):
        configure_store(tmp_path, None, None, "https://chroma.example.org:8000")


@pytest.mark.parametrize("spec", ["word2vec", "onnx:", "openai:ftp://x#m", "openai:http://127.0.0.1/v1"])
def test_an_unknown_embedder_is_refused(spec):
    with pytest.raises(EmbedderUnavailable, match="names no embedder"):
        embedder_for(spec)


def test_a_model_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(EmbedderUnavailable, match=r"model\.onnx"):
        embedder_for(f"onnx:{tmp_path}")


def test_a_chroma_server_that_is_not_there(tmp_path):
    with pytest.raises(StoreBroken, match="does not answer"):
        configure_store(tmp_path, None, None, "http://127.0.0.1:9")
    library._OPEN.clear()
    assert open_library(tmp_path).search("lithium plating in the cold")


def field(number, payload):
    """One field of a protocol buffer: bytes and text with their length, whole numbers as varints."""
    def varint(n):
        out = b""
        while n > 127:
            out += bytes([n & 127 | 128])
            n >>= 7
        return out + bytes([n])

    if isinstance(payload, int):
        return varint(number << 3) + varint(payload)
    payload = payload.encode() if isinstance(payload, str) else payload
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def small_model(folder):
    """An ONNX model of one step, that looks the vector of each token up, with a tokenizer of five words."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {"[UNK]": 0, "plating": 1, "cold": 2, "swelling": 3, "pressure": 4}
    table = np.eye(5, 8, dtype=np.float32)
    tensor = field(1, 5) + field(1, 8) + field(2, 1) + field(8, "table") + field(9, table.tobytes())

    def value(name, kind, sizes):
        shape = b"".join(field(1, field(2, s) if isinstance(s, str) else field(1, s)) for s in sizes)
        return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))

    node = field(1, "table") + field(1, "input_ids") + field(2, "out") + field(4, "Gather")
    graph = field(1, node) + field(2, "g") + field(5, tensor) + field(11, value("input_ids", 7, ("b", "t"))) + \
        field(12, value("out", 1, ("b", "t", 8)))
    (folder / "model.onnx").write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 13)))
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


def test_a_local_onnx_model_embeds_and_serves_a_store(tmp_path):
    model = tmp_path / "model"
    model.mkdir()
    small_model(model)
    made = embedder_for(f"onnx:{model}").embed(["plating cold", "swelling"])
    assert made.shape == (2, 8)
    assert np.allclose(made[0][:4], [0, 0.7071, 0.7071, 0], atol=1e-3) and made[1][3] == 1
    assert "onnx-" in configure_store(tmp_path, None, f"onnx:{model}", None)
    assert open_library(tmp_path).search("lithium plating in the cold")
