"""A design sheet → a `CellDesign`, the fields that were assumed, and the given values that follow from others too."""

from __future__ import annotations

from knowledge.cell import CellDesign, Cylindrical, ElectrodePair, Pouch, Prismatic, Separator
from knowledge.frozen import Frozen
from knowledge.parameters.system import System
from knowledge.plausible import plausible_ranges
from knowledge.sheet import Assumed, DesignSheet, SeparatorSheet, SheetCheck
from tools.failures import BadInput, Infeasible
from tools.simulate.balance import balance, negative_thickness_um, np_ratio, with_np_ratio
from tools.simulate.formulation import PLAUSIBLE, known_system
from tools.simulate.sheet_electrode import Resolved, resolve_electrode
from tools.simulate.winding import coated_height_m
from tools.wrong_field import check_plausible

DEFAULT_NP = 1.1
CAPACITY_CONFLICT_PCT = 30.0
NP_CONFLICT_PCT = 25.0
FORMAT_BASIS = "the default of this format"


class ResolvedSheet(Frozen):
    """The design of a sheet; `assumed` lists what the sheet left out, `checks` what it gives twice."""

    design: CellDesign
    assumed: tuple[Assumed, ...]
    checks: tuple[SheetCheck, ...]


def resolve_sheet(sheet: DesignSheet) -> ResolvedSheet:
    """The design that a sheet describes.

    Raises:
        tools.failures.BadInput: a value that cannot be right, or values that contradict each other.
        tools.failures.Infeasible: the pair cannot be balanced.
    """
    known = known_system(sheet.system)
    if sheet.np_ratio is None or sheet.np_ratio >= 1:  # below 1 is no slip: it is refused as what cannot be balanced
        check_plausible(sheet)
    basis = f"the reference design of {known.label}"
    positive = resolve_electrode(sheet.positive, known.reference.positive, "positive", basis)
    negative = resolve_electrode(sheet.negative, known.reference.negative, "negative", basis)
    separator, assumed = _separator(sheet.separator, known.reference.separator, basis)
    assumed = [*positive.assumed, *negative.assumed, *assumed]
    window = {}
    for name in ("v_min", "v_max", "electrolyte"):
        value = getattr(sheet, name)
        window[name] = getattr(known.reference, name) if value is None else value
        if value is None:
            assumed.append(Assumed(field=name, value=window[name], basis=basis))
    pair = ElectrodePair(system=sheet.system, positive=positive.electrode, negative=negative.electrode,
                         separator=separator, **window)
    checks = [*positive.checks, *negative.checks]
    pair = _balanced(sheet, pair, positive, negative, known, assumed, checks)
    design = _design(sheet, pair, assumed)
    return ResolvedSheet(design=design, assumed=tuple(assumed), checks=tuple(checks))


def _separator(sheet: SeparatorSheet, reference: Separator, basis: str) -> tuple[Separator, list[Assumed]]:
    given = {k: v for k, v in sheet.model_dump().items() if v is not None}
    missing = [name for name in ("material", "thickness_um", "porosity") if name not in given]
    return reference.model_copy(update=given), [
        Assumed(field=f"separator.{name}", value=getattr(reference, name), basis=basis) for name in missing]


