"""`cellwright profile` and `cellwright impedance`: tables, JSON, plots, and what is said of files that cannot be."""

import json

import pytest

from tests.agent.stand_in_tools import cellwright
from tools.simulate.standard import EXAMPLE_DESIGN


@pytest.fixture
def design(tmp_path):
    path = tmp_path / "cell.json"
    path.write_text(json.dumps(EXAMPLE_DESIGN), encoding="utf-8")
    return path


def csv(tmp_path, text):
    path = tmp_path / "load.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_profile_is_followed_printed_and_drawn(tmp_path, design):
    load, plot = csv(tmp_path, "time [min],power [W]\n0,6\n5,6\n5,-4\n9,-4\n"), tmp_path / "load.svg"
    result = cellwright(tmp_path, "profile", design, load, "--soc", "60", "--plot", plot, "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "") and answer["ledger_key"]
    assert answer["energy_out_Wh"] == pytest.approx(0.5, rel=0.01)
    assert answer["energy_in_Wh"] == pytest.approx(4 * 4 / 60, rel=0.01)
    assert len(answer["curve"]["time_s"]) == len(answer["curve"]["temperature_C"])
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    shown = cellwright(tmp_path, "profile", design, load, "--soc", "60")
    assert "energy out" in shown.stdout and "the profile's end" in shown.stdout and "DFN-simulated" in shown.stdout


def test_an_impedance_is_printed_and_drawn(tmp_path, design):
    plot = tmp_path / "nyquist.svg"
    result = cellwright(tmp_path, "impedance", design, "--lowest", "1", "--highest", "1000", "--plot", plot, "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0 and len(answer["frequency_Hz"]) == 31 and min(answer["real_mohm"]) > 0
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    assert "Re Z" in cellwright(tmp_path, "impedance", design, "--lowest", "1", "--highest", "1000").stdout


@pytest.mark.parametrize(("text", "more", "words"), [
    ("time,current\n0,-2\n3600,-2\n", (), "turn the sign"), ("time,current\n0,2\n9,nan\n10,2\n", (), "row 3"),
    ("time,current\n0,2\n10,2\n", ("--plot", "load.png"), ".svg"), ("a,b\n0,2\n10,2\n", (), "no column for time")])
def test_a_file_that_cannot_be_followed_is_said_without_a_traceback(tmp_path, design, text, more, words):
    result = cellwright(tmp_path, "profile", design, csv(tmp_path, text), *more)
    assert result.exit_code == 2 and words in result.stderr and "Traceback" not in result.stderr
