"""The watch by day: which duty ends today and is not logged, told to the one who can still do it. The night reads nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..adapters.ports import CaseProblem
from ..domain.case import Case
from ..domain.errors import Fatal, SettingsError, Skippable, SourceError, StoreError
from ..domain.exit_code import ExitCode
from ..domain.moment import OSLO, end_of, local_day
from ..domain.people import Role
from ..domain.verdict import Verdict
from ..journal.run_log import BrokenRunLog, Kind
from ..judging.problems import problem_of
from ..reports import digest, watch_mail
from ..reports.report_language import Words
from ..settings import OWNER
from ..store import Told
from ..sync.context import Night, Options, Stop
from ..sync.errands import Errands
from ..sync.holding import AlreadyRunning, holding
from ..sync.judge_school import judge_case
from ..sync.summary import SchoolSummary
from ..sync.write_back import WriteBack
from . import reports_for
from .digests import Digest, check_extra, server_of
from .night import ping
from .pseudonyms import pseudonyms
from .run_log_lines import run_log

if TYPE_CHECKING:
    from ..reports.watch_mail import DueToday
    from ..store import JudgedCase, Store
    from .workplace import Workplace

Echo = Callable[[str], None]
_OVERLAP = timedelta(hours=1)
"""Read again what was changed this long before the last change seen: changes are stamped before they show."""
_SOON = timedelta(minutes=15)
"""An alarm rings so long after a word that is told late in the evening."""
_BETWEEN = "\x1f"
_DAY, _CURSOR, _CASE, _WORD = "day", "cursor", "case", "word"
_OWNERS = (Role.OWNER, Role.ADVISER)


@dataclass
class _Memory:
    """What the watch remembers of one school, for one day. It lies in the store beside what the digests told, by codes and ids."""

    day: date
    cursor: datetime | None = None
    """The latest time of change seen, by the source's own clock."""
    changes: dict[str, str] = field(default_factory=dict)
    """Cases that time alone changes today: when."""
    due: dict[tuple[str, str], str] = field(default_factory=dict)
    """Case and rule → the readers whom it concerns."""
    told: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    """Channel, reader, case and rule → the last word of the day that was told."""
    is_new: bool = True
    """Whether this is the first look of the day."""

    @classmethod
    def of(cls, told: Told | None, today: date) -> _Memory:
        kept = told.standing if told is not None else {}
        cursor = kept.get(_CURSOR)
        memory = cls(today, datetime.fromisoformat(cursor) if cursor else None)
        if kept.get(_DAY) != today.isoformat():
            return memory
        memory.is_new = False
        for key, value in kept.items():
            match key.split(_BETWEEN):
                case ["case", case]:
                    memory.changes[case] = value
                case ["due", case, rule]:
                    memory.due[case, rule] = value
                case ["word", channel, reader, case, rule]:
                    memory.told[channel, reader, case, rule] = int(value)
        return memory

    def kept(self) -> dict[str, str]:
        """As it lies in the store."""
        found = {_DAY: self.day.isoformat()} | ({_CURSOR: self.cursor.isoformat()} if self.cursor else {})
        found |= {_BETWEEN.join((_CASE, case)): at for case, at in self.changes.items()}
        found |= {_BETWEEN.join(("due", *key)): readers for key, readers in self.due.items()}
        return found | {_BETWEEN.join((_WORD, *key)): str(word) for key, word in self.told.items()}


@dataclass(frozen=True)
class _Word:
    """One duty that ends today, for one reader."""

    school: str
    reader: str
    case: str
    rule: str
    role: Role
    veiled: bool


@dataclass
class _School:
    """One school in one look."""

    number: str
    memory: _Memory
    slot: int
    """Which word of the day it is time for: 0 the first, 1 before the school day ends, 2 the last."""
    quiet: bool
    """Whether nothing may be sent now."""
    words: list[_Word] = field(default_factory=list)


def watch(work: Workplace, *, now: datetime, dry_run: bool, language: str | None, echo: Echo) -> ExitCode:
    """One look at every school, and a word to those who can still do what ends today and is not logged.

    Each duty is told once, then once before the school day ends and once in the evening, and no more when it is logged. Where a run
    holds the lock nothing is done. ``dry_run``: shows what would be sent, and remembers nothing. Gives LATER where only
    something passing was in the way, and UNCHECKED where not all could be read. Raises SettingsError where nobody would be
    told, or no night has been.
    """
    store = reports_for.needed(work.remembered)
    if untold_readers(work, store) is None:
        raise SettingsError(
            _("ingen får vaktens varsler: sett watch.schools, watch.owner, mail.schools, mail.owner eller notify")
        )
    if work.settings.notify.owner or work.settings.notify.schools:
        check_extra()
    try:
        with holding(store, work.settings.lock_path):
            done = _look(work, store, now=now, dry_run=dry_run, language=language, echo=echo)
    except AlreadyRunning:
        echo(_("En annen kjøring er i gang; vakten ser igjen neste gang."))
        return ExitCode.DONE
    if done is ExitCode.DONE and not dry_run and work.settings.watch.ping_url is not None:
        ping(work.settings.watch.ping_url)
    return done


