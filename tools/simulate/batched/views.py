"""Light views of arrays for compiled code: an address and a shape, C-contiguous, without reference counts.

Numba counts references to arrays wherever one is taken out of a tuple, also in the innermost loop. A view is taken once
at the entry, where the arrays that own the memory live, and may hold vectors of designs (`lanes`) instead of floats.
"""

from __future__ import annotations

import operator
from typing import Any

from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, make_attribute_wrapper, models, register_model

from tools.simulate.batched.lanes import lanes_type

kinds: Any = types


class ViewType(types.Type):
    """Numba's type of a view: its elements and its dimensions."""

    def __init__(self, element: Any, ndim: int) -> None:
        self.element, self.ndim = element, ndim
        super().__init__(name=f"view({element}, {ndim})")


@register_model(ViewType)
class _ViewModel(models.StructModel):
    def __init__(self, manager: Any, fe_type: Any) -> None:
        members = [("data", kinds.CPointer(fe_type.element))]
        super().__init__(manager, fe_type, members + [(f"n{k}", types.intp) for k in range(fe_type.ndim)])


make_attribute_wrapper(ViewType, "n0", "size")  # entries along the first axis


def _address(builder: Any, kind: Any, view: Any, indices: list[Any]) -> Any:
    """Pointer to the element at some leading indices."""
    place = indices[0]
    for k in range(1, kind.ndim):
        place = builder.mul(place, builder.extract_value(view, 1 + k))
        if k < len(indices):
            place = builder.add(place, indices[k])
    return builder.gep(builder.extract_value(view, 0), [place])


def _whole(context: Any, builder: Any, kind: Any, index: Any) -> list[Any]:
    if isinstance(kind, kinds.BaseTuple):
        parts = cgutils.unpack_tuple(builder, index, len(kind))
        return [context.cast(builder, p, k, types.intp) for p, k in zip(parts, kind, strict=True)]
    return [context.cast(builder, index, kind, types.intp)]


def _fits(view: Any, index: Any) -> bool:
    if not isinstance(view, ViewType):
        return False
    if isinstance(index, kinds.BaseTuple):
        return len(index) == view.ndim and all(isinstance(k, types.Integer) for k in index)
    return view.ndim == 1 and isinstance(index, types.Integer)


@infer_global(operator.getitem)
class _Get(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(args[0].element, *args) if _fits(*args) else None


@infer_global(operator.setitem)
class _Set(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        view, index, _ = args
        return signature(types.none, view, index, view.element) if _fits(view, index) else None


def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    view, index = sig.args
    return builder.load(_address(builder, view, args[0], _whole(context, builder, index, args[1])), align=8)


def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    view, index, _ = sig.args
    builder.store(args[2], _address(builder, view, args[0], _whole(context, builder, index, args[1])), align=8)
    return context.get_dummy_value()


for _index in (types.Integer, kinds.BaseTuple):
    lower_builtin(operator.getitem, ViewType, _index)(_get)
    lower_builtin(operator.setitem, ViewType, _index, types.Any)(_set)


def _view(builder: Any, context: Any, kind: Any, data: Any, shape: list[Any]) -> Any:
    made = cgutils.create_struct_proxy(kind)(context, builder)
    made.data = builder.bitcast(data, context.get_data_type(kind.element).as_pointer())
    for k, n in enumerate(shape):
        setattr(made, f"n{k}", n)
    return made._getvalue()


def _of_array(array: Any, element: Any, ndim: int) -> Any:
    result = ViewType(element, ndim)

    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        source = context.make_array(sig.args[0])(context, builder, args[0])
        shape = cgutils.unpack_tuple(builder, source.shape, array.ndim)[:ndim]
        return _view(builder, context, result, source.data, shape)

    return result(array), make


@intrinsic
def view(_typing: Any, array: Any) -> Any:
    """A view of a C-contiguous array, whose owner keeps it alive."""
    return _of_array(array, array.dtype, array.ndim)


@intrinsic
def vectors(_typing: Any, array: Any) -> Any:
    """A view of an array (…, LANES) of doubles as an array (…) of vectors."""
    return _of_array(array, lanes_type, array.ndim - 1)


@intrinsic
def floats(_typing: Any, array: Any) -> Any:
    """The counterpart of `vectors` where one design is solved at a time: an array (…, 1) as an array (…)."""
    return _of_array(array, array.dtype, array.ndim - 1)


@intrinsic
def part(_typing: Any, of: Any, begin: Any, end: Any) -> Any:
    """Entries begin … end − 1 along the first axis."""

    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        begin, end = (context.cast(builder, v, k, types.intp) for v, k in zip(args[1:], sig.args[1:], strict=True))
        shape = [builder.sub(end, begin), *(builder.extract_value(args[0], 1 + k) for k in range(1, of.ndim))]
        return _view(builder, context, of, _address(builder, of, args[0], [begin]), shape)

    return of(of, begin, end), make


@intrinsic
def row_of(_typing: Any, of: Any, index: Any) -> Any:
    """Row `index` of a view of two or more axes."""
    result = ViewType(of.element, of.ndim - 1)

    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        first = context.cast(builder, args[1], sig.args[1], types.intp)
        shape = [builder.extract_value(args[0], 2 + k) for k in range(of.ndim - 1)]
        return _view(builder, context, result, _address(builder, of, args[0], [first]), shape)

    return result(of, index), make



