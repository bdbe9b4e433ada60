"""Raised digits as characters of their own, so that 10<sup>3</sup> does not read as 103."""

from __future__ import annotations

_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def raised(text: str) -> str:
    """Superscript characters for digits and signs; other text unchanged."""
    return text.translate(_RAISED) if text.strip() and all(ch in "0123456789+-− " for ch in text) else text
