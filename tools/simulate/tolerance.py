"""What scatters in making and what the model does not know: one changed cell a cause, one standard deviation away."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.cell import CellDesign, Cylindrical, Electrode
from knowledge.materials.cards import card
from knowledge.sheet import Assumed
from tools.simulate.balance import np_ratio, with_np_ratio
from tools.simulate.buildup import layout_of
from tools.simulate.case import CANS
from tools.simulate.formulation import BINDER, CONDUCTIVE
from tools.simulate.varied import LOSS, SITES, Key

SIDES = ("positive", "negative")


@dataclass(frozen=True)
class Cause:
    """One source of scatter: a design, or numbers of cards, one standard deviation off.

    `simulated` says that the pair's behaviour changes, so that it has to be simulated anew.
    """

    name: str
    design: CellDesign
    changed: dict[Key, float] = field(default_factory=dict)
    voltage: float = 1.0
    simulated: bool = False


@cache
def table() -> dict[str, dict[str, dict[str, Any]]]:
    """The standard deviations of `tolerances.yaml`."""
    text = Path(__file__).with_name("tolerances.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(text)
    return loaded


def causes(design: CellDesign, assumed: Sequence[Assumed] = ()) -> list[Cause]:
    """Everything that may be off in a design, each by one standard deviation.

    Making changes a cell whose strips and layers are fixed; what is not known of the case changes what fits into it.
    """
    fixed = _fixed_size(design)
    found = [_field(fixed, name, row) for name, row in table()["making"].items()]
    found += _model(design)
    found += _cards(design)
    rows = table()["assumed"]
    found += [_field(design, a.field, rows[a.field]) for a in assumed if a.field in rows]
    return found


def making_causes(design: CellDesign, scatter: Mapping[str, Mapping[str, Any]] | None = None) -> list[Cause]:
    """What scatters from cell to cell in making, each by one standard deviation; strips and layers stay as they are.

    Args:
        scatter: a maker's own standard deviations by field (`relative` of the value, `absolute` in its unit), on top
            of those of `tolerances.yaml`.
    """
    fixed = _fixed_size(design)
    rows = {**table()["making"], **(scatter or {})}
    return [_field(fixed, name, dict(row)) for name, row in rows.items()]


def _fixed_size(design: CellDesign) -> CellDesign:
    foil = layout_of(design)
    size = {"length_mm": 1000 * foil.positive_foil.length_m, "width_mm": 1000 * foil.positive_foil.width_m}
    layers = None if isinstance(design.format, Cylindrical) else foil.layers
    return CellDesign.model_validate({**design.model_dump(), "electrode": size, "layers": layers})


def _step(value: float, row: dict[str, Any]) -> float:
    # Downwards: what becomes thinner or smaller always fits its case.
    return -float(row.get("absolute", 0.0)) - float(row.get("relative", 0.0)) * value


def _field(design: CellDesign, name: str, row: dict[str, Any]) -> Cause:
    target = row.get("of", name)
    if target == "np_ratio":
        ratio = np_ratio(design.pair)
        pair = with_np_ratio(design.pair, max(ratio - row["absolute"], 1.0 + 1e-6))
        return Cause(f"assumed {name}", design.model_copy(update={"pair": pair}))
    raw = design.model_dump()
    place, last = _place(raw, target)
    value = place[last]
    place[last] = max(value + _step(value, row), 1.0 if last == "electrolyte_excess" else 0.0)
    if last == "active_mass_fraction":
        share = (1 - place[last]) / max(1 - value, 1e-9)
        for part in ("conductive_mass_fraction", "binder_mass_fraction"):
            place[part] *= share
    return Cause(name, CellDesign.model_validate(raw))


def _place(raw: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    *path, last = name.split(".")
    place = raw["pair"] if path and path[0] in {*SIDES, "separator"} else raw
    for part in path:
        place = place[part]
    return place, last


def _model(design: CellDesign) -> Iterator[Cause]:
    rows = table()["model"]
    for side in SIDES:
        changed = {(key, "density_g_cm3"): card(key).value("density_g_cm3") * (1 + rows["active_density"]["relative"])
                   for key, _ in getattr(design.pair, side).actives}
        yield Cause(f"{side} active density", design, changed)
        yield Cause(f"{side} capacity", design, {(SITES, side): 1 + _sign(side) * rows[f"{side}_sites"]["relative"]})
    yield Cause("first-cycle loss", design, {LOSS: rows["first_cycle_loss"]["absolute"]})
    yield Cause("open-circuit voltage", design, voltage=1 + rows["voltage"]["relative"])
    yield Cause("particles", _particles(design, 1 + rows["particles"]["relative"]), simulated=True)
    yield Cause("pores", _pores(design, -rows["pores"]["absolute"]), simulated=True)


def _sign(side: str) -> int:
    # Less positive or more negative capacity: the direction in which N/P stays at least 1.
    return -1 if side == "positive" else 1


def _particles(design: CellDesign, factor: float) -> CellDesign:
    def larger(electrode: Electrode) -> dict[str, Any]:
        second, radius = electrode.second, electrode.particle_radius_um * factor
        if second is None:
            return {"particle_radius_um": radius}
        more = {"particle_radius_um": second.particle_radius_um * factor}
        return {"particle_radius_um": radius, "second": second.model_copy(update=more)}

    return _electrodes(design, larger)


def _pores(design: CellDesign, added: float) -> CellDesign:
    # The solid stays: pores that lead less well, not a denser coating.
    return _electrodes(design, lambda e: {
        "porosity": e.porosity + added,
        "coating_thickness_um": e.coating_thickness_um * (1 - e.porosity) / (1 - e.porosity - added)})


def _electrodes(design: CellDesign, change: Callable[[Electrode], dict[str, Any]]) -> CellDesign:
    pair = design.pair.model_copy(update={
        side: getattr(design.pair, side).model_copy(update=change(getattr(design.pair, side))) for side in SIDES})
    return design.model_copy(update={"pair": pair})


def _cards(design: CellDesign) -> Iterator[Cause]:
    shape = design.format.kind
    keys = ["build_electrodes", f"build_{shape}", design.pair.electrolyte, design.pair.separator.material, CONDUCTIVE,
            BINDER["positive"], BINDER["negative"]]
    if isinstance(design.format, Cylindrical):
        keys += [CANS[design.format.can]]
    else:
        keys += ["laminate" if shape == "pouch" else "aluminium_case"]
    for key in dict.fromkeys(keys):
        process = key.startswith("build_")
        for name, number in card(key).properties.items():
            if number.low is None or number.high is None or not (process or name == "density_g_cm3"):
                continue
            sigma = (number.high - number.low) / math.sqrt(12)
            yield Cause(f"{card(key).name}: {name}", design, {(key, name): number.value + sigma})
