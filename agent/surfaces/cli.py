"""The command line: no logic, heavy imports only inside commands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.surfaces import (
    cli_database,
    cli_inspect,
    cli_knowledge,
    cli_pack,
    cli_protocols,
    cli_requirements,
    cli_systems,
    cli_talk,
    exit_codes,
)
from agent.surfaces.edge import complain, emit_json, guarded

if TYPE_CHECKING:
    from rich.console import Console

    from agent.run import Paused, RunOutcome
    from agent.services import Watcher
    from agent.settings import Settings
    from knowledge.house import HouseProfile

app = typer.Typer(
    name="cellwright", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="From a customer's RFx to ranked, DFN-simulated lithium-ion cell designs with evidence.",
)

FileArgument = Annotated[Path, typer.Argument(help="The RFx document (see requirements --help).")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder for runs.  [default: runs]")]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Seed of every random choice.  [default: 0]")]
DesignsOption = Annotated[int | None, typer.Option("--designs", min=1, max=200, help="Designs to offer. [default: 24]")]
SimulationsOption = Annotated[
    int | None,
    typer.Option("--simulations", min=32, max=20000, help="Database designs per system and protocol. [default: 320]"),
]
DocumentsAtOnceOption = Annotated[
    int, typer.Option("--workers", min=1, help="Documents at the same time; more than one: each on one core.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes.  [default: CPU cores, at most 8]")
]
HouseOption = Annotated[
    Path | None,
    typer.Option("--house", metavar="FILE", help="A maker's own limits (YAML), over the public default.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")]


@app.command()
@guarded
def design(
    file: Annotated[Path | None, typer.Argument(help="The RFx document.")] = None,
    out: OutOption = None,
    seed: SeedOption = None,
    designs: DesignsOption = None,
    simulations: SimulationsOption = None,
    workers: WorkersOption = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", min=1, help="Seconds after which the search begins no new round.")
    ] = None,
    weights: Annotated[str | None, typer.Option(
        "--weights", metavar="PART=W,…", help="Ranking weights, e.g. cost=0.5,margin=0.2; with --resume ranks again.")
    ] = None,
    house: HouseOption = None,
    front: Annotated[
        bool | None, typer.Option("--front/--no-front", help="Look for the best compromises too.  [default: front]")
    ] = None,
    resume: Annotated[str | None, typer.Option("--resume", metavar="RUN", help="Go on with a stopped run.")] = None,
    json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Answer an RFx: ranked, DFN-simulated designs and a sourced report."""
    from agent.run import file_digest, new_run_id, start

    if (file is None) == (resume is None):
        complain("give either a document or --resume RUN, e.g. `cellwright design rfq.pdf`")
        raise typer.Exit(exit_codes.WRONG_USAGE)
    settings = make_settings(
        out=out, seed=seed, designs=designs, simulations=simulations, workers=workers, time_limit_s=time_limit,
        weights=ranking_weights(weights) if weights else None, house=house_profile(house), front=front)
    if resume is not None:
        if any(given is not None for given in (out, seed, designs, simulations, house, front)):
            complain("a resumed run keeps the folder, seed and numbers that it began with")
        outcome = _resumable(resume, lambda watcher: _resumed(resume, settings, watcher), json_ or quiet)
    else:
        assert file is not None
        document, run_id = file, new_run_id(file, file_digest(file))
        outcome = _resumable(run_id, lambda watcher: start(document, settings, watcher, run_id=run_id), json_ or quiet)
    raise typer.Exit(show_outcome(outcome, json_))


def house_profile(path: Path | None) -> HouseProfile | None:
    """A maker's own limits from their file.

    Raises:
        BadInput: the file is missing, is no profile, or holds an impossible limit.
    """
    if path is None:
        return None
    from knowledge.house import HouseProfileError, read_profile
    from tools.failures import BadInput

    try:
        return read_profile(path)
    except HouseProfileError as error:
        raise BadInput(f"house profile {error}") from error


