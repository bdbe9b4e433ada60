"""Requirements in running text: which metric each number belongs to, and which conditions stand beside it."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.units import to_canonical
from knowledge.vocabulary import metric
from tools.extract import axes, background
from tools.extract.attach import attach, joined_windows
from tools.extract.bare_numbers import asked_again, repeated, unit_of_life
from tools.extract.clause import Clause
from tools.extract.comparators import Said, said_of_all
from tools.extract.cues import NEAR, asks, named_by_cue, worked_out
from tools.extract.given import conditions_of, shipped
from tools.extract.labelled_sizes import joined_sizes
from tools.extract.level_tags import tagged
from tools.extract.meaning import draft, implied_metric, metric_for
from tools.extract.neighbours import (
    LONGEST_CHARGE_S,
    charge_window,
    charged_in,
    charged_to,
    each_year,
    for_years,
    full_here,
    lot_beside,
    seasons,
    steady_or_short,
    window_pairs,
)
from tools.extract.old_values import is_old
from tools.extract.page import Draft, Page, metric_hits, synonyms
from tools.extract.phrases import Hit, lexicon
from tools.extract.quantities import Quantity
from tools.extract.told_beside import only_while, stands_aside
from tools.extract.turned import against_habit
from tools.extract.unnamed import WINDOW_METRICS, WINDOWS, seconds_of, temperature_window, unnamed_metric

_BESIDE_TESTS = ("surface_temperature", "temperature_rise", "thermal_propagation", "vent_pressure")
_WINDOW_K = 25.0  # a narrower range of temperatures is a test condition
_TOO_LARGE = ("mass", "capacity", "energy", "discharge_power", "volume")
_MONTH_S = 2.5e6   # no charge takes a month
_SURE = 0.9       # less where no cell has such a value
_NARROW_K = 15.0  # beside another number not even a window of use
_ENDS = ("min_voltage", "end_of_discharge_voltage", "voltage_window")
_SKINS = ("surface_temperature", "temperature_rise")


def read_clause(clause: Clause) -> list[Draft]:
    """The requirements of one clause; its other numbers are settled as conditions where they can be."""
    page, text = clause.page, clause.text
    set_aside_old(page, clause.block, clause.start, clause.end)
    open_ = [q for q in page.inside(clause.block, clause.start, clause.end) if id(q) not in page.fates]
    for q in open_:
        if q.units and worked_out(page, clause, q):
            page.settle(q, "ignored", "worked out from other numbers")
    numbered = sorted([*(q for q in open_ if q.units and id(q) not in page.fates), *unit_of_life(clause)],
                      key=lambda q: q.start)
    if not numbered:
        return repeated(clause, [])
    hits = [h for h in metric_hits(page, clause.start, clause.end)
            if not any(h.start < q.end and h.end > q.start and not (q.is_a("count") and h.start > q.start)
                       for q in numbered)]
    cycled = lexicon("these_cycles").find(text, clause.start, clause.end)      # after these cycles 8 % thicker
    hits = [h for h in hits if h.what != "cycle_life" or not any(c.start <= h.start < c.end for c in cycled)]
    said = said_of_all(text, numbered, clause.start, clause.end)
    if ends := seasons(clause, numbered, said):
        return _store(clause, *ends)
    made = axes.tuples(page, clause.block, clause.start, clause.end, numbered)
    made += joined_sizes(page, clause.block, clause.start, clause.end, numbered)
    lives = {id(q) for q in numbered if q.is_a("time") and for_years(clause, q, numbered)}
    strong = {k: q for k, q in conditions_of(clause, numbered, hits, said).items() if k not in lives}
    outcome = lexicon("outcome").search(text, clause.start, clause.end)
    tested = outcome is not None and any(metric(h.what).test for h in hits)
    made += _bare_loads(clause, hits, strong, said)
    made += _named(clause, numbered, hits, said, strong, lives, tested, made)
    made += _duty(clause, numbered)
    if not made:
        made += _windows(clause, numbered, said) or _only_loads(clause, strong, said)
    joined_windows(made)
    attach(clause, made, numbered, said)
    return made + repeated(clause, made)


def _store(clause: Clause, cold: Quantity, warm: Quantity) -> list[Draft]:
    """The window of a store whose cold and warm ends are told apart."""
    for q in (cold, warm):
        clause.page.settle(q, "requirement", "an end of the window of a store")
    first, last = min(cold.start, warm.start), max(cold.end, warm.end)
    values = [to_canonical(q.value, q.unit_text, "storage_temperature", tolerance=False)[0] for q in (cold, warm)]
    return [Draft("storage_temperature", "range", values, "degC", first, last, clause.block)]


def _named(
    clause: Clause, numbered: list[Quantity], hits: list[Hit[str]], said: dict[int, Said],
    strong: dict[int, Quantity], lives: set[int], tested: bool, before: list[Draft],
) -> list[Draft]:
    """The requirements of the numbers that are no conditions, each on the metric that it belongs to."""
    page, text, made = clause.page, clause.text, list(before)
    speaks = asks(clause, said)
    reached = {id(q): share for q in numbered
               if (share := charged_to(clause, q, numbered) or charged_in(clause, q, numbered))}
    passed = {*strong, *(id(share) for share in reached.values())}
    pairs = window_pairs(text, numbered, said, passed)
    names: dict[int, str | None] = {}
    for q in numbered:
        if id(q) in passed or id(q) in page.fates or q.shape == "tuple" or _a_day(clause, q) or (
                q.shape == "tolerance_only" and not q.is_a("percent")):
            continue
        name = "fast_charge_time" if id(q) in reached else names.get(pairs.get(id(q), 0)) or _name_of(
            clause, q, hits, said[id(q)], numbered, strong, tested, speaks)
        name = "calendar_life" if id(q) in lives else name
        if name == "sample_quantity" and (lot_beside(text, q, numbered) or each_year(text, q)):
            name = "order_quantity"
        if stands_aside(clause, q, name, numbered):
            page.settle(q, "ignored", "a share of customers or a warranty, no value of the cell")
            continue
        names[id(q)] = name
        if _said_of_another(clause, q, name, numbered, said[id(q)], made, bool(lives)) or (
                tested and name not in _BESIDE_TESTS):
            continue
        if name in ("cathode_cobalt_fraction", None) and q.is_a("percent") and any(
                h.what == "recycled_content" for h in hits):
            name = "recycled_content"
        if name:
            said[id(q)] = against_habit(text, metric(name), q, said[id(q)], (clause.start, clause.end))
        new = draft(page, clause.block, q, name, said[id(q)], _label_bound(clause, q, name)) if name else None
        if new and new.metric in _TOO_LARGE and new.confidence < _SURE and said[id(q)].sign is None and not tagged(
                page, clause.block, q.start):
            background.ignore_span(page, clause.block, q.start, q.end, "level")      # trays of 980 kg
        elif new:
            made.append(new)
            page.settle(q, "requirement")
    return made[len(before):]


def _said_of_another(
    clause: Clause, q: Quantity, name: str | None, numbered: list[Quantity], said: Said, made: list[Draft],
    lives: bool,
) -> bool:
    """Whether a number is a condition of another one of its clause, whatever it is called."""
    if name in _ENDS and said.sign is None and q is not numbered[-1] and any(
            o.is_a("charge", "energy", "specific_energy") and o.start > q.end for o in numbered):
        return True                                        # 0.2C, cut-off 3.0 V, 23 °C: at least 1900 mAh
    if only_while(clause, q, name, made):
        return True                                        # 25 A for 6 s, sans que la tension ne passe sous 2,8 V
    if name == "end_of_discharge_voltage" and any(d.metric.startswith(("discharge_", "cold_")) for d in made):
        return True                                        # 1000 A for 3 s without falling below 1.9 V
    if name == "voltage_window" and any(d.metric in ("capacity", "energy", "specific_energy", "energy_density")
                                        for d in made):
        return not lexicon("defaults_window").search(clause.text, clause.start, q.start)   # 290 Wh/kg, 4.2 to 2.7 V
    if name == "voltage_window" and said.sign is None and any(o.is_a("charge") and o.start > q.end for o in numbered):
        return lexicon("slots", "discharge").search(clause.text, clause.start, numbered[-1].start) is not None
    if q.is_a("current") and said.sign is None and any(o.is_a("resistance") for o in numbered):
        return True                                        # DC resistance, pulse of 6 A: at most 40 mΩ
    kept = sum(o.is_a("time") for o in numbered) == 1 and not any(o.is_a("cycle") for o in numbered)
    return name in ("capacity_retention", "energy_retention") and (lives or any(
        d.metric == "cycle_life" or kept and d.metric == "calendar_life" for d in made))   # the end of that life


def _name_of(
    clause: Clause, q: Quantity, hits: list[Hit[str]], said: Said, numbered: list[Quantity],
    strong: dict[int, Quantity], tested: bool, speaks: bool,
) -> str | None:
    """The metric of one number: by the words near it, else by its unit, its neighbours and the heading."""
    text = clause.text
    cycled = q.is_a("rate", "current", "rate_P") and any(o.is_a("cycle") for o in numbered) and not any(
        lexicon(w).search(text, clause.start, q.start) for w in ("load_verb", "ability"))      # 3,000 cycles, 1C/1C
    name = _choose(clause, q, hits, said, numbered, strong)
    if q.is_a("time") and name in (None, "fast_charge_time") and full_here(clause, q):
        name = "charge_time"
    if name is None and q.is_a("time") and charge_window(numbered):
        name = "fast_charge_time" if seconds_of(q) < LONGEST_CHARGE_S else None
    if q.is_a("temperature") and name in _SKINS and lexicon("rise_by").search(
            text, max(clause.start, q.start - 40), q.start):
        name = "temperature_rise"
    if name in ("charge_time", "fast_charge_time") and seconds_of(q) > _MONTH_S:
        name = "calendar_life" if any(u.name == "year" for u in q.units) else None     # to 80 % in 15 years
    name = steady_or_short(clause, q, name) if name else None
    narrow = q.shape == "range" and max(q.values) - min(q.values) < _NARROW_K and len(numbered) > 1
    window_like = not narrow and (name is None or name in WINDOW_METRICS or name in _SKINS)
    if q.is_a("temperature") and q.shape == "range" and window_like:
        name = temperature_window(text, q, clause.start, clause.end) or name or _headed_window(clause, q)
    if name is None and not tested:
        name = next((m for d in q.dimensions if (m := implied_metric(d))), None)
    if name == "capacity_retention" and lexicon("spread").search(text, clause.start, clause.end):
        name = "capacity_spread"
    if name is None and shipped(clause, q, numbered, hits):
        name = "shipping_soc"
    if name is None and not tested and speaks and q.is_a("percent"):
        name = named_by_cue(clause, q, said, numbered, NEAR)
    if name is None and not tested:
        opens = clause.listed and not said.sign and not re.search(r"\w", re.split(
            r":\s", text[clause.start:q.start])[-1])      # for the crash stop: 3C over 30 seconds
        asked = Said(">=", q.start, q.end) if opens and q.is_a("rate", "current", "power") else said
        name = None if cycled and not said.sign else unnamed_metric(
            clause.page, clause.block, (clause.start, clause.end), q, asked, numbered, strong)
    name = name or (None if tested or hits else asked_again(clause, q, said))
    return name or (named_by_cue(clause, q, said, numbered) if not tested and speaks and not cycled else None)


_MOST_A_DAY = 40.0


def _a_day(clause: Clause, q: Quantity) -> bool:
    """`1日1.5サイクル`, `one cycle each day`: how often the cell is used."""
    if not q.is_a("cycle") or q.value > _MOST_A_DAY or q.is_a("cycle_rate"):
        return False
    lo, hi = max(clause.start, q.start - 16), min(clause.end, q.end + 16)
    return lexicon("daily").search(clause.text, lo, hi) is not None


def _duty(clause: Clause, quantities: list[Quantity]) -> list[Draft]:
    """The cycles of a day, as a fact that the life has to answer."""
    made = []
    for q in quantities:
        if _a_day(clause, q) and id(q) not in clause.page.fates:
            made.append(Draft("duty_cycles", "=", q.value, "cycle/day", q.start, q.end, clause.block, priority="info",
                              quantity=q))
            clause.page.settle(q, "requirement")
            for other in quantities:                       # the 1 of `1日`
                if other is not q and other.is_a("time") and 0 <= q.start - other.end <= 2:
                    clause.page.settle(other, "requirement", "part of a number of cycles a day")
    return made


def _windows(clause: Clause, quantities: list[Quantity], said: dict[int, Said]) -> list[Draft]:
    """`Storage takes place at -10 to 60 °C, which the cell shall withstand`: a window alone is asked for."""
    made = []
    for q in quantities:
        if not q.is_a("temperature") or q.shape != "range" or id(q) in clause.page.fates:
            continue
        name = temperature_window(clause.text, q, clause.start, clause.end)
        new = draft(clause.page, clause.block, q, name, said[id(q)]) if name else None
        if new:
            clause.page.settle(q, "requirement")
            made.append(new)
    return made


def _headed_window(clause: Clause, q: Quantity) -> str | None:
    """A window of temperatures that no word of its clause names: the heading's, else where the cell works."""
    if max(q.values) - min(q.values) < _WINDOW_K:
        return None
    for title in reversed(clause.block.section):
        if name := next((name for kind, name in WINDOWS if lexicon("slots", kind).search(title)), None):
            return name
    return "operating_temperature"


