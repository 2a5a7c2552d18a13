"""The flags that are written back: ``skolemiljo flags …``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from gettext import gettext as _
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...domain.exit_code import ExitCode
from ..options import now, with_workplace
from ..output import aside
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace

F = TypeVar("F", bound=Callable[..., Any])


flags = GROUPS["flags"]


def _which(function: F) -> F:
    """Which flags: of a rule, of a case, or all."""
    rule = click.option("--rule", metavar="REGEL", help="Flaggene fra denne regelen, på alle saker.")
    case = click.option(
        "--case", metavar="SAK", help="Alle flaggene på denne saken; for restore også årshjulet, ORGNR/SKOLEÅR."
    )
    every = click.option("--all", "everything", is_flag=True, help="Alle flagg på alle saker.")
    return rule(case(every(function)))


@flags.command("withdraw")
@_which
@click.option("--reason", required=True, metavar="TEKST", help="Hvorfor, til kjøreloggen. Ingen navn.")
@with_workplace
def flags_withdraw(work: Workplace, rule: str | None, case: str | None, everything: bool, reason: str) -> None:
    """Ta flagg tilbake fra sakene, og les tilbake at de er borte. De skrives ikke igjen før skolemiljo flags restore.

    \b
    Eksempel:
      skolemiljo flags withdraw --rule SK-09 --reason "regelen tolkes på nytt"
      skolemiljo flags withdraw --all --reason "prøveperioden er over"
    """
    from .. import taken_back

    done = taken_back.withdraw(work, taken_back.What(rule, case, everything), reason=reason, at=now())
    click.echo(_("Saker der flaggene er tatt bort: {n}.").format(n=len(done.cleared)))
    for changed in done.changed_by_others:
        click.echo(_("{case}: noen andre har endret flaggene, og det får stå.").format(case=changed), err=True)
    if done.left:
        left = _("Ikke tatt bort fra {cases}: kjør det samme en gang til.")
        click.echo(left.format(cases=", ".join(done.left)), err=True)
        aside(done.why)
        sys.exit(ExitCode.UNCHECKED)


@flags.command("restore")
@click.argument("subject", metavar="SAK", required=False)
@_which
@click.option("--reason", required=True, metavar="TEKST", help="Hvorfor, til kjøreloggen. Ingen navn.")
@with_workplace
def flags_restore(
    work: Workplace, subject: str | None, rule: str | None, case: str | None, everything: bool, reason: str
) -> None:
    """La neste nattkjøring skrive våre flagg igjen: der noen andre har endret dem, og der de er tatt tilbake.

    \b
    Eksempel:
      skolemiljo flags restore SM-2026-014 --reason "flaggene ble endret ved en feil"
      skolemiljo flags restore --rule SK-09 --reason "regelen gjelder som før"
    """
    from .. import taken_back

    if taken_back.restore(work, taken_back.What(rule, case or subject, everything), reason=reason):
        click.echo(_("Neste nattkjøring skriver våre flagg igjen."))
    else:
        click.echo(_("Ingenting er tatt tilbake eller endret av andre her."))
