"""Stores for the surfaces: their digest, what is in them, and adding files to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tools.failures import BadInput, StoreBroken
from tools.tool import Progress, silent

if TYPE_CHECKING:
    from knowledge.evidence import Reported
    from knowledge.literature.ingest import AddReport
    from knowledge.literature.search import Library


@contextmanager
def told() -> Iterator[None]:
    """Turn the literature's errors into the failures that callers know."""
    from knowledge.literature.errors import LiteratureError, NothingToAdd

    try:
        yield
    except NothingToAdd as error:
        raise BadInput(str(error)) from error
    except LiteratureError as error:
        raise StoreBroken(str(error)) from error


def store_digest(home: Path, store: Path | None = None) -> str:
    """Identity of a store's content. It belongs in every request, so that a changed store is asked anew.

    Raises:
        StoreBroken: the store cannot be opened.
    """
    from knowledge.literature.library import open_store

    with told():
        return open_store(home, store).identity


def add_paths(
    home: Path, paths: Iterable[Path], store: Path | None = None, progress: Progress = silent
) -> AddReport:
    """Read files and folders into the default store or another one, and bring its indexes up to date.

    Raises:
        BadInput: a path does not exist, or holds no supported file.
        StoreBroken: the store cannot be opened or written.
    """
    from knowledge.literature.ingest import add_files
    from knowledge.literature.library import open_library, open_store

    with told():
        report = add_files(open_store(home, store), paths, progress)
        open_library(home, store)
    return report


def list_files(home: Path, store: Path | None = None) -> list[dict[str, Any]]:
    """What was added to a store: path, status, reason, passages."""
    from knowledge.literature.library import open_store

    with told():
        return open_store(home, store).files()


def configure_store(
    home: Path, store: Path | None, embedder: str | None, chroma: str | None, allow_egress: bool = False
) -> str:
    """Set a store's embedder and vector database, make the vectors anew, and say what is in use.

    Raises:
        BadInput: an address outside this machine without `allow_egress`.
        StoreBroken: the embedder or server cannot be used; the store stays as it was.
    """
    from knowledge.literature.embedders import embedder_for
    from knowledge.literature.errors import LiteratureError
    from knowledge.literature.index import discard_vectors
    from knowledge.literature.library import open_library, open_store

    for address in (embedder.partition(":")[2] if embedder and embedder.startswith("openai:") else None, chroma):
        if address and address != "local" and not _on_this_machine(address) and not allow_egress:
            raise BadInput(f"{address.partition('#')[0]} is another machine, and the stored texts or vectors would be "
                           "sent there; allow it with --allow-egress")
    with told():
        opened = open_store(home, store)
        before = {key: opened.meta(key) or "" for key in ("embedder", "chroma")}
        if embedder is not None:
            embedder_for(embedder)
            opened.note("embedder", "" if embedder == "hashed" else embedder)
        if chroma is not None:
            opened.note("chroma", "" if chroma == "local" else chroma)
        try:
            if before != {key: opened.meta(key) or "" for key in before}:
                discard_vectors(opened)
            library = open_library(home, store)
        except (LiteratureError, OSError, KeyboardInterrupt):
            for key, value in before.items():
                opened.note(key, value)
            raise
    where = opened.meta("chroma") or "its own folder"
    return f"{len(library.ids)} passages, vectors by {opened.embedder.id} in {where}"


def _on_this_machine(address: str) -> bool:
    return (urlsplit(address).hostname or "") in {"localhost", "127.0.0.1", "::1"}


def reported_values(home: Path, materials: Iterable[str] | None = None, store: Path | None = None) -> list[Reported]:
    """What the papers of a store report of these materials, or of all, each property with its spread.

    Raises:
        StoreBroken: the store cannot be opened.
    """
    from knowledge.literature.claims.shelf import reported
    from knowledge.literature.library import open_store

    with told():
        return reported(open_store(home, store), materials)


def library_for(home: Path, store: str | None, digest: str) -> Library:
    """The open library that a request means.

    Raises:
        BadInput: the store has changed since the request was made.
        StoreBroken: the store cannot be opened.
    """
    from knowledge.literature.library import open_library

    with told():
        library = open_library(home, Path(store) if store else None)
    if library.digest != digest:
        raise BadInput(
            f"store_digest: the evidence store has changed (it is {library.digest[:12]} now, the request says "
            f"{digest[:12]}); ask again with the present digest"
        )
    return library
