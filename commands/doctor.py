"""Is everything there that a night needs? One line for each thing, in bokmål: ok, look at it, or a fault, and what to do.

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
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..adapters.loader import case_adapter, cycle_adapter, roster_adapter
from ..adapters.ports import CaseProblem
from ..domain.errors import SettingsError, SkolemiljoError, StoreError
from ..domain.moment import OSLO, local_day
from ..plans.calendars import missing_years
from ..sync.live import school_years

if TYPE_CHECKING:
    from ..adapters.settings import HttpSection, Settings
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


WORDS = {State.OK: "ok", State.LOOK: "se på", State.FAULT: "feil"}


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
    ):
        lines += _safely(name, check)
    return tuple(lines)


def exit_code(lines: tuple[Line, ...]) -> int:
    """0 a night can run, 2 the settings must be mended, 3 something else must."""
    faults = {line.check for line in lines if line.state is State.FAULT}
    return 2 if faults & {"settings", "secrets"} else 3 if faults else 0


def text(lines: tuple[Line, ...]) -> str:
    """For a person: one line for each thing, and what to do under it."""
    rows = []
    for line in lines:
        rows.append(f"{WORDS[line.state]:<5}  {line.check}: {line.what}")
        if line.do is not None:
            rows.append(f"       -> {line.do}")
    number = Counter(line.state for line in lines)
    rows.append(f"{number[State.OK]} ok, {number[State.LOOK]} å se på, {number[State.FAULT]} feil.")
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
        lines.append(_line(check, State.FAULT, str(error), "Rett det som står her, og spør på nytt."))
    except Exception as error:  # noqa: BLE001 - a fault of ours in one question must not hide the answers to the others
        what = f"feil i verktøyet ({type(error).__name__})"
        lines.append(_line(check, State.FAULT, what, "Meld det til dem som lager verktøyet."))
    return lines


class _Doctor:
    def __init__(self, work: Workplace, at: datetime) -> None:
        self._work = work
        self._at = at

    # --- settings ------------------------------------------------------------------------------------------------

    def settings(self) -> Iterator[Line]:
        """They can be read, and mean a real night."""
        settings = self._work.settings
        back = "på" if settings.sync.write_back else "av"
        what = f"kilde {settings.source}, årshjul {settings.cycle}, plan {Path(settings.plan).name}, tilbakeskriving {back}"
        if settings.production:
            yield _line("settings", State.OK, what)
        else:
            yield _line(
                "settings", State.LOOK, f"{what}, ikke produksjon", "Sett production = true når dette er i drift."
            )

    def secrets(self) -> Iterator[Line]:
        """Those that are needed are there. They are never shown."""
        settings = self._work.settings
        missing = [
            f"{name}.client_secret"
            for name, _ in self.systems()
            if name in _HTTP and (getattr(settings, name).client_secret or settings.client_secret) is None
        ]
        if settings.mail.username is not None and settings.mail.password is None:
            missing.append("mail.password")
        if missing:
            what = f"mangler {', '.join(missing)}"
            yield _line("secrets", State.FAULT, what, "Legg hver av dem som en fil i mappa for hemmeligheter.")
        else:
            yield _line("secrets", State.OK, "de som trengs, er der (vises aldri)")
        folder = self._work.secrets
        if folder is not None and folder.is_dir() and folder.stat().st_mode & 0o077:
            yield _line("secrets", State.LOOK, "andre brukere kan se i mappa for hemmeligheter", "chmod 700 på mappa.")

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
        yield _line(check, State.OK, f"svarer; {_contract(self._work.settings.source)}{len(schools)} skoler")
        yield from _clock(check, source)
        if not schools:
            yield _line(
                check, State.FAULT, "viser ingen skoler", "Be leverandøren gi integrasjonen tilgang til skolene."
            )
            return
        page = list(islice(source.changed_cases(schools[0], None), self._work.settings.sikker_sak.page_size))
        kinds = Counter(item.kind for item in page if isinstance(item, CaseProblem))
        if kinds:
            told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
            what = f"{kinds.total()} av {len(page)} saker kan ikke leses ({told})"
            yield _line(check, State.LOOK, what, "skolemiljo sync sier hvilke saker og felt det er.")
        elif page:
            yield _line(check, State.OK, f"en side med {len(page)} saker kan leses")
        else:
            yield _line(
                check, State.LOOK, f"ingen saker ved {schools[0]}", "Er det riktig? Ellers mangler det tilgang."
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
            yield _line(check, State.OK, f"årshjulet svarer; {contract}skoleåret {year} er der")
        else:
            what = f"årshjulet svarer; {contract}skoleåret {year} finnes ikke"
            yield _line(check, State.LOOK, what, "Opprett skoleåret i årshjulet.")

    def _roster(self, check: str) -> Iterator[Line]:
        hurried = self._hurried.model_copy(update={"roster": self._work.settings.roster})
        roster = roster_adapter(hurried)
        yield _line(check, State.OK, f"svarer; {len(list(roster.schools()))} skoler")
        yield from _clock(check, roster)

    # --- the judgement -------------------------------------------------------------------------------------------

    def plan(self) -> Iterator[Line]:
        """It can be read, and is in force."""
        plan, today = self._work.judging.plan, local_day(self._at)
        document = plan.document
        what = f"{document.label}, gjelder fra {document.valid_from:%d.%m.%Y}"
        if document.valid_to is not None and document.valid_to < today:
            yield _line(
                "plan", State.LOOK, f"{what}, gikk ut {document.valid_to:%d.%m.%Y}", "Legg inn planen som gjelder nå."
            )
        elif document.next_revision is not None and document.next_revision < today:
            when = f"{document.next_revision:%d.%m.%Y}"
            yield _line("plan", State.LOOK, f"{what}, skulle vært revidert {when}", "Minn skoleeier om revideringen.")
        else:
            yield _line("plan", State.OK, what)

    def calendar(self) -> Iterator[Line]:
        """The skolerute of this school year is known, and toward its end that of the next."""
        today = local_day(self._at)
        missing = missing_years(self._work.judging.calendar_of(None), today, today + timedelta(days=60))
        if missing:
            what = f"skoleruta for {', '.join(missing)} mangler; bare helger og helligdager er fri"
            yield _line("calendar", State.LOOK, what, "Legg den inn som school_calendar (docs/skolerute.md).")
        else:
            yield _line("calendar", State.OK, "skoleruta er kjent")

    # --- this machine --------------------------------------------------------------------------------------------

    @cached_property
    def _store(self) -> Store | None:
        from ..store import Store

        path = self._work.settings.store_path
        return Store.open(path, read_only=True) if path.is_file() else None

    def store(self) -> Iterator[Line]:
        """Whole, of this release, for its owner alone, and worked on last night."""
        from ..store import OlderStore

        path = self._work.settings.store_path
        try:
            store = self._store
        except OlderStore:
            yield _line("store", State.LOOK, "av en eldre utgave", "Neste sync tar en kopi og fører det opp.")
            return
        if store is None:
            yield _line("store", State.LOOK, f"{path.name} er ikke der ennå", "Den første sync lager det.")
            return
        faults = store.check()
        if faults:
            do = "Legg fila til side, og legg tilbake en kopi, eller start uten (docs/operations.md)."
            yield _line("store", State.FAULT, f"skadet: {len(faults)} feil", do)
        else:
            yield _line("store", State.OK, f"helt, skjema {store.schema}, {path.stat().st_size // 1024} kB")
        if path.stat().st_mode & 0o077:
            yield _line("store", State.LOOK, "andre brukere kan lese lageret", f"chmod 600 {path.name}")
        yield from self._last_night(store)

    def _last_night(self, store: Store) -> Iterator[Line]:
        last = next(iter(store.runs(1)), None)
        if last is None:
            yield _line("store", State.LOOK, "ingen natt er kjørt", "Kjør skolemiljo sync.")
            return
        words = {
            "complete": "alt ble gjort",
            "incomplete": "ikke alt ble gjort",
            "running": "holder på, eller ble brutt av",
        }
        when = f"{last.started_at.astimezone(OSLO):%d.%m.%Y kl. %H.%M}"
        what = f"siste natt begynte {when}: {words.get(last.state, 'den ble ikke ferdig')}"
        if self._at - last.started_at > _A_NIGHT:
            yield _line("store", State.LOOK, what, "Det er over et døgn siden: går timeren?")
        elif last.state != "complete":
            yield _line("store", State.LOOK, what, "Se hva den sa; neste natt prøver det på nytt.")
        else:
            yield _line("store", State.OK, what)
        aside, vanished = len(store.intentions(set_aside=True)), len(store.vanished())
        if aside or vanished:
            what = f"{aside} flagg er lagt til side, {vanished} saker er borte fra kilden"
            yield _line("store", State.LOOK, what, "De er navngitt med saksnummer i det sync sier.")

    def disk(self) -> Iterator[Line]:
        """There is room for the store, its copy before an upgrade, and the logs."""
        folder = self._work.settings.store_path.parent
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        what = f"{free // _MEGABYTE} MB ledig"
        if free < _NO_ROOM:
            yield _line("disk", State.FAULT, what, "Rydd plass før neste natt.")
        elif free < _LITTLE_ROOM:
            yield _line("disk", State.LOOK, what, "Rydd plass.")
        else:
            yield _line("disk", State.OK, what)

    def run_log(self) -> Iterator[Line]:
        """Every line is there, unchanged and in order."""
        from ..sync.runlog import ANCHOR, verify

        path = self._work.settings.run_log_path
        anchor = self._anchor(ANCHOR)
        if not path.exists() and anchor is None:
            yield _line("runlog", State.OK, "ingen kjørelogg ennå; den første sync begynner den")
            return
        found = verify(path, anchor)
        if found.problem is None:
            yield _line("runlog", State.OK, f"{found.lines} linjer, hel")
        else:
            do = "Ta vare på fila som den er, og finn ut hvem som har rørt den."
            yield _line("runlog", State.FAULT, f"linje {found.line or '?'}: {found.problem}", do)

    def _anchor(self, key: str) -> str | None:
        """What the store remembers of the log's end; nothing where it can't be asked, which its own line tells."""
        try:
            return self._store.meta(key) if self._store is not None else None
        except StoreError:
            return None

    def lock(self) -> Iterator[Line]:
        """Whether a run is at work now."""
        from filelock import FileLock, Timeout

        path = self._work.settings.store_path
        lock = path.with_name(path.name + ".lock")
        if not lock.exists():
            yield _line("lock", State.OK, "ingen kjøring er i gang")
            return
        try:
            with FileLock(lock, timeout=0):
                yield _line("lock", State.OK, "ingen kjøring er i gang")
        except Timeout:
            yield _line("lock", State.LOOK, "en kjøring er i gang", "Vent til den er ferdig.")
        except OSError as error:
            raise SettingsError(f"{lock.name}: {type(error).__name__}") from None


def _contract(adapter: str) -> str:
    """Which contract the adapter keeps; nothing where it is no contract of ours."""
    package = files("skolemiljo.adapters")
    contract = package / adapter / "contract.openapi.yaml"
    if not contract.is_file():
        return ""
    with contract.open(encoding="utf-8") as lines:
        number = next((line.split(":")[1].strip() for line in lines if line.startswith("  version:")), "?")
    return f"kontrakt {number.replace('-assumed', ' (antatt)')}, "


def _clock(check: str, adapter: Any) -> Iterator[Line]:
    """The system's clock beside ours."""
    heard = getattr(adapter, "heard", None)
    if heard is None:
        return
    if heard.mock:
        yield _line(check, State.LOOK, "dette er etterligningen, som har sin egen klokke", "Bare til prøving.")
    elif heard.clock_offset is None:
        yield _line(check, State.OK, "sier ikke hva klokka er")
    else:
        server = f" ({heard.server})" if heard.server is not None else ""
        ahead = abs(round(heard.clock_offset))
        what = f"klokka der{server} går {ahead} sekunder {'foran' if heard.clock_offset > 0 else 'etter'} vår"
        state = State.OK if ahead <= _CLOCK_LOOK else State.LOOK if ahead <= _CLOCK_FAULT else State.FAULT
        do = "Still klokka på denne maskinen (NTP); er den riktig, meld det til leverandøren."
        yield _line(check, state, what, None if state is State.OK else do)


def _unmapped(check: str, adapter: Any) -> Iterator[Line]:
    """Labels of log types that nobody has mapped to a kind: their entries count as notes."""
    labels: Counter[str] | None = getattr(getattr(adapter, "labels", None), "unmapped", None)
    if not labels:
        return
    known = sorted(repr(label) for label, number in labels.items() if number >= _OFTEN)
    rare = len(labels) - len(known)
    shown = [*known, *([f"{rare} som er sjeldne og ikke vises"] if rare else [])]
    do = f"Sett dem under [{check.partition(':')[2]}.labels]."
    yield _line(check, State.LOOK, f"loggtyper som ikke er kjent: {', '.join(shown)}", do)
