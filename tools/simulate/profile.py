"""One cell under a load over time: voltage, temperature and energies of a drive cycle or of a constant power."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from knowledge.cell import CellDesign
from knowledge.frozen import Frozen
from knowledge.offer import BuildUp
from knowledge.protocol import Discharge, ThermalDischarge
from knowledge.sheet import Assumed, DesignSheet
from tools.failures import BadInput, NotConverged
from tools.simulate.evaluate import BACKENDS, GivenDesign
from tools.simulate.load_profile import LoadProfile
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context, tool

MOST_POINTS = 2000
OVERFULL_PCT = 1.0  # beyond full that a profile may count, as SOC is by the balanced capacity
ENDS = {"voltage floor": "the lower voltage limit", "voltage ceiling": "the upper voltage limit",
        "temperature ceiling": "the temperature limit"}


class FollowProfile(Frozen):
    """A design, a load over time, where it begins, and how the cell is cooled."""

    design: GivenDesign = Field(description="a whole design, or a sheet in teardown or designer's terms")
    profile: LoadProfile
    repeats: int = Field(default=1, ge=1, le=100, description="of the profile, one after the other")
    soc_from_pct: float = Field(default=100.0, ge=0, le=100)
    ambient_C: float = Field(default=25.0, gt=-80, lt=120, description="of the surroundings and of the cell at first")
    heat_transfer_W_m2K: float = Field(default=10.0, ge=0, le=1000, description="over the outer surface; 0 adiabatic")
    temperature_limit_C: float | None = Field(default=None, description="where the run ends; None for no limit")


class ProfileFollowed(Frozen):
    """What the cell did until the profile's end or a limit. Discharge is positive."""

    design: CellDesign
    end: str = Field(description="the profile's end, or the limit that ended it")
    duration_s: float
    energy_out_Wh: float
    energy_in_Wh: float
    charge_out_Ah: float = Field(description="net")
    soc_end_pct: float = Field(description="by counted charge over the balanced capacity")
    voltage_min_V: float
    voltage_max_V: float
    temperature_max_C: float | None = Field(description="None where the set has no thermal parameters")
    validity: str
    note: str = ""
    curve: dict[str, tuple[float, ...]] = Field(description="time_s, voltage_V, current_A, power_W, temperature_C")
    assumed: tuple[Assumed, ...] = ()


@tool(stage="designs", version="1", backends=BACKENDS, example={"design": EXAMPLE_DESIGN, "profile": {
    "name": "half power", "quantity": "rate_P", "time_s": [0, 3600], "values": [0.5, 0.5]}})
def follow_profile(request: FollowProfile, context: Context) -> ProfileFollowed:
    """Put one cell design under a load over time (A, W, C-rate or P-rate) with stated cooling, and follow it.

    Raises:
        tools.failures.BadInput: a field that cannot be right; a profile that charges the cell beyond full.
        tools.failures.Infeasible: the design cannot be built.
        tools.failures.NotConverged: the solver stopped.
    """
    from tools.simulate.buildup import build_up
    from tools.simulate.pybamm_prepare import Prepared, prepare
    from tools.simulate.runs import point
    from tools.simulate.sheet import resolve_sheet

    given = request.design
    sheet = resolve_sheet(given) if isinstance(given, DesignSheet) else None
    design = sheet.design if sheet is not None else given
    assert isinstance(design, CellDesign)
    build = build_up(design)
    if request.temperature_limit_C is not None and request.temperature_limit_C <= request.ambient_C:
        raise BadInput(f"temperature_limit_C {request.temperature_limit_C:g} must lie above ambient_C "
                       f"{request.ambient_C:g}", field="temperature_limit_C")
    time, load, power = _per_area(request, design, build, context)
    heated = ThermalDischarge(rate_C=1.0, ambient_C=request.ambient_C, heat_transfer_W_m2K=request.heat_transfer_W_m2K)
    cell = point(design, build, None)
    prepared = prepare(cell, heated)
    thermal = isinstance(prepared, Prepared)
    if not isinstance(prepared, Prepared):
        prepared = prepare(cell, Discharge(rate_C=1.0, temperature_C=request.ambient_C))
    if not isinstance(prepared, Prepared):
        raise BadInput(prepared.note, field="ambient_C")
    _check_charge(request, time, load / (prepared.balance.mean_ocv_V if power else 1.0), prepared.one_C_A_m2)
    context.progress("following the profile", 0, 1)
    end, columns = _followed(prepared, request, time, load, power, thermal)
    return _report(request, design, build, prepared, end, columns, sheet.assumed if sheet is not None else ())


