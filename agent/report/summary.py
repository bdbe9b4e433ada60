"""A run in a few lines of JSON: what `cellwright design --json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.report.headline import must_counts

if TYPE_CHECKING:
    from agent.run import RunOutcome


def run_summary(outcome: RunOutcome) -> dict[str, Any]:
    """Run id, files, feasibility and the ranked offers with their figures."""
    report = outcome.report
    offers = []
    for offer in report.offers:
        met, at_risk, not_met = must_counts(offer.verdicts)
        offers.append({
            "rank": offer.rank, "id": offer.id, "title": offer.title, "score": offer.score,
            "meets_all_musts": offer.meets_all_musts,
            "musts": {"met": met, "at risk": at_risk, "not met": not_met},
            "figures": [f.model_dump(mode="json", exclude_none=True) for f in offer.figures],
            "verdicts": [
                {"requirement": v.requirement.id, "metric": v.requirement.metric, "verdict": v.verdict,
                 "margin": v.margin, "reason": v.reason}
                for v in offer.verdicts
            ],
        })
    return {
        "run_id": outcome.run_id, "folder": str(outcome.folder), "files": outcome.files,
        "exit_code": outcome.exit_code, "feasibility": report.feasibility.model_dump(mode="json"),
        "document": report.reading.document.model_dump(mode="json"),
        "requirements": len(report.reading.requirements), "offers": offers,
        "seconds": round(sum(s.wall_s for s in report.stages), 2),
    }
