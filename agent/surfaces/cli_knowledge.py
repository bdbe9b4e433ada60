"""Commands of the evidence store: search, knowledge add."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.surfaces.edge import emit_json, guarded
from tools.tool import Progress, silent

if TYPE_CHECKING:
    from tools.retrieve.literature import PassedOver

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]
StoreOption = Annotated[
    Path | None, typer.Option("--store", help="Another store's folder; it holds only what was added to it.")
]
knowledge_app = typer.Typer(no_args_is_help=True, help="Your own papers, patents and reports.",
                            pretty_exceptions_enable=False)


def mount(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command()(search)
    app.add_typer(knowledge_app, name="knowledge")


@guarded
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    top: Annotated[int, typer.Option("--top", min=1, max=100)] = 8,
    kind: Annotated[str | None, typer.Option("--kind", help="paper, patent, standard, report, dataset or web.")] = None,
    since: Annotated[int | None, typer.Option("--since", help="Only sources of this year or later.")] = None,
    store: StoreOption = None,
    json_: JsonOption = False,
) -> None:
    """Find passages in the evidence store; an empty list where nothing bears on the question."""
    from agent.services import open_services
    from agent.settings import settings_from_environment
    from tools.retrieve.literature import search_literature
    from tools.retrieve.stores import store_digest

    settings = settings_from_environment()
    services = open_services(settings)
    request = {"query": query, "top": top, "kind": kind, "since": since, "store": str(store) if store else None,
               "store_digest": store_digest(settings.home, store)}
    result = services.call(search_literature, request).result
    if json_:
        emit_json(result.model_dump(mode="json"))
        return
    from agent.surfaces.tables import show_rows

    if not result.results:
        _tell_nothing(result.passed_over)
        return
    show_rows([
        {"score": f"{hit.score:.3f}", "quote": hit.quote, "source": hit.source.title, "year": hit.source.year,
         "reference": hit.source.doi or hit.source.patent or hit.source.url, "place": hit.place}
        for hit in result.results
    ])


def _tell_nothing(near: PassedOver | None) -> None:
    """Say that nothing was found, and which passage came nearest and why it is taken for no answer."""
    typer.echo("Nothing in the store bears on the question.")
    if near is not None:
        lacks = f", but says nothing of {', '.join(near.lacks)}" if near.lacks else ""
        typer.echo(f"Nearest passage, not counted as an answer (it is about {', '.join(near.holds)}{lacks}):")
        typer.echo(f"  {near.quote}\n  {near.title}, {near.place}")


@knowledge_app.command("add")
@guarded
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders: papers, patents, reports, bibliographies.")],
    store: StoreOption = None,
    json_: JsonOption = False,
) -> None:
    """Read papers, patents and reports into the store; a broken file is reported and skipped.

    PDF, DOCX, XLSX, EML, HTML, Markdown, text; XML as JATS, USPTO, EPO or WIPO; BibTeX, RIS, CSL-JSON, JSONL.
    """
    from agent.settings import settings_from_environment
    from tools.retrieve.stores import add_paths

    with _progress(shown=not json_) as progress:
        report = add_paths(settings_from_environment().home, paths, store=store, progress=progress)
    if json_:
        emit_json(report.model_dump(mode="json"))
        return
    from agent.surfaces.tables import show_rows

    show_rows([entry.model_dump(mode="json") for entry in report.files])


@knowledge_app.command("fetch")
@guarded
def fetch(
    service: Annotated[str, typer.Argument(help="openalex, crossref, arxiv, europepmc or epo.")],
    query: Annotated[str, typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="At most this many records.")] = 25,
    contact: Annotated[str | None, typer.Option("--contact", help="Your mail address, for the service.")] = None,
    full_text: Annotated[bool, typer.Option("--full-text", help="Open full texts too (europepmc).")] = False,
    allow_egress: Annotated[bool, typer.Option("--allow-egress", help="Allow the question to be sent.")] = False,
    store: StoreOption = None,
    json_: JsonOption = False,
) -> None:
    """Ask a literature or patent service and add what it answers; nothing is sent without --allow-egress."""
    import os

    from agent.settings import settings_from_environment
    from tools.retrieve.connect.fetch import fetch_records
    from tools.retrieve.connect.services import Wanted

    settings = settings_from_environment()
    wanted = Wanted(query=query, limit=limit, contact=contact, full_text=full_text)
    report = fetch_records(settings.home, service, wanted, os.environ, store,
                           allow_egress or settings.llm.allow_egress)
    if json_:
        emit_json(report.model_dump(mode="json"))
        return
    from agent.surfaces.tables import show_rows

    show_rows([entry.model_dump(mode="json") for entry in report.files])


@knowledge_app.command("configure")
@guarded
def configure(
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="hashed, minilm, onnx:FOLDER or openai:BASE_URL#MODEL.")] = None,
    chroma: Annotated[str | None, typer.Option("--chroma", help="local, or the address of a Chroma server.")] = None,
    allow_egress: Annotated[
        bool, typer.Option("--allow-egress", help="Allow stored texts to be sent to another machine.")] = False,
    store: StoreOption = None,
) -> None:
    """Choose what makes a store's vectors and where they live, and make them anew."""
    from agent.settings import settings_from_environment
    from tools.retrieve.stores import configure_store

    settings = settings_from_environment()
    told = configure_store(settings.home, store, embedder, chroma, allow_egress or settings.llm.allow_egress)
    typer.echo(told)


