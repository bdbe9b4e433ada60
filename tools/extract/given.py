"""Which numbers of a clause are conditions by grammar alone: after `at`, in brackets, with a noun of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.vocabulary import metric
from tools.extract.clause import Clause
from tools.extract.comparators import Said
from tools.extract.compared import compared_ones
from tools.extract.meaning import metric_for
from tools.extract.page import metric_hits
from tools.extract.phrases import Hit, lexicon
from tools.extract.quantities import Quantity

# "the vent opens at 0.8 MPa", "discharge with 1.5C": after a metric of their own these are values.
_SPOKEN_OF = ("rate", "current", "power", "pressure", "mass", "length", "force")
_NEVER = ("acceleration", "pressure", "dose", "leak", "sound", "length",
          "charge", "energy", "specific_energy", "energy_density", "mass", "resistance", "price", "carbon",
          "specific_power", "power_density", "specific_charge", "percent_per_month")
# What is measured under a load; a voltage, a time or a state of charge is not.
_MEASURED = ("charge", "energy", "specific_energy", "energy_density", "percent", "temperature",
             "temperature_difference", "resistance", "cycle")
_SIDED = re.compile(r"\s*-?(?:charge|discharge|charging|discharging|[Ll]aden|[Ee]ntladen|Ladung|Entladung|geladen"
                    r"|(?:en |à la |in |beim )?(?:charge|décharge))(?![a-zé])")
_DIRECTED = re.compile(r"\s*(?:充電|放電|充电|放电|충전|방전|充|放)")


def _chunk_start(text: str, quantities: list[Quantity], q: Quantity, floor: int) -> int:
    previous = max((p.end for p in quantities if p.end <= q.start), default=floor)
    cut = max(text.rfind(c, previous, q.start) for c in ",;(|:，")
    return max(previous, cut + 1)


def conditions_of(
    clause: Clause, quantities: list[Quantity], hits: list[Hit[str]], said: dict[int, Said]
) -> dict[int, Quantity]:
    """Quantities that the grammar marks as conditions: after `at`, in brackets, with their own noun (50 % SOC)."""
    text, found = clause.text, dict[int, Quantity]()
    for reference, _ in compared_ones(text, quantities):
        found[id(reference)] = reference
    for q in _cycled_at(text, quantities, said):
        found[id(q)] = q
    if halfway := _halfway(clause, quantities, said):
        found[id(halfway)] = halfway
    for place, q in enumerate(quantities):
        if q.is_a(*_NEVER) and not (q.dimensions - set(_NEVER) - {"acceleration"}):
            continue
        sign = said[id(q)].sign
        floor = _chunk_start(text, quantities, q, clause.start)
        lead = _lead_of(text, floor, q, said[id(q)])
        if lead and text[lead.start:lead.end] in ("以", "按") and not any(
                o.start > q.end and o.is_a(*_MEASURED) for o in quantities):
            lead = None                                    # 以12A放电，电压不能掉到2.6V以下: the load is what is asked
        own = [h for h in hits if metric_for(h.what, q) and floor - 2 <= h.start and h.end <= q.start]
        sided = _DIRECTED.match(text, q.end) or any(o.is_a("cycle") for o in quantities) and _SIDED.match(text, q.end)
        directed = q.is_a("rate", "current", "rate_P") and len(quantities) > 1 and not own and not sign and bool(
            sided) and not lexicon("ability").ending_at(text, max(floor, q.start - 8), q.start)
        inherent = directed or _paired(text, q) and len(quantities) > 2 or q.rate or _own_noun(clause, q) or q.is_a(
            "frequency", "humidity", "energy_per_year")
        around = bool(own) and own[-1].what == "coolant_inlet_temperature" and len(quantities) > 1
        if lead and own and not around and (
                own[-1].start < lead.start and (q.is_a(*_SPOKEN_OF) or _ends_at(
                    text, q, own[-1].end, lead.start, quantities)) or own[-1].start >= lead.end):
            lead = None                                    # at 25 °C the calendar life shall be 15 years
        if own and q.is_a("rate", "current") and sign and not lead:
            inherent = False
        if own and q.is_a("percent") and own[-1].what in ("shipping_soc", "capacity_retention"):
            inherent = False
            lead = None if own[-1].what == "shipping_soc" else lead
        if shipped(clause, q, quantities, hits):
            continue
        chained = place > 0 and id(quantities[place - 1]) in found and _chain(text[quantities[place - 1].end:q.start])
        bracket = _bracketed(text, clause.start, q.start) and not own and not sign and not _counted(q, hits)
        led = lead is not None and (not sign or sign == "up_to" and lead.start != said[id(q)].start)
        tail = lexicon("condition_tail").starting_at(text, q.end, min(clause.end, q.end + 14))
        if tail and not sign and not (q.is_a("time") and text[tail.start:tail.end].startswith(("で", "下"))):
            led = True
        priced = place > 0 and q.is_a("count") and quantities[place - 1].is_a("price") and _bracketed(
            text, quantities[place - 1].end, q.start)
        supposed = _supposed(clause, q, quantities[place + 1:]) or in_supposition(clause, q, quantities, hits)
        if led or inherent or (chained and not sign) or bracket or priced or supposed:
            found[id(q)] = q
    for q, after in zip(quantities[-2::-1], quantities[:0:-1], strict=True):   # 0.2C、25℃放电到2.5V
        given = id(after) in found or after.is_a("temperature") and not said[id(after)].sign and after.shape == "single"
        kind = q.is_a("rate", "current", "temperature", "percent", "rate_P") and not said[id(q)].sign
        if given and kind and id(q) not in found and _LISTED.fullmatch(text, q.end, after.start) and not any(
                metric_for(h.what, q) and h.end <= q.start for h in hits):
            found[id(q)] = q
    parts = suppositions(clause)
    outside = [q for q in quantities if not any(p.start <= q.start < p.end for p in parts)]
    if parts and len(outside) == 1 < len(quantities) and outside[0].is_a("rate", "current", "power"):
        found.pop(id(outside[0]), None)                    # if it is colder than 5 °C, charging at 0.1C is enough
    return found


_PAIR_BEHIND, _PAIR_BEFORE = re.compile(r"\s?/\s?\d*[.,]?\d*\s?C\b"), re.compile(r"\dC\s?/\s?$")


def _paired(text: str, q: Quantity) -> bool:
    """`on a 10C/10C round trip`: a rate each way is how something is measured."""
    return q.is_a("rate") and bool(_PAIR_BEHIND.match(text, q.end) or _PAIR_BEFORE.search(
        text, max(0, q.start - 6), q.start))


def _ends_at(text: str, q: Quantity, name: int, lead: int, quantities: list[Quantity]) -> bool:
    """`Arrêt de décharge à 2,5 V` asks for a voltage; beside a capacity it is the condition of that."""
    return q.is_a("voltage") and not text[name:lead].strip() and not any(
        o.is_a("charge", "energy", "specific_energy", "energy_density") for o in quantities)


def _cycled_at(text: str, quantities: list[Quantity], said: dict[int, Said]) -> list[Quantity]:
    """`0.5C/1C, DOD 80%에서 4,000회`: two rates with a stroke between them, beside a count of cycles."""
    pairs = [(a, b) for a, b in zip(quantities, quantities[1:], strict=False)
             if a.is_a("rate", "rate_P") and b.is_a("rate", "rate_P") and not said[id(a)].sign
             and not said[id(b)].sign and re.fullmatch(r"\s*/\s*", text[a.end:b.start])]
    return [q for pair in pairs for q in pair] if any(q.is_a("cycle") for q in quantities) else []


def _halfway(clause: Clause, quantities: list[Quantity], said: dict[int, Said]) -> Quantity | None:
    """`4,000 cycles to 80 %. Halfway, after 2,000, no less than 89 %`: fewer cycles than the life asked for before."""
    last = clause.before
    if last is None or last.metric != "cycle_life" or last.block is not clause.block or not isinstance(
            last.value, float | int):
        return None
    for q, after in zip(quantities, quantities[1:], strict=False):
        if q.is_a("cycle") and not said[id(q)].sign and q.value < last.value and after.is_a("percent") and (
                said[id(after)].sign in (">=", ">")):
            return q
    return None


def _supposed(clause: Clause, q: Quantity, after: list[Quantity]) -> bool:
    """`If the cell is warmer than 45 °C, 1C is enough`: a temperature of a clause that another number answers."""
    text = clause.text
    if not q.is_a("temperature") or not after or not lexicon("if_word").starting_at(text, clause.start, q.start):
        return False
    comma = re.search("[,，、]", text[q.end:after[-1].start])
    answers = [o for o in after if comma and o.start > q.end + comma.start() and not o.is_a("temperature")]
    return bool(answers)


@dataclass(frozen=True, slots=True)
class Supposition:
    """A part of a clause that only says when the rest holds: `if …`, `provided that …`, `… の場合は`, `unless …`."""

    start: int
    end: int
    excepts: bool = False


_DIGIT = re.compile(r"\s*\d")
_COMMA = re.compile(r",(?!\d)|[，、;；]")
_SUPPOSED = ("temperature", "time", "percent", "rate", "current", "rate_P")


def suppositions(clause: Clause) -> list[Supposition]:
    """The conditional parts of a clause: they begin with a word, or end with one where verbs come last."""
    text, start, end = clause.text, clause.start, clause.end
    found = []
    lead = lexicon("if_word").starting_at(text, start, end)
    comma = _COMMA.search(text, lead.end, end) if lead else None
    if lead and comma:
        found.append(Supposition(start, comma.start()))
    for word, excepts in (("if_after", False), ("except_word", True)):
        for hit in lexicon(word).find(text, start + 1, end):
            if _DIGIT.match(text, hit.end):
                continue                                   # for as long as 5 minutes
            stop = _COMMA.search(text, hit.end, end)
            found.append(Supposition(hit.start, stop.start() if stop else end, excepts))
    for hit in lexicon("if_tail").find(text, start, end):
        if any(q.end == hit.start for q in clause.page.inside(clause.block, start, hit.start)):
            continue                                       # 15분이면 더 좋습니다
        commas = [m.end() for m in _COMMA.finditer(text, start, hit.start)]
        found.append(Supposition(commas[-1] if commas else start, hit.end))
    return found


def in_supposition(clause: Clause, q: Quantity, quantities: list[Quantity], hits: list[Hit[str]]) -> bool:
    """Whether a number only says when another number of its clause holds, and is asked of nothing itself."""
    if not q.is_a(*_SUPPOSED):
        return False
    parts = suppositions(clause)
    own = next((p for p in parts if p.start <= q.start < p.end), None)
    if own is None or not any(not any(p.start <= o.start < p.end for p in parts) for o in quantities):
        return False
    if lexicon("insufficient").search(clause.text, own.start, own.end):
        return False
    if q.is_a("current", "rate", "power") and (lexicon("each_cell").search(clause.text, own.start, q.start) or any(
            h.what == "must" for h in lexicon("priority").find(clause.text, own.start, q.start))):
        return False                                       # when both run flat out each cell gives 15 A
    return q.is_a("temperature") or not any(
        metric_for(h.what, q) and own.start <= h.start < own.end for h in hits)


_LISTED = re.compile(r"\s*[、，,/・]\s*")


def shipped(clause: Clause, q: Quantity, quantities: list[Quantity], hits: list[Hit[str]]) -> bool:
    """`Cells leave the works at 30 % SOC`: the one percentage of a clause about shipping is what is asked for."""
    return (q.is_a("percent") and sum(o.is_a("percent") for o in quantities) == 1
            and lexicon("cues", "shipping_soc").search(clause.text, clause.start, clause.end) is not None
            and not any(h.what != "shipping_soc" and (metric_for(h.what, q) or any(
                metric_for(h.what, o) == h.what for o in quantities)) for h in hits))


def _lead_of(text: str, floor: int, q: Quantity, said: Said) -> Hit[str] | None:
    """The word that makes a number a condition; none where a demand stands between (`for take-off it shall …`)."""
    first = said.start if said.sign else q.start
    if q.is_a("rate", "current", "power") and _POSSIBLE.search(text, floor, q.start):
        return None                                        # charging shall be possible at 0.5C
    leads = [h for h in lexicon("condition_lead").find(text, floor, q.start)
             if not lexicon("priority").search(text, h.end, q.start) and not first <= h.start < q.start
             and not lexicon("peak_word").ending_at(text, max(floor, h.start - 24), h.start)
             and not lexicon("peak_word").search(text, h.end, q.start) and not _bound(text, h)]
    return leads[0] if leads else None


_OURS = re.compile(r"\s+(?:uns|Ihnen|mir|euch|nous|vous|us|you)\b")


def _bound(text: str, hit: Hit[str]) -> bool:
    """The first sign of 以上, 以下 and 以内 leads nothing, nor does the word of `bei uns`."""
    bound = text[hit.start:hit.end] == "以" and text[hit.end:hit.end + 1] in tuple("上下内外前后後来及")
    return bound or _OURS.match(text, hit.end) is not None


_POSSIBLE = re.compile(r"\b(?:possible|feasible|allowed|möglich|machbar|admissible)\s+(?:at|with|bei|mit|à|avec)\s+$")


def _counted(q: Quantity, hits: list[Hit[str]]) -> bool:
    """`DV samples (200 pcs)`: a count in brackets belongs to the words before."""
    return q.is_a("count") and any(metric(h.what).dimension == "count" and h.end <= q.start for h in hits)


def _own_noun(clause: Clause, q: Quantity) -> bool:
    if not q.is_a("percent"):
        return False
    after = clause.text[q.end:q.end + 22]
    before = clause.text[max(clause.start, q.start - 12):q.start]
    noun = lexicon("slots", "soc").starting_at(after, 0, len(after)) or lexicon("slots", "dod").starting_at(
        after, 0, len(after)) or re.match(
        r"\s*(?:(?:mean|mittlere[rmn]?|average)\s+SOC|(?:depth|Tiefe|profondeur)(?!\w))", after)
    if noun and lexicon("loss").search(clause.text, max(clause.start, q.start - 24), q.start):
        return False                                       # lose no more than 2 % of charge
    led = lexicon("slots", "soc").ending_at(before, 0, len(before)) or lexicon("slots", "dod").ending_at(
        before, 0, len(before))
    lead = lexicon("slots", "eol_lead").ending_at(before, 0, len(before)) or lexicon("eol_tail").starting_at(
        after, 0, len(after))
    eol = lead and (lexicon("slots", "eol").search(after) or any(
        h.what in ("cycle_life", "calendar_life", "charge_time", "fast_charge_time")
        for h in metric_hits(clause.page, clause.start, clause.end)) or any(
        p.is_a("cycle") for p in clause.page.inside(clause.block, clause.start, clause.end)))
    health = lexicon("health").ending_at(before, 0, len(before)) and any(
        h.what in ("cycle_life", "calendar_life") for h in metric_hits(clause.page, clause.start, clause.end))
    life = health or lexicon("life").search(before) and lexicon("slots", "eol").search(after)
    return bool(noun or led or eol or life)


def _chain(gap: str) -> bool:
    return bool(re.fullmatch(r"\s*(?:,|/|and|und|et|&|,\s*and|和|および|및)\s*", gap))


def _bracketed(text: str, floor: int, place: int) -> bool:
    part = text[floor:place]
    return part.count("(") > part.count(")")
