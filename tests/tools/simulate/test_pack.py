"""Packs: counts by hand, figures scale, needs and build are inverse, impossible voltages are refused."""

import pytest

from knowledge.pack import Overheads, PackNeeds
from tools.failures import BadInput, FailureClass, Infeasible
from tools.ledger import Ledger
from tools.run import Success, run
from tools.simulate.pack import BuildPack, PackToCell, build_pack, build_packs, pack_to_cell, series_count, window
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    def one(**needs):
        return run(build_pack, {"design": EXAMPLE_DESIGN, "needs": needs}, Context(home=home), Ledger(home / "ledger"))

    return one


def figures(answer):
    assert isinstance(answer, Success), answer
    return {f.metric: f for f in answer.result.figures}


def test_figures_of_a_pack_scale_with_its_cells_and_name_their_ledger_row(built):
    small, large = (built(series=10, parallel=n) for n in (2, 4))
    one, two = figures(small), figures(large)
    for metric in ("mass", "energy", "capacity", "discharge_power_pulse"):
        assert two[metric].value == pytest.approx(2 * one[metric].value)
    assert two["dcir"].value == pytest.approx(one["dcir"].value / 2)
    assert two["specific_energy"].value == pytest.approx(one["specific_energy"].value)
    assert one["usable_energy"].value == pytest.approx(0.9 * one["energy"].value)
    assert one["mass"].value == pytest.approx(20 * 0.068 / 0.7, rel=0.05)
    assert all(f.low < f.value < f.high and f.origin == small.key for f in one.values())
    assert small.result.v_max == pytest.approx(42) and small.result.v_min == pytest.approx(25)


def test_the_fewest_cells_that_keep_the_asks(built):
    answer = built(energy_kWh=2.0, v_max=60.0, mass_kg=5.0)
    pack, usable = answer.result, figures(answer)["usable_energy"].value
    assert pack.series == 14 and usable >= 2.0 > usable * (pack.parallel - 1) / pack.parallel
    assert "mass not kept" in pack.note and "usable energy kept" in pack.note


def test_needs_of_a_cell_are_the_inverse_of_the_pack():
    needs = PackNeeds(energy_kWh=60, v_max=420, mass_kg=400, volume_L=300, power_kW=200)
    found = pack_to_cell.function(PackToCell(needs=needs, system="nmc811_graphite_siox"), Context(home=None))
    over = Overheads()
    assert len(found.options) == 8
    for option in found.options:
        n = option.series * option.parallel
        assert option.series == 100
        assert n * option.energy_Wh_min * window(over) == pytest.approx(60_000)
        assert n * option.mass_g_max / over.mass_share.value == pytest.approx(400_000)
        assert option.specific_energy_Wh_kg_min == pytest.approx(60_000 / 0.9 / (400 * 0.7))
        assert n * option.power_W_min == pytest.approx(200_000)


def test_voltages_that_no_count_keeps_and_asks_that_say_nothing():
    with pytest.raises(Infeasible, match="at least 195 and at most 111"):
        series_count(PackNeeds(v_max=400, v_min=390), 2.0, 3.6, 3.2)
    assert series_count(PackNeeds(v_max=400, nominal_V=320), 2.0, 3.6, 3.2) == 100
    with pytest.raises(BadInput, match="v_max or nominal_V"):
        series_count(PackNeeds(energy_kWh=1), 2.0, 3.6, 3.2)
    with pytest.raises(BadInput, match="soc_low_pct"):
        window(Overheads(soc_low_pct=90, soc_high_pct=10))
    with pytest.raises(BadInput, match="energy_kWh or needs.power_kW"):
        pack_to_cell.function(PackToCell(needs=PackNeeds(v_max=400), system="lfp_graphite"), Context(home=None))


def test_a_pack_without_counts_is_refused(built):
    answer = built(v_max=60.0)
    assert answer.failure_class is FailureClass.BAD_INPUT and "parallel" in answer.message
    assert BuildPack.model_validate(build_pack.example).needs.series == 96


def test_packs_of_several_cells_are_built_and_one_that_cannot_be_says_why(tmp_path):
    context, ledger = Context(home=tmp_path), Ledger(tmp_path / "ledger")
    request = {"designs": [EXAMPLE_DESIGN], "needs": {"energy_kWh": 60, "v_max": 420}}
    row = run(build_packs, request, context, ledger).result.rows[0]
    assert row.pack is not None and row.pack.series == int(420 / 4.2) and row.pack.v_max <= 420
    narrow = {**request, "needs": {"energy_kWh": 60, "v_min": 300, "v_max": 420}}
    refused = run(build_packs, narrow, context, ledger).result.rows[0]
    assert refused.pack is None and "no series count" in refused.why
