"""Fit a stated few parameters of a design to measured runs, and say what error is left."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from knowledge.cell import CellDesign
from knowledge.frozen import Frozen
from knowledge.protocol import Discharge, Pulse
from knowledge.sheet import Assumed, DesignSheet
from tools.failures import BadInput, NotConverged
from tools.simulate.evaluate import GivenDesign
from tools.simulate.measured_data import MeasuredRun, check_charge
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context, tool

Array = npt.NDArray[np.float64]
Name = Literal["capacity", "resistance", "positive_diffusivity", "negative_diffusivity", "positive_kinetics",
               "negative_kinetics", "cooling", "positive_end", "negative_end"]
STANDARD: tuple[Name, ...] = ("capacity", "resistance", "positive_diffusivity", "negative_diffusivity", "cooling")
# Lower and upper bound of each factor on what the design and its set say; a resistance is added, in times its default.
BOUNDS: dict[Name, tuple[float, float]] = {
    "capacity": (0.8, 1.25), "resistance": (0.5, 3.0), "positive_diffusivity": (0.03, 30.0),
    "negative_diffusivity": (0.03, 30.0), "positive_kinetics": (0.03, 30.0), "negative_kinetics": (0.03, 30.0),
    "cooling": (0.3, 10.0), "positive_end": (0.4, 6.0), "negative_end": (0.4, 6.0)}
MEANING: dict[Name, str] = {
    "capacity": "electrode area or loading of both sides",
    "resistance": "ohmic part, in units of the design's own 10 s resistance",
    "positive_diffusivity": "diffusion in the positive's particles", "positive_kinetics": "exchange current, positive",
    "negative_diffusivity": "diffusion in the negative's particles", "negative_kinetics": "exchange current, negative",
    "cooling": "heat transfer over the outer surface, in units of the stated one",
    "positive_end": "width of the end of the open-circuit curve where the positive is full",
    "negative_end": "width of the end of the open-circuit curve where the negative is empty"}
COOLING_W_M2K = 10.0  # where none is stated: still air (assumption)
COOLING = "Total heat transfer coefficient [W.m-2.K-1]"
HEAT_INPUTS = tuple(f"{side} {what}" for side in ("positive", "negative")  # what `heating_rate` reads of a design
                    for what in ("thickness", "active fraction", "concentration"))
LOST_V = 0.5         # residual of a point that the simulation does not reach
CORNER = 0.02        # of the largest current: where the solver starts anew
COARSE, FINE = (0.5, 0.75, 1.35, 2.0), (0.96, 0.98, 1.02, 1.04)  # steps of the first look
STEEP_V = 1.0        # per whole charge of the run: the slope beyond which charge errors count as such
MOST_TRIALS = 25     # of least squares, each one gradient
ORIGIN, STEP = 5.0, 0.004  # logarithms are fitted from here, so that the gradient's relative steps are some 2 % each


class CalibrateDesign(Frozen):
    """A design, measured runs that start from rest, and the parameters that may move."""

    design: GivenDesign = Field(description="a whole design, or a sheet in teardown or designer's terms")
    runs: tuple[MeasuredRun, ...] = Field(min_length=1, max_length=12)
    held_back: tuple[MeasuredRun, ...] = Field(default=(), max_length=12, description="runs that the fit does not see: "
                                               "the calibrated model is compared with them")
    fit: tuple[Name, ...] = Field(default=STANDARD, description="empty compares without fitting")
    temperature_C: float = Field(default=25.0, description="of the surroundings, and of the cell at first")
    cooling_W_m2K: float | None = Field(default=COOLING_W_M2K, gt=0, le=10_000, description="heat transfer over the "
                                        "outer surface; null holds the cell's temperature")


class Fitted(Frozen):
    """One parameter: a factor on the default, its standard error from the curvature of the fit, and where it lies."""

    name: str
    meaning: str
    factor: float
    standard_error: float | None
    kind: Literal["calibrated", "default"]
    note: str = ""


class RunError(Frozen):
    """How far simulated and measured voltage are apart in one run [mV], before and after."""

    run: str
    fitted: bool = Field(description="False: held back from the fit")
    rmse_before_mV: float
    rmse_after_mV: float
    middle_before_mV: float = Field(description="root mean square over 5 to 95 % of the time")
    middle_after_mV: float
    largest_after_mV: float
    start_soc_pct: float = Field(description="seen from the first voltage")


class Calibration(Frozen):
    """The factors, the errors that remain, and the curves they are of; the two sums are of the fitted runs."""

    design: CellDesign
    parameters: tuple[Fitted, ...]
    errors: tuple[RunError, ...]
    rmse_before_mV: float
    rmse_after_mV: float
    curves: dict[str, dict[str, list[float]]]
    assumed: tuple[Assumed, ...] = ()
    note: str = ""


@tool(stage="designs", version="4", backends=("pybamm",), example={"design": EXAMPLE_DESIGN, "runs": [{
    "name": "pulse", "time_s": [0, 1, 10, 20, 30], "current_A": [0, 2.5, 2.5, 2.5, 2.5],
    "voltage_V": [4.18, 4.1, 4.08, 4.07, 4.06]}], "fit": ["resistance"]})
def calibrate_design(request: CalibrateDesign, context: Context) -> Calibration:
    """Fit a stated few parameters of a design to measured current and voltage, with the error that remains.

    Raises:
        tools.failures.BadInput: the design cannot be, or a run does not fit the cell.
        tools.failures.NotConverged: a run could not be simulated with the design as it is.
    """
    from tools.simulate.sheet import resolve_sheet

    given = request.design
    sheet = resolve_sheet(given) if isinstance(given, DesignSheet) else None
    design = sheet.design if sheet is not None else given
    assert isinstance(design, CellDesign)
    pulse = _pulse_ohm_m2(design, request.temperature_C, context)
    every = [_Cell(design, run, request.temperature_C, pulse, request.cooling_W_m2K,
                   ends=frozenset(request.fit))
             for run in (*request.runs, *request.held_back)]
    cells = every[:len(request.runs)]
    if "cooling" in request.fit and not cells[0].heated:
        request = request.model_copy(update={"fit": tuple(name for name in request.fit if name != "cooling")})
    ones = dict.fromkeys(BOUNDS, 1.0)
    before = [cell.simulated(ones) for cell in every]
    if any(voltage is None for voltage in before):
        lost = next(c.run.name for c, v in zip(every, before, strict=True) if v is None)
        raise NotConverged(f"the run {lost!r} could not be simulated with the design as it is")
    best, errors_of, note = _fit(cells, request.fit, context)
    held = "" if cells[0].heated else f"the cell's temperature is held at {request.temperature_C:g} °C"
    note = "; ".join(words for words in (note, held) if words)
    after = [cell.simulated(best) for cell in every]
    fitted = len(cells)
    return Calibration(
        design=design, parameters=tuple(_said(name, best, errors_of, request.fit) for name in BOUNDS),
        errors=tuple(_compared(c, b, a, i < fitted)
                     for i, (c, b, a) in enumerate(zip(every, before, after, strict=True))),
        rmse_before_mV=_rmse(cells, before[:fitted]), rmse_after_mV=_rmse(cells, after[:fitted]), note=note,
        curves={c.run.name: c.curve(b, a) for c, b, a in zip(every, before, after, strict=True)},
        assumed=sheet.assumed if sheet is not None else ())


def _pulse_ohm_m2(design: CellDesign, temperature_C: float, context: Context) -> float:
    """The design's own 10 s resistance at half charge [ohm·m²]: the scale on which a resistance is fitted."""
    from tools.simulate.buildup import build_up
    from tools.simulate.pool import default_simulator
    from tools.simulate.runs import point

    pulse = Pulse(temperature_C=temperature_C)
    outcome = default_simulator(context).simulate([point(design, build_up(design), None)], pulse)[0]
    found = outcome.values.get("resistance_ohm_cm2")
    if found is None:
        raise NotConverged(f"the design's resistance could not be simulated: {outcome.note}")
    return found * 1e-4


