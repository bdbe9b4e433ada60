"""The range in which a field's value is plausible, declared with the field itself, and read back for a message.

`Annotated[float, Plausible(5, 400)]` beside pydantic's own bounds: those keep a model sound, this one tells a slip of
the unit. It is no part of a schema, so that stating it changes no identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import annotated_types as bound
from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Plausible:
    """From `low` to `high`, both included, in the unit of the field's name."""

    low: float
    high: float


def plausible_of(field: FieldInfo) -> Plausible | None:
    """What a field declares as plausible, itself or in one of the types that it may have."""
    inner = [m for part in (field.annotation, *get_args(field.annotation)) if get_origin(part) is Annotated
             for m in get_args(part)[1:]]
    return next((m for m in (*field.metadata, *inner) if isinstance(m, Plausible)), None)


@cache
def plausible_ranges(model: type[BaseModel]) -> dict[str, tuple[float, float]]:
    """Field → (low, high) of every field of a model that declares a plausible range."""
    found = {name: plausible_of(field) for name, field in model.model_fields.items()}
    return {name: (span.low, span.high) for name, span in found.items() if span is not None}


def range_words(field: FieldInfo) -> str:
    """The plausible range of a field in words, or else the bounds that it keeps; empty where it has neither."""
    span = plausible_of(field)
    if span is not None:
        return f"{span.low:g} to {span.high:g}"
    ends: dict[str, Any] = {}
    for m in field.metadata:
        for kind, word, end in ((bound.Ge, "", "ge"), (bound.Gt, "above ", "gt"), (bound.Le, "", "le"),
                                (bound.Lt, "below ", "lt")):
            if isinstance(m, kind):
                ends["low" if end in ("ge", "gt") else "high"] = (word, getattr(m, end))
    if "low" in ends and "high" in ends:
        above = ends["low"][0] if ends["low"][1] == 0 else ""
        return f"{above}{ends['low'][1]:g} to {ends['high'][1]:g}"
    if "low" in ends:
        word, value = ends["low"]
        return f"values above {value:g}" if word else f"values of at least {value:g}"
    if "high" in ends:
        word, value = ends["high"]
        return f"values below {value:g}" if word else f"values of at most {value:g}"
    return ""
