"""A tool as an OpenAI function: name, description and the schema of its typed request, nothing declared twice."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tools.tool import Tool


def function_of(tool: Tool[Any, Any], given: Collection[str] = ()) -> dict[str, Any]:
    """The `tools=[…]` entry of a chat completion for this tool.

    Args:
        given: fields that the caller fills in itself; the model neither sees nor sets them.
    """
    schema = dict(tool.schema)
    schema["properties"] = {k: v for k, v in schema.get("properties", {}).items() if k not in given}
    schema["required"] = [k for k in schema.get("required", []) if k not in given]
    return {"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": schema}}
