"""A vector of eight doubles, one a design, for compiled code: the same source runs on it and on plain floats.

Arithmetic and comparisons work as on floats; a comparison gives a `Mask`. Where floats would branch, both sides are
computed and `select` chooses. LLVM makes of a vector what the processor has: one AVX-512 register, two of AVX2, or
four of SSE2. Only public extension interfaces of numba are used (types, data models, intrinsics).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.types.containers import UniTuple  # the stubs of `types` leave it out
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, models, overload, register_model

from tools.simulate.batched.compiled import compiled

LANES = 8
FAST = ("contract", "nsz")
FARTHEST = 700.0               # of an exponent
LN2, SQRT_HALF = math.log(2), math.sqrt(0.5)
LN2_HIGH = 0x162E42FEF / 2.0**33  # ln 2 in 33 bits: its multiples by whole numbers are exact
DOUBLE, INTEGER = ir.DoubleType(), ir.IntType(64)
VECTOR, BITS = ir.VectorType(DOUBLE, LANES), ir.VectorType(ir.IntType(1), LANES)
INDICES = ir.VectorType(ir.IntType(32), LANES)  # AVX2 converts doubles to 32 bits at once, to 64 one by one


class LanesType(types.Type):
    """Numba's type of a vector of doubles."""

    def __init__(self) -> None:
        super().__init__(name=f"float64x{LANES}")


class MaskType(types.Type):
    """Numba's type of what a comparison of vectors gives."""

    def __init__(self) -> None:
        super().__init__(name=f"mask{LANES}")


lanes_type, mask_type = LanesType(), MaskType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, fe_type: Any) -> None:
        super().__init__(manager, fe_type, VECTOR)


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, fe_type: Any) -> None:
        super().__init__(manager, fe_type, BITS)


def _splat(builder: Any, value: Any, vector: Any = VECTOR) -> Any:
    """A vector with the same value in each lane."""
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros)


def _each(number: float) -> Any:
    return ir.Constant(VECTOR, [number] * LANES)


def _series(builder: Any, x: Any, coefficients: Sequence[float]) -> Any:
    """Σ coefficients[k]·xᵏ by pairs, then pairs of pairs (Estrin): products that need not wait for one another."""
    terms, power = [_each(a) for a in coefficients], x
    while len(terms) > 1:
        terms = [low if high is None else builder.fadd(low, builder.fmul(high, power, flags=FAST), flags=FAST)
                 for low, high in zip_longest(terms[::2], terms[1::2])]
        power = builder.fmul(power, power)
    return terms[0]


def _as_vector(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, LanesType):
        return value
    return _splat(builder, context.cast(builder, value, kind, types.float64))


def _scalar(kind: Any) -> bool:
    return isinstance(kind, types.Float | types.Integer | types.IntegerLiteral)


def _declare(symbol: Any, result: Any, emit: Callable[[Any, Any, Any], Any]) -> None:
    """Teach numba an operator on two vectors, or a vector and a number."""

    @infer_global(symbol)
    class _Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            if len(args) != 2 or not any(isinstance(a, LanesType) for a in args):
                return None
            if not all(isinstance(a, LanesType) or _scalar(a) for a in args):
                return None
            return signature(result, *(a if isinstance(a, LanesType) else types.float64 for a in args))

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        left, right = (_as_vector(context, builder, k, v) for k, v in zip(sig.args, args, strict=True))
        return emit(builder, left, right)

    for pair in ((LanesType, LanesType), (LanesType, types.Float), (types.Float, LanesType)):
        lower_builtin(symbol, *pair)(lower)


for _symbol in (operator.add, operator.iadd):
    _declare(_symbol, lanes_type, lambda b, x, y: b.fadd(x, y, flags=FAST))
for _symbol in (operator.sub, operator.isub):
    _declare(_symbol, lanes_type, lambda b, x, y: b.fsub(x, y, flags=FAST))
for _symbol in (operator.mul, operator.imul):
    _declare(_symbol, lanes_type, lambda b, x, y: b.fmul(x, y, flags=FAST))
for _symbol in (operator.truediv, operator.itruediv):
    _declare(_symbol, lanes_type, lambda b, x, y: b.fdiv(x, y, flags=FAST))
_declare(operator.lt, mask_type, lambda b, x, y: b.fcmp_ordered("<", x, y))
_declare(operator.le, mask_type, lambda b, x, y: b.fcmp_ordered("<=", x, y))
_declare(operator.gt, mask_type, lambda b, x, y: b.fcmp_ordered(">", x, y))
_declare(operator.ge, mask_type, lambda b, x, y: b.fcmp_ordered(">=", x, y))


