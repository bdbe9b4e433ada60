"""Gold labels of an example document: written beside its text, from the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

THIRD = 0.3333


def ask(
    metric: str, comparator: str, value: Any, unit: str | None, quote: str, *, priority: str = "must",
    level: str = "cell", written: tuple[Any, str] | None = None, **conditions: Any,
) -> dict[str, Any]:
    """One labelled requirement in canonical units; `quote` is an exact piece of the document."""
    label: dict[str, Any] = {
        "metric": metric, "level": level, "comparator": comparator, "value": value, "unit": unit, "priority": priority,
        "source": {"quote": quote},
    }
    if written is not None:
        label["as_written"] = {"value": written[0], "unit": written[1]}
    if conditions:
        label["conditions"] = conditions
    return label


def standards(names: list[str], quote: str) -> list[dict[str, Any]]:
    """One requirement for each standard of a list."""
    return [ask("standard_compliance", "required", name, None, quote) for name in names]


def distractor(metric: str, value: Any, quote: str, why: str) -> dict[str, Any]:
    """A number of the document that is not asked of the cell; it must not become a live requirement."""
    return {"metric": metric, "value": value, "quote": quote, "why": why}


def write_gold(
    path: Path, document: str, language: str, requirements: list[dict[str, Any]], distractors: list[dict[str, Any]],
    findings: list[dict[str, Any]], accepted: list[dict[str, Any]] | None = None,
) -> None:
    """Write a gold file; `accepted` are readings that count neither for nor against."""
    numbered = [{"id": f"R{n:02d}", **label} for n, label in enumerate(requirements, 1)]
    gold = {"document": document, "language": language, "requirements": numbered, "findings": findings,
            "distractors": distractors}
    if accepted:
        gold["also_accepted"] = accepted
    text = yaml.safe_dump(gold, sort_keys=False, allow_unicode=True, width=110)
    path.write_text("# Written by examples/rfx/make_examples.py; change the numbers there.\n" + text, encoding="utf-8")
