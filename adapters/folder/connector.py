"""The ports over a folder of files: a first-class way for a municipality without access to an API.

In: ``schools.json``, ``cases/<case>.json`` (the case format), ``cycle/<school|municipality>-<school year>.json``.
Out: ``flags/<case>.json`` and ``cycle-status/<school|municipality>-<school year>.json``, to be entered by hand.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, TypeAdapter, ValidationError

from ...domain.annual_cycle import CycleFacts, CycleStatus
from ...domain.base import ReadingContext
from ...domain.case import Case
from ...domain.errors import CaseNotFound, Conflict, Fatal, SettingsError, SourceError, UnreadableCase
from ...domain.flag import ComplianceRecord
from ...domain.school import School
from ..case_file import BYTES_AT_MOST, printable, read_case_file, read_plain_file
from ..ports import CaseProblem, Receipt, SourceItem
from ..strict_json import strict_json

SYSTEM = "folder"
M = TypeVar("M", bound=BaseModel)


class Folder:
    """CaseSource, FlagSink and AnnualCycle over the folder ``path``. Links are not followed out of it."""

    def __init__(self, path: Path, *, zone: ZoneInfo | None = None) -> None:
        if not path.is_dir():
            raise SettingsError("folder: path is no folder")
        self._path = path
        self._zone = zone
        self.context = ReadingContext(zone=zone)
        self._school_of: dict[str, tuple[str, int]] = {}

    # --- cases ---------------------------------------------------------------------------------------------------

    def schools(self) -> Iterable[School]:
        """The schools of schools.json. Raises Fatal when it can't be read."""
        raw = self._json(self._path / "schools.json")
        try:
            return TypeAdapter(list[School]).validate_python(raw)
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"]))
            raise Fatal(f"schools.json: mend {where}", system=SYSTEM) from None

    def count(self, school: str) -> int | None:
        """How many cases of ``school`` lie in the folder."""
        return sum(1 for _ in self.case_ids(school))

    def changed_cases(self, school: str, since: datetime | None) -> Iterator[SourceItem]:
        """The school's cases whose file was changed at or after ``since``; broken files are named, once per school."""
        for file in self._files():
            if since is not None and file.stat().st_mtime < since.timestamp():
                continue
            known = self._school_of.get(file.name)
            if known is not None and known[1] == file.stat().st_mtime_ns and known[0] != school:
                continue
            try:
                case = self._case(file)
            except UnreadableCase as error:
                yield CaseProblem(error.case, type(error).__name__, error.fields, str(error.args[0]))
                continue
            if case.school == school:
                yield case

    def case(self, case_id: str) -> Case:
        """One case. Raises CaseNotFound and UnreadableCase."""
        file = self._file("cases", case_id)
        if not file.is_file():
            raise CaseNotFound("there is no such file in cases/", system=SYSTEM, case=case_id)
        return self._case(file)

    def case_ids(self, school: str) -> Iterator[str]:
        """The ids of the school's cases that can be read."""
        for file in self._files():
            try:
                found = self._school(file)
            except UnreadableCase:
                continue
            if found == school:
                yield file.stem

    def _school(self, file: Path) -> str:
        changed = file.stat().st_mtime_ns
        known = self._school_of.get(file.name)
        if known is not None and known[1] == changed:
            return known[0]
        return self._case(file).school

    def _case(self, file: Path) -> Case:
        case = read_case_file(file, self._zone, self.context)
        if _name_of(case.id) != file.stem:
            raise UnreadableCase(
                "the file must be called after its id", system=SYSTEM, case=printable(file.stem), fields=("id",)
            )
        self._school_of[file.name] = (case.school, file.stat().st_mtime_ns)
        etag = hashlib.sha256(file.read_bytes()).hexdigest()[:32]
        return case.model_copy(update={"etag": etag})

    def _files(self) -> Iterator[Path]:
        folder = self._path / "cases"
        if not folder.is_dir():
            raise Fatal("there is no folder cases/", system=SYSTEM)
        yield from sorted(file for file in folder.glob("*.json") if not file.is_symlink())

    # --- flags ---------------------------------------------------------------------------------------------------

    def write(self, record: ComplianceRecord, *, if_match: str | None, idempotency_key: str) -> Receipt:
        """Writes ``flags/<case>.json``; the key needs no memory here, for the whole file is written."""
        del idempotency_key
        if if_match is not None and self.case(record.case).etag != if_match:
            raise Conflict("the case was changed since it was read", system=SYSTEM, case=record.case)
        _write_whole(self._file("flags", record.case), record)
        return Receipt(if_match)

    def read(self, case_id: str) -> ComplianceRecord | None:
        """The record in ``flags/<case>.json``."""
        return self._model(self._file("flags", case_id), ComplianceRecord)

    # --- annual cycle --------------------------------------------------------------------------------------------

    def facts(self, school: str | None, school_year: str) -> CycleFacts:
        """What ``cycle/…json`` holds; no file means that the annual cycle does not know the school."""
        file = self._file("cycle", f"{school or 'municipality'}-{school_year}")
        found = self._model(file, CycleFacts)
        return found if found is not None else CycleFacts(school=school, school_year=school_year, found=False)

    def write_status(self, status: CycleStatus, *, idempotency_key: str) -> None:
        """Writes ``cycle-status/…json``."""
        del idempotency_key
        _write_whole(self._file("cycle-status", f"{status.school or 'municipality'}-{status.school_year}"), status)

    def read_status(self, school: str | None, school_year: str) -> CycleStatus | None:
        """The status in ``cycle-status/…json``."""
        return self._model(self._file("cycle-status", f"{school or 'municipality'}-{school_year}"), CycleStatus)

    # --- files ---------------------------------------------------------------------------------------------------

    def _file(self, folder: str, name: str) -> Path:
        """The file of ``name``. A name that would lead out of the folder, or through a link, is refused."""
        file = self._path / folder / f"{_name_of(name)}.json"
        if (self._path / folder).is_symlink() or file.is_symlink():
            raise Fatal(f"{folder}/ holds a link; links are not followed", system=SYSTEM)
        return file

    def _json(self, file: Path) -> Any:
        try:
            return strict_json(read_plain_file(file, BYTES_AT_MOST))
        except FileNotFoundError:
            raise Fatal(f"{printable(file.name)} is missing", system=SYSTEM) from None
        except OSError as error:
            raise Fatal(f"{printable(file.name)} can't be read ({type(error).__name__})", system=SYSTEM) from None
        except ValueError as error:
            raise SourceError(f"{printable(file.name)} is {error}", system=SYSTEM) from None

    def _model(self, file: Path, model: type[M]) -> M | None:
        if not file.exists():
            return None
        try:
            return model.model_validate(self._json(file))
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"]))
            raise SourceError(f"{printable(file.name)}: mend {where}", system=SYSTEM) from None

    @property
    def unknown_fields(self) -> Counter[str]:
        """The fields nobody knows, counted."""
        return self.context.unknown_fields


def _name_of(case_id: str) -> str:
    """A case id as a file name: ``/`` cannot stand in one."""
    name = case_id.replace("/", "_")
    if not name or name.startswith(".") or printable(name) != name:
        raise Fatal("an id that can't be a file name", system=SYSTEM)
    return name


def _write_whole(file: Path, model: BaseModel) -> None:
    """Writes all or nothing: to a file beside it, to the disk, and then in its place. Mode 0600."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(model.model_dump_json(indent=1))
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(file)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise Fatal(f"{printable(file.name)} can't be written ({type(error).__name__})", system=SYSTEM) from None
