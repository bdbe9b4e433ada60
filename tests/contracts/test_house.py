"""The rules of the house: import direction, where packages lie, file and function sizes, forbidden names."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDER = {"knowledge": 1, "tools": 2, "agent": 3, "evals": 4}
SOURCES = sorted(p for package in ORDER for p in (ROOT / package).rglob("*.py"))
FORBIDDEN_STEMS = {"utils", "helpers", "common", "misc", "manager", "core"}


def imported_modules(tree: ast.AST) -> list[str]:
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names.append(node.module or "")
    return names


@pytest.mark.parametrize("package", ORDER)
def test_packages_lie_in_the_repo(package):
    module = importlib.import_module(package)
    assert Path(module.__file__).resolve().is_relative_to(ROOT)


def test_imports_go_one_way():
    wrong = []
    for path in SOURCES:
        here = ORDER[path.relative_to(ROOT).parts[0]]
        for name in imported_modules(ast.parse(path.read_text(encoding="utf-8"))):
            if ORDER.get(name.split(".")[0], 0) > here:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_files_and_functions_stay_small():
    wrong = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 400:
            wrong.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        if path.stem in FORBIDDEN_STEMS:
            wrong.append(f"{path.relative_to(ROOT)}: a name that says nothing")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno > 80:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} is too long")
    assert not wrong


def test_broad_except_stands_only_at_the_edges():
    allowed = {Path("tools/run.py"), Path("agent/surfaces/edge.py")}
    wrong = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"Exception"}
                if names & {"Exception", "BaseException"} and path.relative_to(ROOT) not in allowed:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_every_public_function_has_a_docstring():
    wrong = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            wrong.append(f"{path.relative_to(ROOT)}: no module docstring")
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: no docstring")
    assert not wrong
