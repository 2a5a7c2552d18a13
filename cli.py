"""The commands: parse, load, call, print, exit code. No logic."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import update_wrapper
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from skolemiljo.commands.command_language import LANGUAGES, asked_language, speak, translate_help, value_word, written

if TYPE_CHECKING:
    from skolemiljo.commands.workplace import Workplace
    from skolemiljo.judging.now import Judged
    from skolemiljo.reports import Report

FORMATS = ("text", "json", "csv", "xlsx", "html", "ics", "pdf", "junit")
SEVERITIES = ("critical", "high", "medium", "low", "never")
_ALLOCATIONS = 50_000
"""So many objects are made before the garbage collector looks."""
F = TypeVar("F", bound=Callable[..., Any])


class Moment(click.ParamType[datetime]):
    """A point in time with offset, or a date (the end of that day in Oslo)."""

    name = "tidspunkt"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Reads ISO 8601; a time without offset is local time in Oslo."""
        from datetime import timedelta

        from skolemiljo.domain.moment import OSLO, Moment, end_of

        if isinstance(value, datetime):
            return value
        try:
            moment = Moment.parse(value, OSLO)
        except ValueError:
            self.fail(_("skriv tidspunktet som 2026-11-20T08:00 eller 2026-11-20"), param, ctx)
        return moment.instant or end_of(moment.day) - timedelta(seconds=1)


class Day(click.ParamType[date]):
    """A day, written as ISO 8601."""

    name = "dato"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Reads ISO 8601: ``2026-12-31``."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(_("skriv datoen som 2026-12-31"), param, ctx)


AS_OF = click.option(
    "--as-of", type=Moment(), metavar="TIDSPUNKT", default=None, help="Vurder slik det var kjent da. Uten: nå."
)
SINCE = click.option(
    "--since", type=Day(), metavar="DATO", default=None, help="Merk det som er nytt siden da. Uten: siste uke."
)
LANGUAGE = click.option(
    "--language",
    type=click.Choice(("nb", "nn")),
    default=None,
    help="Målform: nb eller nn. Uten: den i innstillingene, for én skole skolens egen.",
)
SPOKEN = click.option(  # asked_language has found it before anything is parsed
    "--language",
    type=click.Choice(LANGUAGES),
    expose_value=False,
    help="Språket. Planens egne ord er alltid norske.",
)
REPORT_FORMAT = click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="Form på utskriften.")
PLAIN_FORMAT = click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", help="Form på utskriften."
)
OUT = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FIL", default=None, help="Skriv til denne fila i stedet."
)
FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="critical",
    help="Avslutt med 1 når et avvik er minst så alvorlig. «never»: aldri.",
)


def now() -> datetime:
    """The clock; the one place where it is read."""
    return datetime.now(UTC)


