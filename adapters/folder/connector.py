"""The ports over a folder of files: a first-class way for a municipality without access to an API.

In: ``schools.json``, ``cases/<case>.json`` (the case format), ``cycle/<school|municipality>-<school year>.json``.
Out: ``flags/<case>.json`` and ``cycle-status/<school|municipality>-<school year>.json``, to be entered by hand.
"""

from __future__ import annotations

import hashlib
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from gettext import gettext as _
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from ...domain.annual_cycle import CycleFacts, CycleStatus
from ...domain.base import ReadingContext, is_pseudonym
from ...domain.carries import EVERYTHING, Carries
from ...domain.case import Case
from ...domain.errors import CaseNotFound, Fatal, SettingsError, UnreadableCase
from ...domain.fault_words import why_not
from ...domain.flag import ComplianceRecord
from ...domain.school import School, is_organisation_number
from ...domain.toml import at_line, read_toml
from ..case_file import BYTES_AT_MOST, case_from, case_id_of, place_of, read_plain_file, told
from ..habits import as_id, as_the_format_has_it
from ..ports import CaseProblem, Receipt, SourceItem
from ..record_files import RecordFiles, name_of, where
from ..references import known_as
from ..strict_json import strict_json

SYSTEM = "folder"
CARRIES = "carries.toml"
"""In the folder: what its files can ever hold (docs/case-format.md)."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a case file as long as it is not touched."""

    stamp: tuple[int, int, int]
    case: str
    """Its case number, or what the file is called where it can't tell."""
    school: str | None
    """``None``: it can't be told whose case it is, so it may be any school's."""


