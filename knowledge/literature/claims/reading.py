"""The pieces that a reported figure is made of, each with its place in a text: quantities, properties, materials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_MINUS = "[-−–‐‑]"
_POWER = rf"(?:\s?[×x·⋅*]\s?10\s?\^?\s?\(?(?:{_MINUS}\s?)?\d+\)?)"
NUMBER = rf"(?:(?<![\w.,/])(?<!\d\.\s)(?<!10{_MINUS})(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?){_POWER}?"
NUMBER += rf"|(?<!\d)(?<!\d[.,])10\s?\^?{_MINUS}\s?\d+)"
_PER = {"g": r"g", "kg": r"kg", "cm": r"cm", "L": r"[Ll]", "s": r"s", "m": r"m", "mol": r"mol"}


def _over(top: str, below: str, power: str = "1") -> str:
    """`top` per `below`, as /below or below to a negative power."""
    shown = "" if power == "1" else rf"\s?\^?[{power}{'²' if power == '2' else '³'}]"
    superscript = {"1": "¹", "2": "²", "3": "³"}[power]
    inverse = rf"[\s·⋅•]?{_PER[below]}\s?\^?(?:{_MINUS}|⁻)\s?[{power}{superscript}]"
    return rf"{top}\s?(?:/\s?{_PER[below]}{shown}(?!\w)|{inverse})"


_UNITS: tuple[tuple[str, str], ...] = (
    ("mAh/g", _over(r"m\s?A\s?[·⋅•]?\s?h", "g")), ("Ah/kg", _over(r"A\s?h", "kg")),
    ("mAh/cm2", _over(r"m\s?A\s?[·⋅•]?\s?h", "cm", "2")),
    ("mS/cm", _over(r"mS", "cm")), ("µS/cm", _over(r"[µμ]S", "cm")), ("S/cm", _over(r"S", "cm")),
    ("S/m", _over(r"S", "m")), ("Wh/kg", _over(r"W\s?h", "kg")), ("Wh/L", _over(r"W\s?h", "L")),
    ("cm2/s", _over(r"cm\s?\^?[2²]", "s")), ("m2/s", _over(r"(?<!c)m\s?\^?[2²]", "s")),
    ("m2/g", _over(r"(?<!c)m\s?\^?[2²]", "g")), ("g/cm3", _over(r"(?<!m)g", "cm", "3")),
    ("g/cm3", rf"(?<!m)g\s?(?:/\s?m[Ll]\b|[·⋅]?m[Ll]\s?{_MINUS}\s?1)"),
    ("mg/cm2", _over(r"mg", "cm", "2")), ("kJ/mol", _over(r"kJ", "mol")),
    ("eV", r"eV\b"), ("degC", r"(?:°\s?C|℃)"), ("mV", r"mV\b"), ("V", r"V\b(?!\s?s)"), ("%", r"%"),
)
_QUANTITY = re.compile(
    rf"(?P<about>~|≈|ca\.\s|about\s|around\s)?(?P<value>{NUMBER})(?:\s?±\s?\d+(?:\.\d+)?)?\s?"
    rf"(?:{'|'.join(f'(?P<u{i}>{pattern})' for i, (_, pattern) in enumerate(_UNITS))})")
_LISTED = re.compile(  # not the power of a unit: "g−1 and 25 mAh"
    rf"(?<![A-Za-z]{_MINUS})(?<![A-Za-z]\s{_MINUS})(?P<value>{NUMBER})\s?(?:,|and|or|to|{_MINUS})\s?(?:and\s)?$")
_BARE = re.compile(rf"(?P<value>(?<![\w.])0\.\d+)(?![\w.]|\s?(?:%|V|eV|[A-Za-z]+\s?{_MINUS}\s?\d))")
_JOINED = re.compile(rf"(?:(?:\s?\([^()]*\))?[/@&]|{_MINUS}(?!based\b))(?=\w)")  # half of a composite or a couple
_COUPLE = re.compile(r"/{1,2}(?:(?:Li|lithium|graphite|Gr)(?![\w@–−-]|\s?(?:composite|core|film))|"
                     r"C\s(?:full\s|pouch\s|coin\s)?(?:cell|batter))")
_OPPOSITE = re.compile(r"(?P<first>[\w.()–−-]+)\s?(?:\|{1,2}|‖)\s?$")  # a bar stands between the electrodes of a cell
_BAR = re.compile(r"(?:\s(?:anode|electrode))?\s?(?:\|{1,2}|‖|//)\s?")
_METAL = re.compile(r"(?:Li|Na|lithium|sodium)(?:\smetal)?")
_GOODS = r"\s(?:papers?|felts?|rods?|plates?|foils?|crucibles?|substrates?|wafers?)\b"  # goods, no active material
_BASED = r"[-–][a-z]*based\b(?!\s(?:cathode|positive electrode)s?\b)"  # an anode "based on" one is a mixture
_METALS = re.compile(r"Ni|Mn|Co(?!\w*\))|Fe|Ti|V(?![a-z])|Cr|Cu|Mo|Nb|Sn|Ru")
_IONS = re.compile(r"La|Zr|Ge|P\d*S|PS|Al\d|Ta|In|Y(?![a-z])|Sc")
_SALT = re.compile(r"(?:Li|Na)\d?(?:PF6|BF4|ClO4|SO4|TFSI|FSI|NO3|F|Cl|OH|CO3|BOB|DFOB)$|(?:Li|Na)\d?[SO]\d?$")
_FORMULA = re.compile(
    r"(?<![\w.])(?:Li|Na)(?:[A-Z][a-z]?\d*(?:\.\d+)?|\d+(?:\.\d+)?|\([A-Za-z0-9.]+\)\d*(?:\.\d+)?|"
    r"\[[A-Z][A-Za-z0-9./]+\]\d*)+(?![\w]|\.\d)|(?<![\w-])N(?:MC|CM)[- ]?\d{3}(?![\w.]*\d|\w)|"
    r"(?<![\w.)-])(?:(?:Ni|Co|Mn|Fe|Cu|Zn|V|Mo|Ti|Nb)\d*(?:\.\d+)?){2,}O\d+(?![\w(]|\.\d)")
_ELEMENT = ("(?:Li|Na|Ni|Mn|Co|Fe|La|Zr|Ti|Al|Ge|Ta|Nb|Ga|Si|In|Mg|Cu|Zn|Ca|Cr|Mo|Sn|Sc|Ba|Sr|Te|Sb|Bi|Cl|Br|"
            "[POSFVYBCNHKWI])")
_FIGURE = r"\s?\d+(?:\.\d+)?"
_PART = rf"(?:(?:\s?[\[(])?\s?{_ELEMENT}+{_FIGURE}(?:[\])](?:{_FIGURE})?)?)"
_SPACED = re.compile(  # as abstracts are handed on: "LiNi 0.8 Co 0.1 Mn 0.1 O 2", "LiFePO 4"
    rf"(?<![\w.])(?:Li|Na)(?:{_ELEMENT}{{2,}}\s\d|(?:{_FIGURE}{_PART}|{_PART}{{2}}){_PART}*(?:\s?(?:Cl|Br))?)(?!\w|\.\d)")
_LABEL = re.compile(  # the name of a sample whose material was changed: "SPE NCM811", "Zr NCM811"
    r"(?<![\w-])(?:(?!LIBs?\b|SIBs?\b|SC\b|PC\b)[A-Z][A-Z0-9]+(?:-(?!based\b)\w+)?|Al|Mg|Zr|Ti|Nb|Ta|Mo|Sn|La|Ga|Ce|Zn|Cr)\s$")


@dataclass(frozen=True)
class Found:
    """A name found in a text."""

    name: str
    start: int
    end: int
    sort: str = "other"


@dataclass(frozen=True)
class Quantity:
    """A number with its unit as written, in canonical spelling of the unit."""

    value: float
    unit: str
    start: int
    end: int


@dataclass(frozen=True)
class Property:
    """A row of `properties.yaml`."""

    name: str
    unit: str
    units: dict[str, float]
    words: tuple[str, ...]
    range: tuple[float, float]
    sorts: frozenset[str]
    implied: bool = False
    not_after: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_followed: tuple[str, ...] = ()
    only_with: str = ""
    not_with: str = ""
    diluted: str = ""
    share_of: str = ""

    def told_in(self, text: str) -> bool:
        """Whether a sentence can be about this property: it says what must be said, and nothing that excludes it."""
        return (not self.only_with or re.search(self.only_with, text, re.IGNORECASE) is not None) and (
            not self.not_with or re.search(self.not_with, text, re.IGNORECASE) is None)

    def diluted_in(self, text: str) -> bool:
        """Whether the text speaks of a mixture in which the material is one part."""
        return bool(self.diluted) and re.search(self.diluted, text, re.IGNORECASE) is not None


@lru_cache(maxsize=1)
def properties() -> tuple[Property, ...]:
    """What can be mined."""
    raw = yaml.safe_load((HERE / "properties.yaml").read_text(encoding="utf-8"))
    return tuple(Property(**{**row, "words": tuple(row["words"]), "range": tuple(map(float, row["range"])),
                             "sorts": frozenset(row["sorts"]), "not_after": tuple(row.get("not_after", ())),
                             "not_before": tuple(row.get("not_before", ())),
                             "not_followed": tuple(row.get("not_followed", ())),
                             "units": {k: float(v) for k, v in row["units"].items()}}) for row in raw)


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, dict[str, Any]]:
    raw: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "lexicon.yaml").read_text(encoding="utf-8"))
    return raw


def limits(material: str, known: Property) -> tuple[float, float]:
    """Between which values a property of a material is plausible, in the property's unit."""
    own = _lexicon().get(material, {}).get(known.name)
    return (float(own[0]), float(own[1])) if own else known.range