def set_aside_old(page: Page, block: Block, start: int, end: int) -> None:
    """The value that no longer holds is no requirement; in a correction also one called too little, or a difference."""
    text = page.text
    for q in page.inside(block, start, end):
        if id(q) in page.fates or not q.units or q.shape == "range":
            continue
        refused = block.index in page.correcting and (
            lexicon("more_tail").starting_at(text, q.end, end)
            or lexicon("insufficient").search(text, q.end, min(end, q.end + 24)))
        if refused or is_old(text, q, start, end):
            page.settle(q, "ignored", "the value that is replaced")


def _label_bound(clause: Clause, q: Quantity, name: str) -> str | None:
    hits = lexicon("label_bounds").find(clause.text, max(clause.start, q.start - 40), q.start)
    return hits[-1].what if hits and metric(name).comparator not in (">=", "<=") else None


def _bare_loads(
    clause: Clause, hits: list[Hit[str]], strong: dict[int, Quantity], said: dict[int, Said]
) -> list[Draft]:
    """`Charge and discharge at 1C continuously`: a load with nothing else before it is what is asked for."""
    page, text, made = clause.page, clause.text, list[Draft]()
    q = min(strong.values(), key=lambda s: s.start, default=None)
    if q is None or not q.is_a("rate", "current") or not (
            lexicon("continuous").search(text, clause.start, clause.end) or _opens_with_load(text, clause.start, q)):
        return []
    if any(h.end <= q.start and not h.what.startswith(("charge", "discharge")) for h in hits):
        return []
    suffix = "rate" if q.is_a("rate") else "current"
    for kind, name in (("charge", f"charge_{suffix}"), ("discharge", f"discharge_{suffix}_continuous")):
        if lexicon("slots", kind).search(text, clause.start, q.start) or _verb_behind(clause, q, kind):
            new = draft(page, clause.block, q, name, said[id(q)])
            if new:
                made.append(new)
                page.settle(q, "requirement")
    return made


