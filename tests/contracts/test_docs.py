"""The docs are true: links resolve, commands exist, snippets run, generated pages and tables are up to date.

A Python block runs where the line above it is `<!-- test: run -->` (after the blocks above it that ran), and in the
slow tests where it is `<!-- test: slow -->`. Every Python block compiles and imports only what there is.
"""

import ast
import importlib
import inspect
import re
import shlex
import tomllib
from importlib.metadata import metadata
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from agent.run import design_document
from agent.settings import Settings
from agent.surfaces import exit_codes
from evals.cli_reference import commands, reference
from knowledge.figure import Figure
from knowledge.offer import Offer
from knowledge.report import Report

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").rglob("*.md")])
BY_PAGE = pytest.mark.parametrize("page", PAGES, ids=[p.stem for p in PAGES])
FENCE = re.compile(r"^(?:<!-- test: (?P<how>\w+) -->\n)?```(?P<language>\w*)\n(?P<body>.*?)^```$",
                   re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Licence as the page names it → words of the metadata that say so.
LICENCES = {"MIT": ("MIT", "Permission is hereby granted, free of charge"), "BSD": ("BSD",),
            "Apache-2.0": ("Apache",), "PSF": ("Python Software Foundation",)}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def snippets(page: Path) -> list[tuple[str, str]]:
    """(how it is tested, code) of the Python blocks of a page."""
    return [(m["how"] or "compile", m["body"]) for m in FENCE.finditer(text_of(page)) if m["language"] == "python"]


def heading_anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}


@BY_PAGE
def test_links_lead_somewhere(page):
    wrong = []
    for target in LINK.findall(text_of(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in heading_anchors(place)):
            wrong.append(target)
    assert not wrong


def test_the_index_links_every_page():
    linked = set(LINK.findall(text_of(ROOT / "docs/index.md")))
    assert {p.name for p in (ROOT / "docs").glob("*.md")} - {"index.md"} <= linked


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.stem)
def test_a_page_is_short(page):
    if page.name != "cli.md":
        assert text_of(page).count("\n") <= 130


COMMANDS = {name: command for name, command, _ in commands()}


def cited_commands(page: Path) -> list[str]:
    """Every `cellwright …` line of a page: shell blocks, indented lines and code in the text."""
    text = text_of(page)
    lines = re.findall(r"^(?: {4}|\$ )?(cellwright .*)$", text, re.MULTILINE)
    lines += re.findall(r"`(cellwright [^`]*)`", text)
    return [] if page.name == "cli.md" else lines


def fault_of(line: str) -> str | None:
    """Why a cited command line is none: an unknown command, option or a surplus argument."""
    words = [w.strip("[]") for w in shlex.split(line.replace("…", ""), comments=True)[1:]]
    name: tuple[str, ...] = ()
    while words and (*name, words[0]) in COMMANDS:
        name = (*name, words.pop(0))
    command = COMMANDS[name]
    if getattr(command, "commands", None):
        return None if not words or words == ["--help"] else f"{line!r}: no command {words[0]!r}"
    options = {flag: p for p in command.params for flag in (*p.opts, *p.secondary_opts) if flag.startswith("-")}
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    given = 0
    while words:
        word = words.pop(0)
        if word.startswith("-") and word != "-":
            if word == "--help":
                continue
            if word not in options:
                return f"{line!r}: no option {word}"
            if not options[word].is_flag and (not words or words.pop(0).startswith("-")):
                return f"{line!r}: {word} wants a value"
        else:
            given += 1
    most = None if any(p.nargs == -1 for p in arguments) else len(arguments)
    return f"{line!r}: too many arguments" if most is not None and given > most else None


@BY_PAGE
def test_commands_are_real(page):
    assert [f for f in map(fault_of, cited_commands(page)) if f] == []


@pytest.mark.parametrize("line", ["cellwright desing a.pdf", "cellwright design a.pdf --sed 1", "cellwright doctor x",
                                  "cellwright evals rum", "cellwright design a.pdf --seed"])
def test_a_wrong_command_would_be_noticed(line):
    assert fault_of(line)


def test_the_docs_cite_commands():
    assert sum(len(cited_commands(p)) for p in PAGES) >= 20


