"""One line of what the doctor says: what was asked about, how it stands, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from gettext import gettext as _


class State(StrEnum):
    """How it stands with one thing."""

    OK = "ok"
    LOOK = "look"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was asked about."""

    check: str
    """Its key, which stays the same: ``store``, or ``system:`` and an adapter."""
    state: State
    what: str
    do: str | None = None
    """What to do, where something must be done."""

    @property
    def name(self) -> str:
        """What a person calls it that was asked about."""
        words = {
            "program": _("verktøyet"),
            "settings": _("innstillingene"),
            "secrets": _("hemmelighetene"),
            "system": _("systemet"),
            "flags": _("flaggene"),
            "plan": _("planen"),
            "carries": _("det kilden har"),
            "calendar": _("skoleruta"),
            "store": _("lageret"),
            "disk": _("diskplassen"),
            "runlog": _("kjøreloggen"),
            "lock": _("låsen"),
            "watch": _("vakten"),
        }
        kind, _of, adapter = self.check.partition(":")
        return f"{words[kind]} {adapter}".rstrip()
