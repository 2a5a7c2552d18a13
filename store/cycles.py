"""The annual cycle: the judgement of each school year, of a school and of the municipality."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, and_, select, true, update

from ..domain.annual_cycle import CycleStatus
from ..domain.verdict import Assessment
from . import findings
from .rows import JudgedCycle, YearState
from .statements import put
from .tables import MUNICIPALITY, cycles
from .tables import findings as rows_of_findings


def cycle_subject(school: str | None, school_year: str) -> str:
    """The key of a school year in the outbox and among the findings."""
    return f"{school or MUNICIPALITY}/{school_year}"


def put_cycle(connection: Connection, judged: JudgedCycle) -> YearState:
    """Keeps the judgement of a school year, and gives what was last written of it."""
    status, assessment = judged.status, judged.assessment
    key = {"school": status.school or MUNICIPALITY, "school_year": status.school_year}
    values = {
        "judged_at": assessment.as_of,
        "plan": assessment.plan,
        "crashed": list(assessment.crashed),
        "status": status.model_dump(mode="json"),
        "fingerprint": judged.fingerprint,
    }
    put(connection, cycles, key, values)
    subject = cycle_subject(status.school, status.school_year)
    mine = and_(rows_of_findings.c.of_cycle, rows_of_findings.c.subject == subject)
    stood = findings.replace_with(connection, {subject: assessment}, mine)
    findings.note_changes(connection, {subject: assessment}, {subject: stood.get(subject, {})})
    its = (cycles.c[name] == value for name, value in key.items())
    last = connection.execute(select(cycles.c.written_fingerprint, cycles.c.changed_to).where(*its)).one()
    return YearState(status.school, status.school_year, judged.fingerprint, *last)


def note_year_changed(connection: Connection, subject: str, to: str | None) -> None:
    """Somebody else has put ``to`` in the place of our status (``None``: ours stands again). It is kept until restored."""
    connection.execute(update(cycles).where(_its(subject)).values(changed_to=to))


def note_year_lost(connection: Connection, subject: str) -> None:
    """What we wrote is to be written again."""
    connection.execute(update(cycles).where(_its(subject)).values(changed_to=None, written_fingerprint=""))


def years_changed_by_others(connection: Connection) -> tuple[str, ...]:
    """The school years (:func:`cycle_subject`) at which something of somebody else's stands in the place of our status."""
    mine = select(cycles.c.school, cycles.c.school_year).where(cycles.c.changed_to.is_not(None))
    rows = connection.execute(mine.order_by(cycles.c.school, cycles.c.school_year))
    return tuple(cycle_subject(row.school or None, row.school_year) for row in rows)


def _its(subject: str) -> Any:
    school, _slash, year = subject.rpartition("/")
    return and_(cycles.c.school == school, cycles.c.school_year == year)


def statuses(
    connection: Connection, school: str | None = None, *, years: Collection[str] | None = None
) -> tuple[CycleStatus, ...]:
    """The annual cycle's status as last judged: of one school (``MUNICIPALITY`` = its own) or of all, in ``years`` or in
    all."""
    statement = select(cycles.c.status).where(_wanted(school, years)).order_by(cycles.c.school, cycles.c.school_year)
    return tuple(CycleStatus.model_validate(body) for body in connection.execute(statement).scalars())


def assessments(connection: Connection, school: str | None, years: Collection[str] | None) -> Iterator[Assessment]:
    """The judgements as they stand, in the order of :func:`statuses`."""
    statement = select(cycles).where(_wanted(school, years)).order_by(cycles.c.school, cycles.c.school_year)
    rows = connection.execute(statement).mappings().all()
    found = findings.of_cycles(connection)
    for row in rows:
        own = row["school"] or None
        yield Assessment(
            case=None,
            school=own,
            as_of=row["judged_at"],
            plan=row["plan"],
            findings=tuple(found.get(cycle_subject(own, row["school_year"]), ())),
            crashed=tuple(row["crashed"]),
        )


def _wanted(school: str | None, years: Collection[str] | None) -> Any:
    its = [] if school is None else [cycles.c.school == school]
    return and_(true(), *its, *([] if years is None else [cycles.c.school_year.in_(years)]))
