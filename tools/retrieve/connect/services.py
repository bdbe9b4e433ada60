"""The services' documented answers as files that `knowledge add` reads.

OpenAlex (docs.openalex.org), Crossref (api.crossref.org/swagger-ui), arXiv (info.arxiv.org/help/api), Europe PMC
(europepmc.org/RestfulWebService) and the EPO's Open Patent Services (developers.epo.org, with a key of your own).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tools.failures import BackendMissing, BadInput
from tools.retrieve.connect.polite import Visitor

Files = dict[str, bytes]  # file name → content


@dataclass(frozen=True)
class Wanted:
    """What is looked for."""

    query: str
    limit: int = 25
    contact: str | None = None
    full_text: bool = False


@dataclass(frozen=True)
class Service:
    """A service: its address, the least time between two requests [s], and how it is asked."""

    base: str
    interval_s: float
    ask: Callable[[str, Wanted, Visitor, Mapping[str, str]], Files]


def openalex(base: str, wanted: Wanted, visitor: Visitor, _secrets: Mapping[str, str]) -> Files:
    """Works with abstracts (kept by OpenAlex as word positions) and retraction flags."""
    answer = _json(visitor.get(_url(f"{base}/works", search=wanted.query, mailto=wanted.contact,
                                    **{"per-page": wanted.limit})))
    return _lines([{
        "title": w.get("title") or w.get("display_name"), "doi": w.get("doi"), "year": w.get("publication_year"),
        "authors": [a["author"]["display_name"] for a in w.get("authorships", [])], "url": w.get("id"),
        "abstract": _from_positions(w.get("abstract_inverted_index")), "is_retracted": w.get("is_retracted"),
        "journal": (((w.get("primary_location") or {}).get("source")) or {}).get("display_name"),
    } for w in _list(answer, "results")])


def crossref(base: str, wanted: Wanted, visitor: Visitor, _secrets: Mapping[str, str]) -> Files:
    """Works as Crossref has them; its record format is close to CSL-JSON and is kept."""
    answer = _json(visitor.get(_url(f"{base}/works", query=wanted.query, rows=wanted.limit, mailto=wanted.contact)))
    kept = ("title", "abstract", "DOI", "author", "issued", "container-title", "type", "URL", "updated-by")
    return _lines([{k: w[k] for k in kept if k in w} for w in _list(_part(answer, "message"), "items")])


def arxiv(base: str, wanted: Wanted, visitor: Visitor, _secrets: Mapping[str, str]) -> Files:
    """Preprints out of the Atom feed."""
    from lxml import etree

    words = " AND ".join(f"all:{w}" for w in wanted.query.split())
    body = visitor.get(_url(f"{base}/api/query", search_query=words, start=0, max_results=wanted.limit))
    try:
        feed = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise BackendMissing(f"arXiv did not answer with a feed ({error.msg})") from error
    names = {"a": "http://www.w3.org/2005/Atom", "x": "http://arxiv.org/schemas/atom"}

    def text(entry: Any, path: str) -> str:
        return " ".join((entry.findtext(path, default="", namespaces=names) or "").split())

    return _lines([{
        "title": text(e, "a:title"), "abstract": text(e, "a:summary"), "doi": text(e, "x:doi") or None,
        "authors": [" ".join(n.text.split()) for n in e.findall("a:author/a:name", names)], "url": text(e, "a:id"),
        "year": text(e, "a:published")[:4], "journal": "arXiv",
    } for e in feed.findall("a:entry", names)])


def europepmc(base: str, wanted: Wanted, visitor: Visitor, _secrets: Mapping[str, str]) -> Files:
    """Records with abstracts, and the full text as JATS of those that are open, where it is wanted."""
    answer = _json(visitor.get(_url(f"{base}/search", query=wanted.query, format="json", resultType="core",
                                    pageSize=wanted.limit)))
    results = _list(_part(answer, "resultList"), "result")
    files = _lines([{
        "title": r.get("title"), "abstract": r.get("abstractText"), "doi": r.get("doi"), "year": r.get("pubYear"),
        "authors": [a.strip() for a in (r.get("authorString") or "").rstrip(".").split(",") if a.strip()],
        "is_retracted": "Retracted Publication" in ((r.get("pubTypeList") or {}).get("pubType") or []),
        "journal": (((r.get("journalInfo") or {}).get("journal")) or {}).get("title"),
    } for r in results])
    for r in results if wanted.full_text else []:
        if r.get("isOpenAccess") == "Y" and r.get("pmcid"):
            files[f"{r['pmcid']}.xml"] = visitor.get(f"{base}/{quote(r['pmcid'])}/fullTextXML")
    return files


def epo(base: str, wanted: Wanted, visitor: Visitor, secrets: Mapping[str, str]) -> Files:
    """Patents with abstract and family as exchange documents; needs the key and secret of a registered user."""
    key, secret = secrets.get("CELLWRIGHT_EPO_KEY"), secrets.get("CELLWRIGHT_EPO_SECRET")
    if not key or not secret:
        raise BadInput("the EPO's service needs CELLWRIGHT_EPO_KEY and CELLWRIGHT_EPO_SECRET of a registered user")
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    token = _json(visitor.get(f"{base}/auth/accesstoken", {
        "Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        b"grant_type=client_credentials"))
    found = visitor.get(_url(f"{base}/rest-services/published-data/search/biblio", q=wanted.query), {
        "Authorization": f"Bearer {_part(token, 'access_token')}", "Accept": "application/xml",
        "X-OPS-Range": f"1-{wanted.limit}"})
    return {"patents.xml": found}


SERVICES: dict[str, Service] = {
    "openalex": Service("https://api.openalex.org", 0.2, openalex),
    "crossref": Service("https://api.crossref.org", 0.2, crossref),
    "arxiv": Service("https://export.arxiv.org", 3.0, arxiv),
    "europepmc": Service("https://www.ebi.ac.uk/europepmc/webservices/rest", 0.2, europepmc),
    "epo": Service("https://ops.epo.org/3.2", 1.0, epo),
}


def _url(address: str, **query: object) -> str:
    return f"{address}?{urlencode({k: v for k, v in query.items() if v is not None})}"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise BackendMissing(f"the service did not answer with JSON ({error})") from error


def _part(answer: Any, name: str) -> Any:
    if not isinstance(answer, dict) or name not in answer:
        raise BackendMissing(f"the service answered without {name!r}; its interface may have changed")
    return answer[name]


def _list(answer: Any, name: str) -> list[dict[str, Any]]:
    rows = _part(answer, name)
    return [r for r in rows if isinstance(r, dict)] if isinstance(rows, list) else []


def _lines(records: list[dict[str, Any]]) -> Files:
    kept = [{k: v for k, v in r.items() if v not in (None, "", [])} for r in records]
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in kept if r.get("title"))
    return {"records.jsonl": text.encode()} if text else {}


def _from_positions(index: dict[str, list[int]] | None) -> str | None:
    """OpenAlex keeps an abstract as the positions of each word."""
    words = sorted((at, word) for word, places in (index or {}).items() for at in places)
    return " ".join(word for _, word in words) or None
