"""A finalist asked of a plain `pybamm.Simulation` made for that design alone."""

from __future__ import annotations

from typing import Any

from knowledge.protocol import Discharge, Protocol
from tools.failures import BadInput, NotConverged
from tools.simulate.point import Outcome, SimulationPoint

FINER = 2  # times PyBaMM's default numbers of cells and shells


def stock_rebuild(point: SimulationPoint, protocol: Protocol) -> Outcome:
    """A discharge by a `pybamm.Simulation` made anew for this design: PyBaMM's own mesh, solver and events.

    The stoichiometries, active fractions and path resistance are the design's own; model, mesh, solver settings and
    cut-off are PyBaMM's. Its uniform cells and shells are `FINER` times the default ones, so that where the
    electrolyte depletes the answer is not the default mesh's own error. The current is per square metre of electrode.

    Raises:
        tools.failures.BadInput: the protocol is not an isothermal discharge.
        tools.failures.NotConverged: PyBaMM could not solve it.
    """
    if not isinstance(protocol, Discharge):
        raise BadInput(f"a stock rebuild answers discharges, not {protocol.kind}")
    import numpy as np
    import pybamm

    from tools.simulate.pybamm_model import phase_options
    from tools.simulate.pybamm_prepare import Prepared, prepare

    prepared = prepare(point, protocol)
    if not isinstance(prepared, Prepared):
        return prepared
    floor = protocol.v_min if protocol.v_min is not None else point.pair.v_min
    values = stock_values(prepared, floor)
    model = pybamm.lithium_ion.DFN({"contact resistance": "true", **phase_options(values)})
    points = {name: FINER * count for name, count in model.default_var_pts.items()}
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points)
    try:
        solution = simulation.solve([0, 3 * 3600 / (prepared.rate_C or 1.0)])
    except pybamm.SolverError as error:
        raise NotConverged(f"the stock rebuild was not solved: {str(error).splitlines()[0][:160]}") from error
    voltage, charge = solution["Voltage [V]"].entries, solution["Discharge capacity [A.h]"].entries
    energy = float(np.trapezoid(voltage, charge))
    return prepared.outcome({
        "capacity_mAh_cm2": float(charge[-1]) / 10, "energy_mWh_cm2": energy / 10,
        "mean_voltage_V": energy / float(charge[-1]), "time_s": float(solution.t[-1]),
    })


def stock_values(prepared: Any, v_floor: float, soc: float = 1.0) -> Any:
    """`pybamm.ParameterValues` of one design under its current from a SOC (0 to 1), per m², with plain numbers only."""
    from tools.simulate.pybamm_kernels import parameter_values
    from tools.simulate.pybamm_model import ONE_SQUARE_METRE, design_inputs

    values = parameter_values(prepared.system)
    inputs = {**prepared.inputs(soc), "current": prepared.load_A_m2}
    values.update({name: inputs[key] for name, key in design_inputs(values).items()}, check_already_exists=False)
    values.update(ONE_SQUARE_METRE, check_already_exists=False)
    limits = {"Lower voltage cut-off [V]": v_floor, "Upper voltage cut-off [V]": prepared.point.pair.v_max + 0.5}
    values.update({**limits, "Nominal cell capacity [A.h]": prepared.one_C_A_m2}, check_already_exists=False)
    return values
