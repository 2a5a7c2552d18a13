"""Is everything there that a night needs? One line for each thing: ok, look at it, or a fault, and what to do.

Nothing is written, no store is made, and no secret, name or text is shown. Each thing is asked on its own, so that one fault
does not hide the next.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from gettext import gettext as _
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..adapters.connect import case_adapter, cycle_adapter, missing_keys, roster_adapter
from ..adapters.ports import CaseProblem
from ..domain.calendar import school_year_of
from ..domain.errors import SettingsError, SkolemiljoError, StoreError
from ..domain.exit_code import ExitCode
from ..domain.fault_words import called, why_not
from ..domain.moment import OSLO, local_day
from ..judging.now import school_years
from ..plans.calendars import missing_years
from . import school_days

if TYPE_CHECKING:
    from ..settings import HttpSection, Settings
    from ..store import Store
    from .workplace import Workplace

SCHEMA_VERSION = 1
_MEGABYTE = 1024 * 1024
_LITTLE_ROOM, _NO_ROOM = 1024 * _MEGABYTE, 100 * _MEGABYTE
_CLOCK_LOOK, _CLOCK_FAULT = 60.0, 600.0
"""Seconds. Ten minutes wrong can put what was done before midnight on the day after."""
_A_NIGHT = timedelta(hours=26)
_BUDGET = 30.0
"""Seconds at most for one call: whoever asks the doctor waits for the answer."""
_OFTEN = 5
"""A label that nobody has mapped is shown when it came so often: then it is a template's, and nobody's words."""
_HTTP = ("sikker_sak", "annual_cycle", "oneroster")


class State(StrEnum):
    """How it stands with one thing."""

    OK = "ok"
    LOOK = "look"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was asked about."""

    check: str
    state: State
    what: str
    do: str | None = None
    """What to do, where something must be done."""


def examine(work: Workplace, at: datetime) -> tuple[Line, ...]:
    """Everything at once. Where not even the settings can be read, that is the one line."""
    doctor = _Doctor(work, at)
    lines = [_line("program", State.OK, f"skolemiljo {version('skolemiljo')}, Python {sys.version.split()[0]}")]
    lines += _safely("settings", doctor.settings)
    if lines[-1].state is State.FAULT:
        return tuple(lines)
    for name, check in (
        ("secrets", doctor.secrets),
        *((f"system:{name}", doctor.system(name, role)) for name, role in doctor.systems()),
        ("plan", doctor.plan),
        ("calendar", doctor.calendar),
        ("store", doctor.store),
        ("disk", doctor.disk),
        ("runlog", doctor.run_log),
        ("lock", doctor.lock),
        ("watch", doctor.watch),
    ):
        lines += _safely(name, check)
    return tuple(lines)


def exit_code(lines: tuple[Line, ...]) -> ExitCode:
    """A night can run, or the settings must be mended, or something else must."""
    faults = {line.check for line in lines if line.state is State.FAULT}
    return ExitCode.SETTINGS if faults & {"settings", "secrets"} else ExitCode.UNCHECKED if faults else ExitCode.DONE


def text(lines: tuple[Line, ...]) -> str:
    """For a person: one line for each thing, and what to do under it."""
    words = {State.OK: "ok", State.LOOK: _("se på"), State.FAULT: _("feil")}
    rows = []
    for line in lines:
        rows.append(f"{words[line.state]:<7}  {line.check}: {line.what}")
        if line.do is not None:
            rows.append(f"         -> {line.do}")
    number = Counter(line.state for line in lines)
    in_all = _("{ok} ok, {look} å se på, {fault} feil.")
    rows.append(in_all.format(ok=number[State.OK], look=number[State.LOOK], fault=number[State.FAULT]))
    return "\n".join(rows)


def as_json(lines: tuple[Line, ...], at: datetime) -> str:
    """For a monitor."""
    worst = max((line.state for line in lines), key=list(State).index)
    checks = [{"check": one.check, "state": one.state, "what": one.what, "do": one.do} for one in lines]
    body = {"schema_version": SCHEMA_VERSION, "at": at.isoformat(), "state": worst, "checks": checks}
    return json.dumps(body, ensure_ascii=False, indent=2)


def _line(check: str, state: State, what: str, do: str | None = None) -> Line:
    return Line(check, state, what, do)