@knowledge_app.command("claims")
@guarded
def claims(
    materials: Annotated[list[str] | None, typer.Argument(help="Materials such as lfp, nmc811; all if absent.")] = None,
    llm: Annotated[bool, typer.Option("--llm", help="Let the set model point at more figures; code reads and checks "
                                                    "them.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=5000, help="Passages sent to the model at most.")] = 60,
    allow_egress: Annotated[bool, typer.Option("--allow-egress", help="Allow sending passages to the model.")] = False,
    store: StoreOption = None,
    json_: JsonOption = False,
) -> None:
    """Figures that the papers in the store report of materials, each property with its spread and quotes."""
    from agent.settings import settings_from_environment
    from tools.retrieve.stores import reported_values

    if llm:
        _read_by_model(materials, store, limit, allow_egress, shown=not json_)
    found = reported_values(settings_from_environment().home, materials or None, store=store)
    if json_:
        emit_json([r.model_dump(mode="json") for r in found])
        return
    from agent.surfaces.tables import show_rows

    show_rows([{"material": r.composition, "property": r.property.replace("_", " "), "reported": r.in_words(),
                "quote": r.claims[0].quote, "otherwise": next((c.disputed for c in r.claims if c.disputed), None),
                "source": r.claims[0].source, "place": r.claims[0].place} for r in found])


def _read_by_model(
    materials: list[str] | None, store: Path | None, limit: int, allow_egress: bool, shown: bool
) -> None:
    """Let the model read, and say on standard error what came of it."""
    from agent.claims import read_with_model
    from agent.llm import allowed_llm
    from agent.settings import settings_from_environment

    settings = settings_from_environment()
    with _progress(shown=shown) as progress:
        told = read_with_model(settings.home, allowed_llm(settings, allow_egress), materials or None, store, limit,
                               progress)
    typer.echo(f"the model read {told.passages} passages: {told.claims} figures stand, {sum(told.refused.values())} "
               f"were refused; {told.left + told.unanswered} passages are left", err=True)
    for reason, count in told.refused.items():
        typer.echo(f"  refused {count}: {reason}", err=True)


@contextmanager
def _progress(shown: bool) -> Iterator[Progress]:
    """A bar on standard error where a person watches; else nothing."""
    from rich.console import Console

    console = Console(stderr=True)
    if not shown or not console.is_terminal:
        yield silent
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    bar = Bar(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False),
              console=console, transient=True)
    with bar:
        task = bar.add_task("", total=None)
        yield lambda message, done, total: bar.update(task, description=message[:70], completed=done, total=total)
