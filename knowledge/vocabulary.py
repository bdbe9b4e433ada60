"""The vocabulary as data: metrics, units, the words of each language. The YAML beside this module is the source.

Everything is read once and kept; nothing here interprets a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import Field

from knowledge.frozen import Frozen
from knowledge.requirement import Comparator, Level

LANGUAGES = ("en", "de", "ko", "zh", "ja", "fr")
FOLDER = Path(__file__).with_suffix("")
Bound = Literal["above", "below"]


class MetricRow(Frozen):
    """One canonical metric: its unit, what a bare number means, and how documents name it."""

    name: str
    unit: str | None
    dimension: str
    comparator: Comparator
    level: Level = "cell"
    plausible: tuple[float, float] | None = Field(default=None, description="[canonical unit]")
    computed: str = Field(description="what answers it: build-up, dfn, ageing run, card, screen, not evaluated")
    defaults: tuple[str, ...] = Field(default=(), description="document-wide conditions that reach it")
    by_dimension: Mapping[str, str] = Field(default_factory=dict)
    directed: Mapping[str, str] = Field(default_factory=dict)
    implied: bool = False
    text: bool = False
    test: bool = False
    growth: bool = False
    synonyms: Mapping[str, tuple[str, ...]]


class UnitRow(Frozen):
    """One unit as documents write it; `pint` converts it, else `scale` to the dimension's canonical unit."""

    name: str
    dimension: str
    pint: str | None = None
    scale: float = 1.0
    aliases: tuple[str, ...]
    currency: str | None = None


class PhysicalBound(Frozen):
    """A bound no known system passes; `kind` says whether it is derived or assumed.

    Some hold only where a document allows no other `cathode` or `anode`, or does not allow an `other_anode`.
    """

    metric: str
    side: Bound
    bound: float
    unit: str
    kind: Literal["derived", "assumption"]
    reason: str
    cathode: tuple[str, ...] = ()
    anode: tuple[str, ...] = ()
    other_anode: tuple[str, ...] = ()


def _load(name: str) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=loader)


@lru_cache(maxsize=1)
def metrics() -> Mapping[str, MetricRow]:
    """Every metric by name, in the order of the files."""
    rows: dict[str, MetricRow] = {}
    for path in sorted(FOLDER.glob("metrics_*.yaml")):
        for name, data in _load(path.name).items():
            synonyms = {code: tuple(data.pop(code)) for code in LANGUAGES if code in data}
            if name in rows:
                raise ValueError(f"{path.name}: {name} is already declared")
            rows[name] = MetricRow(name=name, synonyms=synonyms, **data)
    return MappingProxyType(rows)


def metric(name: str) -> MetricRow:
    """The row of a canonical metric.

    Raises:
        KeyError: the name is not in the vocabulary.
    """
    try:
        return metrics()[name]
    except KeyError:
        raise KeyError(f"{name!r} is no metric of knowledge/vocabulary; its names are in metrics_*.yaml") from None


def __getattr__(name: str) -> Any:
    """`METRICS` is the table of all rows, read at first use."""
    if name == "METRICS":
        return metrics()
    raise AttributeError(name)


@lru_cache(maxsize=1)
def units() -> Mapping[str, UnitRow]:
    """Every unit by name; prices are spelled out for each currency (`USD/kWh`)."""
    data = _load("units.yaml")
    rows: dict[str, UnitRow] = {}
    for name, unit in data["units"].items():
        per = unit.get("currency")
        if per is None:
            rows[name] = UnitRow(name=name, **unit)
            continue
        for code, spellings in _currencies(data).items():
            aliases = tuple(a.replace("<currency>", s) for a in unit["aliases"] for s in spellings)
            own = f"{code}/{per}" if per else code
            rows[own] = UnitRow(name=own, dimension=unit["dimension"], aliases=aliases, currency=code)
    return MappingProxyType(rows)


@lru_cache(maxsize=1)
def currencies() -> Mapping[str, tuple[str, ...]]:
    """Currency code → its spellings."""
    return MappingProxyType({k: tuple(v) for k, v in _currencies(_load("units.yaml")).items()})


def _currencies(data: Mapping[str, Any]) -> dict[str, list[str]]:
    return dict(data["currencies"]) | {code: [code] for code in data["more_currencies"]}


@lru_cache(maxsize=1)
def dimension_aliases() -> Mapping[str, tuple[str, ...]]:
    """Dimension of a metric → further dimensions whose units it takes."""
    return MappingProxyType({k: tuple(v) for k, v in _load("units.yaml")["dimension_aliases"].items()})


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """The lexicon of all languages merged: lists are joined, mappings are merged key by key."""
    merged: dict[str, Any] = {}
    for code in ("any", *LANGUAGES, "prose", "clauses", "layouts"):
        _merge(merged, _load(f"language_{code}.yaml"))
    return MappingProxyType(merged)


def _merge(into: dict[str, Any], data: Mapping[str, Any]) -> None:
    for key, value in data.items():
        if isinstance(value, Mapping):
            _merge(into.setdefault(key, {}), value)
        elif isinstance(value, list):
            into.setdefault(key, []).extend(str(v) for v in value)
        else:
            into[key] = value


@lru_cache(maxsize=1)
def named() -> Mapping[str, Any]:
    """Things that the second reading looks at beside the names that the rules know: tests, devices, countries …"""
    return MappingProxyType(_load("named.yaml"))


@lru_cache(maxsize=1)
def standards() -> Mapping[str, Any]:
    """Families of standards as regular expressions."""
    return MappingProxyType(_load("standards.yaml"))


@lru_cache(maxsize=1)
def chemistry() -> Mapping[str, Any]:
    """Chemistries and formats by name, with how documents write them."""
    return MappingProxyType(_load("chemistry.yaml"))


@lru_cache(maxsize=1)
def bounds() -> tuple[PhysicalBound, ...]:
    """Physical bounds of single metrics."""
    return tuple(PhysicalBound(**row) for row in _load("bounds.yaml")["bounds"])


@lru_cache(maxsize=1)
def fast_charge_bounds() -> tuple[tuple[float, float], ...]:
    """(below temperature [degC], highest plausible mean C-rate of a charge window), coldest first. Assumptions."""
    return tuple((row["below_C"], row["mean_rate_C"]) for row in _load("bounds.yaml")["fast_charge"])
