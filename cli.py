"""The commands: parse, load, call, print, exit code. No logic.

A command stands here; one that belongs to a group (``accept add``), and those whose answer is for others, in commands/groups/.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skolemiljo.commands import output
from skolemiljo.commands.command_language import written
from skolemiljo.commands.for_others import FOR_OTHERS
from skolemiljo.commands.groups import GROUPS
from skolemiljo.commands.options import (
    AS_OF,
    ASSESS_FORMAT,
    ASSESS_FORMATS,
    DECIDED_BY,
    FAIL_ON,
    LANGUAGE,
    OUT,
    PLAIN_FORMAT,
    REPORT_FORMAT,
    RESPONSIBLE,
    SINCE,
    STRESS,
    asked_of_the_doctor,
    now,
    with_workplace,
)
from skolemiljo.commands.program import Program
from skolemiljo.domain.exit_code import ExitCode

if TYPE_CHECKING:
    from skolemiljo.commands.workplace import Workplace
    from skolemiljo.domain.people import Role
    from skolemiljo.reports.model import Report


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="skolemiljo")
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    metavar="FIL",
    default=None,
    help="Innstillingsfil (TOML). Ellers $SKOLEMILJO_SETTINGS.",
)
@click.option(
    "--secrets",
    type=click.Path(path_type=Path),
    metavar="MAPPE",
    default=None,
    help="Mappe med hemmeligheter, én fil for hver.",
)
@click.pass_context
def main(ctx: click.Context, settings: Path | None, secrets: Path | None) -> None:
    """Sjekker skolemiljøsaker mot kommunens egen plan, og sier hva som mangler, innen når, og hva som må gjøres.

    \b
    Rektor:      skolemiljo check-school --school 310000019
    Skoleeier:   skolemiljo audit --out rapport
    IT:          skolemiljo sync
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    ctx.obj = (settings, secrets)
    if ctx.invoked_subcommand in ("explain", "schema"):
        return
    from skolemiljo.journal.log_lines import crash_without_words, log_nothing

    crash_without_words()
    log_nothing()


for command in (*GROUPS.values(), *FOR_OTHERS):
    main.add_command(command)


# --- judging ---------------------------------------------------------------------------------------------------------


@main.command("check-school")
@click.option("--school", required=True, metavar="SKOLE", help="Skolens organisasjonsnummer eller navn.")
@click.option("--case", metavar="SAK", default=None, help="Bare denne saken.")
@click.option("--today", is_flag=True, help="Bare sakene som trenger noe i dag.")
@click.option(
    "--role",
    type=RESPONSIBLE,
    metavar="ROLLE",
    default=None,
    help="Bare det denne rollen, f.eks. kontaktlærer, har ansvar for.",
)
@click.option("--all", "everything", is_flag=True, help="Også det som er i orden, når utskriften går til et program.")
@AS_OF
@SINCE
@REPORT_FORMAT
@OUT
@LANGUAGE
@FAIL_ON
@click.option("--open", "show", is_flag=True, help="Åpne fila når den er skrevet.")
@click.option("--offline", is_flag=True, help="Bruk det som ble sett ved siste nattlige kjøring.")
@with_workplace
def check_school(
    work: Workplace,
    school: str,
    case: str | None,
    today: bool,
    role: Role | None,
    everything: bool,
    as_of: datetime | None,
    since: date | None,
    form: str,
    out: Path | None,
    language: str | None,
    fail_on: str,
    show: bool,
    offline: bool,
) -> None:
    """Hva må rektor gjøre? Én skole: hva som mangler, innen når, og hva som må gjøres nå.

    \b
    Eksempel:
      skolemiljo check-school --school 310000019
      skolemiljo check-school --school 310000019 --today
      skolemiljo check-school --school 310000019 --out rapport.html --open
    """
    from skolemiljo.commands import reports_for, run_log_lines
    from skolemiljo.reports.model import Only

    if show and out is None:
        raise click.UsageError(_("--open trenger --out: fila som skal åpnes"))
    form = output.form_of(out, form)
    report, judged = reports_for.for_rector(
        work,
        school,
        as_of=as_of or now(),
        language=language,
        offline=offline,
        since=since,
        only=Only(case, role, today),
        progress=output.progress(),
    )
    output.aside(run_log_lines.note_report(work, "check-school", report, form))
    output.show(report, form, out, language, work=work, open_it=show, everything=everything)
    output.tell_problems(judged)
    output.finish(report, judged, fail_on)


