"""What is told of the requirements: only what cannot hold, what is beyond the substances, what the answer changes."""

import pytest

from knowledge.document import Block, Document
from knowledge.requirement import Requirement, SourceSpan
from knowledge.vocabulary import bounds
from tools.extract.couplings import applicable
from tools.extract.findings import examine, up_to_questions
from tools.extract.page import Draft, Page
from tools.extract.superseded import settle_notes


def asks(*rows):
    """Requirements of the cell: (metric, comparator, value, unit, conditions or priority)."""
    found = []
    for n, (metric, comparator, value, unit, *more) in enumerate(rows, 1):
        conditions = next((m for m in more if isinstance(m, dict)), {})
        priority = next((m for m in more if isinstance(m, str)), "must")
        found.append(Requirement(
            id=f"R{n:02d}", metric=metric, comparator=comparator, value=value, unit=unit, conditions=conditions,
            priority=priority, source=SourceSpan(document="a.txt", quote=f"{metric} {value}")))
    return found


def kinds(*rows):
    return [(f.kind, f.ids) for f in examine(asks(*rows))]


@pytest.mark.parametrize(("low", "high"), [
    (("height", "<=", 119.0, "mm"), ("height", "tolerance", [124.0, 1.0, 1.0], "mm")),
    (("vent_pressure", "<=", 950.0, "kPa"), ("vent_pressure", ">=", 1000.0, "kPa")),
    (("nominal_voltage", "=", 3.2, "V"), ("nominal_voltage", "=", 3.7, "V")),
])
def test_disjoint_musts_are_a_contradiction(low, high):
    assert kinds(low, high) == [("conflict", ("R01", "R02"))]


@pytest.mark.parametrize(("one", "other"), [
    (("capacity", ">=", 5.0, "Ah"), ("capacity", ">=", 4.8, "Ah")),
    (("mass", "<=", 70.0, "g"), ("mass", ">=", 72.0, "g", "should")),
    (("dcir", "<=", 20.0, "mohm", {"life": "BOL"}), ("dcir", ">=", 30.0, "mohm", {"life": "EOL"})),
    (("outgassing", "<=", 0.1, "%", {"basis": "CVCM"}), ("outgassing", ">=", 1.0, "%", {"basis": "TML"})),
    (("sample_quantity", "=", 120.0, None), ("sample_quantity", "=", 600.0, None)),
    (("order_quantity", "=", 20000.0, None), ("order_quantity", "<=", 2000.0, None)),
    (("operating_temperature_discharge", "<=", -30.0, "degC"), ("operating_temperature_discharge", ">=", 55.0, "degC")),
    (("diameter", "tolerance", [26.2, 0.2, 0.1], "mm"), ("diameter", "<=", 0.1, "mm")),
])
def test_what_can_hold_or_is_of_two_things_is_none(one, other):
    assert kinds(one, other) == []


def test_limits_that_are_out_of_order():
    assert kinds(("nominal_voltage", "=", 3.7, "V"), ("max_voltage", "<=", 3.6, "V")) == [("conflict", ("R01", "R02"))]
    assert kinds(("nominal_voltage", "=", 3.2, "V"), ("max_voltage", "<=", 3.65, "V")) == []


def test_an_energy_that_no_substance_holds_in_its_mass():
    (told,) = examine(asks(("energy", ">=", 50.0, "Wh"), ("mass", "<=", 70.0, "g")))
    assert told.kind == "infeasible" and "714 Wh/kg" in told.text and "600 Wh/kg" in told.text   # 50 / 0.070
    assert kinds(("energy", ">=", 20.0, "Wh"), ("mass", "<=", 70.0, "g")) == []


def test_what_is_far_beyond_a_bound_is_of_a_pack():
    assert kinds(("energy", ">=", 96.0, "Wh"), ("mass", "<=", 46.0, "g")) == []
    assert kinds(("nominal_voltage", "=", 51.2, "V")) == []
    assert [k for k, _ in kinds(("nominal_voltage", "=", 5.5, "V"))] == ["infeasible"]


