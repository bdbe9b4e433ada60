"""Stores for the surfaces: their digest, what is in them, and adding files to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
        return open_store(home, store).digest


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
