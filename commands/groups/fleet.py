"""Many municipalities: ``skolemiljo fleet …``."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..options import AS_OF, PLAIN_FORMAT, now
from . import GROUPS

if TYPE_CHECKING:
    from ...fleet.names import MunicipalNight

SCHEDULER = click.option(
    "--scheduler", metavar="ADRESSE", default=None, help="Planleggeren (tls://vert:port). Uten: bare denne maskinen."
)
CERTIFICATES = click.option(
    "--certificates",
    type=click.Path(path_type=Path),
    metavar="MAPPE",
    default=None,
    help="Mappe med ca.pem, cert.pem og key.pem for tls://.",
)
FOLDER = click.argument("folder", type=click.Path(path_type=Path), metavar="MAPPE")


fleet = GROUPS["fleet"]


@fleet.command("sync")
@FOLDER
@AS_OF
@PLAIN_FORMAT
@click.option("--dry-run", is_flag=True, help="Gå gjennom alt, skriv ingenting, og si hva som ville blitt skrevet.")
@click.option("--full", is_flag=True, help="Les alt, og sammenlign med kildens egen liste.")
@click.option("--municipality", "only", multiple=True, metavar="MAPPENAVN", help="Bare denne (kan gjentas).")
@SCHEDULER
@CERTIFICATES
@click.option("--workers", type=click.IntRange(1, 512), default=None, help="Arbeidere her. Uten: en for hver kjerne.")
@click.option(
    "--tries", type=click.IntRange(1, 20), default=3, help="Forsøk når det som er galt, går over av seg selv."
)
@click.option("--wait", type=click.FloatRange(0), default=60.0, help="Sekunder før andre forsøk; så det dobbelte.")
@click.option(
    "--metrics", type=click.Path(path_type=Path), metavar="FIL", default=None, help="Tall for overvåking (Prometheus)."
)
def fleet_sync(
    folder: Path,
    as_of: datetime | None,
    form: str,
    dry_run: bool,
    full: bool,
    only: tuple[str, ...],
    scheduler: str | None,
    certificates: Path | None,
    workers: int | None,
    tries: int,
    wait: float,
    metrics: Path | None,
) -> None:
    """Nattkjøringen for hver kommune i MAPPE. En kommune som feiler, stanser ingen annen.

    \b
    Eksempel:
      skolemiljo fleet sync kommuner/
      skolemiljo fleet sync kommuner/ --format json --metrics flaate.prom
    """
    from ...fleet.running import Patience
    from ...journal.log_lines import configure_logging
    from .. import fleets, output
    from ..metrics import FILE_MODE

    level = "warning" if sys.stderr.isatty() else "info"
    configure_logging(level=level)
    where = fleets.folder_of(folder, scheduler)
    with fleets.workers(scheduler, certificates, workers) as client:
        summary = fleets.sync(
            client,
            where,
            as_of=as_of or now(),
            clock=now,
            only=only,
            dry_run=dry_run,
            full=full,
            patience=Patience(tries, wait),
            log=level,
            tell=_tell,
        )
    if metrics is not None:
        output.write(metrics, summary.metrics(), mode=FILE_MODE)
    click.echo(json.dumps(summary.to_json(), ensure_ascii=False, indent=2) if form == "json" else fleets.text(summary))
    sys.exit(summary.exit_code)


def _tell(night: MunicipalNight, number: int, of_all: int) -> None:
    from .. import fleets

    if sys.stderr.isatty():
        click.echo(f"{number}/{of_all} {fleets.told(night)}", err=True)
        return
    import structlog

    log = structlog.get_logger("skolemiljo.fleet")
    log.info("night of a municipality", **night.model_dump(mode="json"), number=number, of_all=of_all)


@fleet.command("status")
@FOLDER
@PLAIN_FORMAT
@SCHEDULER
@CERTIFICATES
@click.option(
    "--hours", type=click.IntRange(1), default=30, help="Avslutt med 3 når noen har vært uten hel natt lenger."
)
def fleet_status(folder: Path, form: str, scheduler: str | None, certificates: Path | None, hours: int) -> None:
    """Siste hele natt for hver kommune i MAPPE, de som har ventet lengst først.

    \b
    Eksempel:
      skolemiljo fleet status kommuner/
    """
    from datetime import timedelta

    from ...domain.exit_code import ExitCode
    from .. import fleets

    where = fleets.folder_of(folder, scheduler)
    if scheduler is None:
        last = fleets.status(None, where)
    else:
        with fleets.workers(scheduler, certificates, None) as client:
            last = fleets.status(client, where)
    if form == "json":
        click.echo(json.dumps([one.model_dump(mode="json") for one in last], ensure_ascii=False, indent=2))
    else:
        click.echo(fleets.status_text(last) or _("Det er ingen kommune der."))
    sys.exit(ExitCode.DONE if fleets.all_whole_since(last, now() - timedelta(hours=hours)) else ExitCode.UNCHECKED)


@fleet.command("simulate")
@click.option("--municipalities", type=click.IntRange(1), default=357, help="Kommuner det regnes for.")
@click.option("--schools", type=click.IntRange(1), default=2700, help="Skoler det regnes for.")
@click.option("--cases", type=click.IntRange(1), default=1_000_000, help="Saker det regnes for.")
@click.option("--really", type=click.IntRange(2, 64), default=8, help="Kommuner som virkelig kjøres.")
@click.option("--really-cases", type=click.IntRange(3), default=20_000, help="Saker i dem til sammen, minst.")
@click.option("--workers", type=click.IntRange(1, 512), default=None, help="Arbeidere her. Uten: en for hver kjerne.")
@PLAIN_FORMAT
def fleet_simulate(
    municipalities: int, schools: int, cases: int, really: int, really_cases: int, workers: int | None, form: str
) -> None:
    """Kjør oppdiktede kommuner på denne maskinen, si hva som ble målt, og regn ut resten av det.

    \b
    Eksempel:
      skolemiljo fleet simulate --really 2 --really-cases 30
    """
    import os

    from ...domain.errors import optional_part
    from .. import fleet_simulation

    with optional_part("mock"):
        import fastapi  # noqa: F401 - the vendors are made of it, in processes of their own
    wanted = fleet_simulation.Wanted(
        municipalities, schools, cases, really, really_cases, workers or os.cpu_count() or 1
    )
    found = fleet_simulation.run(wanted, lambda line: click.echo(line, err=True))
    click.echo(json.dumps(found, indent=2) if form == "json" else fleet_simulation.text(found))
