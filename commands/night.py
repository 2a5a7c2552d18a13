"""The nightly run as a command: options from settings, the run, and a summary a person can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError, SkolemiljoError, StoreError
from ..domain.fault_words import called
from ..domain.moment import OSLO
from ..journal.log_lines import configure_logging
from ..journal.run_log import Kind, entries
from ..store.rows import FirstWrite
from ..sync.beside import Beside
from ..sync.run import NightProgress, Options, run_sync
from ..sync.summary import RunSummary, SchoolSummary
from . import reference_key
from .reasons import checked
from .run_log_lines import run_log

if TYPE_CHECKING:
    from ..adapters.ports import CaseSource
    from ..judging.policy import Judging
    from .workplace import Workplace


def run(
    work: Workplace,
    *,
    as_of: datetime,
    dry_run: bool = False,
    full: bool = False,
    schools: tuple[str, ...] = (),
    first_write: bool = False,
    progress: Callable[[NightProgress], None] | None = None,
    handle_signals: bool = True,
) -> RunSummary:
    """One night as the settings say. ``first_write``: a person says that flags may be written to this source from now on.
    Raises SettingsError where nobody has looked first."""
    settings = work.settings
    store = work.store
    reference_key.held(settings, store)
    reference_key.remember(settings, store)
    if first_write and not settings.sync.write_back:
        raise SettingsError(_("tilbakeskriving er av: sett write_back = true under [sync] først"))
    may_write = dry_run or not settings.sync.write_back or _has_begun(work) or _begins(work, first_write)
    options = Options(
        write_back=settings.sync.write_back and may_write,
        write_from=settings.sync.write_from,
        source_mark=settings.source_mark,
        first_write_waits=not may_write,
        dry_run=dry_run,
        full=full,
        schools=tuple(number.replace(" ", "") for number in schools) or None,
        overlap=settings.overlap,
        full_every=settings.full_every,
        tries=settings.sync.attempts_per_intention,
        threads=settings.sync.readers,
        writers=settings.sync.writers,
        gone_allowed=settings.sync.gone_allowed,
        gone_share_allowed=settings.sync.gone_share_allowed,
        lock=settings.lock_path,
        acceptances_to=None if dry_run else settings.decisions_path,
        handle_signals=handle_signals,
        basis=settings.read,
    )
    summary = run_sync(
        source=work.source,
        sink=work.source,
        cycle=work.cycle,
        judging=work.judging,
        store=store,
        as_of=as_of,
        options=options,
        run_log=run_log(work, "sync"),
        beside=Beside(settings.sync.processes, partial(_opened, work.settings_file, work.secrets)),
        progress=progress,
    )
    if (dry_run or not summary.write_back) and summary.error is None and not summary.stopped:
        store.set_meta(_LOOKED_AT, settings.source_mark)
    if settings.ping_url is not None and not dry_run and summary.exit_code == 0:
        ping(settings.ping_url)
    return summary


def _opened(settings_file: Path | None, secrets: Path | None) -> tuple[CaseSource, Judging]:
    """The source and the judgement, in a process of the night's own; it says what is wrong, and nothing else."""
    from .workplace import Workplace

    configure_logging(level="warning")
    work = Workplace(settings_file, secrets)
    return work.source, work.judging


_LOOKED_AT = "looked_at"
"""Under this key the store keeps the mark of the source that a night has looked at without writing."""


def _has_begun(work: Workplace) -> bool:
    """Whether flags have been written to this source before: by the store, the export beside it or the run log."""
    store, mark = work.store, work.settings.source_mark
    if store.first_write() is None and work.settings.decisions_path.exists():
        with suppress(StoreError):  # a broken export is told by the night itself
            store.import_acceptances(work.settings.decisions_path)
    log = work.settings.run_log_path
    if store.first_write() is None and log.is_file():
        for line in entries(log, Kind.FIRST_WRITE):
            store.keep_first_write(FirstWrite(date.fromisoformat(line["day"]), str(line["source"])))
    first = store.first_write()
    return first is not None and first.source == mark


def _begins(work: Workplace, first_write: bool) -> bool:
    if first_write and work.store.meta(_LOOKED_AT) != work.settings.source_mark:
        look = _("ingen har sett hva som ville blitt skrevet til denne kilden: kjør skolemiljo sync --dry-run først")
        raise SettingsError(look)
    return first_write


