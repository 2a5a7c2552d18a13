"""What the vendor calls things: ``skolemiljo mapping …``."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..options import with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace


mapping = GROUPS["mapping"]


@mapping.command("suggest")
@click.argument(
    "files", nargs=-1, required=True, metavar="FIL…", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--out",
    required=True,
    metavar="FIL",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Fila forslaget skrives i.",
)
@with_workplace
def mapping_suggest(work: Workplace, files: tuple[Path, ...], out: Path) -> None:
    """Foreslå en fil som sier hva leverandøren kaller feltene, ordene og loggtypene, ut fra eksporterte saker i JSON.

    Forslaget gjelder ikke før noen har lest det, skrevet rollen sin i signed_by, og satt [sikker_sak] mapping.

    \b
    Eksempel:
      skolemiljo mapping suggest sak-1.json sak-2.json --out mapping.toml
    """
    from .. import suggestions

    section = work.settings.sikker_sak
    made = suggestions.suggest(list(files), section.mapping, section.labels, out)
    said = _("Skrevet: {file}. {fields} felt, {words} ord og {labels} loggtyper er foreslått; {left} står igjen.")
    click.echo(said.format(file=out, **{key: made[key] for key in ("fields", "words", "labels", "left")}))
    click.echo(_("Les den, skriv rollen din i signed_by, og sett den som mapping under [sikker_sak]."))