def _per_area(request: FollowProfile, design: CellDesign, build: BuildUp, context: Context
              ) -> tuple[np.ndarray, np.ndarray, bool]:
    """Times [s] and the load in A/m² or W/m² of electrode pair, and whether it is a power."""
    profile, area_m2 = request.profile, build.electrode_area_cm2 * 1e-4
    scale = 1.0
    if profile.quantity == "rate_C":
        scale = build.stoichiometric_capacity_Ah
    elif profile.quantity == "rate_P":
        scale = _slow_energy_Wh(design, build, context)
    once, values = np.array(profile.time_s), np.array(profile.values) * scale / area_m2
    whole = once[-1] + 1e-3
    time = np.concatenate([once + k * whole for k in range(request.repeats)])
    return time, np.tile(values, request.repeats), profile.quantity in {"power_W", "rate_P"}


def _slow_energy_Wh(design: CellDesign, build: BuildUp, context: Context) -> float:
    from tools.simulate.pool import search_simulator
    from tools.simulate.runs import SLOW, point

    outcome = search_simulator(context).simulate([point(design, build, None)], SLOW)[0]
    energy = outcome.values.get("energy_mWh_cm2")
    if energy is None:
        raise NotConverged(f"a P-rate is a multiple of the C/3 energy, which could not be simulated: {outcome.note}")
    return energy * build.electrode_area_cm2 / 1000


def _check_charge(request: FollowProfile, time: np.ndarray, amperes: np.ndarray, one_C: float) -> None:
    """Refuse a profile that would charge the cell beyond full: most often its sign is the other way round."""
    steps = np.diff(time) * (amperes[1:] + amperes[:-1]) / 2
    soc = request.soc_from_pct - 100 * np.cumsum(steps) / 3600 / one_C
    if soc.max() > 100 + OVERFULL_PCT:
        at = float(time[1:][soc > 100 + OVERFULL_PCT][0])
        raise BadInput(f"the profile charges the cell beyond full after {at:.0f} s ({soc.max():.0f} % SOC at its "
                       f"fullest, from {request.soc_from_pct:g} %); discharge is positive here: turn the sign, or "
                       "begin lower", field="profile.values")


