"""The optional model on top of the rules: it points at figures in stored passages; code reads and checks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agent.llm import Llm
from agent.prompts import prompt, version_of
from knowledge.evidence import Claim, Passage
from knowledge.frozen import Frozen
from knowledge.literature.claims.proposed import Proposal, claim_of
from knowledge.literature.claims.reading import properties
from knowledge.literature.claims.shelf import keep_proposed, unread
from knowledge.literature.library import open_store
from tools.retrieve.stores import told
from tools.tool import Progress, silent

_AT_ONCE = 6  # passages in one request


class ModelReading(Frozen):
    """What a model has read: how many passages, the claims kept, and how many proposals were refused, by reason."""

    passages: int
    left: int
    claims: int
    refused: dict[str, int]
    unanswered: int  # passages for which it gave no list; they are asked about again the next time


def read_with_model(
    home: Path, llm: Llm, materials: Sequence[str] | None = None, store: Path | None = None, most: int = 60,
    progress: Progress = silent,
) -> ModelReading:
    """Let the model read passages with figures that it has not read yet, and keep what it points at and code confirms.

    Args:
        materials: only passages that name one of these; all if None.
        most: passages that are sent at most.

    Raises:
        BackendMissing: the endpoint does not answer.
        StoreBroken: the store cannot be read or written.
    """
    reader = f"{llm.settings.llm.model} claims/{version_of('claims')}"
    with told():
        opened = open_store(home, store)
        waiting = unread(opened, reader, materials)
    chosen = waiting[:most]
    refused: Counter[str] = Counter()
    kept = unanswered = 0
    for begin in range(0, len(chosen), _AT_ONCE):
        progress("passages read by the model", begin, len(chosen))
        batch = chosen[begin : begin + _AT_ONCE]
        rows = llm.listed(_asked(batch))
        if rows is None:
            unanswered += len(batch)
            continue
        found, reasons = _checked(rows, batch)
        refused += reasons
        kept += sum(map(len, found.values()))
        with told():
            for passage in batch:
                keep_proposed(opened, reader, passage, found[passage.id])
    return ModelReading(passages=len(chosen) - unanswered, left=len(waiting) - len(chosen), claims=kept,
                        refused=dict(sorted(refused.items())), unanswered=unanswered)


def _checked(rows: list[Any], batch: Sequence[Passage]) -> tuple[dict[str, list[Claim]], Counter[str]]:
    """The claims that stand, by passage, and the reasons why others do not."""
    found: dict[str, list[Claim]] = {passage.id: [] for passage in batch}
    reasons: Counter[str] = Counter()
    for row in rows:
        try:
            number = row["passage"]
            proposal = Proposal(**{k: row[k] for k in Proposal.model_fields})
        except (ValidationError, KeyError, TypeError):
            reasons["the entry is incomplete"] += 1
            continue
        if not isinstance(number, int) or not 1 <= number <= len(batch):
            reasons["no passage has that number"] += 1
            continue
        passage = batch[number - 1]
        made = claim_of(passage, proposal)
        if isinstance(made, str):
            reasons[made] += 1
        elif made not in found[passage.id]:
            found[passage.id].append(made)
    return found, reasons


def _asked(batch: Sequence[Passage]) -> str:
    return prompt("claims", properties=", ".join(f"{p.name} ({p.unit})" for p in properties()), passages="\n".join(
        f"{number}. <passage>{p.text}</passage>" for number, p in enumerate(batch, start=1)))
