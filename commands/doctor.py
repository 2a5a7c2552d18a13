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
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from gettext import gettext as _
from gettext import ngettext
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ..adapters.connect import case_adapter, missing_keys
from ..adapters.ports import carries_of
from ..adapters.workbook.layout import fact_name
from ..domain.calendar import school_year_of
from ..domain.errors import SettingsError, SkolemiljoError, StoreError
from ..domain.exit_code import ExitCode
from ..domain.fault_words import why_not
from ..domain.moment import OSLO, local_day
from ..plans.calendars import missing_years
from ..settings import secrets_folder
from . import reference_key, school_days
from .carried import Shown, ShownRow, duties_without, of_cases, rows_as_json, rows_counted, rows_in_text, rows_of
from .doctor_line import Line, State
from .doctor_systems import HTTP, Systems

if TYPE_CHECKING:
    from ..store import Store
    from .workplace import Workplace

SCHEMA_VERSION = 1
_MEGABYTE = 1024 * 1024
_LITTLE_ROOM, _NO_ROOM = 1024 * _MEGABYTE, 100 * _MEGABYTE
_A_NIGHT = timedelta(hours=26)


def examine(work: Workplace, at: datetime, *, network: bool = False) -> tuple[Line, ...]:
    """Everything at once. Where not even the settings can be read, that is the one line."""
    doctor = _Doctor(work, at)
    lines = [Line("program", State.OK, f"skolemiljo {version('skolemiljo')}, Python {sys.version.split()[0]}")]
    lines += _safely("settings", doctor.settings)
    if lines[-1].state is State.FAULT:
        return tuple(lines)
    for name, check in (
        ("secrets", doctor.secrets),
        *((f"system:{name}", doctor.systems.asks(name, role)) for name, role in doctor.systems.named()),
        *((("flags", lambda: doctor.systems.flags(doctor._store)),) if network else ()),
        ("plan", doctor.plan),
        ("carries", doctor.carries),
        ("calendar", doctor.calendar),
        ("store", doctor.store),
        ("disk", doctor.disk),
        ("runlog", doctor.run_log),
        ("lock", doctor.lock),
        ("watch", doctor.watch),
    ):
        lines += _safely(name, check)
    return tuple(lines)


def told(
    work: Workplace, at: datetime, form: str, *, sample: Path | None, network: bool, rows: bool
) -> tuple[str, ExitCode]:
    """What there is to say, as text or JSON; of an exported case, what of it is read. Raises SettingsError."""
    if sample is not None:
        return _of_sample(work, sample, form)
    if rows:
        shown = _rows(work)
        return (rows_as_json(shown) if form == "json" else rows_in_text(shown)), ExitCode.DONE
    lines = examine(work, at, network=network)
    try:
        shown = _rows(work)
    except SkolemiljoError:  # a line of its own tells
        shown = ()
    return (as_json(lines, at, shown) if form == "json" else text(lines, shown)), exit_code(lines)


def _rows(work: Workplace) -> tuple[ShownRow, ...]:
    return rows_of(work.judging.plan, carries_of(case_adapter(work.settings)).lacks)


def _of_sample(work: Workplace, file: Path, form: str) -> tuple[str, ExitCode]:
    """By the mapping in the settings, signed or not."""
    from ..adapters.sikker_sak import samples_mapping
    from . import sample_report
    from .samples import Sample, cases_in

    seen = Sample.of(cases_in([file]), *samples_mapping(work.settings))
    found = sample_report.tell(seen, work.judging.plan)
    return (sample_report.as_json(found) if form == "json" else sample_report.text(found)), found.exit_code


def exit_code(lines: tuple[Line, ...]) -> ExitCode:
    """A night can run, or the settings must be mended, or something else must."""
    faults = {line.check for line in lines if line.state is State.FAULT}
    return ExitCode.SETTINGS if faults & {"settings", "secrets"} else ExitCode.UNCHECKED if faults else ExitCode.DONE


