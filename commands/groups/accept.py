"""Accepting a deviation for a time: ``skolemiljo accept …``."""

from __future__ import annotations

import sys
from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..options import DECIDED_BY, Day, now, with_workplace
from ..output import aside
from . import GROUPS

if TYPE_CHECKING:
    from ...domain.people import Role
    from ..workplace import Workplace


accept = GROUPS["accept"]


@accept.command("add")
@click.argument("case", metavar="SAK")
@click.argument("rule", metavar="REGEL")
@click.option("--scope", default=None, help="Bare denne delen av saken, f.eks. notice:v-1/pupil:e-1. Uten: alle.")
@click.option("--reason", required=True, help="Hvorfor. Ikke skriv navn.")
@DECIDED_BY
@click.option("--until", required=True, type=Day(), metavar="DATO", help="Siste dag, f.eks. 2026-12-31.")
@click.option("--yes", is_flag=True, help="Ikke spør først.")
@with_workplace
def accept_add(
    work: Workplace, case: str, rule: str, scope: str | None, reason: str, role: Role, until: date, yes: bool
) -> None:
    """Godta det en regel har åpent i en sak. Det vises først hva det gjelder.

    \b
    Eksempel:
      skolemiljo accept add SM-2026-014 EV-01 --role rektor \\
        --reason "Møtet ble flyttet etter ønske fra hjemmet" --until 2026-12-31
    """
    from .. import decisions

    found = decisions.covered(work, case=case, rule=rule, scope=scope, role=role)
    aside(_("Dette blir godtatt i sak {case}:").format(case=case))
    aside(decisions.told(found, work.settings.report_language))
    if not yes and sys.stdin.isatty():
        click.confirm(_("Godta dette?"), abort=True, err=True)
    done = decisions.accept(work, found, reason=reason, role=role, until=until, at=now())
    click.echo("\n".join(done))
    aside(decisions.keep_export(work))


@accept.command("list")
@with_workplace
def accept_list(work: Workplace) -> None:
    """List opp godtatte avvik: de som gjelder, de som er utløpt, og de som er ugyldige.

    \b
    Eksempel:
      skolemiljo accept list
    """
    from ...domain.moment import local_day
    from .. import decisions

    click.echo(decisions.listing(work, local_day(now())))


@accept.command("withdraw")
@click.argument("decision", metavar="ID")
@with_workplace
def accept_withdraw(work: Workplace, decision: str) -> None:
    """Trekk en avgjørelse tilbake. Avviket vises da igjen som før.

    \b
    Eksempel:
      skolemiljo accept withdraw 0123456789abcdef0123456789abcdef
    """
    from .. import decisions

    decisions.withdraw(work, decision, now())
    click.echo(_("Trukket tilbake."))
    aside(decisions.keep_export(work))


@accept.command("import")
@click.argument("file", metavar="FIL", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_workplace
def accept_import(work: Workplace, file: Path) -> None:
    """Ta inn igjen de godtatte avvikene fra nattens eksport, når lageret er gått tapt.

    \b
    Eksempel:
      skolemiljo accept import acceptances.json
    """
    from .. import decisions

    click.echo(_("Tatt inn: {n}.").format(n=decisions.take_back(work, file)))
