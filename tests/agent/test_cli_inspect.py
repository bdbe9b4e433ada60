"""The commands that look into things, as a newcomer tries them: tools, doctor, reproduce, chat; and resuming."""

import dataclasses
import json

import pytest

from agent.run import start
from tests.agent.stand_in_tools import (
    TOO_MUCH,
    cellwright,
    document_in,
    figures_of,
    one_sentence,
    put_in_place,
    settings_in,
)
from tools.catalogue import CATALOGUE
from tools.failures import BadInput
from tools.ledger import Ledger
from tools.simulate.calibrate import STANDARD
from tools.simulate.evaluate import DesignEvaluation, evaluate_design
from tools.simulate.standard import EXAMPLE_DESIGN

LFP = json.dumps({"requirements": [{
    "id": "R01", "metric": "cathode_chemistry", "level": "material", "comparator": "in", "value": ["LFP"],
    "source": {"document": "typed", "quote": "LFP"}}]})


@pytest.fixture
def tools(monkeypatch):
    return put_in_place(monkeypatch)


def test_tools_lists_every_tool_once(tmp_path):
    result = cellwright(tmp_path, "tools", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = json.loads(result.stdout)
    assert [r["name"] for r in rows] == [t.name for t in CATALOGUE]
    assert all(len(r["description"]) > 20 for r in rows)
    table = cellwright(tmp_path, "tools")
    assert all(r["name"] in table.stdout for r in rows)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("tool", CATALOGUE, ids=lambda t: t.name)
def test_the_schema_of_a_tool_accepts_its_example_and_refuses_nothing_at_all(tool, tmp_path):
    from jsonschema import Draft202012Validator

    schema = json.loads(cellwright(tmp_path, "tools", tool.name, "--schema").stdout)
    check = Draft202012Validator(schema)
    if tool.example:
        assert list(check.iter_errors(tool.example)) == []
    assert not check.is_valid({"bogus": 1})
    refused = cellwright(tmp_path, "tools", tool.name, "{}")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "is missing" in one_sentence(refused)


@pytest.mark.parametrize("way", ["argument", "file", "standard input"])
def test_a_tool_runs_with_json(way, tmp_path):
    if way == "file":
        (tmp_path / "request.json").write_text(LFP)
    given = {"argument": LFP, "file": f"@{tmp_path / 'request.json'}", "standard input": "-"}[way]
    result = cellwright(tmp_path, "tools", "choose_systems", given, typed=LFP if given == "-" else None)
    assert (result.exit_code, result.stderr) == (0, "")
    answer = json.loads(result.stdout)
    assert [s["key"] for s in answer["result"]["systems"] if s["serves"]] == ["lfp_graphite", "lfp_graphite_18650"]
    assert answer["cached"] is False
    again = json.loads(cellwright(tmp_path, "tools", "choose_systems", LFP).stdout)
    assert (again["cached"], again["result"]) == (True, answer["result"])


def test_reproduce_runs_a_row_again_and_shows_no_difference(tmp_path):
    key = json.loads(cellwright(tmp_path, "tools", "choose_systems", LFP).stdout)["ledger_key"]
    for name in (key, key[:8]):
        result = cellwright(tmp_path, "reproduce", name, "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        row, = json.loads(result.stdout)
        assert (row["key"], row["same"], row["largest_difference"]) == (key, True, 0)
    assert "choose_systems" in cellwright(tmp_path, "reproduce", key).stdout


def test_reproduce_exits_with_1_where_the_result_differs(tmp_path):
    key = json.loads(cellwright(tmp_path, "tools", "choose_systems", LFP).stdout)["ledger_key"]
    ledger = Ledger(tmp_path / "home" / "ledger")
    row = ledger.find(key)
    recorded = ledger.get_blob(row.result_sha256).replace(b"LFP", b"LXP", 1)
    ledger.record(row.model_copy(update={"result_sha256": ledger.put_blob(recorded)}))
    result = cellwright(tmp_path, "reproduce", key, "--json")
    assert result.exit_code == 1
    answer, = json.loads(result.stdout)
    assert (answer["same"], answer["largest_difference"]) == (False, None)
    assert answer["where"].startswith(".systems")
    assert answer["note"] == "other words or another structure"


def test_reproduce_takes_a_run_by_its_folder_or_its_name(tools, tmp_path, monkeypatch):
    import tools.catalogue as catalogue

    stood_in = {"find_evidence": tools.find_evidence, "search_designs": tools.search_designs,
                "evaluate_designs": tools.evaluate_designs, "estimate_yields": tools.estimate_yields,
                "find_front": tools.find_front}
    monkeypatch.setattr(catalogue, "CATALOGUE", tuple(
        dataclasses.replace(t, function=stood_in.get(t.name, t.function)) for t in catalogue.CATALOGUE))
    outcome = start(document_in(tmp_path), settings_in(tmp_path))
    keys = [k for s in outcome.report.stages for k in s.ledger_keys]
    monkeypatch.chdir(tmp_path)
    for name in (outcome.folder, outcome.run_id):
        result = cellwright(tmp_path, "reproduce", name, "--json")
        assert result.exit_code == 0, result.output
        assert [r["key"] for r in json.loads(result.stdout)] == keys
    (outcome.folder / "report.json").write_text("{")
    result = cellwright(tmp_path, "reproduce", outcome.folder)
    assert result.exit_code == 2
    assert f"cellwright design --resume {outcome.run_id}" in one_sentence(result)


def test_evaluate_prints_figures_and_their_ledger_row(tmp_path, monkeypatch):
    import tools.simulate.evaluate as module
    from tests.agent.stand_in_tools import build_up_of
    from tools.simulate.standard import standard_asks

    def quick(request, context):
        return DesignEvaluation(design=request.design, build_up=build_up_of(request.design),
                                figures=figures_of(request.design, standard_asks()))

    monkeypatch.setattr(module, "evaluate_design", dataclasses.replace(evaluate_design, function=quick))
    path = tmp_path / "design.json"
    path.write_text(json.dumps(EXAMPLE_DESIGN))
    result = cellwright(tmp_path, "evaluate", path, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    answer = json.loads(result.stdout)
    assert Ledger(tmp_path / "home" / "ledger").find(answer["ledger_key"]).tool == "evaluate_design"
    assert {"capacity", "mass"} <= {f["metric"] for f in answer["figures"] if f["value"] is not None}
    shown = cellwright(tmp_path, "evaluate", path)
    assert answer["ledger_key"][:12] in shown.stdout


def test_doctor_says_what_is_there(tmp_path):
    result = cellwright(tmp_path, "doctor", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = {r["part"]: r for r in json.loads(result.stdout)}
    assert {"python", "pybamm", "torch", "home", "ledger", "LLM", "device"} <= rows.keys()
    assert all(r["ok"] for r in rows.values() if r["needed"])
    assert all(r["remedy"] for r in rows.values() if not r["ok"])
    assert rows["ledger"]["found"].startswith("none yet")
    assert list(tmp_path.iterdir()) == []


def test_doctor_misses_a_needed_part(tmp_path, monkeypatch):
    monkeypatch.setattr("agent.doctor._NEEDED", ("a-part-that-nobody-has",))
    result = cellwright(tmp_path, "doctor", "--json")
    assert result.exit_code == 6
    row, = (r for r in json.loads(result.stdout) if r["part"] == "a-part-that-nobody-has")
    assert (row["ok"], row["found"]) == (False, "absent")
    assert row["remedy"]


def test_a_chat_from_a_pipe(tools, tmp_path):
    document = document_in(tmp_path)
    lines = [f"/requirements {document}", "/whatif R02 4", "/nosuch", "/set R02 many", "/set R99 3",
             "/requirements x.pdf", "hello", '/search "unclosed', f"/requirements {document}", "/set R02 4.2", "/quit",
             "/never"]
    result = cellwright(tmp_path, "chat", typed="\n".join(lines) + "\n")
    assert result.exit_code == 0
    assert "3 requirements in rfq.md" in result.stdout
    assert "1 corrections" in result.stdout
    assert "/never" not in result.output
    complaints = result.stderr.splitlines()
    assert all(c.startswith("cellwright: ") for c in complaints)
    assert ["no simulated designs yet" in complaints[0], "/nosuch" in complaints[1], "'many'" in complaints[2],
            "'R99'" in complaints[3], "x.pdf does not exist" in complaints[4]] == [True] * 5


def test_a_chat_designs_with_corrections_and_asks_what_if(tools, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = document_in(tmp_path, TOO_MUCH)
    result = cellwright(tmp_path, "chat", document, typed="/set R02 4\n/design\n/whatif R02 50\n/report\n")
    assert result.exit_code == 0
    assert "keep every must" in result.stdout
    assert "0 of" in result.stdout
    assert "report.html" in result.stdout


@pytest.mark.parametrize("review", [True, False])
def test_a_run_goes_on_by_its_name(review, tools, tmp_path):
    settings = settings_in(tmp_path)
    run = start(document_in(tmp_path), settings, review=review)
    result = cellwright(tmp_path, "design", "--resume", run.run_id, "--json", "--seed", 7)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["run_id"] == run.run_id
    assert "keeps the folder, seed and numbers" in one_sentence(result)


def test_design_prints_json_and_nothing_else(tools, tmp_path):
    arguments = ["--out", tmp_path / "out", "--designs", 4]
    result = cellwright(tmp_path, "design", document_in(tmp_path), *arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    summary = json.loads(result.stdout)
    assert [o["rank"] for o in summary["offers"]] == [1, 2, 3, 4]
    assert summary["feasibility"]["feasible"] is True
    infeasible = cellwright(tmp_path, "design", document_in(tmp_path, TOO_MUCH), *arguments, "--quiet")
    assert (infeasible.exit_code, infeasible.stderr) == (3, "")
    assert "No design meets every must; nearest offers below." in infeasible.stdout


@pytest.mark.parametrize(("given", "fit"), [
    (["--fit", "none"], []), (["--fit", "capacity, cooling"], ["capacity", "cooling"]),
    ([], list(STANDARD)), (["--fit", "+positive_end"], [*STANDARD, "positive_end"])])
def test_what_a_calibration_may_move(given, fit, tmp_path, monkeypatch):
    asked = {}

    class Services:
        def call(self, tool, request):
            asked.update(request)
            raise BadInput("seen")

    monkeypatch.setattr("agent.surfaces.cli_inspect.open_tools", Services)
    (tmp_path / "cell.json").write_text(json.dumps(EXAMPLE_DESIGN))
    (tmp_path / "run.csv").write_text("t,I,U\n" + "".join(f"{t},-2,{4.1 - 0.001 * t}\n" for t in range(0, 600, 10)))
    result = cellwright(tmp_path, "calibrate", tmp_path / "cell.json", tmp_path / "run.csv", *given)
    assert result.exit_code == 2 and asked["fit"] == fit and asked["runs"][0]["name"] == "run"
