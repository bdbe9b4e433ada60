"""Claims of many sources as one figure with its spread."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median, quantiles

from knowledge.evidence import Claim, Reported

_SHOWN = 5


def merged(claims: Iterable[Claim]) -> list[Reported]:
    """One entry per material and property, most sources first. The same value told twice by a source counts once."""
    groups: dict[tuple[str, str, str], dict[tuple[str, float], Claim]] = {}
    for claim in claims:
        if claim.method != "theory":
            key = (claim.composition, claim.property, claim.unit)
            groups.setdefault(key, {}).setdefault((claim.source, claim.value), claim)
    found = [_reported(*key, list(group.values())) for key, group in groups.items()]
    return sorted(found, key=lambda r: (-r.sources, -r.count, r.composition, r.property))


def _reported(composition: str, name: str, unit: str, claims: list[Claim]) -> Reported:
    values = sorted(c.value for c in claims)
    middle = median(values)
    parts = quantiles(values, n=4, method="inclusive") if len(values) >= 4 else None
    nearest = sorted(claims, key=lambda c: (abs(c.value - middle), c.source))[:_SHOWN]
    return Reported(
        composition=composition, property=name, unit=unit, count=len(values), sources=len({c.source for c in claims}),
        median=middle, low=values[0], high=values[-1], quartiles=(parts[0], parts[2]) if parts else None,
        claims=tuple(nearest), by_model=sum(c.read_by == "llm" for c in claims),
        disputed=sum(c.disputed is not None for c in claims))
