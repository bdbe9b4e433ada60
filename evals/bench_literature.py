"""What the evidence store does at 10,000 and 100,000 passages: ingest, search, cold start, memory.

The texts are made from words of the starter library and invented ones, with the skewed word frequencies of real text.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
_PER_PAPER = 40
_WORDS = 90
QUESTIONS = (
    "lithium plating in the cold", "Innenwiderstand bei Kälte", "급속 충전 중 리튬 석출",
    "thermal runaway of NMC811 cells", "how do power cells differ from energy cells",
    "lithum platting at low temprature", "N/P ratio below one", "swelling of silicon anodes under pressure",
    "低温下电解液电导率", "recycled cobalt share required from 2031",
)


def papers(passages: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Invented papers as JATS, together with about so many passages."""
    from knowledge.literature.cards import load_cards

    draw = np.random.default_rng(seed)
    known = sorted({w for card in load_cards()[0] for w in card.fact.split() if w.isalpha()})
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    invented = ["".join(draw.choice(letters, size=int(draw.integers(4, 11)))) for _ in range(30_000)]
    words = np.array([*known, *invented])
    frequency = 1.0 / (np.arange(len(words)) + 10.0)
    frequency /= frequency.sum()
    for number in range(passages // _PER_PAPER):
        text = draw.choice(words, size=(_PER_PAPER, _WORDS), p=frequency)
        yield {"doi": f"10.5555/bench.{seed}.{number}", "year": int(2000 + number % 26),
               "title": " ".join(text[0][:8]), "paragraphs": [" ".join(row) + "." for row in text]}


def write_corpus(folder: Path, passages: int) -> Path:
    """The invented papers as one file of JATS articles."""
    from xml.sax.saxutils import escape

    path = folder / "papers.xml"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("<?xml version='1.0'?><collection>")
        for paper in papers(passages):
            body = "".join(f"<p>{escape(p)}</p>" for p in paper["paragraphs"])
            stream.write(
                f"<article><front><article-meta><article-id pub-id-type='doi'>{paper['doi']}</article-id><title-group>"
                f"<article-title>{escape(paper['title'])}</article-title></title-group><pub-date><year>{paper['year']}"
                f"</year></pub-date></article-meta></front><body>{body}</body></article>")
        stream.write("</collection>")
    return path


_ASK = """
import json, resource, sys, time
begin = time.perf_counter()
from pathlib import Path
from knowledge.literature.search import Library
library = Library(Path(sys.argv[1]))
first = library.search("lithium plating in the cold")
cold, cold_cpu = time.perf_counter() - begin, time.process_time()
def times(**filters):
    took = []
    for _ in range(4):
        for question in json.loads(sys.argv[2]):
            clock, cpu = time.perf_counter(), time.process_time()
            library.search(question, **filters)
            took.append((time.perf_counter() - clock, time.process_time() - cpu))
    return [sorted(t[k] for t in took)[int(len(took) * 0.95)] for k in (0, 1)]
times()
plain, filtered = times(), times(kind="paper", since=2015)
memory = next((int(row.split()[1]) for row in open("/proc/self/status") if row.startswith("VmHWM")), 0) \
    if Path("/proc/self/status").exists() else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"cold_s": cold, "cold_cpu_s": cold_cpu, "p95_ms": 1000 * plain[0], "p95_cpu_ms": 1000 * plain[1],
                  "p95_filtered_ms": 1000 * filtered[0], "p95_filtered_cpu_ms": 1000 * filtered[1],
                  "rss_GiB": memory / 1024**2}))
"""


def measure(passages: int) -> dict[str, float]:
    """One size, in a throw-away folder; opening and asking in a process of their own."""
    from knowledge.literature.ingest import add_files
    from knowledge.literature.search import Library
    from knowledge.literature.store import PassageStore

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "store"
        path = write_corpus(Path(temporary), passages)
        clock, cpu = time.perf_counter(), time.process_time()
        add_files(PassageStore(folder), [path], lambda *_: None)
        stored = time.perf_counter() - clock
        count = len(Library(folder).ids)
        wall, spent = time.perf_counter() - clock, time.process_time() - cpu
        done = subprocess.run([sys.executable, "-c", _ASK, str(folder), json.dumps(QUESTIONS)], cwd=ROOT,
                              capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1024**2
        return {"passages": count, "stored_s": stored, "per_s": count / wall, "ingest_s": wall, "ingest_cpu_s": spent,
                "disk_MiB": size, **json.loads(done.stdout)}


def main(arguments: list[str] | None = None) -> None:
    """Print one line of JSON a size."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--passages", type=int, nargs="*", default=[10_000, 100_000])
    for size in parser.parse_args(arguments).passages:
        print(json.dumps({k: round(v, 3) for k, v in measure(size).items()}), flush=True)


if __name__ == "__main__":
    main()
