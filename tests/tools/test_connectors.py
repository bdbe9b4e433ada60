"""Connectors against a stand-in on loopback that answers as the services document it. Contents are invented."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from knowledge.literature.store import PassageStore
from tools.failures import BackendMissing, BadInput
from tools.retrieve.connect.fetch import fetch_records
from tools.retrieve.connect.polite import Visitor
from tools.retrieve.connect.services import SERVICES, Wanted

SAMPLES = Path(__file__).resolve().parents[1] / "knowledge" / "literature"
ABSTRACT = ("Ribbed cans of steel carry 40 % more heat from the winding to the base plate than plain ones of equal "
            "mass, and keep the middle of the winding cooler by 3 K during a charge at 2C.")

OPENALEX = {"meta": {"count": 1, "page": 1, "per_page": 25}, "results": [{
    "id": "https://openalex.org/W1", "doi": "https://doi.org/10.5555/open.1", "title": "Ribbed cans for cells",
    "publication_year": 2024, "authorships": [{"author": {"display_name": "Erika Muster"}}], "is_retracted": True,
    "primary_location": {"source": {"display_name": "Journal of Invented Cells"}},
    "abstract_inverted_index": {w: [i for i, x in enumerate(ABSTRACT.split()) if x == w] for w in ABSTRACT.split()}}]}
CROSSREF = {"status": "ok", "message-type": "work-list", "message": {"total-results": 1, "items": [{
    "DOI": "10.5555/cross.1", "title": ["Ribbed cans for cells, again"], "type": "journal-article",
    "author": [{"given": "Jan", "family": "Beispiel", "sequence": "first"}], "issued": {"date-parts": [[2023, 4]]},
    "abstract": f"<jats:p>{ABSTRACT}</jats:p>", "container-title": ["Journal of Invented Cells"],
    "updated-by": [{"type": "correction", "DOI": "10.5555/cross.2"}]}]}}
EUROPEPMC = {"version": "6.9", "hitCount": 1, "resultList": {"result": [{
    "id": "1", "source": "MED", "pmcid": "PMC0000001", "doi": "10.5555/invented.2021.7",
    "title": "Dry-pressed cathodes",
    "authorString": "Muster E, Beispiel J.", "pubYear": "2021", "abstractText": ABSTRACT, "isOpenAccess": "Y",
    "journalInfo": {"journal": {"title": "Journal of Invented Cells"}},
    "pubTypeList": {"pubType": ["research-article", "Journal Article"]}}]}}
ARXIV = f"""<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>ArXiv Query</title>
<entry><id>http://arxiv.org/abs/9999.00001v1</id><published>2022-05-01T00:00:00Z</published>
<title>Ribbed cans
 for cells</title><summary> {ABSTRACT} </summary><author><name>Erika Muster</name></author>