def text(lines: tuple[Line, ...], shown: tuple[ShownRow, ...] = ()) -> str:
    """For a person: one line for each thing, and what to do under it; then what the source can show of the plan's rows."""
    words = {State.OK: "ok", State.LOOK: _("se på"), State.FAULT: _("feil")}
    rows = []
    for line in lines:
        rows.append(f"{words[line.state]:<7}  {line.name}: {line.what}")
        if line.do is not None:
            rows.append(f"         -> {line.do}")
    if shown:
        rows += ["", rows_in_text(shown, short=True), ""]
    number = Counter(line.state for line in lines)
    in_all = _("{ok} ok, {look} å se på, {fault} feil.")
    rows.append(in_all.format(ok=number[State.OK], look=number[State.LOOK], fault=number[State.FAULT]))
    return "\n".join(rows)


def as_json(lines: tuple[Line, ...], at: datetime, shown: tuple[ShownRow, ...] = ()) -> str:
    """For a monitor."""
    worst = max((line.state for line in lines), key=list(State).index)
    checks = [{"check": one.check, "state": one.state, "what": one.what, "do": one.do} for one in lines]
    body = {
        "schema_version": SCHEMA_VERSION,
        "at": at.isoformat(),
        "state": worst,
        "checks": checks,
        "rows": rows_counted(shown),
    }
    return json.dumps(body, ensure_ascii=False, indent=2)


def _safely(check: str, ask: Callable[[], Iterator[Line]]) -> list[Line]:
    """What ``ask`` says, and its error as one more line."""
    lines: list[Line] = []
    try:
        lines += ask()
    except SkolemiljoError as error:
        lines.append(Line(check, State.FAULT, str(error), _("Rett det som står her, og spør på nytt.")))
    except Exception as error:  # noqa: BLE001 - a fault of ours in one question must not hide the answers to the others
        what = _("feil i verktøyet ({kind})").format(kind=type(error).__name__)
        lines.append(Line(check, State.FAULT, what, _("Meld det til dem som lager verktøyet.")))
    return lines


