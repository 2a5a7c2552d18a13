"""What people enter by hand where there is no API to write to, and the receipts that they have: «done» is read back here too.

What stands to be entered is what the adapter has in its files (record_files.py); what has been entered lies beside it, in ``entered.json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError

from ..domain.annual_cycle import CycleStatus, SchoolYear
from ..domain.base import Frozen, Ref
from ..domain.case import CaseId
from ..domain.errors import Fatal, SourceError
from ..domain.fault_words import why_not
from ..domain.files import put_in_place
from ..domain.flag import ComplianceRecord
from ..domain.moment import Day, Moment
from ..domain.people import Role
from ..domain.school import OrganisationNumber
from ..domain.verdict import Verdict
from .case_file import BYTES_AT_MOST, read_plain_file
from .strict_json import strict_json

_FILE = "entered.json"
_REMOVAL = "x-"
Scope = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-zÆØÅæøå0-9._:/\-]+$")]
Code = Annotated[str, Field(pattern=r"^[A-ZÆØÅ]{1,4}-[A-Za-z0-9]{1,4}$")]


class ToDo(StrEnum):
    """What a row asks for."""

    ENTER = "enter"
    CHANGE = "change"
    """something else was entered before"""
    REMOVE = "remove"
    """it was entered, and stands no more"""
    DONE = "done"


class Identity(NamedTuple):
    """What is entered once: a flag on a case, or the state of an item of the annual cycle."""

    owner: str
    """Case number; for the annual cycle the school's number and the school year, or the school year alone."""
    rule: str
    scope: str


class FlagRow(Frozen):
    """A flag as a row of the sheet that goes out, and comes back filled in."""

    receipt: Ref
    to_do: ToDo
    school: OrganisationNumber | None = None
    case: CaseId
    rule: Code
    duty: str | None = None
    about: str | None = None
    verdict: str | None = None
    deadline: Day | None = None
    entered: bool | None = None
    by: Role | None = None
    at: Moment | None = None
    scope: Scope


class ItemRow(Frozen):
    """An item of the annual cycle as such a row."""

    receipt: Ref
    to_do: ToDo
    school: OrganisationNumber | None = None
    school_year: SchoolYear
    rule: Code
    duty: str | None = None
    about: str | None = None
    state: str | None = None
    due: Day | None = None
    entered: bool | None = None
    by: Role | None = None
    at: Moment | None = None
    scope: Scope


class Standing(Frozen):
    """One thing that stands to be entered."""

    owner: str
    rule: str
    scope: str
    school: OrganisationNumber | None
    says: str
    """A verdict, or a state of the annual cycle, by its code."""
    day: date | None
    receipt: str
    """Another where anything that is entered is another."""
    school_year: str | None = None

    @property
    def identity(self) -> Identity:
        """What it is, whatever it says."""
        return Identity(self.owner, self.rule, self.scope)


class Entered(Frozen):
    """A receipt: who entered what, and when."""

    owner: str
    rule: str
    scope: str
    school: OrganisationNumber | None
    school_year: str | None = None
    receipt: Ref
    by: Role
    at: Moment

    @property
    def identity(self) -> Identity:
        """What was entered."""
        return Identity(self.owner, self.rule, self.scope)


def flags_of(record: ComplianceRecord) -> list[Standing]:
    """The flags of a case that a person enters: all but what is in order."""
    return [
        _standing(
            Identity(record.case, flag.rule, flag.scope),
            record.school or None,
            flag.verdict.value,
            flag.deadline,
            (flag.reason, flag.question, flag.asks_after),
        )
        for flag in record.flags
        if flag.verdict is not Verdict.MET
    ]


def items_of(status: CycleStatus) -> list[Standing]:
    """The items of the annual cycle that a person enters."""
    owner = "-".join(filter(None, (status.school, status.school_year)))
    return [
        _standing(
            Identity(owner, item.item, item.scope), status.school, item.state.value, item.due, (), status.school_year
        )
        for item in status.items
        if item.state.value != "not_applicable"
    ]


def _standing(
    identity: Identity,
    school: str | None,
    says: str,
    day: date | None,
    more: tuple[object, ...],
    year: str | None = None,
) -> Standing:
    told = json.dumps([*identity, says, *(None if part is None else str(part) for part in (day, *more))])
    receipt = f"f-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    return Standing(**identity._asdict(), school=school, says=says, day=day, receipt=receipt, school_year=year)


def to_do(standing: Standing, entered: Mapping[Identity, Entered]) -> ToDo:
    """What is left to do about ``standing``."""
    before = entered.get(standing.identity)
    if before is None:
        return ToDo.ENTER
    return ToDo.DONE if before.receipt == standing.receipt else ToDo.CHANGE


def removal(identity: Identity) -> str:
    """The receipt of a row that asks for something to be taken away."""
    return f"{_REMOVAL}{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]}"


def is_removal(receipt: str) -> bool:
    """Whether ``receipt`` is such a row's."""
    return receipt.startswith(_REMOVAL)


class HandEntries:
    """The receipts in the folder ``path``."""

    def __init__(self, path: Path) -> None:
        self._file = path / _FILE

    def read(self) -> dict[Identity, Entered]:
        """All of them. Raises SourceError where the file can't be read: then nobody knows what was entered."""
        try:
            raw = strict_json(read_plain_file(self._file, BYTES_AT_MOST))
            found = TypeAdapter(list[Entered]).validate_python(raw)
        except FileNotFoundError:
            return {}
        except OSError as error:
            what = why_not(error)
        except ValidationError:
            what = _("er ikke en liste over kvitteringer")
        except ValueError as error:
            what = str(error)
        else:
            return {entered.identity: entered for entered in found}
        raise SourceError(
            _("{name} kan ikke leses ({what}): hent fila fra sikkerhetskopien").format(name=_FILE, what=what),
            system="hand_entry",
        )

    def write(self, entries: Iterable[Entered]) -> None:
        """Writes all of them, whole or not at all. Raises Fatal."""
        listed = sorted(entries, key=lambda entered: entered.identity)
        try:
            put_in_place(self._file, TypeAdapter(list[Entered]).dump_json(listed, indent=1))
        except OSError as error:
            raise Fatal(
                _("{name} kan ikke skrives ({why_not})").format(name=_FILE, why_not=why_not(error)), system="hand_entry"
            ) from None
