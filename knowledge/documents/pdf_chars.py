"""Characters of a PDF page as this project needs them: pdfplumber copies and resolves a score of fields for each."""

from __future__ import annotations

from typing import Any


def lighten(page: Any) -> None:
    """Let a pdfplumber page make its characters with the fields that words are made of, and no others.

    Half of the time of a text page went into fields that nobody reads. Lines, curves and pictures stay as they were.
    """
    from pdfminer.layout import LTChar

    whole = page.process_object
    height, (left, upper) = page.height, page.mediabox[:2]
    below, number = page.initial_doctop, page.page_number

    def process(item: Any) -> dict[str, Any]:
        if type(item) is not LTChar or isinstance(item.fontname, bytes):
            made: dict[str, Any] = whole(item)
            return made
        colour = item.graphicstate.ncolor
        top = height - item.y1 + upper
        return {
            "object_type": "char", "page_number": number, "text": item.get_text(), "fontname": item.fontname,
            "size": item.size, "upright": item.upright, "adv": item.adv, "matrix": item.matrix,
            "x0": item.x0 + left, "x1": item.x1 + left, "y0": item.y0, "y1": item.y1, "width": item.width,
            "height": item.height, "top": top, "bottom": height - item.y0 + upper, "doctop": below + top,
            "non_stroking_color": colour if isinstance(colour, tuple) else (colour,)}

    page.process_object = process
