"""Commands that put one design under a load over time, or ask for its impedance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.surfaces.edge import emit_json, guarded

VALIDITY = {"inside": "inside the parameter set's validity", "extrapolated": "extrapolated"}
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]
DesignArgument = Annotated[Path, typer.Argument(help="A design file: whole, or a sheet to be completed.")]
PlotOption = Annotated[Path | None, typer.Option("--plot", metavar="FILE.svg", help="Draw it into this SVG file.")]


def mount(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command()(profile)
    app.command()(impedance)


@guarded
def profile(
    design: DesignArgument,
    load: Annotated[Path, typer.Argument(help="CSV: a column for time and one for current [A], power [W], C-rate or "
                                              "P-rate; discharge positive.")],
    soc: Annotated[float, typer.Option("--soc", help="State of charge at the beginning [%].")] = 100.0,
    ambient: Annotated[float, typer.Option("--ambient", help="Of surroundings and cell at first [°C].")] = 25.0,
    cooling: Annotated[float, typer.Option("--cooling", help="Over the outer surface [W/m²K]; 0 is adiabatic.")] = 10.0,
    limit: Annotated[float | None, typer.Option("--limit", help="Cell temperature that ends the run [°C].")] = None,
    repeats: Annotated[int, typer.Option("--repeats", help="Of the profile, one after the other.")] = 1,
    charge_positive: Annotated[bool, typer.Option("--charge-positive", help="In the file, charge is positive.")] = (
        False),
    plot: PlotOption = None, json_: JsonOption = False,
) -> None:
    """Put a design under a load over time (a drive cycle, a constant power): voltage, temperature, energies."""
    from agent.surfaces.cli_inspect import open_tools, read_json_file
    from tools.simulate.load_profile import read_profile
    from tools.simulate.profile import follow_profile

    answer = open_tools().call(follow_profile, {
        "design": read_json_file(design), "profile": read_profile(load, charge_positive).model_dump(mode="json"),
        "soc_from_pct": soc, "ambient_C": ambient, "heat_transfer_W_m2K": cooling, "temperature_limit_C": limit,
        "repeats": repeats})
    found = answer.result
    if plot is not None:
        from agent.report.plots_cell import profile_plot

        _write(plot, profile_plot(found.curve))
    if json_:
        emit_json({"ledger_key": answer.key, **found.model_dump(mode="json")})
        return
    from agent.surfaces.tables import show_rows

    rows = [("ended by", found.end, ""), ("after", found.duration_s, "s"), ("energy out", found.energy_out_Wh, "Wh"),
            ("energy in", found.energy_in_Wh, "Wh"), ("charge out, net", found.charge_out_Ah, "Ah"),
            ("state of charge at the end", found.soc_end_pct, "%"), ("lowest voltage", found.voltage_min_V, "V"),
            ("highest voltage", found.voltage_max_V, "V"), ("highest temperature", found.temperature_max_C, "°C")]
    show_rows([{"": name, "value": f"{v:.4g}" if isinstance(v, float) else v, "unit": unit} for name, v, unit in rows])
    print(f"DFN-simulated, {VALIDITY[found.validity]}. {found.note}".strip())


@guarded
def impedance(
    design: DesignArgument,
    soc: Annotated[float, typer.Option("--soc", help="State of charge, at rest [%].")] = 50.0,
    temperature: Annotated[float, typer.Option("--temperature", help="Of the cell [°C].")] = 25.0,
    lowest: Annotated[float, typer.Option("--lowest", help="Lowest frequency [Hz].")] = 1e-3,
    highest: Annotated[float, typer.Option("--highest", help="Highest frequency [Hz].")] = 1e4,
    plot: PlotOption = None, json_: JsonOption = False,
) -> None:
    """Find a design's impedance spectrum at rest: the DFN linearised, with double layers."""
    from agent.surfaces.cli_inspect import open_tools, read_json_file
    from tools.simulate.impedance import find_impedance

    answer = open_tools().call(find_impedance, {
        "design": read_json_file(design), "soc_pct": soc, "temperature_C": temperature, "lowest_Hz": lowest,
        "highest_Hz": highest})
    found = answer.result
    columns = (found.frequency_Hz, found.real_mohm, found.minus_imag_mohm)
    if plot is not None:
        from agent.report.plots_cell import nyquist_plot

        _write(plot, nyquist_plot(*columns))
    if json_:
        emit_json({"ledger_key": answer.key, **found.model_dump(mode="json")})
        return
    from agent.surfaces.tables import show_rows

    show_rows([{"frequency [Hz]": f"{f:.4g}", "Re Z [mΩ]": f"{a:.4g}", "−Im Z [mΩ]": f"{b:.4g}"}
               for f, a, b in zip(*columns, strict=True)])
    print(f"DFN-simulated, {VALIDITY[found.validity]}. {found.note}".strip())


def _write(path: Path, svg: str) -> None:
    from tools.failures import BadInput

    if path.suffix.lower() != ".svg":
        raise BadInput(f"--plot {path.name}: the plot is an SVG; give a name that ends in .svg", field="--plot")
    try:
        path.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"--plot {path} cannot be written: {error}", field="--plot") from error
