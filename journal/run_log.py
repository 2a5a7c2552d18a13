"""The run log: who did what and when, one JSON line each, chained by hashes so that no line can change unseen.

No content: case ids, codes, counts, times and roles. The file is only ever added to. Each line holds the hash of the one
before; the hash of the last one is kept in the store too (the anchor), so that a log that has lost its end is seen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path
from typing import Any

from ..domain.errors import SkolemiljoError, StoreError
from ..domain.fault_words import why_not

_START = "0" * 64
_TAIL = 64 * 1024
_TOO_LONG = _TAIL // 2
ANCHOR = "runlog_head"
"""Key under which the store keeps the anchor: ``number:hash``."""


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
    FLAGS_RESTORED = "flags_restored"
    SCHOOL_CLOSED = "school_closed"
    GONE_ACCEPTED = "gone_accepted"
    """a person said that it is right that cases are gone"""
    STORE = "store"
    """backup, forget, upgrade"""
    MENDED = "mended"
    """the end of the file was half a line, left by a crash, and was taken off"""


class BrokenRunLog(SkolemiljoError):
    """The run log is not as it was written."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What :func:`verify` found. ``problem`` None = every line is there, unchanged and in order."""

    lines: int
    head: str
    problem: str | None = None
    line: int | None = None
    """Line number (1 first) of the first fault."""


class RunLog:
    """Adds lines to a run log. Several programs may add to one file: each line is added under a lock."""

    def __init__(
        self,
        path: Path,
        *,
        who: str = "sync",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        anchor: Callable[[str, str], None] | None = None,
    ) -> None:
        """``who``: the command or role that acts; never a name. ``anchor``: keeps ``(ANCHOR, value)`` in the store."""
        self.path = path
        self._who = who
        self._clock = clock
        self._anchor = anchor

    def add(self, kind: Kind, **facts: Any) -> tuple[str, str]:
        """Adds one line and waits until the disk has it. Gives the anchor: key and value, for the store to keep.

        ``facts``: ids, codes, counts and moments. Raises StoreError where the file can't be written, BrokenRunLog where
        its last line is not a line of a run log.
        """
        from filelock import FileLock

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(self.path.name + ".lock"), mode=0o600):
                mended = _take_off_half_a_line(self.path)
                number, head = _last(self.path)
                if mended:
                    number, head = self._append(number, head, Kind.MENDED, {"bytes": mended})
                number, head = self._append(number, head, kind, facts)
        except OSError as error:
            raise StoreError(
                _("kjøreloggen {name} kan ikke skrives ({why_not})").format(name=self.path.name, why_not=why_not(error))
            ) from None
        return ANCHOR, f"{number}:{head}"

    def add_and_anchor(self, kind: Kind, **facts: Any) -> None:
        """Adds one line, and keeps the anchor at once."""
        anchor = self.add(kind, **facts)
        if self._anchor is not None:
            self._anchor(*anchor)

    def _append(self, number: int, head: str, kind: Kind, facts: dict[str, Any]) -> tuple[int, str]:
        line = {
            "number": number + 1,
            "at": self._clock().astimezone(UTC).isoformat(),
            "who": self._who,
            "what": kind.value,
            **{name: _plain(value) for name, value in facts.items()},
            "before": head,
        }
        line["hash"] = _hash(line)
        text = json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"
        data = text.encode()
        if len(data) > _TOO_LONG:
            raise StoreError(_("en linje i kjøreloggen er for lang: meld det til dem som lager verktøyet"))
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            written = os.write(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if written != len(data):
            raise StoreError(_("kjøreloggen {name} kan ikke skrives (disken er full)").format(name=self.path.name))
        return number + 1, str(line["hash"])


def verify(path: Path, anchor: str | None = None) -> Verified:
    """Reads the whole log and finds the first line that was changed, removed, added or moved.

    ``anchor``: what the store keeps under :data:`ANCHOR`; with it, lines missing at the end are found too.
    """
    number, head = 0, _START
    wanted_number, _colon, wanted_hash = (anchor or "").partition(":")
    met = not wanted_hash
    try:
        for text in _lines(path):
            place = number + 1
            line = _parse(text)
            if line is None:
                return Verified(number, head, _("er ikke en hel linje fra en kjørelogg"), place)
            if line["number"] != place or line["before"] != head:
                return Verified(number, head, _("en linje før denne er fjernet, lagt til eller flyttet"), place)
            claimed = line.pop("hash")
            if _hash(line) != claimed:
                return Verified(number, head, _("linja er endret etter at den ble skrevet"), place)
            number, head = place, claimed
            if str(number) == wanted_number:
                if head != wanted_hash:
                    return Verified(number, head, _("loggen er skrevet på nytt: lageret husker en annen linje"), place)
                met = True
    except FileNotFoundError:
        return Verified(0, _START, None if met else _("loggen er borte, men lageret husker at den fantes"))
    except (OSError, UnicodeDecodeError):
        return Verified(number, head, _("loggen kan ikke leses herfra og ut"), number + 1)
    if not met:
        return Verified(
            number,
            head,
            _("linjer mangler på slutten: lageret husker nr. {wanted_number}").format(wanted_number=wanted_number),
            None,
        )
    return Verified(number, head)


def entries(path: Path, kind: Kind | None = None) -> Iterator[dict[str, Any]]:
    """The log's lines, oldest first; of one kind where ``kind`` is given. Reads without checking: see :func:`verify`."""
    for text in _lines(path):
        line = _parse(text)
        if line is not None and (kind is None or line["what"] == kind.value):
            yield line


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for data in file:
            yield data.decode("utf-8")


def _parse(text: str) -> dict[str, Any] | None:
    if not text.endswith("\n"):
        return None
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(line, dict) and isinstance(line.get("number"), int) and isinstance(line.get("what"), str)
    return line if whole and isinstance(line.get("hash"), str) and isinstance(line.get("before"), str) else None


def _hash(line: dict[str, Any]) -> str:
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(file.tell() - _TAIL, 0))
        return file.read()


def _take_off_half_a_line(path: Path) -> int:
    """A crash can leave half a line, which no anchor can know of. Gives how many bytes were taken off."""
    if not path.exists():
        return 0
    tail = _tail(path)
    half = len(tail) - (tail.rfind(b"\n") + 1)
    if half:
        os.truncate(path, path.stat().st_size - half)
    return half


def _last(path: Path) -> tuple[int, str]:
    if not path.exists() or path.stat().st_size == 0:
        return 0, _START
    text = _tail(path).rstrip(b"\n").rpartition(b"\n")[2]
    line = _parse(text.decode("utf-8", errors="replace") + "\n")
    if line is None:
        broken = _("den siste linja i {name} er ikke fra en kjørelogg: kjør skolemiljo runlog verify")
        raise BrokenRunLog(broken.format(name=path.name))
    return int(line["number"]), str(line["hash"])