def untold_readers(work: Workplace, store: Store) -> tuple[str, ...] | None:
    """Schools, or the owner, that nobody is set up for; ``None`` where nobody is told at all."""
    readers = (*store.schools(), OWNER)
    untold = tuple(reader for reader in readers if not _channels(work, reader))
    return None if len(untold) == len(readers) else untold


def last_look(store: Store) -> datetime | None:
    """When the watch last looked at any school."""
    looks = [told.as_of for number in store.schools() if (told := store.told(_key(number))) is not None]
    return max(looks, default=None)


def _look(work: Workplace, store: Store, *, now: datetime, dry_run: bool, language: str | None, echo: Echo) -> ExitCode:
    faults: set[ExitCode] = set()
    schools = []
    quiet = work.settings.watch.is_quiet(now.astimezone(OSLO).time())
    for number in store.schools():
        if reports_for.is_over(store, number, now):
            continue
        school = _School(number, _Memory.of(store.told(_key(number)), local_day(now)), _slot(work, number, now), quiet)
        try:
            problems = _read(work, store, school, now, write=not dry_run)
        except SourceError as error:
            echo(_("{school}: IKKE LEST. {error}").format(school=number, error=error))
            faults.add(ExitCode.UNCHECKED if isinstance(error, Fatal) else ExitCode.LATER)
            continue
        for problem in problems:
            echo(f"{number}: {problem.told()}")
            faults.add(ExitCode.UNCHECKED)
        schools.append(school)
    if not dry_run:
        _keep(store, schools, now)
    if not quiet and not _tell(work, store, schools, now=now, dry_run=dry_run, language=language, echo=echo):
        faults.add(ExitCode.LATER)
    return ExitCode.UNCHECKED if ExitCode.UNCHECKED in faults else next(iter(faults), ExitCode.DONE)


def _keep(store: Store, schools: Iterable[_School], now: datetime) -> None:
    for school in schools:
        store.put_told(_key(school.number), Told(now, school.memory.kept()))


def _key(school: str) -> str:
    return f"watch:{school}"


def _slot(work: Workplace, school: str, now: datetime) -> int:
    """Which word of the day it is time for."""
    wanted, local = work.settings.watch, now.astimezone(OSLO)
    if local.time() >= wanted.last_word:
        return 2
    day = local.date()
    if not work.judging.calendar_of(school).is_school_day(day):
        return 0
    ends = datetime.combine(day, work.judging.plan.readings.school_hours_to, OSLO)
    return int(local >= ends - timedelta(minutes=wanted.minutes_before_school_ends))


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(work: Workplace, store: Store, school: _School, now: datetime, *, write: bool) -> list[CaseProblem]:
    """What changed since the last look and what time changes today; and, before anything is told of a case, that case again."""
    memory, number = school.memory, school.number
    newest = memory.cursor or store.school(number).cursor
    cases: dict[str, Case] = {}
    problems: list[CaseProblem] = []
    for item in work.source.changed_cases(number, None if newest is None else newest - _OVERLAP):
        if isinstance(item, CaseProblem):
            problems.append(item)
        else:
            cases[item.id] = item
    for case in cases.values():
        at = case.modified_at.instant if case.modified_at is not None else None
        if at is not None:
            newest = min(now, at) if newest is None else max(newest, min(now, at))
    memory.cursor = newest
    wanted = {case for case, at in memory.changes.items() if datetime.fromisoformat(at) <= now}
    if memory.is_new:
        wanted |= set(store.changing_cases(number, end_of(memory.day)))
    _ask(work, sorted(wanted - cases.keys()), cases, problems)
    judged = [_judge(work, store, school, case, now) for case in cases.values()]
    waiting = {case for case, rule in memory.due if _is_untold(work, school, case, rule)} - cases.keys()
    again: dict[str, Case] = {}
    _ask(work, sorted(waiting), again, problems)
    judged += [_judge(work, store, school, case, now) for case in again.values()]
    problems += [item for item in judged if isinstance(item, CaseProblem)]
    first = store.first_write()
    begun = first is not None and first.source == work.settings.source_mark
    if write and begun and work.settings.watch.write_flags and work.settings.sync.write_back:
        problems += _write_flags(work, store, school, [j for j in judged if not isinstance(j, CaseProblem)], now)
    return problems