@lru_cache(maxsize=1)
def _names() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """The pattern of all names, and for each name the canonical one with its sort."""
    raw = _lexicon()
    names = {alias: (key, row["sort"]) for key, row in raw.items() for alias in row["names"]}
    ordered = sorted(names, key=len, reverse=True)
    words = "|".join(re.escape(n) if not n.islower() else rf"(?i:{re.escape(n)})" for n in ordered)
    return re.compile(rf"(?<![\w.@])(?:{words})(?![\w.]*\d|\w|[-–][a-z]*free\b|{_BASED}|{_GOODS})"), names


def number(text: str) -> float:
    """A number as papers write it: 1,200; 3.1 × 10−4; 10−4."""
    plain = re.sub(_MINUS, "-", re.sub(r"(?<=\d),(?=\d{3})", "", text)).replace(" ", "").replace("^", "")
    plain = re.sub(r"[×x·⋅*]10\(?(-?\d+)\)?", r"e\1", plain)
    return float(re.sub(r"^10(-\d+)$", r"1e\1", plain))


def quantities(text: str) -> list[Quantity]:
    """Numbers with units, in order; numbers of a list share the unit that follows its last one."""
    found: list[Quantity] = []
    for match in _QUANTITY.finditer(text):
        unit = next(name for i, (name, _) in enumerate(_UNITS) if match.group(f"u{i}"))
        first = [Quantity(number(match.group("value")), unit, match.start("value"), match.end())]
        at = match.start("value")
        while (before := _LISTED.search(text, max(at - 40, 0), at)) is not None:
            first.insert(0, Quantity(number(before.group("value")), unit, before.start("value"), match.end()))
            at = before.start("value")
        found += [q for q in first if not any(q.start == other.start for other in found)]
    return found


