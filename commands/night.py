"""The nightly run as a command: options from settings, the run, and a summary a person can read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from ..domain.errors import SkolemiljoError
from ..domain.moment import OSLO
from ..sync.nightly import Options, Progress, run_sync
from ..sync.runlog import RunLog
from ..sync.summary import RunSummary, SchoolSummary

if TYPE_CHECKING:
    from .workplace import Workplace

_STATES = {
    "complete": "alt er gjort",
    "incomplete": "ikke alt kunne gjøres",
    "stopped": "stoppet underveis; neste kjøring tar resten",
    "failed": "brutt av",
}


def run(
    work: Workplace,
    *,
    as_of: datetime,
    dry_run: bool = False,
    full: bool = False,
    schools: tuple[str, ...] = (),
    progress: Callable[[Progress], None] | None = None,
    handle_signals: bool = True,
) -> RunSummary:
    """One night as the settings say."""
    settings = work.settings
    store = work.store
    options = Options(
        write_back=settings.sync.write_back,
        dry_run=dry_run,
        full=full,
        schools=tuple(number.replace(" ", "") for number in schools) or None,
        overlap=settings.overlap,
        full_every=settings.full_every,
        tries=settings.sync.attempts_per_intention,
        acceptances_to=None if dry_run else settings.store_path.with_name("acceptances.json"),
        handle_signals=handle_signals,
    )
    summary = run_sync(
        source=work.source,
        sink=work.source,
        cycle=work.cycle,
        judging=work.judging,
        store=store,
        as_of=as_of,
        options=options,
        run_log=RunLog(settings.run_log_path, who="sync", anchor=store.set_meta),
        progress=progress,
    )
    if settings.ping_url is not None and not dry_run and summary.exit_code == 0:
        _ping(settings.ping_url)
    return summary


def _ping(url: str) -> None:
    """Tells the dead man's switch that the night worked. Where that fails the alarm goes, and the night still worked."""
    import structlog

    from ..adapters.http import ping

    try:
        ping(url)
    except SkolemiljoError as error:
        structlog.get_logger("skolemiljo.sync").warning("ping failed", kind=type(error).__name__, why=str(error))


def text(summary: RunSummary, names: dict[str, str] | None = None) -> str:
    """The summary in plain Norwegian: what was done, and what needs a person."""
    names = names or {}
    when = summary.as_of.astimezone(OSLO)
    mode = (
        "prøvekjøring: ingenting er skrevet"
        if summary.dry_run
        else "tilbakeskriving er på"
        if summary.write_back
        else "tilbakeskriving er av"
    )
    lines = [
        f"Natt {summary.run[:8]}: {_STATES[summary.state]} ({mode}). Dømt slik det var {when:%d.%m.%Y kl. %H.%M}.",
        f"Plan {summary.plan}. Lest {summary.total('read')} saker, dømt {summary.total('judged')}, "
        f"skrevet og lest tilbake {summary.total('written')}, sto der fra før {summary.total('stood')}.",
    ]
    lines += [_school(school, names) for school in summary.schools]
    lines += [f"MANGLER: kilden viser ikke lenger skolen {number}." for number in summary.missing_schools]
    if summary.decisions_back:
        lines.append(f"Lageret var nytt: {summary.decisions_back} godtatte avvik er tatt inn igjen fra eksporten.")
    if summary.cut_off:
        lines.append(f"{len(summary.cut_off)} tidligere kjøringer ble brutt av; denne har tatt opp det som gjensto.")
    if summary.error is not None:
        lines.append(f"BRUTT AV: {summary.error_text or summary.error}")
    return "\n".join(lines)


def _school(school: SchoolSummary, names: dict[str, str]) -> str:
    owner = f"{names.get(school.school, '')} {school.school}".strip() if school.school else "Kommunens eget årshjul"
    state = "ferdig" if school.complete else "IKKE FERDIG"
    flags = f"flagg: {school.flags_added} nye, {school.flags_changed} endret, {school.flags_cleared} fjernet"
    parts = [f"{school.read} lest", f"{school.written} skrevet", flags]
    if school.would_write:
        parts.append(f"{school.would_write} ville blitt skrevet")
    if school.cycles_written:
        parts.append(f"årshjul skrevet: {school.cycles_written}")
    lines = [f"  {owner}: {state}. {', '.join(parts)}."]
    if school.unknown:
        lines.append(f"    {school.unknown} dommer er «kunne ikke sjekkes».")
    if school.held:
        lines.append(f"    {school.held} saker venter med å få fjernet flagg til skolen er lest helt.")
    lines += [
        f"    {p.case or 'en sak uten lesbart nummer'}: {p.kind}. {p.what_to_do}{f' ({p.place})' if p.place else ''}"
        for p in (*school.problems, *school.refusals)
    ]
    lines += [f"    {subject}: lagt til side ({kind}); prøves igjen neste natt." for subject, kind in school.set_aside]
    lines += [f"    {case}: borte fra kilden." for case in school.vanished]
    lines += [
        f"    Regel {code} krasjet i {number} saker: meld det til dem som lager verktøyet."
        for code, number in school.crashed.items()
    ]
    if school.error is not None:
        lines.append(f"    Lesingen ble brutt av: {school.error}.")
    return "\n".join(lines)
