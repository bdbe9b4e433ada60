"""What a phase of a protocol is given and gives back, whichever solver runs it: no solver is imported here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol as Interface

import numpy as np

# Names of outputs are PyBaMM's.
VOLTAGE = "Voltage [V]"
CHARGE = "Discharge capacity [A.h]"
ENERGY = "Discharge energy [W.h]"
CURRENT = "Current [A]"
ANODE = "Negative electrode surface potential difference at separator interface [V]"
OCV = "Bulk open-circuit voltage [V]"
TEMPERATURE = "Volume-averaged cell temperature [K]"
NEVER = 1e9  # a limit that is never reached

IDLE_CONTROL: dict[str, float] = {
    "by current": 0.0, "by voltage": 0.0, "by power": 0.0, "by anode": 0.0,
    "current": 0.0, "voltage": 0.0, "power": 0.0, "anode": 0.0,
}
NO_LIMITS: dict[str, float] = {
    "voltage floor": -NEVER, "voltage ceiling": NEVER, "anode floor": -NEVER, "charge floor": -NEVER,
    "charge ceiling": NEVER, "taper current": -NEVER, "charge current ceiling": NEVER,
}
UNDRIVEN = {**IDLE_CONTROL, **NO_LIMITS}


@dataclass(slots=True, eq=False)
class Segment:
    """One design's integration until an event, the end time, or a failure (`failed` holds the reason).

    `outputs` maps variable names to arrays of the length of `time_s`; `state` is the final state vector.
    """

    time_s: np.ndarray
    outputs: Mapping[str, np.ndarray]
    state: np.ndarray
    event: str | None = None
    failed: str | None = None

    @property
    def at_once(self) -> bool:
        """Whether a limit is broken already at the start."""
        return self.event is not None and len(self.time_s) == 1

    def last(self, variable: str) -> float:
        """The final value of an output variable."""
        return float(self.outputs[variable][-1])


class Integrator(Interface):
    """A solver of one model that runs phases of many designs."""

    def run(
        self, inputs: Sequence[Mapping[str, float]], end_s: float, states: Sequence[np.ndarray | None] | None = None,
        retry: bool = True,
    ) -> list[Segment]:
        """Integrate each design from its state (None: equilibrium) to `end_s` or its first event, in order."""