def _verb_behind(clause: Clause, q: Quantity, kind: str) -> bool:
    """`能长期以1C放电`, `連続して1Cで放電`: a verb behind the load, and before it a word that says that it lasts."""
    verb = lexicon("slots", kind).search(clause.text, q.end, min(clause.end, q.end + 8))
    return verb is not None and ord(clause.text[verb.start]) > 0x2e7f and not re.search(
        r"[，、,。]", clause.text[q.end:verb.start]) and lexicon("continuous").search(
        clause.text, clause.start, verb.end) is not None


def _only_loads(clause: Clause, strong: dict[int, Quantity], said: dict[int, Said]) -> list[Draft]:
    """`At 20 % SOC it must give 45 A for 10 s and stay above 2.5 V`: in a demand without a metric the load is asked."""
    page, text, made = clause.page, clause.text, list[Draft]()
    start, end = clause.start, clause.end
    opens = clause.listed and any(not text[start:q.start].strip() for q in strong.values())
    if not opens and not lexicon("priority").search(text, start, end) and not lexicon("ability").search(
            text, start, end):
        return []
    if lexicon("measured_with").search(text, start, end) or metric_hits(page, start, end):
        return []
    loads = [q for q in strong.values() if q.is_a("rate", "current", "power", "rate_P")]
    for q in loads[:1]:
        others = [o for o in page.inside(clause.block, start, end) if o.units]
        name = unnamed_metric(page, clause.block, (start, end), q, Said(">=", q.start, q.end), others, {})
        new = draft(page, clause.block, q, name, said[id(q)]) if name else None
        if new:
            made.append(new)
            page.settle(q, "requirement")
    return made