def ranking_weights(text: str) -> dict[str, float]:
    """Weights as the command line takes them: `cost=0.5,margin=0.2`.

    Raises:
        BadInput: not such a list, an unknown part, or a negative weight.
    """
    from tools.failures import BadInput
    from tools.verify.rank import weights_with

    pairs = [piece.partition("=") for piece in text.split(",") if piece.strip()]
    try:
        given = {name.strip(): float(value) for name, _, value in pairs}
    except ValueError:
        raise BadInput(f"--weights {text!r} is no list of PART=NUMBER; write e.g. cost=0.5,margin=0.2") from None
    weights_with(given)
    return given


def _resumed(run_id: str, settings: Settings, watcher: Watcher) -> RunOutcome | Paused:
    """Go on with a run; one that waits for corrections goes on without any."""
    from agent.run import Paused, resume

    outcome = resume(run_id, settings, watcher)
    return resume(run_id, settings, watcher, corrections=[]) if isinstance(outcome, Paused) else outcome


def _resumable(run_id: str, work: Callable[[Watcher], RunOutcome | Paused], quiet: bool) -> RunOutcome | Paused:
    """Do the work; where it is stopped, say how to go on."""
    try:
        return watched(work, quiet)
    except KeyboardInterrupt:
        complain(f"stopped; go on with `cellwright design --resume {run_id}`")
        raise typer.Exit(exit_codes.STOPPED) from None


def make_settings(**overrides: object) -> Settings:
    """Settings from the environment and the command line."""
    from agent.settings import settings_from_environment

    return settings_from_environment(**overrides)


def error_console() -> Console:
    """Progress goes to standard error, so that standard output stays clean."""
    from rich.console import Console

    return Console(stderr=True)


def watched(work: Callable[[Watcher], RunOutcome | Paused], quiet: bool) -> RunOutcome | Paused:
    """Run `work(watcher)` under a terminal watcher, or under nobody."""
    from agent.services import Nobody
    from agent.surfaces.terminal import TerminalWatcher

    if quiet:
        return work(Nobody())
    with TerminalWatcher(error_console()) as watcher:
        return work(watcher)


def show_outcome(outcome: RunOutcome | Paused, json_: bool) -> int:
    """Print how a run ended and return its exit code."""
    from rich.console import Console

    from agent.run import Paused
    from agent.surfaces.terminal import show_report

    if isinstance(outcome, Paused):
        complain(f"the run waits for corrections; go on with `cellwright design --resume {outcome.run_id}`")
        return exit_codes.DONE
    if json_:
        from agent.report.summary import run_summary

        emit_json(run_summary(outcome))
    else:
        width = None if sys.stdout.isatty() else 140
        show_report(Console(width=width), outcome.report, outcome.files)
    return outcome.exit_code


@app.command()
@guarded
def batch(
    folder: Annotated[Path, typer.Argument(help="Folder with RFx documents.")],
    out: OutOption = None,
    workers: DocumentsAtOnceOption = 1,
    seed: SeedOption = None,
    designs: DesignsOption = None,
    simulations: SimulationsOption = None,
    json_: JsonOption = False,
    house: HouseOption = None,
    quiet: QuietOption = False,
) -> None:
    """Answer every RFx document in a folder, each in its own run; a failing document stops nothing."""
    from agent.surfaces.batch import run_batch, show_batch

    settings = make_settings(out=out, seed=seed, designs=designs, simulations=simulations, house=house_profile(house))
    rows = run_batch(folder, settings, workers, None if (quiet or json_) else error_console())
    if json_:
        emit_json([row.model_dump(mode="json") for row in rows])
    else:
        show_batch(rows)
    bad = [row.exit_code for row in rows if row.exit_code not in (exit_codes.DONE, exit_codes.NOT_FEASIBLE)]
    raise typer.Exit(exit_codes.CHECK_FAILED if bad else exit_codes.DONE)


# The order of the help: answering documents first.
for part in (cli_requirements, cli_talk, cli_inspect, cli_knowledge, cli_systems, cli_protocols, cli_pack,
             cli_database):
    part.mount(app)
