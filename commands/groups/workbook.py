"""Sheets that people fill in: ``skolemiljo workbook …``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...domain.exit_code import ExitCode
from ..options import LANGUAGE, now, with_workplace
from . import GROUPS

if TYPE_CHECKING:
    from ..workplace import Workplace

_SHEETS = click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FIL-ELLER-MAPPE",
    required=True,
    help="En arbeidsbok (.xlsx), eller en mappe som får én CSV-fil for hvert ark.",
)


workbook = GROUPS["workbook"]


@workbook.command()
@click.option(
    "--school",
    "schools",
    multiple=True,
    metavar="ORGNR-OG-NAVN",
    help="En skole som skal stå der: organisasjonsnummer, og gjerne navnet etter (kan gjentas).",
)
@LANGUAGE
@_SHEETS
@with_workplace
def template(work: Workplace, schools: tuple[str, ...], language: str | None, out: Path) -> None:
    """Lag en tom arbeidsbok som skolene fyller ut, med lister å velge fra og et ark som forklarer.

    \b
    Eksempel:
      skolemiljo workbook template --school "310000019 Fjellgløtt skole" --out saker.xlsx
    """
    from .. import workbooks

    workbooks.template(out, schools=schools, language=language or work.settings.report_language, echo=click.echo)


@workbook.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="FIL-ELLER-MAPPE..."
)
@LANGUAGE
@_SHEETS
@with_workplace
def fill(work: Workplace, paths: tuple[Path, ...], language: str | None, out: Path) -> None:
    """Skriv saker som er filer, i en arbeidsbok: for å se hvordan den fylles ut, eller for å gå over til den.

    \b
    Eksempel:
      skolemiljo workbook fill docs/example-case.json --out eksempel.xlsx
    """
    from .. import workbooks

    unread = workbooks.fill(
        out,
        paths,
        language=language or work.settings.report_language,
        reading=work.reading,
        echo=click.echo,
    )
    _tell([problem.told() for problem in unread])


@workbook.command()
@click.option(
    "--school",
    default=None,
    metavar="ORGNR",
    help="Bare denne skolens, uten saker om ledelsen. Uten: alt, for skoleeier.",
)
@LANGUAGE
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FIL", required=True, help="Arbeidsboka som skal lages (.xlsx)."
)
@with_workplace
def handover(work: Workplace, school: str | None, language: str | None, out: Path) -> None:
    """Lag arket over det som skal føres for hånd etter natta: flagg, årshjul, og det som må gjøres i dag.

    \b
    Eksempel:
      skolemiljo workbook handover --out kvittering.xlsx
    """
    from .. import hand_entry

    language = language or work.settings.report_language
    unread = hand_entry.make(work, out, school=school, language=language, at=now(), echo=click.echo)
    _tell(unread)


@workbook.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True), metavar="FIL")
@with_workplace
def receipt(work: Workplace, path: Path) -> None:
    """Les arket tilbake når det er ført: hva som er ført, av hvilken rolle og når. Det blir husket, og spurt om én gang.

    \b
    Eksempel:
      skolemiljo workbook receipt kvittering.xlsx
    """
    from .. import hand_entry

    wrong = hand_entry.receive(work, path, at=now(), echo=click.echo)
    _tell([mistake.told() for mistake in wrong])


def _tell(unread: list[str]) -> None:
    """What could not be read, and the exit code that says so."""
    for line in unread:
        click.echo(line, err=True)
    if unread:
        sys.exit(ExitCode.UNCHECKED)