class _Doctor:
    def __init__(self, work: Workplace, at: datetime) -> None:
        self._work = work
        self._at = at
        self.systems = Systems(work, at)

    # --- settings ------------------------------------------------------------------------------------------------

    def settings(self) -> Iterator[Line]:
        """They can be read, and mean a real night."""
        settings = self._work.settings
        back = _("på") if settings.sync.write_back else _("av")
        what = _("kilde {source}, årshjul {cycle}, plan {name}, tilbakeskriving {back}").format(
            source=settings.source, cycle=settings.cycle, name=Path(settings.plan).name, back=back
        )
        if settings.production:
            yield Line("settings", State.OK, what)
        else:
            yield Line(
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
            for name, _ in self.systems.named()
            if name in HTTP
            for key in missing_keys(getattr(settings, name), settings)
            if key in ("client_secret", "private_key")
        ]
        if settings.mail.username is not None and settings.mail.password is None:
            missing.append("mail.password")
        if missing:
            what = _("mangler {names}").format(names=", ".join(missing))
            folder = secrets_folder(self._work.secrets)
            do = _("Legg dem som filer i mappa for hemmeligheter ({files}).")
            if folder is None:
                do = _(
                    "Si hvor hemmelighetene ligger med --secrets eller $SKOLEMILJO_SECRETS_DIR, og legg dem der ({files})."
                )
            files = ", ".join(str((folder or Path()) / name.replace(".", "__")) for name in missing)
            yield Line("secrets", State.FAULT, what, do.format(files=files))
        else:
            yield Line("secrets", State.OK, _("de som trengs, er der (vises aldri)"))
        yield from self._key()
        folder = secrets_folder(self._work.secrets)
        if folder is not None and folder.is_dir() and folder.stat().st_mode & 0o077:
            yield Line(
                "secrets", State.LOOK, _("andre brukere kan se i mappa for hemmeligheter"), _("chmod 700 på mappa.")
            )

    def _key(self) -> Iterator[Line]:
        """The key is the one that the store's pseudonyms are made with."""
        with suppress(StoreError):  # its own line tells
            wrong = reference_key.fault(self._work.settings, self._store)
            if wrong is not None:
                yield Line("secrets", State.FAULT, wrong, reference_key.what_to_do())

    # --- the judgement -------------------------------------------------------------------------------------------

    def plan(self) -> Iterator[Line]:
        """It can be read, and is in force."""
        plan, today = self._work.judging.plan, local_day(self._at)
        document = plan.document
        what = _("{label}, gjelder fra {valid_from}").format(
            label=document.label, valid_from=f"{document.valid_from:%d.%m.%Y}"
        )
        if document.valid_to is not None and document.valid_to < today:
            yield Line(
                "plan",
                State.LOOK,
                _("{what}, gikk ut {valid_to}").format(what=what, valid_to=f"{document.valid_to:%d.%m.%Y}"),
                _("Legg inn planen som gjelder nå."),
            )
        elif document.next_revision is not None and document.next_revision < today:
            when = f"{document.next_revision:%d.%m.%Y}"
            yield Line(
                "plan",
                State.LOOK,
                _("{what}, skulle vært revidert {when}").format(what=what, when=when),
                _("Minn skoleeier om revideringen."),
            )
        else:
            yield Line("plan", State.OK, what)

    def carries(self) -> Iterator[Line]:
        """What the source can show of the plan's rows, and what it never has."""
        lacks = sorted(carries_of(case_adapter(self._work.settings)).lacks)
        plan = self._work.judging.plan
        without = duties_without(lacks, of_cases(plan))
        number = rows_counted(rows_of(plan, lacks))
        weak, whole = number[Shown.WEAK], number[Shown.WHOLE] + number[Shown.ASKED]
        what = _("av planens {rows} rader gjelder {of_cases} saker: kilden har alt som {whole} av dem trenger").format(
            rows=len(plan.rows), of_cases=whole + weak, whole=whole
        )
        yield Line("carries", State.LOOK if weak else State.OK, what)
        for path, codes in without.items():
            if codes:
                lacking = ngettext(
                    "kilden har ikke {what}: {n} plikt kan ikke sjekkes uten ({codes})",
                    "kilden har ikke {what}: {n} plikter kan ikke sjekkes uten ({codes})",
                    len(codes),
                ).format(what=fact_name(path, "nb"), n=len(codes), codes=", ".join(codes))
                yield Line("carries", State.LOOK, lacking, _("Be leverandøren om det, eller se etter selv i sakene."))

    def calendar(self) -> Iterator[Line]:
        """The skolerute of this school year is known, and toward its end that of the next; its days seem right."""
        today = local_day(self._at)
        found = school_days.read(self._work)
        missing = missing_years(found(None), today, today + timedelta(days=60))
        for warning in school_days.warnings(found, None, school_year_of(today)):
            yield Line("calendar", State.LOOK, warning, _("Se dagene med skolemiljo calendar show."))
        if found.not_understood:
            first = "; ".join(school_days.told(one) for one in found.not_understood[:3])
            what = _("{n} oppføringer ble ikke forstått, og regnes som skoledager: {first}")
            what = what.format(n=len(found.not_understood), first=first)
            yield Line("calendar", State.LOOK, what, _("Se alle med skolemiljo calendar show."))
        if missing:
            what = _("skoleruta for {names} mangler; bare helger og helligdager er fri").format(
                names=", ".join(missing)
            )
            yield Line("calendar", State.LOOK, what, _("Legg den inn som school_calendar (docs/skolerute.md)."))
        else:
            yield Line("calendar", State.OK, _("skoleruta er kjent"))

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
            yield Line("store", State.LOOK, _("av en eldre utgave"), _("Neste sync tar en kopi og oppgraderer det."))
            return
        if store is None:
            yield Line(
                "store",
                State.LOOK,
                _("{name} er ikke der ennå").format(name=path),
                _("Den første sync lager det."),
            )
            return
        faults = store.check()
        where = store.path
        if faults:
            do = _("Legg fila til side, og legg tilbake en kopi, eller start uten (docs/operations.md).")
            yield Line("store", State.FAULT, _("skadet: {n} feil").format(n=len(faults)), do)
        else:
            yield Line(
                "store",
                State.OK,
                _("helt, skjema {schema}").format(schema=store.schema)
                if where is None
                else _("helt, skjema {schema}, {n} kB").format(schema=store.schema, n=where.stat().st_size // 1024),
            )
        if where is not None and where.stat().st_mode & 0o077:
            yield Line(
                "store", State.LOOK, _("andre brukere kan lese lageret"), _("chmod 600 {name}").format(name=where.name)
            )
        yield from self._last_night(store)

    def _last_night(self, store: Store) -> Iterator[Line]:
        last = next(iter(store.runs(1)), None)
        if last is None:
            yield Line("store", State.LOOK, _("ingen natt er kjørt"), _("Kjør skolemiljo sync."))
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
            yield Line("store", State.LOOK, what, _("Det er over et døgn siden: går timeren?"))
        elif last.state != "complete":
            yield Line("store", State.LOOK, what, _("Se hva den sa; neste natt prøver det på nytt."))
        else:
            yield Line("store", State.OK, what)
        aside, vanished = len(store.intentions(set_aside=True)), len(store.vanished())
        if aside or vanished:
            what = _("{aside} flagg er lagt til side, {vanished} saker er borte fra kilden").format(
                aside=aside, vanished=vanished
            )
            yield Line("store", State.LOOK, what, _("De er navngitt med saksnummer i det sync sier."))

    def disk(self) -> Iterator[Line]:
        """There is room for the store, its copy before an upgrade, and the logs."""
        folder = self._work.settings.store_path.parent
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        what = _("{n} MB ledig").format(n=free // _MEGABYTE)
        if free < _NO_ROOM:
            yield Line("disk", State.FAULT, what, _("Rydd plass før neste natt."))
        elif free < _LITTLE_ROOM:
            yield Line("disk", State.LOOK, what, _("Rydd plass."))
        else:
            yield Line("disk", State.OK, what)

    def run_log(self) -> Iterator[Line]:
        """Every line is there, unchanged and in order."""
        from ..journal.run_log import ANCHOR, verify

        path = self._work.settings.run_log_path
        anchor = self._anchor(ANCHOR)
        if not path.exists() and anchor is None:
            yield Line("runlog", State.OK, _("ingen kjørelogg ennå; den første sync begynner den"))
            return
        found = verify(path, anchor)
        if not found.faults:
            yield Line("runlog", State.OK, _("{lines} linjer, hel").format(lines=found.lines))
        for fault in found.faults:
            do = _("Ta vare på fila som den er, og finn ut hvem som har rørt den. Nettene går videre, i en ny kjede.")
            yield Line("runlog", State.LOOK if fault.named else State.FAULT, str(fault), do)

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
        if self._work.settings.database is not None:
            yield from self._lock_in_database()
            return
        if not lock.exists():
            yield Line("lock", State.OK, _("ingen kjøring er i gang"))
            return
        try:
            with FileLock(lock, timeout=0):
                yield Line("lock", State.OK, _("ingen kjøring er i gang"))
        except Timeout:
            yield Line("lock", State.LOOK, _("en kjøring er i gang"), _("Vent til den er ferdig."))
        except OSError as error:
            unusable = _("låsefila {name} kan ikke brukes ({why_not})")
            raise SettingsError(unusable.format(name=lock.name, why_not=why_not(error))) from None

    def _lock_in_database(self) -> Iterator[Line]:
        try:
            store = self._store
        except StoreError:
            return  # its own line tells
        if store is None:
            return
        with store.held() as free:
            if free:
                yield Line("lock", State.OK, _("ingen kjøring er i gang"))
            else:
                yield Line("lock", State.LOOK, _("en kjøring er i gang"), _("Vent til den er ferdig."))

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
            yield Line("watch", State.OK, _("ingen får vaktens varsler; [mail] er ikke satt opp"))
            return
        if untold:
            what = _("ingen får vite det når noe har frist i dag ved {readers}").format(readers=", ".join(untold))
            yield Line("watch", State.LOOK, what, _("Sett watch.schools og watch.owner, eller de samme under mail."))
        seen = last_look(store)
        if seen is None or self._at - seen > _A_NIGHT:
            what = _("vakten har ikke sett etter det siste døgnet")
            yield Line("watch", State.LOOK, what, _("Går skolemiljo-watch?"))
        else:
            yield Line(
                "watch", State.OK, _("så sist etter {at}").format(at=f"{seen.astimezone(OSLO):%d.%m. kl. %H.%M}")
            )
