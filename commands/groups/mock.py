"""The invented municipality: ``skolemiljo mock …``."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _
from pathlib import Path

import click

from ..options import AS_OF, STRESS
from . import GROUPS

mock = GROUPS["mock"]


@mock.command("up")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port på denne maskinen. 0: en ledig.")
@click.option("--seed", type=int, default=7, help="Samme tall gir samme kommune.")
@click.option("--schools", type=click.IntRange(1), default=3, help="Antall skoler.")
@click.option("--cases", type=click.IntRange(0), default=None, help="Antall saker. Uten: så mange som hører til.")
@STRESS
@click.option("--faults", default="", help="Feil som skal oppstå, f.eks. 429,500,hung.")
@click.option("--fault-rate", type=click.FloatRange(0, 1), default=0.05, help="Hvor ofte: 0 til 1.")
@click.option("--fault-seed", type=int, default=1, help="Samme tall gir samme feil.")
@AS_OF
def mock_up(
    port: int,
    seed: int,
    schools: int,
    cases: int | None,
    stress: bool,
    faults: str,
    fault_rate: float,
    fault_seed: int,
    as_of: datetime | None,
) -> None:
    """Start den oppdiktede kommunen som en ekte HTTP-server på denne maskinen, og skriv innstillingene som trengs.

    \b
    Eksempel:
      skolemiljo mock up --port 8310
    """
    from .. import mocking

    mocking.up(
        port=port,
        seed=seed,
        schools=schools,
        cases=cases,
        calm=not stress,
        faults=faults,
        fault_rate=fault_rate,
        fault_seed=fault_seed,
        as_of=as_of,
        echo=click.echo,
    )


@mock.command("folder")
@click.argument("path", type=click.Path(path_type=Path), metavar="MAPPE")
@click.option("--seed", type=int, default=7, help="Samme tall gir samme kommune.")
@click.option("--schools", type=click.IntRange(1), default=3, help="Antall skoler.")
@click.option("--cases", type=click.IntRange(0), default=None, help="Antall saker. Uten: så mange som hører til.")
@STRESS
def mock_folder(path: Path, seed: int, schools: int, cases: int | None, stress: bool) -> None:
    """Skriv den oppdiktede kommunen som en mappe med filer (mappeutveksling).

    \b
    Eksempel:
      skolemiljo mock folder eksport --cases 20
    """
    from .. import mocking

    mocking.folder(path, seed=seed, schools=schools, cases=cases, calm=not stress)
    click.echo(_("Skrevet: {file}").format(file=path), err=True)
