"""The settings: ``skolemiljo config …``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..options import PLAIN_FORMAT, with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace


config = GROUPS["config"]


@config.command("show")
@PLAIN_FORMAT
@with_workplace
def config_show(work: Workplace, form: str) -> None:
    """Hver innstilling slik den ville stått i innstillingsfila, og hvor den kommer fra. Hemmeligheter vises som ***.

    \b
    Eksempel:
      skolemiljo config show
    """
    from ...settings import shown
    from .. import configuration

    rows = shown(work.settings, work.settings_file, work.secrets)
    click.echo(configuration.as_json(rows) if form == "json" else configuration.as_toml(rows))
