"""The runs, and the numbers that each left behind.

A number stands from the run that first had it until the run that has another: a night in which nothing changes adds no row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, and_, case, delete, false, func, insert, null, or_, select, update

from ..domain.verdict import NOT_TO_BE_UNDONE, Verdict
from .names import MUNICIPALITY, NOT_WHOLE, TOO_LATE
from .statements import add
from .tables import cases, findings, runs, tallies

_SUMMARIES = 60
"""So many runs keep what they said; the older ones only that they were."""


def begin(connection: Connection, run: str, *, started_at: datetime, as_of: datetime, plan: str) -> tuple[str, ...]:
    """Notes that a run begins. Gives the runs before it that never ended: they were killed."""
    cut = tuple(connection.execute(select(runs.c.run_id).where(runs.c.state == "running")).scalars())
    connection.execute(update(runs).where(runs.c.state == "running").values(state="killed"))
    last = connection.execute(select(func.max(runs.c.number))).scalar() or 0
    _let_go_of_summaries(connection, last - _SUMMARIES)
    row = {
        "run_id": run,
        "number": last + 1,
        "started_at": started_at,
        "as_of": as_of,
        "plan": plan,
        "state": "running",
    }
    connection.execute(insert(runs), [row])
    return cut


def _let_go_of_summaries(connection: Connection, until: int) -> None:
    """Of the runs up to number ``until`` it is kept that they were, and no more what they said."""
    old = and_(runs.c.number <= until, runs.c.summary.is_not(null()))
    rows = [dict(row) | {"summary": null()} for row in connection.execute(select(runs).where(old)).mappings()]
    # SQLite fills a page again where a row has been removed, not where one has become short.
    connection.execute(delete(runs).where(old))
    add(connection, runs, rows)


def end(
    connection: Connection,
    run: str,
    *,
    ended_at: datetime,
    state: str,
    summary: dict[str, Any],
    years: Collection[str],
    whole: Mapping[str | None, bool] = MappingProxyType({}),
) -> None:
    """Notes how a run ended, and the numbers it leaves behind: of the cases that the source still has, and of the
    annual cycle in the school ``years`` that are asked about. ``whole``: of each school that was looked at (``None`` = the
    municipality), whether it was read and judged to its end, whatever became of the writing."""
    connection.execute(update(runs).where(runs.c.run_id == run).values(ended_at=ended_at, state=state, summary=summary))
    number = connection.execute(select(runs.c.number).where(runs.c.run_id == run)).scalar_one()
    connection.execute(delete(tallies).where(tallies.c.since == number))
    stood = _numbers(connection)
    marks = {key: number for key, number in stood.items() if key[1] == NOT_WHOLE}
    marks |= {(school or MUNICIPALITY, NOT_WHOLE): int(not its) for school, its in whole.items()}
    now = _counted(connection, years) | marks
    changed = {
        key: now.get(key, 0) for key in sorted(stood.keys() | now.keys()) if stood.get(key, 0) != now.get(key, 0)
    }
    rows = [{"school": key[0], "verdict": key[1], "since": number, "number": count} for key, count in changed.items()]
    add(connection, tallies, rows)


def _counted(connection: Connection, years: Collection[str]) -> dict[tuple[str, str], int]:
    """The number of findings now, by school and verdict."""
    gone = select(cases.c.case_id).where(cases.c.vanished_at.is_not(None))
    asked = or_(false(), *(findings.c.subject.endswith(f"/{year}") for year in years))
    there = or_(and_(findings.c.of_cycle, asked), and_(~findings.c.of_cycle, findings.c.subject.not_in(gone)))
    done = and_(findings.c.verdict == Verdict.DEVIATION, findings.c.reason.in_(NOT_TO_BE_UNDONE))
    verdict = case((done, TOO_LATE), else_=findings.c.verdict).label("verdict")
    # PostgreSQL groups by columns alone. By its index on the school SQLite would fetch row after row, in twice the time.
    each = select((findings.c.school + "").label("school"), verdict).where(there).subquery()
    counted = select(*each.c, func.count().label("number")).group_by(*each.c)
    return {(row.school, row.verdict): row.number for row in connection.execute(counted)}


def _numbers(connection: Connection) -> dict[tuple[str, str], int]:
    """The numbers as the last run left them, by school and verdict."""
    rows = connection.execute(select(tallies).order_by(tallies.c.since))
    return {(row.school, row.verdict): row.number for row in rows}


def forget(connection: Connection, moment: datetime) -> int:
    """Removes the runs that judged before ``moment``, and the numbers that no run that is left had. Gives how many."""
    gone = connection.execute(delete(runs).where(runs.c.as_of < moment, runs.c.state != "running")).rowcount
    first = connection.execute(select(func.min(runs.c.number))).scalar()
    if first is None:
        connection.execute(delete(tallies))
        return gone
    latest = (
        select(tallies.c.school, tallies.c.verdict, func.max(tallies.c.since).label("since"))
        .where(tallies.c.since <= first)
        .group_by(tallies.c.school, tallies.c.verdict)
    )
    for row in connection.execute(latest).all():
        its = (tallies.c.school == row.school, tallies.c.verdict == row.verdict, tallies.c.since < row.since)
        connection.execute(delete(tallies).where(*its))
    return gone
