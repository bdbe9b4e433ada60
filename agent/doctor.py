"""What is installed, which version, and what an optional part would need."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from agent.settings import Settings, settings_from_environment
from knowledge.frozen import Frozen
from tools.simulate.compiler import compiler_available

_NEEDED = ("pybamm", "numba", "bpx", "torch", "botorch", "pymatgen", "chromadb", "bm25s", "langgraph",
           "langgraph-checkpoint-sqlite", "openai", "pdfplumber", "pypdf", "python-docx", "openpyxl", "typst",
           "jinja2", "matplotlib", "pydantic-evals")


class Examined(Frozen):
    """One part and its condition."""

    part: str
    ok: bool
    needed: bool
    found: str
    remedy: str = ""


def examine() -> list[Examined]:
    """Every part that a run may use."""
    rows = [Examined(part="python", ok=sys.version_info >= (3, 11), needed=True, found=sys.version.split()[0],
                     remedy="Python 3.11 or newer")]
    rows += [_distribution(name, True, "run `make demo` or pip install -e .") for name in _NEEDED]
    settings = settings_from_environment()
    rows += [_compiler(), _home(settings), _ledger(settings), _llm(settings), _device(settings)]
    return rows


def _distribution(name: str, needed: bool, remedy: str) -> Examined:
    try:
        return Examined(part=name, ok=True, needed=needed, found=version(name))
    except PackageNotFoundError:
        return Examined(part=name, ok=False, needed=needed, found="absent", remedy=remedy)


def _compiler() -> Examined:
    ok = compiler_available()
    return Examined(part="C compiler", ok=ok, needed=False, found="gcc" if ok else "absent",
                    remedy="" if ok else "simulation works without one and is slower: install gcc")


def _home(settings: Settings) -> Examined:
    home = settings.home
    place = home if home.exists() else next((p for p in home.parents if p.exists()), home)
    ok = place.is_dir() and os.access(place, os.W_OK)
    return Examined(part="home", ok=ok, needed=True, found=str(home),
                    remedy="" if ok else "not writable: set CELLWRIGHT_HOME to a folder that is")


def _ledger(settings: Settings) -> Examined:
    from tools.failures import StoreBroken
    from tools.ledger import Ledger

    if not settings.ledger_folder.exists():
        return Examined(part="ledger", ok=True, needed=True, found="none yet; made by the first run")
    try:
        rows = len(Ledger(settings.ledger_folder).rows(limit=1_000_000))
    except StoreBroken as error:
        return Examined(part="ledger", ok=False, needed=True, found="damaged", remedy=error.message)
    return Examined(part="ledger", ok=True, needed=True, found=f"{rows} rows in {settings.ledger_folder}")


def _llm(settings: Settings) -> Examined:
    llm = settings.llm
    if not llm.configured:
        return Examined(part="LLM", ok=True, needed=False, found="none: deterministic mode",
                        remedy="optional: CELLWRIGHT_LLM_BASE_URL, CELLWRIGHT_LLM_MODEL, CELLWRIGHT_LLM_API_KEY")
    return Examined(part="LLM", ok=True, needed=False, found=f"{llm.model} at {llm.base_url}",
                    remedy="" if llm.allow_egress else "nothing is sent without --allow-egress")


def _device(settings: Settings) -> Examined:
    if settings.device == "cpu" or find_spec("torch") is None:
        return Examined(part="device", ok=True, needed=False, found="cpu")
    import torch

    ok = torch.cuda.is_available()
    return Examined(part="device", ok=ok, needed=False, found=settings.device if ok else "cpu (no CUDA device)",
                    remedy="" if ok else "unset CELLWRIGHT_DEVICE; the CPU is used")