def _balanced(sheet: DesignSheet, pair: ElectrodePair, positive: Resolved, negative: Resolved, known: System,
              assumed: list[Assumed], checks: list[SheetCheck]) -> ElectrodePair:
    """Thicknesses that the sheet gives only through areal capacity and N/P, or not at all."""
    if not negative.thick and not positive.thick and sheet.np_ratio is None and sheet.areal_capacity_mAh_cm2 is None:
        basis = f"the reference design of {known.label}"
        assumed += [Assumed(field=f"{side}.coating_thickness_um", value=getattr(pair, side).coating_thickness_um,
                            basis=basis) for side in ("positive", "negative")]
    elif not negative.thick:
        wanted = sheet.np_ratio if sheet.np_ratio is not None else DEFAULT_NP
        if sheet.np_ratio is None:
            assumed.append(Assumed(field="np_ratio", value=wanted, basis="usual 1.05 to 1.2"))
        if not positive.thick:
            pair = _to_capacity(sheet, with_np_ratio(pair, wanted), assumed, known)
        pair = with_np_ratio(pair, wanted)
    elif not positive.thick:
        pair = _positive_from_negative(sheet, pair, assumed)
    _check_derived(sheet, pair, positive, negative)
    if sheet.areal_capacity_mAh_cm2 is not None and positive.thick:
        check = SheetCheck(field="areal_capacity_mAh_cm2", given=sheet.areal_capacity_mAh_cm2,
                           derived=balance(pair).areal_capacity_mAh_cm2)
        checks.append(check)
        _refuse(check, CAPACITY_CONFLICT_PCT, "positive loading and the chemistry")
    if sheet.np_ratio is not None and negative.thick and positive.thick:
        check = SheetCheck(field="np_ratio", given=sheet.np_ratio, derived=np_ratio(pair))
        checks.append(check)
        _refuse(check, NP_CONFLICT_PCT, "two loadings")
    return pair


def _check_derived(sheet: DesignSheet, pair: ElectrodePair, positive: Resolved, negative: Resolved) -> None:
    """A thickness that follows from areal capacity and N/P is refused in their names, not in its own."""
    low, high = PLAUSIBLE["coating_thickness_um"]
    for name, electrode, found in (("positive", pair.positive, positive), ("negative", pair.negative, negative)):
        thickness, field = electrode.coating_thickness_um, "np_ratio"
        if found.thick or low <= thickness <= high:
            continue
        words = f"{field} is {sheet.np_ratio or DEFAULT_NP:g}"
        if sheet.areal_capacity_mAh_cm2 is not None:
            field, areal = "areal_capacity_mAh_cm2", sheet.areal_capacity_mAh_cm2
            least, most = plausible_ranges(DesignSheet)[field]
            words = (f"{field} is {areal:g}; with this porosity and N/P plausible are "
                     f"{max(least, areal * low / thickness):.2g} to {min(most, areal * high / thickness):.3g}")
        raise BadInput(f"{words}: it makes the {name} {thickness:.3g} µm thick, plausible are {low:g} to {high:g} µm "
                       "(is the unit right?)", field=field)


def _refuse(check: SheetCheck, most_pct: float, other: str) -> None:
    if abs(check.difference_pct) > most_pct:
        raise BadInput(f"{check.field} is {check.given:.4g} and the {other} make it {check.derived:.4g} "
                       f"({check.difference_pct:+.0f} %); leave one of them out", field=check.field)


def _to_capacity(sheet: DesignSheet, pair: ElectrodePair, assumed: list[Assumed], known: System) -> ElectrodePair:
    # At a fixed N/P the balanced capacity is proportional to the positive's thickness.
    wanted = sheet.areal_capacity_mAh_cm2
    if wanted is None:
        assumed.append(Assumed(field="positive.coating_thickness_um", value=pair.positive.coating_thickness_um,
                               basis=f"the reference design of {known.label}"))
        return pair
    scale = wanted / balance(pair).areal_capacity_mAh_cm2
    return _thicker(pair, scale)


def _thicker(pair: ElectrodePair, scale: float) -> ElectrodePair:
    thickness = pair.positive.coating_thickness_um * scale
    return pair.model_copy(update={"positive": pair.positive.model_copy(update={"coating_thickness_um": thickness})})


def _positive_from_negative(sheet: DesignSheet, pair: ElectrodePair, assumed: list[Assumed]) -> ElectrodePair:
    """The positive that a known negative and an N/P ratio ask for; N/P is inverse to the positive's thickness."""
    if sheet.areal_capacity_mAh_cm2 is not None and sheet.np_ratio is None:
        return _positive_to_capacity(pair, sheet.areal_capacity_mAh_cm2)
    wanted = sheet.np_ratio if sheet.np_ratio is not None else DEFAULT_NP
    if sheet.np_ratio is None:
        assumed.append(Assumed(field="np_ratio", value=wanted, basis="usual 1.05 to 1.2"))
    needed = negative_thickness_um(pair, wanted)
    return _thicker(pair, pair.negative.coating_thickness_um / needed)


