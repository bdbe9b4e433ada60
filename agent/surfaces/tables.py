"""What commands print for people: requirements, search results, evaluations, plain rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from knowledge.offer import BuildUp
from knowledge.requirement import Reading


def _console() -> Console:
    import sys

    return Console(width=None if sys.stdout.isatty() else 140)


def show_reading(reading: Reading) -> None:
    """Requirements with their places, then findings and leftovers."""
    from agent.report import words

    console = _console()
    heads = ("", "Metric", "Asked", "Conditions", "Priority", "Where", "Quote")
    table = Table(*heads, title=escape(reading.document.name), title_justify="left")
    for r in reading.requirements:
        metric = words.metric_words(r.metric) + ("" if r.level == "cell" else f" ({r.level})")
        table.add_row(*map(escape, (r.id, metric, words.bound_words(r), words.conditions_words(r.conditions),
                                    r.priority, r.source.place, _short(r.source.quote))))
    console.print(table)
    for finding in reading.findings:
        console.print(f"[bold]{finding.kind}[/] {', '.join(finding.ids)} {escape(finding.text)}"
                      + (f" [italic]{escape(finding.question)}[/]" if finding.question else ""))
    for leftover in reading.residual:
        console.print(f"[yellow]not understood[/] {escape(_short(leftover.quote))} ({escape(leftover.source.place)})")
    console.print(f"{len(reading.requirements)} requirements, {len(reading.findings)} findings, "
                  f"{len(reading.residual)} numbers not understood, {len(reading.ignored)} set aside with a reason")


def show_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Dictionaries with the same keys as a table."""
    console = _console()
    if not rows:
        console.print("nothing")
        return
    table = Table(*[escape(str(k).replace("_", " ")) for k in rows[0]])
    for row in rows:
        table.add_row(*[escape("" if v is None else str(v)) for v in row.values()])
    console.print(table)


def show_evaluation(result: Any, key: str) -> None:
    """The build-up and the figures of one design."""
    from agent.report import words
    from agent.report.headline import number

    console = _console()
    up = result.build_up
    table = Table("Component", "g", "mL", title="Build-up", title_justify="left")
    for item in up.mass_items:
        table.add_row(item.component.replace("_", " "), number(item.mass_g), number(item.volume_mL))
    table.add_row("cell", number(up.mass_g), number(up.volume_mL), style="bold")
    console.print(table)
    if up.cost_items:
        show_cost(up)
    table = Table("Metric", "Conditions", "Value (interval)", "Method", "Note", title="Figures", title_justify="left")
    for figure in result.figures:
        table.add_row(*map(escape, (words.metric_words(figure.metric), words.conditions_words(figure.conditions),
                                    words.figure_words(figure), words.method_words(figure), figure.note or "")))
    console.print(table)
    if result.assumed:
        console.print("[bold]Assumed[/], because the file does not say:")
        for row in result.assumed:
            value = f"{row.value:.6g}" if isinstance(row.value, float) else row.value
            console.print(f"  {row.field} = {value if value is not None else row.basis}"
                          + (f" ({row.basis})" if row.value is not None else ""), highlight=False, markup=False)
    for check in result.checks:
        console.print(f"{check.field}: the file says {check.given:.4g}, its other values make it {check.derived:.4g} "
                      f"({check.difference_pct:+.1f} %)", highlight=False, markup=False)
    for warning in up.warnings:
        console.print(f"Warning: {warning}", highlight=False, markup=False)
    console.print(f"ledger row {key[:12]}", highlight=False)


def show_cost(up: BuildUp) -> None:
    """The cost estimate by component and by step of making."""
    from agent.report.words import volume_words

    table = Table("Item", "Stage", "USD per cell", "Low", "High", "Basis", title_justify="left",
                  title=f"Cost, estimated {volume_words(up)}")
    for i in up.cost_items:
        table.add_row(i.item, i.stage.replace("_", " "), *(f"{usd:.4f}" for usd in (i.cost_usd, i.low_usd, i.high_usd)),
                      i.source)
    table.add_row("cell", "", *(f"{usd:.4f}" for usd in (up.cost_usd, up.cost_low_usd, up.cost_high_usd)), "",
                  style="bold")
    _console().print(table)


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
