"""The cases: what is known of each, which of them to look at tonight, and the judgements as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from ..domain.problem import ProblemKind
from . import findings
from .names import MUNICIPALITY
from .plain import parts
from .rows import JudgedCase
from .statements import add
from .tables import cases
from .tables import findings as rows_of_findings

_HIDDEN_IS_LOOKED_AT_AGAIN = timedelta(days=3)


def put_judged(connection: Connection, judged: Sequence[JudgedCase]) -> None:
    """Keeps a batch of judgements in one transaction, in place of those before."""
    latest = {str(item.assessment.case): item for item in judged}
    assessments = {case: item.assessment for case, item in latest.items()}
    known: dict[str, Any] = {}
    stood: dict[str, findings.Verdicts] = {}
    before = select(cases.c.case_id, cases.c.unseen_since, cases.c.judged_at, cases.c.first_judged_at)
    for part in parts(list(latest)):
        known.update((row.case_id, row) for row in connection.execute(before.where(cases.c.case_id.in_(part))))
        mine = and_(~rows_of_findings.c.of_cycle, rows_of_findings.c.subject.in_(part))
        stood.update(findings.replace_with(connection, {case: assessments[case] for case in part}, mine))
    rows = [_row(item, known.get(case)) for case, item in latest.items()]
    add(connection, cases, [row for row in rows if row["case_id"] not in known])
    old = [{"known_id": row.pop("case_id"), **row} for row in rows if row["case_id"] in known]
    if old:
        columns = [name for name in old[0] if name != "known_id"]
        statement = update(cases).where(cases.c.case_id == bindparam("known_id"))
        connection.execute(statement.values({name: bindparam(name, type_=cases.c[name].type) for name in columns}), old)
    # A case that comes in is known by its first_judged_at: its findings are no changes.
    judged_before = {case: stood.get(case, {}) for case, row in known.items() if row.judged_at is not None}
    findings.note_changes(connection, assessments, judged_before)


def _row(item: JudgedCase, known: Any) -> dict[str, Any]:
    complete, as_of = item.assessment.complete, item.assessment.as_of
    return {
        "case_id": item.assessment.case,
        "school": item.school,
        "etag": item.etag,
        "modified_at": item.modified_at,
        "judged_at": as_of,
        "first_judged_at": as_of if known is None or known.judged_at is None else known.first_judged_at,
        "plan": item.assessment.plan,
        "unseen_since": None if complete else (None if known is None else known.unseen_since) or as_of,
        "crashed": list(item.assessment.crashed),
        "changes_at": item.changes_at,
        "closed": item.assessment.closed,
        "leader_accused": item.assessment.leader_accused,
        "last_act": item.assessment.last_act,
        "unseen": list(item.assessment.unseen),
        "record_fingerprint": item.record_fingerprint,
        "prints": dict(item.prints),
        "problem": None,
        "vanished_at": None,
        "gone_accepted_at": None,
    }


def put_problem(connection: Connection, school: str, case: str, kind: ProblemKind) -> None:
    """Notes that a case could not be read. What was found out before stays, and is no longer current."""
    if connection.execute(update(cases).where(cases.c.case_id == case).values(problem=kind)).rowcount:
        return
    row = {
        "case_id": case,
        "school": school,
        "crashed": [],
        "leader_accused": False,
        "unseen": [],
        "prints": {},
        "problem": kind,
    }
    connection.execute(insert(cases), [row])


def forget_unclaimed(connection: Connection, ids: Iterable[str]) -> None:
    """Forgets cases that could never be read, nor told whose they are: nothing was ever said of them."""
    for part in parts(sorted(ids)):
        never = (cases.c.school == MUNICIPALITY, cases.c.judged_at.is_(None), cases.c.case_id.in_(part))
        connection.execute(delete(cases).where(*never))


def put_vanished(connection: Connection, case: str, at: datetime) -> None:
    """Notes that the source no longer has the case. It is kept and told; one that never could be read is forgotten, since
    nothing was ever said of it."""
    connection.execute(delete(cases).where(cases.c.case_id == case, cases.c.judged_at.is_(None)))
    gone: dict[str, Any] = {"vanished_at": at, "problem": None, "prints": {}}
    connection.execute(update(cases).where(cases.c.case_id == case, cases.c.vanished_at.is_(None)).values(gone))


def accept_gone(connection: Connection, school: str, at: datetime) -> tuple[str, ...]:
    """Takes it for right that cases of the school are gone, or may not be seen. Gives which."""
    not_seen = or_(cases.c.vanished_at.is_not(None), cases.c.problem == ProblemKind.FORBIDDEN)
    mine = and_(cases.c.school == school, cases.c.gone_accepted_at.is_(None), not_seen)
    accepted = tuple(connection.execute(select(cases.c.case_id).where(mine).order_by(cases.c.case_id)).scalars())
    values = {
        "gone_accepted_at": at,
        "vanished_at": func.coalesce(cases.c.vanished_at, at),
        "problem": None,
        "prints": {},
    }
    for part in parts(accepted):
        connection.execute(update(cases).where(cases.c.case_id.in_(part)).values(values))
    return accepted


def due(connection: Connection, school: str, as_of: datetime) -> tuple[str, ...]:
    """Cases to look at though nobody touched them.

    Time has passed (or been turned back); or the case could not be read; or something of it could not be seen, which
    may come of a fault that has passed by now. What stays hidden is left to the weekly reconciliation after some days.
    """
    again = or_(
        cases.c.changes_at <= as_of,
        cases.c.judged_at > as_of,
        cases.c.problem.is_not(None),
        cases.c.unseen_since > as_of - _HIDDEN_IS_LOOKED_AT_AGAIN,
    )
    statement = select(cases.c.case_id).where(cases.c.school == school, cases.c.vanished_at.is_(None), again)
    return tuple(connection.execute(statement.order_by(cases.c.case_id)).scalars())


def changing(connection: Connection, school: str, until: datetime) -> tuple[str, ...]:
    """Cases of the school in which time alone changes something before ``until``."""
    here = (cases.c.school == school, cases.c.vanished_at.is_(None), cases.c.changes_at <= until)
    return tuple(connection.execute(select(cases.c.case_id).where(*here).order_by(cases.c.case_id)).scalars())
