"""What each must costs when no design keeps them all: drop one at a time and look at every simulated design again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.figure import Verdict
from knowledge.offer import Limiting, Relaxation, RequirementCost
from knowledge.requirement import Requirement
from tools.verify.compare import bound_text
from tools.verify.rank import evaluated_musts, kept, violation

MOST_RELAXATIONS = 6
NOTHING = 1e-3  # a smaller drop in the total violation is none
Table = Sequence[Sequence[Verdict]]


def requirement_costs(verdicts: Table) -> tuple[RequirementCost, ...]:
    """One entry for each must that some design misses, the most rewarding to relax first.

    Args:
        verdicts: of every simulated design (n_designs, n_requirements).
    """
    musts = {v.requirement.id: v.requirement for row in verdicts for v in evaluated_musts(row) if not kept(v)}
    if not verdicts:
        return ()
    with_all = min(violation(row) for row in verdicts)
    found = [_cost(requirement, verdicts, with_all) for requirement in musts.values()]
    return tuple(sorted(found, key=lambda c: (-c.meet_all_others, c.relaxation or 0.0, c.violation_without)))


def _cost(requirement: Requirement, verdicts: Table, with_all: float) -> RequirementCost:
    others_kept = [row for row in verdicts if violation(row, without=requirement.id) == 0]
    relaxations = [r for row in others_kept if (r := _shortfall(requirement, row)) is not None]
    relaxation = min(relaxations, default=None)
    without = min(violation(row, without=requirement.id) for row in verdicts)
    name = f"{requirement.metric.replace('_', ' ')} {bound_text(requirement)}"
    text = f"without {requirement.id} ({name}), {len(others_kept)} of {len(verdicts)} simulated designs keep all else"
    if relaxation is not None:
        text += f"; relaxing it by {relaxation:.1%} is enough"
    elif not others_kept and with_all - without < NOTHING:
        text += "; giving it up alone buys nothing"
    elif not others_kept:
        text += f"; the least total violation goes from {with_all:.1%} to {without:.1%}"
    return RequirementCost(
        requirement_id=requirement.id, simulated=len(verdicts), meet_all_others=len(others_kept),
        relaxation=relaxation, violation_with=with_all, violation_without=without, text=text,
    )


def _shortfall(requirement: Requirement, row: Sequence[Verdict]) -> float | None:
    # A figure that does not exist ("cannot") has no number by which a bound could be relaxed.
    for v in row:
        if v.requirement.id == requirement.id:
            known = v.figure is not None and v.figure.value is not None and v.margin is not None
            return max(-(v.margin or 0.0), 0.0) if known else None
    return None


def smallest_relaxations(table: Mapping[str, Sequence[Verdict]]) -> tuple[Relaxation, ...]:
    """The smallest combinations of relaxed bounds with which some simulated design keeps everything.

    Each is what one design misses; those that ask for more of every bound than another are left out. Designs that miss
    something without a number cannot be bought by relaxing.

    Args:
        table: design id → verdicts.
    """
    asked: dict[str, dict[str, float]] = {}
    names = {v.requirement.id: v.requirement for row in table.values() for v in row}
    for design_id, row in table.items():
        missed = [v for v in evaluated_musts(row) if not kept(v)]
        if missed and all(_number(v) for v in missed):
            asked[design_id] = {v.requirement.id: -(v.margin or 0.0) for v in missed}
    mild = {d: by for d, by in asked.items() if not any(_milder(o, by) for k, o in asked.items() if k != d)}
    best: dict[frozenset[str], str] = {}
    for d in sorted(mild, key=lambda d: (sum(mild[d].values()), d)):
        best.setdefault(frozenset(mild[d]), d)
    chosen = sorted(best.values(), key=lambda d: (len(mild[d]), sum(mild[d].values()), d))[:MOST_RELAXATIONS]
    return tuple(Relaxation(by=mild[d], design_id=d, text=_together(mild[d], names)) for d in chosen)


def _number(v: Verdict) -> bool:
    return v.margin is not None and v.figure is not None and v.figure.value is not None


def _milder(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether one asks for no more than the other of any bound, and for less of some."""
    return all(value <= other.get(name, 0.0) for name, value in one.items()) and dict(one) != dict(other)


def _together(by: Mapping[str, float], names: Mapping[str, Requirement]) -> str:
    words = [f"{name} ({names[name].metric.replace('_', ' ')} {bound_text(names[name])}) by "
             + ("less than 0.1%" if share < 0.001 else f"{share:.1%}")
             for name, share in sorted(by.items(), key=lambda kv: -kv[1])]
    return " and ".join(words)


def limiting(verdicts: Table) -> tuple[Limiting, ...]:
    """Musts that no design keeps; where each is kept by some design, those that are missed by the nearest ones."""
    entries, held_by = [], {}
    requirements = {v.requirement.id: v.requirement for row in verdicts for v in evaluated_musts(row)}
    for requirement in requirements.values():
        seen = [v for row in verdicts for v in evaluated_musts(row) if v.requirement.id == requirement.id]
        holding = sum(kept(v) for v in seen)
        if holding == len(verdicts):
            continue
        numbered = [v for v in seen if v.margin is not None and v.figure is not None]
        best = max(numbered, key=lambda v: v.margin or 0.0, default=None)
        figure = best.figure if best else None
        if holding == 0:
            note = f"no simulated design keeps {bound_text(requirement)}"
        else:
            together = sum(1 for row in verdicts if _keeps(row, requirement.id) and violation(row) == 0)
            if together:
                continue
            note = f"{holding} of {len(verdicts)} simulated designs keep it, but none of them keeps all else"
        held_by[requirement.id] = holding
        entries.append(Limiting(
            requirement_id=requirement.id, best_value=figure.value if figure else None,
            unit=figure.unit if figure else requirement.unit,
            shortfall=max(-(best.margin or 0.0), 0.0) if best else 1.0, note=note,
        ))
    beyond_all = [e for e in entries if held_by[e.requirement_id] == 0]
    return tuple(sorted(beyond_all or entries, key=lambda e: -e.shortfall))


def _keeps(row: Sequence[Verdict], requirement_id: str) -> bool:
    return any(v.requirement.id == requirement_id and kept(v) for v in row)
