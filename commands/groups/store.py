"""What is remembered between the nights: ``skolemiljo store …``."""

from __future__ import annotations

from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..options import Day, with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace


store = GROUPS["store"]


@store.command("backup")
@click.argument("target", type=click.Path(path_type=Path), metavar="FIL")
@with_workplace
def store_backup(work: Workplace, target: Path) -> None:
    """Ta en hel kopi av lageret.

    \b
    Eksempel:
      skolemiljo store backup kopi.sqlite
    """
    from .. import run_log_lines

    run_log_lines.backup(work, target)
    click.echo(_("Skrevet: {file}").format(file=target))


@store.command("forget")
@click.option("--before", required=True, type=Day(), metavar="DATO", help="Alt som er eldre enn denne datoen.")
@with_workplace
def store_forget(work: Workplace, before: date) -> None:
    """Slett det som er eldre enn en dato.

    \b
    Eksempel:
      skolemiljo store forget --before 2021-08-01
    """
    from .. import run_log_lines

    gone = run_log_lines.forget(work, before)
    said = _("Slettet: saker {cases}, kjøringer {runs}, skoleår {cycles}, godtatte avvik {acceptances}.")
    click.echo(said.format(cases=gone.cases, runs=gone.runs, cycles=gone.cycles, acceptances=gone.acceptances))


@store.command("new-key")
@click.option("--reason", required=True, metavar="TEKST", help="Hvorfor; står i kjøreloggen. Ingen navn.")
@with_workplace
def store_new_key(work: Workplace, reason: str) -> None:
    """Si at nøkkelen til dekknavnene er tapt eller byttet, og at nye dekknavn er greit.

    \b
    Eksempel:
      skolemiljo store new-key --reason "Nøkkelen gikk tapt med den gamle tjeneren"
    """
    from .. import run_log_lines

    run_log_lines.new_key(work, reason=reason)
    click.echo(_("Nøkkelen som er satt nå, gjelder fra neste natt. Saker med dekknavn blir nye saker."))


@store.command("check")
@with_workplace
def store_check(work: Workplace) -> None:
    """Sjekk at lageret er helt.

    \b
    Eksempel:
      skolemiljo store check
    """
    from ...domain.errors import StoreError
    from ...store.database_errors import damaged

    faults = work.store.check()
    click.echo("\n".join(faults) or _("Lageret er helt."))
    if faults:
        raise StoreError(damaged(work.store.name))


@store.command("move")
@with_workplace
def store_move(work: Workplace) -> None:
    """Flytt lageret fra fila til databasen i innstillingen database (PostgreSQL).

    \b
    Eksempel:
      skolemiljo store move
    """
    from .. import moving

    rows, aside = moving.to_database(work)
    click.echo(
        _("Flyttet: {n} rader, sammenlignet rad for rad. Fila ligger igjen som {file}.").format(n=rows, file=aside.name)
    )