class _Cell:
    """One run on one design: a DFN with the measured current, built once, whose factors are inputs."""

    def __init__(self, design: CellDesign, run: MeasuredRun, temperature_C: float, pulse_ohm_m2: float,
                 cooling_W_m2K: float | None = None, ends: frozenset[str] = frozenset()) -> None:
        from tools.simulate.balance import balance
        from tools.simulate.buildup import build_up
        from tools.simulate.point import Outcome
        from tools.simulate.pybamm_prepare import prepare
        from tools.simulate.runs import point

        build, self.run = build_up(design), run
        check_charge(run, build.stoichiometric_capacity_Ah, design.pair.v_max - design.pair.v_min)
        self.time, self.current, self.voltage = (np.array(c) for c in (run.time_s, run.current_A, run.voltage_V))
        self.soc = _start_soc(balance(design.pair), float(self.voltage[0]), design, run.name)
        jumps = np.flatnonzero(np.abs(np.diff(self.current)) > CORNER * np.abs(self.current).max())
        self.corners = np.unique(np.concatenate([self.time[[0, -1]], self.time[jumps], self.time[jumps + 1]]))
        prepared = prepare(point(design, build, None), Discharge(temperature_C=temperature_C))
        if isinstance(prepared, Outcome):
            raise BadInput(prepared.note)
        self.heated = cooling_W_m2K is not None and prepared.system.has_thermal_parameters
        self.design_inputs = prepared.inputs(self.soc)
        self.simulation = _simulation(prepared, self.soc, self.time, self.current / build.electrode_area_cm2 * 1e4,
                                      pulse_ohm_m2, cooling_W_m2K if self.heated else None, ends)

    def simulated(self, factors: dict[Name, float]) -> Array | None:
        """Voltages at the measured times, the last one held where the run ends early; None where nothing comes."""
        import pybamm

        inputs: dict[str, float] = {name: float(value) for name, value in factors.items()}
        if self.heated:
            inputs.update({name: self.design_inputs[name] for name in HEAT_INPUTS})
        try:
            solution = self.simulation.solve(self.corners, t_interp=self.time, inputs=inputs)
        except (pybamm.SolverError, ValueError, RuntimeError):
            return None
        found, times = np.asarray(solution["Voltage [V]"].entries), np.asarray(solution.t)
        return np.asarray(np.interp(self.time, times, found)) if len(times) > 1 else None

    def residual(self, voltage: Array | None) -> Array:
        """Simulated less measured [V], each point by the share of time that it stands for."""
        off = np.full_like(self.voltage, LOST_V) if voltage is None else voltage - self.voltage
        return np.asarray(off * np.sqrt(self.weights))

    def distance(self, voltage: Array | None) -> Array:
        """The residual at right angles to the measured curve of voltage over charge [V], for the fit.

        On the steep end of a discharge a small error of charge is a large one of voltage; this counts the small one.
        """
        charge = np.concatenate([[0.0], np.cumsum(np.diff(self.time) * (self.current[1:] + self.current[:-1]) / 2)])
        share = charge / max(float(np.abs(charge).max()), 1e-9)
        steps = np.where(np.abs(np.diff(share)) < 1e-6, 1e-6, np.diff(share))
        slope = np.interp(self.time, (self.time[1:] + self.time[:-1]) / 2, np.diff(self.voltage) / steps)
        return np.asarray(self.residual(voltage) / np.sqrt(1 + (slope / STEEP_V) ** 2))

    @property
    def weights(self) -> Array:
        span = np.gradient(self.time)
        return np.asarray(span / span.sum())

    def middle_mV(self, voltage: Array | None) -> float:
        """Root mean square over 5 to 95 % of the time, without the steep ends [mV]."""
        inside = (self.time > 0.05 * self.time[-1]) & (self.time < 0.95 * self.time[-1])
        off = self.residual(voltage)[inside] / np.sqrt(self.weights[inside])
        return 1000 * math.sqrt(float(np.average(off**2, weights=self.weights[inside])))

    def curve(self, before: Array | None, after: Array | None) -> dict[str, list[float]]:
        """Columns for a plot."""
        columns = {"time_s": self.time, "current_A": self.current, "measured_V": self.voltage, "default_V": before,
                   "calibrated_V": after}
        return {k: [round(float(v), 5) for v in column] for k, column in columns.items() if column is not None}


