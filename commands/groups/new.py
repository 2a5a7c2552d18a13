"""What others begin with: ``skolemiljo new …``."""

from __future__ import annotations

from datetime import date
from gettext import gettext as _
from pathlib import Path

import click

from ..options import Day
from . import GROUPS

OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="MAPPE",
    default=Path(),
    help="Mappa den nye legges i. Uten: der du står.",
)


new = GROUPS["new"]


@new.command("adapter")
@click.argument("name", metavar="NAVN")
@OUT
def new_adapter(name: str, out: Path) -> None:
    """En pakke med en adapter som består prøvene sine med en gang. Den neste siden å lese er docs/writing-an-adapter.md.

    \b
    Eksempel:
      skolemiljo new adapter acos
    """
    from .. import new as begin

    for file in begin.adapter(name, out):
        click.echo(file)


@new.command("plan")
@click.argument("name", metavar="NAVN")
@click.option(
    "--text",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FIL",
    help="Kommunens plan, som ren tekst (UTF-8) eller PDF.",
)
@click.option("--municipality", required=True, metavar="KOMMUNE", help="Navnet på kommunen.")
@click.option("--approved", required=True, type=Day(), metavar="DATO", help="Dagen planen ble vedtatt eller godkjent.")
@click.option("--base", default="oyer-2024", metavar="PLAN", help="Planen det tas etter.")
@OUT
def new_plan(name: str, text: Path, municipality: str, approved: date, base: str, out: Path) -> None:
    """En mappe med kommunens plan, begynt: det som står ord for ord, gjelder, og resten venter på et menneske. Les docs/writing-a-plan.md.

    \b
    Eksempel:
      skolemiljo new plan fjellvik --text plan.txt --municipality "Fjellvik kommune" --approved 2025-06-18
    """
    from .. import new as begin

    made = begin.plan(name, out, text=text, municipality=municipality, approved=approved, base=base)
    told = _(
        "{folder}: {found} rader sto ord for ord i planen, og {law} er lovens egne og gjelder overalt. {left} står som kommentarer i "
        "coverage.toml og venter på et menneske."
    )
    click.echo(told.format(folder=made.folder, found=made.found, law=made.law, left=made.left))
