"""The cases: what is known of each, which of them to look at tonight, and how they are judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..domain.base import is_pseudonym
from ..domain.problem import ProblemKind
from . import findings
from .names import MUNICIPALITY
from .plain import Plain, Row, parts, places
from .rows import JudgedCase, StandsJudged

_HIDDEN_IS_LOOKED_AT_AGAIN = timedelta(days=3)


def put_judged(plain: Plain, judged: Sequence[JudgedCase]) -> None:
    """Keeps a batch of judgements in one transaction, in place of those before."""
    latest = {str(item.assessment.case): item for item in judged}
    assessments = {case: item.assessment for case, item in latest.items()}
    known: dict[str, Row] = {}
    stood: dict[str, findings.Verdicts] = {}
    for part in parts(list(latest)):
        sql = f"SELECT case_id, unseen_since, judged_at, first_judged_at FROM cases WHERE case_id IN {places(part)}"
        known.update((row["case_id"], row) for row in plain.rows(sql, *part))
        stood.update(findings.replace_with(plain, {case: assessments[case] for case in part}, of_cycle=False))
    plain.put_all("cases", ("case_id",), [_row(item, known.get(case)) for case, item in latest.items()])
    # A case that comes in is known by its first_judged_at: its findings are no changes.
    judged_before = {case: stood.get(case, {}) for case, row in known.items() if row["judged_at"] is not None}
    findings.note_changes(plain, assessments, judged_before)


def _row(item: JudgedCase, known: Row | None) -> dict[str, Any]:
    complete, as_of = item.assessment.complete, item.assessment.as_of
    return {
        "case_id": item.assessment.case,
        "school": item.school,
        "etag": item.etag,
        "seen_as": item.seen_as,
        "modified_at": item.modified_at,
        "judged_at": as_of,
        "first_judged_at": as_of if known is None or known["judged_at"] is None else known["first_judged_at"],
        "plan": item.assessment.plan,
        "unseen_since": None if complete else (None if known is None else known["unseen_since"]) or as_of,
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


def put_problem(plain: Plain, school: str, case: str, kind: ProblemKind) -> None:
    """Notes that a case could not be read. What was found out before stays, and is no longer current."""
    row: Row = {"case_id": case, "school": school, "crashed": [], "leader_accused": False, "unseen": [], "prints": {}}
    if not plain.run("UPDATE cases SET problem = ? WHERE case_id = ?", kind, case):
        plain.put_all("cases", ("case_id",), [{**row, "problem": kind}])


def forget_unclaimed(plain: Plain, ids: Iterable[str]) -> None:
    """Forgets cases that could never be read, nor told whose they are: nothing was ever said of them."""
    for part in parts(sorted(ids)):
        never = f"school = ? AND judged_at IS NULL AND case_id IN {places(part)}"
        plain.run(f"DELETE FROM cases WHERE {never}", MUNICIPALITY, *part)


def put_vanished(plain: Plain, case: str, at: datetime) -> None:
    """Notes that the source no longer has the case. It is kept and told; one that never could be read is forgotten, since
    nothing was ever said of it."""
    plain.run("DELETE FROM cases WHERE case_id = ? AND judged_at IS NULL", case)
    gone = "UPDATE cases SET vanished_at = ?, problem = NULL, seen_as = NULL, prints = ? WHERE case_id = ? AND vanished_at IS NULL"
    plain.run(gone, at, {}, case)


def accept_gone(plain: Plain, school: str, at: datetime) -> tuple[str, ...]:
    """Takes it for right that cases of the school are gone, or may not be seen. Gives which."""
    mine = "school = ? AND gone_accepted_at IS NULL AND (vanished_at IS NOT NULL OR problem = ?)"
    sql = f"SELECT case_id FROM cases WHERE {mine} ORDER BY case_id"
    accepted = tuple(plain.column(sql, school, ProblemKind.FORBIDDEN))
    for part in parts(accepted):
        plain.run(
            f"UPDATE cases SET problem = NULL, seen_as = NULL, prints = ?, gone_accepted_at = ? WHERE case_id IN {places(part)}",
            {},
            at,
            *part,
        )
        plain.run(
            f"UPDATE cases SET vanished_at = ? WHERE vanished_at IS NULL AND case_id IN {places(part)}", at, *part
        )
    return accepted


def due(plain: Plain, school: str, as_of: datetime) -> tuple[str, ...]:
    """Cases to look at though nobody touched them.

    Time has passed (or been turned back); or the case could not be read; or something of it could not be seen, which
    may come of a fault that has passed by now. What stays hidden is left to the weekly reconciliation after some days.
    """
    again = "changes_at <= ? OR judged_at > ? OR problem IS NOT NULL OR unseen_since > ?"
    sql = f"SELECT case_id FROM cases WHERE school = ? AND vanished_at IS NULL AND ({again}) ORDER BY case_id"
    return tuple(plain.column(sql, school, as_of, as_of, as_of - _HIDDEN_IS_LOOKED_AT_AGAIN))


def standing(plain: Plain, school: str, as_of: datetime, since: datetime) -> dict[str, StandsJudged]:
    """By the fingerprint of its answer, each case of the school that stands judged as it was answered, where that may come again:
    it was changed at or after ``since``, or it is among :func:`due` because something of it could not be seen, and nothing else.

    Not where a rule crashed, nor where it goes by a pseudonym: its number at the source is learnt by reading it."""
    stands = "judged_at <= ? AND (changes_at IS NULL OR changes_at > ?) AND problem IS NULL AND vanished_at IS NULL"
    again = "modified_at IS NULL OR modified_at >= ? OR unseen_since > ?"
    sql = f"SELECT seen_as, case_id, modified_at, crashed FROM cases WHERE school = ? AND seen_as IS NOT NULL AND {stands} AND ({again})"
    rows = plain.rows(sql, school, as_of, as_of, since, as_of - _HIDDEN_IS_LOOKED_AT_AGAIN)
    return {
        row["seen_as"]: StandsJudged(row["case_id"], row["modified_at"])
        for row in rows
        if not row["crashed"] and not is_pseudonym(row["case_id"])
    }


def changing(plain: Plain, school: str, until: datetime) -> tuple[str, ...]:
    """Cases of the school in which time alone changes something before ``until``."""
    here = "school = ? AND vanished_at IS NULL AND changes_at <= ?"
    return tuple(plain.column(f"SELECT case_id FROM cases WHERE {here} ORDER BY case_id", school, until))
