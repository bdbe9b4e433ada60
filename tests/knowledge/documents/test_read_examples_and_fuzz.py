"""The example files keep the promises, and damaged bytes give a document that keeps them or one clear refusal."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.read import document_of, read_document

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = [ROOT / "examples" / "rfx", ROOT.parent / "shared" / "data" / "rfx_examples"]
SUFFIXES = {".pdf", ".docx", ".xlsx", ".eml", ".md", ".txt", ".html"}
EXAMPLES = [path for folder in FOLDERS if folder.exists() for path in sorted(folder.iterdir())
            if path.suffix in SUFFIXES]


@pytest.fixture(scope="module")
def seeds(request):
    """One small valid file of each kind."""
    make = request.getfixturevalue("make_once")
    return {
        "a.pdf": make.pdf("= Data\n#table(columns: 2, [Item],[Value],[Mass],[70 g])\n#lorem(30)"),
        "a.docx": make.docx(lambda d: (d.add_heading("Data"), d.add_table(2, 2).cell(0, 0).add_paragraph("Mass"))),
        "a.xlsx": make.xlsx(lambda b: (b.active.append(["Item", "Value"]), b.active.append(["Mass", 70.5]))),
        "a.eml": make.mail("Mass 70 g\n\n> old 60 g\n", html="<p>Mass 70 g</p>",
                           attachments=[("a.md", b"# A\n\n5 Ah\n")]),
        "a.html": b"<html><body><h1>A</h1><table><tr><td>Mass</td><td>70 g</td></tr></table></body></html>",
        "a.md": b"# A\n\n| Item | Value |\n|---|---|\n| Mass | 70 g |\n\n- <sub>one two three four</sub>\n> x\n",
        "a.txt": "A  title\n====\n\nItem | Value\n-----+------\nMass | 70 g\n     | max\n\n(1) 5 Ah, -20 °C\n".encode(),
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_examples_keep_the_promises(path, read):
    document = read(path.name, path.read_bytes())
    assert document == read_document(path)
    assert len(document.blocks) > 5 and document.language in ("en", "de", "fr", "ko", "zh", "ja")
    if path.suffix in (".md", ".txt"):
        assert document.text == path.read_bytes().decode()


def damaged(data, rng):
    data = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        change = rng.randrange(5)
        if change == 0:
            data[at] = rng.randrange(256)
        elif change == 1:
            del data[at:at + rng.randint(1, 40)]
        elif change == 2:
            data[at:at] = data[rng.randrange(len(data)):][:rng.randint(1, 60)]
        elif change == 3:
            data[at:at + 4] = rng.choice([b"99999999", b"-1", b"\x00\x00", b"<<", b">", b"|", b"\xff\xfe", b"e9"])
        elif change == 4 and rng.random() < 0.3:
            del data[at:]
        if not data:
            return b" "
    return bytes(data)


@settings(max_examples=25, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_damaged_bytes_never_break_the_reader(seeds, checker, seed):
    rng = random.Random(seed)
    for name, data in seeds.items():
        try:
            document = document_of(name, damaged(data, rng))
        except UnreadableDocument as refusal:
            assert refusal.message.endswith(".")
        else:
            checker(document)


@settings(max_examples=150, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="aZ5 |+-=_#>*\n\t<!/&;:.°≥é字\u200b\r`~", max_size=300),
       suffix=st.sampled_from(["md", "txt", "html", "eml"]))
def test_any_text_keeps_the_promises(checker, text, suffix):
    try:
        document = document_of(f"a.{suffix}", text.encode())
    except UnreadableDocument:
        return
    checker(document, words=suffix in ("txt",))
