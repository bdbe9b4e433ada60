"""Commands for a user's own cells: characterise, calibrate, systems add, systems list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.surfaces.edge import emit_json, guarded

systems_app = typer.Typer(no_args_is_help=True, help="Parameter sets: those that are shipped, and your own BPX files.",
                          pretty_exceptions_enable=False)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]


def mount(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.command()(characterise)
    app.command()(calibrate)
    app.add_typer(systems_app, name="systems")


@guarded
def characterise(
    design: Annotated[Path, typer.Argument(help="A design file: whole, or a sheet to be completed.")],
    soc: Annotated[str, typer.Option("--soc", help="States of charge where pulses begin [%], by commas.")] = (
        "10,30,50,70,90"),
    pulse: Annotated[float, typer.Option("--pulse", help="Duration of the pulses [s].")] = 10.0,
    rates: Annotated[str, typer.Option("--rates", help="C-rates of discharges and round trips.")] = "0.2,0.5,1,2",
    temperature: Annotated[float, typer.Option("--temperature", help="Of the cell, held [°C].")] = 25.0,
    json_: JsonOption = False,
) -> None:
    """Map a design: pulse resistance and power over state of charge, capacity and efficiency over rate."""
    from agent.surfaces.cli_inspect import open_tools, read_json_file
    from tools.simulate.characterise import characterise_design

    answer = open_tools().call(characterise_design, {
        "design": read_json_file(design), "soc_pct": soc.split(","), "pulse_s": pulse, "rates_C": rates.split(","),
        "temperature_C": temperature})
    if json_:
        emit_json({"ledger_key": answer.key, **answer.result.model_dump(mode="json")})
        return
    from agent.report import words
    from agent.surfaces.tables import show_rows

    show_rows([{"figure": words.metric_words(f.metric), "conditions": words.conditions_words(f.conditions),
                "value": words.figure_words(f), "note": f.note} for f in answer.result.figures])


@guarded
def calibrate(
    design: Annotated[Path, typer.Argument(help="A design file: whole, or a sheet to be completed.")],
    data: Annotated[list[Path], typer.Argument(help="CSV files with time, current and voltage; each begins at rest.")],
    fit: Annotated[str, typer.Option("--fit", help="Parameters that may move, by commas; none compares only.")] = (
        "capacity,resistance,positive_diffusivity,negative_diffusivity,cooling"),
    temperature: Annotated[float, typer.Option("--temperature", help="Of surroundings and cell at first [°C].")] = 25.0,
    test: Annotated[list[Path] | None, typer.Option("--test", help="CSV files that the fit does not see.")] = None,
    cooling: Annotated[float, typer.Option("--cooling", help="Over the outer surface [W/m²K].")] = 10.0,
    isothermal: Annotated[bool, typer.Option("--isothermal", help="The cell's temperature is held.")] = False,
    json_: JsonOption = False,
) -> None:
    """Fit a few parameters of a design to measured curves, and say what error remains."""
    from agent.surfaces.cli_inspect import open_tools, read_json_file
    from tools.simulate.calibrate import STANDARD, calibrate_design
    from tools.simulate.measured_data import read_measured

    # "+positive_end" is the usual ones and that one.
    names = [] if fit.strip() in ("", "none") else [word.strip() for word in fit.removeprefix("+").split(",")]
    names = [*STANDARD, *names] if fit.startswith("+") else names
    runs, held_back = ([read_measured(path).model_dump(mode="json") for path in paths] for paths in (data, test or []))
    answer = open_tools().call(calibrate_design, {"design": read_json_file(design), "runs": runs, "fit": names,
                                                  "held_back": held_back,
                                                  "temperature_C": temperature,
                                                  "cooling_W_m2K": None if isothermal else cooling})
    if json_:
        emit_json({"ledger_key": answer.key, **answer.result.model_dump(mode="json")})
    else:
        _show(answer.result)


def _show(found: Any) -> None:
    from agent.surfaces.tables import show_rows

    show_rows([{"parameter": p.name, "times its default": f"{p.factor:.3g}", "kind": p.kind, "±": "" if (
        p.standard_error is None) else f"{p.standard_error:.2g}", "what it stands for": p.meaning, "note": p.note}
        for p in found.parameters])
    show_rows([{"run": e.run, "fitted": "yes" if e.fitted else "held back",
                "RMSE before mV": f"{e.rmse_before_mV:.1f}", "after mV": f"{e.rmse_after_mV:.1f}",
                "5–95 % of the time, before": f"{e.middle_before_mV:.1f}", "after": f"{e.middle_after_mV:.1f}",
                "largest after mV": f"{e.largest_after_mV:.0f}", "from % SOC": f"{e.start_soc_pct:.1f}"}
               for e in found.errors])
    print(f"all runs: {found.rmse_before_mV:.1f} mV before, {found.rmse_after_mV:.1f} mV after {found.note}".rstrip())


@systems_app.command("add")
@guarded
def add(
    file: Annotated[Path, typer.Argument(help="A BPX file (JSON) of a DFN.")],
    positive: Annotated[str, typer.Option("--positive", help="Material card of its positive, such as lfp.")],
    negative: Annotated[str, typer.Option("--negative", help="Material card of its negative.")] = "graphite",
    name: Annotated[str | None, typer.Option("--name", help="What to call it.  [default: the file's title]")] = None,
    json_: JsonOption = False,
) -> None:
    """Make a BPX file a system of its own; prints the key that design files name it by."""
    from tools.simulate.user_system import add_system

    found = add_system(file, positive, negative, name)
    if json_:
        emit_json(found.model_dump(mode="json"))
    else:
        print(found.key)


@systems_app.command("add-card")
@guarded
def add_card(file: Annotated[Path, typer.Argument(help="A material card (YAML).")]) -> None:
    """Make a material card your own: an electrolyte, a separator, an active material; prints its key."""
    from tools.simulate.user_card import add_card as keep

    print(keep(file).key)


@systems_app.command("list")
@guarded
def list_systems(json_: JsonOption = False) -> None:
    """The systems there are, with the set behind each."""
    from knowledge.parameters.registry import EVALUATED, SYSTEMS, system
    from knowledge.parameters.user import user_keys

    rows = [{"key": s.key, "system": s.label, "set": s.pybamm_set, "V": f"{s.v_min:g}–{s.v_max:g}",
             "°C": f"{s.validity.temperature_C[0]:g}–{s.validity.temperature_C[1]:g}"}
            for s in map(system, (*SYSTEMS, *EVALUATED, *user_keys()))]
    if json_:
        emit_json(rows)
        return
    from agent.surfaces.tables import show_rows

    show_rows(rows)