def test_several_cells_in_one_document_are_not_coupled():
    rows = [("energy", ">=", 50.0, "Wh"), ("mass", "<=", 70.0, "g"), ("mass", "<=", 7.2, "g")]
    assert kinds(*rows) == []


LFP = ("cathode_chemistry", "in", ["LFP"], None)


@pytest.mark.parametrize("row", [
    ("specific_energy", ">=", 242.0, "Wh/kg"), ("charge_voltage", "=", 4.2, "V"), ("nominal_voltage", "=", 3.7, "V")])
def test_bounds_of_lfp_hold_where_nothing_else_is_allowed(row):
    (told,) = examine(asks(row, LFP))
    assert told.kind == "infeasible" and "bound" in told.text
    assert kinds(row) == [] == kinds(row, ("cathode_chemistry", "in", ["LFP", "NMC"], None))


def test_a_metal_anode_lifts_the_bound_of_graphite():
    row, metal = ("specific_energy", ">=", 242.0, "Wh/kg"), ("anode_chemistry", "in", ["lithium metal"], None)
    assert kinds(row, LFP, metal) == []


def test_the_tightest_bound_comes_first_and_every_bound_says_why():
    found = applicable(asks(LFP), "specific_energy")
    assert [b.bound for b in found] == [230, 600]
    assert all(b.reason and (b.kind == "derived" or "assumption" in b.reason) for b in bounds())


def test_a_charge_pulse_and_a_titanate_plate_no_lithium():
    rate = ("charge_rate", ">=", 10.0, "C", {"temperature_C": 23.0})
    assert [k for k, _ in kinds(rate)] == ["infeasible"]
    assert kinds(("charge_rate", ">=", 10.0, "C", {"temperature_C": 23.0, "duration_s": 20.0})) == []
    assert kinds(rate, ("anode_chemistry", "in", ["LTO"], None)) == []


def test_one_finding_for_all_loads_at_one_temperature_outside_of_the_window():
    window = ("operating_temperature_discharge", "range", [-25.0, 45.0], "degC")
    loads = [("discharge_current_pulse", ">=", v, "A", {"temperature_C": -40.0}) for v in (60.0, 150.0)]
    assert kinds(window, *loads) == [("conflict", ("R01", "R02", "R03"))]
    assert kinds(window, ("discharge_current_pulse", ">=", 60.0, "A", "info", {"temperature_C": -40.0})) == []
    assert kinds(window, ("discharge_current_pulse", ">=", 60.0, "A", {"temperature_C": -25.2})) == []


def test_up_to_is_a_question_only_where_it_may_be_a_most():
    rows = asks(("cycle_life", ">=", 500.0, "cycle"), ("altitude", ">=", 3000.0, "m"), ("mass", "<=", 70.0, "g"),
                ("cycle_life", ">=", 800.0, "cycle", "should"))
    assert [f.ids for f in up_to_questions(rows, {r.id for r in rows})] == [("R01",)]


class Number:
    """A quantity as far as notes look at it."""

    def __init__(self, start, end):
        self.start, self.end, self.units = start, end, (object(),)


@pytest.fixture
def page(monkeypatch):
    text = "105 Ah 110 Ah"
    block = Block(index=0, kind="paragraph", text=text, start=0, end=len(text))
    made = Page(Document(name="a", sha256="0" * 64, media="text", text=text, blocks=(block,)), text,
                {0: [Number(0, 6), Number(7, 13)]})
    monkeypatch.setattr("tools.extract.superseded.correcting", lambda *_: False)
    return made


def drafts(page, *dead):
    block = page.document.blocks[0]
    made = [Draft("capacity", ">=", v, "Ah", q.start, q.end, block, quantity=q)
            for v, q in zip((105.0, 110.0), page.blocks[0], strict=True)]
    for n in dead:
        made[n].dead = True
    page.drafts = list(made)
    return made


def note(page, kind, text, **more):
    page.note(kind, text, page.document.blocks[0], 0, 13, **more)