def _followed(prepared: Any, request: FollowProfile, time: np.ndarray, load: np.ndarray, power: bool, thermal: bool
              ) -> tuple[str, dict[str, np.ndarray]]:
    import warnings

    import pybamm

    from tools.simulate.pybamm_kernel import silent_stderr
    from tools.simulate.pybamm_kernels import parameter_values
    from tools.simulate.pybamm_mesh import mesh_size
    from tools.simulate.pybamm_model import Variant, build_model
    from tools.simulate.segment import CHARGE, CURRENT, NEVER, TEMPERATURE, VOLTAGE

    def control(variables: Mapping[str, Any]) -> Any:
        asked = pybamm.Interpolant(time, load, pybamm.t)
        return variables[CURRENT] * (variables[VOLTAGE] if power else 1.0) - asked

    def ends(variables: Mapping[str, Any]) -> list[Any]:
        given, volts = pybamm.InputParameter, variables[VOLTAGE]
        found = [pybamm.Event("voltage floor", volts - given("voltage floor")),
                 pybamm.Event("voltage ceiling", given("voltage ceiling") - volts)]
        return [*found, pybamm.Event("temperature ceiling", given("temperature ceiling") - variables[TEMPERATURE])] \
            if thermal else found

    names = [VOLTAGE, CURRENT, CHARGE, *([TEMPERATURE] if thermal else [])]
    known = prepared.system
    variant: Variant = "thermal" if thermal else "isothermal"
    size = mesh_size(variant, "search", known.uneven_diffusion)
    model = build_model(parameter_values(known), variant, size, control=control, ends=ends)
    pair, limit = prepared.point.pair, request.temperature_limit_C
    inputs = {**prepared.inputs(request.soc_from_pct / 100), "current": 0.0, "voltage floor": pair.v_min,
              "voltage ceiling": pair.v_max + 0.01}
    if thermal:
        inputs |= {**prepared.thermal_inputs(request.heat_transfer_W_m2K),
                   "temperature ceiling": NEVER if limit is None else limit + 273.15}
    corners = time[np.unique(np.concatenate([[0], _corners(time, load), [len(time) - 1]]))]
    wanted = np.unique(np.concatenate([corners, np.linspace(time[0], time[-1], MOST_POINTS)]))
    solver = pybamm.IDAKLUSolver(rtol=1e-4, atol=1e-5, output_variables=names, on_extrapolation="ignore",
                                 options={"silence_sundials_errors": True})
    try:
        with silent_stderr(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            solution = solver.solve(model, corners, t_interp=wanted, inputs=inputs)
    except (pybamm.SolverError, ValueError, RuntimeError) as error:
        if "non-positive at initial conditions" in str(error):
            raise _at_once(request) from error
        raise NotConverged(f"the profile was not solved: {str(error).splitlines()[0][:200]}") from error
    end = next((words for event, words in ENDS.items() if event in str(solution.termination)), "the profile's end")
    columns = {"time": np.asarray(solution.t), **{n: np.asarray(solution[n].entries) for n in names}}
    if len(solution.t) < 2:
        raise _at_once(request)
    return end, columns


def _at_once(request: FollowProfile) -> BadInput:
    return BadInput(f"a voltage limit is broken at once: at {request.soc_from_pct:g} % SOC the cell cannot carry the "
                    "load with which the profile begins", field="profile.values")


def _corners(time: np.ndarray, load: np.ndarray) -> np.ndarray:
    """Rows where the load turns by more than a little: the solver starts anew there."""
    slope = np.diff(load) / np.diff(time)
    turn = np.abs(np.diff(slope)) * np.minimum(np.diff(time)[1:], np.diff(time)[:-1])
    return np.flatnonzero(turn > 0.02 * np.abs(load).max()) + 1


def _report(request: FollowProfile, design: CellDesign, build: BuildUp, prepared: Any, end: str,
            columns: Mapping[str, np.ndarray], assumed: tuple[Assumed, ...]) -> ProfileFollowed:
    from tools.simulate.segment import CHARGE, CURRENT, TEMPERATURE, VOLTAGE

    area_m2, time = build.electrode_area_cm2 * 1e-4, columns["time"]
    volts, amperes = columns[VOLTAGE], columns[CURRENT] * area_m2
    watts = volts * amperes
    degrees = columns[TEMPERATURE] - 273.15 if TEMPERATURE in columns else None
    out, back = (float(np.trapezoid(np.clip(sign * watts, 0, None), time)) / 3600 for sign in (1.0, -1.0))
    passed = float(columns[CHARGE][-1] - columns[CHARGE][0]) * area_m2
    curve = {"time_s": time, "voltage_V": volts, "current_A": amperes, "power_W": watts}
    if degrees is not None:
        curve["temperature_C"] = degrees
    fastest = float(np.abs(columns[CURRENT]).max()) / prepared.one_C_A_m2
    box = prepared.system.validity
    outside = [*box.outside(prepared.point.pair),
               *([f"{fastest:.3g}C is above {box.rate_C[1]:g}C"] if fastest > box.rate_C[1] else [])]
    hottest = None if degrees is None else float(degrees.max())
    if hottest is not None and hottest > box.temperature_C[1]:
        outside.append(f"{hottest:.0f} °C is above the set's {box.temperature_C[1]:g} °C")
    words = [] if degrees is not None else ["the set has no thermal parameters: the temperature is held"]
    return ProfileFollowed(
        design=design, end=end, duration_s=float(time[-1]), energy_out_Wh=out, energy_in_Wh=back,
        charge_out_Ah=passed, soc_end_pct=request.soc_from_pct - 100 * passed / build.stoichiometric_capacity_Ah,
        voltage_min_V=float(volts.min()), voltage_max_V=float(volts.max()), temperature_max_C=hottest,
        validity="extrapolated" if outside else "inside", note="; ".join([*words, *outside]), assumed=assumed,
        curve={name: tuple(round(float(v), 5) for v in column) for name, column in curve.items()})
