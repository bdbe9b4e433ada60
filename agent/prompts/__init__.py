"""Prompts as Markdown files with a version and declared variables."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml


@lru_cache(maxsize=32)
def _parts(name: str) -> tuple[dict[str, object], str]:
    text = (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8")
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


def prompt(name: str, **variables: str) -> str:
    """The prompt with its variables put in.

    Raises:
        KeyError: a variable that the prompt declares is missing, or one that it does not declare is given.
    """
    head, body = _parts(name)
    declared = set(head["variables"])  # type: ignore[call-overload]
    if declared != variables.keys():
        raise KeyError(f"prompt {name} wants {sorted(declared)}, got {sorted(variables)}")
    for key, value in variables.items():
        body = body.replace("{" + key + "}", value)
    return body.strip()


def version_of(name: str) -> int:
    """The version of a prompt: raised when its words change."""
    return int(str(_parts(name)[0]["version"]))
