"""Forgetting what is older than a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection, and_, delete, or_, select

from . import runs, told
from .names import cycle_subject
from .plain import parts
from .rows import Forgotten
from .tables import acceptances, cases, changes, cycles, findings, outbox, sent


def forget(connection: Connection, before: date) -> Forgotten:
    """Removes what is older than the day ``before`` (UTC).

    Cases: those that vanished from the source before it, and those last changed at the source before it for which no
    time runs and nothing waits to be written. A case that the source still has comes back the next night, and is judged
    again: how long cases are kept is the source's to decide. Runs, school years and acceptances that ended before it go
    too, and what was last told before it.
    """
    moment = datetime(before.year, before.month, before.day, tzinfo=UTC)
    gone = _cases(connection, moment)
    years = _school_years(connection, before)
    connection.execute(delete(changes).where(changes.c.at < moment))
    told.forget(connection, moment)
    ended = (acceptances.c.until < before.isoformat(), acceptances.c.created_at < moment)
    return Forgotten(
        cases=gone,
        runs=runs.forget(connection, moment),
        cycles=years,
        acceptances=connection.execute(delete(acceptances).where(*ended)).rowcount,
    )


def _cases(connection: Connection, moment: datetime) -> int:
    waiting = select(outbox.c.subject).where(~outbox.c.of_cycle)
    still = and_(cases.c.modified_at < moment, cases.c.judged_at < moment, cases.c.changes_at.is_(None))
    old = and_(cases.c.case_id.not_in(waiting), or_(cases.c.vanished_at < moment, still))
    gone = list(connection.execute(select(cases.c.case_id).where(old)).scalars())
    for part in parts(gone):
        connection.execute(delete(findings).where(~findings.c.of_cycle, findings.c.subject.in_(part)))
        connection.execute(delete(changes).where(~changes.c.of_cycle, changes.c.subject.in_(part)))
        connection.execute(delete(sent).where(~sent.c.of_cycle, sent.c.subject.in_(part)))
        connection.execute(delete(cases).where(cases.c.case_id.in_(part)))
        connection.execute(delete(acceptances).where(acceptances.c.case_id.in_(part)))
    return len(gone)


def _school_years(connection: Connection, before: date) -> int:
    old = [
        (row.school, row.school_year)
        for row in connection.execute(select(cycles.c.school, cycles.c.school_year))
        if date(int(row.school_year[5:]), 7, 31) < before
    ]
    for school, year in old:
        subject = cycle_subject(school or None, year)
        connection.execute(delete(findings).where(findings.c.of_cycle, findings.c.subject == subject))
        connection.execute(delete(sent).where(sent.c.of_cycle, sent.c.subject == subject))
        connection.execute(delete(cycles).where(cycles.c.school == school, cycles.c.school_year == year))
    return len(old)
