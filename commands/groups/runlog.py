"""The run log: ``skolemiljo runlog …``."""

from __future__ import annotations

import sys
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from ...domain.exit_code import ExitCode
from ..options import with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace


runlog = GROUPS["runlog"]


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


@runlog.command("whose")
@click.argument("account_id", metavar="ID")
@with_workplace
def runlog_whose(work: Workplace, account_id: str) -> None:
    """Hvilken konto står bak en id i kjøreloggen?

    \b
    Eksempel:
      skolemiljo runlog whose 0123456789ab
    """
    from ...journal.accounts import Accounts

    found = Accounts(work.settings.accounts_path).whose(account_id)
    click.echo(found or _("Ingen konto har den id-en, eller den er slettet."))


@runlog.command("forget")
@click.argument("name", metavar="KONTO")
@with_workplace
def runlog_forget(work: Workplace, name: str) -> None:
    """Slett en kontos nøkkel: id-ene i kjøreloggen kan da aldri mer knyttes til den. Loggen selv står urørt.

    \b
    Eksempel:
      skolemiljo runlog forget saksbehandler1
    """
    from ...journal.accounts import Accounts

    gone = Accounts(work.settings.accounts_path).forget(name)
    click.echo(_("Slettet.") if gone else _("Ingen slik konto står der."))
