"""Corrections win over the document, and a wrong one is refused."""

import pytest

from agent.corrections import corrected
from tools.failures import BadInput


def test_a_value_is_replaced_and_marked(sample_report):
    reading = corrected(sample_report.reading, [{"id": "R01", "value": 200.0}])
    assert reading.requirements[0].value == 200.0 and reading.requirements[0].method == "answer"
    assert reading.requirements[1:] == sample_report.reading.requirements[1:]


def test_a_requirement_is_dropped(sample_report):
    assert "R02" not in [r.id for r in corrected(sample_report.reading, [{"id": "R02", "drop": True}]).requirements]


@pytest.mark.parametrize("change", [{"id": "R99", "value": 1.0}, {"id": "R01", "nonsense": 1}, {"value": 3.0}])
def test_a_wrong_correction_is_refused(sample_report, change):
    with pytest.raises(BadInput):
        corrected(sample_report.reading, [change])