def bare_fractions(text: str) -> list[Quantity]:
    """Numbers below one without a unit: transference numbers are written so."""
    return [Quantity(float(m.group("value")), "1", m.start(), m.end()) for m in _BARE.finditer(text)]


def materials(text: str) -> list[Found]:
    """Materials in order under canonical names; a formula that no list holds is its own name.

    A material that is joined to another one by a sign is a composite, of which nothing is taken; in a couple such as
    LiFePO4/Li or NMC811|graphite the figures are the first one's, in Li|NMC811 and graphite|NMC811 the second one's.
    """
    pattern, names = _names()
    lowered = {k.lower(): v for k, v in names.items() if k.islower()}
    found = []
    for match in pattern.finditer(text):
        name, sort = names.get(match.group()) or lowered[match.group().lower()]
        found.append(Found(name, match.start(), match.end(), sort))
    for match in (*_SPACED.finditer(text), *_FORMULA.finditer(text)):
        if not any(f.start < match.end() and match.start() < f.end for f in found) and len(match.group()) > 3:
            name, sort = _of_formula(match.group())
            found.append(Found(name, match.start(), match.end(), sort))
    return sorted((_unless_composite(f, text) for f in found), key=lambda f: f.start)


def _unless_composite(found: Found, text: str) -> Found:
    opposite = _OPPOSITE.search(text, 0, found.start)
    cathode = _is_cathode(found.name)
    other_side = opposite is not None and not cathode and not _METAL.fullmatch(opposite["first"])
    if other_side or (not cathode and _before_cathode(found, text)):
        return Found(found.name, found.start, found.end, "counter")
    after = _JOINED.match(text, found.end) and not _COUPLE.match(text, found.end)
    left = text[:found.start]
    before = re.search(r"[\w)][/@&–−-]$", left) and not re.search(r"(?<!\w)(?:Li|lithium)/$", left)
    changed = found.sort == "active" and _LABEL.search(left)
    return Found(found.name, found.start, found.end, "composite") if after or before or changed else found


