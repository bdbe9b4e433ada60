"""Ageing in the search: designs that keep everything else are aged, the others get an estimate from them.

The best design of a system is aged first. Where the search's own solver answers, lives cost little side by side and all
others that keep the rest follow; where PyBaMM has to, a life costs hundreds of discharges, and there are no more than
`RUNS` a system. A system whose life is far too short is recognised while there is time to look elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.ask import Ask
from knowledge.figure import Figure
from knowledge.offer import SearchStep
from knowledge.protocol import CycleAgeing
from knowledge.requirement import Requirement
from tools.optimise.margins import judged
from tools.optimise.prediction import Recorder
from tools.optimise.trial import Tried
from tools.simulate.evaluate import evaluate
from tools.simulate.point import DELEGATED_WORDS
from tools.simulate.runs import cycled_in_amperes
from tools.verify.ageing_estimate import estimates, without_left

RUNS = 2   # lives of a system that are dear: the best design that keeps everything else, and the one farthest from it
MOST = 64  # lives of a system that are cheap
FORESEEN = frozenset({"cycle_life", "capacity_retention"})


def ageing_asks(requirements: Sequence[Requirement]) -> tuple[Ask, ...]:
    """What the musts ask of a cell after cycling; a life at rest is too rough an estimate to leave a system for."""
    from tools.verify.asks import asks_for

    musts = {r.id for r in requirements if r.priority == "must"}
    return tuple(a for a in asks_for(requirements)[0]
                 if isinstance(a.protocol, CycleAgeing) and musts.intersection(a.requirement_ids))


def foreseen(asks: Sequence[Ask]) -> tuple[Ask, ...]:
    """Those whose figure follows from the cycles to the end of life, the head that the forward model has of a life.

    A cycle in amperes is another protocol for each design, which no table of labels serves: none is foreseen.
    """
    return tuple(a for a in asks if a.metric in FORESEEN and not cycled_in_amperes(a))


@dataclass
class LifeScout:
    """Ages a few of the designs that were simulated and says of all of them what their life is."""

    requirements: Sequence[Requirement]
    asks: tuple[Ask, ...]
    simulator: Recorder            # for a life that may be dear
    cheaply: Recorder | None       # for many side by side, what it cannot solve being estimated; None: there is none
    origin: str = ""
    aged: dict[str, tuple[Figure, ...]] = field(default_factory=dict)  # design id → figures
    log: list[SearchStep] = field(default_factory=list)

    def judge(self, tried: Sequence[Tried], number: int) -> list[Tried]:
        """The same designs with their figures of life, aged or estimated, and judged again.

        Args:
            number: of the round, for the log.
        """
        if not self.asks:
            return list(tried)
        started = time.perf_counter()
        plain = [tuple(f for f in t.figures if f not in t.life) for t in tried]
        dear = self._chosen(tried)
        self._age(dear, self.simulator)
        cheap = self._cheap(tried, plain) if self.cheaply else []
        self._age(cheap, self.cheaply or self.simulator)
        lives = [without_left(self.aged.get(t.design.id, ())) for t in tried]
        own = [(*row, *life) for row, life in zip(plain, lives, strict=True)]
        guesses = estimates(self.asks, [t.design for t in tried], own)
        found = []
        for t, row, aged, guess in zip(tried, plain, lives, guesses, strict=True):
            life = (*aged, *guess)
            found.append(t.with_life(row, life, judged(self.requirements, (*row, *life))))
        self._note(dear, cheap, found, number, started)
        return found

    def _age(self, chosen: Sequence[Tried], simulator: Recorder) -> None:
        if chosen:
            figures = evaluate([t.design for t in chosen], self.asks, simulator)
            for t, row in zip(chosen, figures, strict=True):
                self.aged[t.design.id] = tuple(f.model_copy(update={"origin": self.origin}) for f in row)

    def _cheap(self, tried: Sequence[Tried], plain: Sequence[tuple[Figure, ...]]) -> list[Tried]:
        """Designs not aged yet that keep everything else, of systems whose lives so far the search's solver gave."""
        found: list[Tried] = []
        for system in sorted({t.place.system for t in tried}):
            known = [self.aged[t.design.id] for t in tried if t.place.system == system and t.design.id in self.aged]
            if known and not any(DELEGATED_WORDS in (f.note or "") for row in known for f in row):
                able = [t for t, row in zip(tried, plain, strict=True) if t.place.system == system
                        and t.design.id not in self.aged and judged(self.requirements, row).meets]
                found += able[:max(MOST - len(known), 0)]
        return found

    def _chosen(self, tried: Sequence[Tried]) -> list[Tried]:
        """For each system with a design that keeps everything else: the surest one, and one far from it."""
        chosen: list[Tried] = []
        for system in sorted({t.place.system for t in tried}):
            mine = [t for t in tried if t.place.system == system]
            done = [t for t in mine if t.design.id in self.aged]
            able = [t for t in mine if t.design.id not in self.aged and t.verdict.meets]
            if not able or len(done) >= RUNS:
                continue
            chosen.append(max(able, key=lambda t: (_least(t), t.design.id)) if not done else
                          max(able, key=lambda t: (_apart(t, done), t.design.id)))
        return chosen

    def _note(self, dear: Sequence[Tried], cheap: Sequence[Tried], found: Sequence[Tried], number: int, started: float
              ) -> None:
        by_id = {t.design.id: t for t in found}
        groups = [[by_id[t.design.id]] for t in dear]
        spaces = dict.fromkeys(t.space for t in cheap)
        groups += [[by_id[t.design.id] for t in cheap if t.space == key] for key in spaces]
        for group in groups:
            self.log.append(SearchStep(
                system=group[0].place.system, format=group[0].place.format, step=f"round {number}: age",
                count=len(group), kept=sum(t.verdict.meets for t in group), wall_s=time.perf_counter() - started,
                note=", ".join(_span([t.life[i] for t in group]) for i in range(len(group[0].life)))))


def _span(figures: Sequence[Figure]) -> str:
    """`cycle_life 800 to 1000 cycle`; where there is no value, why."""
    values = [f.value for f in figures if f.value is not None]
    if not values:
        return f"{figures[0].metric}: {figures[0].note}"
    low, high = f"{min(values):.4g}", f"{max(values):.4g}"
    return f"{figures[0].metric} {low if low == high else f'{low} to {high}'} {figures[0].unit}"


def _least(tried: Tried) -> float:
    finite = tried.margins[np.isfinite(tried.margins)]
    return float(finite.min()) if len(finite) else 0.0


def _apart(tried: Tried, others: Sequence[Tried]) -> float:
    same = [o for o in others if o.space == tried.space]
    return min((float(np.abs(tried.vector - o.vector).sum()) for o in same), default=1.0)
