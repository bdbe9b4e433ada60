"""Ask a service, keep what it answered as files, and add those to a store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tools.failures import BadInput
from tools.retrieve.connect.polite import Visitor
from tools.retrieve.connect.services import SERVICES, Service, Wanted
from tools.retrieve.stores import add_paths

if TYPE_CHECKING:
    from knowledge.literature.ingest import AddReport


def fetch_records(
    home: Path, service: str, wanted: Wanted, secrets: Mapping[str, str], store: Path | None = None,
    allow_egress: bool = False, visitor: Visitor | None = None, base: str | None = None,
) -> AddReport:
    """Fetch records and add them; the question itself is what leaves this machine.

    Args:
        secrets: the environment, where a service needs a key.
        visitor, base: in place of the service's own, for tests.

    Raises:
        BadInput: sending is not allowed, the service is unknown, or nothing was found.
        BackendMissing: the service does not answer as documented.
    """
    known = SERVICES.get(service)
    if known is None:
        raise BadInput(f"there is no service {service!r}; there are {', '.join(SERVICES)}")
    if not allow_egress:
        raise BadInput(f"the question would be sent to {known.base.split('/')[2]}; allow it with --allow-egress")
    known = replace(known, base=base) if base else known
    folder = home / "knowledge" / "fetched"
    visitor = visitor or Visitor(folder, known.interval_s, wanted.contact)
    paths = _kept(folder, service, wanted, known, visitor, secrets)
    if not paths:
        raise BadInput(f"{service} found nothing for {wanted.query!r}")
    return add_paths(home, paths, store=store)


def _kept(folder: Path, name: str, wanted: Wanted, service: Service, visitor: Visitor, secrets: Mapping[str, str]
          ) -> list[Path]:
    place = folder / f"{name}-{hashlib.sha256(repr(wanted).encode()).hexdigest()[:12]}"
    paths = []
    for file, content in service.ask(service.base, wanted, visitor, secrets).items():
        place.mkdir(parents=True, exist_ok=True)
        (place / file).write_bytes(content)
        paths.append(place / file)
    return paths
