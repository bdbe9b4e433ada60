"""The chat in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.surfaces.edge import guarded


def mount(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command()(chat)


@guarded
def chat(
    file: Annotated[Path | None, typer.Argument(help="An RFx document to begin with.")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", help="OpenAI-compatible endpoint.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model name at that endpoint.")] = None,
    allow_egress: Annotated[
        bool, typer.Option("--allow-egress", help="Allow the conversation and quotes to be sent to the endpoint.")
    ] = False,
) -> None:
    """Talk about a document and its designs; works without an LLM through commands such as /design."""
    from agent.settings import settings_from_environment
    from agent.surfaces.chat import talk

    settings = settings_from_environment()
    llm = settings.llm.model_copy(update={k: v for k, v in {
        "base_url": base_url, "model": model, "allow_egress": allow_egress or None}.items() if v is not None})
    talk(settings.model_copy(update={"llm": llm}), file)
