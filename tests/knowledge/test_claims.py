"""Reported figures out of sentences and tables: right or left out, with quotes that stand, merged with their spread."""

from pathlib import Path

import pytest
import yaml

from evals.literature_tasks import mine as mine_labelled
from evals.scorers.claims import claim_precision, claim_recall
from evals.suites import REPO, SuiteCase
from knowledge.evidence import Claim, Passage, Source
from knowledge.literature.claims.merge import merged
from knowledge.literature.claims.mine import mine_text
from knowledge.literature.claims.reading import materials, number, properties, quantities
from knowledge.literature.claims.shelf import claims_of, reported
from knowledge.literature.claims.tables import mine_tables
from knowledge.literature.ingest import add_files, works_in
from knowledge.literature.store import PassageStore

SAMPLES = Path(__file__).parent / "literature"


def passage(text, **more):
    source = Source(key="k", kind="paper", title="A title", **more)
    return Passage(id="p", text=text, source=source, place="paragraph 1", document="d", start=100, end=100 + len(text))


def told(text):
    return [(c.composition, c.property, c.value) for c in mine_text(passage(text))]


def test_on_labelled_sentences_nearly_everything_taken_is_right():
    case = mine_labelled(SuiteCase(name="s", document="evals/cases/claims/sentences.yaml"))
    assert len(case.rows) == 100
    assert claim_precision(case, None).value >= 0.9, claim_precision(case, None).reason
    assert claim_recall(case, None).value >= 0.8


@pytest.mark.parametrize(("name", "sentences", "sources"), [
    ("real", 155, 50), ("new", 109, 8), ("open_a", 110, 25), ("open_b", 131, 23), ("open_c", 55, 12)])
def test_on_published_sentences_what_is_taken_is_right(name, sentences, sources):
    document = f"evals/cases/claims/sentences_{name}.yaml"
    case = mine_labelled(SuiteCase(name=name, document=document))
    named_in = {row[2] for row in yaml.safe_load((REPO / document).read_text(encoding="utf-8"))}
    assert len(case.rows) == sentences and len(named_in) >= sources
    assert claim_precision(case, None).value >= 0.9, claim_precision(case, None).reason


