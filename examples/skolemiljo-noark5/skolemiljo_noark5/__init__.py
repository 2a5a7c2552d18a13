"""Cases from a Noark 5 extract (``arkivstruktur.xml``), the published standard that any Norwegian archive can give.

An archive holds when a case folder was made and closed, and what was registered in it with its dates: not who was there, what was said, nor a
plan's fields. What it does not hold is ``hidden`` in each case, so that the rules that need it answer «kunne ikke sjekkes» and never anything
else. Titles and names of correspondents are looked at here to tell what kind of entry it is, and go no further.

Source: arkivverket.no, Noark 5 version 5, «arkivstruktur» (namespace, ``saksmappe``, ``journalpost``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from pydantic import Field

from skolemiljo.api.adapters import (
    Case,
    CaseNotFound,
    CaseProblem,
    ComplianceRecord,
    Conflict,
    Fatal,
    Receipt,
    School,
    Section,
    Settings,
    SettingsError,
    UnreadableCase,
    case_from,
    put_in_place,
)

SYSTEM = "noark5"
_SPACE = "{http://www.arkivverket.no/standarder/noark5/arkivstruktur}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NOT_THERE = (
    "activity_plans",
    "evaluations",
    "incidents",
    "log.author",
    "log.channel",
    "log.edits",
    "log.hearing",
    "log.held",
    "log.notice",
    "log.participants",
    "log.pupils",
    "log.text",
    "notices.channel",
    "notices.pupils",
    "notices.read_at",
    "notices.receiver",
    "notices.rector_told_at",
    "pupils",
    "severity",
    "suspicions",
)
"""What no archive tells."""


class Noark5Section(Section):
    """``[noark5]`` in the settings."""

    path: Path | None = None
    """The extract's arkivstruktur.xml."""
    zone: str = "Europe/Oslo"
    """Of its times, which carry none."""
    archive_part: str = ""
    """Title of the part (arkivdel) that the cases lie in; empty = all of them."""
    schools: dict[str, str] = Field(default_factory=dict)
    """administrativEnhet → the school's organisation number."""
    kinds: dict[str, str] = Field(default_factory=dict)
    """Public title of a registration, in small letters → kind of entry (LogKind); any other is ``unlabelled``."""
    notices: dict[str, str] = Field(default_factory=dict)
    """Public title of a registration that is a notice, in small letters → who gave it (``guardian``, ``pupil``, ``staff``, …)."""


def connector(settings: Settings) -> Noark5:
    """The adapter as the settings say. Raises SettingsError."""
    section = settings.section(Noark5Section)
    if section.path is None or not section.schools:
        raise SettingsError("noark5: path (arkivstruktur.xml) and schools are needed")
    return Noark5(section.path, section)


