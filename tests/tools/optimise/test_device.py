"""The device that models are trained on: named ones, the fall-back, and nothing else."""

import pytest
import torch

from tools.failures import BadInput
from tools.optimise.device import torch_device


def test_the_cpu_is_always_there():
    assert torch_device("cpu") == ("cpu", "")


def test_a_device_that_is_missing_falls_back_and_says_so(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert torch_device("auto") == ("cpu", "")
    device, note = torch_device("cuda")
    assert device == "cpu" and "cuda is not there" in note


def test_a_device_that_is_there_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert torch_device("auto") == ("cuda:0", "") and torch_device("cuda:1") == ("cuda:1", "")
    assert torch_device("cuda:2")[0] == "cpu"


@pytest.mark.parametrize("name", ["gpu", "cuda:x", ""])
def test_other_names_are_refused(name):
    with pytest.raises(BadInput, match="device"):
        torch_device(name)
