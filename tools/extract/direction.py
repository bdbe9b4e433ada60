"""Whether words speak of charging or of a state of charge."""

from __future__ import annotations

import re

from tools.extract.phrases import lexicon

_SHARE = re.compile(r"(?:[%％]|percent|per cent|Prozent|half|full|halber|voller|pleine|mi-|(?:state|level|degree) of"
                    r"|état de|niveau de)\s*(?:of\s+|de\s+)?$", re.IGNORECASE)
_STATE = re.compile(r"\s?(?:率|状態|状态|상태|율|量|량)|ed?\s+(?:at|to)\s+\d+\s?%")


def charging(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] speaks of charging; `20 % charge` and `full charge` are states and no verbs."""
    return any(not _SHARE.search(text, max(start, h.start - 14), h.start) and not _STATE.match(text, h.end)
               for h in lexicon("slots", "charge").find(text, start, end))
