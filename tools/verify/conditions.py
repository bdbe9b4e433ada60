"""The conditions of a requirement as a protocol needs them: loads, temperatures, windows, and what was assumed."""

from __future__ import annotations

from typing import Any, Literal

from knowledge.protocol import Discharge, ThermalDischarge
from knowledge.requirement import ConditionValue, Requirement

End = Literal["low", "high", "middle"]
THIRD = 1 / 3
_LOADS = {
    "discharge": (("current_A", ("discharge_A", "current_A")), ("power_W", ("power_W",)), ("rate_P", ("rate_P",)),
                  ("rate_C", ("discharge_C", "rate_C"))),
    "charge": (("current_A", ("charge_A", "current_A")), ("rate_C", ("charge_C", "rate_C"))),
}


class NoAsk(Exception):
    """This requirement leads to no question that a model here answers; says why and what would settle it."""

    def __init__(self, reason: str, settled_by: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.settled_by = settled_by


class Conditions:
    """Reads a requirement's conditions, remembers each default it had to assume, and gives both back."""

    def __init__(self, requirement: Requirement) -> None:
        self.requirement = requirement
        self.values: dict[str, ConditionValue] = dict(requirement.conditions)
        self._assumed: list[str] = []

    def stated(self, name: str, end: End = "middle") -> float | None:
        """One numeric condition; of a range the end that is harder for this metric; None where absent or in words."""
        value = self.requirement.conditions.get(name)
        if isinstance(value, list):
            if not value:
                return None
            return {"low": min(value), "high": max(value), "middle": sum(value) / len(value)}[end]
        return float(value) if isinstance(value, int | float) else None

    def take(self, names: tuple[str, ...], default: float, unit: str, end: End = "middle") -> float:
        """The first stated condition of several, else the default, which is then noted as an assumption."""
        for name in names:
            value = self.stated(name, end)
            if value is not None:
                self.values[names[0]] = value
                return value
        self.values[names[0]] = default
        self._assumed.append("C/3 as the reference rate" if default == THIRD else f"{default:g} {unit}".strip())
        return default

    def temperature(self, default: float = 25.0) -> float:
        """The cell's temperature [°C]; the colder end of a range, which is the harder one here."""
        return self.take(("temperature_C", "start_temperature_C", "ambient_temperature_C"), default, "°C", "low")

    def load(self, direction: Literal["discharge", "charge"] = "discharge", default_C: float | None = THIRD
             ) -> dict[str, Any]:
        """`rate_C` or one of `current_A`, `power_W`, `rate_P`, as the document states it, else the default rate."""
        for kind, names in _LOADS[direction]:
            for name in names:
                value = self.stated(name, "high")
                if value is not None and value > 0:
                    self.values[kind] = third(value) if kind == "rate_C" else value
                    return {kind: self.values[kind]}
        if default_C is None:
            return {}
        self.values["rate_C"] = default_C
        self._assumed.append("C/3" if default_C == THIRD else f"{default_C:g}C")
        return {"rate_C": default_C}

    def assume(self, words: str) -> None:
        """Note something that the document does not say and the computation needs."""
        self._assumed.append(words)

    def result(self) -> dict[str, ConditionValue]:
        """The conditions that were used, with the assumptions in `note`."""
        note = "; ".join(str(n) for n in (self.requirement.conditions.get("note"), self._note()) if n)
        return {**self.values, "note": note} if note else dict(self.values)

    def _note(self) -> str:
        return f"assumed, the document is silent: {', '.join(self._assumed)}" if self._assumed else ""


def third(rate: float) -> float:
    """A rate as it is meant: documents write C/3 as 0.33, 0.333 or 0.3333, which is one protocol, not three."""
    return THIRD if abs(rate - THIRD) < 0.005 else rate


def asked_number(requirement: Requirement, end: End = "high") -> float:
    """The number a requirement names; of a range or list its end, of a tolerance the nominal.

    Raises:
        NoAsk: the value is words.
    """
    value = requirement.value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list) and value and all(isinstance(v, int | float) for v in value):
        numbers = [float(v) for v in value]
        if requirement.comparator == "tolerance":
            return numbers[0]
        return {"low": min(numbers), "high": max(numbers), "middle": sum(numbers) / len(numbers)}[end]
    raise NoAsk(f"the value of {requirement.metric} is not a number", "a clarification by the customer")


def discharge_protocol(conditions: Conditions, rate_C: float | None) -> Discharge | ThermalDischarge:
    """Isothermal, or with a lumped temperature where the document limits the surface temperature."""
    v_min = conditions.stated("v_min")
    if conditions.stated("surface_limit_C") is not None:
        ambient = conditions.take(("ambient_temperature_C", "temperature_C"), 25.0, "°C ambient")
        return ThermalDischarge(rate_C=rate_C, ambient_C=ambient, v_min=v_min)
    return Discharge(rate_C=rate_C, temperature_C=conditions.temperature(), v_min=v_min)