def with_workplace(function: F) -> F:
    """Hands the command its workplace."""

    @click.pass_context
    def wrapped(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        from skolemiljo.commands.workplace import Workplace

        return ctx.invoke(function, Workplace(*ctx.obj), *args, **kwargs)

    return update_wrapper(wrapped, function)  # type: ignore[return-value]  # click's wrapper has the signature of the command


class Program(click.Group):
    """The program: errors of ours become one plain line and the exit code that says what one can do about it."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the program and exits."""
        from skolemiljo.domain.errors import SkolemiljoError

        # A command makes much and lets go of it in a second, and hardly any of it in rings: the collector can look seldom.
        before = gc.get_threshold()
        gc.set_threshold(_ALLOCATIONS, *before[1:])
        given = args[0] if args else kwargs.get("args")
        speak(asked_language(sys.argv[1:] if given is None else given))
        translate_help(self)
        try:
            return super().main(*args, **kwargs)
        except SkolemiljoError as error:
            click.echo(_("Feil: {error}").format(error=error), err=True)
            sys.exit(error.exit_code)
        except Exception as error:  # noqa: BLE001 - a fault of ours: its text may hold a case, so only type and place are told
            fault = _("Feil i verktøyet: {kind} ({place}). Meld det til dem som lager det.")
            click.echo(fault.format(kind=type(error).__name__, place=_place(error)), err=True)
            sys.exit(3)
        finally:
            gc.set_threshold(*before)


def _place(error: Exception) -> str:
    """Where it happened: the innermost file and line, without a word of what was there."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return _("ukjent sted")
    name = Path(step.tb_frame.f_code.co_filename).name
    return _("{file}, linje {line}").format(file=name, line=step.tb_lineno)


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
    if ctx.invoked_subcommand in ("explain", "schema"):
        return
    from skolemiljo.journal.log_lines import crash_without_words, log_nothing

    crash_without_words()
    log_nothing()
    ctx.obj = (settings, secrets)


# --- judging ---------------------------------------------------------------------------------------------------------


@main.command("check-school")
@click.option("--school", required=True, metavar="ORGNR", help="Skolens organisasjonsnummer.")
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
      skolemiljo check-school --school 310000019 --out rapport.html --open
    """
    from skolemiljo.commands import reports_for, trace

    if show and out is None:
        raise click.UsageError(_("--open trenger --out: fila som skal åpnes"))
    form = _form_of(out, form)
    report, judged = reports_for.for_rector(
        work,
        school,
        as_of=as_of or now(),
        language=language,
        offline=offline,
        since=since,
        progress=_progress(),
    )
    _aside(trace.note_report(work, "check-school", report, form))
    _show(report, form, out, language, work=work, open_it=show)
    _tell(judged)
    _finish(report, judged, fail_on)


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
) -> None:
    """Alle skolene på én gang, for skoleeier. Tall under fem på tvers av elever vises som *, og saker har dekknavn.

    \b
    Eksempel:
      skolemiljo audit
      skolemiljo audit --format html --out rapport
      skolemiljo audit --case sak-abcdefghij23 --reason "Tilsyn, sak 2026/117"
    """
    from skolemiljo.commands import reports_for, trace

    if (case is None) != (reason is None):
        raise click.UsageError(_("--case og --reason hører sammen: si hvorfor saken åpnes, uten navn."))
    if case is not None and offline:
        raise click.UsageError(_("--case henter saken fra kilden, og går ikke sammen med --offline."))
    form = _form_of(out, form)
    as_of = as_of or now()
    report: Report
    if case is not None and reason is not None:
        report, judged = reports_for.for_one_case(work, case, reason=reason, as_of=as_of, language=language)
    else:
        report, judged = reports_for.for_owner(
            work, as_of=as_of, language=language, offline=offline, since=since, progress=_progress()
        )
        _aside(trace.note_report(work, "audit", report, form))
    _show(report, form, out, language, work=work)
    _finish(report, judged, fail_on)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="MAPPE")
@with_workplace
def publish(work: Workplace, folder: Path) -> None:
    """Legg rapportene fra siste natt der folk åpner dem: MAPPE/ORGNR for hver skole, og MAPPE/owner for skoleeier.

    \b
    Eksempel:
      skolemiljo publish publisert
    """
    from skolemiljo.commands import publishing

    if not publishing.publish(work, folder, now=now(), echo=click.echo):
        raise SystemExit(3)


@main.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="FIL-ELLER-MAPPE..."
)
@AS_OF
@REPORT_FORMAT
@OUT
@LANGUAGE
@FAIL_ON
@click.option("--plan", metavar="PLAN", default=None, help="En annen plan enn innstillingene sier.")
@click.option(
    "--source-zone", metavar="SONE", default=None, help="Tidssonen for tidspunkter uten sone, f.eks. Europe/Oslo."
)
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
) -> None:
    """Vurder eksporterte saker, uten server og uten lager. En ødelagt fil blir nevnt, og de andre blir vurdert.

    \b
    Eksempel:
      skolemiljo assess docs/example-case.json --as-of 2026-03-20T08:00
    """
    from skolemiljo.commands import reports_for

    form = _form_of(out, form)
    report, judged = reports_for.for_files(
        work, paths, as_of=as_of or now(), language=language, plan=plan, source_zone=source_zone
    )
    _show(report, form, out, language)
    _tell(judged)
    _finish(report, judged, fail_on)


