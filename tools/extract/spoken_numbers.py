"""Numbers spoken out, by the grammar of each language: `two hundred and eighty`, `zweitausendfünfhundert`, `이십구`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

_DIGIT = "zero oh one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_DE_ONES = "null ein zwei drei vier fünf sechs sieben acht neun"
_DE_TEENS = "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
_DE_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
_FR_ONES = "zéro un deux trois quatre cinq six sept huit neuf"
_FR_TEENS = "dix onze douze treize quatorze quinze seize"
_FR_TENS = "vingt trente quarante cinquante soixante septante huitante nonante"
_KO_ONES = "영 일 이 삼 사 오 육 칠 팔 구"
_KO_NATIVE = "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉"
_KO_SHORT = "한 두 세 네"
_KO_TENS = "열 스물 서른 마흔 쉰 예순 일흔 여든 아흔"


@lru_cache(maxsize=1)
def _values() -> dict[str, float]:
    table: dict[str, float] = {"zero": 0, "nought": 0, "oh": 0, "hundred": 100, "thousand": 1e3, "million": 1e6, "a": 1}
    table |= {w: i for i, w in enumerate(_DIGIT.split()[2:], 1)} | {w: 10 + i for i, w in enumerate(_TEENS.split())}
    table |= {w: 10 * i for i, w in enumerate(_TENS.split(), 2)}
    table |= {w: i for i, w in enumerate(_DE_ONES.split())} | {w: 10 + i for i, w in enumerate(_DE_TEENS.split())}
    table |= {w: 10 * i for i, w in enumerate(_DE_TENS.split(), 2)} | {"hundert": 100, "tausend": 1e3, "eine": 1}
    table |= {w: i for i, w in enumerate(_FR_ONES.split())} | {w: 10 + i for i, w in enumerate(_FR_TEENS.split())}
    table |= {w: 10 * i for i, w in enumerate(_FR_TENS.split(), 2)}
    return table | {"cent": 100, "cents": 100, "mille": 1e3, "million": 1e6, "millions": 1e6, "vingts": 20}


def _either(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_GAP = r"[ \t]*[\s-][ \t]*"      # a space, a hyphen or the end of a line


def _english() -> str:
    ones = _either(_DIGIT.replace("zero oh ", ""))
    below = rf"(?:(?:{_either(_TENS)})(?:{_GAP}(?:{ones})(?!\w))?|{_either(_TEENS)}|{ones})"
    more = rf"(?!{_GAP}hundred\b)"              # between one hundred and two hundred
    hundreds = rf"(?:(?:{below}|a){_GAP})?hundred(?:(?:\s+and\s+|{_GAP}){below}\b{more})?"
    few = rf"(?:{hundreds}|{below})"
    thousands = rf"(?:(?:{few}|a){_GAP})?thousand(?:(?:\s+and\s+|{_GAP}){few}\b(?!{_GAP}(?:thousand|million)\b))?"
    millions = rf"(?:{few}|a){_GAP}million(?:(?:\s+and)?\s+(?:{thousands}|{few})\b)?"
    whole = rf"(?:{millions}|{thousands}|{few}|zero|nought)"
    part = rf"(?:(?:{whole}\s+)?point(?:[\s-]+(?:{_either(_DIGIT)}|{_either(_TEENS)}|{_either(_TENS)})\b)+)"
    return rf"{part}|{whole}(?:\s+and\s+(?:(?:a\s+)?half|(?:a\s+|one\s+)?quarter|three[\s-]quarters)(?!\s+of)\b)?"


def _german() -> str:
    ones = _either(_DE_ONES.replace("null ", ""))
    below = rf"(?:(?:(?:{ones})und)?(?:{_either(_DE_TENS)})|{_either(_DE_TEENS)}|eins|{ones})"
    hundreds = rf"(?:(?:{ones})?hundert(?:(?:und)?{below})?)"
    few = rf"(?:{hundreds}|{below})"
    whole = rf"(?:{few}?tausend(?:(?:und)?{few})?|{few}|null)"
    digits = _either(_DE_ONES.replace(" ein ", " eins ") + " zehn")
    return rf"{whole}\s+komma(?:\s+(?:{digits})\b)+|(?:{ones})einhalb|{whole}"


def _french() -> str:
    ones = _either(_FR_ONES.replace("zéro ", ""))
    teens = rf"dix[\s-](?:sept|huit|neuf)|{_either(_FR_TEENS)}"
    joint = r"(?:\s+et\s+|-et-|[\s-])"
    below = (rf"(?:quatre[\s-]vingts?(?:[\s-](?:{teens}|{ones})\b)?|soixante(?:{joint}(?:{teens}|{ones})\b)?"
             rf"|(?:{_either(_FR_TENS)})(?:{joint}(?:{ones})\b)?|{teens}|{ones})")
    hundreds = rf"(?:(?:{ones})[\s-])?cents?\b(?!\s+(?:a|per|each)\b)(?:[\s-]{below}\b(?!\s(?:cent|mille)))?"
    few = rf"(?:{hundreds}|{below})"
    thousands = rf"(?:{few}[\s-])?mille(?:[\s-]{few}\b)?"
    whole = rf"(?:{few}\smillions?(?:\s(?:{thousands}|{few})\b)?|{thousands}|{few}|zéro)"
    return rf"{whole}\s+virgule(?:\s+zéro)*\s+{few}|{whole}(?:\s+et\s+demie?\b)?"


def _korean() -> str:
    digit = "[일이삼사오육칠팔구]"
    below = rf"(?:{digit}?천)?(?:{digit}?백)?(?:{digit}?십)?{digit}?"
    long = rf"(?={digit}*[십백천만])(?:(?:{below})만\s?)?{below}"
    native = (rf"(?:{_either(_KO_TENS)}|스무)(?:{_either(_KO_NATIVE)}|{_either(_KO_SHORT)})?"
              rf"|{_either(_KO_NATIVE)}|[두세네](?=\s(?:시간|달|개월|해|주|배))")
    after = r"퍼센트|밀리|그램|킬로|볼트|암페어|와트|도(?![\w가-힣])|년|개월|분|초|℃|%"
    single = rf"[삼사오육칠팔구](?=\s?(?:{after}))|영(?=\s도)"
    return rf"(?:(?:{long}|[영{digit[1:-1]}])\s점(?:\s[영{digit[1:-1]}])+|{native}|{long}|{single})"


_KOREAN = re.compile(rf"(?<![가-힣\w])(?:{_korean()})", re.UNICODE)
_HANGUL = re.compile("[가-힣]")
_PLAIN = (("en", _english), ("de", _german), ("fr", _french))


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rf"(?:{made()})(?!\w)", re.IGNORECASE)) for name, made in _PLAIN)


@lru_cache(maxsize=1)
def _first() -> re.Pattern[str]:
    words = {w for t in (_DIGIT, _TEENS, _TENS, _DE_ONES, _DE_TEENS, _DE_TENS, _FR_ONES, _FR_TEENS, _FR_TENS)
             for w in t.split()} | {"a hundred", "a thousand", "a million", "hundred", "thousand", "hundert", "tausend",
                                    "cent", "mille", "point", "nought"}
    return re.compile(rf"(?<![\w-])(?:{_either(' '.join(w.split()[0] for w in words))})", re.IGNORECASE)


def spoken(text: str, start: int, end: int) -> Iterator[tuple[int, int, float]]:
    """(start, end, value) of every number in words of text[start:end], the longest reading at each place, in order."""
    place = start
    for first in _first().finditer(text, start, end):
        if first.start() < place:
            continue
        made = [(m.end(), name, m) for name, p in _patterns() if (m := p.match(text, first.start(), end))]
        if made:
            place, name, match = max(made, key=lambda m: m[0])
            value = _READ[name](" ".join(match.group().lower().split()))
            if value is not None:
                yield match.start(), place, value
    if _HANGUL.search(text, start, end):
        for match in _KOREAN.finditer(text, start, end):
            yield match.start(), match.end(), _read_korean(match.group())


def _english_value(words: str) -> float | None:
    words = words.replace("-", " ")
    whole, _, rest = words.partition("point")
    if rest:
        return _with_digits(_sum(whole.split()), rest.split())
    for tail, more in ((" and three quarters", 0.75), (" and a quarter", 0.25), (" and one quarter", 0.25),
                       (" and quarter", 0.25), (" and a half", 0.5), (" and half", 0.5)):
        if words.endswith(tail):
            return _sum(words.removesuffix(tail).split()) + more
    return _sum(words.split()) if words not in ("a", "oh") else None


def _with_digits(whole: float, digits: list[str]) -> float:
    return float(f"{whole:.0f}." + "".join(f"{_values()[d]:.0f}" for d in digits))


def _sum(words: list[str]) -> float:
    total = current = 0.0
    for word in words:
        value = _values().get(word)
        if value is None:
            continue                                       # and, et
        if value >= 1000:
            total, current = (total + current or 1) * value if value > 1e3 else total + (current or 1) * value, 0.0
        elif value == 100:
            current = (current or 1) * 100
        else:
            current += value
    return total + current


def _german_value(words: str) -> float | None:
    whole, komma, rest = words.partition(" komma ")
    if komma:
        return _with_digits(_compound(whole), [w.replace("eins", "ein") for w in rest.split()])
    if whole.endswith("einhalb"):
        return _compound(whole.removesuffix("einhalb")) + 0.5
    return _compound(whole)


@lru_cache(maxsize=1)
def _german_parts() -> re.Pattern[str]:
    return re.compile(_either(f"{_DE_TEENS} {_DE_TENS} {_DE_ONES} hundert tausend eins"))


def _compound(word: str) -> float:
    parts = _german_parts().findall(word)
    return _sum(["ein" if p == "eins" else p for p in parts])


def _french_value(words: str) -> float | None:
    words = words.replace("-", " ")
    whole, comma, rest = words.partition(" virgule ")
    if comma:
        zeros = len(re.findall("zéro", rest))
        return float(f"{_french_sum(whole):.0f}." + "0" * zeros + f"{_french_sum(rest):.0f}")
    if re.search(r" et demie?$", words):
        return _french_sum(re.sub(r" et demie?$", "", words)) + 0.5
    return _french_sum(words) if words != "un" else None       # an article


def _french_sum(words: str) -> float:
    return _sum(_FOUR_SCORE.sub("huitante", words).split())


_FOUR_SCORE = re.compile(r"quatre vingts?")
_KO = {w: i for i, w in enumerate(_KO_ONES.split())}
_KO_SCALES = {"십": 10, "백": 100, "천": 1000}
_KO_SMALL = {w: i for i, w in enumerate(_KO_NATIVE.split(), 1)} | {w: i for i, w in enumerate(_KO_SHORT.split(), 1)}
_KO_LARGE = {w: 10 * i for i, w in enumerate(_KO_TENS.split(), 1)} | {"스무": 20}


def _read_korean(word: str) -> float:
    whole, point, rest = word.partition("점")
    if point:
        return float(f"{_read_korean(whole.strip()):.0f}." + "".join(str(_KO[d]) for d in rest.split()))
    for ten, value in _KO_LARGE.items():
        if whole.startswith(ten):
            return float(value + _KO_SMALL.get(whole.removeprefix(ten), 0))
    if whole in _KO_SMALL:
        return float(_KO_SMALL[whole])
    total = current = digit = 0
    for character in whole.replace(" ", ""):
        if character == "만":
            total, current, digit = (current + digit or 1) * 10_000, 0, 0
        elif character in _KO_SCALES:
            current, digit = current + (digit or 1) * _KO_SCALES[character], 0
        else:
            digit = _KO[character]
    return float(total + current + digit)


_READ: dict[str, Callable[[str], float | None]] = {
    "en": _english_value, "de": _german_value, "fr": _french_value}
