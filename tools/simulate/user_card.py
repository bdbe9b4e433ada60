"""A user's own material card: checked, kept under `$CELLWRIGHT_HOME/materials`, and named by its content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from knowledge.frozen import content_digest
from knowledge.materials.cards import Card, user_cards_folder
from tools.failures import BadInput, StoreBroken, Unreadable

# What the build-up reads of each kind; a separator is priced by area, all others by mass.
NEEDED = ("density_g_cm3", "heat_capacity_J_kg_K", "price")
PLAUSIBLE = {"density_g_cm3": (0.5, 12.0), "heat_capacity_J_kg_K": (200.0, 4000.0)}
CURRENCIES = ("USD", "RMB")


def add_card(path: Path) -> Card:
    """Check a card file and keep it.

    Raises:
        tools.failures.Unreadable: no such file, or no YAML.
        tools.failures.BadInput: a field is missing or cannot be right; names it and its plausible range.
        tools.failures.StoreBroken: it cannot be written.
    """
    data = _read(path)
    slug = re.sub(r"[^a-z0-9]+", "_", str(data.get("name", "card")).lower()).strip("_")[:24].rstrip("_") or "card"
    key = f"user_{slug}_{content_digest(data)[:8]}"
    try:
        found = Card.model_validate({**data, "key": key})
    except ValidationError as error:
        problem = error.errors()[0]
        where = " / ".join(str(p) for p in problem["loc"])
        raise BadInput(f"{path.name}: {where}: {problem['msg']}", field=where) from error
    _check(found, path.name)
    try:
        user_cards_folder().mkdir(parents=True, exist_ok=True)
        (user_cards_folder() / f"{key}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    except OSError as error:
        raise StoreBroken(f"{user_cards_folder()} cannot be written ({error.strerror}); set CELLWRIGHT_HOME to a "
                          "folder that can") from error
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise Unreadable(f"{path} is no YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(data, dict) or "properties" not in data:
        raise BadInput(f"{path.name} is no card: name, kind and properties are needed", field="properties")
    return {name: value for name, value in data.items() if name != "key"}


def _check(found: Card, name: str) -> None:
    for field in NEEDED:
        if field not in found.properties:
            raise BadInput(f"{name}: properties / {field} is missing; needed are {', '.join(NEEDED)}", field=field)
    for field, (low, high) in PLAUSIBLE.items():
        value = found.value(field)
        if not low <= value <= high:
            raise BadInput(f"{name}: {field} is {value:g}; plausible are {low:g} to {high:g}", field=field)
    unit = found.properties["price"].unit
    per = "m2" if found.kind == "separator" else "kg"
    if unit not in {f"{currency}/{per}" for currency in CURRENCIES}:
        raise BadInput(f"{name}: price is in {unit!r}; a {found.kind} is priced in {' or '.join(CURRENCIES)} per {per}",
                       field="price")
