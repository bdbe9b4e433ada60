"""What a run looks like in a terminal: one bar a stage, then the ranked table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from knowledge.report import Report

STAGE_TITLES = {
    "requirements": "Requirements", "review": "Review", "evidence": "Evidence", "materials": "Materials",
    "candidates": "Candidates", "designs": "Designs", "report": "Report",
}


class TerminalWatcher:
    """A progress bar per stage with what it is doing. A context manager: leaving it closes the bars."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"), TextColumn("{task.fields[title]:<13}"),
            BarColumn(bar_width=24), TimeElapsedColumn(), TextColumn("{task.description}", markup=False),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> TerminalWatcher:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stage(self, name: str, doing: str) -> None:
        """Open the stage's bar."""
        self._task = self._progress.add_task(doing, title=STAGE_TITLES.get(name, name), total=None)

    def progress(self, message: str, done: int, total: int) -> None:
        """Move the open bar."""
        if self._task is not None:
            self._progress.update(self._task, description=message, completed=done, total=total or None)

    def finished(self, name: str, summary: str) -> None:
        """Close the stage's bar."""
        if self._task is not None:
            self._progress.update(self._task, description=summary or name, completed=1, total=1)
            self._task = None


class LineWatcher:
    """A line when a stage begins and one when it ends: for conversations, logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def stage(self, name: str, doing: str) -> None:
        """Say what begins."""
        self._console.print(f"{STAGE_TITLES.get(name, name)}: {doing} …", markup=False, highlight=False)

    def progress(self, message: str, done: int, total: int) -> None:
        """Not shown: a line a step would drown the conversation."""

    def finished(self, name: str, summary: str) -> None:
        """Say what came out."""
        self._console.print(f"{STAGE_TITLES.get(name, name)}: {summary}", markup=False, highlight=False)


def show_report(console: Console, report: Report, files: dict[str, str]) -> None:
    """The verdict, the ranked table and where the report lies."""
    feasible = report.feasibility.feasible
    style = "green" if feasible else "yellow"
    none = "No design meets every must; nearest offers below." if report.offers else "No design can be offered."
    headline = "Designs meet every evaluated must." if feasible else none
    console.print(f"[bold {style}]{headline}[/] {escape(report.feasibility.text)}")
    if report.offers:
        console.print(offers_table(report))
    for name in ("report.html", "report.pdf", "compliance.xlsx"):
        if name in files:
            console.print(f"{name:<16} {files[name]}", markup=False, highlight=False, soft_wrap=True)


def offers_table(report: Report, most: int = 10) -> object:
    """Ranked offers with the figures that the document asks about, as a rich table."""
    from rich.table import Table

    from agent.report.headline import headline_columns, headline_row

    columns = headline_columns(report)
    table = Table(title=f"{len(report.offers)} designs, DFN-simulated", title_justify="left")
    table.add_column("#", justify="right")
    table.add_column("Design")
    for column in columns:
        table.add_column(column.title, justify="right")
    table.add_column("Musts")
    for offer in report.offers[:most]:
        table.add_row(str(offer.rank), escape(offer.title), *headline_row(offer, columns), _musts(offer.verdicts))
    if len(report.offers) > most:
        table.caption = f"and {len(report.offers) - most} more in the report"
    return table


def _musts(verdicts: object) -> str:
    from agent.report.headline import must_counts

    met, at_risk, not_met = must_counts(verdicts)  # type: ignore[arg-type]
    parts = [f"[green]{met} met[/]"]
    if at_risk:
        parts.append(f"[yellow]{at_risk} at risk[/]")
    if not_met:
        parts.append(f"[red]{not_met} not met[/]")
    return " · ".join(parts)
