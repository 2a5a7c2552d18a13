"""The list of schools from Nasjonalt skoleregister (NSR), which is open and asks for no key.

Source: data-nsr.udir.no, version 4 (``/enheter``, ``sidenummer``, ``antallPerSide``, ``AntallSider``, ``EnhetListe``), under NLOD 2.0; the
names were read out of public programs that call it (2026-11), and the register itself could not be asked from where this was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ...domain.errors import IncompleteAnswer, SettingsError, SourceError
from ...domain.files import write_whole
from ...domain.school import School, is_organisation_number
from ..http import HttpClient

SYSTEM = "nsr"
_PAGE = 1000
_PAGES_AT_MOST = 200
_LONGEST = 120
"""Characters of a school's name."""


class _Kept(BaseModel):
    """What is remembered of the register between nights: nothing that is not public."""

    model_config = ConfigDict(extra="ignore")

    municipality: str
    read_on: date
    schools: tuple[School, ...]


class NationalRegister:
    """Roster of one municipality's public primary and lower secondary schools.

    The register is asked when what is kept in the file ``memory`` is ``days`` old; where it does not answer, what is kept holds. A school that was
    listed and is no longer active, or no longer there, was closed or merged: it gets that day as its last.
    """

    def __init__(
        self,
        http: HttpClient,
        municipality: str,
        *,
        memory: Path | None,
        days: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._http = http
        self._municipality = municipality
        self._memory = memory
        self._days = timedelta(days=days)
        self._clock = clock

    def schools(self) -> Iterable[School]:
        """All schools, closed ones with their last day. Raises SettingsError where the municipality has none, and SourceError where
        the register does not answer and nothing is kept."""
        today, kept = self._clock().date(), self._kept()
        if kept is not None and kept.read_on <= today < kept.read_on + self._days:
            return kept.schools
        try:
            listed = self._listed()
        except SourceError:
            if kept is None:
                raise
            return kept.schools
        schools = (*listed, *_closed(kept, {school.organisation_number for school in listed}, today))
        if self._memory is not None:
            now = _Kept(municipality=self._municipality, read_on=today, schools=schools)
            write_whole(self._memory, now.model_dump_json())
        return schools

    def _kept(self) -> _Kept | None:
        """What is remembered, where it is of this municipality and can be read; else the register is asked anew."""
        if self._memory is None:
            return None
        try:
            kept = _Kept.model_validate_json(self._memory.read_bytes())
        except (OSError, ValidationError):
            return None
        return kept if kept.municipality == self._municipality else None

    def _listed(self) -> tuple[School, ...]:
        found = [school for unit in self._units() if (school := self._school(unit)) is not None]
        if not found:
            none = _("nsr.municipality: registeret har ingen kommunal grunnskole i kommune {number}")
            raise SettingsError(none.format(number=self._municipality))
        return tuple(found)

    def _units(self) -> Iterable[dict[str, Any]]:
        pages = 1
        for number in range(1, _PAGES_AT_MOST + 1):
            answer = self._http.get("enheter", params={"sidenummer": str(number), "antallPerSide": str(_PAGE)})
            body = answer.body if isinstance(answer.body, dict) else {}
            units, told = body.get("EnhetListe"), body.get("AntallSider")
            if not isinstance(units, list) or not isinstance(told, int) or not all(isinstance(u, dict) for u in units):
                raise IncompleteAnswer(_("siden mangler EnhetListe eller AntallSider"), system=SYSTEM)
            yield from units
            pages = max(pages, told)
            if number >= pages:
                return
        raise IncompleteAnswer(_("sidene tar aldri slutt"), system=SYSTEM)

    def _school(self, unit: dict[str, Any]) -> School | None:
        """The unit, where it is an active municipal school of the municipality that has primary or lower secondary classes."""
        if not isinstance(here := unit.get("Kommunenummer"), str):
            raise IncompleteAnswer(_("en enhet i registeret mangler Kommunenummer"), system=SYSTEM)
        if here != self._municipality:
            return None
        upper = _told(unit, "ErVideregaaendeSkole", otherwise=False)
        grades = _told(unit, "ErGrunnskole", otherwise=_told(unit, "ErGrunnSkole", otherwise=not upper))
        private = _told(unit, "ErPrivatskole", otherwise=False)
        if not (_told(unit, "ErAktiv") and _told(unit, "ErSkole", otherwise=True) and grades) or private:
            return None
        number, name = str(unit.get("Organisasjonsnummer", "")), unit.get("Navn")
        if not is_organisation_number(number):
            raise IncompleteAnswer(_("en skole i registeret mangler organisasjonsnummer"), system=SYSTEM)
        called = name.strip()[:_LONGEST] if isinstance(name, str) and name.strip() else number
        return School(organisation_number=number, name=called, municipality=self._municipality)


def _told(unit: dict[str, Any], mark: str, *, otherwise: bool | None = None) -> bool:
    """Whether the unit is what the mark says. A mark that is neither yes nor no closes no school: the answer is not whole."""
    told = unit.get(mark, otherwise)
    if not isinstance(told, bool):
        raise IncompleteAnswer(
            _("en enhet i registeret har {mark} som verken er ja eller nei").format(mark=mark), system=SYSTEM
        )
    return told


def _closed(kept: _Kept | None, listed: set[str], today: date) -> Iterable[School]:
    """The schools that were listed and are not any more."""
    for school in kept.schools if kept is not None else ():
        if school.organisation_number not in listed:
            yield school if school.closed_on is not None else school.model_copy(update={"closed_on": today})
