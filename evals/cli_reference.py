"""The command line's help as one Markdown page: `python -m evals.cli_reference > docs/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evals.cli import app

WIDTH = 100
HEAD = """\
# The command line

Written by `python -m evals.cli_reference > docs/cli.md`; a test keeps it equal to what the commands say of themselves.
Exit codes are listed in [architecture.md](architecture.md).
"""


def commands() -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every command with its full name and its context; a group comes before its own commands."""
    from typer.main import get_command

    root = get_command(app)
    yield from _below(root, root.make_context("cellwright", [], resilient_parsing=True, terminal_width=WIDTH), ())


def _below(command: Any, context: Any, name: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    yield name, command, context
    for key, child in getattr(command, "commands", {}).items():
        own = child.make_context(key, [], parent=context, resilient_parsing=True, terminal_width=WIDTH)
        yield from _below(child, own, (*name, key))


def reference() -> str:
    """The whole page: plain text of a fixed width, whatever terminal it is made on."""
    parts = [HEAD]
    for name, command, context in commands():
        command.rich_markup_mode = None
        title = " ".join(("cellwright", *name))
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts.append(f"## `{title}`\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(reference(), end="")