def _start_soc(held: Any, volts: float, design: CellDesign, name: str) -> float:
    grid = np.linspace(0.0, 1.0, 1001)
    ocv = np.maximum.accumulate(held.ocv(grid))
    low, high = float(ocv[0]), float(ocv[-1])
    if not low - 0.1 <= volts <= high + 0.1:
        raise BadInput(f"{name} begins at {volts:.3f} V; {design.name} rests between {low:.2f} and {high:.2f} V: begin "
                       "each run at rest")
    return float(np.interp(volts, ocv, grid))


def _simulation(prepared: Any, soc: float, time: Array, current_A_m2: Array, pulse_ohm_m2: float,
                cooling_W_m2K: float | None, ends: frozenset[str]) -> Any:
    import pybamm

    from tools.simulate.curve_ends import widened
    from tools.simulate.pybamm_kernels import parameter_values
    from tools.simulate.pybamm_model import (
        LUMPED,
        ONE_SQUARE_METRE,
        THERMAL_INPUTS,
        design_inputs,
        heating_rate,
        phase_options,
    )
    from tools.simulate.segment import TEMPERATURE

    values, given = parameter_values(prepared.system), pybamm.InputParameter
    inputs = {**prepared.inputs(soc=soc), "current": 0.0}
    values.update({name: inputs[key] for name, key in design_inputs(values).items()}, check_already_exists=False)
    values.update(ONE_SQUARE_METRE, check_already_exists=False)
    for side in ("positive", "negative"):
        for ending, factor in ((f"{side.capitalize()} particle diffusivity [m2.s-1]", f"{side}_diffusivity"),
                               (f"{side.capitalize()} electrode exchange-current density [A.m-2]", f"{side}_kinetics")):
            for name in [name for name in values if name.endswith(ending)]:  # of a blend, both materials
                values.update({name: _times(values[name], given(factor))})
        if f"{side}_end" in ends:
            values.update(widened(values, f"{side}_end", given(f"{side}_end")))
    values.update({
        "Contact resistance [Ohm]": inputs["path resistance"] + pulse_ohm_m2 * (given("resistance") - 1),
        "Current function [A]": lambda t: pybamm.Interpolant(time, current_A_m2, t) / given("capacity"),
        "Lower voltage cut-off [V]": prepared.point.pair.v_min - 0.3,
        "Upper voltage cut-off [V]": prepared.point.pair.v_max + 0.6,
        "Nominal cell capacity [A.h]": prepared.one_C_A_m2,
    }, check_already_exists=False)
    options = {"contact resistance": "true", **phase_options(values)}
    if cooling_W_m2K is not None:
        heat = prepared.thermal_inputs(cooling_W_m2K)
        values.update({name: heat[key] for name, key in THERMAL_INPUTS.items()}, check_already_exists=False)
        values.update({COOLING: cooling_W_m2K * given("cooling")})
        options.update(LUMPED)
    model = pybamm.lithium_ion.DFN(options)
    if cooling_W_m2K is not None:
        model.rhs[model.variables[TEMPERATURE]] = heating_rate(model.variables, model.param)
    solver = pybamm.IDAKLUSolver(rtol=1e-5, atol=1e-6, on_failure="ignore", on_extrapolation="ignore",
                                 options={"silence_sundials_errors": True})
    return pybamm.Simulation(model, parameter_values=values, solver=solver)


