"""Every electrochemical system there is, by key, a user's own included. Importing this loads no simulator."""

from __future__ import annotations

from knowledge.parameters import (
    about_energy_lfp,
    about_energy_nmc111,
    ai2020,
    ai2022,
    chayambuka2022,
    kim2011,
    mohtat2020,
    okane2022,
    prada2013,
    schmitt2026,
)
from knowledge.parameters.system import System
from knowledge.parameters.user import user_keys, user_system

SYSTEMS: dict[str, System] = {
    module.SYSTEM.key: module.SYSTEM
    for module in (okane2022, mohtat2020, kim2011, prada2013, ai2020, about_energy_lfp, about_energy_nmc111,
                   schmitt2026, chayambuka2022)
}
# Evaluated where a design names them, never searched: silicon's share of a blend is no variable of the search, and only
# PyBaMM simulates one.
EVALUATED: dict[str, System] = {ai2022.SYSTEM.key: ai2022.SYSTEM}
# Searched whatever a document asks; the others only where it names them (`System.named_by`).
USUAL: dict[str, System] = {key: found for key, found in SYSTEMS.items() if not found.named_by}


class UnknownSystem(KeyError):
    """No system of that key; the message lists those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def system(key: str) -> System:
    """The system of that key.

    Raises:
        UnknownSystem: there is none.
    """
    found = SYSTEMS.get(key) or EVALUATED.get(key) or user_system(key)
    if found is None:
        known = ", ".join((*SYSTEMS, *EVALUATED, *user_keys()))
        raise UnknownSystem(f"there is no system {key!r}; there are {known}")
    return found
