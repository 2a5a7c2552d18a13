"""The ports: what the rest of the house may ask of an outside system. Errors: domain/errors.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import Protocol, runtime_checkable

from ..domain.annual_cycle import CycleFacts, CycleStatus
from ..domain.carries import EVERYTHING, Carries
from ..domain.case import Case
from ..domain.flag import ComplianceRecord
from ..domain.problem import ProblemKind
from ..domain.school import School


@dataclass(frozen=True, slots=True)
class CaseProblem:
    """One case that could not be read. It is named and counted; the others go on; it is never «i orden»."""

    case: str | None
    """Case id, or ``None`` where not even that could be read."""
    kind: ProblemKind
    fields: tuple[str, ...]
    what_to_do: str
    place: str = ""
    """Where the file lies, where its name is not told."""
    any_school: bool = False
    """Not even whose case it is could be read: it may be any school's, so no school is whole."""

    def told(self) -> str:
        """In one line: the case, what is wrong and what to do. Without a name in front where it is a whole school."""
        place = f" ({self.place})" if self.place else ""
        unnamed = _("en sak uten lesbart nummer") if self.kind is ProblemKind.UNREADABLE else None
        return ": ".join(filter(None, (self.case or unnamed, f"{self.what_to_do}{place}")))


SourceItem = Case | CaseProblem


def carries_of(source: object) -> Carries:
    """What ``source`` declares that it can ever deliver (``carries``); one that declares nothing carries everything."""
    carries = getattr(source, "carries", EVERYTHING)
    return carries if isinstance(carries, Carries) else EVERYTHING


def reads_by(source: object) -> str:
    """A mark of what ``source`` reads its answers by (``reads_by``), where that is data that may change; else nothing."""
    return str(getattr(source, "reads_by", ""))


@dataclass(frozen=True, slots=True)
class Answer:
    """A case as it came, not read yet."""

    read: Callable[[], SourceItem]
    """What is in it. Raises Skippable."""
    mark: str | None = None
    """A keyed fingerprint of all that came: where it is the same, nothing is another. ``None`` = there is none."""


@runtime_checkable
class Answering(Protocol):
    """A source that gives what it is answered before it is read, so that what stands judged need not be read again."""

    def changed_answers(self, school: str, since: datetime | None) -> Iterator[Sequence[Answer]]:
        """As :meth:`CaseSource.changed_cases`: of each page that came, all that is in it. A case may come twice."""
        ...

    def answer(self, case_id: str) -> Answer:
        """As :meth:`CaseSource.case`; what is wrong with the case itself is told when it is read."""
        ...


def answering(source: object) -> Answering | None:
    """``source``, or the one behind it (``answering``), where it gives what it is answered before it is read."""
    own = getattr(source, "answering", source)
    return own if isinstance(own, Answering) else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the case system answered to a write. A write counts as done only when it has been read back."""

    etag: str | None
    request_id: str | None = None


@runtime_checkable
class CaseSource(Protocol):
    """Where cases come from.

    One that does not have every field of the case format has an attribute ``carries`` (domain/carries.py) too, and marks its cases with it.
    """

    def schools(self) -> Iterable[School]:
        """The schools this reader may see. Raises Retryable or Fatal."""
        ...

    def count(self, school: str) -> int | None:
        """The source's own count of the school's cases, or ``None`` where it keeps none. Raises Retryable or Fatal."""
        ...

    def changed_cases(self, school: str, since: datetime | None) -> Iterator[SourceItem]:
        """The school's cases modified at or after ``since`` (zone-aware; ``None`` = all), page by page; all of them where
        the source has no times to trust.

        Raises IncompleteAnswer when a page is cut or the pages never end, Retryable or Fatal on the system's faults.
        """
        ...

    def case(self, case_id: str) -> Case:
        """One case, whole, with its etag. Raises Skippable (UnreadableCase, CaseForbidden, CaseNotFound) and others."""
        ...

    def case_ids(self, school: str) -> Iterator[str]:
        """The ids of all the school's cases, for a full reconciliation. Raises as ``changed_cases``."""
        ...


@runtime_checkable
class FlagSink(Protocol):
    """Where compliance records are written and read back."""

    def write(self, record: ComplianceRecord, *, if_match: str | None, idempotency_key: str) -> Receipt:
        """Writes the whole record of one case. Writing the same key twice gives one record.

        Raises Conflict when the case is no longer at ``if_match``, FlagRejected when the record is refused as such.
        """
        ...

    def read(self, case_id: str) -> ComplianceRecord | None:
        """The record that stands on the case; ``None`` = none does."""
        ...


@runtime_checkable
class AnnualCycle(Protocol):
    """The annual cycle (1310.no)."""

    def facts(self, school: str | None, school_year: str) -> CycleFacts:
        """What is recorded for a school (``None`` = the municipality) in a school year."""
        ...

    def write_status(self, status: CycleStatus, *, idempotency_key: str) -> None:
        """Writes the whole status of a school and school year; idempotent per school, school year and item."""
        ...

    def read_status(self, school: str | None, school_year: str) -> CycleStatus | None:
        """The status that stands there; ``None`` = none does."""
        ...


@runtime_checkable
class Roster(Protocol):
    """The list of schools and their rektor."""

    def schools(self) -> Iterable[School]:
        """All schools."""
        ...
