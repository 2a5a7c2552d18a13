"""The schools that the night knows: ``skolemiljo school …``."""

from __future__ import annotations

from datetime import date
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from ..options import Day, with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace


school = GROUPS["school"]


@school.command("close")
@click.argument("number", metavar="ORGNR")
@click.option("--on", required=True, type=Day(), metavar="DATO", help="Skolens siste dag.")
@click.option("--reason", required=True, metavar="TEKST", help="Hvorfor, til kjøreloggen. Ingen navn.")
@with_workplace
def school_close(work: Workplace, number: str, on: date, reason: str) -> None:
    """Skolen er lagt ned: etter den dagen savnes den ikke. Saker som er flyttet, følger med til den nye skolen.

    \b
    Eksempel:
      skolemiljo school close 310000027 --on 2026-07-31 --reason "slått sammen med naboskolen"
    """
    from .. import night

    night.close_school(work, number, on=on, reason=reason)
    click.echo(_("{number} er lagt ned etter {day}.").format(number=number, day=f"{on:%d.%m.%Y}"))