@infer_global(operator.neg)
class _Negative(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(lanes_type, lanes_type) if args == (lanes_type,) else None


@lower_builtin(operator.neg, LanesType)
def _negative(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.fneg(args[0])


def _declare_logic(symbol: Any, word: str) -> None:
    @infer_global(symbol)
    class _Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            return signature(mask_type, *args) if args == (mask_type, mask_type) else None

    lower_builtin(symbol, MaskType, MaskType)(
        lambda context, builder, sig, args: getattr(builder, word)(*args))


_declare_logic(operator.and_, "and_")
_declare_logic(operator.or_, "or_")


@lower_cast(types.Float, LanesType)
@lower_cast(types.Integer, LanesType)
def _spread(context: Any, builder: Any, kind: Any, _to: Any, value: Any) -> Any:
    return _as_vector(context, builder, kind, value)


@intrinsic
def _select(_typing: Any, mask: Any, yes: Any, no: Any) -> Any:
    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a, b = (_as_vector(context, builder, k, v) for k, v in zip(sig.args[1:], args[1:], strict=True))
        return builder.select(args[0], a, b)

    return lanes_type(mask, yes, no), make


@intrinsic
def _any(_typing: Any, mask: Any) -> Any:
    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    return types.boolean(mask), make


@intrinsic
def _root(_typing: Any, x: Any) -> Any:
    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(VECTOR, [VECTOR]), f"llvm.sqrt.v{LANES}f64")
        return builder.call(function, args)

    return lanes_type(x), make


@intrinsic
def _log_parts(_typing: Any, x: Any) -> Any:
    """e ln 2, m − 1 and m + 1 of x = 2ᵉ m with m in √½…√2; x > 0."""

    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = ir.VectorType(INTEGER, LANES)

        def each(number: int) -> Any:
            return ir.Constant(whole, [number] * LANES)

        bits = builder.bitcast(args[0], whole)
        # Moving the mantissa's √½ to the start of its octave makes m fall into √½…√2; 1024 keeps the exponent positive.
        moved = builder.sub(bits, each(0x3FE6A09E667F3BCD - (1024 << 52)))
        exponent = builder.sub(builder.lshr(moved, each(52)), each(1024))
        m = builder.bitcast(builder.sub(bits, builder.shl(exponent, each(52))), VECTOR)
        powers = builder.fmul(builder.sitofp(builder.trunc(exponent, INDICES), VECTOR), _each(LN2))
        return context.make_tuple(builder, sig.return_type, [
            powers, builder.fsub(m, _each(1.0)), builder.fadd(m, _each(1.0))])

    return UniTuple(lanes_type, 3)(x), make


@intrinsic
def _log_sum(_typing: Any, powers: Any, quotient: Any) -> Any:
    """e ln 2 + ln m, ln m = 2 artanh s of s = (m − 1)/(m + 1) by its series, 1e-14."""

    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        powers, s = args
        z = builder.fmul(s, s)
        series = _series(builder, z, [1 / odd for odd in range(3, 19, 2)])
        twice = builder.fadd(s, s)
        rest = builder.fmul(builder.fmul(twice, z), series)
        return builder.fadd(powers, builder.fadd(twice, rest), flags=FAST)

    return lanes_type(powers, quotient), make


@intrinsic
def _exp(_typing: Any, x: Any) -> Any:
    """e^x = 2ⁿ e^r with |r| ≤ ½ ln 2 and the series of e^r, 1e-15; x within ±`FARTHEST`."""

    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = ir.VectorType(INTEGER, LANES)
        bounded = builder.select(builder.fcmp_ordered("<", args[0], _each(FARTHEST)), args[0], _each(FARTHEST))
        bounded = builder.select(builder.fcmp_ordered(">", bounded, _each(-FARTHEST)), bounded, _each(-FARTHEST))
        # 1024 keeps what is cut off positive.
        shifted = builder.fadd(builder.fmul(bounded, _each(1 / LN2)), _each(1024.5))
        n = builder.sub(builder.sext(builder.fptosi(shifted, INDICES), whole), ir.Constant(whole, [1024] * LANES))
        power = builder.sitofp(builder.trunc(n, INDICES), VECTOR)
        r = builder.fsub(builder.fsub(bounded, builder.fmul(power, _each(LN2_HIGH))),
                         builder.fmul(power, _each(LN2 - LN2_HIGH)))
        series = _series(builder, r, [1 / math.factorial(k) for k in range(14)])
        bits = builder.shl(builder.add(n, ir.Constant(whole, [1023] * LANES)), ir.Constant(whole, [52] * LANES))
        return builder.fmul(series, builder.bitcast(bits, VECTOR))

    return lanes_type(x), make


@intrinsic
def _fetch(_typing: Any, table: Any, row: Any) -> Any:
    """Row `row` (whole, inside the table) of a flat view of rows of four, one for each lane: four vectors."""

    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = builder.bitcast(builder.extract_value(args[0], 0), ir.VectorType(DOUBLE, 4).as_pointer())
        place = builder.fptosi(args[1], INDICES)
        found = []
        for lane in range(LANES):
            pointer = builder.gep(data, [builder.zext(builder.extract_element(place, ir.IntType(32)(lane)), INTEGER)])
            found.append(builder.load(pointer, align=8))
        first, rest = found[: LANES // 2], found[LANES // 2 :]
        return context.make_tuple(builder, sig.return_type, [
            _mixed(builder, _column(builder, first, column), _column(builder, rest, column), range(LANES))
            for column in range(4)])

    return UniTuple(lanes_type, 4)(table, row), make


def _mixed(builder: Any, left: Any, right: Any, order: Any) -> Any:
    """Elements of two vectors in an order that counts through both."""
    numbers = ir.Constant(ir.VectorType(ir.IntType(32), len(order)), list(order))
    return builder.shuffle_vector(left, right, numbers)


def _column(builder: Any, rows: Any, column: int) -> Any:
    """One column of four rows of four, by two exchanges of pairs as processors have them."""
    odd, upper = column % 2, 2 * (column // 2)
    low, high = (_mixed(builder, rows[k], rows[k + 1], (odd, 4 + odd, 2 + odd, 6 + odd)) for k in (0, 2))
    return _mixed(builder, low, high, (upper, upper + 1, 4 + upper, 5 + upper))


def select(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` where the condition holds, else `no`; both have been computed."""
    return yes if condition else no


def some(condition: Any) -> bool:
    """Whether a condition holds in any lane."""
    return bool(condition)


def root(x: Any) -> Any:
    """Square root."""
    return math.sqrt(x)


def log_parts(x: Any) -> tuple[Any, Any, Any]:
    """The parts of ln x, x > 0, around the division that it takes: ln x = `log_sum`(first, second / third)."""
    m, e = math.frexp(x)
    if m < SQRT_HALF:
        m, e = 2.0 * m, e - 1
    return e * LN2, m - 1.0, m + 1.0


def log_sum(powers: Any, quotient: Any) -> Any:
    """ln x from its parts, their division made: a caller shares it with divisions of its own."""
    return powers + 2.0 * math.atanh(quotient)


def exp(x: Any) -> Any:
    """The exponential; x is kept within ±`FARTHEST`."""
    return math.exp(min(max(x, -FARTHEST), FARTHEST))


def fetch(table: Any, row: Any) -> tuple[Any, Any, Any, Any]:
    """The four numbers of a row of a flat view of rows of four, for a row that is a whole number inside it."""
    k = 4 * int(row)
    return table[k], table[k + 1], table[k + 2], table[k + 3]


def whole(x: Any) -> Any:
    """The integer part of x ≥ 0."""
    return float(int(x))


@intrinsic
def _whole(_typing: Any, x: Any) -> Any:
    def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(VECTOR, [VECTOR]), f"llvm.trunc.v{LANES}f64")
        return builder.call(function, args)

    return lanes_type(x), make


def _wide(*kinds: Any) -> bool:
    return any(isinstance(kind, LanesType | MaskType) for kind in kinds)


# In compiled code each function above is one of two. Not strict: numba would want the lambdas annotated too.


@overload(select, strict=False)
def _select_for(condition: Any, yes: Any, no: Any) -> Any:
    if _wide(condition):
        return lambda condition, yes, no: _select(condition, yes, no)
    return lambda condition, yes, no: yes if condition else no


@overload(some, strict=False)
def _some_for(condition: Any) -> Any:
    return (lambda condition: _any(condition)) if _wide(condition) else (lambda condition: condition)


@overload(root, strict=False)
def _root_for(x: Any) -> Any:
    return (lambda x: _root(x)) if _wide(x) else (lambda x: math.sqrt(x))


@overload(log_parts, strict=False)
def _log_parts_for(x: Any) -> Any:
    return (lambda x: _log_parts(x)) if _wide(x) else log_parts


@overload(log_sum, strict=False)
def _log_sum_for(powers: Any, quotient: Any) -> Any:
    if _wide(powers):
        return lambda powers, quotient: _log_sum(powers, quotient)
    return lambda powers, quotient: powers + 2.0 * math.atanh(quotient)


@overload(exp, strict=False)
def _exp_for(x: Any) -> Any:
    if _wide(x):
        return lambda x: _exp(x)
    return lambda x: math.exp(min(max(x, -FARTHEST), FARTHEST))


@overload(fetch, strict=False)
def _fetch_for(table: Any, row: Any) -> Any:
    return (lambda table, row: _fetch(table, row)) if _wide(row) else fetch


@overload(whole, strict=False)
def _whole_for(x: Any) -> Any:
    return (lambda x: _whole(x)) if _wide(x) else (lambda x: float(int(x)))


@compiled
def least(x: Any, y: Any) -> Any:
    """The smaller of two; y where x is no number."""
    return select(x < y, x, y)


@compiled
def most(x: Any, y: Any) -> Any:
    """The larger of two; y where x is no number."""
    return select(x > y, x, y)


@compiled
def ln(x: Any) -> Any:
    """Natural logarithm of x > 0."""
    powers, above, below = log_parts(x)
    return log_sum(powers, above / below)
