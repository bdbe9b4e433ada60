"""Which rows of a table name its columns: by the words that head requirement tables, then by style and digits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_HEAD_WORDS = """
no nr num number pos id item items # s/n ref reference parameter parameters property properties characteristic
characteristics description designation name symbol requirement requirements required value values spec specification
specifications unit units uom min min. minimum typ typ. typical max max. maximum nom nominal target limit limits
condition conditions test tests method criterion criteria remark remarks note notes comment comments class priority
category type must should want supplier supplier's response compliance comply answer offer source level verification
tolerance clause section feature attribute basis mandatory desired weight points status quantity qty metric
acceptance your bidder vendor m/d y/n lower upper goal threshold field details detail topic m w b f
merkmal eigenschaft eigenschaften kenngröße kenngröße(n) anforderung anforderungen wert werte einheit bedingung
bedingungen prüfbedingung prüfbedingungen bemerkung bemerkungen bezeichnung größe soll ist forderung kategorie
priorität grenzwert toleranz hinweis hinweise anmerkung anmerkungen lfd ziel muss kann art prüfung prüfverfahren
lieferant antwort nachweis
paramètre paramètres exigence exigences valeur valeurs unité unités remarque remarques désignation numéro n° critère
序号 编号 项目 参数 要求 指标 单位 条件 测试条件 试验条件 备注 数值 最小 典型 最大
最小值 典型值 最大值 标称 规格 说明 类别 优先级
番号 項目 単位 試験条件 測定条件 備考 標準 仕様 規格 値 要求値 特性 最小値 最大値 標準値 区分
번호 항목 요구 요구사항 요구값 단위 조건 시험조건 측정조건 비고 최소 표준 최대 사양 값 특성 규격 구분 최소값 최대값
"""
_JOINING_WORDS = "of or and the per / & und oder der et de - – : for to by"
_WORDS = frozenset(_HEAD_WORDS.split())
_JOINING = frozenset(_JOINING_WORDS.split())
_BRACKETED = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")


def names_a_column(cell: str) -> bool:
    """Whether every word of a short cell is one that heads a column ("Test condition", "Min.", "单位")."""
    words = [w.strip(".:*,;") for w in re.split(r"[\s/]+", _BRACKETED.sub(" ", cell.lower()))]
    words = [w for w in words if w and w not in _JOINING]
    return 0 < len(words) <= 4 and all(w in _WORDS for w in words)


def reads_as_header(cells: Sequence[str]) -> bool:
    """Whether a row's non-empty cells, taken alone, read as column names."""
    filled = [c for c in cells if c.strip()]
    hits = sum(names_a_column(c) for c in filled)
    return len(filled) >= 2 and hits >= 2 and hits >= 0.5 * len(filled)


def _digits(cell: str) -> bool:
    return any(ch.isdigit() for ch in _BRACKETED.sub("", cell))


def header_rows(rows: Sequence[Mapping[int, str]], styled: frozenset[int] = frozenset(),
                by_shape: bool = True) -> frozenset[int]:
    """Indices of the rows that name columns.

    `rows` maps column to cell text; `styled` are rows set apart by bold type. With `by_shape` the first filled row may
    be a header without known words; later rows only by their words.
    """
    found: set[int] = set()
    order = [i for i, row in enumerate(rows) if any(t.strip() for t in row.values())]
    if not order:
        return frozenset()
    found.update(i for i in order if reads_as_header(list(rows[i].values())))
    first = order[0]
    if by_shape and not found and len(order) > 1 and _stands_apart(rows, order, first in styled):
        found.add(first)
    for here, after in zip(order, order[1:], strict=False):  # a second line of names under merged ones
        cells = [t for t in rows[after].values() if t.strip()]
        if here in found and after not in found and sum(map(names_a_column, cells)) >= max(1, 0.5 * len(cells)):
            if not any(map(_digits, cells)):
                found.add(after)
        elif after in found and here not in found and _title_over(rows[here], rows[after], after - here):
            found.add(here)
    return frozenset(found)


def _stands_apart(rows: Sequence[Mapping[int, str]], order: list[int], styled: bool) -> bool:
    """The first row holds names and no figures, and the rows below do hold figures."""
    top = [t for t in rows[order[0]].values() if t.strip()]
    if any(map(_digits, top)) or len(top) < 2 or max(map(len, top)) > 60:
        return False
    below = [[t for t in rows[i].values() if t.strip()] for i in order[1:]]
    with_digits = sum(any(map(_digits, cells)) for cells in below) / len(below)
    widest = max(len(cells) for cells in below)
    if widest > 2 and len(top) < 0.6 * widest:
        return False
    return (styled or widest > 2) and with_digits >= 0.5


def _title_over(upper: Mapping[int, str], lower: Mapping[int, str], distance: int) -> bool:
    """A row of merged names right above a row of names: fewer cells, at least two, no figures."""
    cells = [t for t in upper.values() if t.strip()]
    return distance == 1 and 2 <= len(cells) <= len(lower) + 2 and not any(map(_digits, cells)) \
        and any(map(names_a_column, cells))
