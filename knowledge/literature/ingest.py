"""Files and folders into a store: incremental by content, resumable, one broken file stops nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from knowledge.document import Document
from knowledge.evidence import Passage, Source, SourceKind
from knowledge.frozen import Frozen
from knowledge.literature.chunk import document_passages
from knowledge.literature.errors import NothingToAdd
from knowledge.literature.records import NoRecord, record_passages
from knowledge.literature.store import PassageStore

Progress = Callable[[str, int, int], None]
DOCUMENTS = frozenset({".pdf", ".docx", ".xlsx", ".eml", ".html", ".htm", ".md", ".markdown", ".txt"})
RECORDS = frozenset({".jsonl"})
_HEAD = 3_000
_DOI = re.compile(r"(?:doi\.org/|\bdoi:?\s*)(10\.\d{4,9}/[^\s\"<>,;]+)", re.IGNORECASE)
_US_PATENT = re.compile(r"\bUS\s?(\d{1,2},\d{3},\d{3}|\d{4}/\d{7})\b")


class AddedFile(Frozen):
    """What became of one file."""

    name: str
    status: Literal["added", "already there", "failed"]
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
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise NothingToAdd(f"{path} does not exist; give a file or a folder")
        below = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for one in below:
            hidden = any(part.startswith(".") for part in one.relative_to(path).parts) if path.is_dir() else False
            if one.suffix.lower() in DOCUMENTS | RECORDS and not hidden:
                found[one] = None
    if not found:
        kinds = ", ".join(sorted(s[1:] for s in DOCUMENTS | RECORDS))
        raise NothingToAdd(f"no supported file was given; supported are {kinds}")
    return list(found)


def add_files(store: PassageStore, paths: Iterable[Path], progress: Progress) -> AddReport:
    """Read files into a store. What is there already is skipped, what has changed replaces its earlier version."""
    files = supported_files(paths)
    outcome = []
    for number, path in enumerate(files):
        progress(f"reading {path.name}", number, len(files))
        outcome.append(_add_file(store, path))
    progress("indexing", len(files), len(files))
    return AddReport(files=tuple(outcome), store_digest=store.digest)


def _add_file(store: PassageStore, path: Path) -> AddedFile:
    from knowledge.documents.errors import UnreadableDocument

    try:
        sha = _sha256(path)
        if store.has_file(sha):
            return AddedFile(name=path.name, status="already there")
        passages = _passages(path, sha)
    except (UnreadableDocument, NoRecord, UnicodeDecodeError, OSError) as error:
        return AddedFile(name=path.name, status="failed", reason=str(error))
    where = str(path.resolve())
    store.forget_path(where, except_sha256=sha)
    n = store.put(sha, passages, file=(where, None))
    return AddedFile(name=path.name, status="added", passages=n)


def _passages(path: Path, sha: str) -> list[Passage]:
    if path.suffix.lower() in RECORDS:
        return record_passages(path)
    from knowledge.documents.read import read_document

    document = read_document(path)
    return document_passages(document, source_of(document, sha))


def source_of(document: Document, sha: str) -> Source:
    """A user's document as a source: its title, and a DOI or patent number where its first page states just one."""
    head = document.text[:_HEAD]
    dois = {m.rstrip(".)") for m in _DOI.findall(head)}
    patents = set(_US_PATENT.findall(head))
    doi = dois.pop() if len(dois) == 1 else None
    patent = f"US {patents.pop()}" if len(patents) == 1 and doi is None else None
    kind: SourceKind = "paper" if doi else "patent" if patent else "report"
    heading = next((b.text.strip() for b in document.blocks if b.kind == "heading" and b.text.strip()), "")
    return Source(
        key=f"file:{sha[:12]}", kind=kind, title=heading[:200] or Path(document.name).stem, doi=doi, patent=patent,
        seen="user file", seen_in=document.name,
    )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
