"""Acceptances: a person has looked at a finding and decided. A reason, a role and a last day belong to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from ..domain.errors import SettingsError
from ..domain.moment import local_day
from ..domain.people import Role
from ..domain.verdict import CASE_SCOPE
from ..store import Store
from ..validators.identity_number import find_identity_numbers
from .runlog import Kind, RunLog

ROLES = (Role.RECTOR, Role.OWNER, Role.ADVISER)
"""Who may decide."""
LONGEST = timedelta(days=366)
"""No decision holds longer than to the same day next year: the plan itself is revised each June."""
LONGEST_REASON = 500


def accept(
    store: Store,
    *,
    rule: str,
    reason: str,
    role: str,
    until: date,
    at: datetime,
    case: str | None = None,
    school: str | None = None,
    scope: str = CASE_SCOPE,
    run_log: RunLog | None = None,
) -> str:
    """Records a decision about the finding of ``rule`` on ``case``, or on ``school``'s annual cycle. Gives its id.

    ``until``: the last day it holds, inclusive, in Europe/Oslo; the day after, the finding is back. ``at``: now
    (zone-aware). ``reason`` is the one text by a person that is kept, and reports show it: it says why, never who. Raises
    SettingsError that says what to mend; the reason itself is never repeated.
    """
    problems = list(_problems(reason, role, until, local_day(at), case, school))
    if problems:
        raise SettingsError("; ".join(problems))
    new = store.add_acceptance(
        rule=rule,
        scope=scope,
        reason=reason.strip(),
        role=role,
        until=until.isoformat(),
        at=at,
        school=school,
        case=case,
    )
    if run_log is not None:
        anchor = run_log.add(
            Kind.ACCEPTED,
            acceptance=new,
            rule=rule,
            scope=scope,
            case=case,
            school=school,
            role=role,
            until=until.isoformat(),
        )
        store.set_meta(*anchor)
    return new


def withdraw(store: Store, acceptance: str, *, at: datetime, run_log: RunLog | None = None) -> None:
    """Takes a decision back; it stays on record. Raises SettingsError where there is none with that id."""
    if not store.withdraw_acceptance(acceptance, at):
        raise SettingsError("no such decision, or it was withdrawn before: see skolemiljo accept list")
    if run_log is not None:
        store.set_meta(*run_log.add(Kind.WITHDRAWN, acceptance=acceptance))


def _problems(reason: str, role: str, until: date, today: date, case: str | None, school: str | None) -> Iterable[str]:
    if case is None and school is None:
        yield "a case or a school is needed"
    if role not in ROLES:
        yield "--role must be " + ", ".join(ROLES)
    if until < today:
        yield "--until is a day that has passed"
    if until > today + LONGEST:
        yield "--until is more than a year ahead: a decision is looked at again each year"
    if not reason.strip():
        yield "--reason must say why"
    if len(reason.strip()) > LONGEST_REASON:
        yield f"--reason is at most {LONGEST_REASON} characters"
    if find_identity_numbers(reason):
        yield "--reason holds an identity number: say why without saying who"
