"""Must, should or info: from the words nearest to a number, a legend's codes, the line above a list, or the heading."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from knowledge.requirement import Priority
from tools.extract.characters import normalise
from tools.extract.page import Page, metric_hits
from tools.extract.phrases import Phrases, lexicon

_SYMBOLS = "◎○●△▲☆★□■◇◆◯⊙✓✔"
_ENTRY = re.compile(r"(?<![\w])([A-Z]{1,4})\s*(?:=|:|\s[-–]\s|\bis\b|means|bedeutet|steht für|désigne)\s*"
                    r"(?=[^\d\s])([^\n,;.|，、；]{2,60})")
_SIGN = re.compile(rf"([{_SYMBOLS}])\s*[:=-]?\s*([^\n,;.|，{_SYMBOLS}]{{2,40}})")
_BRACKETED = re.compile(r"[\[(]([A-Z]{1,3})[\])]\s*[:=-]?\s*([^\W\d_][^\n,;.|\[(]{2,60})")
_CLASS = re.compile(r"\b(?:class|classe|Klasse|priority|Priorität|code)\s+([A-Z])\s+(?:is|means|ist|=|bedeutet)\s+"
                    r"([^,;.]{3,60})", re.IGNORECASE)
_INLINE = re.compile(r"\b([A-Z])\s+\((must|shall|mandatory|should|wish|desired|optional|Muss|Soll|Wunsch|Kann)\)")


@lru_cache(maxsize=1)
def legend_words() -> Phrases[str]:
    """Words that a legend explains its classes with."""
    data = vocabulary.words()["legend"]
    return Phrases([(p, key) for key, phrases in data.items() for p in phrases])


def legend(page: Page) -> dict[str, Priority]:
    """Codes that the document itself explains (`M = mandatory`), over the usual ones."""
    codes: dict[str, Priority] = {}
    for key, names in vocabulary.words()["legend_codes"].items():
        for name in names:
            codes[name.upper()] = key
    for pattern in (_ENTRY, _CLASS, _INLINE, _SIGN, _BRACKETED):
        for match in pattern.finditer(page.text):
            found = legend_words().search(match.group(2))
            if found and match.group(1) not in page.codes:
                page.codes[match.group(1)] = found.what  # type: ignore[assignment]
    _marks_in_prose(page)
    return {**codes, **{name.upper(): key for name, key in page.codes.items()}}


_MARK = re.compile(rf"(?<![\w])([A-Z]|[{_SYMBOLS}※])(?![A-Za-z0-9])")


def _marks_in_prose(page: Page) -> None:
    """`Items marked A are mandatory, those marked B are scored`: each mark takes the class named after it."""
    for block in page.document.blocks:
        for start, end in page.sentences(block):
            if not lexicon("marked_word").search(page.text, start, end):
                continue
            rest = lexicon("rest_word").search(page.text, start, end)
            marks = [(m.start(), m.group(1)) for m in _MARK.finditer(page.text, start, rest.start if rest else end)]
            edges = [*(place for place, _ in marks), rest.start if rest else end]
            for (place, name), stop in zip(marks, edges[1:], strict=True):
                found = legend_words().search(page.text, place, stop)
                if found:
                    page.codes.setdefault(name, found.what)  # type: ignore[arg-type]
            if rest and marks and (found := legend_words().search(page.text, rest.end, end)):
                page.unmarked = found.what  # type: ignore[assignment]


def is_code(text: str, codes: dict[str, Priority]) -> bool:
    """Whether a cell holds nothing but a class of the legend."""
    return text.strip().upper().strip("().[]") in codes


@lru_cache(maxsize=64)
def _marks(names: tuple[str, ...]) -> re.Pattern[str]:
    words = [re.escape(n) for n in sorted(names, key=len, reverse=True) if n not in _SYMBOLS]
    signs = "".join(n for n in names if n in _SYMBOLS)
    parts = [rf"[\[(]\s*(?P<word>{'|'.join(words)})\s*(?=[\]),;、])"] if words else []
    parts += [f"(?P<sign>[{signs}])"] if signs else []
    return re.compile("|".join(parts))


def marked(page: Page, start: int, end: int, first: int, last: int) -> Priority | None:
    """The class that a mark of the document's legend gives to text[first:last] in a statement text[start:end].

    A mark stands behind what it speaks of (`… shall weigh 2.1 kg. [M]`), else before it in the same statement.
    """
    if not page.codes:
        return None
    pattern, text = _marks(tuple(page.codes)), page.text
    stop = end
    if tail := pattern.match(text, stop + len(text[stop:stop + 12]) - len(text[stop:stop + 12].lstrip(" .)\n。"))):
        stop = tail.end() + 1                               # the closing bracket belongs to the mark
    found = list(pattern.finditer(text, start, stop))
    behind = [m for m in found if m.start() >= last]
    chosen = behind[0] if behind else found[-1] if found else None
    return page.codes[chosen.group("word") if chosen.lastgroup == "word" else chosen.group()] if chosen else None


def cell_priority(text: str, codes: dict[str, Priority]) -> Priority | None:
    """The priority a class cell states."""
    word = normalise(text).strip().upper().strip("().[]")
    if word in codes:
        return codes[word]
    found = legend_words().search(text) or lexicon("priority").search(text)
    return found.what if found else None  # type: ignore[return-value]


def spoken(page: Page, start: int, end: int, anchor: int) -> Priority | None:
    """The priority word of a clause: the last one before the number, else the first one after it."""
    lo, hi = _part(page.text, start, end, anchor)
    found = _spoken(page, lo, min(hi, _reach(page.text, anchor, end)), anchor)
    if found:
        return found
    if lexicon("hard").search(page.text, lo, hi) or lexicon("refused_value").search(page.text, anchor, hi):
        return "must"
    return _spoken(page, start, _reach(page.text, anchor, end), anchor, apart=True)


_SEPARATOR = re.compile(r"[,;](?!\d)|[，、；]")


def _reach(text: str, anchor: int, end: int) -> int:
    """How far behind a number a word still speaks of it: up to the part of the sentence with the next number."""
    own = re.match(r"[+-]?\d[\d.,' ]*\s?[^\s,;，、；]{0,6}|[^\d,;，、；]*[\d.,' ]*[^\s,;，、；]{0,6}", text[anchor:end])
    after = anchor + (own.end() if own else 0)
    other = re.search(r"\d+(?:[.,]\d+)*\s?(?:[%°]|[€$£¥]|[A-Za-zΩμ]{1,4}(?![A-Za-z])|[\u4e00-\u9fff\uac00-\ud7a3])",
                      text[after:end])
    if other is None:
        return end
    cuts = [m.start() for m in _SEPARATOR.finditer(text, after, after + other.start())]
    return cuts[-1] if cuts else after + other.start()


def _part(text: str, start: int, end: int, anchor: int) -> tuple[int, int]:
    """The stretch between the commas around a number; decimal commas do not count."""
    lo, hi = start, end
    for match in re.finditer(r"[,;](?!\d)|[，、；]|\s[-–]\s", text[start:end]):
        place = start + match.start()
        if place < anchor:
            lo = place + 1
        elif place > anchor:
            hi = place
            break
    return lo, hi


def _spoken(page: Page, start: int, end: int, anchor: int, apart: bool = False) -> Priority | None:
    """The word that speaks of the number at `anchor`; `apart` leaves out words within a name (`target price`)."""
    hits = lexicon("priority").find(page.text, start, end)
    if apart and hits:
        names = metric_hits(page, start, end)
        hits = [h for h in hits if not any(n.start <= h.start and h.end <= n.end for n in names)]
    before = [h for h in hits if h.start <= anchor]
    after = [h for h in hits if h.start > anchor]
    wish = [h for h in hits if h.what == "should"]
    if before and after and _ends_another(page.text, start, before[-1].start, anchor):
        return after[0].what  # type: ignore[return-value]
    if before:
        return before[-1].what  # type: ignore[return-value]
    if after:
        return (wish[0] if wish and wish[0] in after else after[0]).what  # type: ignore[return-value]
    return None


_VERB_LAST = re.compile(r"[\u3040-\u30ff\uac00-\ud7a3]")
_COUNTED = re.compile(r"\d\s?(?:[%°℃]|[A-Za-zΩμ]{1,4}|[\u3040-\u9fff\uac00-\ud7a3])")


def _ends_another(text: str, start: int, word: int, anchor: int) -> bool:
    """`5 Ah 이상이어야 하고 5.3 Ah면 더 좋겠습니다`: where verbs come last, a word belongs to the number before it."""
    return bool(_VERB_LAST.search(text, word, anchor + 24)) and _COUNTED.search(text, start, word) is not None


def headed(block: Block) -> Priority | None:
    """The priority that a heading announces (`Nice to have`, `Wunschanforderungen`)."""
    for heading in reversed(block.section):
        hits = lexicon("priority").find(heading)
        wishes = [h for h in hits if h.what == "should"]
        if wishes and not any(h.what == "must" for h in hits):
            return "should"
        asked = lexicon("requirement_section").find(heading)       # a Request for Information asks
        if hits and hits[0].what == "info" and not any(a.start < hits[0].end and hits[0].start < a.end for a in asked):
            return "info"
    return None


def _led(page: Page, block: Block, start: int, end: int, anchor: int) -> Priority | None:
    """The word of the whole sentence; a wish behind a number of another part is that number's alone."""
    found = spoken(page, start, end, anchor)
    first = next((q.end for q in page.inside(block, start, anchor) if q.units), anchor)
    if found == "should" and not any(h.what == "should" and (h.start < first or h.start > anchor)
                                     for h in lexicon("priority").find(page.text, start, end)):
        return None
    return found


def of_statement(
    page: Page, block: Block, clause: tuple[int, int], sentence: tuple[int, int], lead: Priority | None,
    made: tuple[int, int],
) -> Priority:
    """What a demand at `made` is: by the legend's mark, the words of its clause, the line above, the heading."""
    return (marked(page, *clause, *made) or marked(page, *sentence, *made) or spoken(page, *clause, made[0])
            or _led(page, block, sentence[0], max(clause[1], made[1]), made[0])
            or lead or marked(page, block.start, block.end, *made)
            or headed(block) or page.unmarked or "must")
