"""The front in the report: its rows for a reader, its words, and its picture beside the offers and the asked bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.report.headline import number
from agent.report.words import conditions_words, metric_words, unit_words, verdict_for
from knowledge.front import Front, FrontPoint, Objective
from knowledge.offer import Offer
from knowledge.report import Report
from tools.verify.rank import cost_per_kWh
from tools.verify.title import title_of

ROWS = 12          # shown in the table; report.json and the workbook hold all
RED, INK, SOFT = "#b03a56", "#20262e", "#8a929c"


@dataclass(frozen=True)
class Row:
    """One design of the front as a table shows it."""

    id: str
    title: str
    role: str                   # "highest specific energy", "compromise" or nothing
    values: tuple[str, ...]
    keeps: bool
    design: tuple[str, ...]     # in the order of `DESIGN_HEADS`


DESIGN_HEADS = ("positive coating [µm]", "porosity + / −", "separator [µm]", "Al / Cu foil [µm]")


def objective_words(objective: Objective) -> str:
    """`specific energy [Wh/kg]`, `estimated cost [USD/kWh]`."""
    name = "estimated cost" if objective.metric == "cost" else metric_words(objective.metric)
    return f"{name} [{unit_words(objective.unit)}]"


def chosen_words(objective: Objective, cost_basis: str | None = None) -> str:
    """Which way is better, what is asked and why it was chosen, in one line."""
    arrow = "more is better" if objective.better == "more" else "less is better"
    asked = ""
    if objective.requirement_id and objective.bound is not None:
        sign = "≥" if objective.better == "more" else "≤"
        asked = f"; {objective.requirement_id} asks {sign} {number(objective.bound)} {unit_words(objective.unit)}"
    conditions = conditions_words(objective.conditions)
    if objective.metric == "cost":
        conditions = f"by {cost_basis or 'dated public cards'}"
    return f"{arrow}{asked}{f' ({conditions})' if conditions else ''}; {objective.reason}"


def summary(front: Front) -> str:
    """What was done and what came out, in two sentences."""
    kept = [p for p in front.points if p.on_front]
    own = sum(p.round > 0 for p in front.points)
    text = f"{len(kept)} designs on the front, of {len(front.points)} simulated for it ({own} of them new)."
    if front.released:
        text += (f" No design keeps every must, so {', '.join(front.released)} did not bind here: the front shows how "
                 "near to them designs come, with all other musts kept.")
    elif front.gain is not None and front.gain > 1:
        text += f" They dominate {front.gain - 1:.0%} more volume than the designs of the search alone."
    if front.stopped_by_time:
        text += " The time limit ended the rounds."
    return text


def rows(front: Front) -> list[Row]:
    """The ends of every objective, the best compromise, and others spread between, by the first objective."""
    points = [p for p in front.points if p.on_front]
    if not points:
        return []
    scaled = _scaled(front, points)
    roles = {min(range(len(points)), key=lambda i: scaled[i][k]): _best(o) for k, o in reversed(
        list(enumerate(front.objectives)))}
    roles.setdefault(min(range(len(points)), key=lambda i: sum(v * v for v in scaled[i])), "compromise")
    chosen = list(roles)
    while len(chosen) < min(ROWS, len(points)):
        chosen.append(max((i for i in range(len(points)) if i not in chosen),
                          key=lambda i: min(_apart(scaled[i], scaled[j]) for j in chosen)))
    chosen.sort(key=lambda i: scaled[i][0])
    return [Row(points[i].design.id, title_of(points[i].design), roles.get(i, ""),
                tuple(number(v) for v in points[i].values), points[i].keeps, design_words(points[i])) for i in chosen]


def _best(objective: Objective) -> str:
    name = "cost" if objective.metric == "cost" else metric_words(objective.metric)
    return f"{'highest' if objective.better == 'more' else 'lowest'} {name}"


def _scaled(front: Front, points: Sequence[FrontPoint]) -> list[list[float]]:
    """Objectives from 0 (best on the front) to 1 (worst)."""
    columns = []
    for k, o in enumerate(front.objectives):
        values = [(-1 if o.better == "more" else 1) * p.values[k] for p in points]
        low, span = min(values), (max(values) - min(values)) or 1.0
        columns.append([(v - low) / span for v in values])
    return [list(row) for row in zip(*columns, strict=True)]


def _apart(a: Sequence[float], b: Sequence[float]) -> float:
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def design_words(point: FrontPoint) -> tuple[str, ...]:
    """The design in the columns of `DESIGN_HEADS`."""
    pair = point.design.pair
    return (number(pair.positive.coating_thickness_um),
            f"{pair.positive.porosity:.2f} / {pair.negative.porosity:.2f}", number(pair.separator.thickness_um),
            f"{pair.positive.foil_thickness_um:.1f} / {pair.negative.foil_thickness_um:.1f}")


def draw(figure: Any, report: Report, palette: Sequence[str]) -> None:
    """Panels of the first objective against each other one: what was simulated, the front, the offers, the bounds."""
    front = report.front
    assert front is not None
    systems = sorted({p.design.pair.system for p in front.points})
    colors = {s: palette[i % len(palette)] for i, s in enumerate(systems)}
    panels = range(1, len(front.objectives))
    for place, k in enumerate(panels, 1):
        axes = figure.add_subplot(1, len(panels), place)
        _panel(axes, front, k, colors)
        _offers(axes, report.offers, front.objectives, k)
        _bounds(axes, (front.objectives[0], front.objectives[k]))
        axes.set_xlabel(objective_words(front.objectives[0]))
        axes.set_ylabel(objective_words(front.objectives[k]))
        if place == 1:
            _legend(axes, figure, colors, bool(front.released))


def _panel(axes: Any, front: Front, k: int, colors: dict[str, str]) -> None:
    groups = (
        ([p for p in front.points if not p.on_front and not p.keeps], {"s": 10, "facecolors": "none", "alpha": 0.8}),
        ([p for p in front.points if not p.on_front and p.keeps], {"s": 10, "alpha": 0.35, "linewidths": 0}),
        ([p for p in front.points if p.on_front and not p.keeps], {"s": 34, "facecolors": "none"}),
        ([p for p in front.points if p.on_front and p.keeps], {"s": 34, "linewidths": 0}),
    )
    for points, style in groups:
        if points:
            own = [colors[p.design.pair.system] for p in points]
            paint = {"edgecolors": own} if "facecolors" in style else {"c": own}
            axes.scatter([p.values[0] for p in points], [p.values[k] for p in points], zorder=3, **paint, **style)
    line = _staircase([(p.values[0], p.values[k]) for p in front.points if p.on_front],
                      front.objectives[0].better, front.objectives[k].better)
    axes.plot([x for x, _ in line], [y for _, y in line], color=SOFT, linewidth=0.9, zorder=2)


def _staircase(points: Sequence[tuple[float, float]], x_better: str, y_better: str) -> list[tuple[float, float]]:
    """The best of two objectives among points, joined by steps."""
    sx, sy = (-1 if b == "more" else 1 for b in (x_better, y_better))
    best: list[tuple[float, float]] = []
    for x, y in sorted(points, key=lambda p: (sx * p[0], sy * p[1])):
        if not best or sy * y < sy * best[-1][1]:
            best += [(x, best[-1][1])] if best else []
            best.append((x, y))
    return best


def _offers(axes: Any, offers: Sequence[Offer], objectives: Sequence[Objective], k: int) -> None:
    for offer in offers:
        found = (offer_value(offer, objectives[0]), offer_value(offer, objectives[k]))
        if found[0] is None or found[1] is None:
            continue
        axes.scatter(found[0], found[1], marker="x", s=26, color=INK, linewidths=1.0, zorder=4)
        if offer.rank <= 3:
            axes.annotate(f"#{offer.rank}", found, xytext=(4, 4), textcoords="offset points", fontsize=8)


def offer_value(offer: Offer, objective: Objective) -> float | None:
    """An offer's value of an objective, None where it has none."""
    if objective.metric == "cost":
        return cost_per_kWh(offer.build_up, offer.figures)
    if objective.requirement_id is None:
        return next((f.value for f in offer.figures if f.metric == objective.metric and f.value is not None), None)
    verdict = verdict_for(offer, objective.requirement_id)
    return verdict.figure.value if verdict and verdict.figure else None


