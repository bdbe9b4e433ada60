"""Pack rows of a document: what they ask of a pack, and the figures that stand beside them."""

import pytest

from knowledge.figure import Figure, Verdict
from knowledge.pack import Overheads, PackBuilt
from knowledge.requirement import Requirement, SourceSpan
from tools.verify.judge import judge
from tools.verify.pack_rows import pack_hint, pack_needs, with_pack

SPAN = SourceSpan(document="ask.md", quote="x")


def row(id, metric, comparator, value, unit, level="pack", priority="must"):
    return Requirement(id=id, metric=metric, comparator=comparator, value=value, unit=unit, level=level,
                       priority=priority, source=SPAN)


PACK = (row("R1", "usable_energy", ">=", 60_000.0, "Wh"), row("R2", "voltage_window", "range", [260.0, 420.0], "V"),
        row("R3", "mass", "<=", 380_000.0, "g"), row("R4", "discharge_power_pulse", ">=", 150_000.0, "W"))


def test_needs_come_from_the_packs_rows_in_their_units():
    needs = pack_needs([*PACK, row("R9", "mass", "<=", 70.0, "g", level="cell")])
    assert needs is not None
    assert (needs.energy_kWh, needs.v_min, needs.v_max, needs.mass_kg, needs.power_kW) == (60, 260, 420, 380, 150)


@pytest.mark.parametrize("rows", [(), PACK[:1], PACK[1:3], (row("R1", "energy", ">=", 60_000.0, "Wh", level="cell"),)])
def test_too_little_for_counts_is_no_need(rows):
    assert pack_needs(rows) is None


def test_a_must_wins_over_a_wish_of_the_same_metric():
    needs = pack_needs([row("R0", "usable_energy", ">=", 80_000.0, "Wh", priority="should"), *PACK])
    assert needs is not None and needs.energy_kWh == 60


def built():
    figure = Figure(metric="mass", value=352.0, unit="kg", method="dfn", origin="x", low=300.0, high=400.0)
    return PackBuilt(series=100, parallel=40, v_min=250, v_max=420, figures=(figure,), overheads=Overheads())


def test_figures_of_the_pack_inform_and_decide_nothing():
    before = judge(PACK, ())
    after = with_pack(before, built())
    assert [v.verdict for v in after] == ["not evaluated"] * 4
    assert "estimated 352 kg (300 to 400)" in after[2].reason and "100 in series and 40 in parallel" in after[2].reason
    assert after[0].reason == before[0].reason and after[0].figure is None
    assert "250 to 420 V" in after[1].reason and "asked ≤ 380000 g" in after[2].reason


def test_why_there_is_no_pack_is_told():
    told: tuple[Verdict, ...] = with_pack(judge(PACK, ()), "no series count keeps 260 to 420 V")
    assert "no series count" in told[0].reason
    assert with_pack(told, None) == told


@pytest.mark.parametrize(("rows", "said"), [
    (PACK, "`cellwright pack needs nmc532_graphite --energy 60 --power 150 --v-max 420 --v-min 260 --mass 380`"),
    ((PACK[0], row("R2", "nominal_voltage", "=", 400.0, "V")), "--energy 60 --series 107`"),
    (PACK[:1], "`cellwright pack needs nmc532_graphite --energy 60 --v-max V` says what each cell must do (V and KWH"),
    ((row("R1", "mass", "<=", 70.0, "g", level="cell"),), ""),
])
def test_numbers_of_a_pack_alone_lead_to_the_command_that_turns_them_into_a_cells(rows, said):
    hint = pack_hint(rows, "nmc532_graphite")
    assert said in hint and bool(hint) == bool(said)


def test_the_command_that_is_told_is_understood():
    from typer.testing import CliRunner

    from evals.cli import app

    words = pack_hint(PACK, "nmc532_graphite").split("`")[1].split()
    answer = CliRunner().invoke(app, words[1:])
    assert answer.exit_code == 0 and "100 in series" in answer.output
