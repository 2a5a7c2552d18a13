"""The run log: who did what and when, one JSON line each, chained by hashes so that no line can change unseen.

No content: case ids, codes, counts, times and roles. The file is only ever added to. Each line has its place in the file as
its number, and holds the hash of the one before. The hash of the last one (the anchor) is kept in two more places: in the
store, and in a small file beside the log. Both are held against the log before each new line. What does not fit any more is
never hidden by what is written later: the log goes on in a new chain, whose first line names the break.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from ..domain.errors import BusyStore, SkolemiljoError, StoreError
from ..domain.exit_code import ExitCode
from ..domain.fault_words import what_to_do, why_not
from ..domain.files import make_folder

_START = "0" * 64
_TAIL = 64 * 1024
_TOO_LONG = _TAIL // 2
_PATIENCE = 20.0
"""Seconds that another program may hold the log: a line takes milliseconds."""
ANCHOR = "runlog_head"
"""Key under which the store keeps the anchor: ``number:hash``."""


class Memory(Protocol):
    """Where the anchor is kept apart from the file: the store."""

    def meta(self, key: str, /) -> str | None:
        """What is kept under ``key``."""

    def set_meta(self, key: str, value: str, /) -> None:
        """Keeps ``value`` under ``key``."""


class Kind(StrEnum):
    """What a line is about."""

    RUN_BEGAN = "run_began"
    RUN_ENDED = "run_ended"
    SCHOOL = "school"
    WRITE = "write"
    CYCLE_WRITE = "cycle_write"
    REPORT = "report"
    CASE_OPENED = "case_opened"
    """someone looked at one case in ``audit``, and said why"""
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    DECISIONS_BACK = "decisions_back"
    """decisions that the store lacked came back from the export"""
    FIRST_WRITE = "first_write"
    """from this line on flags are written to the source that it names by a mark"""
    FLAGS_WITHDRAWN = "flags_withdrawn"
    FLAGS_RESTORED = "flags_restored"
    ENTERED = "entered"
    """a receipt came back: so many rows were entered by hand, and so many taken away"""
    SCHOOL_CLOSED = "school_closed"
    GONE_ACCEPTED = "gone_accepted"
    """a person said that it is right that cases are gone"""
    STORE = "store"
    """backup, forget, upgrade"""
    DISPUTED = "disputed"
    """a person says that the tool is wrong about a rule in a case, and why"""
    WATCH = "watch"
    """someone was told by day what ends today: who and of how many duties, not what"""
    MENDED = "mended"
    """the end of the file was half a line, left by a crash, and was taken off"""
    BROKEN = "broken"
    """lines that had been written were gone or others stood there: a new chain begins here"""


class BrokenRunLog(SkolemiljoError):
    """The file is no run log, and never was."""

    exit_code = ExitCode.SETTINGS


class BusyRunLog(BusyStore):
    """Another program holds the run log."""


@dataclass(frozen=True, slots=True)
class LogFault:
    """One thing that is wrong with the log."""

    problem: str
    line: int | None
    """Line number (1 first); ``None``: what is wrong is that lines are not there."""
    named: bool = False
    """Whether the log itself tells it: it went on in a new chain, and what came after is whole unless another fault says so."""

    def __str__(self) -> str:
        if self.line is None:
            return self.problem
        return _("Linje {line}: {problem}").format(line=self.line, problem=self.problem)


@dataclass(frozen=True, slots=True)
class Verified:
    """What :func:`verify` found. No ``faults`` = every line is there, unchanged and in order."""

    lines: int
    head: str
    """Hash of the last line that is whole."""
    faults: tuple[LogFault, ...] = ()

    @property
    def problem(self) -> str | None:
        """The first fault in words."""
        return self.faults[0].problem if self.faults else None

    @property
    def line(self) -> int | None:
        """Where the first fault is."""
        return self.faults[0].line if self.faults else None


class RunLog:
    """Adds lines to a run log. Several programs may add to one file: each line is added under a lock."""

    def __init__(
        self,
        path: Path,
        *,
        who: str = "sync",
        by: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        memory: Memory | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """``who``: the command or role that acts; never a name. ``by``: the id of its account (accounts.py). ``memory``:
        keeps the anchor (the store). ``patience``: seconds to wait for another program that is adding a line."""
        self.path = path
        self._who = who
        self._by = by
        self._clock = clock
        self._memory = memory
        self._patience = patience

    def add(self, kind: Kind, **facts: Any) -> tuple[str, str]:
        """Adds one line and waits until the disk has it. Gives the anchor: key and value, for the store to keep.

        ``facts``: ids, codes, counts and moments. Raises as :meth:`add_all`.
        """
        return self.add_all([(kind, facts)])

    def add_all(self, lines: Sequence[tuple[Kind, Mapping[str, Any]]]) -> tuple[str, str]:
        """Adds lines, at least one, in their order, and waits once until the disk has them all. Gives the anchor.

        Raises StoreError where the file can't be written, BusyRunLog where another program holds it, BrokenRunLog where
        the file is something else than a run log.
        """
        from filelock import FileLock, Timeout

        lock = self.path.with_name(self.path.name + ".lock")
        try:
            make_folder(self.path.parent)
            with FileLock(lock, mode=0o600, timeout=self._patience):
                number, head = self._end_that_fits()
                number, head = self._append(number, head, *lines)
                _keep_beside(self.path, f"{number}:{head}")
        except Timeout:
            held = _(
                "kjøreloggen {name} holdes av et annet program (låsen {lock}): finn programmet som har stoppet, eller prøv "
                "igjen senere"
            )
            raise BusyRunLog(held.format(name=self.path.name, lock=lock.name)) from None
        except OSError as error:
            raise StoreError(
                _("kjøreloggen {name} kan ikke skrives ({why_not}): {do}").format(
                    name=self.path.name, why_not=why_not(error), do=what_to_do(error)
                )
            ) from None
        return ANCHOR, f"{number}:{head}"

    def add_and_anchor(self, kind: Kind, **facts: Any) -> None:
        """Adds one line, and keeps the anchor at once."""
        anchor = self.add(kind, **facts)
        if self._memory is not None:
            self._memory.set_meta(*anchor)

    def _end_that_fits(self) -> tuple[int, str]:
        """Number and hash of the line that the next is chained to, after whatever must be told first."""
        mended = _take_off_half_a_line(self.path)
        last = _last(self.path)
        stored = self._memory.meta(ANCHOR) if self._memory is not None else None
        remembered = [anchor for anchor in (stored, _beside(self.path)) if anchor is not None]
        missed = [anchor for anchor in remembered if not _stands(self.path, anchor)]
        if last is None and not remembered and not _begins_as_a_run_log(self.path):
            foreign = _("{name} er ikke en kjørelogg: sett log_file i innstillingene til en annen fil")
            raise BrokenRunLog(foreign.format(name=self.path.name))
        if last is None or missed:
            lines = _count(self.path)
            last = self._append(
                lines, _START, (Kind.BROKEN, {"lines": lines, "remembered": max(missed, key=_place, default=None)})
            )
        if mended:
            last = self._append(*last, (Kind.MENDED, {"bytes": mended}))
        return last

    def _append(self, number: int, head: str, *lines: tuple[Kind, Mapping[str, Any]]) -> tuple[int, str]:
        data = b""
        for kind, facts in lines:
            number += 1
            line = {
                "number": number,
                "at": self._clock().astimezone(UTC).isoformat(),
                "who": self._who,
                **({"by": self._by} if self._by is not None else {}),
                "what": kind.value,
                **{name: _plain(value) for name, value in facts.items()},
                "before": head,
            }
            head = line["hash"] = _hash(line)
            text = json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n"
            if len(text) > _TOO_LONG:
                raise StoreError(_("en linje i kjøreloggen er for lang: meld det til dem som lager verktøyet"))
            data += text
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            written = os.write(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if written != len(data):
            raise StoreError(_("kjøreloggen {name} kan ikke skrives (disken er full)").format(name=self.path.name))
        return number, head


def verify(path: Path, anchor: str | None = None, head: str | None = None) -> Verified:
    """Reads the whole log and finds what was changed, removed, added or moved: the first fault of each chain, and each break
    that the log itself tells.

    ``anchor``: what the store keeps under :data:`ANCHOR`. With it, and what is kept beside the file, lines missing at the
    end are found too. ``head``: a hash that :class:`Verified` gave earlier and somebody kept elsewhere.
    """
    wanted = [one for one in (anchor, _beside(path)) if one is not None]
    found = _Reading()
    try:
        with path.open("rb") as file:
            for data in file:
                found.take(data)
    except FileNotFoundError:
        gone = LogFault(_("loggen er borte, men det huskes at den fantes"), None)
        return Verified(0, _START, (gone,) if wanted or head else ())
    except OSError:
        found.faults.append(LogFault(_("loggen kan ikke leses herfra og ut"), found.place + 1))
    if found.sound:
        found.faults += [fault for one in wanted if (fault := found.holds(one)) is not None][:1]
    if head is not None and head not in found.hashes:
        unknown = _("linja med {head} står ikke hel i loggen: den er skrevet på nytt, eller linjer er fjernet")
        found.faults.append(LogFault(unknown.format(head=head[:100]), None))
    return Verified(found.place if found.sound else found.whole, found.head, tuple(found.faults))


class _Reading:
    """A log that is read line by line."""

    def __init__(self) -> None:
        self.place = 0
        self.whole = 0
        """The last line that is whole."""
        self.head = _START
        self.sound = True
        """Whether the chain that is read holds until here."""
        self.faults: list[LogFault] = []
        self.hashes: dict[str, int] = {}

    def take(self, data: bytes) -> None:
        """The next line."""
        self.place += 1
        line = _parse(data)
        told = line is not None and line["what"] == Kind.BROKEN and line["before"] == _START
        if not (self.sound or told):
            return
        fault = self._fault(line, told=told)
        if fault is not None:
            self.sound = False
            self.faults.append(LogFault(fault, self.place))
        elif line is not None:
            self.sound, self.whole, self.head = True, self.place, str(line["hash"])
            self.hashes[self.head] = self.place
            if told:
                remembered = str(line.get("remembered") or "?").partition(":")[0]
                broken = _("her er loggen brutt ({at}): linje {number} var skrevet og sto der ikke lenger")
                said = broken.format(at=str(line.get("at"))[:16], number=remembered)
                self.faults.append(LogFault(said, self.place, named=True))

    def _fault(self, line: dict[str, Any] | None, *, told: bool) -> str | None:
        if line is None:
            return _("er ikke en hel linje fra en kjørelogg")
        if line["number"] != self.place or (line["before"] != self.head and not told):
            return _("en linje før denne er fjernet, lagt til eller flyttet")
        if _hash({name: value for name, value in line.items() if name != "hash"}) != line["hash"]:
            return _("linja er endret etter at den ble skrevet")
        return None

    def holds(self, anchor: str) -> LogFault | None:
        """What is wrong where the line that ``anchor`` remembers is not there."""
        number, _colon, wanted = anchor.partition(":")
        if self.hashes.get(wanted) == _number(number):
            return None
        if _number(number) <= self.place:
            return LogFault(_("loggen er skrevet på nytt: en annen linje ble skrevet her"), _number(number))
        missing = _("linjer mangler på slutten: nr. {wanted_number} var skrevet")
        return LogFault(missing.format(wanted_number=number), None)


def entries(path: Path, kind: Kind | None = None) -> Iterator[dict[str, Any]]:
    """The log's lines, oldest first; of one kind where ``kind`` is given. Reads without checking: see :func:`verify`."""
    with path.open("rb") as file:
        for data in file:
            line = _parse(data)
            if line is not None and (kind is None or line["what"] == kind.value):
                yield line


