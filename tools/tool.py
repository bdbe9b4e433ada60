"""One declaration of a tool: a typed request in, a typed result out, and a version.

A tool is a module-level function `def name(request: Request, context: Context) -> Result` under `@tool(...)`.
The first paragraph of its docstring is what the command line, an LLM and MCP show.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_type_hints

from pydantic import BaseModel

from knowledge.frozen import Frozen, content_digest

Stage = Literal["requirements", "evidence", "materials", "candidates", "designs", "report"]
RequestT = TypeVar("RequestT", bound=Frozen)
ResultT = TypeVar("ResultT", bound=Frozen)
Progress = Callable[[str, int, int], None]


def silent(_message: str, _done: int, _total: int) -> None:
    """The progress callback of a caller who does not watch."""


@dataclass(frozen=True)
class Context:
    """What a tool may use besides its request; nothing here changes its result except `seed`."""

    home: Path
    seed: int = 0
    workers: int = 1
    device: str = "cpu"
    executor: str = "processes"
    progress: Progress = field(default=silent, compare=False)


@dataclass(frozen=True)
class Tool(Generic[RequestT, ResultT]):
    """A typed, versioned, seeded verb."""

    name: str
    stage: Stage
    version: str
    backends: tuple[str, ...]
    request_type: type[RequestT]
    result_type: type[ResultT]
    function: Callable[[RequestT, Context], ResultT]
    cached: bool = True
    example: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def description(self) -> str:
        """The first paragraph of the function's docstring."""
        return (inspect.getdoc(self.function) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the request, units in the descriptions."""
        return self.request_type.model_json_schema()

    @property
    def digest(self) -> str:
        """Identity of the tool's interface and version."""
        return content_digest([self.name, self.version, self.schema, self.result_type.model_json_schema()])


def tool(
    stage: Stage,
    version: str,
    backends: tuple[str, ...] = (),
    cached: bool = True,
    example: dict[str, Any] | None = None,
) -> Callable[[Callable[[RequestT, Context], ResultT]], Tool[RequestT, ResultT]]:
    """Declare a function as a tool. `backends` are distribution names whose versions are part of a run's identity."""

    def declare(function: Callable[[RequestT, Context], ResultT]) -> Tool[RequestT, ResultT]:
        hints = get_type_hints(function)
        names = list(inspect.signature(function).parameters)
        request_type, result_type = hints[names[0]], hints["return"]
        for side in (request_type, result_type):
            if not (inspect.isclass(side) and issubclass(side, BaseModel)):
                raise TypeError(f"{function.__name__}: request and result must be models, not {side!r}")
        return Tool(
            name=function.__name__, stage=stage, version=version, backends=backends, request_type=request_type,
            result_type=result_type, function=function, cached=cached, example=example or {},
        )

    return declare
