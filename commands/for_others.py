"""The commands whose answer is for others: those who watch over the machines, the vendor, the state supervisor."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..domain.exit_code import ExitCode
from . import output
from .options import AS_OF, LANGUAGE, OUT, PLAIN_FORMAT, now, opened_because, with_workplace

if TYPE_CHECKING:
    from ..domain.people import Role
    from .workplace import Workplace


@click.command()
@OUT
@with_workplace
def metrics(work: Workplace, out: Path | None) -> None:
    """Tall til kommunens overvåking (Prometheus): når siste hele natt var, og hvor mye som ikke kunne sjekkes.

    \b
    Eksempel:
      skolemiljo metrics --out /var/lib/prometheus/node-exporter/skolemiljo.prom
    """
    from . import metrics as numbers
    from . import reports_for

    told = numbers.metrics(reports_for.needed(work.remembered), now())
    if out is None:
        click.echo(told, nl=False)
    else:
        output.write(out, told, mode=numbers.FILE_MODE)


@click.command()
@click.argument("url", required=False, metavar="ADRESSE")
@click.option(
    "--system",
    type=click.Choice(("sikker_sak", "annual_cycle")),
    default="sikker_sak",
    help="Hvilken kontrakt det gjelder.",
)
@PLAIN_FORMAT
@OUT
@with_workplace
def conformance(work: Workplace, url: str | None, system: str, form: str, out: Path | None) -> None:
    """Holder et ekte system den kontrakten vi har antatt? Leser bare, og sier hva som er annerledes, uten innhold.

    Uten ADRESSE spørres det innstillingene sier. Rapporten er til å sende leverandøren.

    \b
    Eksempel:
      skolemiljo conformance --system annual_cycle
    """
    from . import conformance as contracts

    told = contracts.examine(work, system, url, now())
    output.put(contracts.as_json(told) if form == "json" else contracts.text(told), out)
    if told.unasked:
        sys.exit(ExitCode.UNCHECKED)
    if told.differs or told.unknown:
        sys.exit(ExitCode.FINDINGS)


@click.command()
@click.argument("case", metavar="SAK")
@click.option(
    "--format", "form", type=click.Choice(("html", "pdf", "docx", "json")), default="html", help="Form på utskriften."
)
@opened_because
@AS_OF
@OUT
@LANGUAGE
@with_workplace
def dossier(
    work: Workplace,
    case: str,
    reason: str,
    form: str,
    role: Role,
    as_of: datetime | None,
    out: Path | None,
    language: str | None,
) -> None:
    """Én sak slik statsforvalteren spør: tidslinje uten tekst, og for hver plikt spørsmål, svar og dokumentasjon.

    \b
    Eksempel:
      skolemiljo dossier SM-2026-014 --reason "Tilsyn, sak 2026/117" --out sak.html
    """
    from . import decisions

    form = output.form_of(out, form, ("html", "pdf", "docx", "json"))
    language = language or work.settings.report_language
    told = decisions.dossier(work, case, reason=reason, role=role, form=form, as_of=as_of or now(), language=language)
    output.put(told, out)


FOR_OTHERS = (metrics, conformance, dossier)
