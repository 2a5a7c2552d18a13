"""The list of schools in a TOML file: one ``[[school]]`` with ``organisation_number`` and ``name`` for each."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import gettext as _
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import SettingsError
from ...domain.fault_words import mistakes, why_not
from ...domain.school import School
from ...domain.toml import at_line, read_toml
from ..case_file import read_plain_file

_BYTES_AT_MOST = 1024 * 1024


class SchoolsFile:
    """Roster over the TOML file ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def schools(self) -> Iterable[School]:
        """All schools. Raises SettingsError with the place of the first fault."""
        try:
            raw = read_toml(read_plain_file(self._path, _BYTES_AT_MOST).decode("utf-8-sig"))
        except OSError as error:
            raise SettingsError(_("schools_file kan ikke leses ({why_not})").format(why_not=why_not(error))) from None
        except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are both of this kind
            broken = _("{name} er ikke gyldig TOML i UTF-8{where}")
            raise SettingsError(broken.format(name="schools_file", where=at_line(error))) from None
        if set(raw) - {"school"}:
            raise SettingsError(_("schools_file: bare [[school]] kan stå her"))
        try:
            schools = TypeAdapter(list[School]).validate_python(raw.get("school", []))
        except ValidationError as error:
            first = mistakes(error)[0]
            place = ".".join(map(str, ("school", *first.place)))
            raise SettingsError(_("schools_file: {place} {words}").format(place=place, words=first.words)) from None
        numbers = [school.organisation_number for school in schools]
        twice = sorted({number for number in numbers if numbers.count(number) > 1})
        if twice:
            raise SettingsError(_("schools_file: {names} står der to ganger").format(names=", ".join(twice)))
        return schools