@pytest.mark.parametrize(("text", "claims"), [
    # the energy of a cell is none of its material; a share kept at a higher rate or of something else is no retention
    ("The NMC811||graphite pouch cell delivers an energy density of 300 Wh kg−1 at C/3.", []),
    ("The energy density of NMC811 is 760 Wh/kg.", [("nmc811", "specific_energy", 760.0)]),
    ("The LFP cathode retains 60% of its capacity at 10 C.", []),
    ("The LFP cathode retains 92% of its nominal voltage after 100 cycles.", []),
    ("After 500 cycles, 85% of the LFP particles retained their shape.", []),
    ("The LFP cathode retains 92% of its capacity after 100 cycles.", [("lfp", "capacity_retention", 92.0)]),
    # something was done to the material, or it is a part of a mixture
    ("The SPE NCM811 cathode delivered a capacity of 75.9 mA h g-1.", []),
    ("LiFePO4 with 3% Mg gives 158 mAh g−1 at 1 C.", []),
    ("The capacity of LFP increased from 150 to 165 mAh/g.", []),
    ("The LFP cell showed a capacity that rose to 165 mAh/g.", []),
    ("The electrolyte containing 10 wt% LLZTO showed an ionic conductivity of 3.1 × 10−4 S cm−1.", []),
    ("The PEO with 40 nm LLZTO particles showed an ionic conductivity of 2.1 × 10−4 S cm−1.", []),
    ("For LiFePO4/C, the discharge capacity is 154 mAh g−1 at 0.1 C.", []),
    # computed, chosen or given values, and numbers that the print broke
    ("DFT shows that the average voltage of LiFePO4 is 3.45 V.", []),
    ("In the graphite anode 1 C corresponds to 372 mAh/g.", []),
    ("LCO was charged to 4.5 V with an average voltage of 3.95 V.", [("lco", "potential", 3.95)]),
    ("For an areal capacity of 5 mAh cm−2, LCO electrodes are thick.", []),
    ("The NCM811 cathode exhibits a capacity of 145. 57 mAh g-1 at 5 C.", []),
    ("The makers of the NMC532 cells project 70 % of the capacity after ten years.", []),
    ("An LFP cell carries a cathode and an anode of 3.44 and 3.66 mAh/cm² on thin foils.", []),
    # more than a material can store is another one's; only lithium metal comes near its capacity
    ("The graphite anode with a coat of tin gives a capacity of 990 mAh g−1.", []),
    ("Li-metal anodes have a high theoretical capacity (3,860 mAh g-1).", [
        ("lithium_metal", "specific_capacity", 3860.0)]),
    # whose figure it is beside others, and in cells
    ("The capacity is 172 mAh g−1 for LWO-NMC811 and 170 mAh g−1 for bare NMC811.", [
        ("nmc811", "specific_capacity", 170.0)]),
    ("They had capacities of 186 mAh g−1 and 184 mAh g−1 for bare NMC811 and LWO-NMC811, respectively.", [
        ("nmc811", "specific_capacity", 186.0)]),
    ("Tests showed capacities of 94 mAh/g, 63 mAh/g, and 84 mAh/g for NMC111, NMC442, and NMC532, respectively.", [
        ("nmc111", "specific_capacity", 94.0), ("NMC442", "specific_capacity", 63.0),
        ("nmc532", "specific_capacity", 84.0)]),
    ("The graphite||NMC811 cell delivered a capacity of 186 mAh g−1.", [("nmc811", "specific_capacity", 186.0)]),
    ("A retention of 87% of LiNi 0.8 Co 0.1 Mn 0.1 O 2 ||Li was found after 200 cycles.", [
        ("nmc811", "capacity_retention", 87.0)]),
    ("With a theoretical capacity of 372 mAh/g, graphite is a common anode.", [
        ("graphite", "specific_capacity", 372.0)]),
    ("The pristine LFP has 69% capacity retention after 88 cycles, whereas the coated one has 85%.", [
        ("lfp", "capacity_retention", 69.0)]),
])
def test_what_is_refused_and_what_stands_beside_it(text, claims):
    assert told(text) == claims


@pytest.mark.parametrize(("written", "name", "sort"), [
    ("LiNi 0.8 Mn 0.1 Co 0.1 O 2", "nmc811", "active"), ("Li[Ni0.8Mn0.1Co0.1]O2", "nmc811", "active"),
    ("Li 6 PS 5 Cl", "argyrodite", "ion_conductor"), ("NMC442", "NMC442", "active"),
    ("CuCo2O4", "CuCo2O4", "active"), ("LiFePO 4", "lfp", "active"), ("Li 10 GeP 2 S 12", "lgps", "ion_conductor")])
def test_formulas_as_they_are_handed_on(written, name, sort):
    found, = materials(f"it was {written} there")
    assert (found.name, found.sort) == (name, sort)