def _is_cathode(name: str) -> bool:
    return bool(_lexicon().get(name, {}).get("cathode"))


def _before_cathode(found: Found, text: str) -> bool:
    """Whether the material is the anode of a cell that is written graphite||NMC811."""
    bar = _BAR.match(text, found.end)
    pattern, names = _names()
    behind = pattern.match(text, bar.end()) if bar is not None else None
    return behind is not None and behind.group() in names and _is_cathode(names[behind.group()][0])


def _of_formula(written: str) -> tuple[str, str]:
    """The canonical name and the sort of a formula, whatever spaces and square brackets it is written with."""
    if re.match(r"N(?:MC|CM)", written):
        return written, "active"
    formula = re.sub(r"[\s\[\]]", "", written)
    return _names()[1].get(formula) or (formula, _sort(formula))


def _sort(formula: str) -> str:
    if _SALT.match(formula):
        return "other"
    return "ion_conductor" if _IONS.search(formula) and not re.search(r"Ni|Mn|Co|Fe", formula) else (
        "active" if _METALS.search(formula) else "other")


def named(text: str, known: Property) -> list[Found]:
    """Where a text names a property, the longest words only."""
    return [found for found in _mentions(text, known) if not _otherwise(text, found, known)]


def named_otherwise(text: str, known: Property) -> list[Found]:
    """Where a text names another property by the same word: relative density, electronic conductivity."""
    return [found for found in _mentions(text, known) if _otherwise(text, found, known)]


def _otherwise(text: str, found: Found, known: Property) -> bool:
    after = text[found.end:].lower().lstrip()
    return (bool(known.not_after) and text[:found.start].lower().rstrip().endswith(known.not_after)) or (
        bool(known.not_followed) and after.startswith(known.not_followed))


def _mentions(text: str, known: Property) -> list[Found]:
    taken: list[Found] = []
    for words in sorted(known.words, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE):
            if not any(f.start < match.end() and match.start() < f.end for f in taken):
                taken.append(Found(known.name, match.start(), match.end()))
    return sorted(taken, key=lambda f: f.start)
