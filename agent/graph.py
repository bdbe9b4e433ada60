"""The graph: nodes and edges only. Requirements → evidence → materials → candidates → designs → report."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import agent.stages.candidates
import agent.stages.designs
import agent.stages.evidence
import agent.stages.materials
import agent.stages.report
import agent.stages.requirements
import agent.stages.review
from agent.services import Services
from agent.state import RunState

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph

Stage = Callable[[RunState, Services], dict[str, Any]]
STAGES: tuple[tuple[str, Stage, str], ...] = (
    ("requirements", agent.stages.requirements.run, "reading the document"),
    ("review", agent.stages.review.run, "waiting for corrections"),
    ("evidence", agent.stages.evidence.run, "looking for passages that bear on the requirements"),
    ("materials", agent.stages.materials.run, "choosing systems and formats"),
    ("candidates", agent.stages.candidates.run, "searching for designs"),
    ("designs", agent.stages.designs.run, "simulating the designs"),
    ("report", agent.stages.report.run, "writing the report"),
)


def _node(name: str, stage: Stage, doing: str, services: Services) -> Callable[[RunState], dict[str, Any]]:
    def node(state: RunState) -> dict[str, Any]:
        services.watcher.stage(name, doing)
        clock = time.perf_counter()
        update = stage(state, services)
        summary = str(update.pop("summary", ""))
        record = {"stage": name, "wall_s": round(time.perf_counter() - clock, 3), "note": summary,
                  "ledger_keys": update.pop("ledger_keys", [])}
        services.watcher.finished(name, summary)
        return {**update, "stages": [*state.get("stages", []), record]}

    return node


def _after_requirements(state: RunState) -> str:
    return "review" if state.get("options", {}).get("review") else "evidence"


def build_graph(services: Services, checkpointer: BaseCheckpointSaver[Any]) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The compiled graph over the given services; every step is checkpointed."""
    from langgraph.graph import END, START, StateGraph

    graph = StateGraph(RunState)
    for name, stage, doing in STAGES:
        graph.add_node(f"{name}_stage", _node(name, stage, doing, services))  # type: ignore[call-overload]
    graph.add_edge(START, "requirements_stage")
    graph.add_conditional_edges(
        "requirements_stage", _after_requirements, {"review": "review_stage", "evidence": "evidence_stage"}
    )
    names = [f"{name}_stage" for name, _, _ in STAGES[1:]]
    for here, following in zip(names, names[1:], strict=False):
        graph.add_edge(here, following)
    graph.add_edge(names[-1], END)
    return graph.compile(checkpointer=checkpointer)