@pytest.mark.parametrize(("text", "claims"), [
    # a bar stands between the electrodes of a cell: the figures are the cathode's
    ("The LiCoO2|Li full cell delivers a discharge capacity of 134 mAh g−1.", [("lco", "specific_capacity", 134.0)]),
    ("The Li||NCM811 coin cell shows a discharge capacity of 205 mAh/g.", [("nmc811", "specific_capacity", 205.0)]),
    ("The NMC811|graphite cell shows a capacity of 190 mAh/g.", [("nmc811", "specific_capacity", 190.0)]),
    ("The LFP cell shows two potential plateaus at 3.4 and 3.3 V.", [
        ("lfp", "potential", 3.4), ("lfp", "potential", 3.3)]),
    ("NMC811-based cathodes gave a capacity of 195 mAh/g.", [("nmc811", "specific_capacity", 195.0)]),
    ("Graphite-based anodes gave a capacity of 500 mAh/g.", []),
    # a share of the energy, or of what a warmer cell gives, is no retention
    ("The bare LCO electrode retained 94% of its energy density after 400 cycles.", []),
    ("At −20 °C the LMO electrode gave a retention of 84% of the capacity at room temperature.", []),
    # layers named with their thickness are a composite; the power of a unit is no figure of a list
    ("The Si (15 nm)/C (5 nm) anode has a capacity of 2640 mA h g−1.", []),
    ("LFP gave a capacity of 160 mA h g−1 and 150 mA h g−1.", [
        ("lfp", "specific_capacity", 160.0), ("lfp", "specific_capacity", 150.0)]),
    ("Li5.4PS4.4(BH4)1.2Cl0.5 has an ionic conductivity of 16 mS/cm.", [
        ("Li5.4PS4.4(BH4)1.2Cl0.5", "conductivity", 0.016)]),
])
def test_whose_figure_it_is(text, claims):
    assert told(text) == claims


@pytest.mark.parametrize(("written", "value"), [
    ("3.08 × 10−4", 3.08e-4), ("1,200", 1200), ("10−9", 1e-9), ("2.5·10^3", 2500), ("0.35", 0.35)])
def test_numbers_as_papers_write_them(written, value):
    assert number(written) == pytest.approx(value)


@pytest.mark.parametrize(("written", "unit"), [
    ("157 mAh g−1", "mAh/g"), ("162 mAh•g -1", "mAh/g"), ("1.05 g/mL", "g/cm3"),
    ("157 mA h/g", "mAh/g"), ("3 mAh cm−2", "mAh/cm2"), ("2 mS cm-1", "mS/cm"),
    ("45 m2 g−1", "m2/g"), ("6 × 10−14 cm2 s−1", "cm2/s"), ("12 mg/cm2", "mg/cm2"), ("1.3 g cm−3", "g/cm3"),
    ("25 °C", "degC")])
def test_units_as_papers_write_them(written, unit):
    quantity, = quantities(f"it was {written} there")
    assert quantity.unit == unit


def test_composites_are_not_taken_for_their_parts():
    sorts = {f.name: f.sort for f in materials("LiFePO4/graphene, LiFePO4/Li, and NMC811 with PVdF-SiO2")}
    assert materials("LiFePO4/graphene film")[0].sort == "composite"
    assert materials("a LiFePO4/Li cell")[0].sort == "active"
    assert sorts["nmc811"] == "active" and sorts["pvdf"] == "composite"


@pytest.mark.parametrize("text", [
    "NMC811 should reach 220 mAh/g in the next cell generation.", "The capacity of LFP fell by 12 mAh/g in a month.",
    "More than 160 mAh/g were found for LFP in this work.", "LiFePO4/graphene composites gave 166 mAh/g at 0.1 C.",
    "Coin cells gave a capacity of 150 mAh/g at 0.1 C in all tests.",
])
def test_what_is_in_doubt_is_left_out(text):
    assert told(text) == []


@pytest.mark.parametrize("text", [
    "The NMC532 pouch cells were cycled for weeks at 2.5 mAh/cm2 in the oven.",
    "LTO electrodes of either thickness ran at a current density of 4 mAh cm−2.",
])
def test_a_unit_alone_does_not_make_a_condition_or_another_quantity_a_property(text):
    assert told(text) == []