class Folder:
    """CaseSource, FlagSink and AnnualCycle over the folder ``path``. Links are not followed.

    ``lists_schools`` False: a roster does that, and schools.json may be missing.
    """

    def __init__(self, path: Path, *, zone: ZoneInfo | None = None, lists_schools: bool = True) -> None:
        if not path.is_dir():
            raise SettingsError(_("folder.path er ikke en mappe: sjekk stien"))
        self._path = path
        self.by_hand = path
        """Where what is to be entered by hand lies."""
        self._records = RecordFiles(path, system=SYSTEM)
        self._zone = zone
        self._lists_schools = lists_schools
        self.context = ReadingContext(zone=zone, by_people=True, names_nobody=True)
        """Holds the fields nobody knows, counted."""
        self._known: dict[str, _Known] = {}

    @cached_property
    def carries(self) -> Carries:
        """What the files can ever hold, as ``carries.toml`` in the folder says; without it, everything. Raises SettingsError."""
        try:
            raw = read_toml(read_plain_file(self._path / CARRIES, BYTES_AT_MOST).decode("utf-8"))
        except FileNotFoundError:
            return EVERYTHING
        except OSError as error:
            raise SettingsError(
                _("{name} kan ikke leses ({why_not})").format(name=CARRIES, why_not=why_not(error))
            ) from None
        except ValueError as error:
            raise SettingsError(_("{name} er ikke TOML{where}").format(name=CARRIES, where=at_line(error))) from None
        lists = {name: raw.get(name) for name in ("carries", "lacks")}
        if raw.keys() - lists.keys() or not all(found is None or _names(found) for found in lists.values()):
            raise SettingsError(
                _("{name}: skriv carries = [...] eller lacks = [...], med navn fra saksformatet").format(name=CARRIES)
            )
        return Carries.of(lists["carries"], lists["lacks"] or ())

    # --- cases ---------------------------------------------------------------------------------------------------

    def schools(self) -> Iterable[School]:
        """The schools of schools.json, and those it forgets although there are cases of theirs.

        Raises Fatal when schools.json can't be read.
        """
        file = self._path / "schools.json"
        raw = self._records.json(file) if self._lists_schools or file.exists() else []
        try:
            listed = TypeAdapter(list[School]).validate_python(
                [as_the_format_has_it(School, one)[0] for one in raw] if isinstance(raw, list) else raw,
                context=self.context,
            )
        except ValidationError as error:
            raise Fatal(_("schools.json: rett {where}").format(where=where(error)), system=SYSTEM) from None
        numbers = {school.organisation_number for school in listed}
        forgotten = {known.school for _, known in self._files() if known.school is not None} - numbers
        return [*listed, *(School(organisation_number=n, name=n) for n in sorted(forgotten))]

    def count(self, school: str) -> int | None:
        """How many cases of ``school`` lie in the folder."""
        return sum(1 for _ in self.case_ids(school))

    def changed_cases(self, school: str, since: datetime | None) -> Iterator[SourceItem]:
        """All the school's cases, whatever ``since`` says: no time of a file tells what is new in it.

        A copy or an unpacked archive keeps the time of the original, a share has a clock of its own, and a clock that was
        wrong when the files came hides them for good. A broken file is named at its school, or at every school where it
        does not say whose it is.
        """
        del since
        for file, known in self._files():
            if known.school not in (None, school):
                continue
            try:
                yield self._case(file, known.case)
            except UnreadableCase as error:
                any_school = known.school is None
                yield CaseProblem(known.case, error.kind, error.fields, error.what_to_do, error.place, any_school)
            except CaseNotFound:
                continue

    def case(self, case_id: str) -> Case:
        """One case. Raises CaseNotFound and UnreadableCase."""
        name = name_of(case_id)
        if name is None:
            raise CaseNotFound(_not_there(), system=SYSTEM, case=case_id)
        file = self._records.folder("cases") / f"{name}.json"
        if not file.is_file():  # it may be told by a sum of its name
            file = next((other for other, known in self._files() if known.case == case_id), file)
        return self._case(file, case_id)

    def case_ids(self, school: str) -> Iterator[str]:
        """The ids of the school's cases, and of the files that do not say whose they are."""
        for _file, known in self._files():
            if known.school in (None, school):
                yield known.case

    def _case(self, file: Path, case_id: str) -> Case:
        try:
            return self._read(file, case_id)
        except UnreadableCase as error:
            error.place = place_of(file, self._case_files(), "cases/")
            raise

    def _read(self, file: Path, case_id: str) -> Case:
        try:
            data = read_plain_file(file, BYTES_AT_MOST)
            raw = strict_json(data)
        except FileNotFoundError:
            raise CaseNotFound(_not_there(), system=SYSTEM, case=case_id) from None
        except OSError as error:
            what = _("er en lenke; lenker følges ikke") if file.is_symlink() else why_not(error)
            raise UnreadableCase(
                _("fila kan ikke leses ({what})").format(what=what), system=SYSTEM, case=case_id
            ) from None
        except ValueError as error:
            raise UnreadableCase(
                _("fila er {error}: eksporter saken på nytt").format(error=error), system=SYSTEM, case=case_id
            ) from None
        case = case_from(raw, self._zone, system=SYSTEM, name=case_id, context=self.context)
        if not _is_called_by(raw, file):
            what = _("fila må ha saksnummeret som navn, med _ for /")
            raise UnreadableCase(what, system=SYSTEM, case=case_id, fields=("id",))
        if case.id != case_id:  # its number has become a pseudonym since somebody learned it
            raise CaseNotFound(_not_there(), system=SYSTEM, case=case_id)
        return self.carries.marked(case.model_copy(update={"etag": hashlib.sha256(data).hexdigest()[:32]}))

    def _files(self) -> Iterator[tuple[Path, _Known]]:
        """The case files by name, each with what is known of it. Hidden files are half-finished ones and are left alone."""
        for file in self._case_files():
            with suppress(FileNotFoundError):  # taken away between the listing and now
                yield file, self._look(file)

    def _case_files(self) -> list[Path]:
        folder = self._records.folder("cases")
        if not folder.is_dir():
            raise Fatal(_("mappa cases/ finnes ikke: eksporter sakene dit"), system=SYSTEM)
        return [f for f in sorted(folder.iterdir()) if f.suffix.lower() == ".json" and not f.name.startswith(".")]

    def _look(self, file: Path) -> _Known:
        status = file.lstat()
        stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size)
        known = self._known.get(file.name)
        if known is None or known.stamp != stamp:
            case, school = self._told_by(file)
            known = self._known[file.name] = _Known(stamp, case, school)
        return known

    def _told_by(self, file: Path) -> tuple[str, str | None]:
        """What the file is called and whose it is, as far as it can be told without judging its content."""
        try:
            raw = strict_json(read_plain_file(file, BYTES_AT_MOST)) if stat.S_ISREG(file.lstat().st_mode) else None
        except FileNotFoundError:
            raise
        except (OSError, ValueError):
            raw = None
        case = case_id_of(raw, self.context) if _is_called_by(raw, file) else None
        school = as_id(raw.get("school")) if isinstance(raw, dict) else None
        return (
            case if case is not None else told(file.stem, self.context.reference_key),
            school if isinstance(school, str) and is_organisation_number(school) else None,
        )

    # --- flags ---------------------------------------------------------------------------------------------------

    def write(self, record: ComplianceRecord, *, if_match: str | None, idempotency_key: str) -> Receipt:
        """Writes ``flags/<case>.json``; the key needs no memory here, for the whole file is written."""
        del idempotency_key
        return self._records.write_record(record, self.case(record.case), if_match)

    def read(self, case_id: str) -> ComplianceRecord | None:
        """The record in ``flags/<case>.json``. Raises SourceError where it is not this case's record."""
        return self._records.read_record(case_id)

    # --- annual cycle --------------------------------------------------------------------------------------------

    def facts(self, school: str | None, school_year: str) -> CycleFacts:
        """What ``cycle/…json`` holds; no file means that the annual cycle does not know the school."""
        facts = self._records.of_a_year(CycleFacts, "cycle", school, school_year, self.context)
        return facts if facts is not None else CycleFacts(school=school, school_year=school_year, found=False)

    def write_status(self, status: CycleStatus, *, idempotency_key: str) -> None:
        """Writes ``cycle-status/…json``."""
        del idempotency_key
        self._records.write_status(status)

    def read_status(self, school: str | None, school_year: str) -> CycleStatus | None:
        """The status in ``cycle-status/…json``."""
        return self._records.read_status(school, school_year)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the files, and is no mistake: where those lie whose case is a pseudonym everywhere else."""
        files = self._case_files()
        named = [(file, known.case) for file, known in self._files() if is_pseudonym(known.case)]
        return tuple(known_as(place_of(file, files, "cases/"), case) for file, case in named)

    @property
    def unknown_fields(self) -> Counter[str]:
        """The fields nobody knows, counted."""
        return self.context.unknown_fields


def _is_called_by(raw: object, file: Path) -> bool:
    """Whether the file is called what the case number in it says."""
    number = as_id(raw.get("id")) if isinstance(raw, dict) else None
    return isinstance(number, str) and number.replace("/", "_") == file.stem


def _names(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(name, str) for name in found)


def _not_there() -> str:
    return _("fila finnes ikke i cases/: sjekk saksnummeret, eller eksporter saken på nytt")