def test_a_replaced_value_is_not_asked_for_anew(page):
    old, new = drafts(page, 0)
    again = Draft("capacity", ">=", 105.0, "Ah", 0, 6, old.block, quantity=old.quantity, method="taught")
    page.drafts.append(again)
    note(page, "superseded", "capacity: 105 is replaced by 110", old=old, drafts=[new])
    settle_notes(page)
    assert again.dead and not new.dead and len(page.notes) == 1


def test_a_withdrawn_demand_is_not_made_anew(page):
    old, other = drafts(page, 0)
    again = Draft("capacity", ">=", 105.0, "Ah", 0, 6, old.block, quantity=old.quantity, method="taught")
    page.drafts.append(again)
    note(page, "superseded", "capacity: 105 is withdrawn by a later statement", gone=[old])
    settle_notes(page)
    assert again.dead and not other.dead and len(page.notes) == 1


def test_a_note_whose_new_value_is_no_requirement_is_gone(page):
    old, new = drafts(page, 0, 1)
    note(page, "superseded", "capacity: 105 is replaced by 110", old=old, drafts=[new])
    settle_notes(page)
    assert page.notes == []


def test_a_value_replaced_twice_keeps_both_notes(page):
    old, new = drafts(page, 0, 1)
    last = Draft("capacity", ">=", 120.0, "Ah", 20, 26, old.block, quantity=Number(20, 26))
    page.drafts.append(last)
    note(page, "superseded", "105 is replaced by 110", old=old, drafts=[new])
    note(page, "superseded", "110 is replaced by 120", old=new, drafts=[last])
    settle_notes(page)
    assert len(page.notes) == 2


def test_a_distractor_keeps_only_what_is_no_requirement(page):
    drafts(page, 0)
    note(page, "distractor", "105 Ah, 110 Ah: a number of an earlier or present cell")
    settle_notes(page)
    assert [n["text"] for n in page.notes] == ["105 Ah: a number of an earlier or present cell"]
    drafts(page)
    settle_notes(page)
    assert page.notes == []


def test_a_charge_that_needs_more_current_than_is_allowed():
    cell = (("capacity", ">=", 140.0, "Ah", "must", {}), ("charge_current", "<=", 210.0, "A", "must", {}))
    window = {"soc_from_pct": 10.0, "soc_to_pct": 80.0}
    asked = ("fast_charge_time", "<=", 20.0, "min", "must", window)      # 0.7 x 140 Ah / (1/3 h) = 294 A
    assert kinds(*cell, asked) == [("conflict", ("R03", "R02", "R01"))]
    assert kinds(*cell, ("fast_charge_time", "<=", 30.0, "min", "must", window)) == []      # 196 A


def test_a_wish_that_the_must_already_passes_or_rules_out():
    must = ("thickness", "range", [5.2, 5.4], "mm", "must", {})
    assert kinds(must, ("thickness", "<=", 5.0, "mm", "should", {})) == [("conflict", ("R02", "R01"))]
    assert kinds(("cycle_life", ">=", 1000.0, "cycle", "must", {}),
                 ("cycle_life", ">=", 800.0, "cycle", "should", {})) == [("conflict", ("R02", "R01"))]
    assert kinds(("cycle_life", ">=", 1000.0, "cycle", "must", {}),
                 ("cycle_life", ">=", 1500.0, "cycle", "should", {})) == []


@pytest.mark.parametrize(("whole", "told"), [(106_000.0, 1), (104_000.0, 0), (1_200_000.0, 0)])
def test_cells_of_a_module_hold_less_than_it_is_to_hold(whole, told):
    cell, count, module = asks(("energy", ">=", 1004.8, "Wh", "must", {}),
                               ("cell_count", "=", 104.0, "cell", "must", {}),
                               ("energy", ">=", whole, "Wh", "must", {}))
    parts = [cell, *(r.model_copy(update={"level": "module"}) for r in (count, module))]
    found = [f for f in examine(parts) if f.kind == "conflict"]      # 104 x 1004.8 Wh = 104,499 Wh
    assert len(found) == told and all("104 cells" in f.text for f in found)
