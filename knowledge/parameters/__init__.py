"""Published electrochemical parameter sets, one module each, named for its paper."""

from knowledge.parameters.registry import SYSTEMS, USUAL, UnknownSystem, system
from knowledge.parameters.system import PublishedCell, System, ValidityBox

__all__ = ["SYSTEMS", "USUAL", "PublishedCell", "System", "UnknownSystem", "ValidityBox", "system"]
