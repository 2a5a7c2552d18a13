"""Human decisions about findings: accept, list, withdraw; and opening one case, which leaves a trace."""

from __future__ import annotations

from datetime import date, datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError
from ..domain.people import Role
from ..domain.verdict import Finding
from ..journal.run_log import Kind, entries
from ..reports import dossier as dossiers
from ..reports.model import ACCEPTABLE
from ..validators import CHAPTERS, RULES, rule_page
from ..validators.verdict_words import ROLES
from . import accepting as acceptances
from .command_language import value_word
from .trace import note_opened, run_log

if TYPE_CHECKING:
    from .workplace import Workplace


def accept(
    work: Workplace, *, case: str, rule: str, scope: str | None, reason: str, role: str, until: date, at: datetime
) -> str:
    """Records a decision and gives its id. ``scope`` None: the one the rule has open in that case.

    Raises SettingsError where the store knows no such finding, or it is no decision.
    """
    found = rule_page.find(rule, RULES)
    known = work.store.case(case)
    hidden = role == Role.RECTOR and known is not None and case in work.store.leader_cases(known.school)
    if known is None or hidden:  # the same words for both: that a case is kept from rektor must not be told
        unknown = _(
            "ingen sak {case} er kjent: se etter at nummeret er riktig, eller la skolemiljo sync lese den først"
        )
        raise SettingsError(unknown.format(case=case))
    decided = _decided(work, known.school, case, found.code, scope)
    return acceptances.accept(
        work.store,
        rule=found.code,
        scope=decided.scope,
        verdict=decided.verdict,
        reason=reason,
        role=role,
        until=until,
        at=at,
        school=known.school,
        case=case,
        run_log=run_log(work, role),
    )


def _decided(work: Workplace, school: str, case: str, rule: str, scope: str | None) -> Finding:
    """The finding of that ``scope``, or the only one: a decision about nothing would look as if it hid something."""
    judged = (a for a in work.store.assessments(school, years=()) if a.case == case)
    there = {f.scope: f for a in judged for f in a.findings if f.rule == rule and f.verdict in ACCEPTABLE}
    if scope in there:
        return there[scope]
    if not there:
        nothing = _("{rule} har ikke noe åpent i sak {case} som kan godtas")
        raise SettingsError(nothing.format(rule=rule, case=case))
    if scope is None and len(there) == 1:
        return next(iter(there.values()))
    several = _("{rule} i sak {case}: --scope må være en av {scopes}")
    raise SettingsError(several.format(rule=rule, case=case, scopes=", ".join(there)))


def listing(work: Workplace, today: date) -> str:
    """Every decision that has not been withdrawn."""
    lines = []
    for item in work.store.acceptances():
        if item.malformed or item.until is None:
            wrong = ", ".join(item.malformed) or "until"
            state = _("UGYLDIG ({wrong}): avviket er tilbake").format(wrong=wrong)
        elif item.until < today:
            state = _("utløpt {day}: avviket er tilbake").format(day=f"{item.until:%d.%m.%Y}")
        else:
            state = _("gjelder til og med {day}").format(day=f"{item.until:%d.%m.%Y}")
        role = value_word(Role(item.role), ROLES) if item.role in set(Role) else _("ukjent rolle")
        lines.append(f"{item.id}  {item.rule}  {item.case}  {item.scope}  {state}  ({role}): {item.reason}")
    return "\n".join(lines) or _("Ingen godtatte avvik.")


def take_back(work: Workplace, file: Path) -> int:
    """Takes back the decisions that a nightly export holds, after a store was lost. Gives how many were new."""
    return work.store.import_acceptances(file)


def withdraw(work: Workplace, decision: str, at: datetime) -> None:
    """Takes a decision back."""
    acceptances.withdraw(work.store, decision, at=at, run_log=run_log(work, "command"))


def dossier(work: Workplace, case_id: str, *, reason: str, form: str, as_of: datetime, language: str) -> str | bytes:
    """One case as a state supervisor asks for it. That it was opened, and why, goes to the run log first."""
    note_opened(work, case_id, reason)
    case = work.source.case(case_id)
    whole = dossiers.dossier(
        case,
        work.judging.case(case, as_of),
        school=work.school(case.school),
        plan=work.plan,
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
