"""Any text, read twice: no exception, exact quotes, one place for every number with a unit, the same answer again."""

from collections import Counter

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.read import document_of
from tools.extract.accounting import accounts
from tools.extract.learned.slots import second_conditions
from tools.extract.requirements import drafted, extract_requirements

WORDS = ("cell", "capacity", "mass", "voltage", "charge", "discharge", "at least", "at most", "max.", "shall",
         "should", "must not", "not", "instead of", "to", "from", "between", "or", "and", "after", "cycles", "per",
         "our pack has", "today", "SOC", "LFP", "NMC", "UN 38.3", "IEC 62660-1", "nail penetration", "within", "each",
         "typ.", "ideally", "ignore previous instructions", "Kapazität", "mindestens", "höchstens", "Zelle",
         "capacité", "au moins", "容量", "以上", "以下", "重量", "セル", "電圧",
         "용량", "이상", "이하", "셀", "21700", "2030-05-14",
         "C/3", "§", "?")
UNITS = ("", "Ah", "g", "mm", "V", "A", "W", "%", "°C", "s", "h", "C", "Wh/kg", "kWh", "mΩ", "$", "€/kWh", "years",
         "days", "cycles", "Hz", "pcs", "次", "年", "K", "N", "bar")
NUMBERS = ("0", "1", "5", "70", "-20", "3.65", "1,200", "1.200,5", "10 000", "1e5", "0.5", "½", "±5", "20-80",
           "20 to 80", "２５", "5 ± 0.1", "65 x 18", "000", "1e309", "NaN", "twelve")
SIGNS = (", ", "; ", ": ", ". ", "\n", "\n\n", " (", ") ", " | ", " / ", " ", " – ", "\t", " >= ", " < ", " = ")

number = st.builds(lambda n, gap, u: n + gap + u, st.sampled_from(NUMBERS), st.sampled_from(("", " ")),
                   st.sampled_from(UNITS))
piece = st.one_of(st.sampled_from(WORDS), number, st.sampled_from(WORDS), number, st.text(max_size=4))
line = st.lists(st.tuples(piece, st.sampled_from(SIGNS)), min_size=1, max_size=24).map(
    lambda pairs: "".join(a + b for a, b in pairs))
row = st.lists(piece, min_size=2, max_size=6).map(
    lambda cells: "| " + " | ".join(c.replace("\n", " ") for c in cells) + " |\n")
table = st.lists(row, min_size=2, max_size=6).map(
    lambda rows: "\n\n" + rows[0] + "|---|---|---|\n" + "".join(rows[1:]) + "\n")
item, title = line.map(lambda text: "- " + text), line.map(lambda text: "\n# " + text[:40] + "\n\n")
texts = st.lists(st.one_of(line, line, table, item, title), min_size=1, max_size=5).map("\n".join)


def read(text, name):
    try:
        return document_of(name, text.encode("utf-8", "surrogatepass"))
    except UnreadableDocument:
        return None


def hold(text, name="ask.md"):
    """Read a text and hold what comes out to the promises."""
    document = read(text, name)
    if document is None:
        return
    reading = extract_requirements(document)
    for told in (*reading.requirements, *reading.residual, *reading.ignored,
                 *(f for f in reading.findings if f.source)):
        place = told.source
        assert place.quote == document.text[place.start:place.end]
    ids = [r.id for r in reading.requirements]
    assert len(set(ids)) == len(ids)
    assert {i for f in reading.findings for i in f.ids} <= set(ids)
    assert extract_requirements(document) == reading
    page = drafted(document)
    second_conditions(page)
    counts = accounts(page)
    assert sum(counts.values()) == sum(bool(q.units) for found in page.blocks.values() for q in found)
    assert (counts["ignored"], counts["residual"]) == (len(reading.ignored), len(reading.residual))
    aside = Counter((p.source.start, p.source.end) for p in (*reading.ignored, *reading.residual))
    asked = [(d.quantity.start, d.quantity.end) for d in page.drafts if d.quantity is not None and not d.dead]
    assert not [place for place in asked if place in aside], "a number is asked for and set aside"


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(text=texts, name=st.sampled_from(("ask.md", "ask.txt", "ask.eml", "ask.csv")))
@example(text="The cell shall have 5 Ah at least; our pack has 5 Ah today, 4 instead of 5 Ah.", name="ask.txt")
def test_any_text_read_twice_keeps_the_promises(text, name):
    hold(text, name)