@main.command()
@AS_OF
@SINCE
@REPORT_FORMAT
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FIL-ELLER-MAPPE",
    default=None,
    help="Skriv til denne fila i stedet; med --format html til denne mappa.",
)
@LANGUAGE
@FAIL_ON
@click.option("--offline", is_flag=True, help="Bruk det som ble sett ved siste nattlige kjøring.")
@click.option("--case", metavar="SAK", default=None, help="Åpne bare denne saken: saksnummer, eller dekknavn herfra.")
@click.option(
    "--reason", default=None, help="Hvorfor saken åpnes. Ikke skriv navn. Begrunnelsen skrives i kjøreloggen."
)
@click.option("--external", is_flag=True, help="Til dem utenfor: uten saker, og små tall er skjult.")
@with_workplace
def audit(
    work: Workplace,
    as_of: datetime | None,
    since: date | None,
    form: str,
    out: Path | None,
    language: str | None,
    fail_on: str,
    offline: bool,
    case: str | None,
    reason: str | None,
    external: bool,
) -> None:
    """Alle skolene på én gang, for skoleeier. Saker har dekknavn.

    \b
    Eksempel:
      skolemiljo audit
      skolemiljo audit --external --out til-utvalget.pdf
      skolemiljo audit --format html --out rapport
      skolemiljo audit --case sak-abcdefghij23 --reason "Tilsyn, sak 2026/117"
    """
    from skolemiljo.commands import reports_for, run_log_lines
    from skolemiljo.reports.model import AuditReport
    from skolemiljo.reports.school_rows import outward

    if (case is None) != (reason is None):
        raise click.UsageError(_("--case og --reason hører sammen: si hvorfor saken åpnes, uten navn."))
    if case is not None and offline:
        raise click.UsageError(_("--case henter saken fra kilden, og går ikke sammen med --offline."))
    form = output.form_of(out, form)
    if external and case is not None:
        raise click.UsageError(_("--external holder ingen saker: bruk det uten --case."))
    as_of = as_of or now()
    report: Report
    if case is not None and reason is not None:
        report, judged = reports_for.for_one_case(work, case, reason=reason, as_of=as_of, language=language)
    else:
        report, judged = reports_for.for_owner(
            work,
            as_of=as_of,
            language=language,
            offline=offline,
            since=since,
            progress=output.progress(),
        )
        output.aside(run_log_lines.note_report(work, "audit", report, form))
    output.show(
        outward(report) if external and isinstance(report, AuditReport) else report, form, out, language, work=work
    )
    output.finish(report, judged, fail_on)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="MAPPE", required=False)
@with_workplace
def publish(work: Workplace, folder: Path | None) -> None:
    """Legg rapportene fra siste natt der folk åpner dem: MAPPE/ORGNR for hver skole, og MAPPE/owner for skoleeier.
    Uten MAPPE: den i innstillingene, publish.folder.

    \b
    Eksempel:
      skolemiljo publish publisert
    """
    from skolemiljo.commands import publishing

    folder = folder or work.settings.publish.folder
    if folder is None:
        raise click.UsageError(_("si hvilken mappe, eller sett publish.folder"))
    if not publishing.publish(work, folder, now=now(), echo=click.echo):
        sys.exit(ExitCode.UNCHECKED)


@main.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="FIL-ELLER-MAPPE..."
)
@AS_OF
@ASSESS_FORMAT
@OUT
@LANGUAGE
@FAIL_ON
@click.option("--plan", metavar="PLAN", default=None, help="En annen plan enn innstillingene sier.")
@click.option(
    "--source-zone", metavar="SONE", default=None, help="Tidssonen for tidspunkter uten sone, f.eks. Europe/Oslo."
)
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", default=1, help="Vurder i så mange prosesser.")
@with_workplace
def assess(
    work: Workplace,
    paths: tuple[Path, ...],
    as_of: datetime | None,
    form: str,
    out: Path | None,
    language: str | None,
    fail_on: str,
    plan: str | None,
    source_zone: str | None,
    jobs: int,
) -> None:
    """Vurder eksporterte saker, eller saker i en arbeidsbok, uten server og uten lager. En ødelagt fil blir nevnt, og de
    andre blir vurdert.

    \b
    Eksempel:
      skolemiljo assess docs/example-case.json --as-of 2026-03-20T08:00
      skolemiljo assess eksport --jobs 4 --format jsonl --out saker.jsonl
    """
    from skolemiljo.commands import assessing

    form = output.form_of(out, form, ASSESS_FORMATS)
    language = language or work.settings.report_language
    files = assessing.Files(paths, as_of or now(), language, plan, source_zone, jobs)
    if form in assessing.FORMS:
        assessing.stream(work, files, form, out, fail_on)
        return
    report, judged = assessing.for_files(work, files, form)
    output.show(report, form, out, language)
    output.tell_problems(judged)
    output.finish(report, judged, fail_on)