def _positive_to_capacity(pair: ElectrodePair, wanted: float) -> ElectrodePair:
    """The positive thickness at which the pair with this negative holds an areal capacity, by bisection.

    Raises:
        tools.failures.Infeasible: the negative cannot hold that capacity.
    """
    low, high = 0.02, np_ratio(pair)  # of the thickness now; at the upper end N/P is 1
    most = balance(_thicker(pair, 0.999 * high)).areal_capacity_mAh_cm2
    if wanted > most:
        raise Infeasible(f"areal_capacity_mAh_cm2 is {wanted:g}; the negative of the sheet can hold at most {most:.2f}",
                         field="areal_capacity_mAh_cm2")
    for _ in range(50):
        middle = (low + high) / 2
        held = balance(_thicker(pair, 0.999 * middle)).areal_capacity_mAh_cm2
        low, high = (middle, high) if held < wanted else (low, middle)
    return _thicker(pair, 0.999 * (low + high) / 2)


def _design(sheet: DesignSheet, pair: ElectrodePair, assumed: list[Assumed]) -> CellDesign:
    shape = sheet.format
    for name in type(shape).model_fields:
        if name != "kind" and name not in shape.model_fields_set:
            assumed.append(Assumed(field=f"format.{name}", value=getattr(shape, name), basis=FORMAT_BASIS))
    extra: dict[str, float] = {}
    for name in ("electrolyte_excess", "fill_clearance_mm"):
        value = getattr(sheet, name)
        default = CellDesign.model_fields[name].default
        if value is None:
            assumed.append(Assumed(field=name, value=default, basis="the default of all designs"))
        else:
            extra[name] = value
    if not isinstance(shape, Cylindrical) and sheet.layers is None:
        assumed.append(Assumed(field="layers", value=None, basis="as many as the case holds"))
    return CellDesign.model_validate({
        "name": sheet.name, "pair": pair.model_dump(), "format": shape.model_dump(), "layers": sheet.layers,
        "electrode": _size(sheet, assumed), **extra})


def _size(sheet: DesignSheet, assumed: list[Assumed]) -> dict[str, float] | None:
    """The positive's coated size from strip, sheet or whole area; None where nothing is given."""
    length, width, area = sheet.positive_length_mm, sheet.positive_width_mm, sheet.electrode_area_cm2
    if length is None and width is None and area is None:
        assumed.append(Assumed(field="positive_length_mm, positive_width_mm", value=None, basis="what the case holds"))
        return None
    shape = sheet.format
    sides = 2 * (sheet.layers or 1) if not isinstance(shape, Cylindrical) else 2
    if isinstance(shape, Prismatic | Pouch) and area is not None and sheet.layers is None:
        raise BadInput("electrode_area_cm2 of a stack needs layers: area is 2 × layers × length × width",
                       field="layers")
    if width is None and isinstance(shape, Cylindrical):
        width = 1000 * coated_height_m(shape)
        assumed.append(Assumed(field="positive_width_mm", value=round(width, 2), basis="what the can leaves"))
    if length is None and area is not None and width is not None:
        length = 100 * area / sides / width
    if width is None and area is not None and length is not None:
        width = 100 * area / sides / length
    if length is None or width is None:
        missing = "positive_length_mm" if length is None else "positive_width_mm"
        raise BadInput(f"{missing} is missing: the sheet gives the other side of the electrode; give both, or one and "
                       "electrode_area_cm2", field=missing)
    for name, value in (("positive_length_mm", length), ("positive_width_mm", width)):
        low, high = plausible_ranges(DesignSheet)[name]
        if not low <= value <= high:
            raise BadInput(f"electrode_area_cm2 is {area:g}: on {sides} sides it makes {name} {value:.4g}, plausible "
                           f"are {low:g} to {high:g} (is the unit right?)", field="electrode_area_cm2")
    if area is not None and abs(100 * area / sides / (length * width) - 1) > 0.1:
        raise BadInput(f"electrode_area_cm2 is {area:g} and the strips or sheets make "
                       f"{sides * length * width / 100:.4g} ({sides} sides of {length:g} × {width:g} mm)",
                       field="electrode_area_cm2")
    return {"length_mm": length, "width_mm": width}
