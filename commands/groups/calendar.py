"""The school calendar: ``skolemiljo calendar …``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..options import PLAIN_FORMAT, with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace


calendar = GROUPS["calendar"]


@calendar.command("show")
@click.option("--school", default=None, metavar="ORGNR", help="Skolens egen rute der den har en; ellers kommunens.")
@PLAIN_FORMAT
@with_workplace
def calendar_show(work: Workplace, school: str | None, form: str) -> None:
    """Hvilke dager er lest som fri, hvor mange skoledager er igjen, og hva ble ikke forstått?

    \b
    Eksempel:
      skolemiljo calendar show --school 310000019
    """
    from .. import school_days

    click.echo(school_days.show(work, school, form))
