"""Requirements in running text: which metric each number belongs to, and which conditions stand beside it."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.vocabulary import metric
from tools.extract import axes
from tools.extract.attach import attach, joined_windows
from tools.extract.bare_numbers import asked_again, repeated, unit_of_life
from tools.extract.clause import Clause
from tools.extract.comparators import Said, said_of_all
from tools.extract.cues import NEAR, asks, named_by_cue, worked_out
from tools.extract.given import conditions_of, shipped
from tools.extract.meaning import draft, implied_metric, metric_for
from tools.extract.old_values import is_old
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import Hit, lexicon
from tools.extract.quantities import Quantity
from tools.extract.turned import against_habit
from tools.extract.unnamed import WINDOW_METRICS, WINDOWS, chunk_around, seconds_of, temperature_window, unnamed_metric

_BESIDE_TESTS = ("surface_temperature", "temperature_rise", "thermal_propagation", "vent_pressure")
_WINDOW_K = 25.0  # a narrower range of temperatures is a test condition
_ENDS = ("min_voltage", "end_of_discharge_voltage", "voltage_window")
_LONGEST_CHARGE_S = 2e5      # two days: longer times are storage or life
_SKINS = ("surface_temperature", "temperature_rise")


def read_clause(clause: Clause) -> list[Draft]:
    """The requirements of one clause; its other numbers are settled as conditions where they can be."""
    page, text = clause.page, clause.text
    set_aside_old(page, clause.block, clause.start, clause.end)
    open_ = [q for q in page.inside(clause.block, clause.start, clause.end) if id(q) not in page.fates]
    for q in open_:
        if q.units and worked_out(page, clause, q):
            page.settle(q, "ignored", "worked out from other numbers")
    open_ = [q for q in open_ if id(q) not in page.fates]
    numbered = sorted([*(q for q in open_ if q.units), *unit_of_life(clause)], key=lambda q: q.start)
    if not numbered:
        return repeated(clause, [])
    hits = [h for h in metric_hits(page, clause.start, clause.end)
            if not any(h.start < q.end and h.end > q.start and not (q.is_a("count") and h.start > q.start)
                       for q in numbered)]
    said = said_of_all(text, numbered, clause.start, clause.end)
    made = axes.tuples(page, clause.block, clause.start, clause.end, numbered)
    strong = conditions_of(clause, numbered, hits, said)
    lives = [id(q) for q in numbered if q.is_a("time") and _for_years(clause, q, numbered)]
    strong = {k: q for k, q in strong.items() if k not in lives}
    outcome = lexicon("outcome").search(text, clause.start, clause.end)
    tested = outcome is not None and any(metric(h.what).test for h in hits)
    made += _bare_loads(clause, hits, strong, said)
    speaks = asks(clause, said)
    reached = {id(q): share for q in numbered if (share := _charged_to(clause, q, numbered) or _charged_in(
        clause, q, numbered))}
    passed = {*strong, *(id(share) for share in reached.values())}
    pairs = _window_pairs(text, numbered, said, passed)
    named: dict[int, str | None] = {}
    for q in numbered:
        if id(q) in passed or id(q) in page.fates or q.shape == "tuple" or _a_day(clause, q) or (
                q.shape == "tolerance_only" and not q.is_a("percent")):
            continue
        name = "fast_charge_time" if id(q) in reached else named.get(pairs.get(id(q), 0)) or _name_of(
            clause, q, hits, said[id(q)], numbered, strong, tested, speaks)
        name = "calendar_life" if id(q) in lives else name
        name = "order_quantity" if name == "sample_quantity" and _lot_beside(text, q, numbered) else name
        named[id(q)] = name
        if name in _ENDS and said[id(q)].sign is None and q is not numbered[-1] and any(
                o.is_a("charge", "energy", "specific_energy") and o.start > q.end for o in numbered):
            continue                                       # 0.2C, cut-off 3.0 V, 23 °C: at least 1900 mAh
        if name == "end_of_discharge_voltage" and any(d.metric.startswith(("discharge_", "cold_")) for d in made):
            continue                                       # 1000 A for 3 s without falling below 1.9 V
        if name == "voltage_window" and any(d.metric in ("capacity", "energy", "specific_energy", "energy_density")
                                            for d in made) and not lexicon("defaults_window").search(
                text, clause.start, q.start):
            continue                                       # 290 Wh/kg between 4.2 V and 2.7 V
        if name in ("capacity_retention", "energy_retention") and (lives or any(
                d.metric == "cycle_life" for d in made)):
            continue                                       # 800 cycles with at least 80 % remaining: the end of life
        if tested and name not in _BESIDE_TESTS:
            continue
        if name in ("cathode_cobalt_fraction", None) and q.is_a("percent") and any(
                h.what == "recycled_content" for h in hits):
            name = "recycled_content"
        if name:
            said[id(q)] = against_habit(text, metric(name), q, said[id(q)], (clause.start, clause.end))
        new = draft(page, clause.block, q, name, said[id(q)], _label_bound(clause, q, name)) if name else None
        if new:
            made.append(new)
            page.settle(q, "requirement")
    made += _duty(clause, numbered)
    if not made:
        made += _windows(clause, numbered, said) or _only_loads(clause, strong, said)
    joined_windows(made)
    attach(clause, made, numbered, said)
    return made + repeated(clause, made)


_MANY = 5.0           # times as many cells as samples are a lot


def _lot_beside(text: str, q: Quantity, numbered: list[Quantity]) -> bool:
    """`40 samples by March and 3,600 cells by November`: the other count is called samples, and this one is far more."""
    return any(o is not q and o.is_a("count") and q.value >= _MANY * o.value and not _sampled(text, q)
               and _sampled(text, o) for o in numbered)


def _sampled(text: str, q: Quantity) -> bool:
    return lexicon("cues", "sample_quantity").search(text, q.start, q.end + 24) is not None and not re.search(
        r"[,;]|\b(?:and|und|et)\b", text[q.end:q.end + 6])


_FOR = re.compile(r"(?:\b(?:for|over|during|für|über|pendant|durant)\s+(?:at least |mindestens |au moins )?)$", re.IGNORECASE)


def _for_years(clause: Clause, q: Quantity, numbered: list[Quantity]) -> bool:
    """`Keep 80 % of its initial capacity for 7 years`: how long a share of the capacity is kept is a life."""
    years = any(u.name == "year" for u in q.units)
    shares = [o for o in numbered if o.is_a("percent") and 50 <= o.value < 100 and o.end <= q.start]
    return years and bool(shares) and _FOR.search(clause.text, max(clause.start, q.start - 24), q.start) is not None \
        and lexicon("slots", "eol").search(clause.text, shares[-1].end, q.start) is not None


_TWINS = {a: b for x in ("rate", "current") for a, b in (
    (f"discharge_{x}_pulse", f"discharge_{x}_continuous"), (f"discharge_{x}_continuous", f"discharge_{x}_pulse"))}


def _steady_or_short(clause: Clause, q: Quantity, name: str) -> str:
    """The word of its own part tells a lasting load from a short one: `start current 60 A, otherwise 15 A continuous`."""
    if name not in _TWINS:
        return name
    lo, hi = chunk_around(clause.text, q, clause.start, clause.end)
    steady = lexicon("continuous").search(clause.text, lo, hi) is not None
    short = lexicon("pulse_word").search(clause.text, lo, hi) is not None
    return _TWINS[name] if steady != short and steady == name.endswith("pulse") else name


_PAIR = re.compile(r"[^\d;.。；]{0,32}")


def _window_pairs(
    text: str, numbered: list[Quantity], said: dict[int, Said], passed: set[int]
) -> dict[int, int]:
    """`Above 0 °C and up to 45 °C`: a least and a most side by side are the two ends of one window."""
    found = {}
    for low, high in zip(numbered, numbered[1:], strict=False):
        single = all(q.is_a("temperature") and q.shape == "single" and id(q) not in passed for q in (low, high))
        if single and low.value < high.value and said[id(low)].sign in (">=", ">") and said[id(high)].sign in (
                "<=", "<", "up_to") and _PAIR.fullmatch(text, low.end, high.start):
            found[id(high)] = id(low)
    return found


def _name_of(
    clause: Clause, q: Quantity, hits: list[Hit[str]], said: Said, numbered: list[Quantity],
    strong: dict[int, Quantity], tested: bool, speaks: bool,
) -> str | None:
    """The metric of one number: by the words near it, else by its unit, its neighbours and the heading."""
    text = clause.text
    name = _choose(clause, q, hits, said, numbered, strong)
    if name is None and q.is_a("time") and (window := _charge_window(q, numbered)):
        name = "fast_charge_time" if seconds_of(q) < _LONGEST_CHARGE_S else None
    if q.is_a("temperature") and name in _SKINS and lexicon("rise_by").search(
            text, max(clause.start, q.start - 40), q.start):
        name = "temperature_rise"
    name = _steady_or_short(clause, q, name) if name else None
    window_like = name is None or name in WINDOW_METRICS or name in _SKINS
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
        name = unnamed_metric(clause.page, clause.block, (clause.start, clause.end), q, said, numbered, strong)
    name = name or (None if tested or hits else asked_again(clause, q, said))
    return name or (named_by_cue(clause, q, said, numbered) if not tested and speaks else None)


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


def _charged_to(clause: Clause, q: Quantity, quantities: list[Quantity]) -> Quantity | None:
    """`30分钟充到60%`: the share of charge that a time right before it reaches."""
    share = next((o for o in quantities if o.is_a("percent") and 0 <= o.start - q.end <= 16), None)
    if share is None or not q.is_a("time") or share.shape != "single" or seconds_of(q) > _LONGEST_CHARGE_S:
        return None
    gap = clause.text[q.end:share.start]
    return share if lexicon("slots", "charge").search(gap) and not lexicon("slots", "discharge").search(gap) else None


_IN = re.compile(r"\s*(?:SOC\s*|charge\s*)?(?:in|within|after|nach|innerhalb von|in unter|en|sous|を|まで)\s*"
                 r"(?:(?:under|less than|weniger als|unter|moins de|about|etwa)\s*)?", re.IGNORECASE)


def _charged_in(clause: Clause, q: Quantity, quantities: list[Quantity]) -> Quantity | None:
    """`80 % in 40 minutes`: the share of charge right before a time, where nothing speaks of life or storage."""
    share = next((o for o in quantities if o.is_a("percent") and o.shape == "single" and _IN.fullmatch(
        clause.text, o.end, q.start)), None)
    if share is None or not q.is_a("time") or not 60 <= seconds_of(q) <= _LONGEST_CHARGE_S / 8 or share.value < 30:
        return None
    other = any(lexicon(*path).search(clause.text, clause.start, clause.end) for path in (
        ("slots", "storage"), ("loss",), ("slots", "discharge")))
    return None if other else share


def _charge_window(q: Quantity, quantities: list[Quantity]) -> Quantity | None:
    """The states of charge that a time leads from and to: two rising percentages, whatever the verb is.

    Of several times the one that stands nearest has the window, and each one has it where it stands between.
    """
    rising = [o for o in quantities if o.shape == "range" and o.is_a("percent") and o.values[0] < o.values[1]]
    if not rising:
        return None
    window = rising[0]
    times = [o for o in quantities if o.is_a("time")]
    side = [o for o in times if (o.start < window.start) == (q.start < window.start)]
    return window if q in side and (len(side) == len(times) or min(
        times, key=lambda o: _apart(o, window)) in side) else None


def _apart(a: Quantity, b: Quantity) -> int:
    return max(a.start - b.end, b.start - a.end)


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
        if lexicon("slots", kind).search(text, clause.start, q.start):
            new = draft(page, clause.block, q, name, said[id(q)])
            if new:
                made.append(new)
                page.settle(q, "requirement")
    return made


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
    adjective = lexicon("size_adjectives").starting_at(text, hit.start, hit.end) is not None and not text[
        hit.start].isupper()
    filled = lexicon("filler").ending_at(gap, 0, len(gap))
    return adjective and not gap.strip() or filled is not None and not gap[:filled.start].strip()
