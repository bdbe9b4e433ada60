"""The base of every noun: immutable, closed to unknown fields, identified by its content."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that never changes; equal content means equal identity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the canonical JSON of this value."""
        return content_digest(self.model_dump(mode="json"))


def content_digest(value: Any) -> str:
    """Hex SHA-256 of a JSON-able value, independent of key order and float spelling."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
