"""Nothing is declared halfway: tools with example and test, prompts with their variables, metrics with an answer."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from knowledge.parameters.registry import SYSTEMS
from knowledge.vocabulary import metrics
from tools.catalogue import CATALOGUE
from tools.simulate.interval import spread_of
from tools.tool import Tool
from tools.verify.ask_rules import RULES
from tools.verify.asks import settled_by

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("knowledge", "tools", "agent", "evals")
SOURCES = [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]
PROMPTS = sorted((ROOT / "agent/prompts").glob("*.md"))
BY_NAME = pytest.mark.parametrize("tool", CATALOGUE, ids=[t.name for t in CATALOGUE])
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|lorem ipsum")


def test_there_are_tools_prompts_and_sources():
    assert len(CATALOGUE) >= 9 and PROMPTS and len(SOURCES) > 100


@BY_NAME
def test_a_tool_says_what_it_does_and_shows_a_request(tool: Tool):
    assert 20 <= len(tool.description) <= 160
    assert tool.description.endswith(".")
    assert tool.example, f"{tool.name} has no example"
    tool.request_type.model_validate(tool.example)


@BY_NAME
def test_a_tool_explains_its_fields(tool: Tool):
    """A field's name and type say it, or its description does; a bare number says its unit."""
    for name, field in tool.request_type.model_fields.items():
        if field.annotation in (float, int) and name not in {"top", "since"}:
            assert field.description or "_" in name, f"{tool.name}.{name}"


@BY_NAME
def test_a_tool_is_tested_by_name(tool: Tool):
    mentions = [p for p in (ROOT / "tests").rglob("test_*.py")
                if p.name != Path(__file__).name and re.search(rf"\b{tool.name}\b", p.read_text(encoding="utf-8"))]
    assert mentions, f"no test mentions {tool.name}"


def test_every_declared_tool_is_in_the_catalogue():
    declared = {node.name for path in SOURCES for node in ast.parse(path.read_text(encoding="utf-8")).body
                if isinstance(node, ast.FunctionDef)
                for d in node.decorator_list if isinstance(d, ast.Call) and getattr(d.func, "id", "") == "tool"}
    assert declared == {t.name for t in CATALOGUE}


def prompt_calls() -> list[tuple[str, set[str]]]:
    """(prompt name, variables given) of every `prompt(...)` in the sources."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "prompt":
                found.append((ast.literal_eval(node.args[0]), {str(k.arg) for k in node.keywords}))
    return found


@pytest.mark.parametrize("path", PROMPTS, ids=[p.stem for p in PROMPTS])
def test_a_prompt_has_a_version_and_every_variable_is_supplied(path: Path):
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    declared = yaml.safe_load(head)
    used = set(re.findall(r"\{(\w+)\}", body))
    assert declared["version"] >= 1
    assert used == set(declared["variables"])
    calls = [given for name, given in prompt_calls() if name == path.stem]
    assert calls, "nobody uses this prompt"
    assert all(given == used for given in calls)


def test_no_prompt_is_asked_for_that_is_not_there():
    assert {name for name, _ in prompt_calls()} <= {p.stem for p in PROMPTS}


@pytest.mark.parametrize("name", sorted(metrics()))
def test_a_metric_has_an_english_name_an_answer_and_an_interval(name: str):
    assert metrics()[name].synonyms.get("en")
    assert (name in RULES) != (name in settled_by()), "either a rule or a reason, never both"
    if name in settled_by():
        assert settled_by()[name].reason and settled_by()[name].settled_by
    else:
        assert spread_of(name).basis


def test_reasons_stand_only_for_metrics_and_the_named_cases():
    others = {n for n in settled_by() if n not in metrics()}
    levels = {"level:module", "level:pack", "level:pack_built", "level:system", "level:material"}
    assert others == levels | {"words", "unknown", "aged"}


def test_every_system_of_the_registry_has_a_chemistry_that_customers_name():
    from tools.verify.words import classes

    for key, system in SYSTEMS.items():
        assert any(classes(name) for name in system.cathode_names), key
        assert any(classes(name) for name in system.anode_names), key


def test_nothing_is_marked_as_unfinished():
    wrong = [f"{p.relative_to(ROOT)}: {m[0]}" for p in SOURCES for m in UNFINISHED.finditer(p.read_text("utf-8"))]
    data = [p for package in PACKAGES for kind in ("*.yaml", "*.md", "*.bib", "*.j2", "*.typ")
            for p in (ROOT / package).rglob(kind)]
    wrong += [f"{p.relative_to(ROOT)}: {m[0]}" for p in data for m in UNFINISHED.finditer(p.read_text("utf-8"))]
    assert not wrong


def test_the_simulator_never_asks_about_telemetry():
    """PyBaMM asks at its first import unless this is set, and every tool's module passes through the package."""
    code = "import os, tools; print(os.environ['PYBAMM_DISABLE_TELEMETRY'])"
    env = {k: v for k, v in os.environ.items() if k != "PYBAMM_DISABLE_TELEMETRY"} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, timeout=60)
    assert done.stdout.strip() == "true", done.stderr
