"""What the tests of the second reading share."""

import pytest

from knowledge.documents.read import read_document
from tools.extract.requirements import first_reading


@pytest.fixture
def page_of(tmp_path):
    """A text as the rules alone leave it."""
    def read(text: str, suffix: str = ".txt"):
        path = tmp_path / f"ask{suffix}"
        path.write_text(text, encoding="utf-8")
        return first_reading(read_document(path))
    return read