@pytest.mark.parametrize(("text", "found"), [
    ("The LCO (145 mAh/g) and graphite (372 mAh/g) of the cell were weighed before the separator was put in.",
     [("lco", "specific_capacity", 145), ("graphite", "specific_capacity", 372)]),
    ("The 3.3 mAh/cm2 NCM811 cathodes met a coated separator in all of the cells here.",
     [("nmc811", "areal_capacity", 3.3)]),
    ("Diffusion in LTO (2 × 10−8 cm2 s−1) is faster than in graphite, as others have found.",
     [("lto", "diffusion_coefficient", 2e-8)]),
    ("Carbon-coated LFP (150 mAh/g) was mixed with a binder in all of the cells here.", []),
    ("It was painted onto graphite paper to a loading of 0.5 mg/cm2 for both of the electrodes.", []),
    ("A capacity of 3635 mAh/g was found for hydrogenated silicon in a thin film.", []),
    ("The capacity of 165 mAh/g for the LTO electrode is above that of the LFP film here.",
     [("lto", "specific_capacity", 165)]),
    ("The capacity of 165 mAh/g for the LTO composite is above that of the LFP film here.", []),
    ("The theoretical density of LLZNO was 5.20 g/cm3, and the relative density came from its measured density.", []),
    ("Its hybridization with carbon gave SnO2 a reversible capacity of 634 mAh/g in all of the cells.", []),
])
def test_a_figure_right_beside_a_material_is_its_own(text, found):
    assert told(text) == found


def test_a_unit_alone_is_enough_where_nothing_speaks_against_it():
    assert told("The NMC532 electrodes of 2.5 mAh/cm2 were dried.") == [("nmc532", "areal_capacity", 2.5)]


def test_a_claim_quotes_its_sentence_with_offsets_conditions_and_method():
    text = "Cells were made. The conductivity of LLZO is 0.4 mS/cm at 25 °C, as EIS shows. It is stable."
    claim, = mine_text(passage(text))
    assert claim.quote == "The conductivity of LLZO is 0.4 mS/cm at 25 °C, as EIS shows."
    assert (claim.start - 100, claim.end - 100) == (text.index("The"), text.index(" It"))
    assert (claim.value, claim.unit, claim.conditions) == (0.0004, "S/cm", ("25 °C",))
    assert claim.method == "impedance spectroscopy"


def test_retracted_papers_report_nothing():
    from knowledge.literature.claims.mine import mine

    text = "The LFP cathode gave a discharge capacity of 157 mAh/g."
    assert list(mine([passage(text)])) and not list(mine([passage(text, status="retracted")]))


def test_table_cells_under_a_head_with_unit():
    work, = works_in(SAMPLES / "capacities.nxml", "0" * 64)
    found = list(mine_tables(work))
    assert [(c.composition, c.property, c.value) for c in found] == [
        ("lfp", "specific_capacity", 158.0), ("lfp", "density", 2.1), ("nmc811", "specific_capacity", 199.0),
        ("nmc811", "density", 2.6)]
    assert found[0].place == "Table 1, row 2, column 2"
    assert all(work.text[c.start:c.end] == c.quote for c in found)


def claim(value, source, name="lfp"):
    return Claim(composition=name, property="specific_capacity", value=value, unit="mAh/g", quote="q", passage="p",
                 place="abstract", source=source)


def test_claims_merge_with_their_spread():
    rows = [claim(v, s) for v, s in ((150, "a"), (150, "a"), (160, "b"), (155, "b"), (170, "c"))]
    one, = merged(rows)
    assert (one.count, one.sources, one.median, one.low, one.high) == (4, 3, 157.5, 150, 170)
    assert one.in_words() == "4 reported values, median 157.5 mAh/g, 150 to 170 (3 sources)"
    assert one.quartiles is not None and one.claims[0].value in (155, 160)


def test_a_store_is_mined_once(tmp_path, monkeypatch):
    store = PassageStore(tmp_path / "own")
    add_files(store, [SAMPLES / "capacities.nxml"], lambda *_: None)
    first = claims_of(store)
    assert {c.source for c in first} == {"doi:10.5555/invented.2023.3"}
    monkeypatch.setattr("knowledge.literature.claims.shelf.mine_tables", lambda work: 1 / 0)
    assert claims_of(store) == first
    assert reported(store, ["nmc811"])[0].composition == "nmc811" and not reported(store, ["nca"])


def test_every_property_has_words_and_a_plausible_range():
    for known in properties():
        assert known.words and known.range[0] < known.range[1] and known.sorts
