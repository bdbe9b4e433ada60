"""The planner: one small graph of two nodes, a model that thinks and tools that act, until the prose may be shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

from agent.chat.guard import check, marked
from agent.chat.references import Resolver
from agent.llm import Llm, Reply
from agent.services import Services
from tools.catalogue import CATALOGUE, tool_named
from tools.expose.functions import function_of
from tools.failures import BadInput
from tools.run import Failure, run

MAX_STEPS = 12
MAX_REFUSALS = 3
MAX_RESULT_CHARACTERS = 12_000
REFUSED = ("The model's answer was refused because it held numbers that refer to nothing. "
           "The tools' results stand in the ledger; ask again, or use the commands (/help).")


class Turn(TypedDict):
    """State of one answer: plain JSON."""

    messages: list[dict[str, Any]]
    steps: int
    refusals: int
    complaints: list[str]
    answer: str | None


@dataclass
class Planner:
    """Answers one message of the user with the tools; keeps the conversation.

    `given` names what a tool's request takes from the conversation and never from the model: paths and digests.
    """

    llm: Llm
    services: Services
    resolver: Callable[[], Resolver]
    situation: Callable[[], str]
    given: Callable[[str], dict[str, Any]] = lambda _tool: {}

    def __post_init__(self) -> None:
        self._history: list[dict[str, Any]] = []
        self.last_complaints: list[str] = []

    def answer(self, text: str) -> str:
        """Prose with every reference resolved; never a number of the model's own.

        Raises:
            BackendMissing: the endpoint does not answer.
        """
        from agent.prompts import prompt

        system = {"role": "system", "content": prompt("planner", situation=self.situation())}
        begun = [*self._history, {"role": "user", "content": text}]
        turn: Turn = {"messages": [system, *begun], "steps": 0, "refusals": 0, "complaints": [], "answer": None}
        done = self._graph().invoke(turn, {"recursion_limit": 4 * MAX_STEPS})
        self._history = done["messages"][1:]
        self.last_complaints = done["complaints"]
        return done["answer"] or REFUSED

    def _graph(self) -> Any:
        from langgraph.graph import END, START, StateGraph

        graph = StateGraph(Turn)
        graph.add_node("think", self._think)  # type: ignore[call-overload]
        graph.add_node("act", self._act)  # type: ignore[call-overload]
        graph.add_edge(START, "think")
        graph.add_conditional_edges("think", self._next, {"act": "act", "think": "think", "end": END})
        graph.add_edge("act", "think")
        return graph.compile()

    def _next(self, turn: Turn) -> str:
        if turn["answer"] is not None or turn["refusals"] >= MAX_REFUSALS or turn["steps"] >= MAX_STEPS:
            return "end"
        return "act" if turn["messages"][-1].get("tool_calls") else "think"

    def _think(self, turn: Turn) -> dict[str, Any]:
        reply = self.llm.reply(turn["messages"], [function_of(t, self.given(t.name)) for t in CATALOGUE])
        messages = [*turn["messages"], _assistant(reply)]
        update: dict[str, Any] = {"messages": messages, "steps": turn["steps"] + 1}
        if reply.calls:
            return update
        if not reply.text.strip() or reply.finish_reason is None:
            complaint = "the answer was empty or cut off"
            return {**update, **_refused(messages, turn, [complaint])}
        checked = check(reply.text, self.resolver())
        if checked.complaints:
            return {**update, **_refused(messages, turn, list(checked.complaints))}
        return {**update, "answer": checked.text}

    def _act(self, turn: Turn) -> dict[str, Any]:
        results = [
            {"role": "tool", "tool_call_id": call["id"],
             "content": self._call(call["function"]["name"], call["function"]["arguments"])}
            for call in turn["messages"][-1]["tool_calls"]
        ]
        return {"messages": [*turn["messages"], *results]}

    def _call(self, name: str, arguments: str) -> str:
        try:
            tool = tool_named(name)
        except BadInput as error:
            return json.dumps({"failure": error.message})
        try:
            request = json.loads(arguments or "{}")
        except json.JSONDecodeError as error:
            return json.dumps({"failure": f"the arguments are no JSON: {error.msg}"})
        if not isinstance(request, dict):
            return json.dumps({"failure": "the arguments must be a JSON object"})
        request |= self.given(name)
        answer = run(tool, request, self.services.context(), self.services.ledger)
        if isinstance(answer, Failure):
            return json.dumps({"failure": answer.message, "class": answer.failure_class.value})
        text = json.dumps({"ledger_key": answer.key[:12], "result": answer.result.model_dump(mode="json")},
                          ensure_ascii=False)
        if len(text) > MAX_RESULT_CHARACTERS:
            text = text[:MAX_RESULT_CHARACTERS] + f'… (cut; the whole result is ledger row {answer.key[:12]})'
        return marked(text)


def _assistant(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.calls:
        message["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for c in reply.calls
        ]
    return message


def _refused(messages: list[dict[str, Any]], turn: Turn, complaints: list[str]) -> dict[str, Any]:
    ask = ("Your answer was not shown: " + "; ".join(complaints)
           + ". Write it again; every number must be a reference such as [[ledger key:path]].")
    return {"messages": [*messages, {"role": "user", "content": ask}], "refusals": turn["refusals"] + 1,
            "complaints": [*turn["complaints"], *complaints]}
