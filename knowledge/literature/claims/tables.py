"""Claims out of tables: a column whose head names property and unit, a row whose first cells name the material."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.evidence import Claim
from knowledge.literature.claims.reading import Property, limits, materials, named, number, properties
from knowledge.literature.work import Cell, Piece, Work


def mine_tables(work: Work) -> Iterator[Claim]:
    """The claims of a work's tables; the place of each says table, row and column, counted from 1."""
    if work.source.status == "retracted":
        return
    for piece in work.pieces:
        if piece.kind == "table" and piece.cells:
            yield from _table(work, piece)


def _table(work: Work, piece: Piece) -> Iterator[Claim]:
    texts = {(c.row, c.column): work.text[c.start:c.end] for c in piece.cells}
    heads = _heads(piece, texts)
    columns = {c: found for c, text in heads.items() if (found := _property(text)) is not None}
    if not columns:
        return
    body = [c for c in piece.cells if not c.header and c.row > 0 and c.column in columns]
    for cell in body:
        known, factor = columns[cell.column]
        material = _material(texts, cell, min(columns))
        value = _value(texts[cell.row, cell.column])
        if material is None or value is None:
            continue
        low, high = limits(material, known)
        if not low <= value * factor <= high:
            continue
        first = next(c for c in piece.cells if c.row == cell.row)
        yield Claim(
            composition=material, property=known.name, value=float(f"{value * factor:.6g}"), unit=known.unit,
            quote=work.text[first.start:cell.end], passage=work.id, source=work.source.key, start=first.start,
            place=f"{piece.place}, row {cell.row + 1}, column {cell.column + 1}", end=cell.end)


def _heads(piece: Piece, texts: dict[tuple[int, int], str]) -> dict[int, str]:
    """What stands above each column: every header cell that covers it, or the first row where none is marked."""
    marked = [c for c in piece.cells if c.header] or [c for c in piece.cells if c.row == 0]
    heads: dict[int, str] = {}
    for cell in marked:
        for column in range(cell.column, cell.column + cell.column_span):
            heads[column] = f"{heads.get(column, '')} {texts[cell.row, cell.column]}".strip()
    return heads


def _property(head: str) -> tuple[Property, float] | None:
    """The one property that a head names, with the factor from its unit to the canonical one."""
    from knowledge.literature.claims.reading import quantities

    if "theor" in head.lower() or "calc" in head.lower() or "×" in head or "10−" in head:
        return None
    unit = next((q.unit for q in quantities("1 " + head[head.rfind("(") + 1:].rstrip(")] ")) if q.start == 0), None)
    unit = unit or next((q.unit for q in quantities("1 " + head.rpartition("/")[2].strip()) if q.start == 0), None)
    fitting = [p for p in properties() if (unit in p.units if p.units else unit is None) and named(head, p)]
    if len(fitting) != 1 and unit is not None:
        fitting = [p for p in fitting if p.implied]
    return (fitting[0], fitting[0].units.get(unit or "", 1.0)) if len(fitting) == 1 else None


def _material(texts: dict[tuple[int, int], str], cell: Cell, first_column: int) -> str | None:
    """The one material that the row's leading cells name."""
    names = {f.name for column in range(min(first_column, cell.column))
             for f in materials(texts.get((cell.row, column), ""))}
    return names.pop() if len(names) == 1 else None


def _value(text: str) -> float | None:
    plain = text.replace(" ", "").split("±")[0].lstrip("~≈")
    try:
        return number(plain)
    except ValueError:
        return None
