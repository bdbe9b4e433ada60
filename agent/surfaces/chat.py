"""The chat in a terminal: reads lines, prints answers; a failing line never ends the conversation."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from agent.chat.session import HELP, Said, Session
from agent.settings import Settings
from agent.surfaces.edge import complain, outcome_of


def talk(settings: Settings, file: Path | None) -> None:
    """Talk until /quit or the end of the input."""
    from rich.console import Console

    from agent.surfaces.terminal import LineWatcher

    session = Session(settings, LineWatcher(Console(stderr=True)), file=file)
    mode = f"LLM: {settings.llm.model}" if settings.llm.configured else "no LLM: commands only"
    print(f"Cellwright chat ({mode}).\n{HELP}" + (f"\nDocument: {file}" if file else ""))
    for line in iter(_read_line, None):
        if line.strip() in ("/quit", "/exit", "/q"):
            return
        said = outcome_of(functools.partial(session.answer, line))
        if isinstance(said, tuple):
            complain(said[1])
        else:
            show(said)


def _read_line() -> str | None:
    try:
        if sys.stdin.isatty():
            return input("› ")
        line = sys.stdin.readline()
        return line if line else None
    except (EOFError, KeyboardInterrupt):
        return None


def show(said: Said) -> None:
    """Print an answer."""
    from agent.surfaces.tables import show_rows

    print(said.text)
    if said.rows:
        show_rows(said.rows)
