"""Standards of the device, the vehicle or the pack: whose business they are is said beside their name."""

from __future__ import annotations

import re

from tools.extract import standards
from tools.extract.phrases import lexicon

_PART = re.compile(r"[;；。]|[，、](?![^，、]{0,4}(?:且|而且))|,\s")
_CONTRAST = re.compile(r"\b(?:but|whereas|while|aber|sondern|mais|tandis que)\b")


def of_host(text: str, start: int, end: int, first: int, last: int) -> bool:
    """Whether text[start:end] says that the standard at text[first:last] is no business of the cell's.

    The words stand between this standard and the next one, or before it in its own part of the sentence.
    """
    others = standards.standards_in(text, start, end)
    after = min((a for a, _ in others if a >= last), default=end)
    joined = after < end and _near(text[last:after])
    stop = end if joined else after
    turn = _CONTRAST.search(text, last, stop)
    if lexicon("host_standard").search(text, last, turn.start() if turn else stop):
        return True
    before = max((b for _, b in others if b <= first), default=start)
    lo = max([before, *(m.end() for m in _PART.finditer(text, before, first))])
    return lexicon("host_standard").search(text, lo, first) is not None


def _near(gap: str) -> bool:
    """`IEC 1 and IEC 2 apply to the device`: two names in a row share what is said behind them."""
    return re.fullmatch(r"\s*(?:,|/|and|und|et|sowie|及|和|与|、|および|及び|と|과|와|및)?\s*", gap) is not None
