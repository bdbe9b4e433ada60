"""A conversation about one document: commands over the same graph and tools, and a planner where there is an LLM."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent import run as runs
from agent.chat.guard import marked
from agent.chat.references import Resolver
from agent.corrections import Correction, corrected
from agent.services import Services, Watcher, open_services
from agent.settings import Settings
from knowledge.report import Report
from knowledge.requirement import Reading
from tools.failures import BadInput

HELP = """\
/requirements [FILE]     read the document and list what it asks
/set R03 VALUE           correct a bound before the search starts        /drop R05   leave a requirement out
/design                  search and simulate, with the corrections       /report     where the report lies
/whatif R03 VALUE        which simulated designs would meet another bound; nothing is simulated again
/search WORDS            passages from the evidence store
/evaluate DESIGN.json    build-up and simulation of one design file, or of an offer by its rank
/help   /quit"""


@dataclass(frozen=True)
class Said:
    """An answer: words, and rows where a table says it better."""

    text: str
    rows: tuple[dict[str, Any], ...] = ()


@dataclass
class Session:
    """State of a conversation. Surfaces print what `answer` returns; there is no logic in them."""

    settings: Settings
    watcher: Watcher
    file: Path | None = None
    corrections: list[Correction] = field(default_factory=list)
    reading: Reading | None = None
    report: Report | None = None
    folder: Path | None = None

    def __post_init__(self) -> None:
        self.services: Services = open_services(self.settings, self.watcher)
        self._planner: Any = None
        self._commands: dict[str, Callable[[list[str]], Said]] = {
            "help": lambda _: Said(HELP), "requirements": self._requirements, "set": self._set, "drop": self._drop,
            "design": self._design, "report": self._report, "whatif": self._whatif, "search": self._search,
            "evaluate": self._evaluate,
        }

    def answer(self, text: str) -> Said:
        """Answer one line of the user.

        Raises:
            ToolFailure, StageFailed: a command cannot be carried out; the message says why.
        """
        text = text.strip()
        if not text:
            return Said(HELP)
        if text.startswith("/"):
            return self._command(text)
        if not self.settings.llm.configured:
            return Said("Without an LLM I answer to commands.\n" + HELP)
        return Said(self._plan(text))

    def _command(self, text: str) -> Said:
        try:
            name, *arguments = shlex.split(text[1:])
        except ValueError as error:
            raise BadInput(f"the line cannot be split into words: {error}") from error
        if name not in self._commands:
            raise BadInput(f"there is no command /{name}; there are /{' /'.join(self._commands)}")
        return self._commands[name](arguments)

    def _plan(self, text: str) -> str:
        from agent.chat.planner import Planner
        from agent.llm import Llm

        if self._planner is None:
            self._planner = Planner(
                Llm(self.settings), self.services, self.resolver, self.situation, self.given)
        return str(self._planner.answer(text))

    def given(self, tool: str) -> dict[str, Any]:
        """What a tool's request takes from the conversation: a model names no path and knows no digest."""
        from tools.retrieve.stores import store_digest

        if tool == "read_requirements":
            known = self.file is not None and self.file.exists()
            return {"path": str(self.file.resolve()) if self.file and known else "no document is open",
                    "sha256": runs.file_digest(self.file) if self.file and known else "0" * 64}
        if tool in ("find_evidence", "search_literature"):
            return {"store": None, "store_digest": store_digest(self.settings.home)}
        return {}

    def resolver(self) -> Resolver:
        """References that may stand in prose now."""
        reading = self.report.reading if self.report else self.reading
        evidence = {e.id: e for e in self.report.evidence} if self.report else {}
        return Resolver(self.services.ledger, {r.id: r for r in reading.requirements} if reading else {}, evidence)

    def situation(self) -> str:
        """What the planner is told about the conversation's state; customer text is marked as such."""
        lines = [f"Document: {marked(json.dumps(self.file.name)) if self.file else 'none'}."]
        reading = self.report.reading if self.report else self.reading
        if reading is not None:
            rows = [{"id": r.id, "metric": r.metric, "comparator": r.comparator, "value": r.value, "unit": r.unit,
                     "priority": r.priority, "quote": r.source.quote} for r in reading.requirements]
            lines.append(f"Requirements: {marked(json.dumps(rows, ensure_ascii=False))}")
        if self.report is not None:
            keys = [k[:12] for s in self.report.stages for k in s.ledger_keys]
            lines.append(f"Feasible: {self.report.feasibility.feasible}. Ledger keys of the run: {', '.join(keys)}.")
            lines.append(f"Evidence ids: {', '.join(e.id for e in self.report.evidence)}.")
        return "\n".join(lines)

    def _requirements(self, arguments: list[str]) -> Said:
        from agent.report import words
        from tools.extract.requirements import read_requirements

        if arguments:
            self.file, self.corrections, self.report = Path(arguments[0]).expanduser(), [], None
        if self.file is None:
            raise BadInput("name a document: /requirements FILE")
        answer = self.services.call(
            read_requirements, {"path": str(self.file.resolve()), "sha256": runs.file_digest(self.file)})
        self.reading = corrected(answer.result, self.corrections)
        rows = tuple({"id": r.id, "metric": words.metric_words(r.metric), "asked": words.bound_words(r),
                      "conditions": words.conditions_words(r.conditions), "priority": r.priority,
                      "where": r.source.place} for r in self.reading.requirements)
        questions = [f.question for f in self.reading.findings if f.question]
        return Said("\n".join([f"{len(rows)} requirements in {self.file.name}.", *questions]), rows)

    def _set(self, arguments: list[str]) -> Said:
        if len(arguments) != 2:
            raise BadInput("say which and what: /set R03 30")
        return self._correct(Correction(id=arguments[0].upper(), value=self._number(arguments[1])))

    def _drop(self, arguments: list[str]) -> Said:
        if len(arguments) != 1:
            raise BadInput("say which: /drop R05")
        return self._correct(Correction(id=arguments[0].upper(), drop=True))

    def _correct(self, change: Correction) -> Said:
        if self.reading is None:
            self._requirements([])
        assert self.reading is not None
        self.reading = corrected(self.reading, [change])
        self.corrections.append(change)
        return Said(f"{len(self.corrections)} corrections; they win over the document in the next /design.")

    @staticmethod
    def _number(text: str) -> float:
        try:
            return float(text.replace(",", "."))
        except ValueError as error:
            raise BadInput(f"{text!r} is no number; give it in the requirement's unit") from error

    def _design(self, arguments: list[str]) -> Said:
        if arguments:
            self.file, self.corrections = Path(arguments[0]).expanduser(), []
        if self.file is None:
            raise BadInput("name a document: /design FILE")
        paused = runs.start(self.file, self.settings, self.watcher, review=True)
        outcome = runs.resume(
            paused.run_id, self.settings, self.watcher,
            corrections=[c.model_dump(mode="json", exclude_none=True) for c in self.corrections],
        )
        assert isinstance(outcome, runs.RunOutcome)
        self.report, self.folder, self.reading = outcome.report, outcome.folder, outcome.report.reading
        return Said(f"{self.report.feasibility.text}\nThe report is {outcome.files['report.html']}", self._offer_rows())

    def _offer_rows(self) -> tuple[dict[str, Any], ...]:
        from agent.report.headline import headline_columns, headline_row, must_counts

        assert self.report is not None
        columns = headline_columns(self.report)
        rows = []
        for offer in self.report.offers[:10]:
            met, at_risk, not_met = must_counts(offer.verdicts)
            titles = [c.title.replace("\n", " ") for c in columns]
            figures = dict(zip(titles, headline_row(offer, columns), strict=True))
            rows.append({"#": offer.rank, "design": offer.title, **figures,
                         "musts": f"{met} met, {at_risk} at risk, {not_met} not met"})
        return tuple(rows)

    def _report(self, _: list[str]) -> Said:
        if self.folder is None:
            raise BadInput("there is no report yet; begin with /design")
        return Said("\n".join(str(self.folder / n) for n in ("report.html", "report.pdf", "compliance.xlsx")))

    def _whatif(self, arguments: list[str]) -> Said:
        from agent.chat.whatif import what_if

        if len(arguments) != 2:
            raise BadInput("say which and what: /whatif R03 30")
        if self.report is None:
            raise BadInput("there are no simulated designs yet; begin with /design")
        return what_if(self.report, arguments[0].upper(), self._number(arguments[1]))

    def _search(self, arguments: list[str]) -> Said:
        from tools.retrieve.literature import search_literature
        from tools.retrieve.stores import store_digest

        result = self.services.call(search_literature, {
            "query": " ".join(arguments), "store_digest": store_digest(self.settings.home)}).result
        rows = tuple({"quote": h.quote, "source": h.source.title, "year": h.source.year,
                      "reference": h.source.doi or h.source.patent or h.source.url, "place": h.place}
                     for h in result.results)
        return Said(f"{len(rows)} passages" if rows else "Nothing in the store bears on this.", rows)

    def _evaluate(self, arguments: list[str]) -> Said:
        from agent.report import words
        from tools.simulate.evaluate import evaluate_design

        if len(arguments) != 1:
            raise BadInput("name a design file or an offer's rank: /evaluate 1")
        answer = self.services.call(evaluate_design, {"design": self._design_json(arguments[0])})
        rows = tuple({"metric": words.metric_words(f.metric), "conditions": words.conditions_words(f.conditions),
                      "value": words.figure_words(f), "method": words.method_words(f), "note": f.note or ""}
                     for f in answer.result.figures)
        return Said(f"ledger row {answer.key[:12]}", rows)

    def _design_json(self, name: str) -> Any:
        if name.isdigit():
            for offer in self.report.offers if self.report else ():
                if offer.rank == int(name):
                    return offer.design.model_dump(mode="json")
            raise BadInput(f"there is no offer #{name}")
        path = Path(name).expanduser()
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise BadInput(f"{path} is no readable design file: {error}") from error