def _safely(check: str, ask: Callable[[], Iterator[Line]]) -> list[Line]:
    """What ``ask`` says, and its error as one more line."""
    lines: list[Line] = []
    try:
        lines += ask()
    except SkolemiljoError as error:
        lines.append(_line(check, State.FAULT, str(error), _("Rett det som står her, og spør på nytt.")))
    except Exception as error:  # noqa: BLE001 - a fault of ours in one question must not hide the answers to the others
        what = _("feil i verktøyet ({kind})").format(kind=type(error).__name__)
        lines.append(_line(check, State.FAULT, what, _("Meld det til dem som lager verktøyet.")))
    return lines


class _Doctor:
    def __init__(self, work: Workplace, at: datetime) -> None:
        self._work = work
        self._at = at

    # --- settings ------------------------------------------------------------------------------------------------

    def settings(self) -> Iterator[Line]:
        """They can be read, and mean a real night."""
        settings = self._work.settings
        back = _("på") if settings.sync.write_back else _("av")
        what = _("kilde {source}, årshjul {cycle}, plan {name}, tilbakeskriving {back}").format(
            source=settings.source, cycle=settings.cycle, name=Path(settings.plan).name, back=back
        )
        if settings.production:
            yield _line("settings", State.OK, what)
        else:
            yield _line(
                "settings",
                State.LOOK,
                _("{what}, ikke produksjon").format(what=what),
                _("Sett production = true når dette er i drift."),
            )

    def secrets(self) -> Iterator[Line]:
        """Those that are needed are there. They are never shown."""
        settings = self._work.settings
        missing = [
            f"{name}.{key}"
            for name, _ in self.systems()
            if name in _HTTP
            for key in missing_keys(getattr(settings, name), settings)
            if key in ("client_secret", "private_key")
        ]
        if settings.mail.username is not None and settings.mail.password is None:
            missing.append("mail.password")
        if missing:
            what = _("mangler {names}").format(names=", ".join(missing))
            yield _line("secrets", State.FAULT, what, _("Legg hver av dem som en fil i mappa for hemmeligheter."))
        else:
            yield _line("secrets", State.OK, _("de som trengs, er der (vises aldri)"))
        folder = self._work.secrets
        if folder is not None and folder.is_dir() and folder.stat().st_mode & 0o077:
            yield _line(
                "secrets", State.LOOK, _("andre brukere kan se i mappa for hemmeligheter"), _("chmod 700 på mappa.")
            )

    # --- the systems ---------------------------------------------------------------------------------------------

    def systems(self) -> Iterator[tuple[str, str]]:
        """The adapters that the settings name, each with what it is for."""
        settings = self._work.settings
        yield settings.source, "cases"
        if settings.cycle != settings.source:
            yield settings.cycle, "cycle"
        if settings.roster is not None:
            yield settings.roster, "roster"

    def system(self, name: str, role: str) -> Callable[[], Iterator[Line]]:
        """The question whether the system ``name`` answers."""
        ask = {"cases": self._cases, "cycle": self._cycle, "roster": self._roster}[role]
        return lambda: ask(f"system:{name}")

    @cached_property
    def _hurried(self) -> Settings:
        """The settings, with one try for each call and no more time than a person has."""
        settings = self._work.settings

        def quick(section: HttpSection) -> HttpSection:
            return section.model_copy(update={"attempts": 1, "budget": min(section.budget, _BUDGET)})

        return settings.model_copy(update={name: quick(getattr(settings, name)) for name in _HTTP} | {"roster": None})

    def _cases(self, check: str) -> Iterator[Line]:
        source = case_adapter(self._hurried)
        schools = [school.organisation_number for school in source.schools()]
        yield _line(
            check,
            State.OK,
            _("svarer; {contract}{n} skoler").format(contract=_contract(self._work.settings.source), n=len(schools)),
        )
        yield from _clock(check, source)
        if not schools:
            yield _line(
                check, State.FAULT, _("viser ingen skoler"), _("Be leverandøren gi integrasjonen tilgang til skolene.")
            )
            return
        page = list(islice(source.changed_cases(schools[0], None), self._work.settings.sikker_sak.page_size))
        kinds = Counter(item.kind for item in page if isinstance(item, CaseProblem))
        if kinds:
            told = ", ".join(f"{called(kind)}: {number}" for kind, number in sorted(kinds.items()))
            what = _("{total} av {n} saker kan ikke leses ({told})").format(total=kinds.total(), n=len(page), told=told)
            yield _line(check, State.LOOK, what, _("skolemiljo sync sier hvilke saker og felt det er."))
        elif page:
            yield _line(check, State.OK, _("en side med {n} saker kan leses").format(n=len(page)))
        else:
            yield _line(
                check,
                State.LOOK,
                _("ingen saker ved {school}").format(school=schools[0]),
                _("Er det riktig? Ellers mangler det tilgang."),
            )
        yield from _unmapped(check, source)
        if self._work.settings.cycle == self._work.settings.source:
            yield from self._facts(check, source, schools[0])

    def _cycle(self, check: str) -> Iterator[Line]:
        cycle = cycle_adapter(self._hurried)
        yield from self._facts(check, cycle, None)
        yield from _clock(check, cycle)

    def _facts(self, check: str, cycle: Any, school: str | None) -> Iterator[Line]:
        year = school_years(self._at)[-1]
        facts = cycle.facts(school, year)
        contract = _contract(self._work.settings.cycle)
        if facts.found:
            yield _line(
                check,
                State.OK,
                _("årshjulet svarer; {contract}skoleåret {year} er der").format(contract=contract, year=year),
            )
        else:
            what = _("årshjulet svarer; {contract}skoleåret {year} finnes ikke").format(contract=contract, year=year)
            yield _line(check, State.LOOK, what, _("Opprett skoleåret i årshjulet."))

    def _roster(self, check: str) -> Iterator[Line]:
        hurried = self._hurried.model_copy(update={"roster": self._work.settings.roster})
        roster = roster_adapter(hurried)
        yield _line(check, State.OK, _("svarer; {n} skoler").format(n=len(list(roster.schools()))))
        for name in getattr(roster, "odd", ()):
            odd = _("{name} i listen over skoler har ikke noe organisasjonsnummer")
            yield _line(
                check, State.FAULT, odd.format(name=name), _("Rett den der: ingen ser på en skole uten nummer.")
            )
        yield from _clock(check, roster)

    # --- the judgement -------------------------------------------------------------------------------------------

    def plan(self) -> Iterator[Line]:
        """It can be read, and is in force."""
        plan, today = self._work.judging.plan, local_day(self._at)
        document = plan.document
        what = _("{label}, gjelder fra {valid_from}").format(
            label=document.label, valid_from=f"{document.valid_from:%d.%m.%Y}"
        )
        if document.valid_to is not None and document.valid_to < today:
            yield _line(
                "plan",
                State.LOOK,
                _("{what}, gikk ut {valid_to}").format(what=what, valid_to=f"{document.valid_to:%d.%m.%Y}"),
                _("Legg inn planen som gjelder nå."),
            )
        elif document.next_revision is not None and document.next_revision < today:
            when = f"{document.next_revision:%d.%m.%Y}"
            yield _line(
                "plan",
                State.LOOK,
                _("{what}, skulle vært revidert {when}").format(what=what, when=when),
                _("Minn skoleeier om revideringen."),
            )
        else:
            yield _line("plan", State.OK, what)

    def calendar(self) -> Iterator[Line]:
        """The skolerute of this school year is known, and toward its end that of the next; its days seem right."""
        today = local_day(self._at)
        found = school_days.read(self._work)
        missing = missing_years(found(None), today, today + timedelta(days=60))
        for warning in school_days.warnings(found, None, school_year_of(today)):
            yield _line("calendar", State.LOOK, warning, _("Se dagene med skolemiljo calendar show."))
        if found.not_understood:
            first = "; ".join(school_days.told(one) for one in found.not_understood[:3])
            what = _("{n} oppføringer ble ikke forstått, og regnes som skoledager: {first}")
            what = what.format(n=len(found.not_understood), first=first)
            yield _line("calendar", State.LOOK, what, _("Se alle med skolemiljo calendar show."))
        if missing:
            what = _("skoleruta for {names} mangler; bare helger og helligdager er fri").format(
                names=", ".join(missing)
            )
            yield _line("calendar", State.LOOK, what, _("Legg den inn som school_calendar (docs/skolerute.md)."))
        else:
            yield _line("calendar", State.OK, _("skoleruta er kjent"))

    # --- this machine --------------------------------------------------------------------------------------------

    @cached_property
    def _store(self) -> Store | None:
        from ..store import Store

        where = self._work.settings.store_address
        return Store.open(where, read_only=True) if Store.is_there(where) else None

    def store(self) -> Iterator[Line]:
        """Whole, of this release, for its owner alone, and worked on last night."""
        from ..store import OlderStore

        path = self._work.settings.store_path
        try:
            store = self._store
        except OlderStore:
            yield _line("store", State.LOOK, _("av en eldre utgave"), _("Neste sync tar en kopi og oppgraderer det."))
            return
        if store is None:
            yield _line(
                "store",
                State.LOOK,
                _("{name} er ikke der ennå").format(name=path.name),
                _("Den første sync lager det."),
            )
            return
        faults = store.check()
        where = store.path
        if faults:
            do = _("Legg fila til side, og legg tilbake en kopi, eller start uten (docs/operations.md).")
            yield _line("store", State.FAULT, _("skadet: {n} feil").format(n=len(faults)), do)
        else:
            yield _line(
                "store",
                State.OK,
                _("helt, skjema {schema}").format(schema=store.schema)
                if where is None
                else _("helt, skjema {schema}, {n} kB").format(schema=store.schema, n=where.stat().st_size // 1024),
            )
        if where is not None and where.stat().st_mode & 0o077:
            yield _line(
                "store", State.LOOK, _("andre brukere kan lese lageret"), _("chmod 600 {name}").format(name=where.name)
            )
        yield from self._last_night(store)

    def _last_night(self, store: Store) -> Iterator[Line]:
        last = next(iter(store.runs(1)), None)
        if last is None:
            yield _line("store", State.LOOK, _("ingen natt er kjørt"), _("Kjør skolemiljo sync."))
            return
        words = {
            "complete": _("alt ble gjort"),
            "incomplete": _("ikke alt ble gjort"),
            "running": _("holder på, eller ble brutt av"),
        }
        began = last.started_at.astimezone(OSLO)
        what = _("siste natt begynte {day} kl. {time}: {how}").format(
            day=f"{began:%d.%m.%Y}", time=f"{began:%H.%M}", how=words.get(last.state, _("den ble ikke ferdig"))
        )
        if self._at - last.started_at > _A_NIGHT:
            yield _line("store", State.LOOK, what, _("Det er over et døgn siden: går timeren?"))
        elif last.state != "complete":
            yield _line("store", State.LOOK, what, _("Se hva den sa; neste natt prøver det på nytt."))
        else:
            yield _line("store", State.OK, what)
        aside, vanished = len(store.intentions(set_aside=True)), len(store.vanished())
        if aside or vanished:
            what = _("{aside} flagg er lagt til side, {vanished} saker er borte fra kilden").format(
                aside=aside, vanished=vanished
            )
            yield _line("store", State.LOOK, what, _("De er navngitt med saksnummer i det sync sier."))

    def disk(self) -> Iterator[Line]:
        """There is room for the store, its copy before an upgrade, and the logs."""
        folder = self._work.settings.store_path.parent
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        what = _("{n} MB ledig").format(n=free // _MEGABYTE)
        if free < _NO_ROOM:
            yield _line("disk", State.FAULT, what, _("Rydd plass før neste natt."))
        elif free < _LITTLE_ROOM:
            yield _line("disk", State.LOOK, what, _("Rydd plass."))
        else:
            yield _line("disk", State.OK, what)

    def run_log(self) -> Iterator[Line]:
        """Every line is there, unchanged and in order."""
        from ..journal.run_log import ANCHOR, verify

        path = self._work.settings.run_log_path
        anchor = self._anchor(ANCHOR)
        if not path.exists() and anchor is None:
            yield _line("runlog", State.OK, _("ingen kjørelogg ennå; den første sync begynner den"))
            return
        found = verify(path, anchor)
        if not found.faults:
            yield _line("runlog", State.OK, _("{lines} linjer, hel").format(lines=found.lines))
        for fault in found.faults:
            do = _("Ta vare på fila som den er, og finn ut hvem som har rørt den. Nettene går videre, i en ny kjede.")
            yield _line("runlog", State.LOOK if fault.named else State.FAULT, str(fault), do)

    def _anchor(self, key: str) -> str | None:
        """What the store remembers of the log's end; nothing where it can't be asked, which its own line tells."""
        try:
            return self._store.meta(key) if self._store is not None else None
        except StoreError:
            return None

    def lock(self) -> Iterator[Line]:
        """Whether a run is at work now."""
        from filelock import FileLock, Timeout

        lock = self._work.settings.lock_path
        if not lock.exists():
            yield _line("lock", State.OK, _("ingen kjøring er i gang"))
            return
        try:
            with FileLock(lock, timeout=0):
                yield _line("lock", State.OK, _("ingen kjøring er i gang"))
        except Timeout:
            yield _line("lock", State.LOOK, _("en kjøring er i gang"), _("Vent til den er ferdig."))
        except OSError as error:
            unusable = _("låsefila {name} kan ikke brukes ({why_not})")
            raise SettingsError(unusable.format(name=lock.name, why_not=why_not(error))) from None

    def watch(self) -> Iterator[Line]:
        """Whether somebody would be told by day of what ends today, at each school."""
        from .watching import last_look, untold_readers

        try:
            store = self._store
        except StoreError:
            return  # its own line tells
        if store is None:
            return
        untold = untold_readers(self._work, store)
        if untold is None:
            yield _line("watch", State.OK, _("ingen får vaktens varsler; [mail] er ikke satt opp"))
            return
        if untold:
            what = _("ingen får vite det når noe har frist i dag ved {readers}").format(readers=", ".join(untold))
            yield _line("watch", State.LOOK, what, _("Sett watch.schools og watch.owner, eller de samme under mail."))
        seen = last_look(store)
        if seen is None or self._at - seen > _A_NIGHT:
            what = _("vakten har ikke sett etter det siste døgnet")
            yield _line("watch", State.LOOK, what, _("Går timeren skolemiljo-watch.timer?"))
        else:
            yield _line(
                "watch", State.OK, _("så sist etter {at}").format(at=f"{seen.astimezone(OSLO):%d.%m. kl. %H.%M}")
            )


def _contract(adapter: str) -> str:
    """Which contract the adapter keeps; nothing where it is no contract of ours."""
    package = files("skolemiljo.adapters")
    contract = package / adapter / "contract.openapi.yaml"
    if not contract.is_file():
        return ""
    with contract.open(encoding="utf-8") as lines:
        number = next((line.split(":")[1].strip() for line in lines if line.startswith("  version:")), "?")
    assumed = f" ({_('antatt')})"
    return _("kontrakt {number}").format(number=number.replace("-assumed", assumed)) + ", "


def _clock(check: str, adapter: Any) -> Iterator[Line]:
    """The system's clock beside ours."""
    heard = getattr(adapter, "heard", None)
    if heard is None:
        return
    if heard.mock:
        yield _line(check, State.LOOK, _("dette er etterligningen, som har sin egen klokke"), _("Bare til prøving."))
    elif heard.clock_offset is None:
        yield _line(check, State.OK, _("sier ikke hva klokka er"))
    else:
        server = f" ({heard.server})" if heard.server is not None else ""
        ahead = abs(round(heard.clock_offset))
        if heard.clock_offset > 0:
            what = _("klokka der{server} går {n} sekunder foran vår").format(server=server, n=ahead)
        else:
            what = _("klokka der{server} går {n} sekunder etter vår").format(server=server, n=ahead)
        state = State.OK if ahead <= _CLOCK_LOOK else State.LOOK if ahead <= _CLOCK_FAULT else State.FAULT
        do = _("Still klokka på denne maskinen (NTP); er den riktig, meld det til leverandøren.")
        yield _line(check, state, what, None if state is State.OK else do)


def _unmapped(check: str, adapter: Any) -> Iterator[Line]:
    """Labels of log types that nobody has mapped to a kind: their entries count as notes."""
    labels: Counter[str] | None = getattr(getattr(adapter, "labels", None), "unmapped", None)
    if not labels:
        return
    known = sorted(repr(label) for label, number in labels.items() if number >= _OFTEN)
    rare = len(labels) - len(known)
    shown = [*known, *([_("{n} som er sjeldne og ikke vises").format(n=rare)] if rare else [])]
    do = _("Sett dem under [{system}.labels].").format(system=check.partition(":")[2])
    yield _line(check, State.LOOK, _("loggtyper som ikke er kjent: {names}").format(names=", ".join(shown)), do)
