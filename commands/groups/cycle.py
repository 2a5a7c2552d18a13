"""The annual cycle: ``skolemiljo cycle …``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from ..options import AS_OF, PLAIN_FORMAT, SPOKEN_LANGUAGE, now, with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace


cycle = GROUPS["cycle"]


@cycle.command("status")
@click.option("--school", default=None, metavar="ORGNR", help="Bare denne skolen.")
@AS_OF
@PLAIN_FORMAT
@SPOKEN_LANGUAGE
@with_workplace
def cycle_status(work: Workplace, school: str | None, as_of: datetime | None, form: str) -> None:
    """Hvor står årshjulet, per skole og skoleår?

    \b
    Eksempel:
      skolemiljo cycle status --school 310000019
    """
    from .. import cycles

    click.echo(cycles.status(work, school, as_of or now(), form))