<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.5555/arxiv.1</arxiv:doi></entry></feed>"""


@pytest.fixture
def service():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            server.seen.append(("POST", self.path, self.headers, self.rfile.read(length)))
            self.answer(json.dumps({"access_token": "token-1", "expires_in": "1199"}).encode())

        def do_GET(self):
            server.seen.append(("GET", self.path, self.headers, b""))
            if server.refusals:
                code, wait = server.refusals.pop(0)
                self.send_response(code)
                self.send_header("Retry-After", wait)
                self.end_headers()
                return
            path = urlsplit(self.path).path
            bodies = {"/openalex/works": json.dumps(OPENALEX), "/crossref/works": json.dumps(CROSSREF),
                      "/arxiv/api/query": ARXIV, "/europepmc/search": json.dumps(EUROPEPMC),
                      "/europepmc/PMC0000001/fullTextXML": (SAMPLES / "article.nxml").read_text("utf-8"),
                      "/epo/rest-services/published-data/search/biblio": (SAMPLES / "exchange.xml").read_text("utf-8"),
                      "/changed/works": "{}", "/page/works": "<html>maintenance</html>"}
            self.answer(bodies[path].encode())

        def answer(self, body):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.refusals = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def fetch(home, server, name, base=None, secrets=None, pauses=None, **more):
    wanted = Wanted(query="ribbed cans", contact="me@example.org", **more)
    folder = home / "knowledge" / "fetched"
    visitor = Visitor(folder, 0.0, wanted.contact, sleep=[].append if pauses is None else pauses.append)
    return fetch_records(home, name, wanted, secrets or {}, store=home / "own", allow_egress=True, visitor=visitor,
                         base=f"http://127.0.0.1:{server.server_port}/{base or name}")


def works(home):
    return list(PassageStore(home / "own").works())


@pytest.mark.parametrize(("name", "doi", "year", "status"), [
    ("openalex", "10.5555/open.1", 2024, "retracted"), ("crossref", "10.5555/cross.1", 2023, "corrected"),
    ("arxiv", "10.5555/arxiv.1", 2022, None), ("europepmc", "10.5555/invented.2021.7", 2021, None)])
def test_papers_come_with_abstract_doi_and_status(tmp_path, service, name, doi, year, status):
    assert fetch(tmp_path, service, name).count("added") == 1
    work, = works(tmp_path)
    assert (work.source.doi, work.source.year, work.source.status) == (doi, year, status)
    assert ABSTRACT in work.text and work.source.authors
    (_, path, headers, _), = service.seen
    assert "mailto:me@example.org" in headers["User-Agent"]
    asked = parse_qs(urlsplit(path).query)
    assert any("ribbed" in v[0] for v in asked.values())


def test_an_open_full_text_replaces_the_record(tmp_path, service):
    fetch(tmp_path, service, "europepmc", full_text=True)
    work, = works(tmp_path)
    assert any(p.kind == "table" for p in work.pieces)


def test_patents_come_with_a_token_and_by_family(tmp_path, service):
    with pytest.raises(BadInput, match="CELLWRIGHT_EPO_KEY"):
        fetch(tmp_path, service, "epo")
    fetch(tmp_path, service, "epo", secrets={"CELLWRIGHT_EPO_KEY": "k", "CELLWRIGHT_EPO_SECRET": "s"})
    assert [w.source.patent for w in works(tmp_path)] == ["WO 2019999991 A1"]
    post, get = service.seen
    assert post[3] == b"grant_type=client_credentials" and post[2]["Authorization"] == "Basic azpz"
    assert get[2]["Authorization"] == "Bearer token-1" and get[2]["X-OPS-Range"] == "1-25"
    kept = [p.read_bytes() for p in (tmp_path / "knowledge").rglob("*") if p.is_file()]
    assert not any(b"token-1" in body for body in kept), "a token is never written down"


def test_an_answer_is_remembered_and_every_request_noted(tmp_path, service):
    fetch(tmp_path, service, "crossref")
    assert fetch(tmp_path, service, "crossref").count("already there") == 1
    assert len(service.seen) == 1
    lines = (tmp_path / "knowledge" / "fetched" / "egress.jsonl").read_text().splitlines()
    assert len(lines) == 1 and "crossref" in lines[0]


def test_a_busy_service_is_given_the_time_it_asks_for(tmp_path, service):
    service.refusals, pauses = [(429, "7"), (503, "")], []
    fetch(tmp_path, service, "crossref", pauses=pauses)
    assert pauses == [7.0, 4.0] and len(service.seen) == 3
    service.refusals = [(403, "")]
    with pytest.raises(BackendMissing, match="answered 403"):
        fetch(tmp_path, service, "openalex")


def test_requests_keep_their_distance(tmp_path, service):
    now, pauses = [1000.0], []
    visitor = Visitor(tmp_path, 3.0, sleep=pauses.append, clock=lambda: now[0])
    base = f"http://127.0.0.1:{service.server_port}"
    visitor.get(f"{base}/openalex/works?a=1")
    now[0] += 1.0
    visitor.get(f"{base}/openalex/works?a=2")
    assert pauses == [2.0]


@pytest.mark.parametrize(("base", "told"), [("changed", "without"), ("page", "did not answer with JSON")])
def test_an_answer_of_another_form_is_told(tmp_path, service, base, told):
    with pytest.raises(BackendMissing, match=told):
        fetch(tmp_path, service, "crossref", base=base)
    assert not (tmp_path / "own").exists()


def test_nothing_is_sent_unless_allowed(tmp_path):
    for name in SERVICES:
        with pytest.raises(BadInput, match="--allow-egress"):
            fetch_records(tmp_path, name, Wanted(query="cells"), {})
    with pytest.raises(BadInput, match="there is no service"):
        fetch_records(tmp_path, "library", Wanted(query="cells"), {}, allow_egress=True)
    with pytest.raises(BackendMissing, match="cannot be reached"):
        fetch_records(tmp_path, "crossref", Wanted(query="cells"), {}, allow_egress=True, base="http://127.0.0.1:9")