def _aside(what: str | None) -> None:
    """Says on stderr what was left undone beside the report."""
    if what is not None:
        click.echo(what, err=True)


def _form_of(out: Path | None, form: str) -> str:
    """The form that the file's name asks for, unless another was asked for by name."""
    ending = out.suffix.lstrip(".").casefold() if out is not None else ""
    ending = {"htm": "html", "txt": "text", "xml": "junit"}.get(ending, ending)
    return ending if form == "text" and ending in FORMATS else form


def _show(
    report: Any,
    form: str,
    out: Path | None,
    language: str | None,
    *,
    work: Workplace | None = None,
    open_it: bool = False,
) -> None:
    from skolemiljo import reports
    from skolemiljo.reports.ascii_fallback import writable

    options: dict[str, Any] = {}
    if form == "text":
        terminal = out is None and sys.stdout.isatty()
        options = {"width": _width() if terminal or out is not None else None, "color": terminal and _colour()}
    elif form == "ics" and work is not None:
        from skolemiljo.commands import calendars

        options = {"sequences": calendars.sequences(work, report, now())}
    if form == "html" and isinstance(report, reports.AuditReport) and out is not None:
        from skolemiljo.reports.html import pages

        for name, page in pages(report, language).items():
            _write(out / name, page)
        click.echo(_("Skrevet: {file}").format(file=out / "index.html"), err=True)
        return
    content = reports.render(report, form, language, **options)
    if out is None:
        if isinstance(content, bytes):
            sys.stdout.buffer.write(content)
        else:
            click.echo(writable(content.rstrip("\n"), sys.stdout.encoding))
        return
    _write(out, content)
    click.echo(_("Skrevet: {file}").format(file=out), err=True)
    if open_it and click.launch(str(out)):
        click.echo(_("Fila kan ikke åpnes herfra; åpne den selv."), err=True)


def _write(out: Path, content: str | bytes) -> None:
    from skolemiljo.domain.errors import SettingsError
    from skolemiljo.domain.fault_words import why_not
    from skolemiljo.domain.files import put_in_place

    try:
        if out.exists() and not out.is_file():  # a pipe or a device is written to, and never put aside for a file
            out.write_bytes(content if isinstance(content, bytes) else content.encode())
        else:
            put_in_place(out, content)
    except OSError as error:
        raise SettingsError(_("fila kan ikke skrives ({kind})").format(kind=why_not(error))) from None


def _width() -> int:
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def _colour() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _progress() -> Callable[[str, int], None] | None:
    """Progress on stderr, on one line, only where a person is looking."""
    if not sys.stderr.isatty():
        return None

    def tell(school: str, number: int) -> None:
        if number % 25 == 0:
            click.echo("\r" + _("{school}: {n} saker").format(school=school, n=number), err=True, nl=False)

    return tell


def _tell(judged: Judged) -> None:
    """On stderr what could not be read and what to do about it; not for the owner, who sees no case numbers."""
    for problem in judged.problems:
        click.echo(problem.told(), err=True)


def _finish(report: Any, judged: Judged, fail_on: str) -> None:
    """The exit code, and on stderr the reason for it."""
    from skolemiljo.domain.verdict import Severity

    if not judged.complete:
        click.echo(_("Avsluttet med 3: noe kunne ikke sjekkes."), err=True)
        sys.exit(3)
    if fail_on != "never":
        items = report.at_or_over(Severity(fail_on))
        if items:
            from skolemiljo.validators.verdict_words import SEVERITIES as WORDS

            said = ngettext(
                "Avsluttet med 1: {n} avvik er minst «{severity}» (--fail-on {fail_on}).",
                "Avsluttet med 1: {n} avvik er minst «{severity}» (--fail-on {fail_on}).",
                len(items),
            )
            word = value_word(Severity(fail_on), WORDS)
            click.echo(said.format(n=len(items), severity=word, fail_on=fail_on), err=True)
            sys.exit(1)


