"""A BPX file → a system of its own: balance, build-up, every protocol, intervals and BPX export then work on it.

BPX says nothing of the chemistry, so the cards of both active materials are given beside it; they only weigh and price.
"""

from __future__ import annotations

import json
import re
import shutil
import warnings
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge.cell import Electrode, ElectrodePair, Separator
from knowledge.frozen import content_digest
from knowledge.materials.cards import UnknownMaterial, card
from knowledge.parameters.system import PublishedCell, System, ValidityBox
from knowledge.parameters.user import BPX_SET, systems_folder
from knowledge.sheet import ElectrodeSheet
from tools.failures import BadInput, StoreBroken, ToolFailure, Unreadable
from tools.simulate.balance import balance
from tools.simulate.formulation import Side
from tools.simulate.sheet_electrode import resolve_electrode

LOSS = 0.07  # of the negative's sites; BPX does not state what formation took
BOX = (0.6, 1.5)  # of the file's own thickness and porosity
WARM, ANY = (15.0, 35.0), (-10.0, 50.0)
WINDOW = 0.05  # of stoichiometry beyond the file's own ends
SIDES: dict[Side, str] = {"negative": "Negative electrode", "positive": "Positive electrode"}
PARALLEL = "Number of electrode pairs connected in parallel to make a cell"
NEEDED = ("Thickness [m]", "Porosity", "Particle radius [m]", "Surface area per unit volume [m-1]",
          "Maximum concentration [mol.m-3]", "Minimum stoichiometry", "Maximum stoichiometry", "OCP [V]")
PLAUSIBLE = {"Thickness [m]": (5e-6, 400e-6), "Porosity": (0.05, 0.7), "Particle radius [m]": (1e-8, 30e-6),
             "Maximum concentration [mol.m-3]": (5e3, 1e5), "Minimum stoichiometry": (0.0, 0.95),
             "Maximum stoichiometry": (0.05, 1.0), "Diffusivity [m2.s-1]": (1e-19, 1e-9),
             "Conductivity [S.m-1]": (1e-4, 1e5), "Reaction rate constant [mol.m-2.s-1]": (1e-10, 1.0),
             "Transport efficiency": (1e-3, 1.0), "Surface area per unit volume [m-1]": (1e3, 1e9),
             "Diffusivity activation energy [J.mol-1]": (0.0, 2e5),
             "Reaction rate constant activation energy [J.mol-1]": (0.0, 2e5)}
PLAUSIBLE_ELSEWHERE = {
    "Cell": {"Electrode area [m2]": (1e-6, 1e3), PARALLEL: (1, 1000), "Nominal cell capacity [A.h]": (1e-4, 1e4),
             "Lower voltage cut-off [V]": (0.5, 4.5), "Upper voltage cut-off [V]": (1.0, 5.5),
             "Reference temperature [K]": (250, 350), "Density [kg.m-3]": (500, 6000),
             "Specific heat capacity [J.K-1.kg-1]": (300, 3000)},
    "Separator": {"Thickness [m]": (3e-6, 60e-6), "Porosity": (0.2, 0.8), "Transport efficiency": (1e-3, 1.0)},
    "Electrolyte": {"Cation transference number": (0.05, 0.99), "Conductivity [S.m-1]": (1e-3, 10),
                    "Diffusivity [m2.s-1]": (1e-13, 1e-8),
                    **{f"{what} activation energy [J.mol-1]": (0.0, 1e5) for what in ("Conductivity", "Diffusivity")}},
}
EXPRESSION = ("x", "exp", "tanh", "cosh")  # what a BPX function may name; its own reader runs any name as code
NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


def add_system(path: Path, positive: str, negative: str, name: str | None = None) -> System:
    """Check a BPX file, keep it under `$CELLWRIGHT_HOME/systems`, and return its system.

    Args:
        positive: material card of the positive's active material; `negative` likewise.
        name: what the system is called; without one the file's title.

    Raises:
        tools.failures.Unreadable: no such file, or no JSON.
        tools.failures.BadInput: it is no valid BPX, a value cannot be right, or a card does not exist.
        tools.failures.StoreBroken: it cannot be written.
    """
    content = read_bpx(path)
    for side, key, kind in (("positive", positive, "active_positive"), ("negative", negative, "active_negative")):
        _check_card(side, key, kind)
    found = system_of(content, positive, negative, name)
    folder = systems_folder() / found.key
    _keep(folder, content, found)
    try:
        balance(found.published.pair)
    except ToolFailure:
        shutil.rmtree(folder)
        raise
    return found


def _keep(folder: Path, content: dict[str, Any], found: System) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bpx.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        (folder / "system.json").write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreBroken(f"{folder} cannot be written ({error.strerror}); set CELLWRIGHT_HOME to a folder that can"
                          ) from error


