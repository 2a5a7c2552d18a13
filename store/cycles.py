"""The annual cycle: the judgement of each school year, of a school and of the municipality."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, select, update

from . import findings
from .names import MUNICIPALITY, cycle_subject
from .rows import JudgedCycle, YearState
from .statements import put
from .tables import cycles
from .tables import findings as rows_of_findings


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


def _its(subject: str) -> Any:
    school, _slash, year = subject.rpartition("/")
    return and_(cycles.c.school == school, cycles.c.school_year == year)