def _ask(work: Workplace, wanted: Iterable[str], found: dict[str, Case], problems: list[CaseProblem]) -> None:
    for case in wanted:
        try:
            found[case] = work.source.case(case)
        except Skippable as error:
            problems.append(problem_of(error, case))


def _judge(work: Workplace, store: Store, school: _School, case: Case, now: datetime) -> JudgedCase | CaseProblem:
    """Judges ``case``, and notes which of its duties end today, whom they concern, and when to look again."""
    memory = school.memory
    for key in [key for key in memory.due if key[0] == case.id]:
        del memory.due[key]
    memory.changes.pop(case.id, None)
    judged = judge_case(_night(work, store, now), case)
    if isinstance(judged, CaseProblem) or case.school != school.number:
        return judged
    if judged.changes_at is not None and judged.changes_at < end_of(memory.day):
        memory.changes[case.id] = judged.changes_at.isoformat()
    for finding in judged.assessment.findings:
        if finding.verdict is not Verdict.DUE or finding.deadline != memory.day:
            continue
        if (case.id, finding.rule) in memory.due:
            continue  # for another pupil, notice or measure: one word
        readers = _readers(case, finding.role)
        memory.due[case.id, finding.rule] = " ".join(readers)
        veiled = case.staff_is_accused()
        school.words += [
            _Word(school.number, reader, case.id, finding.rule, finding.role, veiled) for reader in readers
        ]
    return judged


def _night(work: Workplace, store: Store, now: datetime) -> Night:
    """What judges and writes by night does so by day; only this never moves on what the night begins from."""
    import structlog

    return Night(
        run="watch",
        as_of=now,
        source=work.source,
        judging=work.judging,
        store=store,
        options=Options(
            write_back=work.settings.sync.write_back,
            write_from=work.settings.sync.write_from,
            tries=work.settings.sync.attempts_per_intention,
            writers=work.settings.sync.writers,
        ),
        run_log=run_log(work, "watch"),
        tell=lambda _progress: None,
        stop=Stop(),
        clock=lambda: now,
        log=structlog.get_logger("skolemiljo.watch"),
    )


def _write_flags(
    work: Workplace, store: Store, school: _School, judged: list[JudgedCase], now: datetime
) -> list[CaseProblem]:
    """Writes what differs on the cases of ``school``; a flag is never taken away before a night has read the whole school."""
    store.put_judged(judged)
    night = _night(work, store, now)
    with Errands(store, night.run_log, threads=night.options.writers) as errands:
        done = errands.run(WriteBack(night, work.source, None).cases(SchoolSummary(school.number)))
    return [*done.problems, *done.refusals]


def _readers(case: Case, role: Role) -> tuple[str, ...]:
    """Whom a duty concerns: the owner by role and in serious cases, the school in all others but a leader's."""
    if case.leader_is_accused() or role in _OWNERS:
        return (OWNER,)
    serious = case.staff_is_accused() or (bool(case.severity) and any(change.serious for change in case.severity))
    return (case.school, OWNER) if serious else (case.school,)


# --- telling ---------------------------------------------------------------------------------------------------------


def _channels(work: Workplace, reader: str) -> tuple[str, ...]:
    """How ``reader`` can be told at all."""
    by_mail = bool(work.settings.mail.host) and bool(_standard(work, reader))
    return tuple(name for name, there in (("mail", by_mail), ("notify", bool(_hooks(work, reader)))) if there)


def _standard(work: Workplace, reader: str) -> list[str]:
    watch, mail = work.settings.watch, work.settings.mail
    if reader == OWNER:
        return watch.owner or mail.owner
    return watch.schools.get(reader) or mail.schools.get(reader, [])


def _hooks(work: Workplace, reader: str) -> tuple[str, ...]:
    notify = work.settings.notify
    hooks = notify.owner if reader == OWNER else notify.schools.get(reader, [])
    return tuple(hook.get_secret_value() for hook in hooks)


def _addresses(work: Workplace, reader: str, role: Role, day: date) -> tuple[str, ...]:
    """Who has the mail: the role's own route, else who stands in today, else the reader's."""
    watch = work.settings.watch
    route = watch.routes.get(reader, {}).get(role)
    stand_in = [
        a for one in watch.deputies if one.reader == reader and one.first <= day <= one.until for a in one.addresses
    ]
    return tuple(route or stand_in or _standard(work, reader))


def _is_untold(work: Workplace, school: _School, case: str, rule: str) -> bool:
    return not school.quiet and any(
        school.memory.told.get((channel, reader, case, rule), -1) < school.slot
        for reader in school.memory.due[case, rule].split(" ")
        for channel in _channels(work, reader)
    )


