"""Numbers that a share is compared with, told by the words behind them: `不低于23℃时的78%`, `25℃における容量の70%`."""

from __future__ import annotations

from collections.abc import Sequence

from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

_LONGEST = 20         # characters between the number and the share


def compared(text: str, q: Quantity, after: Quantity | None) -> bool:
    """Whether `q`, a temperature or a load, is what the share `after` it is a share of."""
    if after is None or not after.is_a("percent") or not q.is_a("temperature", "rate", "current") or q.shape not in (
            "single", "tolerance") or not 0 < after.start - q.end <= _LONGEST:
        return False
    tail = lexicon("compared_tail").starting_at(text, q.end, after.start)
    return tail is not None and not text[tail.end:after.start].strip()


def reference_of(text: str, q: Quantity, hi: int) -> bool:
    """Whether the words behind `q` make it the reference of a share that follows within text[:hi]."""
    tail = lexicon("compared_tail").starting_at(text, q.end, min(hi, q.end + _LONGEST))
    if tail is None:
        return False
    rest = text[tail.end:min(hi, tail.end + 12)].lstrip()
    return rest[:1].isdigit() and "%" in rest


def compared_ones(text: str, quantities: Sequence[Quantity]) -> list[tuple[Quantity, Quantity]]:
    """(reference, share) of all such pairs side by side."""
    return [(a, b) for a, b in zip(quantities, quantities[1:], strict=False) if compared(text, a, b)]
