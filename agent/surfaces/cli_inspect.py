"""Commands that look into things: tools, evaluate, doctor, reproduce."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.surfaces import exit_codes
from agent.surfaces.edge import complain, emit_json, guarded

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]


def mount(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command()(evaluate)
    app.command()(tools)
    app.command()(doctor)
    app.command()(reproduce)


def open_tools() -> Any:
    """The services that call tools, as the environment sets them."""
    from agent.services import open_services
    from agent.settings import settings_from_environment

    return open_services(settings_from_environment())


def read_json_file(path: Path) -> Any:
    """JSON out of a file.

    Raises:
        Unreadable: it is missing or is no JSON.
    """
    from tools.failures import Unreadable

    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Unreadable(f"{path} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"{path} is no JSON: {error.msg} at line {error.lineno}") from error
    except RecursionError as error:
        raise Unreadable(f"{path} is nested too deeply to be a design or a request") from error


@guarded
def evaluate(
    design: Annotated[Path | None, typer.Argument(help="A design file: whole, or a sheet to be completed.")] = None,
    template: Annotated[str | None, typer.Option("--template", metavar="FORMAT", help="Print a sheet to fill in: "
                                                 "cylindrical, prismatic or pouch.")] = None,
    terms: Annotated[str, typer.Option("--terms", help="Of the template: teardown or designer.")] = "teardown",
    json_: JsonOption = False,
) -> None:
    """Evaluate one design file: build-up and DFN simulation, every figure with unit, interval and origin."""
    from tools.failures import BadInput
    from tools.simulate.evaluate import evaluate_design

    if template is not None:
        from tools.simulate.template import template as sheet_for

        emit_json(sheet_for(template, terms))
        return
    if design is None:
        raise BadInput("give a design file, or --template cylindrical, prismatic or pouch to get one to fill in")

    services = open_tools()
    answer = services.call(evaluate_design, {"design": read_json_file(design)})
    if json_:
        emit_json({"ledger_key": answer.key, **answer.result.model_dump(mode="json")})
        return
    from agent.surfaces.tables import show_evaluation

    show_evaluation(answer.result, answer.key)


@guarded
def tools(
    name: Annotated[str | None, typer.Argument(help="A tool to run.")] = None,
    request: Annotated[str, typer.Argument(help="Its request as JSON, or @FILE, or - for standard input.")] = "",
    schema: Annotated[bool, typer.Option("--schema", help="Show the tool's request schema.")] = False,
    json_: JsonOption = False,
) -> None:
    """List the typed tools, or run one with a JSON request."""
    from tools.catalogue import CATALOGUE, tool_named

    if name is None:
        rows = [{"name": t.name, "stage": t.stage, "version": t.version, "description": t.description}
                for t in CATALOGUE]
        if json_:
            emit_json(rows)
        else:
            from agent.surfaces.tables import show_rows

            show_rows(rows)
        return
    chosen = tool_named(name)
    if schema:
        emit_json(chosen.schema)
        return
    answer = open_tools().call(chosen, _request_json(request))
    emit_json({"ledger_key": answer.key, "cached": answer.cached, "result": answer.result.model_dump(mode="json")})


def _request_json(text: str) -> dict[str, Any]:
    import sys

    from tools.failures import BadInput

    if text.startswith("@"):
        value = read_json_file(Path(text[1:]))
    else:
        try:
            value = json.loads((sys.stdin.read() if text == "-" else text) or "{}")
        except json.JSONDecodeError as error:
            raise BadInput(f"the request is no JSON: {error.msg} at character {error.pos}") from error
        except RecursionError as error:
            raise BadInput("the request is nested too deeply") from error
    if not isinstance(value, dict):
        raise BadInput("the request must be a JSON object, e.g. '{\"query\": \"lithium plating\"}'")
    return value


@guarded
def doctor(json_: JsonOption = False) -> None:
    """Say what is installed, which version, and what an optional part would need."""
    from agent.doctor import examine

    rows = examine()
    if json_:
        emit_json([row.model_dump(mode="json") for row in rows])
    else:
        from agent.surfaces.tables import show_rows

        show_rows([row.model_dump(mode="json") for row in rows])
    if any(not row.ok and row.needed for row in rows):
        complain("a needed part is missing or broken; see the rows marked False")
        raise typer.Exit(exit_codes.STORE_BROKEN)


@guarded
def reproduce(
    run: Annotated[str, typer.Argument(help="Ledger key (or its beginning), or a run's folder.")],
    json_: JsonOption = False,
) -> None:
    """Run a ledger row again and show the difference to what it recorded."""
    from agent.reproduce import reproduce_rows

    results = reproduce_rows(run, open_tools())
    if json_:
        emit_json([r.model_dump(mode="json") for r in results])
    else:
        from agent.surfaces.tables import show_rows

        show_rows([{"tool": r.tool, "key": r.key[:12], "same": r.same, "largest relative difference":
                    r.largest_difference, "where": r.where, "note": r.note} for r in results])
    if not all(r.same for r in results):
        raise typer.Exit(exit_codes.CHECK_FAILED)