def _opens_with_load(text: str, start: int, q: Quantity) -> bool:
    """`Laden mit 6 A`: an item that opens with the load asks for it."""
    lead = lexicon("load_lead").ending_at(text, start, q.start)
    word = re.sub(r"^[\W\d]+|\s+$", "", text[start:lead.start]) if lead else ""
    return bool(word) and not re.search(r"[\W\d]", word) and lexicon("slots", "charge").search(word) is not None


def _choose(
    clause: Clause, q: Quantity, hits: list[Hit[str]], said: Said, others: list[Quantity], strong: dict[int, Quantity]
) -> str | None:
    """The metric whose words stand nearest, before rather than after, in the same part of the sentence."""
    best: tuple[float, str] | None = None
    for hit in [*hits, *clause.lead_hits]:
        name = metric_for(hit.what, q)
        if name is None or _says_of_another(clause.text, hit, q, others) or _leads_another(clause.text, hit, q, others):
            continue
        if hit in clause.lead_hits:
            cost = 70.0
        elif hit.end <= q.start:
            gap = clause.text[hit.end:q.start]
            cost = len(gap) + 12 * gap.count(",") + 30 * gap.count("，") + 150 * gap.count(";") + 60 * gap.count("**")
            cost += 8 * sum(1 for o in others if hit.end <= o.start and o.end <= q.start and id(o) not in strong)
        else:
            gap = clause.text[q.end:hit.start]
            cost = 22 + 1.5 * len(gap) + 30 * gap.count(",") + 60 * gap.count("，") + 150 * gap.count(";")
        if name != hit.what:
            cost += 18
        if best is None or cost < best[0]:
            best = (cost, name)
    if best is None or best[0] > 260:
        return None
    implied = next((m for d in q.dimensions if (m := implied_metric(d))), None)
    if best[0] > 90 and implied and implied != best[1] and metric(best[1]).dimension != metric(implied).dimension:
        return implied
    return best[1]


