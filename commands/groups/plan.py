"""The municipality's plan: ``skolemiljo plan …``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...domain.exit_code import ExitCode
from ..options import AS_OF, PLAIN_FORMAT, now, with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace


plan = GROUPS["plan"]


@plan.command("coverage")
@click.option("--plan", "name", metavar="PLAN", default=None, help="En annen plan enn innstillingene sier.")
@PLAIN_FORMAT
@with_workplace
def plan_coverage(work: Workplace, name: str | None, form: str) -> None:
    """Hver setning i planen som krever noe, og hva verktøyet gjør med den.

    \b
    Eksempel:
      skolemiljo plan coverage
    """
    from .. import plans

    text, whole = plans.coverage(name or work.settings.plan, form)
    click.echo(text)
    if not whole:
        sys.exit(ExitCode.FINDINGS)


@plan.command("verify")
@click.option(
    "--text",
    "file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FIL",
    help="Planens tekst som ren tekst.",
)
@click.option("--plan", "name", metavar="PLAN", default=None, help="En annen plan enn innstillingene sier.")
@PLAIN_FORMAT
@with_workplace
def plan_verify(work: Workplace, file: Path, name: str | None, form: str) -> None:
    """Står hvert sitat ord for ord i planens tekst? Kjøres når planen er revidert.

    \b
    Eksempel:
      skolemiljo plan verify --text plan.txt
    """
    from .. import plans

    text, whole = plans.verify(name or work.settings.plan, file, form)
    click.echo(text)
    if not whole:
        sys.exit(ExitCode.FINDINGS)


@plan.command("compare")
@click.argument("old", metavar="GAMMEL")
@click.argument("new", metavar="NY")
@click.option(
    "--source",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="FIL-ELLER-MAPPE",
    help="Saker som filer (kan gjentas).",
)
@AS_OF
@PLAIN_FORMAT
@with_workplace
def plan_compare(
    work: Workplace, old: str, new: str, paths: tuple[Path, ...], as_of: datetime | None, form: str
) -> None:
    """Hvilke svar ville blitt andre med en revidert plan? Uten --source brukes kilden i innstillingene.

    \b
    Eksempel:
      skolemiljo plan compare oyer-2024 eksempel --source build/demo/eksport/cases
    """
    from .. import plans

    click.echo(plans.compare(work, old, new, paths, as_of or now(), form))
