"""One way to the outside: allowed beforehand, slow enough, with a contact, remembered, and noted."""

from __future__ import annotations

import hashlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tools.failures import BackendMissing

_TRIES = 3
_LONGEST_WAIT_S = 60.0
_TIMEOUT_S = 60.0
_LARGEST = 50_000_000  # bytes of one answer
KEPT_S = 30 * 86400.0  # how long an answer is taken from the cache


@dataclass
class Visitor:
    """Fetches documents of one service. `folder` holds the cache and `egress.jsonl`."""

    folder: Path
    interval_s: float                 # least time between two requests, as the service asks
    contact: str | None = None        # an address that the service can write to
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    _last: float = field(default=0.0, repr=False)

    def get(self, url: str, headers: dict[str, str] | None = None, data: bytes | None = None) -> bytes:
        """The answer to a request, from the cache where that is fresh.

        Raises:
            BackendMissing: the service does not answer, refuses, or answers without end.
        """
        kept = self.folder / "cache" / hashlib.sha256(f"{url}\n{data!r}".encode()).hexdigest()
        if data is None and kept.exists() and self.clock() - kept.stat().st_mtime < KEPT_S:
            return kept.read_bytes()
        body = self._ask(url, headers or {}, data)
        if data is None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.with_suffix(".new").write_bytes(body)
            kept.with_suffix(".new").replace(kept)
        return body

    def _ask(self, url: str, headers: dict[str, str], data: bytes | None) -> bytes:
        agent = "cellwright/0.1" + (f" (mailto:{self.contact})" if self.contact else "")
        for attempt in range(1, _TRIES + 1):
            wait = self._last + self.interval_s - self.clock()
            if wait > 0:
                self.sleep(wait)
            self._last = self.clock()
            self._note(url)
            request = urllib.request.Request(url, data=data, headers={"User-Agent": agent, **headers})
            try:
                with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                    body: bytes = answer.read(_LARGEST + 1)
            except urllib.error.HTTPError as error:
                if error.code in (429, 502, 503, 504) and attempt < _TRIES:
                    self.sleep(_pause(error.headers.get("Retry-After"), attempt))
                    continue
                raise BackendMissing(f"{_host(url)} answered {error.code} ({error.reason}); try again later") from error
            except (urllib.error.URLError, OSError) as error:
                raise BackendMissing(f"{_host(url)} cannot be reached ({error}); are you online?") from error
            if len(body) > _LARGEST:
                raise BackendMissing(f"{_host(url)} answered with more than {_LARGEST // 10**6} MB")
            return body
        raise BackendMissing(f"{_host(url)} asks to wait; try again later")

    def _note(self, url: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "to": url}
        with (self.folder / "egress.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")


def _pause(asked: str | None, attempt: int) -> float:
    return min(float(asked) if asked and asked.isdigit() else 2.0**attempt, _LONGEST_WAIT_S)


def _host(url: str) -> str:
    return url.split("/")[2]