def test_make_targets_are_real():
    targets = set(re.findall(r"^([a-z][\w-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))
    cited = {name for page in PAGES for name in re.findall(r"(?:^ {4}|`)make ([\w-]+)", text_of(page), re.MULTILINE)}
    assert {"demo", "test"} <= cited <= targets


FILE_NAME = re.compile(r"(?<![\w/.$-])((?:knowledge|tools|agent|evals|tests|examples|docs)/[\w./*-]*\w\*?|\w+\.md)"
                       r"(?![\w/<{])")
SOURCES = [p for package in ("knowledge", "tools", "agent", "evals") for p in sorted((ROOT / package).rglob("*.py"))]


def missing_files(page: Path, text: str) -> list[str]:
    """File names in a text that name nothing, seen from the repository, the page's folder or the docs."""
    here = (ROOT, page.parent, ROOT / "docs")
    return [f"{page.relative_to(ROOT)}: {name}" for name in FILE_NAME.findall(text)
            if not any(list(base.glob(name)) for base in here)]


@BY_PAGE
def test_files_that_a_page_names_exist(page):
    assert missing_files(page, text_of(page)) == []


def test_files_that_comments_name_exist():
    wrong = []
    for path in SOURCES:
        wrong += missing_files(path, "\n".join(s for s in text_of(path).splitlines() if "import" not in s))
    assert wrong == []


def test_the_command_line_page_is_up_to_date():
    assert text_of(ROOT / "docs/cli.md") == reference(), "python -m evals.cli_reference > docs/cli.md"
    assert "\x1b" not in reference()
    assert max(len(line) for line in reference().split("```text")[1].splitlines()) <= 100


def test_the_exit_codes_page_lists_every_code():
    table = re.findall(r"^\| (\d+) \| (.+) \|$", text_of(ROOT / "docs/architecture.md"), re.MULTILINE)
    known = {v for k, v in vars(exit_codes).items() if k.isupper() and isinstance(v, int)}
    assert {int(code) for code, _ in table} == known


@BY_PAGE
def test_every_snippet_compiles_and_imports_what_there_is(page):
    for _, code in snippets(page):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(node.module or "")
                assert all(hasattr(module, alias.name) for alias in node.names)


@BY_PAGE
def test_marked_snippets_run(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CELLWRIGHT_HOME", str(tmp_path / "home"))
    space = {"__name__": "snippet", "settings": Settings(home=tmp_path / "home", out=tmp_path / "runs")}
    for how, code in snippets(page):
        if how == "run":
            exec(compile(code, str(page), "exec"), space)
    if page.name == "python.md":
        assert "nmc811_graphite_siox" in capsys.readouterr().out


def test_some_snippets_do_run():
    hows = [how for page in PAGES for how, _ in snippets(page)]
    assert hows.count("run") >= 2 and hows.count("slow") >= 1


# What the names in the ten-line snippet stand for, so that its attributes can be checked without a run.
STAND_FOR: dict[str, type[BaseModel]] = {"report": Report, "offer": Offer, "f": Figure, "settings": Settings}


def attribute_faults(tree: ast.AST) -> list[str]:
    def model_of(node: ast.expr) -> object:
        if isinstance(node, ast.Name):
            return STAND_FOR.get(node.id)
        if isinstance(node, ast.Attribute):
            base = model_of(node.value)
            if inspect.isclass(base) and issubclass(base, BaseModel) and node.attr in base.model_fields:
                annotation = base.model_fields[node.attr].annotation
                return next((a for a in (annotation, *get_args(annotation)) if inspect.isclass(a)), None)
        return None

    faults = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            base = model_of(node.value)
            if inspect.isclass(base) and issubclass(base, BaseModel) and not hasattr(base, node.attr) \
                    and node.attr not in base.model_fields:
                faults.append(f"{base.__name__} has no {node.attr}")
    return faults


def slow_snippet() -> str:
    return next(code for how, code in snippets(ROOT / "docs/python.md") if how == "slow")


def test_the_ten_lines_use_what_there_is():
    tree = ast.parse(slow_snippet())
    assert len(slow_snippet().strip().splitlines()) <= 12
    assert attribute_faults(tree) == []
    assert attribute_faults(ast.parse("report.feasibility.txet")) == ["Feasibility has no txet"]
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)):
        if call.func.id == "Settings":
            assert {k.arg for k in call.keywords} <= set(Settings.model_fields)
        if call.func.id == "design_document":
            inspect.signature(design_document).bind(*call.args, **{str(k.arg): k.value for k in call.keywords})
    paths = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and str(n.value).startswith("examples/")]
    assert paths and all((ROOT / p).is_file() for p in paths)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_ten_lines_answer_an_rfx(tmp_path, monkeypatch, capsys):
    """The snippet as it stands; only the settings it makes are held to a throw-away home and a small budget."""
    small = {"home": tmp_path / "home", "out": tmp_path / "runs", "designs": 4, "simulations": 32}
    monkeypatch.setenv("CELLWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("agent.settings.Settings", lambda **given: Settings(**{**given, **small}))
    monkeypatch.chdir(ROOT)
    space: dict[str, object] = {"__name__": "snippet"}
    exec(compile(slow_snippet(), "docs/python.md", "exec"), space)
    report = space["report"]
    assert isinstance(report, Report) and report.offers
    assert report.feasibility.text in capsys.readouterr().out
    assert list((tmp_path / "runs").glob("*/report.html"))


def test_the_licence_table_is_what_is_installed():
    rows = dict(re.findall(r"^\| ([\w.-]+) \| ([a-z][\w, .-]+) \|$", text_of(ROOT / "docs/operating.md"), re.MULTILINE))
    rows = {licence: names.split(", ") for licence, names in rows.items() if licence in LICENCES}
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    needed = {re.split(r"[<>=!~;\[ ]", d)[0] for d in project["dependencies"]}
    assert sorted(n for names in rows.values() for n in names) == sorted(needed)
    for licence, names in rows.items():
        for name in names:
            told = metadata(name)
            words = " ".join([told.get("License-Expression") or "", told.get("License") or "",
                              *(told.get_all("Classifier") or [])])
            assert any(w in words for w in LICENCES[licence]), f"{name} is not {licence}"