class Noark5:
    """CaseSource and FlagSink over the extract ``path``; flags are written to ``flags/`` beside it, to be entered by hand."""

    def __init__(self, path: Path, section: Noark5Section) -> None:
        self._path = path
        self._section = section
        self._zone = ZoneInfo(section.zone)

    def schools(self) -> Iterable[School]:
        """The schools that the settings name."""
        return [School(organisation_number=number, name=unit) for unit, number in self._section.schools.items()]

    def count(self, school: str) -> int | None:
        """The extract keeps no count of its own."""
        del school
        return None

    def changed_cases(self, school: str, since: datetime | None) -> Iterator[Case | CaseProblem]:
        """All the school's cases, whatever ``since`` says: an extract does not tell when a folder was changed.

        A folder of a unit that is nobody's in the settings is named at each school, since it may be that one's.
        """
        del since
        for folder in self._folders():
            try:
                case = self._case(folder)
            except UnreadableCase as error:
                whose = self._school(folder)
                if whose in (None, school):
                    yield CaseProblem(error.case, error.kind, error.fields, error.what_to_do, any_school=whose is None)
                continue
            if case.school == school:
                yield case

    def case(self, case_id: str) -> Case:
        """One case. Raises CaseNotFound and UnreadableCase."""
        for folder in self._folders():
            if _text(folder, "mappeID") == case_id:
                return self._case(folder)
        raise CaseNotFound("it is not in the extract", system=SYSTEM, case=case_id)

    def case_ids(self, school: str) -> Iterator[str]:
        """The ids of the school's cases, and of those that may be any school's."""
        for folder in self._folders():
            if self._school(folder) in (None, school):
                yield _text(folder, "mappeID") or ""

    def write(self, record: ComplianceRecord, *, if_match: str | None, idempotency_key: str) -> Receipt:
        """Writes the record; refuses where the case is another than the one that was judged."""
        del idempotency_key  # a file is written whole, so the same write twice is one
        etag = self.case(record.case).etag
        if if_match is not None and if_match != etag:
            raise Conflict("the case was changed since it was read", system=SYSTEM, case=record.case)
        put_in_place(self._flags(record.case), record.model_dump_json(indent=1))
        return Receipt(etag)

    def read(self, case_id: str) -> ComplianceRecord | None:
        """The record that stands; ``None`` = none does."""
        file = self._flags(case_id)
        return ComplianceRecord.model_validate_json(file.read_bytes()) if file.exists() else None

    def _flags(self, case_id: str) -> Path:
        return self._path.parent / "flags" / f"{hashlib.sha256(case_id.encode()).hexdigest()[:16]}.json"

    # --- the extract ---------------------------------------------------------------------------------------------

    def _folders(self) -> Iterator[ElementTree.Element]:
        """Every case folder, one at a time in memory. Raises Fatal where the extract can't be read to its end."""
        part = None
        try:
            # Entities outside the file are not fetched, and expat itself stops those that grow without end.
            for event, element in ElementTree.iterparse(self._path, events=("start", "end")):  # noqa: S314 - said above
                if event == "start":
                    part = "" if element.tag == f"{_SPACE}arkivdel" else part
                elif element.tag == f"{_SPACE}tittel" and part == "":
                    part = (element.text or "").strip()
                elif element.tag == f"{_SPACE}mappe":
                    if element.get(_TYPE, "").rpartition(":")[2] == "saksmappe" and self._is_ours(part):
                        yield element
                    element.clear()
        except (OSError, ElementTree.ParseError):
            raise Fatal("arkivstruktur.xml can't be read: make the extract anew", system=SYSTEM) from None

    def _is_ours(self, part: str | None) -> bool:
        return self._section.archive_part in ("", part)

    def _school(self, folder: ElementTree.Element) -> str | None:
        return self._section.schools.get(_text(folder, "administrativEnhet") or "")

    def _case(self, folder: ElementTree.Element) -> Case:
        """The folder in skolemiljo's case format."""
        number, school = _text(folder, "mappeID"), self._school(folder)
        if school is None:
            raise UnreadableCase(
                "administrativEnhet is no school in [noark5] schools", system=SYSTEM, case=number, fields=("school",)
            )
        opened, closed = _text(folder, "opprettetDato"), _text(folder, "avsluttetDato")
        states = [{"status": "open", "at": opened}, *([{"status": "closed", "at": closed}] if closed else [])]
        entries = list(folder.iterfind(f"{_SPACE}registrering"))
        raw: dict[str, Any] = {
            "id": number,
            "school": school,
            "status_history": states,
            "notices": [self._notice(entry) for entry in entries if _title(entry) in self._section.notices],
            "log": [self._entry(entry) for entry in entries if _title(entry) not in self._section.notices],
            "hidden": list(NOT_THERE),
        }
        case = case_from(raw, self._zone, system=SYSTEM, name=number)
        etag = hashlib.sha256(ElementTree.tostring(folder)).hexdigest()[:16]
        return case.model_copy(update={"etag": f'"{etag}"'})

    def _notice(self, entry: ElementTree.Element) -> dict[str, Any]:
        return {**_dated(entry), "source": self._section.notices[_title(entry)]}

    def _entry(self, entry: ElementTree.Element) -> dict[str, Any]:
        return {**_dated(entry), "kind": self._section.kinds.get(_title(entry), "unlabelled")}


def _dated(entry: ElementTree.Element) -> dict[str, Any]:
    """Id and both times: when it happened as the document says, when it was registered as the archive says."""
    happened = _text(entry, "mottattDato") or _text(entry, "dokumentetsDato")
    return {"id": _text(entry, "systemID"), "happened_at": happened, "registered_at": _text(entry, "opprettetDato")}


def _title(entry: ElementTree.Element) -> str:
    return (_text(entry, "offentligTittel") or _text(entry, "tittel") or "").casefold()


def _text(element: ElementTree.Element, name: str) -> str | None:
    return (element.findtext(f"{_SPACE}{name}") or "").strip() or None


__all__ = ["NOT_THERE", "Noark5", "Noark5Section", "connector"]
