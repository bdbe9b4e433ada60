"""Any OpenAI-compatible endpoint through the plain `openai` client; nothing is sent that was not allowed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.settings import Settings
from knowledge.frozen import Frozen
from tools.failures import BackendMissing, BadInput

TRIES = 3


class ToolCall(Frozen):
    """A call that the model asks for; `arguments` is its own JSON text, not yet validated."""

    id: str
    name: str
    arguments: str


class Reply(Frozen):
    """What the model said, and the tools it wants called."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None


@dataclass
class Llm:
    """A chat endpoint. Every send is logged with its size and digest in `<home>/egress.jsonl`."""

    settings: Settings
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        llm = self.settings.llm
        if not llm.configured:
            raise BackendMissing(
                "no LLM is set; give --base-url and --model (or CELLWRIGHT_LLM_BASE_URL and CELLWRIGHT_LLM_MODEL), "
                "or go on without one"
            )
        if not llm.allow_egress:
            raise BadInput(
                f"the conversation and quotes of the document would be sent to {llm.base_url}; "
                "allow it with --allow-egress"
            )
        from openai import OpenAI

        self._client = OpenAI(
            base_url=llm.base_url, api_key=llm.api_key or "none", timeout=llm.timeout_s, max_retries=0
        )

    def reply(self, messages: Sequence[dict[str, Any]], functions: Sequence[dict[str, Any]] = ()) -> Reply:
        """One completion; rate limits, server errors and lost connections are tried again, twice.

        Raises:
            BackendMissing: the endpoint does not answer, or refuses the request.
        """
        from openai import APIConnectionError, APIStatusError, InternalServerError, RateLimitError

        arguments: dict[str, Any] = {"model": self.settings.llm.model, "messages": list(messages)}
        if functions:
            arguments["tools"] = list(functions)
        self._log(arguments)
        for attempt in range(1, TRIES + 1):
            try:
                return self._parse(self._client.chat.completions.create(**arguments))
            except (APIConnectionError, RateLimitError, InternalServerError) as error:
                if attempt == TRIES:
                    raise BackendMissing(
                        f"the LLM at {self.settings.llm.base_url} did not answer after {TRIES} tries ({error})"
                    ) from error
                self.sleep(0.5 * 2 ** (attempt - 1))
            except APIStatusError as error:
                raise BackendMissing(
                    f"the LLM at {self.settings.llm.base_url} refused the request: HTTP {error.status_code}"
                ) from error
        raise AssertionError("unreachable")

    def listed(self, text: str) -> list[Any] | None:
        """The JSON list that the model answers with; no list, or a reply cut short, is asked for again, twice.

        Returns:
            The entries, not yet validated; None where no list came.

        Raises:
            BackendMissing: as `reply`.
        """
        messages: list[dict[str, Any]] = [{"role": "user", "content": text}]
        for _ in range(TRIES):
            reply = self.reply(messages)
            rows = _json_list(reply.text)
            if rows is not None and reply.finish_reason is not None:
                return rows
            messages += [{"role": "assistant", "content": reply.text},
                         {"role": "user", "content": "That was no JSON list. Answer with the JSON list only."}]
        return None

    def _parse(self, completion: Any) -> Reply:
        if not getattr(completion, "choices", None):
            raise BackendMissing(f"the LLM at {self.settings.llm.base_url} answered without a choice")
        choice = completion.choices[0]
        calls = tuple(
            ToolCall(id=c.id, name=c.function.name, arguments=c.function.arguments or "{}")
            for c in (choice.message.tool_calls or ()) if c.type == "function"
        )
        return Reply(text=choice.message.content or "", calls=calls, finish_reason=choice.finish_reason)

    def _log(self, arguments: dict[str, Any]) -> None:
        data = json.dumps(arguments, ensure_ascii=False).encode()
        entry = {"time": round(time.time(), 3), "endpoint": self.settings.llm.base_url,
                 "model": self.settings.llm.model, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        path: Path = self.settings.home / "egress.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry) + "\n")


def allowed_llm(settings: Settings, allow_egress: bool) -> Llm:
    """The endpoint of the settings, where the settings or the command allow sending.

    Raises:
        BackendMissing: no endpoint is set.
        BadInput: sending is not allowed.
    """
    allowed = settings.llm.model_copy(update={"allow_egress": allow_egress or settings.llm.allow_egress})
    return Llm(settings.model_copy(update={"llm": allowed}))


def _json_list(text: str) -> list[Any] | None:
    begin, end = text.find("["), text.rfind("]")
    try:
        rows = json.loads(text[begin : end + 1]) if 0 <= begin < end else None
    except (json.JSONDecodeError, RecursionError):
        return None
    return rows if isinstance(rows, list) else None
