"""Ageing in the search, sparingly: a few designs of each promising system are aged, the others get an estimate.

An ageing run costs hundreds of discharges, so no design is aged that misses something else, and no more than `RUNS` a
system. A system whose life is far too short is then recognised while there is time to look elsewhere.
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
from tools.optimise.trial import Tried
from tools.simulate.evaluate import evaluate
from tools.simulate.point import Simulator
from tools.verify.ageing_estimate import estimates

RUNS = 2  # ageing runs a system: the best design that keeps everything else, and the one farthest from it


def ageing_asks(requirements: Sequence[Requirement]) -> tuple[Ask, ...]:
    """What the musts ask of a cell after cycling; a life at rest is too rough an estimate to leave a system for."""
    from tools.verify.asks import asks_for

    musts = {r.id for r in requirements if r.priority == "must"}
    return tuple(a for a in asks_for(requirements)[0]
                 if isinstance(a.protocol, CycleAgeing) and musts.intersection(a.requirement_ids))


@dataclass
class LifeScout:
    """Ages a few of the designs that were simulated and says of all of them what their life is."""

    requirements: Sequence[Requirement]
    asks: tuple[Ask, ...]
    simulator: Simulator
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
        chosen = self._chosen(tried)
        if chosen:
            started = time.perf_counter()
            figures = evaluate([t.design for t in chosen], self.asks, self.simulator)
            for t, row in zip(chosen, figures, strict=True):
                self.aged[t.design.id] = tuple(f.model_copy(update={"origin": self.origin}) for f in row)
        plain = [tuple(f for f in t.figures if f not in t.life) for t in tried]
        own = [(*row, *self.aged.get(t.design.id, ())) for t, row in zip(tried, plain, strict=True)]
        guesses = estimates(self.asks, [t.design for t in tried], own)
        found = []
        for t, row, guess in zip(tried, plain, guesses, strict=True):
            life = self.aged.get(t.design.id, ()) or guess
            found.append(t.with_life(row, life, judged(self.requirements, (*row, *life))))
        if chosen:
            self._note(chosen, found, number, started)
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

    def _note(self, chosen: Sequence[Tried], found: Sequence[Tried], number: int, started: float) -> None:
        names = {t.design.id for t in chosen}
        for t in (t for t in found if t.design.id in names):
            values = ", ".join(f"{f.metric} {f.value:.4g} {f.unit}" if f.value is not None else f"{f.metric}: {f.note}"
                               for f in t.life)
            self.log.append(SearchStep(
                system=t.place.system, format=t.place.format, step=f"round {number}: age", count=1,
                kept=int(t.verdict.meets), wall_s=time.perf_counter() - started, note=values))


def _least(tried: Tried) -> float:
    finite = tried.margins[np.isfinite(tried.margins)]
    return float(finite.min()) if len(finite) else 0.0


def _apart(tried: Tried, others: Sequence[Tried]) -> float:
    same = [o for o in others if o.space == tried.space]
    return min((float(np.abs(tried.vector - o.vector).sum()) for o in same), default=1.0)
