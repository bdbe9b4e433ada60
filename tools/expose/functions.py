"""A tool as an OpenAI function: name, description and the schema of its typed request, nothing declared twice."""

from __future__ import annotations

from typing import Any

from tools.tool import Tool


def function_of(tool: Tool[Any, Any]) -> dict[str, Any]:
    """The `tools=[…]` entry of a chat completion for this tool."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.schema},
    }
