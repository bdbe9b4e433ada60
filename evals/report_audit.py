"""Do the citations of finished reports hold? `python -m evals.report_audit RUN… --home HOME` looks every quote up.

Counted are: quotes that stand at their offsets in the store and on the report's page; sources that a reader can find;
sources that the bibliography holds; and requirements that have a passage for and one against them.
"""

from __future__ import annotations

import argparse
import html
import json
import sys
from pathlib import Path

from knowledge.evidence import Evidence, Reported
from tools.retrieve.citations import reported_standing, standing


def audit(run: Path, home: Path) -> dict[str, int]:
    """The counts for one run's folder.

    Args:
        home: the home folder whose evidence store the run used.
    """
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))  # of any version: only what is cited is read
    evidence = [Evidence.model_validate(e) for e in report["evidence"]]
    told = [Reported.model_validate(r) for r in report["reported"]]
    page = html.unescape((run / "report.html").read_text(encoding="utf-8"))
    listed = {item["id"] for item in json.loads((run / "bibliography.json").read_text(encoding="utf-8"))}
    kept, _ = standing(home, evidence)
    reported, sources, _ = reported_standing(home, told)
    cited = [e.passage.source for e in evidence] + list(sources)
    sides: dict[str, set[str]] = {}
    for item in evidence:
        for one in item.bears_on:
            sides.setdefault(one, set()).add(item.stance)
    asked = {r["id"] for r in report["reading"]["requirements"]}
    return {
        "quotes": len(evidence), "standing": len(kept), "on_the_page": sum(e.quote in page for e in kept),
        "reported": len(told), "reported_standing": len(reported),
        "sources": len(cited), "to_be_found": sum(bool(s.doi or s.patent or s.url or s.seen_in) for s in cited),
        "in_bibliography": sum(s.key in listed for s in cited),
        "requirements_with_evidence": len(asked & set(sides)),
        "with_both_sides": sum({"supports", "cautions"} <= sides[r] for r in asked & set(sides)),
    }


def main(arguments: list[str] | None = None) -> int:
    """Print one line a run; exit code 1 where a quote does not stand or a source is missing."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args(arguments)
    whole = True
    for run in options.runs:
        counts = audit(run, options.home)
        whole &= counts["standing"] == counts["quotes"] == counts["on_the_page"] and \
            counts["reported_standing"] == counts["reported"] and counts["in_bibliography"] == counts["sources"]
        print(run.name, json.dumps(counts))
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
