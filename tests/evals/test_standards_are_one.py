"""A standard with and without the word for what it is is one demand."""

from __future__ import annotations

import pytest

from evals.gold import GoldRequirement
from evals.matching import same_demand
from knowledge.requirement import Requirement


@pytest.mark.parametrize(("label", "read", "same"), [
    ("EU 2023/1542", "Regulation (EU) 2023/1542", True),
    ("(EU) 2023/1542", "Verordnung (EU) 2023/1542", True),
    ("ECE R100 Rev. 3", "UN ECE R100 Rev. 3", True),
    ("UN 38.3", "UN38.3", True),
    ("EN 62133-2", "IEC 62133-2", False),
    ("EU 2023/1542", "EU 2023/1543", False),
])
def test_a_standard_is_the_same_whatever_it_is_called(label, read, same):
    gold = GoldRequirement.model_validate({"metric": "standard_compliance", "comparator": "required", "value": label,
                                           "source": {"quote": label}})
    made = Requirement.model_validate({
        "id": "R01", "metric": "standard_compliance", "level": "cell", "comparator": "required", "value": read,
        "priority": "must", "source": {"document": "d", "quote": read}, "confidence": 0.9, "method": "rule"})
    assert same_demand(gold, made) is same
