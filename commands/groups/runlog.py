"""The run log: ``skolemiljo runlog …``."""

from __future__ import annotations

import sys
from gettext import gettext as _
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
@with_workplace
def runlog_verify(work: Workplace) -> None:
    """Er hver linje der, uendret og i rekkefølge?

    \b
    Eksempel:
      skolemiljo runlog verify
    """
    from ...journal.run_log import ANCHOR, verify

    anchor = work.remembered.meta(ANCHOR) if work.remembered is not None else None
    found = verify(work.settings.run_log_path, anchor)
    if found.problem is not None:
        at_line = _("Linje {line}: {problem}").format(line=found.line, problem=found.problem)
        click.echo(found.problem if found.line is None else at_line, err=True)
        sys.exit(ExitCode.UNCHECKED)
    said = ngettext(
        "{n} linje, der den skal være og uendret. {head}",
        "{n} linjer, alle der, uendret og i rekkefølge. {head}",
        found.lines,
    )
    click.echo(said.format(n=found.lines, head=found.head))
