"""Sheets that people fill in: ``skolemiljo workbook …``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...domain.exit_code import ExitCode
from ..options import LANGUAGE, with_workplace

if TYPE_CHECKING:
    from ..workplace import Workplace

_SHEETS = click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FIL-ELLER-MAPPE",
    required=True,
    help="En arbeidsbok (.xlsx), eller en mappe som får én CSV-fil for hvert ark.",
)


@click.group()
def workbook() -> None:
    """Arbeidsbøker for en kommune uten API: saker inn."""


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
        zone=work.settings.zone,
        echo=click.echo,
    )
    for problem in unread:
        click.echo(problem.told(), err=True)
    if unread:
        sys.exit(ExitCode.UNCHECKED)