# --- the night -------------------------------------------------------------------------------------------------------


@main.command()
@AS_OF
@PLAIN_FORMAT
@click.option("--dry-run", is_flag=True, help="Gå gjennom alt, skriv ingenting, og si hva som ville blitt skrevet.")
@click.option("--full", is_flag=True, help="Les alt, og sammenlign med kildens egen liste.")
@click.option("--school", "schools", multiple=True, metavar="ORGNR", help="Bare denne skolen (kan gjentas).")
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
    tell = _progress()
    summary = night.run(
        work,
        as_of=as_of or now(),
        dry_run=dry_run,
        full=full,
        schools=schools,
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
        sys.exit(75)


# --- decisions -------------------------------------------------------------------------------------------------------


@main.group(invoke_without_command=False)
def accept() -> None:
    """Godta et avvik for en tid, med begrunnelse. Det vises i hver rapport, og utløper av seg selv."""


@accept.command("add")
@click.argument("case", metavar="SAK")
@click.argument("rule", metavar="REGEL")
@click.option("--scope", default=None, help="Hva i saken, f.eks. notice:v-1/pupil:e-1. Trengs når regelen har flere.")
@click.option("--reason", required=True, help="Hvorfor. Ikke skriv navn.")
@click.option("--role", required=True, type=click.Choice(("rector", "owner", "adviser")), help="Rollen din.")
@click.option("--until", required=True, type=Day(), metavar="DATO", help="Siste dag, f.eks. 2026-12-31.")
@with_workplace
def accept_add(work: Workplace, case: str, rule: str, scope: str | None, reason: str, role: str, until: date) -> None:
    """Godta ett avvik.

    \b
    Eksempel:
      skolemiljo accept add SM-2026-014 EV-01 --role rector \\
        --reason "Møtet ble flyttet etter ønske fra hjemmet" --until 2026-12-31
    """
    from skolemiljo.commands import decisions

    done = decisions.accept(work, case=case, rule=rule, scope=scope, reason=reason, role=role, until=until, at=now())
    click.echo(done)


@accept.command("list")
@with_workplace
def accept_list(work: Workplace) -> None:
    """List opp godtatte avvik: de som gjelder, de som er utløpt, og de som er ugyldige.

    \b
    Eksempel:
      skolemiljo accept list
    """
    from skolemiljo.commands import decisions
    from skolemiljo.domain.moment import local_day

    click.echo(decisions.listing(work, local_day(now())))


@accept.command("withdraw")
@click.argument("decision", metavar="ID")
@with_workplace
def accept_withdraw(work: Workplace, decision: str) -> None:
    """Trekk en avgjørelse tilbake. Avviket vises da igjen som før.

    \b
    Eksempel:
      skolemiljo accept withdraw 0123456789abcdef0123456789abcdef
    """
    from skolemiljo.commands import decisions

    decisions.withdraw(work, decision, now())
    click.echo(_("Trukket tilbake."))


@accept.command("import")
@click.argument("file", metavar="FIL", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_workplace
def accept_import(work: Workplace, file: Path) -> None:
    """Ta inn igjen de godtatte avvikene fra nattens eksport, når lageret er gått tapt.

    \b
    Eksempel:
      skolemiljo accept import acceptances.json
    """
    from skolemiljo.commands import decisions

    click.echo(_("Tatt inn: {n}.").format(n=decisions.take_back(work, file)))


# --- one case --------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("case", metavar="SAK")
@click.option(
    "--reason", required=True, help="Hvorfor saken åpnes. Ikke skriv navn. Begrunnelsen skrives i kjøreloggen."
)
@click.option(
    "--format", "form", type=click.Choice(("html", "pdf", "json")), default="html", help="Form på utskriften."
)
@AS_OF
@OUT
@LANGUAGE
@with_workplace
def dossier(
    work: Workplace, case: str, reason: str, form: str, as_of: datetime | None, out: Path | None, language: str | None
) -> None:
    """Én sak slik statsforvalteren spør: tidslinje uten tekst, og for hver plikt spørsmål, svar og dokumentasjon.

    \b
    Eksempel:
      skolemiljo dossier SM-2026-014 --reason "Tilsyn, sak 2026/117" --out sak.html
    """
    from skolemiljo.commands import decisions

    form = out.suffix.lstrip(".") if out is not None and out.suffix in (".html", ".pdf", ".json") else form
    content = decisions.dossier(
        work, case, reason=reason, form=form, as_of=as_of or now(), language=language or work.settings.report_language
    )
    if out is not None:
        _write(out, content)
        click.echo(_("Skrevet: {file}").format(file=out), err=True)
    elif isinstance(content, bytes):
        sys.stdout.buffer.write(content)
    else:
        click.echo(content)


# --- the store and the run log ---------------------------------------------------------------------------------------


@main.group()
def flags() -> None:
    """Flaggene på sakene: det vi har skrevet tilbake."""


@flags.command("restore")
@click.argument("case", metavar="SAK")
@click.option("--reason", required=True, metavar="TEKST", help="Hvorfor, til kjøreloggen. Ingen navn.")
@with_workplace
def flags_restore(work: Workplace, case: str, reason: str) -> None:
    """Noen andre har endret flaggene på saken: la neste nattkjøring skrive våre igjen.

    \b
    Eksempel:
      skolemiljo flags restore SM-2026-014 --reason "flaggene ble endret ved en feil"
    """
    from skolemiljo.commands import night

    if night.restore_flags(work, case, reason=reason):
        click.echo(_("{case}: neste nattkjøring skriver våre flagg igjen.").format(case=case))
    else:
        click.echo(_("Ingen andre har endret flaggene på {case}.").format(case=case))


@main.group()
def school() -> None:
    """Skolene som nattkjøringen kjenner."""


@school.command("close")
@click.argument("number", metavar="ORGNR")
@click.option("--on", required=True, type=Day(), metavar="DATO", help="Skolens siste dag.")
@click.option("--reason", required=True, metavar="TEKST", help="Hvorfor, til kjøreloggen. Ingen navn.")
@with_workplace
def school_close(work: Workplace, number: str, on: date, reason: str) -> None:
    """Skolen er lagt ned: etter den dagen savnes den ikke. Saker som er flyttet, følger med til den nye skolen.

    \b
    Eksempel:
      skolemiljo school close 310000027 --on 2026-07-31 --reason "slått sammen med naboskolen"
    """
    from skolemiljo.commands import night

    night.close_school(work, number, on=on, reason=reason)
    click.echo(_("{number} er lagt ned etter {day}.").format(number=number, day=f"{on:%d.%m.%Y}"))


@main.group()
def store() -> None:
    """Lageret: det som huskes mellom nettene. Ingen navn og ingen tekst."""


@store.command("backup")
@click.argument("target", type=click.Path(path_type=Path), metavar="FIL")
@with_workplace
def store_backup(work: Workplace, target: Path) -> None:
    """Ta en hel kopi av lageret.

    \b
    Eksempel:
      skolemiljo store backup kopi.sqlite
    """
    from skolemiljo.commands import trace

    trace.backup(work, target)
    click.echo(_("Skrevet: {file}").format(file=target))


@store.command("forget")
@click.option("--before", required=True, type=Day(), metavar="DATO", help="Alt som er eldre enn denne datoen.")
@with_workplace
def store_forget(work: Workplace, before: date) -> None:
    """Slett det som er eldre enn en dato.

    \b
    Eksempel:
      skolemiljo store forget --before 2021-08-01
    """
    from skolemiljo.commands import trace

    gone = trace.forget(work, before)
    said = _("Slettet: saker {cases}, kjøringer {runs}, skoleår {cycles}, godtatte avvik {acceptances}.")
    click.echo(said.format(cases=gone.cases, runs=gone.runs, cycles=gone.cycles, acceptances=gone.acceptances))


@store.command("check")
@with_workplace
def store_check(work: Workplace) -> None:
    """Sjekk at lageret er helt.

    \b
    Eksempel:
      skolemiljo store check
    """
    from skolemiljo.domain.errors import StoreError
    from skolemiljo.store.database_errors import damaged

    faults = work.store.check()
    click.echo("\n".join(faults) or _("Lageret er helt."))
    if faults:
        raise StoreError(damaged(work.store.name))


@main.group()
def runlog() -> None:
    """Kjøreloggen: hvem gjorde hva når, uten innhold, lenket slik at ingen linje kan endres uten at det ses."""


@runlog.command("verify")
@with_workplace
def runlog_verify(work: Workplace) -> None:
    """Er hver linje der, uendret og i rekkefølge?

    \b
    Eksempel:
      skolemiljo runlog verify
    """
    from skolemiljo.journal.run_log import ANCHOR, verify

    anchor = work.remembered.meta(ANCHOR) if work.remembered is not None else None
    found = verify(work.settings.run_log_path, anchor)
    if found.problem is not None:
        at_line = _("Linje {line}: {problem}").format(line=found.line, problem=found.problem)
        click.echo(found.problem if found.line is None else at_line, err=True)
        sys.exit(3)
    said = ngettext(
        "{n} linje, der den skal være og uendret. {head}",
        "{n} linjer, alle der, uendret og i rekkefølge. {head}",
        found.lines,
    )
    click.echo(said.format(n=found.lines, head=found.head))


# --- what the rules say ----------------------------------------------------------------------------------------------


@main.command()
@click.argument("rule", required=False, metavar="REGEL")
@click.option("--all", "every", is_flag=True, help="Alle reglene, i planens rekkefølge.")
@click.option("--plan", metavar="PLAN", default="oyer-2024", help="Planen som ordene hentes fra.")
@click.option(
    "--format", "form", type=click.Choice(("text", "markdown", "json")), default="text", help="Formen på svaret."
)
@LANGUAGE
def explain(rule: str | None, every: bool, plan: str, form: str, language: str | None) -> None:
    """Forklar en regel: planens egne ord, hvorfor, hva som viser at den er fulgt, og hva som må gjøres.

    \b
    Eksempel:
      skolemiljo explain VA-08
      skolemiljo explain elev-far-beskjed-samme-dag --format json
    """
    from skolemiljo.commands import pages

    click.echo(pages.explain(rule, every=every, plan=plan, form=form, language=language or written()))


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


@main.group()
def plan() -> None:
    """Kommunens plan: dekning, ordlyd og sammenligning."""


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
    from skolemiljo.commands import plans

    text, whole = plans.coverage(name or work.settings.plan, form)
    click.echo(text)
    if not whole:
        sys.exit(1)


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
    from skolemiljo.commands import plans

    text, whole = plans.verify(name or work.settings.plan, file, form)
    click.echo(text)
    if not whole:
        sys.exit(1)


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
    from skolemiljo.commands import plans

    click.echo(plans.compare(work, old, new, paths, as_of or now(), form))


@main.group()
def cycle() -> None:
    """Årshjulet (1310.no)."""


@cycle.command("status")
@click.option("--school", default=None, metavar="ORGNR", help="Bare denne skolen.")
@AS_OF
@PLAIN_FORMAT
@SPOKEN
@with_workplace
def cycle_status(work: Workplace, school: str | None, as_of: datetime | None, form: str) -> None:
    """Hvor står årshjulet, per skole og skoleår?

    \b
    Eksempel:
      skolemiljo cycle status --school 310000019
    """
    from skolemiljo.commands import cycles

    click.echo(cycles.status(work, school, as_of or now(), form))


@main.group()
def calendar() -> None:
    """Skoleruta."""


@calendar.command("show")
@click.option("--school", default=None, metavar="ORGNR", help="Skolens egen rute der den har en; ellers kommunens.")
@PLAIN_FORMAT
@with_workplace
def calendar_show(work: Workplace, school: str | None, form: str) -> None:
    """Hvilke dager er lest som fri, hvor mange skoledager er igjen, og hva ble ikke forstått?

    \b
    Eksempel:
      skolemiljo calendar show --school 310000019
    """
    from skolemiljo.commands import school_days

    click.echo(school_days.show(work, school, form))


# --- settings and the mock -------------------------------------------------------------------------------------------


@main.group()
def config() -> None:
    """Innstillingene."""


@config.command("show")
@PLAIN_FORMAT
@with_workplace
def config_show(work: Workplace, form: str) -> None:
    """Hver innstilling slik den ville stått i innstillingsfila, og hvor den kommer fra. Hemmeligheter vises som ***.

    \b
    Eksempel:
      skolemiljo config show
    """
    from skolemiljo.commands import configuration
    from skolemiljo.settings import shown

    rows = shown(work.settings, work.settings_file, work.secrets)
    click.echo(configuration.as_json(rows) if form == "json" else configuration.as_toml(rows))


@main.command()
@PLAIN_FORMAT
@with_workplace
def doctor(work: Workplace, form: str) -> None:
    """Er alt på plass for en natt? Innstillinger, hemmeligheter, systemene, planen, lageret, plass, klokker og kjørelogg.

    Skriver ingenting. Avslutter med 0 når en natt kan kjøre, 2 når innstillingene må rettes, 3 når noe annet må.

    \b
    Eksempel:
      skolemiljo doctor
      skolemiljo doctor --format json
    """
    from skolemiljo.commands import doctor as doctors

    at = now()
    lines = doctors.examine(work, at)
    click.echo(doctors.as_json(lines, at) if form == "json" else doctors.text(lines))
    sys.exit(doctors.exit_code(lines))


@main.group()
def mock() -> None:
    """En oppdiktet kommune og etterligninger av begge leverandørene, til prøving. Aldri i produksjon."""


@mock.command("up")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port på denne maskinen. 0: en ledig.")
@click.option("--seed", type=int, default=7, help="Samme tall gir samme kommune.")
@click.option("--schools", type=click.IntRange(1), default=3, help="Antall skoler.")
@click.option("--cases", type=click.IntRange(0), default=190, help="Antall saker.")
@click.option("--faults", default="", help="Feil som skal oppstå, f.eks. 429,500,hung.")
@click.option("--fault-rate", type=click.FloatRange(0, 1), default=0.05, help="Hvor ofte: 0 til 1.")
@click.option("--fault-seed", type=int, default=1, help="Samme tall gir samme feil.")
@AS_OF
def mock_up(
    port: int,
    seed: int,
    schools: int,
    cases: int,
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
    from skolemiljo.commands import mocking

    mocking.up(
        port=port,
        seed=seed,
        schools=schools,
        cases=cases,
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
@click.option("--cases", type=click.IntRange(0), default=190, help="Antall saker.")
def mock_folder(path: Path, seed: int, schools: int, cases: int) -> None:
    """Skriv den oppdiktede kommunen som en mappe med filer (mappeutveksling).

    \b
    Eksempel:
      skolemiljo mock folder eksport --cases 20
    """
    from skolemiljo.commands import mocking

    mocking.folder(path, seed=seed, schools=schools, cases=cases)
    click.echo(_("Skrevet: {file}").format(file=path), err=True)


@main.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="MAPPE",
    default=Path("build/demo"),
    help="Hvor det som lages, legges.",
)
def demo(out: Path) -> None:
    """En natt i en oppdiktet kommune: hent, vurder, skriv tilbake, les tilbake, og vis hva rektor og skoleeier ser.

    \b
    Eksempel:
      skolemiljo demo --out build/demo
    """
    from skolemiljo.commands.demo import run_demo
    from skolemiljo.journal.log_lines import configure_logging

    configure_logging(level="warning")
    run_demo(out, click.echo)


if __name__ == "__main__":
    main()
