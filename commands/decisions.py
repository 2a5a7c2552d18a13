"""Human decisions about findings: accept, list, withdraw; and opening one case, which leaves a trace.

A person has looked at a finding and decided. A reason, a role and a last day belong to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.errors import SettingsError, StoreError
from ..domain.moment import local_day
from ..domain.people import Role
from ..domain.verdict import CASE_SCOPE, Basis, Finding
from ..journal.run_log import Kind, RunLog, entries
from ..reports import dossier as dossiers
from ..reports.items import ACCEPTABLE
from ..reports.report_language import Words
from ..validators import CHAPTERS, RULES
from ..validators.verdict_words import ROLES
from . import rule_page
from .command_language import value_word
from .reasons import checked
from .reasons import problems as problems_of_reason
from .reports_for import links
from .run_log_lines import disputed, disputes, note_opened, run_log

if TYPE_CHECKING:
    from ..store import Store
    from .workplace import Workplace

MAY_DECIDE = (Role.RECTOR, Role.OWNER, Role.ADVISER)
"""Who may decide."""
LONGEST = timedelta(days=366)
"""No decision holds longer than to the same day next year: the plan itself is revised each June."""


def covered(work: Workplace, *, case: str, rule: str, scope: str | None, role: Role) -> list[Finding]:
    """What a decision about ``rule`` in ``case`` covers: everything that the rule has open there, or the one ``scope``.

    Raises SettingsError where the store knows no such finding, or where the decision is the owner's: what stands in the law alone,
    and cases about a leader.
    """
    found = rule_page.find(rule, RULES)
    known = work.store.case(case)
    hidden = role is Role.RECTOR and known is not None and known.leader_accused
    if known is None or hidden:  # the same words for both: that a case is kept from rektor must not be told
        unknown = _(
            "ingen sak {case} er kjent: se etter at nummeret er riktig, eller la skolemiljo sync lese den først"
        )
        raise SettingsError(unknown.format(case=case))
    if role is not Role.OWNER and found.basis is Basis.LAW:
        law = _("{rule} er en plikt etter loven, ikke etter planen: bare skoleeier kan godta (--role skoleeier)")
        raise SettingsError(law.format(rule=found.code))
    if role is not Role.OWNER and known.leader_accused:
        raise SettingsError(_("i denne saken kan bare skoleeier godta (--role skoleeier)"))
    return _decided(work, known.school, case, found.code, scope)


def told(findings: Iterable[Finding], language: str) -> str:
    """What a decision covers, a line for each."""
    words = Words(language)
    return "\n".join(
        "  "
        + ", ".join(
            filter(
                None,
                (
                    finding.rule,
                    words.scope(finding.scope),
                    words.verdict(finding.verdict),
                    words.reason(finding.reason) if finding.reason is not None else "",
                ),
            )
        )
        for finding in findings
    )


def accept(
    work: Workplace, findings: Iterable[Finding], *, reason: str, role: Role, until: date, at: datetime
) -> list[str]:
    """Records a decision about each of ``findings`` (see :func:`covered`), and gives their ids. Raises SettingsError."""
    return [
        record(
            work.store,
            rule=finding.rule,
            scope=finding.scope,
            verdict=finding.verdict,
            reason=reason,
            role=role,
            until=until,
            at=at,
            school=finding.school,
            case=finding.case,
            run_log=run_log(work, role),
        )
        for finding in findings
    ]


def dispute(work: Workplace, *, case: str, rule: str, reason: str, role: Role, withdraw: bool = False) -> str:
    """Notes that a person holds the tool to be wrong about ``rule`` in ``case``, and why, or (``withdraw``) does so no more; it
    changes no verdict. Gives what is then said: in how many cases the rule is disputed.

    Raises SettingsError where the rule says nothing in that case, nothing is there to take back, or the reason won't do.
    """
    found = rule_page.find(rule, RULES)
    known = work.store.case(case)
    judged = () if known is None else (a for a in work.store.assessments(known.school, years=()) if a.case == case)
    verdicts = sorted({f.verdict for a in judged for f in a.findings if f.rule == found.code})
    if known is None or not verdicts or (role is Role.RECTOR and known.leader_accused):
        nothing = _("{rule} sier ikke noe om en sak {case}: se etter at nummeret er riktig")
        raise SettingsError(nothing.format(rule=found.code, case=case))
    path = work.settings.run_log_path
    if withdraw and (found.code, case) not in disputed(path):
        raise SettingsError(_("ingen har sagt ifra om {rule} i sak {case}").format(rule=found.code, case=case))
    facts: dict[str, Any] = {"reason": checked(reason)[:200], **({"withdrawn": True} if withdraw else {})}
    run_log(work, role).add_and_anchor(
        Kind.DISPUTED, rule=found.code, case=case, school=known.school, said=verdicts, **facts
    )
    number = disputes(path)[found.code]
    said = ngettext("Notert. {rule} er omstridt i {n} sak.", "Notert. {rule} er omstridt i {n} saker.", number)
    return said.format(rule=found.code, n=number)


def record(
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


def revoke(store: Store, acceptance: str, *, at: datetime, run_log: RunLog | None = None) -> None:
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
    if role not in MAY_DECIDE:
        yield _("--role må være en av {roles}").format(roles=", ".join(MAY_DECIDE))
    if until < today:
        yield _("--until er en dag som er passert")
    if until > today + LONGEST:
        yield _("--until er mer enn et år fram: en avgjørelse skal ses på igjen hvert år")
    yield from problems_of_reason(reason)


def _decided(work: Workplace, school: str, case: str, rule: str, scope: str | None) -> list[Finding]:
    """The findings of the rule that may be decided about: a decision about nothing would look as if it hid something."""
    judged = (a for a in work.store.assessments(school, years=()) if a.case == case)
    there = {f.scope: f for a in judged for f in a.findings if f.rule == rule and f.verdict in ACCEPTABLE}
    if not there:
        nothing = _("{rule} har ikke noe åpent i sak {case} som kan godtas")
        raise SettingsError(nothing.format(rule=rule, case=case))
    if scope is None:
        return list(there.values())
    if scope in there:
        return [there[scope]]
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
    """Takes back the decisions that a nightly export holds, after a store was lost. Gives how many were new, or changed."""
    return len(work.store.import_acceptances(file))


def keep_export(work: Workplace) -> str | None:
    """Writes the export of decisions at once, so that a lost store loses none. What is then said where it can't be written:
    the decision itself stands."""
    try:
        work.store.export_acceptances(work.settings.decisions_path)
    except StoreError as error:
        return _("Avgjørelsen er lagret, men ikke eksportert: {error}").format(error=error)
    return None


def withdraw(work: Workplace, decision: str, at: datetime) -> None:
    """Takes a decision back."""
    revoke(work.store, decision, at=at, run_log=run_log(work, "command"))


def dossier(
    work: Workplace, case_id: str, *, reason: str, role: Role, form: str, as_of: datetime, language: str
) -> str | bytes:
    """One case as a state supervisor asks for it. That it was opened, by whom (a role) and why, goes to the run log first.

    Raises SettingsError where rektor asks for a case in which a leader may be the subject: it is none to rektor.
    """
    note_opened(work, case_id, reason, role)
    case = work.source.case(case_id)
    if role is Role.RECTOR and case.leader_is_accused():
        raise SettingsError(_("ingen sak {case}: se etter at nummeret er riktig").format(case=case_id))
    whole = dossiers.dossier(
        case,
        work.judging.case(case, as_of),
        school=work.school(case.school),
        plan=work.plan,
        rules=RULES,
        chapters=CHAPTERS,
        as_of=as_of,
        reason=reason.strip(),
        role=role,
        runs=_runs(work),
        links=links(work),
        language=language,
    )
    return dossiers.render(whole, form)


def _runs(work: Workplace) -> list[dossiers.RunMark]:
    """The last ten runs that ended, with the hash of their line."""
    ended = list(entries(work.settings.run_log_path, Kind.RUN_ENDED)) if work.settings.run_log_path.is_file() else []
    return [dossiers.RunMark(datetime.fromisoformat(line["at"]), line["hash"]) for line in ended[-10:]]
