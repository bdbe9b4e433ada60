"""Typed claims out of passages: a figure is taken only where its material and its property are beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from knowledge.evidence import Claim, Passage
from knowledge.literature.claims.reading import (
    Found,
    Property,
    Quantity,
    bare_fractions,
    limits,
    materials,
    named,
    named_otherwise,
    properties,
    quantities,
)

_SENTENCE = re.compile(
    r"(?<!\bvs\.)(?<!\bal\.)(?<!\bca\.)(?<!\bFig\.)(?<!\bRef\.)(?<=[.!?])\s+(?=[A-Z(\[])|\n+")
_NEAR = 110        # characters between a property's name and its figure
_NEAR_PERCENT = 45  # the same where the unit is per cent, which may be of anything
_NEAR_NAME = 160   # characters between a material's name and the figure
_UNSURE = re.compile(
    r"\b(?:should|would|could|might|may|must|expected|target(?:s|ed)?|goal|require[sd]?|aim(?:s|ed)?|assum\w+|if|"
    r"predict\w*|estimat\w+|ideal|commercial\w* requir\w+|suppose\w*|hypothe\w+|needs?|ideally|whether|"
    r"unless|not|projected|extrapolat\w+)\b|\bprojects?\s\d|\?", re.IGNORECASE)
_ABOUT = re.compile(r"(?:\b(?:about|around|approximately|roughly|nearly|almost|ca\.)\s*|[~∼≈]\s*)+$", re.IGNORECASE)
_CHANGE = re.compile(r"\b(?:by|increase[sd]?\s+of|decrease[sd]?\s+of|loss\s+of|drop\s+of|gain\s+of|difference\s+of|"
                     r"reduction\s+of|rise\s+of|lower\s+by|higher\s+by|fade\s+of|improvement\s+of)\s*(?:over|up to)?"
                     r"\s*$|\b(?:increas|improv|ris|rose|enhanc|rais|boost)\w*\s(?:up\s)?to\s*$", re.IGNORECASE)
_BOUND = re.compile(r"(?:[<>≤≥]|\b(?:less|more|lower|higher|greater|smaller|larger) than|\bat (?:least|most)|\bup to|"
                    r"\bas (?:high|low) as|\bbelow|\babove|\bover|\bunder|\bexceed\w*|\b1\s?C\s?[=≈:]|\b1\s?C\s"
                    r"(?:corresponds? to|corresponding to|equals?|(?:is|was) (?:defined|set|taken) as)|"
                    r"\b(?:fixed|cut-?off|controlled|limited|limiting|nominal|rated|design(?:ed)?) capacity "
                    r"(?:of|at|was|is)|\bbetween|\bbetween\s[\d.]+\s?\S{0,8}\sand|"
                    r"\b(?:charged|discharged|cycled|held|polari[sz]ed)\s(?:\w+\s)?(?:to|at|from|until))\s*$",
                    re.IGNORECASE)
_GIVEN = re.compile(r"\bfor\s*$|^For (?:an?|the) (?:[\w-]+ ){1,4}of\s*$")  # a case that is looked at
_SHARE = re.compile(r"\s*of\s(?:the|its|their|that|these|those)\s(?:[\w-]+\s?){1,4}")
_CONDITION = re.compile(r"\bat\s*$", re.IGNORECASE)  # "cycled at 2 mAh/cm2" says how, not what
_OTHER_NAME = re.compile(r"\b(?:current|current densit(?:y|ies)|power densit(?:y|ies)|rate|throughput)\s+"
                         r"(?:of|is|was|=)\s*$", re.IGNORECASE)  # the sentence itself names it otherwise
_FOLLOWS = re.compile(
    r"^[\s)]*(?:,\s*respectively,?\s*)?(?:(?:(?:initial|specific|discharge|reversible|capacity|retention|rate|coulombic|"
    r"efficiency)\s+){1,4}(?=(?:for|of)\s))?(?:(?:was|were|is|are|has been|have been)\s+(?:\w+ed|found|shown|seen)\s+"
    r"(?:at\s\d+(?:\.\d+)?\s?C\s+)?)?(?:for|of|in|by|with|from|when)\s+(?:the\s+|a\s+|an\s+)?(?:\w+\s+){0,2}$",
    re.IGNORECASE)
_SUBJECT = re.compile(  # "With a capacity of 372 mAh/g, graphite is …": what follows the comma is what has it
    r"^(?:With|Owing to|Due to|Because of|Thanks to)\s(?:an?|its|their)\s[^,]*$")
_CLAUSE = re.compile(r",\s(?:whereas|while)\b")  # what follows is about something else
_RAISED = re.compile(  # then something was done to the material
    r"\b(?:increas|improv|enhanc|rais|boost|lift)\w*\b[^,;]{0,40}?\bfrom\s(?:about\s|[~∼≈])?\d[^,;]*?\bto\b",
    re.IGNORECASE)
_COMPUTED = re.compile(r"\b(?:DFT|[Ff]irst[- ]principles?|ab initio|[Mm]olecular dynamics|[Ss]imulat\w+|"
                       r"[Cc]omputational\w*|[Mm]achine[- ]learning)\b")
_MIXED = re.compile(r"\b(?:composites?|hybrids?|hybridi[sz]\w+|nanowires?|framework|network|fillers?|dispersed|blends?|"
                    r"membranes?|separators?|coated|coatings?|decorated|wrapped|doped|doping|modif\w+|mixture|"
                    r"hydrogenated|substituted|encapsulat\w+|embedded|SCE|CPE|added|additives?)\b|"
                    r"\bwith\s\d+(?:\.\d+)?\s?(?:(?:wt|mol|at|vol)\.?\s?)?%\s(?!I?CE\b)(?-i:[A-Z])",
                    re.IGNORECASE)  # then the figure may be of the mixture and not of the material
_BRACKET = re.compile(r"^\)?(?:\s(?:powders?|cathodes?|anodes?|electrodes?|particles)){0,2}\s?\([^()]*$")
_PLAIN = r"(?:bare|pristine|uncoated|unmodified|undoped)"  # words that say that nothing was done to a material
_BEFORE = re.compile(rf"^\s*(?:(?:for|of) (?:the )?)?(?:(?:{_PLAIN}|pure|commercial) )?$")
_NEAR_CHANGE = 25  # characters beside a name in which a word such as "coated" makes it another material
_LIST = re.compile(r"^\s*(?:,|and|, and|or)\s*(?:the\s+)?$")
_LIST_OF_NAMES = re.compile(rf"^\s*(?:,|and|, and|or)\s*(?:the\s+)?(?:[\w@/-]+[-@/])?(?:{_PLAIN}[ -])?$")
_UNCHANGED = re.compile(rf"\b{_PLAIN}[ -]$")
_OTHERS = re.compile(r"\b(?:than|compared|versus|vs\.?|whereas|while|instead|unlike|contrast|respectively|relative to)"
                     r"\b", re.IGNORECASE)
_BOTH_ELECTRODES = (re.compile(r"\b(?:cathodes?|positive electrodes?)\b", re.IGNORECASE),
                    re.compile(r"\b(?:anodes?|negative electrodes?)\b", re.IGNORECASE))
_BY_CONDITION = re.compile(  # then "respectively" goes with these and not with several samples
    r"\bcharge (?:and|/) discharge|\bdischarge (?:and|/) charge|"
    r"\d(?:\s?C)?,?\s(?:and\s)?\d+(?:\.\d+)?\s?C\b(?! and [A-Z])|"
    r"\d,?\sand\s\d+(?:\.\d+)?\s?(?:mA\b|A\s?(?:/|g)|°\s?C)", re.IGNORECASE)
_CONDITIONS = tuple(re.compile(p) for p in (
    r"(?:\bat|\bwith|\bof|@)\s+(C/\d+(?:\.\d+)?|\d+(?:\.\d+)?\s?C)(?![\w°/])",
    r"\bat\s+((?:room temperature|[-−–]?\d+(?:\.\d+)?\s?(?:°\s?C|℃|K)(?!\w)))",
    r"\b(?:after|over|for|through|in)\s+((?:\d{1,3}(?:,\d{3})+|\d+)(?:th)?\s+cycles?)\b",
    r"\b(?:at|of|@)\s+(\d+(?:\.\d+)?\s?m?A\s?(?:/\s?(?:g|cm[2²])|[·\s]?(?:g|cm)\s?[-−–]\s?[12]))",
    r"\b(?:between|from|within)\s+(\d+(?:\.\d+)?\s?(?:V\s?)?(?:and|to|[-–−])\s?\d+(?:\.\d+)?\s?V)\b",
))
_METHODS = {
    "impedance spectroscopy": r"\b(?:EIS|impedance)\b", "GITT": r"\bGITT\b", "NMR": r"\bNMR\b", "BET": r"\bBET\b",
    "calorimetry": r"\b(?:calorimet\w+|DSC|ARC)\b", "theory": r"\b(?:theoretical\w*|DFT|calculated|simulat\w+)\b",
    "cyclic voltammetry": r"\b(?:CV|cyclic voltammetry)\b", "four-probe": r"\bfour-(?:point|probe)\b",
}


def mine(passages: Iterable[Passage]) -> Iterator[Claim]:
    """The claims of passages, in order. Tables are read by `mine_tables`."""
    for passage in passages:
        if passage.kind in ("fact", "abstract", "text", "claim") and passage.source.status != "retracted":
            yield from mine_text(passage)


def mine_text(passage: Passage) -> Iterator[Claim]:
    """The claims of one passage, sentence by sentence."""
    start = 0
    for cut in [*_SENTENCE.finditer(passage.text), None]:
        end = cut.start() if cut is not None else len(passage.text)
        yield from _sentence(passage, start, end)
        start = cut.end() if cut is not None else end


def _sentence(passage: Passage, start: int, end: int) -> Iterator[Claim]:
    text = passage.text[start:end].strip()
    start += len(passage.text[start:end]) - len(passage.text[start:end].lstrip())
    if not 20 <= len(text) <= 700 or _UNSURE.search(text) or _COMPUTED.search(text) or _RAISED.search(text):
        return
    about = materials(text)
    if not about:
        return
    every = quantities(text)
    for known in properties():
        if not known.told_in(text):
            continue
        mentions = named(text, known)
        fitting = [q for q in every if q.unit in known.units] if known.units else bare_fractions(text)
        taken = [q for q in fitting if _belongs(q, known, mentions, text)]
        if not taken:
            continue
        fit = [f for f in about if f.sort in known.sorts]
        beside = {q: m for q in taken
                  if (m := _unmistakable(q, about, known, text) or _beside(q, fit, known, text, taken)) is not None}
        beside |= dict(_paired([q for q in taken if q not in beside], about, known, text))
        rest = [q for q in taken if q not in beside]
        for quantity, material in (*beside.items(), *_in_clause(rest, fit, about, known, text)):
            value = quantity.value * known.units.get(quantity.unit, 1.0)
            low, high = limits(material.name, known)
            if low <= value <= high:
                yield claim_in(passage, text, start, known, value, material.name, quantity, taken)


def _unmistakable(quantity: Quantity, about: list[Found], known: Property, text: str) -> Found | None:
    """The metal whose figure this can only be: no other material comes near the capacity of lithium metal."""
    for metal in (f for f in about if f.sort == "metal" and f.sort not in known.sorts):
        low, high = limits(metal.name, known)
        if (low, high) != known.range and low <= quantity.value <= high and _said_of(metal, quantity, text):
            return metal
    return None


def _paired(taken: list[Quantity], about: list[Found], known: Property, text: str
            ) -> Iterator[tuple[Quantity, Found]]:
    """The figures of unchanged materials out of two lists, as of "bare NMC811 and X-NMC811, respectively"."""
    if "respectively" not in text or len(taken) < 2 or not _one_list(taken, text):
        return
    for first in range(len(about) - len(taken) + 1):
        run = about[first:first + len(taken)]
        if all(_LIST_OF_NAMES.match(text[a.end:b.start]) for a, b in zip(run, run[1:], strict=False)):
            yield from ((q, f) for q, f in zip(taken, run, strict=True)
                        if f.sort in known.sorts and _UNCHANGED.search(text, 0, f.start))
            return


def _in_clause(rest: list[Quantity], fit: list[Found], about: list[Found], known: Property, text: str
               ) -> Iterator[tuple[Quantity, Found]]:
    """Figures with the material of their clause; of what follows "whereas" nothing is taken."""
    cut = _CLAUSE.search(text)
    until = cut.start() if cut is not None else len(text)
    clause = text[:until]
    inside = [f for f in about if f.end <= until]
    if any(f.sort == "composite" for f in inside) or _MIXED.search(clause):
        return
    if known.diluted_in(clause) or (known.diluted and {f.sort for f in inside} >= {"ion_conductor", "other"}):
        return  # of a ceramic in a polymer or with a salt
    yield from _matched([q for q in rest if q.end <= until], [f for f in fit if f.end <= until], inside, clause)


def _belongs(quantity: Quantity, known: Property, mentions: list[Found], text: str) -> bool:
    """Whether the figure is of this property: its words are near, no other's are nearer, and it is no change."""
    before = _ABOUT.sub("", text[:quantity.start])
    if _CHANGE.search(before) or _BOUND.search(before) or _GIVEN.search(before):
        return False
    if known.not_before and text[quantity.end:].lower().lstrip().startswith(known.not_before):
        return False
    share = _SHARE.match(text, quantity.end)
    if known.share_of and share is not None and not re.search(known.share_of, share.group(), re.IGNORECASE):
        return False
    limit = _NEAR_PERCENT if known.unit == "%" else _NEAR
    own = min((_distance(m, quantity) for m in mentions), default=None)
    if own is None or own > limit:
        if _CONDITION.search(before) or _OTHER_NAME.search(before):
            return False
        return known.implied and not _rival(quantity, known, text, _NEAR)
    return not _rival(quantity, known, text, own)


