"""Storage at rest (`tools.simulate.storage`) solved by PyBaMM, one design after the other."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.protocol import CalendarAgeing
from tools.simulate.ageing import NotIntegrated, Phase, followed
from tools.simulate.point import Outcome
from tools.simulate.pybamm_kernel import Kernel
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.segment import Segment
from tools.simulate.storage import Storage, store, without_basis


def calendar_ageing(
    kernel: Kernel, prepared: Sequence[Prepared], protocol: CalendarAgeing, curves: bool
) -> list[Outcome]:
    """What each design keeps after years at rest, and when that falls to the end of life."""
    def solved(phase: Phase) -> Segment:
        segment = kernel.run([phase.inputs], phase.end_s, [phase.state])[0]
        if segment.failed is not None:
            raise NotIntegrated(f"the integrator failed ({segment.failed})")
        return segment

    return [without_basis(p, protocol) or followed(store(Storage(p, protocol), curves), solved) for p in prepared]