def accept_gone(work: Workplace, school: str, *, reason: str, at: datetime) -> tuple[str, ...]:
    """Takes it for right that cases of ``school`` are gone, with a line in the run log. Raises SettingsError."""
    number = _known(work, school)
    why = checked(reason)[:200]
    cases = work.store.accept_gone(number, at)
    if cases:
        run_log(work, "sync").add_and_anchor(Kind.GONE_ACCEPTED, school=number, cases=list(cases), reason=why)
    return cases


def close_school(work: Workplace, school: str, *, on: date, reason: str) -> None:
    """Notes the last day of a school, with a line in the run log: it is missed no more after it. Raises SettingsError."""
    number = _known(work, school)
    why = checked(reason)[:200]
    work.store.put_school(replace(work.store.school(number), closed_on=on))
    run_log(work, "sync").add_and_anchor(Kind.SCHOOL_CLOSED, school=number, on=on.isoformat(), reason=why)


def _known(work: Workplace, school: str) -> str:
    number = school.replace(" ", "")
    if number not in work.store.schools():
        raise SettingsError(_("lageret har ingen skole {number}: sjekk organisasjonsnummeret").format(number=number))
    return number


def ping(url: str) -> None:
    """Tells the dead man's switch that a run worked. Where that fails the alarm goes, and the run still worked."""
    import structlog

    from ..adapters import http

    try:
        http.ping(url)
    except SkolemiljoError as error:
        structlog.get_logger("skolemiljo.sync").warning("ping failed", kind=type(error).__name__, why=str(error))


def text(summary: RunSummary, names: dict[str, str] | None = None) -> str:
    """The summary in plain words: what was done, and what needs a person."""
    names = names or {}
    when = summary.as_of.astimezone(OSLO)
    lines = [
        _("Natt {run}: {state} ({mode}). Vurdert slik det var {day} kl. {time}.").format(
            run=summary.run[:8],
            state=_state(summary.state),
            mode=_mode(summary),
            day=f"{when:%d.%m.%Y}",
            time=f"{when:%H.%M}",
        ),
        _cases(summary).format(
            plan=summary.plan, **{name: summary.total(name) for name in ("read", "judged", "written", "stood")}
        ),
    ]
    for problem in summary.unclaimed:
        whose = _("Det står ikke hvilken skole saken hører til, så ingen skole er lest helt.")
        lines.append(f"  {problem.told()}. {whose}")
    for school in summary.schools:
        lines += _school(school, names, dry_run=summary.dry_run)
    lines += [
        _(
            "MANGLER: kilden viser ikke lenger skolen {number}. Er den lagt ned, så kjør skolemiljo school close {number} "
            "--on DATO --reason HVORFOR; ellers se etter tilgangen."
        ).format(number=number)
        for number in summary.missing_schools
    ]
    lines += [
        _("UKJENT SKOLE: {name} i listen over skoler har ikke noe organisasjonsnummer: rett den der.").format(name=name)
        for name in summary.odd_schools
    ]
    lines += [_("NY SKOLE: {number} er kommet til.").format(number=number) for number in summary.new_schools]
    lines += [
        _("NEDLAGT ELLER SLÅTT SAMMEN: skolen {number}. Sakene følger skolen som elevene går på.").format(number=number)
        for number in summary.closed_schools
    ]
    if summary.decisions_back:
        back = ngettext(
            "{n} avgjørelse som lageret ikke hadde, er tatt inn igjen fra eksporten.",
            "{n} avgjørelser som lageret ikke hadde, er tatt inn igjen fra eksporten.",
            summary.decisions_back,
        )
        lines.append(back.format(n=summary.decisions_back))
    if summary.decisions_problem is not None:
        without = _("AVGJØRELSENE I EKSPORTEN ER IKKE MED: {problem}. Fila er ikke skrevet over.")
        lines.append(without.format(problem=summary.decisions_problem))
    if summary.first_write_waits is not None:
        waits = _(
            "INGENTING ER SKREVET: dette er første gang for denne kilden, og {flags} flagg på {cases} saker venter. Er det "
            "riktig, så kjør skolemiljo sync --first-write én gang."
        )
        lines.append(waits.format(cases=summary.first_write_waits.cases, flags=summary.first_write_waits.flags))
    if summary.cut_off:
        cut_off = _("Kjøringer som ble brutt av før denne: {n}. Denne har tatt opp det som gjensto.")
        lines.append(cut_off.format(n=len(summary.cut_off)))
    if summary.error is not None:
        lines.append(_("BRUTT AV: {error}").format(error=summary.error_text or summary.error))
    return "\n".join(lines)


