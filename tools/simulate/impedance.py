"""The impedance spectrum of one cell design: the DFN linearised at rest, with double layers, over frequency."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from knowledge.cell import CellDesign
from knowledge.frozen import Frozen
from knowledge.protocol import Pulse
from knowledge.sheet import Assumed, DesignSheet
from tools.failures import BadInput
from tools.simulate.evaluate import BACKENDS, GivenDesign
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context, tool

DECADE = 10  # frequencies a decade
NOTE = ("kinetics, transport, double layers and the ohmic path; inductance, contact layers and films are not modelled, "
        "so a measured 1 kHz value may differ")


class FindImpedance(Frozen):
    """A design, its state at rest, and the frequencies."""

    design: GivenDesign = Field(description="a whole design, or a sheet in teardown or designer's terms")
    soc_pct: float = Field(default=50.0, gt=0, lt=100)
    temperature_C: float = Field(default=25.0, gt=-80, lt=120)
    lowest_Hz: float = Field(default=1e-3, ge=1e-6, le=1e5)
    highest_Hz: float = Field(default=1e4, ge=1e-6, le=1e6)


class ImpedanceFound(Frozen):
    """The cell's impedance, highest frequency first. −imag is positive where the cell is capacitive."""

    design: CellDesign
    frequency_Hz: tuple[float, ...]
    real_mohm: tuple[float, ...]
    minus_imag_mohm: tuple[float, ...]
    ohmic_mohm: float = Field(description="the real part at the highest frequency")
    path_mohm: float = Field(description="of which foils, tabs and terminals")
    validity: str
    note: str = ""
    assumed: tuple[Assumed, ...] = ()


@tool(stage="designs", version="1", backends=BACKENDS, example={"design": EXAMPLE_DESIGN, "soc_pct": 50})
def find_impedance(request: FindImpedance, context: Context) -> ImpedanceFound:
    """Find the impedance spectrum of a cell design at rest at a state of charge and temperature.

    Raises:
        tools.failures.BadInput: a field that cannot be right, a temperature that the set has no basis for.
        tools.failures.Infeasible: the design cannot be built.
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
    if request.lowest_Hz >= request.highest_Hz:
        raise BadInput(f"lowest_Hz {request.lowest_Hz:g} must lie below highest_Hz {request.highest_Hz:g}",
                       field="lowest_Hz")
    prepared = prepare(point(design, build, None), Pulse(temperature_C=request.temperature_C))
    if not isinstance(prepared, Prepared):
        raise BadInput(prepared.note, field="temperature_C")
    decades = np.log10(request.highest_Hz / request.lowest_Hz)
    frequencies = np.geomspace(request.highest_Hz, request.lowest_Hz, max(int(round(DECADE * decades)), 1) + 1)
    context.progress("finding the impedance", 0, 1)
    found = spectrum(prepared, request.soc_pct / 100, frequencies) / build.electrode_area_cm2 * 1000
    return ImpedanceFound(
        design=design, frequency_Hz=tuple(map(float, frequencies)), real_mohm=tuple(map(float, found.real)),
        minus_imag_mohm=tuple(map(float, -found.imag)), ohmic_mohm=float(found.real[0]),
        path_mohm=build.path_resistance_mohm, validity=prepared.validity,
        note="; ".join(w for w in (NOTE, prepared.note) if w), assumed=sheet.assumed if sheet is not None else ())


def spectrum(prepared: object, soc: float, frequencies_Hz: np.ndarray) -> np.ndarray:
    """Complex impedance [ohm·cm² of electrode pair] at rest at a state of charge from 0 to 1."""
    import warnings

    import pybamm

    from tools.simulate.pybamm_mesh import MESHES, SHELLS
    from tools.simulate.pybamm_model import phase_options
    from tools.simulate.pybamm_prepare import Prepared
    from tools.simulate.stock import stock_values

    assert isinstance(prepared, Prepared)
    size = MESHES["verify"]
    points = {"x_n": size.electrode, "x_s": size.separator, "x_p": size.electrode, **dict.fromkeys(SHELLS, 60)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = stock_values(prepared, prepared.point.pair.v_min, soc)
        model = pybamm.lithium_ion.DFN({"contact resistance": "true", "surface form": "differential",
                                        **phase_options(values)})
        simulation = pybamm.EISSimulation(model, parameter_values=values, var_pts=points)
        solution = simulation.solve(frequencies_Hz)
    return np.asarray(solution.impedance) * 1e4
