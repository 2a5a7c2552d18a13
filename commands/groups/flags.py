"""The flags that are written back: ``skolemiljo flags …``."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from ..options import with_workplace

if TYPE_CHECKING:
    from ..workplace import Workplace


@click.group()
def flags() -> None:
    """Flaggene på sakene: det vi har skrevet tilbake."""


@flags.command("restore")
@click.argument("case", metavar="SAK")
@click.option("--reason", required=True, metavar="TEKST", help="Hvorfor, til kjøreloggen. Ingen navn.")
@with_workplace
def flags_restore(work: Workplace, case: str, reason: str) -> None:
    """Noen andre har endret flaggene på saken: la neste nattkjøring skrive våre igjen.

    \b
    Eksempel:
      skolemiljo flags restore SM-2026-014 --reason "flaggene ble endret ved en feil"
    """
    from .. import night

    if night.restore_flags(work, case, reason=reason):
        click.echo(_("{case}: neste nattkjøring skriver våre flagg igjen.").format(case=case))
    else:
        click.echo(_("Ingen andre har endret flaggene på {case}.").format(case=case))
