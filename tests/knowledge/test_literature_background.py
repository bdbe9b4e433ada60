"""Sentence models: the background that makes their cosines comparable, and the model of the extra."""

import json

import numpy as np
import pytest

from knowledge.literature import embedders
from knowledge.literature.background import Background, background
from knowledge.literature.embedders import WORDPIECES, embedder_for
from knowledge.literature.errors import EmbedderUnavailable
from knowledge.literature.gate import Signs, bears

MODEL = Signs(held=0.6, terms=1, cosine=0.3, missing=0.2, translated=0.0, size=2.1, meaning=0.5, agreed=0.4)


class Flat:
    """Every text is the same one of two directions."""

    id, dimension, asked = "flat", 2, 0

    def embed(self, texts):
        self.asked += 1
        return np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (len(texts), 1))


class Near:
    """A store whose nearest passage lies at one cosine."""

    def nearest(self, vector, count):
        return {"p": 0.3 * float(vector[0])}


def test_a_cosine_counts_from_the_background_of_its_store_and_model():
    usual, wide = Background(0.2, 0.05), Background(0.6, 0.05)
    assert usual.above(np.array([0.1, 0.2, 0.45, 0.9])).tolist() == pytest.approx([0, 0, 0.5, 1])
    assert wide.above(np.array([0.85]))[0] == pytest.approx(usual.above(np.array([0.45]))[0])


def test_the_background_is_measured_once_a_store_and_model(tmp_path):
    model = Flat()
    first = background(tmp_path, "digest", model, Near())
    assert first.mean == pytest.approx(0.3, abs=1e-6) and first.spread > 0 and model.asked == 1
    assert background(tmp_path, "digest", model, Near()) == first and model.asked == 1
    background(tmp_path, "another", model, Near())
    assert model.asked == 2
    (tmp_path / "background.json").write_text("{}")
    assert background(tmp_path, "another", model, Near()) == first and model.asked == 3


def test_what_a_model_says_moves_the_gate():
    for change in ({"held": 0.2}, {"terms": 0}, {"missing": 0.6}, {"meaning": 0.1}, {"agreed": 0.0}):
        assert bears(Signs(**{**MODEL.__dict__, **change})) < bears(MODEL), change
    assert bears(Signs(**{**MODEL.__dict__, "cosine": 0.0})) == bears(MODEL)  # n-grams say nothing beside a model


def test_without_the_extra_the_model_says_how_to_get_it(monkeypatch):
    embedders.minilm.cache_clear()
    monkeypatch.setattr(embedders, "_MINILM_PACKAGE", "no_such_package_here")
    with pytest.raises(EmbedderUnavailable, match=r"pip install .*sentences.*hashed"):
        embedder_for("minilm")


def test_another_model_than_the_measured_one_is_refused(tmp_path, monkeypatch):
    embedders.minilm.cache_clear()
    package = tmp_path / "other_minilm"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "model.onnx").write_bytes(b"something else")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(embedders, "_MINILM_PACKAGE", "other_minilm")
    with pytest.raises(EmbedderUnavailable, match="another model"):
        embedder_for("minilm")


def test_the_word_pieces_are_those_of_the_model():
    with np.load(WORDPIECES) as stored:
        pieces = str(stored["words"]).split("\n")
    assert len(pieces) == len(set(pieces)) == 30522 and pieces[101] == "[CLS]" and "##ing" in pieces


def test_the_kept_background_is_plain_numbers(tmp_path):
    background(tmp_path, "digest", Flat(), Near())
    assert set(json.loads((tmp_path / "background.json").read_text())) == {"mean", "spread", "stamp"}
