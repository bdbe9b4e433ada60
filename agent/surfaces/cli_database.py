"""Commands of the simulator database: build, status, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.surfaces import exit_codes
from agent.surfaces.edge import complain, emit_json, guarded

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]
database_app = typer.Typer(no_args_is_help=True, help="The simulator database that searches learn from.",
                           pretty_exceptions_enable=False)


def mount(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.add_typer(database_app, name="database")


@database_app.command()
@guarded
def build(
    system: Annotated[
        list[str] | None, typer.Option("--system", help="A system; again for more.  [default: all]")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=48, max=20000, help="Designs a table.")] = 320,
    json_: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")] = False,
) -> None:
    """Fill the database under the standard protocols, before a document asks; what is there is kept, a stop resumes."""
    from rich.console import Console

    from agent.services import Nobody, open_services
    from agent.settings import settings_from_environment
    from agent.surfaces.terminal import TerminalWatcher
    from knowledge.parameters import USUAL
    from tools.optimise.tables import build_database

    request = {"rows": rows, "systems": system or list(USUAL)}
    settings = settings_from_environment()
    if json_ or quiet:
        found = open_services(settings, Nobody()).call(build_database, request).result
    else:
        with TerminalWatcher(Console(stderr=True)) as watcher:
            watcher.stage("candidates", "labelling designs")
            found = open_services(settings, watcher).call(build_database, request).result
    if json_:
        emit_json(found.model_dump(mode="json"))
        return
    typer.echo(f"{found.fresh} rows simulated now; {len(found.tables)} tables hold "
               f"{sum(t.rows for t in found.tables)} rows")


@database_app.command()
@guarded
def status(json_: JsonOption = False) -> None:
    """What is in the database; exit code 6 where a table is damaged."""
    from agent.settings import settings_from_environment
    from agent.surfaces.tables import show_rows
    from tools.optimise.tables import table_statuses

    folder = settings_from_environment().home / "database"
    found = table_statuses(folder)
    if json_:
        emit_json([t.model_dump(mode="json") for t in found])
    else:
        show_rows([{"system": t.system, "protocol": t.protocol, "rows": t.rows, "answered": t.answered,
                    "MB": f"{t.bytes / 1e6:.2f}", "simulator": t.simulator, "table": t.key[:8]} for t in found])
        typer.echo(f"{len(found)} tables, {sum(t.rows for t in found)} rows in {folder}")
    for t in found:
        if t.problem:
            complain(t.problem)
    if any(t.problem for t in found):
        raise typer.Exit(exit_codes.STORE_BROKEN)


@database_app.command()
@guarded
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write, one Parquet file a table.")],
    json_: JsonOption = False,
) -> None:
    """Write the tables as Parquet: variables and outcomes in plain units, with the system and protocol as metadata."""
    from agent.settings import settings_from_environment
    from tools.optimise.tables import export_parquet

    written = export_parquet(settings_from_environment().home / "database", folder)
    if json_:
        emit_json([str(p) for p in written])
        return
    for path in written:
        typer.echo(str(path))
