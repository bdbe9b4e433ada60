"""Files and folders into a store: incremental by content, resumable, one broken file stops nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from knowledge.frozen import Frozen
from knowledge.literature.errors import NothingToAdd, UnreadableWork
from knowledge.literature.shelve import give_up, shelve
from knowledge.literature.store import PassageStore
from knowledge.literature.work import Work, garbled

Progress = Callable[[str, int, int], None]
DOCUMENTS = frozenset({".pdf", ".docx", ".xlsx", ".eml", ".html", ".htm", ".md", ".markdown", ".txt"})
RECORDS = frozenset({".jsonl", ".json", ".bib", ".ris"})
XML = frozenset({".xml", ".nxml", ".jats"})


class AddedFile(Frozen):
    """What became of one file. `reason` says why it failed, or what in it was there already or left out."""

    name: str
    status: Literal["added", "already there", "failed"]
    works: int = 0
    passages: int = 0
    reason: str | None = None


class AddReport(Frozen):
    """What became of every file, in the order they were read."""

    files: tuple[AddedFile, ...]
    store_digest: str

    def count(self, status: str) -> int:
        """How many files ended so."""
        return sum(f.status == status for f in self.files)


def supported_files(paths: Iterable[Path]) -> list[Path]:
    """Every supported file among the paths and under the folders, sorted, hidden ones left out.

    Raises:
        NothingToAdd: a path does not exist, or there is no supported file.
    """
    kinds = DOCUMENTS | RECORDS | XML
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise NothingToAdd(f"{path} does not exist; give a file or a folder")
        below = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for one in below:
            hidden = any(part.startswith(".") for part in one.relative_to(path).parts) if path.is_dir() else False
            if one.suffix.lower() in kinds and not hidden:
                found[one] = None
    if not found:
        raise NothingToAdd(f"no supported file was given; supported are {', '.join(sorted(s[1:] for s in kinds))}")
    return list(found)


def add_files(store: PassageStore, paths: Iterable[Path], progress: Progress) -> AddReport:
    """Read files into a store. What is there already is skipped, what has changed replaces its earlier version."""
    files = supported_files(paths)
    outcome = []
    for number, path in enumerate(files):
        progress(f"reading {path.name}", number, len(files))
        outcome.append(_add_file(store, path, lambda n, p=path, k=number: progress(  # type: ignore[misc]
            f"reading {p.name}: {n} works", k, len(files))))
    progress("indexing", len(files), len(files))
    return AddReport(files=tuple(outcome), store_digest=store.identity)


def _add_file(store: PassageStore, path: Path, told: Callable[[int], None]) -> AddedFile:
    from knowledge.documents.errors import UnreadableDocument

    where, sha = str(path.resolve()), ""
    try:
        sha = _sha256(path)
        known = store.file(sha)
        if known is not None and known["status"] == "read":
            return AddedFile(name=path.name, status="already there", works=known["works"], passages=known["passages"])
        result = shelve(store, sha, where, _counted(works_in(path, sha), told))
    except (UnreadableDocument, UnreadableWork, UnicodeDecodeError, OSError) as error:
        if sha:
            give_up(store, sha, where, str(error))
        return AddedFile(name=path.name, status="failed", reason=str(error))
    if not result.works and result.notes and all("there already" in n for n in result.notes):
        return AddedFile(name=path.name, status="already there", reason=result.reason)
    return AddedFile(name=path.name, status="added", works=result.works, passages=result.passages,
                     reason=result.reason)


def _counted(works: Iterator[Work | str], told: Callable[[int], None]) -> Iterator[Work | str]:
    for number, work in enumerate(works, start=1):
        if number % 50 == 0:
            told(number)
        yield work


def works_in(path: Path, sha: str) -> Iterator[Work | str]:
    """The works of a file one by one; a string says why a record among others could not be read.

    Raises:
        UnreadableWork, UnreadableDocument: the whole file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in RECORDS:
        from knowledge.literature.bibliography import bibliography_works

        yield from bibliography_works(path)
    elif suffix in XML:
        yield from _xml_works(path)
    else:
        from knowledge.documents.read import read_document
        from knowledge.literature.reports import document_work

        work = document_work(read_document(path), sha)
        if example := garbled(work.text):
            raise UnreadableWork(f"its characters are wrongly encoded ({example!r} and others), so that it cannot be "
                                 "quoted; save it as UTF-8, or send the original, and add it again")
        yield work


def _xml_works(path: Path) -> Iterator[Work | str]:
    from knowledge.literature import jats, patents
    from knowledge.literature.xml_parts import Broken, local, records

    count, broken = 0, []
    for record in records(path, jats.TAGS | patents.TAGS):
        if isinstance(record, Broken):
            broken.append(record.reason)
            continue
        try:
            work = (jats.article_work if local(record) in jats.TAGS else patents.patent_work)(record, path.name)
        except UnreadableWork as error:
            broken.append(str(error))
            continue
        for reason in broken:  # others in the file can be read: these are notes only
            yield f"a record before number {count + 1}: {reason}"
        broken = []
        count += 1
        yield work
    if not count:
        raise UnreadableWork(broken[0] if broken else "it holds neither a JATS article nor a patent document")
    for reason in broken:
        yield f"a record after number {count}: {reason}"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