def _times(published: Any, factor: Any) -> Callable[..., Any] | Any:
    return partial(_scaled, published, factor) if callable(published) else published * factor


def _scaled(published: Any, factor: Any, *arguments: Any) -> Any:
    return factor * published(*arguments)


def _fit(cells: list[_Cell], names: tuple[Name, ...], context: Context
         ) -> tuple[dict[Name, float], dict[Name, float], str]:
    """Factors by least squares in their logarithms, and their standard errors as relative ones."""
    best: dict[Name, float] = dict.fromkeys(BOUNDS, 1.0)
    if not names:
        return best, {}, "compared as it is, nothing fitted"
    from scipy.optimize import least_squares

    def factors(logs: Array) -> dict[Name, float]:
        return {**best, **{n: math.exp(v - ORIGIN) for n, v in zip(names, logs, strict=True)}}

    def distances(logs: Array) -> Array:
        return np.concatenate([cell.distance(cell.simulated(factors(logs))) for cell in cells])

    def residuals(logs: Array) -> Array:
        return np.concatenate([cell.residual(cell.simulated(factors(logs))) for cell in cells])

    context.progress("fitting", 0, 2)
    start = ORIGIN + _coarse(names, lambda logs: float(np.sum(distances(ORIGIN + logs) ** 2)))
    bounds = [ORIGIN + np.log([BOUNDS[n][k] for n in names]) for k in (0, 1)]
    settings = {"bounds": bounds, "diff_step": STEP, "max_nfev": MOST_TRIALS, "x_scale": "jac"}
    near = least_squares(distances, start, **settings)
    context.progress("fitting", 1, 2)
    # Never from a place that fits worse than the design as it is.
    nearest = min((near.x, np.full(len(names), ORIGIN)), key=lambda logs: float(np.sum(residuals(logs) ** 2)))
    found = least_squares(residuals, nearest, **settings)
    freedom = max(len(found.fun) - len(names), 1)
    spread = np.linalg.pinv(found.jac.T @ found.jac) * float(found.fun @ found.fun) / freedom
    errors: dict[Name, float] = {n: math.sqrt(max(float(spread[i, i]), 0.0)) for i, n in enumerate(names)}
    best.update({n: math.exp(v - ORIGIN) for n, v in zip(names, found.x, strict=True)})
    return best, errors, "" if found.success else "the fit stopped at its limit of trials"


