"""`cellwright requirements`: read a document, compare it with an older issue, ask, take answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.surfaces import exit_codes
from agent.surfaces.edge import complain, emit_json, guarded

if TYPE_CHECKING:
    from knowledge.requirement import Reading
    from tools.extract.revision import Change


def mount(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(requirements)


@guarded
def requirements(
    file: Annotated[Path, typer.Argument(help="The RFx document: PDF, DOCX, XLSX, EML, MSG, HTML, Markdown, text, or a "
                                              "ZIP of these.")],
    against: Annotated[Path | None, typer.Option("--against", help="An older issue: show what was added, changed and "
                                                                   "withdrawn.")] = None,
    answers: Annotated[Path | None, typer.Option("--answers", help="YAML with answers to the questions; they win over "
                                                                   "the document.")] = None,
    ask: Annotated[bool, typer.Option("--questions", help="Print the open questions as a text to mail.")] = False,
    llm: Annotated[bool, typer.Option("--llm", help="Let the set model place what the rules left over.")] = False,
    allow_egress: Annotated[bool, typer.Option("--allow-egress", help="Allow sending these passages to the "
                                                                      "model.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")] = False,
) -> None:
    """Read the requirements of a document, with their places and what is remarkable about them."""
    reading = _read(file)
    if llm:
        from agent.intake import with_model
        from agent.llm import allowed_llm
        from agent.settings import settings_from_environment

        reading = with_model(reading, file, allowed_llm(settings_from_environment(), allow_egress))
    if answers is not None:
        from agent.answers import answered, read_answers

        reading = answered(reading, read_answers(answers))
    if ask:
        from tools.extract.questions import mail, questions

        asked = questions(reading)
        if json_:
            emit_json([q.model_dump(mode="json") for q in asked])
        else:
            typer.echo(mail(reading, asked), nl=False)
    elif against is not None:
        from tools.extract.revision import changes

        _show_changes(changes(_read(against), reading), json_)
    elif json_:
        emit_json(reading.model_dump(mode="json"))
    else:
        from agent.surfaces.tables import show_reading

        show_reading(reading)
    if not reading.requirements:
        complain(f"no requirement was found in {file.name}{_not_read(reading)}")
        raise typer.Exit(exit_codes.NO_REQUIREMENT)


def _read(file: Path) -> Reading:
    from agent.run import file_digest
    from agent.services import open_services
    from agent.settings import settings_from_environment
    from tools.extract.requirements import read_requirements

    services = open_services(settings_from_environment())
    answer = services.call(read_requirements, {"path": str(file.resolve()), "sha256": file_digest(file)})
    return answer.result


def _not_read(reading: Reading) -> str:
    """Where nothing was found, what was not read may be why."""
    unread = [f.text for f in reading.findings if f.kind == "unread"]
    return f"; not read, {len(unread)} in all: {unread[0]}" if unread else ""


def _show_changes(found: tuple[Change, ...], json_: bool) -> None:
    if json_:
        emit_json({kind: [c.model_dump(mode="json") for c in found if c.kind == kind]
                   for kind in ("added", "changed", "withdrawn")})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("", "Metric", "Before", "Now", "What differs")
    for c in found:
        known = c.new or c.old
        assert known is not None
        before, now = (f"{r.comparator} {r.value} {r.unit or ''} ({r.priority}, {r.source.place})" if r else "–"
                       for r in (c.old, c.new))
        table.add_row(c.kind, known.metric, before, now, ", ".join(c.what))
    Console(width=150).print(table if found else "no requirement was added, changed or withdrawn")
