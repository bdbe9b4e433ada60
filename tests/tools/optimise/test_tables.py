"""The database as its owner sees it: filled beforehand, looked at, written as Parquet, damaged."""

import json

import pytest

from tests.tools.optimise.analytic import AnalyticSimulator
from tools.failures import BadInput, StoreBroken
from tools.generate.electrodes import electrode_space
from tools.optimise.database import VARIABLES, Database
from tools.optimise.features import features_for
from tools.optimise.tables import build_database, export_parquet, standard_protocols, table_statuses
from tools.simulate.standard import C3
from tools.tool import Context


@pytest.fixture
def folder(tmp_path):
    space = electrode_space("lfp_graphite")
    Database(tmp_path / "db", AnalyticSimulator()).labels(space, C3, features_for(space, C3, None), 60)
    return tmp_path / "db"


def test_every_standard_protocol_is_labelled_once():
    found = standard_protocols()
    assert len(set(found)) == len(found) and C3 in found
    assert {p.kind for p in found} == {"discharge", "thermal_discharge", "pulse", "pulse_power", "fast_charge"}


def test_a_table_says_what_it_holds(folder):
    table, = table_statuses(folder)
    assert (table.system, table.rows, table.simulator) == ("lfp_graphite", 96, "analytic stand-in 1")
    assert 0 < table.answered <= 96 and table.problem is None and table.bytes > 1000


def test_parquet_holds_plain_units_and_the_tables_facts(folder, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path, = export_parquet(folder, tmp_path / "out")
    table = parquet.read_table(path)
    assert table.num_rows == 96 and set(VARIABLES) < set(table.column_names)
    thickness = table["positive_thickness_um"].to_pylist()
    low, high = electrode_space("lfp_graphite").variables[0].low, electrode_space("lfp_graphite").variables[0].high
    assert low <= min(thickness) < max(thickness) <= high
    assert json.loads(table.schema.metadata[b"cellwright"])["system"] == "lfp_graphite"
    assert table["capacity_mAh_cm2"].to_pylist()[0] > 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == [path.name]


def test_an_empty_database_has_nothing_to_export(tmp_path):
    pytest.importorskip("pyarrow")
    assert table_statuses(tmp_path) == []
    with pytest.raises(BadInput, match="database build"):
        export_parquet(tmp_path, tmp_path / "out")


def test_build_database_fills_every_standard_table_once_and_then_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.simulate.pool.search_simulator", lambda context: AnalyticSimulator())
    request = build_database.request_type(systems=("lfp_graphite",), rows=48)
    first = build_database.function(request, Context(home=tmp_path))
    assert first.fresh == 48 * len(standard_protocols()) == sum(t.rows for t in first.tables)
    assert build_database.function(request, Context(home=tmp_path)).fresh == 0
    with pytest.raises(BadInput, match="unobtainium"):
        build_database.function(build_database.request_type(systems=("unobtainium",)), Context(home=tmp_path))


@pytest.mark.parametrize("name", ["table.json", "00000-*.npz"])
def test_damage_is_named_and_the_other_tables_still_show(folder, tmp_path, name):
    victim = next(folder.glob(f"*/{name}"))
    victim.write_bytes(b"\x00broken")
    table, = table_statuses(folder)
    assert table.problem is not None and "delete" in table.problem
    with pytest.raises(StoreBroken, match="delete"):
        export_parquet(folder, tmp_path / "out")
