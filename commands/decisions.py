"""Human decisions about findings: accept, list, withdraw; and opening one case, which leaves a trace."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError
from ..domain.people import Role
from ..reports import dossier as dossiers
from ..sync import accept as acceptances
from ..sync.runlog import Kind, RunLog, entries
from ..validators import CHAPTERS, RULES, pages
from ..validators.identity_number import find_identity_numbers
from ..validators.wording import ROLES

if TYPE_CHECKING:
    from .workplace import Workplace


def accept(
    work: Workplace, *, case: str, rule: str, scope: str, reason: str, role: str, until: date, at: datetime
) -> str:
    """Records a decision and gives its id. Raises SettingsError where it is not one."""
    found = pages.find(rule, RULES)
    known = work.store.case(case)
    return acceptances.accept(
        work.store,
        rule=found.code,
        scope=scope,
        reason=reason,
        role=role,
        until=until,
        at=at,
        school=known.school if known is not None else None,
        case=case,
        run_log=_log(work, role),
    )


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
    acceptances.withdraw(work.store, decision, at=at, run_log=_log(work, "command"))


def dossier(work: Workplace, case_id: str, *, reason: str, form: str, as_of: datetime, language: str) -> str | bytes:
    """One case as a state supervisor asks for it. That it was opened, and why, goes to the run log first."""
    if not reason.strip():
        raise SettingsError("--reason must say why the case is opened, without saying who")
    if any(True for _ in find_identity_numbers(reason)):
        raise SettingsError("--reason holds an identity number: say why without saying who")
    _log(work, "owner").add_and_anchor(
        Kind.CASE_OPENED, case=case_id, reason=reason.strip()[:200], plan=work.judging.plan.document.label
    )
    case = work.source.case(case_id)
    whole = dossiers.dossier(
        case,
        work.judging.case(case, as_of),
        school=work.school(case.school),
        plan=work.judging.plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=as_of,
        reason=reason.strip(),
        runs=_runs(work),
        language=language,
    )
    return dossiers.render(whole, form)


def _runs(work: Workplace) -> list[dossiers.RunMark]:
    """The last ten runs that ended, with the hash of their line."""
    ended = list(entries(work.settings.run_log_path, Kind.RUN_ENDED)) if work.settings.run_log_path.is_file() else []
    return [dossiers.RunMark(datetime.fromisoformat(line["at"]), line["hash"]) for line in ended[-10:]]


def _log(work: Workplace, who: str) -> RunLog:
    return RunLog(work.settings.run_log_path, who=who, anchor=work.store.set_meta)