_CUT = re.compile(r"[,，、]|\s(?:and|und|et)\s")


def _leads_another(text: str, hit: Hit[str], q: Quantity, others: list[Quantity]) -> bool:
    """`20 A continuous, peak 35 A`: a word behind a comma leads the next number of its kind."""
    if hit.start < q.end or not _CUT.search(text, q.end, hit.start):
        return False
    after = next((o for o in others if o.start >= hit.end and o.dimensions & q.dimensions), None)
    return after is not None and not _CUT.search(text, hit.end, after.start)


def _says_of_another(text: str, hit: Hit[str], q: Quantity, others: list[Quantity]) -> bool:
    """`130 mm wide, 36 mm thick`, `27 mm of thickness`: a word of size belongs to the number right before it."""
    if not q.is_a("length") or hit.end > q.start:
        return False
    before = next((o for o in reversed(others) if o is not q and o.is_a("length") and o.end <= hit.start), None)
    if before is None:
        return False
    gap = text[before.end:hit.start]
    own = synonyms().starting_at(text, q.end, min(len(text), q.end + 24)) if not gap.strip() else None
    if own is not None and own.what and metric(own.what).dimension == "length":
        return True                                        # 18,6 mm Durchmesser und 66 mm Länge
    adjective = lexicon("size_adjectives").starting_at(text, hit.start, hit.end) is not None and not text[
        hit.start].isupper()
    filled = lexicon("filler").ending_at(gap, 0, len(gap))
    return adjective and not gap.strip() or filled is not None and not gap[:filled.start].strip()