def read_bpx(path: Path) -> dict[str, Any]:
    """A BPX file that follows the schema and whose values are of the right order.

    Raises:
        tools.failures.Unreadable: no such file, or no JSON.
        tools.failures.BadInput: names the field and what is wrong with it.
    """
    from tools.simulate.bpx import schema

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"{path} is no JSON: {error}") from error
    if not isinstance(content, dict) or not {"Header", "Parameterisation"} <= set(content):
        raise BadInput(f"{path.name} is no BPX file: Header and Parameterisation are missing", field="Header")
    _check_functions(content["Parameterisation"], path.name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # files of BPX 0.x are converted
            schema().parse_bpx_obj(json.loads(json.dumps(content)))
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise BadInput(f"{path.name} is no valid BPX: {_first(error)}") from error
    _check_values(content["Parameterisation"], path.name)
    return content


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error).splitlines()[0] if str(error) else type(error).__name__
    problem = error.errors()[0]
    places = [str(part) for part in problem["loc"] if part not in ("float", "FloatFunctionTable")]
    ranges = PLAUSIBLE if places[0] in SIDES.values() else PLAUSIBLE_ELSEWHERE.get(places[0], {})
    low, high = ranges.get(places[-1], (None, None))
    return (f"{' / '.join(places)}: {problem['msg'].removesuffix(', unable to parse string as a number')}"
            f"{f'; plausible are {low:g} to {high:g}' if low is not None and high is not None else ''}")


def _check_functions(parameters: Any, name: str) -> None:
    # Before the schema reads them: its reader would call what they name.
    for title, part in parameters.items() if isinstance(parameters, dict) else ():
        for field, value in part.items() if isinstance(part, dict) else ():
            strange = [word for word in NAME.findall(value) if word not in EXPRESSION] if isinstance(value, str) else []
            if strange:
                raise BadInput(f"{name}: {title} / {field} names {strange[0]!r}; a function may name "
                               f"{', '.join(EXPRESSION)} only", field=f"{title} / {field}")


def _check_values(parameters: dict[str, Any], name: str) -> None:
    for title in SIDES.values():
        electrode = parameters.get(title, {})
        missing = [field for field in NEEDED if field not in electrode]
        if missing:
            raise BadInput(f"{name}: {title} / {missing[0]} is missing: a DFN with one active material is needed, no "
                           "blend and no single-particle file", field=f"{title} / {missing[0]}")
        _check_ranges(electrode, title, PLAUSIBLE, name)
        if not 0.05 <= _active(electrode) <= 1 - electrode["Porosity"] + 0.01:
            raise BadInput(f"{name}: {title} / Surface area per unit volume [m-1] times radius / 3 makes an active "
                           f"fraction of {_active(electrode):.3g}; beside this porosity plausible are 0.2 to "
                           f"{1 - electrode['Porosity']:.2f}", field=f"{title} / Surface area per unit volume [m-1]")
        if electrode["Minimum stoichiometry"] >= electrode["Maximum stoichiometry"]:
            raise BadInput(f"{name}: {title} / Minimum stoichiometry {electrode['Minimum stoichiometry']:g} must lie "
                           f"below Maximum stoichiometry {electrode['Maximum stoichiometry']:g}",
                           field=f"{title} / Minimum stoichiometry")
    if "Separator" not in parameters or "Electrolyte" not in parameters:
        raise BadInput(f"{name}: Separator or Electrolyte is missing: a DFN file is needed", field="Separator")
    for title, ranges in PLAUSIBLE_ELSEWHERE.items():
        _check_ranges(parameters[title], title, ranges, name)
    low, high = (parameters["Cell"][f"{end} voltage cut-off [V]"] for end in ("Lower", "Upper"))
    if low > high - 0.2:
        raise BadInput(f"{name}: Cell / Lower voltage cut-off [V] {low:g} must lie at least 0.2 V below the upper one, "
                       f"{high:g}", field="Cell / Lower voltage cut-off [V]")


def _check_ranges(given: dict[str, Any], title: str, ranges: dict[str, tuple[float, float]], name: str) -> None:
    for field, (low, high) in ranges.items():
        value = given.get(field)
        if isinstance(value, int | float) and not low <= value <= high:
            raise BadInput(f"{name}: {title} / {field} is {value:g}; plausible are {low:g} to {high:g}",
                           field=f"{title} / {field}")


def _check_card(side: str, key: str, kind: str) -> None:
    try:
        found = card(key)
    except UnknownMaterial as error:
        raise BadInput(f"{side}: {error}", field=side) from error
    if found.kind != kind:
        raise BadInput(f"{side} is {key!r}, a card of kind {found.kind!r}; {kind!r} is needed", field=side)