def _tell(
    work: Workplace,
    store: Store,
    schools: list[_School],
    *,
    now: datetime,
    dry_run: bool,
    language: str | None,
    echo: Echo,
) -> bool:
    """Sends what is untold, a message for each set of addresses. False: something could not be sent, and is tried again."""
    whole = True
    by_number = {school.number: school for school in schools}
    words = [word for school in schools for word in school.words]
    for reader in dict.fromkeys(word.reader for word in words):
        mine = [word for word in words if word.reader == reader]
        channels = _channels(work, reader)
        if not channels:
            nobody = _("{reader}: noe har frist i dag, og ingen kan få vite det: sett watch.schools eller watch.owner")
            echo(nobody.format(reader=_("skoleeier") if reader == OWNER else reader))
        for channel in channels:
            for targets, untold in _groups(work, channel, mine, by_number, now):
                name = Digest(channel, None if reader == OWNER else reader, targets).name
                try:
                    shown = _send(work, channel, reader, targets, untold, by_number, now, language, dry_run=dry_run)
                except digest.MailError as error:
                    echo(_("{digest}: IKKE SENDT. {error}").format(digest=name, error=error))
                    whole = False
                    continue
                if dry_run:
                    echo(_("{digest}: ville blitt sendt:").format(digest=name) + f"\n\n{shown}")
                    continue
                for word in untold:
                    school = by_number[word.school]
                    school.memory.told[channel, reader, word.case, word.rule] = school.slot
                _keep(store, schools, now)  # at once: a crash after this tells nobody twice
                _note(work, reader, channel, len(untold), echo)
                echo(_("{digest}: sendt.").format(digest=name))
    return whole


def _groups(
    work: Workplace, channel: str, words: list[_Word], schools: dict[str, _School], now: datetime
) -> Iterator[tuple[tuple[str, ...], list[_Word]]]:
    found: dict[tuple[str, ...], list[_Word]] = {}
    for word in words:
        school = schools[word.school]
        if school.memory.told.get((channel, word.reader, word.case, word.rule), -1) >= school.slot:
            continue
        by_mail = channel == "mail"
        targets = _addresses(work, word.reader, word.role, local_day(now)) if by_mail else _hooks(work, word.reader)
        found.setdefault(targets, []).append(word)
    yield from found.items()


def _send(
    work: Workplace,
    channel: str,
    reader: str,
    targets: tuple[str, ...],
    words: list[_Word],
    schools: dict[str, _School],
    now: datetime,
    language: str | None,
    *,
    dry_run: bool,
) -> str:
    """Sends one message, or in a dry run only shows what it says. Raises MailError."""
    written = language or _language(work, reader)
    due = [_due(work, word, local_day(now)) for word in words]
    if channel == "notify":
        line = watch_mail.in_a_line(due, written)
        if not dry_run:
            digest.post(line, targets, Words(written))
        return line
    last = all((channel, reader, word.case, word.rule) in schools[word.school].memory.told for word in words)
    alarm = _alarm(work, now)
    calendar = watch_mail.calendar(due, at=now, alarm=alarm, language=written) if work.settings.watch.calendar else None
    mail = watch_mail.message(
        due,
        sender=work.settings.mail.sender,
        recipients=targets,
        language=written,
        at=now,
        last=last,
        link=work.settings.link_for(reader),
        calendar=calendar,
        from_files=work.settings.source == "folder",
    )
    if not dry_run and digest.send(mail, server_of(work.settings.mail)) == len(targets):
        raise digest.MailError(_("ingen av adressene ble tatt imot: rett dem i innstillingene"))
    body = mail.get_body()
    return f"{mail['Subject']}\n\n{body.get_content() if body is not None else ''}"


def _due(work: Workplace, word: _Word, day: date) -> DueToday:
    """What is told of a word. The owner's cases have pseudonyms, and a link would give them away."""
    if word.reader == OWNER:
        return watch_mail.DueToday(pseudonyms(work).of(word.case), word.rule, day, veiled=word.veiled)
    return watch_mail.DueToday(word.case, word.rule, day, work.settings.link_to(word.case), word.veiled)


def _alarm(work: Workplace, now: datetime) -> datetime:
    """When the calendar rings: at the last word of the day, or soon where that has been."""
    local = now.astimezone(OSLO)
    return max(datetime.combine(local.date(), work.settings.watch.last_word, OSLO), local + _SOON)


def _language(work: Workplace, reader: str) -> str:
    if reader == OWNER:
        return work.settings.language_of(None)
    return work.settings.language_of(reports_for.stored_school(work.store, reader)[0])


def _note(work: Workplace, reader: str, channel: str, number: int, echo: Echo) -> None:
    """A line in the run log: who was told, how, and of how many duties."""
    try:
        school = None if reader == OWNER else reader
        run_log(work, "watch").add_and_anchor(Kind.WATCH, school=school, channel=channel, duties=number)
    except (BrokenRunLog, StoreError) as error:
        echo(_("Varselet kom ikke med i kjøreloggen: {error}").format(error=error))
