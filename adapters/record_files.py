"""What we write where there is no API to write to: flags and the annual cycle's status as files in a folder, read back whole."""

from __future__ import annotations

import re
from gettext import gettext as _
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..domain.annual_cycle import CycleStatus
from ..domain.base import ReadingContext
from ..domain.case import Case
from ..domain.errors import Conflict, Fatal, SourceError
from ..domain.fault_words import mistakes, why_not
from ..domain.files import put_in_place
from ..domain.flag import ComplianceRecord
from .case_file import BYTES_AT_MOST, read_plain_file
from .habits import read_model
from .ports import Receipt
from .strict_json import strict_json

_FILE_NAME = re.compile(r"[A-Za-z0-9ÆØÅæøå][A-Za-z0-9ÆØÅæøå._\-]{0,80}")
M = TypeVar("M", bound=BaseModel)


class RecordFiles:
    """The files of the adapter ``system`` in the folder ``path``, each in a folder of its own below. Links are not followed."""

    def __init__(self, path: Path, *, system: str) -> None:
        self._path = path
        self._system = system

    def write_record(self, record: ComplianceRecord, case: Case, if_match: str | None) -> Receipt:
        """Writes ``flags/<case>.json``. Raises Conflict when ``case`` is no longer at ``if_match``, and Fatal."""
        if if_match is not None and case.etag != if_match:
            raise Conflict(_("saken er endret siden den ble lest"), system=self._system, case=record.case)
        self._write_whole(self._file("flags", record.case), record)
        return Receipt(case.etag)

    def read_record(self, case_id: str) -> ComplianceRecord | None:
        """The record in ``flags/<case>.json``. Raises SourceError where it is not this case's record."""
        record = self._model(self._file("flags", case_id), ComplianceRecord)
        if record is not None and record.case != case_id:
            raise SourceError(_("fila i flags/ gjelder en annen sak: slett den"), system=self._system, case=case_id)
        return record

    def write_status(self, status: CycleStatus) -> None:
        """Writes ``cycle-status/<school|municipality>-<school year>.json``. Raises Fatal."""
        self._write_whole(self._file("cycle-status", _cycle_name(status.school, status.school_year)), status)

    def read_status(self, school: str | None, school_year: str) -> CycleStatus | None:
        """The status in ``cycle-status/…json``; ``None`` = none stands there."""
        return self.of_a_year(CycleStatus, "cycle-status", school, school_year)

    def of_a_year(
        self, model: type[M], folder: str, school: str | None, school_year: str, context: ReadingContext | None = None
    ) -> M | None:
        """What ``folder`` has of the school (``None`` = the municipality) and school year.

        ``context`` is for files that people make; records of our own may be of a newer version: what they have more is no
        fault of anybody's. Raises SourceError where the file is another's.
        """
        file = self._file(folder, _cycle_name(school, school_year))
        found = self._model(file, model, context)
        if found is not None and (getattr(found, "school", None), getattr(found, "school_year", None)) != (
            school,
            school_year,
        ):
            raise SourceError(
                _("{folder}/{name} gjelder en annen skole eller et annet skoleår").format(
                    folder=folder, name=file.name
                ),
                system=self._system,
            )
        return found

    def folder(self, name: str) -> Path:
        """The folder ``name`` below. Raises Fatal where it is a link."""
        folder = self._path / name
        if folder.is_symlink():
            raise Fatal(_("{name}/ er en lenke; lenker følges ikke").format(name=name), system=self._system)
        return folder

    def json(self, file: Path) -> Any:
        """The document in ``file``. Raises Fatal and SourceError, which name the file and nothing in it."""
        try:
            return strict_json(read_plain_file(file, BYTES_AT_MOST))
        except FileNotFoundError:
            raise Fatal(_("{name} mangler").format(name=file.name), system=self._system) from None
        except OSError as error:
            raise Fatal(
                _("{name} kan ikke leses ({why_not})").format(name=file.name, why_not=why_not(error)),
                system=self._system,
            ) from None
        except ValueError as error:
            raise SourceError(_("{name} er {error}").format(name=file.name, error=error), system=self._system) from None

    def _file(self, folder: str, name: str) -> Path:
        """The file of ``name``, of which no part can lead out of the folder."""
        plain = name_of(name)
        if plain is None:
            raise Fatal(_("et saksnummer kan ikke være filnavn i {folder}/").format(folder=folder), system=self._system)
        return self.folder(folder) / f"{plain}.json"

    def _model(self, file: Path, model: type[M], context: ReadingContext | None = None) -> M | None:
        if not file.exists() and not file.is_symlink():
            return None
        try:
            return read_model(model, self.json(file), context)
        except ValidationError as error:
            raise SourceError(
                _("{name}: rett {where}").format(name=file.name, where=where(error)), system=self._system
            ) from None

    def _write_whole(self, file: Path, model: BaseModel) -> None:
        try:
            put_in_place(file, model.model_dump_json(indent=1))
        except OSError as error:
            raise Fatal(
                _("{name} kan ikke skrives ({why_not})").format(name=file.name, why_not=why_not(error)),
                system=self._system,
            ) from None


def name_of(case_id: str) -> str | None:
    """A case id as a file name (``/`` cannot stand in one), or ``None`` where it can't be one."""
    name = case_id.replace("/", "_")
    return name if _FILE_NAME.fullmatch(name) else None


def where(error: ValidationError) -> str:
    """The place of the first fault and what is wrong; names from the file are not repeated."""
    first = mistakes(error)[0]
    place = ".".join(str(part) if isinstance(part, int) or part.isidentifier() else "*" for part in first.place)
    return f"{place or _('hele fila')} ({first.words})"


def _cycle_name(school: str | None, school_year: str) -> str:
    return f"{school or 'municipality'}-{school_year}"