def _parse(data: bytes) -> dict[str, Any] | None:
    if not data.endswith(b"\n"):
        return None
    try:
        line = json.loads(data.decode())
    except (ValueError, RecursionError):
        return None
    whole = isinstance(line, dict) and isinstance(line.get("number"), int) and isinstance(line.get("what"), str)
    return line if whole and isinstance(line.get("hash"), str) and isinstance(line.get("before"), str) else None


def _hash(line: dict[str, Any]) -> str:
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def _place(anchor: str) -> int:
    return _number(anchor.partition(":")[0])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


def _tail(path: Path) -> bytes:
    """The end of the file: the last lines, the first of them perhaps cut."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(file.tell() - _TAIL, 0))
        return file.read()


def _take_off_half_a_line(path: Path) -> int:
    """A crash can leave half a line, which no anchor can know of. Gives how many bytes were taken off."""
    taken = 0
    while half := len(tail := _tail(path)) - (tail.rfind(b"\n") + 1):
        os.truncate(path, path.stat().st_size - half)
        taken += half
    return taken


def _last(path: Path) -> tuple[int, str] | None:
    """Number and hash of the last line; ``None`` where it is no line of a run log."""
    tail = _tail(path)
    if not tail:
        return 0, _START
    line = _parse(tail.rstrip(b"\n").rpartition(b"\n")[2] + b"\n")
    return None if line is None else (int(line["number"]), str(line["hash"]))


def _stands(path: Path, anchor: str) -> bool:
    """Whether the line that ``anchor`` remembers is in the log: mostly near its end."""
    number, _colon, wanted = anchor.partition(":")

    def is_it(data: bytes) -> bool:
        line = _parse(data)
        return line is not None and line["number"] == _number(number) and line["hash"] == wanted

    if any(is_it(data) for data in reversed(_tail(path).splitlines(keepends=True))):
        return True
    if not path.exists():
        return False
    with path.open("rb") as file:
        return any(is_it(data) for data in file if wanted.encode() in data)


def _begins_as_a_run_log(path: Path) -> bool:
    with path.open("rb") as file:
        return any(_parse(data) is not None for data in islice(file, 1))


def _count(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for _line in file)


def _beside_name(path: Path) -> Path:
    return path.with_name(path.name + ".head")


def _beside(path: Path) -> str | None:
    """The anchor in the file beside the log; ``None`` where there is none that can be read."""
    try:
        text = _beside_name(path).read_bytes().decode().strip()
    except (OSError, UnicodeDecodeError):
        return None
    number, colon, wanted = text.partition(":")
    return text if colon and _number(number) > 0 and len(wanted) == len(_START) else None


def _keep_beside(path: Path, anchor: str) -> None:
    """Keeps the anchor in the file beside the log. Under the log's lock: nobody else writes there."""
    half = path.with_name(path.name + ".head.new")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, f"{anchor}\n".encode())
    finally:
        os.close(descriptor)
    half.replace(_beside_name(path))