def _coarse(names: tuple[Name, ...], cost: Callable[[Array], float]) -> Array:
    """A start for the fit: each parameter in turn, twice, at the best of a few steps from where it stands."""
    best = np.zeros(len(names))
    least = cost(best)
    for _ in range(2):
        for i, name in enumerate(names):
            low, high = np.log(BOUNDS[name])
            for step in FINE if name == "capacity" else COARSE:
                trial = best.copy()
                trial[i] = np.clip(best[i] + math.log(step), 0.98 * low, 0.98 * high)
                found = cost(trial)
                if found < least:
                    best, least = trial, found
    return best


def _said(name: Name, best: dict[Name, float], errors: dict[Name, float], fitted: tuple[Name, ...]) -> Fitted:
    if name not in fitted:
        return Fitted(name=name, meaning=MEANING[name], factor=1.0, standard_error=None, kind="default")
    low, high = BOUNDS[name]
    at_end = best[name] < 1.02 * low or best[name] > 0.98 * high
    loose = errors[name] > 0.5
    words = "at the end of its range" if at_end else "the data hardly tell it" if loose else ""
    return Fitted(name=name, meaning=MEANING[name], factor=best[name], standard_error=errors[name] * best[name],
                  kind="calibrated", note=words)


def _rmse(cells: list[_Cell], voltages: list[Array | None]) -> float:
    squares = [float(np.sum(c.residual(v) ** 2)) for c, v in zip(cells, voltages, strict=True)]
    return 1000 * math.sqrt(sum(squares) / len(squares))


def _compared(cell: _Cell, before: Array | None, after: Array | None, fitted: bool) -> RunError:
    largest = float(np.abs(after - cell.voltage).max()) if after is not None else LOST_V
    middle = [cell.middle_mV(v) for v in (before, after)]
    return RunError(
        run=cell.run.name, fitted=fitted, rmse_before_mV=_rmse([cell], [before]), rmse_after_mV=_rmse([cell], [after]),
        middle_before_mV=middle[0], middle_after_mV=middle[1], largest_after_mV=1000 * largest,
        start_soc_pct=100 * cell.soc)