def _cases(summary: RunSummary) -> str:
    """A dry run writes to a place that keeps it to itself: of that nothing is said to have been written."""
    if summary.dry_run:
        return _("Plan {plan}. Saker: {read} lest, {judged} vurdert, {written} ville blitt skrevet.")
    return _(
        "Plan {plan}. Saker: {read} lest, {judged} vurdert, {written} skrevet og lest tilbake, {stood} sto der fra før."
    )


def _state(state: str) -> str:
    return {
        "complete": _("alt er gjort"),
        "incomplete": _("ikke alt kunne gjøres"),
        "stopped": _("stoppet underveis; neste kjøring tar resten"),
        "failed": _("brutt av"),
    }[state]


def _mode(summary: RunSummary) -> str:
    if summary.dry_run:
        return _("prøvekjøring: ingenting er skrevet")
    if summary.first_write_waits is not None:
        return _("tilbakeskriving er på, og venter på den første gangen")
    return _("tilbakeskriving er på") if summary.write_back else _("tilbakeskriving er av")


def _school(school: SchoolSummary, names: dict[str, str], *, dry_run: bool) -> list[str]:
    """One line with the numbers, and one more for each thing worth knowing; in a dry run also for each case."""
    owner = f"{names.get(school.school, '')} {school.school}".strip() if school.school else _("Kommunens eget årshjul")
    state = _("ferdig") if school.complete else _("IKKE FERDIG")
    flags = _("flagg: {added} nye, {changed} endret, {cleared} fjernet").format(
        added=school.flags_added, changed=school.flags_changed, cleared=school.flags_cleared
    )
    would, wrote = _("{n} ville blitt skrevet"), _("{n} skrevet")
    parts = [_("{n} lest").format(n=school.read), (would if dry_run else wrote).format(n=school.written), flags]
    if school.would_write:
        parts.append(would.format(n=school.would_write))
    if school.cycles_written:
        cycles = _("årshjul som ville blitt skrevet: {n}") if dry_run else _("årshjul skrevet: {n}")
        parts.append(cycles.format(n=school.cycles_written))
    return [
        f"  {owner}: {state}. {', '.join(parts)}.",
        *(f"    {line}" for line in (*_changes(school), *_remarks(school))),
    ]


def _changes(school: SchoolSummary) -> Iterator[str]:
    """What would be written, case by case."""
    for change in school.changes:
        told = _("{case}: flagg: {added} nye, {changed} endret, {cleared} fjernet")
        yield told.format(case=change.case, added=change.added, changed=change.changed, cleared=change.cleared)


def _remarks(school: SchoolSummary) -> Iterator[str]:
    if school.account is not None:
        told = _(
            "Regnskap: {known} saker kjent fra før, {seen} sett, {new} nye, {gone} borte, {forbidden} uten tilgang, "
            "{unreadable} ikke lesbare."
        )
        counted: dict[str, int | str] = dict(school.account.to_json())
        if school.error is not None:  # what was not read tonight was not seen
            counted |= {"seen": "?", "gone": f"{school.account.gone} ?"}
        yield told.format(**counted)
    if school.unknown:
        yield _("Svar som er «kunne ikke sjekkes»: {n}.").format(n=school.unknown)
    if school.held:
        yield _("Saker som venter med å få fjernet flagg til skolen er lest helt: {n}.").format(n=school.held)
    for problem in (*school.problems, *school.refusals):
        yield problem.told()
    for subject, kind in school.set_aside:
        yield _("{subject}: lagt til side ({kind}); prøves igjen neste natt.").format(
            subject=subject, kind=called(kind)
        )
    for case in school.vanished:
        yield _("{case}: borte fra kilden.").format(case=case)
    for subject in school.mended:
        yield _("{subject}: det vi hadde skrevet, sto ikke der lenger, og skrives igjen.").format(subject=subject)
    for subject in school.changed_by_others:
        kept = _(
            "{subject}: noen andre har endret det vi skrev. Det får stå; vårt igjen: skolemiljo flags restore {subject}."
        )
        yield kept.format(subject=subject)
    for case in school.still_gone:
        yield _("{case}: fortsatt borte fra kilden.").format(case=case)
    for code, number in school.crashed.items():
        crashed = _("Regel {code} stoppet på en feil i {n} av sakene: meld det til dem som lager verktøyet.")
        yield crashed.format(code=code, n=number)
    if school.error is not None:
        yield _("Lesingen ble brutt av: {error}.").format(error=called(school.error))