def system_of(content: dict[str, Any], positive: str, negative: str, name: str | None = None) -> System:
    """The system that a BPX file describes; nothing is written."""
    parameters, header = content["Parameterisation"], content["Header"]
    title = name or header.get("Title") or "user's cell"
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:24].rstrip("_") or "cell"
    key = f"user_{slug}_{content_digest([content, positive, negative, title])[:8]}"
    cell, electrodes = parameters["Cell"], {side: parameters[SIDES[side]] for side in SIDES}
    pair = _pair(key, parameters, {"positive": positive, "negative": negative})
    window = electrodes["positive"]
    warm = _depends_on_temperature(parameters)
    return System(
        key=key, label=f"{title} (BPX file)", cathode_names=(card(positive).name,), cathode_families=(),
        anode_names=(card(negative).name,),
        anode_class="graphite-silicon" if "si" in negative.split("_") or "siox" in negative else "graphite",
        cathode_formula=card(positive).formula or "Li", anode_formula=card(negative).formula or "LiC6",
        cobalt_fraction=0.0, silicon_fraction=0.0, pybamm_set=f"{BPX_SET}{key}", sources=(),
        validity=_box(pair, warm), reference=pair,
        published=PublishedCell(
            name=title, pair=pair, capacity_Ah=cell["Nominal cell capacity [A.h]"],
            area_m2=cell["Electrode area [m2]"] * cell[PARALLEL],
            **{f"{side}_active_fraction": _active(e) for side, e in electrodes.items()},
            **{f"{side}_sites_mol_m3": e["Maximum concentration [mol.m-3]"] for side, e in electrodes.items()},
            stoichiometry=(electrodes["negative"]["Maximum stoichiometry"],
                           electrodes["positive"]["Minimum stoichiometry"]),
            positive_window=(max(0.0, window["Minimum stoichiometry"] - WINDOW),
                             min(1.0, window["Maximum stoichiometry"] + WINDOW)),
            volume_mL=cell["Volume [m3]"] * 1e6 if cell.get("Volume [m3]") else None),
        has_temperature_dependence=warm, temperature_dependent=("as in the file",) if warm else (),
        has_thermal_parameters=True, ageing=(), first_cycle_loss=LOSS, design_ranges={},
        notes=("A user's file: nothing of it was checked against a cell here.",))


def _active(electrode: dict[str, Any]) -> float:
    return float(electrode["Surface area per unit volume [m-1]"] * electrode["Particle radius [m]"] / 3)


def _pair(key: str, parameters: dict[str, Any], materials: dict[str, str]) -> ElectrodePair:
    cell, separator = parameters["Cell"], parameters["Separator"]
    made = {}
    for side, title in SIDES.items():
        given = parameters[title]
        start = Electrode(active_material=materials[side], active_mass_fraction=0.95, conductive_mass_fraction=0.02,
                          binder_mass_fraction=0.03, coating_thickness_um=given["Thickness [m]"] * 1e6,
                          porosity=given["Porosity"], particle_radius_um=given["Particle radius [m]"] * 1e6,
                          foil_thickness_um=13.0 if side == "positive" else 8.0)
        sheet = ElectrodeSheet(coating_thickness_um=start.coating_thickness_um, porosity=start.porosity,
                               active_volume_fraction=_active(given), particle_radius_um=start.particle_radius_um)
        made[side] = resolve_electrode(sheet, start, side, "the file").electrode
    return ElectrodePair(
        system=key, positive=made["positive"], negative=made["negative"], v_min=cell["Lower voltage cut-off [V]"],
        v_max=cell["Upper voltage cut-off [V]"],
        separator=Separator(material="pe", thickness_um=separator["Thickness [m]"] * 1e6,
                            porosity=separator["Porosity"]))


def _depends_on_temperature(parameters: dict[str, Any]) -> bool:
    needed = [(SIDES[side], f"{what} activation energy [J.mol-1]") for side in SIDES
              for what in ("Diffusivity", "Reaction rate constant")]
    needed += [("Electrolyte", "Conductivity activation energy [J.mol-1]"),
               ("Electrolyte", "Diffusivity activation energy [J.mol-1]")]
    return all(parameters[part].get(name) for part, name in needed)


def _box(pair: ElectrodePair, warm: bool) -> ValidityBox:
    def span(value: float, low: float, high: float) -> tuple[float, float]:
        return (max(low, round(BOX[0] * value, 4)), min(high, round(BOX[1] * value, 4)))

    return ValidityBox(
        rate_C=(0.02, 2.0), temperature_C=ANY if warm else WARM,
        positive_thickness_um=span(pair.positive.coating_thickness_um, 5, 400),
        negative_thickness_um=span(pair.negative.coating_thickness_um, 5, 400),
        positive_porosity=span(pair.positive.porosity, 0.05, 0.7),
        negative_porosity=span(pair.negative.porosity, 0.05, 0.7),
        basis="a BPX file states no range: box drawn round its own cell")