def _rival(quantity: Quantity, known: Property, text: str, distance: int) -> bool:
    """Whether another property that is written in this unit is named nearer to the figure."""
    others = [mention for other in properties() if other.name != known.name and quantity.unit in other.units
              for mention in named(text, other)]
    return any(_distance(mention, quantity) < distance for mention in (*others, *named_otherwise(text, known)))


def _distance(found: Found, quantity: Quantity) -> int:
    """Characters between a name and a figure; a name just behind the figure is nearest of all."""
    if found.end <= quantity.start:
        return quantity.start - found.end
    if found.start >= quantity.end:
        gap = found.start - quantity.end
        return 0 if gap <= 4 else gap + 15
    return 0


def _beside(quantity: Quantity, fit: list[Found], known: Property, text: str, taken: list[Quantity]) -> Found | None:
    """The material that a figure stands at: in a bracket right behind it, right before it, or before "for" it.

    What stands before a material must be said by its unit, and be no part of two lists.

    Such a figure is the material's own, whatever else the sentence names, unless the material is called a changed one.
    """
    for material in sorted(fit, key=lambda f: -f.end):
        behind = material.end <= quantity.start and _BRACKET.match(text[material.end:quantity.start])
        listed = len(taken) > 1 and "respectively" in text
        before = known.implied and not listed and quantity.end <= material.start and _BEFORE.match(
            text[quantity.end:material.start])
        if behind or before:
            around = text[max(material.start - _NEAR_CHANGE, 0):material.start]
            around += text[material.end:material.end + _NEAR_CHANGE // 2] if before else ""
            return None if _MIXED.search(around) else material
    return None


def _matched(taken: list[Quantity], fit: list[Found], about: list[Found], text: str
             ) -> Iterator[tuple[Quantity, Found]]:
    """Figures with their materials: all of one, or one each of two lists; anything else is left out."""
    names = list(dict.fromkeys(f.name for f in fit))
    if len(names) == 1:
        if len({f.name for f in about if f.sort in ("active", "ion_conductor")}) > 1:
            return
        near = [q for q in taken if any(_said_of(f, q, text) for f in fit)]
        if len(near) > 1 and all(pattern.search(text) for pattern in _BOTH_ELECTRODES):
            return  # one figure each of the two electrodes, of which only one is named by its material
        if len(near) == 1 or not _OTHERS.search(_unpaired(near, text)):
            yield from ((q, fit[0]) for q in near)
        return
    order = [next(f for f in fit if f.name == n) for n in names]
    listed = all(_LIST.match(text[a.end:b.start]) for a, b in zip(order, order[1:], strict=False))
    if names and len(taken) == len(names) and listed and "respectively" in text:
        yield from zip(taken, order, strict=True)


def _unpaired(figures: list[Quantity], text: str) -> str:
    """The text without "respectively" where that pairs one list of figures with rates or with charge and discharge."""
    return text.replace("respectively", "") if _one_list(figures, text) and _BY_CONDITION.search(text) else text


def _one_list(figures: list[Quantity], text: str) -> bool:
    gaps = (text[a.end:b.start] for a, b in zip(figures, figures[1:], strict=False) if a.end <= b.start)
    return all(_LIST.match(gap) for gap in gaps)


def _said_of(material: Found, quantity: Quantity, text: str) -> bool:
    """The material stands before the figure, or right behind it after 'for' or 'of'."""
    if material.end <= quantity.start:
        return quantity.start - material.end <= _NEAR_NAME
    between = text[quantity.end:material.start]
    if _FOLLOWS.match(between):
        return True
    comma = between.find(",")
    return comma >= 0 and bool(_SUBJECT.match(text[:quantity.end + comma])) and len(between) <= _NEAR_NAME


def doubtful(text: str, quantity: Quantity) -> str | None:
    """Why a figure is no plain report of a value: the sentence hopes or denies, or it is a bound or a change."""
    before = _ABOUT.sub("", text[:quantity.start])
    if _UNSURE.search(text) or _COMPUTED.search(text):
        return "the sentence does not report what was found"
    return "the figure is a change" if _CHANGE.search(before) else "the figure is a bound" if _BOUND.search(before) \
        else None


def claim_in(passage: Passage, text: str, start: int, known: Property, value: float, material: str,
             quantity: Quantity, taken: list[Quantity]) -> Claim:
    """The claim of a figure, with the conditions and the method that its sentence states.

    Args:
        text: the sentence, which is the quote.
        start: where it begins in the passage's text.
        taken: the figures of the same property in the sentence; conditions go with the one they stand behind.
    """
    begin = (passage.start or 0) + start
    since = max((q.end for q in taken if q.end < quantity.start), default=0)
    until = min((q.start for q in taken if q.start > quantity.start and q.end != quantity.end), default=len(text))
    conditions = tuple(dict.fromkeys(
        m.group(1).strip() for p in _CONDITIONS for m in p.finditer(text)
        if since <= m.start(1) < until and not m.start(1) <= quantity.start < m.end(1)
        and (since == 0 or m.start(1) > quantity.start)))
    method = next((name for name, pattern in _METHODS.items() if re.search(pattern, text)), None)
    return Claim(
        composition=material, property=known.name, value=float(f"{value:.6g}"), unit=known.unit, conditions=conditions,
        method=method, quote=text, passage=passage.id, place=passage.place, source=passage.source.key, start=begin,
        end=begin + len(text))
