"""The `cellwright` command: the agent's command line with the `evals` commands mounted on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.surfaces import exit_codes
from agent.surfaces.cli import app as app  # the command line, with the commands below on it
from agent.surfaces.edge import emit_json, guarded

if TYPE_CHECKING:
    from evals.run import SuiteResult

evals_app = typer.Typer(no_args_is_help=True, help="Suites that judge this installation, with goals and a scoreboard.")
app.add_typer(evals_app, name="evals")


@evals_app.command("list")
@guarded
def list_suites(json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """The suites, what each judges, and its goals."""
    from evals.suites import load_suite, suite_names

    suites = [load_suite(name) for name in suite_names()]
    if json_:
        emit_json([{"suite": s.suite, "about": s.about, "n": len(s.cases),
                    "goals": {k: f"{g.comparator} {g.goal:g}" for k, g in s.scores.items() if g.goal is not None}}
                   for s in suites])
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Suite", "Cases", "What it judges")
    for s in suites:
        table.add_row(s.suite, str(len(s.cases)), s.about)
    Console().print(table)


@evals_app.command("run")
@guarded
def run_suites(
    suite: Annotated[str | None, typer.Argument(help="One suite; all of them where it is left out.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")] = False,
    rows: Annotated[Path | None, typer.Option(help="Append a JSON line for every case as it ends.")] = None,
) -> None:
    """Run a suite, add it to the scoreboard; exit 1 where a goal is missed."""
    from evals.run import run_suite
    from evals.scoreboard import append, scoreboard_path
    from evals.suites import load_suite, suite_names

    chosen = [load_suite(name) for name in ([suite] if suite is not None else suite_names())]
    results = []
    for one in chosen:
        result = run_suite(one, rows=rows)
        append(result, scoreboard_path())
        results.append(result)
        if not json_:
            show_result(result)
    if json_:
        summaries: list[dict[str, Any]] = [r.summary() for r in results]
        emit_json(summaries if suite is None else summaries[0])
    raise typer.Exit(exit_codes.DONE if all(r.passed for r in results) else exit_codes.CHECK_FAILED)


def show_result(result: SuiteResult) -> None:
    """The table of a suite: one row a score, then what each case lost."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    table = Table("Score", "Value", "Goal", "", title=f"{result.suite}: {result.n} cases")
    for name, value in result.scores.items():
        goal = result.goals.get(name)
        bound = f"{goal['comparator']} {goal['goal']:g}" if goal else "–"
        verdict = "" if goal is None else "[green]met[/]" if goal["met"] else "[red]missed[/]"
        shown = "not scored" if value != value else f"{value:.4g}"
        if name in result.intervals:
            low, high = result.intervals[name]
            shown += f" ({low:.3g} to {high:.3g})"
        table.add_row(name, shown, bound, verdict)
    console.print(table)
    if result.groups:
        names = list(dict.fromkeys(k for row in result.groups.values() for k in row if k != "n"))
        grouped = Table("Group", "Cases", *names)
        for group, values in result.groups.items():
            means = [f"{values[n]:.3f}" if n in values else "–" for n in names]
            grouped.add_row(group, f"{values['n']:g}", *means)
        console.print(grouped)
    for case, row in result.cases.items():
        console.print(f"[bold]{escape(case)}[/]")
        for name, score in row.items():
            shown = f"{score.value:.4g}" if score.scored else "not scored"
            console.print(f"  {name:28} {shown:>10}  {escape(score.reason)}", soft_wrap=True, highlight=False)


def main() -> None:
    """Entry point of the `cellwright` command."""
    app()


if __name__ == "__main__":
    main()