# --- the night -------------------------------------------------------------------------------------------------------


@main.command()
@AS_OF
@PLAIN_FORMAT
@click.option("--dry-run", is_flag=True, help="Gå gjennom alt, skriv ingenting, og si hva som ville blitt skrevet.")
@click.option("--full", is_flag=True, help="Les alt, og sammenlign med kildens egen liste.")
@click.option("--school", "schools", multiple=True, metavar="ORGNR", help="Bare denne skolen (kan gjentas).")
@click.option(
    "--first-write",
    is_flag=True,
    help="Skriv flagg til denne kilden for første gang, etter en kjøring som bare har sett.",
)
@click.option(
    "--accept-gone",
    "gone_at",
    metavar="ORGNR",
    default=None,
    help="Det er riktig at saker ved skolen er borte fra kilden: spør ikke mer om dem (trenger --reason).",
)
@click.option("--reason", default="", metavar="TEKST", help="Hvorfor, til kjøreloggen. Ingen navn.")
@with_workplace
def sync(
    work: Workplace,
    as_of: datetime | None,
    form: str,
    dry_run: bool,
    full: bool,
    schools: tuple[str, ...],
    first_write: bool,
    gone_at: str | None,
    reason: str,
) -> None:
    """Nattkjøringen: hent det som er endret, vurder det, skriv flagg tilbake, og les dem tilbake.

    \b
    Eksempel:
      skolemiljo sync --dry-run
      skolemiljo sync --format json
      skolemiljo sync --accept-gone 310000027 --reason "elevene er flyttet til en annen kommune"
    """
    import json

    from skolemiljo.commands import night
    from skolemiljo.journal.log_lines import configure_logging

    # At night the log is for a machine; a person at a terminal sees the progress and the summary.
    configure_logging(level="warning" if sys.stderr.isatty() else "info")
    if gone_at is not None:
        cases = night.accept_gone(work, gone_at, reason=reason, at=now())
        accepted = _("Godtatt at disse er borte: {cases}.").format(cases=", ".join(cases))
        click.echo(accepted if cases else _("Ingen sak ved skolen er borte."))
    tell = output.progress()
    summary = night.run(
        work,
        as_of=as_of or now(),
        dry_run=dry_run,
        full=full,
        schools=schools,
        first_write=first_write,
        progress=None if tell is None else lambda p: tell(p.school or _("kommunen"), p.done),
    )
    if form == "json":
        click.echo(json.dumps(summary.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(night.text(summary))
    sys.exit(summary.exit_code)


@main.command()
@AS_OF
@LANGUAGE
@click.option("--dry-run", is_flag=True, help="Vis hva som ville blitt sendt, og send ingenting.")
@with_workplace
def digest(work: Workplace, as_of: datetime | None, language: str | None, dry_run: bool) -> None:
    """Morgenposten: antall og saksnumre til skolene og skoleeier, fra siste nattkjøring, og bare når noe er nytt.

    \b
    Eksempel:
      skolemiljo digest --dry-run
    """
    from skolemiljo.commands import digests

    at = now()
    if not digests.send_all(work, as_of=as_of or at, now=at, dry_run=dry_run, language=language, echo=click.echo):
        sys.exit(ExitCode.LATER)


@main.command()
@LANGUAGE
@click.option("--dry-run", is_flag=True, help="Vis hva som ville blitt sendt, og send ingenting.")
@with_workplace
def watch(work: Workplace, language: str | None, dry_run: bool) -> None:
    """Vakten om dagen: hva som har frist i kveld og ikke er loggført, til den som ennå kan gjøre det.

    \b
    Eksempel:
      skolemiljo watch --dry-run
    """
    from skolemiljo.commands import watching

    sys.exit(watching.watch(work, now=now(), dry_run=dry_run, language=language, echo=click.echo))


# --- decisions -------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("case", metavar="SAK")
@click.argument("rule", metavar="REGEL")
@click.option("--reason", required=True, help="Hva verktøyet tar feil av. Ikke skriv navn.")
@click.option("--withdraw", is_flag=True, help="Ta tilbake det som er sagt om regelen i saken.")
@DECIDED_BY
@with_workplace
def dispute(work: Workplace, case: str, rule: str, reason: str, withdraw: bool, role: Role) -> None:
    """Si ifra at verktøyet tar feil om en regel i en sak. Svaret endres ikke; det telles, så en gal regel blir sett.

    \b
    Eksempel:
      skolemiljo dispute SM-2026-014 EV-01 --role rektor --reason "Møtet er ført, men under en annen merkelapp"
    """
    from skolemiljo.commands import decisions

    click.echo(decisions.dispute(work, case=case, rule=rule, reason=reason, role=role, withdraw=withdraw))


# --- what the rules say ----------------------------------------------------------------------------------------------


@main.command()
@click.argument("rule", required=False, metavar="REGEL")
@click.option("--all", "every", is_flag=True, help="Alle reglene, i planens rekkefølge.")
@click.option("--plan", metavar="PLAN", default="oyer-2024", help="Planen som ordene hentes fra.")
@click.option(
    "--format", "form", type=click.Choice(("text", "markdown", "json")), default="text", help="Formen på svaret."
)
@LANGUAGE
@click.pass_context
def explain(ctx: click.Context, rule: str | None, every: bool, plan: str, form: str, language: str | None) -> None:
    """Forklar en regel: planens egne ord, hvorfor, hva som viser at den er fulgt, og hva som må gjøres.

    \b
    Eksempel:
      skolemiljo explain VA-08
      skolemiljo explain elev-far-beskjed-samme-dag --format json
    """
    from skolemiljo.commands import pages

    click.echo(pages.explain(rule, every=every, plan=plan, form=form, language=language or written()))
    told = pages.disputed(rule, *ctx.obj) if rule is not None and form == "text" else None
    if told is not None:
        click.echo(f"\n{told}")


@main.command()
@click.argument(
    "what", type=click.Choice(("case", "school", "cycle", "flag", "finding", "plan", "report")), default="case"
)
def schema(what: str) -> None:
    """Skriv JSON Schema for saksformatet og de andre formatene.

    \b
    Eksempel:
      skolemiljo schema case
    """
    from skolemiljo.commands import pages

    click.echo(pages.schema(what))


# --- settings and the mock -------------------------------------------------------------------------------------------


@main.command()
@PLAIN_FORMAT
@asked_of_the_doctor
@with_workplace
def doctor(work: Workplace, form: str, network: bool, rows: bool, sample: Path | None) -> None:
    """Er alt på plass for en natt? Innstillinger, hemmeligheter, systemene, planen, lageret, plass, klokker og kjørelogg.

    Skriver ingenting. Avslutter med 0 når en natt kan kjøre, 2 når innstillingene må rettes, 3 når noe annet må.

    \b
    Eksempel:
      skolemiljo doctor
      skolemiljo doctor --rows
      skolemiljo doctor --sample sak.json
    """
    from skolemiljo.commands import doctor as doctors

    told, code = doctors.told(work, now(), form, sample=sample, network=network, rows=rows)
    click.echo(told)
    sys.exit(code)


@main.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="MAPPE",
    default=Path("build/demo"),
    help="Hvor det som lages, legges.",
)
@STRESS
def demo(out: Path, stress: bool) -> None:
    """En natt i en oppdiktet kommune: hent, vurder, skriv tilbake, les tilbake, og vis hva rektor og skoleeier ser.

    \b
    Eksempel:
      skolemiljo demo --out build/demo
    """
    from skolemiljo.commands.demo import run_demo
    from skolemiljo.journal.log_lines import configure_logging

    configure_logging(level="warning")
    run_demo(out, click.echo, stress=stress)


if __name__ == "__main__":
    main()
