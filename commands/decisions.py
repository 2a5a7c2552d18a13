"""Human decisions about findings: accept, list, withdraw; and opening one case, which leaves a trace."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError
from ..domain.people import Role
from ..sync.runlog import Kind, RunLog
from ..validators import RULES, pages
from ..validators.wording import ROLES

if TYPE_CHECKING:
    from .workplace import Workplace


def accept(
    work: Workplace, *, case: str, rule: str, scope: str, reason: str, role: str, until: date, at: datetime
) -> str:
    """Records a decision and gives its id. Raises SettingsError where it is not one.

    The reason is kept and shown in every report: it must say why without saying who.
    """
    from ..sync import accept as acceptances

    known = work.store.case(case)
    return acceptances.accept(
        work.store,
        rule=pages.find(rule, RULES).code,
        reason=reason,
        role=role,
        until=until,
        at=at,
        case=case,
        school=known.school if known is not None else None,
        scope=scope,
        run_log=_log(work, role),
    )


def _no_identity_number(reason: str) -> None:
    from ..validators.identity_number import find_identity_numbers

    if any(True for _ in find_identity_numbers(reason)):
        raise SettingsError("--reason holds an identity number: say why without saying who")


def listing(work: Workplace, today: date) -> str:
    """Every decision that has not been withdrawn."""
    lines = []
    for item in work.store.acceptances():
        if item.malformed or item.until is None:
            state = f"UGYLDIG ({', '.join(item.malformed) or 'until'}): avviket er tilbake"
        elif item.until < today:
            state = f"utløpt {item.until:%d.%m.%Y}: avviket er tilbake"
        else:
            state = f"gjelder til og med {item.until:%d.%m.%Y}"
        role = ROLES[Role(item.role)].nb if item.role in set(Role) else "ukjent rolle"
        lines.append(f"{item.id}  {item.rule}  {item.case}  {item.scope}  {state}  ({role}): {item.reason}")
    return "\n".join(lines) or "Ingen godtatte avvik."


def withdraw(work: Workplace, decision: str, at: datetime) -> None:
    """Takes a decision back."""
    from ..sync import accept as acceptances

    acceptances.withdraw(work.store, decision, at=at, run_log=_log(work, "command"))


def note_opening(work: Workplace, case: str, reason: str, plan: str) -> None:
    """Writes in the run log that one case was opened. The reason's words are kept; they must not say who."""
    if not reason.strip():
        raise SettingsError("--reason must say why the case is opened")
    _no_identity_number(reason)
    _log(work, "owner").add_and_anchor(Kind.CASE_OPENED, case=case, reason=reason.strip()[:200], plan=plan)


def note_report(work: Workplace, what: str, **facts: object) -> None:
    """Writes in the run log that a report was made, where there is a store."""
    if work.settings.store_path.is_file():
        _log(work, what).add_and_anchor(Kind.REPORT, report=what, **facts)


def _log(work: Workplace, who: str) -> RunLog:
    return RunLog(work.settings.run_log_path, who=who, anchor=work.store.set_meta)
