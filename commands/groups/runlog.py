"""The run log: ``skolemiljo runlog …``."""

from __future__ import annotations

import sys
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from ...domain.exit_code import ExitCode
from ..options import with_workplace

if TYPE_CHECKING:
    from ..workplace import Workplace


@click.group()
def runlog() -> None:
    """Kjøreloggen: hvem gjorde hva når, uten innhold, lenket slik at ingen linje kan endres uten at det ses."""


@runlog.command("verify")
@click.option(
    "--head", default=None, metavar="HASH", help="Hashen som en tidligere sjekk ga, og som ligger et annet sted."
)
@with_workplace
def runlog_verify(work: Workplace, head: str | None) -> None:
    """Er hver linje der, uendret og i rekkefølge?

    \b
    Eksempel:
      skolemiljo runlog verify
    """
    from .. import run_log_lines

    found = run_log_lines.verified(work, head)
    if found.faults:
        click.echo("\n".join(map(str, found.faults)), err=True)
        sys.exit(ExitCode.UNCHECKED)
    said = ngettext(
        "{n} linje, der den skal være og uendret. {head}",
        "{n} linjer, alle der, uendret og i rekkefølge. {head}",
        found.lines,
    )
    click.echo(said.format(n=found.lines, head=found.head))