def _bounds(axes: Any, pair: tuple[Objective, Objective]) -> None:
    """The asked bounds as lines, the side that breaks them shaded, where they lie in or near the picture."""
    limits = (axes.get_xlim(), axes.get_ylim())
    for objective, (low, high), line, span in ((pair[0], limits[0], axes.axvline, axes.axvspan),
                                               (pair[1], limits[1], axes.axhline, axes.axhspan)):
        bound, room = objective.bound, 0.6 * (high - low)
        if bound is None or not low - room <= bound <= high + room:
            continue
        line(bound, color=RED, linewidth=1, linestyle="--", zorder=1)
        far = (high - low) + room
        edges = (bound - far, bound) if objective.better == "more" else (bound, bound + far)
        span(*edges, color=RED, alpha=0.06, linewidth=0, zorder=0)
    for axis, objective, (low, high) in ((axes.set_xlim, pair[0], limits[0]), (axes.set_ylim, pair[1], limits[1])):
        room, bound = 0.6 * (high - low), objective.bound
        shown = bound is not None and low - room <= bound <= high + room
        pad = 0.04 * (high - low)
        axis(min(low, (bound or 0) - pad) if shown else low, max(high, (bound or 0) + pad) if shown else high)


def _legend(axes: Any, figure: Any, colors: dict[str, str], released: bool) -> None:
    handles = [axes.scatter([], [], s=34, color=c, linewidths=0, label=f"on the front, {s.replace('_', ' ')}")
               for s, c in colors.items()]
    handles.append(axes.scatter([], [], s=10, color=SOFT, alpha=0.5, linewidths=0, label="beaten, keeps every must"))
    handles.append(axes.scatter([], [], s=18, facecolors="none", edgecolors=SOFT, label="misses a must"))
    handles.append(axes.scatter([], [], marker="x", s=26, color=INK, linewidths=1.0, label="offers"))
    handles.append(axes.plot([], [], color=RED, linewidth=1, linestyle="--",
                             label="asked (does not bind here)" if released else "asked")[0])
    figure.legend(handles=handles, frameon=False, fontsize=7.5, ncols=4, loc="outside upper left")
