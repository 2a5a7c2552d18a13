"""Acceptances: a person has looked at a finding and decided. A reason, a role and a last day belong to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError
from ..domain.moment import local_day
from ..domain.people import Role
from ..domain.verdict import CASE_SCOPE
from ..journal.run_log import Kind, RunLog
from ..validators.reading.identity_number import find_identity_numbers

if TYPE_CHECKING:
    from ..store import Store

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
    verdict: str | None = None,
    run_log: RunLog | None = None,
) -> str:
    """Records a decision about the finding of ``rule`` on ``case``, or on ``school``'s annual cycle. Gives its id.

    ``verdict``: what the finding was; a question that is accepted does not cover the deviation it may become.
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
        verdict=verdict,
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
        raise SettingsError(
            _("det finnes ingen slik avgjørelse, eller den er alt trukket tilbake: se skolemiljo accept list")
        )
    if run_log is not None:
        store.set_meta(*run_log.add(Kind.WITHDRAWN, acceptance=acceptance))


def _problems(reason: str, role: str, until: date, today: date, case: str | None, school: str | None) -> Iterable[str]:
    if case is None and school is None:
        yield _("en sak eller en skole trengs")
    if role not in ROLES:
        yield _("--role må være en av {roles}").format(roles=", ".join(ROLES))
    if until < today:
        yield _("--until er en dag som er passert")
    if until > today + LONGEST:
        yield _("--until er mer enn et år fram: en avgjørelse skal ses på igjen hvert år")
    if not reason.strip():
        yield _("--reason må si hvorfor")
    if len(reason.strip()) > LONGEST_REASON:
        yield _("--reason kan ha høyst {n} tegn").format(n=LONGEST_REASON)
    if find_identity_numbers(reason):
        yield _("--reason har et fødselsnummer: skriv hvorfor, uten å si hvem det gjelder")
