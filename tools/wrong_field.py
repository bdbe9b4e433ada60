"""What is wrong with a field, in one sentence: its path, its value, its plausible range or the words it takes.

Read from the models themselves, so that a message names both ends of a range wherever one of them was missed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError
from pydantic.fields import FieldInfo

from knowledge.plausible import plausible_of, plausible_ranges, range_words
from tools.failures import BadInput

BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number")
NO_NUMBER = ("float_type", "float_parsing", "int_type", "int_parsing", "int_from_float")
UNITS, VOLTS = ("um", "mm", "cm2", "cm3", "C", "V", "A", "Ah", "s", "W", "m2K"), ("v_min", "v_max")
NO_OBJECT = ("model_type", "model_attributes_type", "dict_type")
Options = tuple[tuple[str | None, Any], ...]  # the tag that an error's place names, and the type


def validation_message(error: ValidationError, root: type[BaseModel] | None = None) -> str:
    """One sentence naming the first wrong field, what is wrong with it, its plausible range, and the other fields.

    Args:
        root: the model that was validated; without it only the bound that was missed is known.
    """
    first, *rest = error.errors()
    others = list(dict.fromkeys(_find(root, problem["loc"])[0] for problem in rest))
    more = f" (and {len(rest)} more: {', '.join(others[:3])}{', …' if len(others) > 3 else ''})" if rest else ""
    return _sentence(first, root) + more


def check_plausible(given: BaseModel, prefix: str = "") -> None:
    """Refuse a value that a slip of the unit has made, anywhere in a model.

    Raises:
        tools.failures.BadInput: names the field and its plausible range.
    """
    for name, (low, high) in plausible_ranges(type(given)).items():
        value = getattr(given, name)
        if value is not None and not low <= value <= high:
            field, place = type(given).model_fields[name], f"{prefix}{name}"
            raise BadInput(f"{place} is {value:g}; plausible are {range_words(field)}{_hint(place, value, field)}",
                           field=place)
    for name in type(given).model_fields:
        inner = getattr(given, name)
        if isinstance(inner, BaseModel):
            check_plausible(inner, f"{prefix}{name}.")


def _hint(place: str, value: Any, field: FieldInfo) -> str:
    span, name = plausible_of(field), place.rsplit(".", 1)[-1]
    if span is not None and span.high <= 1 and isinstance(value, int | float) and 1 < value <= 100:
        return " (a share of 1, not per cent)"
    return " (is the unit right?)" if name.rsplit("_", 1)[-1] in UNITS or name in VOLTS else ""


def _sentence(problem: Any, root: type[BaseModel] | None) -> str:
    kind, value, context = problem["type"], problem.get("input"), problem.get("ctx", {})
    place, field, models = _find(root, problem["loc"])
    words = range_words(field) if field is not None else ""
    if kind == "extra_forbidden":
        return f"{place} is no field that is known; {_nearest(place.rsplit('.', 1)[-1], models)}"
    if kind == "missing":
        return f"{place} is missing{_about(field)}"
    if kind in BOUNDS and words:
        number = f"{value:g}" if isinstance(value, int | float) else repr(value)
        return f"{place} is {number}; plausible are {words}{_hint(place, value, field) if field is not None else ''}"
    if kind in NO_NUMBER:
        whole = "a whole number" if kind.startswith("int") else "a number"
        return (f"{place} is {_shown(value)}; {whole} is needed"
                f"{f', plausible are {words}' if words else ''} (its unit stands in the field's name)")
    if kind == "literal_error":
        return f"{place} is {_shown(value)}; it must be {context.get('expected')}"
    if kind == "union_tag_not_found":
        key = str(context.get("discriminator", "")).strip("'")
        return f"{place}.{key} is missing; there are {_tags(field, key)}"
    if kind == "union_tag_invalid":
        key = str(context.get("discriminator", "")).strip("'")
        return f"{place}.{key} is {_shown(context.get('tag'))}; there are {context.get('expected_tags')}"
    if kind in NO_OBJECT:
        return f"{place} is {_shown(value)}; an object with named fields is needed"
    return f"{place}: {problem['msg']}, got {_shown(value)}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _about(field: FieldInfo | None) -> str:
    if field is None:
        return ""
    words = [field.description] if field.description else []
    words += [f"plausible are {range_words(field)}"] if range_words(field) else []
    words += [f"such as {field.examples[0]!r}"] if field.examples else []
    words += [f"an object whose kind is one of {_tags(field, 'kind')}"] if _tags(field, "kind") else []
    return f": {', '.join(words)}" if words else ""


def _nearest(name: str, models: Iterable[type[BaseModel]]) -> str:
    fields = list(dict.fromkeys(known for model in models for known in model.model_fields))
    near = difflib.get_close_matches(name, fields, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(fields)}"


def _tags(field: FieldInfo | None, key: str) -> str:
    models = [m for _, m in _options(field.annotation)] if field is not None else []
    found = [repr(word) for model in models if key in getattr(model, "model_fields", {})
             for word in get_args(model.model_fields[key].annotation)]
    return ", ".join(found)


def _find(root: type[BaseModel] | None, loc: tuple[int | str, ...]
          ) -> tuple[str, FieldInfo | None, tuple[type[BaseModel], ...]]:
    """The place of an error without the tags of unions, its field, and the models that the last part may be of."""
    options: Options = ((None, root),) if root is not None else ()
    parts: list[str] = []
    field: FieldInfo | None = None
    inside: tuple[type[BaseModel], ...] = ()
    for part in loc:
        models = tuple(m for _, m in options if isinstance(m, type) and issubclass(m, BaseModel))
        holder = next((m for m in models if part in m.model_fields), None)
        tagged = tuple(option for option in options if part in _names_of(option))
        if holder is None and tagged:
            options = tagged
            continue
        parts.append(str(part))
        inside = models or inside
        if holder is not None:
            field = holder.model_fields[str(part)]
            options = _options(field.annotation, field.metadata)
        elif isinstance(part, str):
            field, options = None, ()
    return ".".join(parts) or "the request", field, inside


def _names_of(option: tuple[str | None, Any]) -> set[str]:
    """How an error's place names one type of a union: its tag, or the words of its literal field."""
    tag, model = option
    literal = [f.annotation for f in getattr(model, "model_fields", {}).values() if get_origin(f.annotation) is Literal]
    return {*([tag] if tag else []), *(word for kind in literal for word in get_args(kind))}


def _options(annotation: Any, metadata: Iterable[Any] = ()) -> Options:
    """The types that an annotation allows, each with its tag; of a sequence or mapping those of its items."""
    tag = next((m.tag for m in metadata if isinstance(m, Tag)), None)
    if get_origin(annotation) is Annotated:
        inner, *extra = get_args(annotation)
        return _options(inner, extra)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return ((tag, annotation),)
    if isinstance(get_origin(annotation), type) and issubclass(get_origin(annotation), Mapping):
        return tuple(o for part in get_args(annotation)[1:] for o in _options(part))
    return tuple(o for part in get_args(annotation) for o in _options(part))
