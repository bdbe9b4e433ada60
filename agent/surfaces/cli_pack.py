"""Commands for packs: of a cell design, and from a pack's asks to a cell's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.surfaces.edge import emit_json, guarded

pack_app = typer.Typer(no_args_is_help=True, help="Packs of a cell design, and what a pack's asks mean for a cell.",
                       pretty_exceptions_enable=False)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]
SeriesOption = Annotated[int | None, typer.Option("--series", help="Cells in series.")]
ParallelOption = Annotated[int | None, typer.Option("--parallel", help="Cells in parallel.")]
EnergyOption = Annotated[float | None, typer.Option("--energy", help="Usable energy [kWh].")]
HighestOption = Annotated[float | None, typer.Option("--v-max", help="Highest voltage [V].")]
LowestOption = Annotated[float | None, typer.Option("--v-min", help="Lowest voltage [V].")]
PowerOption = Annotated[float | None, typer.Option("--power", help="Pulse power, 30 s at half charge [kW].")]
MassOption = Annotated[float | None, typer.Option("--mass", help="Most mass [kg].")]
VolumeOption = Annotated[float | None, typer.Option("--volume", help="Most volume [L].")]


def mount(app: typer.Typer) -> None:
    """Add the commands of this file to the application."""
    app.add_typer(pack_app, name="pack")


@pack_app.command("build")
@guarded
def build(
    design: Annotated[Path, typer.Argument(help="A design file of the cell.")],
    series: SeriesOption = None, parallel: ParallelOption = None, energy: EnergyOption = None,
    v_max: HighestOption = None, v_min: LowestOption = None, power: PowerOption = None, mass: MassOption = None,
    volume: VolumeOption = None, json_: JsonOption = False,
) -> None:
    """A pack of one cell design: counts, voltages, mass, volume, energy and power, with intervals."""
    from agent.surfaces.cli_inspect import open_tools, read_json_file
    from tools.simulate.pack import build_pack

    request = {"design": read_json_file(design),
               "needs": _needs(series, parallel, energy, v_max, v_min, power, mass, volume)}
    answer = open_tools().call(build_pack, request)
    if json_:
        emit_json({"ledger_key": answer.key, **answer.result.model_dump(mode="json")})
        return
    from agent.report import words
    from agent.surfaces.tables import show_rows

    found = answer.result
    show_rows([{"figure of the pack": words.metric_words(f.metric), "value (P10–P90)": words.figure_words(f)}
               for f in found.figures])
    print(f"{found.series} in series, {found.parallel} in parallel; {found.v_min:.0f} to {found.v_max:.0f} V. "
          f"{found.note}".rstrip())


@pack_app.command("needs")
@guarded
def needs(
    system: Annotated[str, typer.Argument(help="Key of the parameter set, such as lfp_graphite.")],
    series: SeriesOption = None, parallel: ParallelOption = None, energy: EnergyOption = None,
    v_max: HighestOption = None, v_min: LowestOption = None, power: PowerOption = None, mass: MassOption = None,
    volume: VolumeOption = None, json_: JsonOption = False,
) -> None:
    """What each cell must do, for a few parallel counts."""
    from agent.surfaces.cli_inspect import open_tools
    from tools.simulate.pack import pack_to_cell

    asked = _needs(series, parallel, energy, v_max, v_min, power, mass, volume)
    answer = open_tools().call(pack_to_cell, {"system": system, "needs": asked})
    if json_:
        emit_json({"ledger_key": answer.key, **answer.result.model_dump(mode="json")})
        return
    from agent.surfaces.tables import show_rows

    show_rows([{k: f"{v:.4g}" if isinstance(v, float) else v for k, v in o.model_dump().items()}
               for o in answer.result.options])
    print(answer.result.note)


def _needs(series: int | None, parallel: int | None, energy: float | None, v_max: float | None, v_min: float | None,
           power: float | None, mass: float | None, volume: float | None) -> dict[str, Any]:
    given = {"series": series, "parallel": parallel, "energy_kWh": energy, "v_max": v_max, "v_min": v_min,
             "power_kW": power, "mass_kg": mass, "volume_L": volume}
    return {name: value for name, value in given.items() if value is not None}
