"""A report is built from assessments: what stands open, what is decided about, and what could not be seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..domain.annual_cycle import CycleStatus
from ..domain.moment import local_day
from ..domain.plan import MunicipalPlan
from ..domain.role import Role
from ..domain.school import School
from ..domain.verdict import Assessment, Reason, RemarkCode, Verdict
from ..validators.rule import Chapter, Rule
from .cases import WARNED_OF, Beside, CasePart, case_part, decision_key, worst_first
from .folded import Anew
from .items import OPEN, AcceptanceState, Group, Identity, Item, Resolved, ShownAcceptance, first_scope
from .model import (
    EVERYTHING,
    AuditReport,
    Only,
    Previous,
    Problem,
    Reader,
    SchoolReport,
    TrendPoint,
    Warning,
    WarningCode,
)
from .report_language import plain
from .school_rows import heat_row, worst_school_first

if TYPE_CHECKING:
    from ..judging.copies import Alike
    from ..store import Acceptance

_ROLES = frozenset(role.value for role in Role)


def school_report(
    school: School | None,
    assessments: Iterable[Assessment],
    cycle_statuses: Sequence[CycleStatus] = (),
    *,
    plan: MunicipalPlan,
    rules: Mapping[str, Rule],
    as_of: datetime,
    complete: bool = True,
    chapters: Sequence[Chapter] = (),
    previous: Previous | None = None,
    acceptances: Iterable[Acceptance] = (),
    problems: Sequence[Problem] = (),
    leader_cases: frozenset[str] = frozenset(),
    copies: Sequence[Alike] = (),
    changed: Iterable[tuple[str | None, str]] = (),
    seen_at: datetime | None = None,
    language: str = "nb",
    reader: Reader = "rector",
    only: Only = EVERYTHING,
) -> SchoolReport:
    """The report of one school, or of what of it is asked for (``only``).

    ``assessments``: of the school's cases and of its annual cycle. For the reader ``rector`` nothing in the report speaks
    of a case in which a leader is the subject: its assessment says so, or, where it could not be judged now, the earlier
    one did (``leader_cases``). ``complete``: whether the run saw everything; problems, crashes and findings that could
    not be checked make the report incomplete all the same.
    ``seen_at``: when the cases were looked at, where that is not ``as_of``. ``copies``: which cases have the same text in
    their plans. ``changed``: what we wrote outside and somebody else has changed, each with its school (case, or
    ``school/school year``).
    """
    judged = tuple(assessments)
    hidden: frozenset[str] = frozenset()
    if reader == "rector":
        hidden = leader_cases | {a.case for a in judged if a.case is not None and a.leader_accused}
    kept = [a for a in judged if _is_asked_for(a.case, hidden, only)]
    problems = tuple(p for p in problems if p.case is None or _is_asked_for(p.case, hidden, only))
    today = local_day(as_of)
    decided = _by_identity(acceptances, today, hidden, _number_of(school))
    _mark_outgrown(decided, kept)
    beside = Beside(today, {code: place for place, code in enumerate(rules)}, previous, decided, only.role)
    of_case: dict[str | None, list[Assessment]] = {}
    for assessment in kept:
        of_case.setdefault(assessment.case, []).append(assessment)
    report = _joined(
        [case_part(its, beside) for its in of_case.values()],
        plan=plan,
        rules=rules,
        chapters=chapters,
        as_of=as_of,
        complete=complete,
        problems=problems,
        acceptances=tuple(decided.values()),
        language=language,
        reader=reader,
        only=only,
    )
    number = _number_of(school)
    said = [what for owner, what in changed if owner == number and _is_asked_for(what, hidden, only)]
    return replace(
        report,
        items=tuple(report.items),
        school=None if school is None else school.model_copy(update={"name": plain(school.name)}),
        resolved=_resolved(kept, previous) if only == EVERYTHING else (),
        previous_as_of=previous.as_of if previous is not None else None,
        warnings=(
            *_old(seen_at, today),
            *_unread(problems),
            *_changed(said),
            *report.warnings,
            *_copied(copies, hidden),
        ),
        cycle=tuple(cycle_statuses) if only == EVERYTHING else (),
        seen_at=seen_at,
    )


def files_report(
    parts: Iterable[CasePart],
    *,
    plan: MunicipalPlan,
    rules: Mapping[str, Rule],
    chapters: Sequence[Chapter],
    as_of: datetime,
    complete: bool,
    problems: Sequence[Problem],
    language: str,
) -> SchoolReport:
    """The report of cases that came as files, of which no more is kept than ``parts``."""
    report = _joined(
        parts,
        plan=plan,
        rules=rules,
        chapters=chapters,
        as_of=as_of,
        complete=complete,
        problems=tuple(problems),
        language=language,
        reader="owner",
    )
    return replace(report, warnings=(*_unread(problems), *report.warnings))


def _joined(
    parts: Iterable[CasePart],
    *,
    plan: MunicipalPlan,
    rules: Mapping[str, Rule],
    chapters: Sequence[Chapter],
    as_of: datetime,
    complete: bool,
    problems: tuple[Problem, ...],
    language: str,
    reader: Reader,
    acceptances: tuple[ShownAcceptance, ...] = (),
    only: Only = EVERYTHING,
) -> SchoolReport:
    """The report that ``parts`` are together, the case that needs most first."""
    ordered = sorted(parts, key=lambda part: worst_first(part.block))
    crashed = tuple(sorted({code for part in ordered for code in part.crashed}))
    shown = [part for part in ordered if not only.today or (part.block.needs_today and not part.block.closed)]
    met = () if only.today else tuple(item for part in ordered for item in part.met)
    opened = Anew(lambda: (item for part in shown for act in part.block.acts for item in act.items))
    remarks = Counter(remark.code for item in opened for remark in item.finding.remarks)
    if not only.today:
        for part in ordered:
            remarks.update(part.met_remarks)
    warnings = _warnings(opened, remarks, crashed, plan, local_day(as_of), complete and not problems, acceptances)
    return SchoolReport(
        school=None,
        as_of=as_of,
        plan=plan,
        rules=rules,
        chapters=tuple(chapters),
        language=language,
        reader=reader,
        complete=complete and not problems and not crashed and all(part.complete for part in ordered),
        items=Anew(lambda: chain(opened, met)),
        cases=tuple(part.block for part in ordered if part.block.case is not None),
        cycle_block=next((part.block for part in ordered if part.block.case is None), None),
        not_applicable=sum(part.block.not_applicable for part in ordered),
        warnings=tuple(warnings),
        problems=problems,
        only=only,
        acceptances=acceptances,
    )


def audit_report(
    schools: Sequence[School],
    assessments: Iterable[Assessment],
    cycle_statuses: Sequence[CycleStatus] = (),
    *,
    plan: MunicipalPlan,
    rules: Mapping[str, Rule],
    as_of: datetime,
    complete: bool = True,
    chapters: Sequence[Chapter] = (),
    previous: Previous | None = None,
    acceptances: Iterable[Acceptance] = (),
    problems: Sequence[Problem] = (),
    copies: Mapping[str, Sequence[Alike]] | None = None,
    trend: Sequence[TrendPoint] = (),
    changed: Iterable[tuple[str | None, str]] = (),
    seen_at: datetime | None = None,
    language: str = "nb",
    disputes: Mapping[str, int] = MappingProxyType({}),
) -> AuditReport:
    """The owner's report over all ``schools``. ``assessments``: of every school and (school None) of the municipality.
    ``disputes``: by rule, in how many cases people hold it to be wrong.

    An assessment of a school that is not in ``schools`` (closed, or unknown to the roster) is shown under its number.
    """
    by_school: dict[str | None, list[Assessment]] = defaultdict(list)
    for assessment in assessments:
        by_school[assessment.school].append(assessment)
    kept_acceptances, kept_changed = tuple(acceptances), tuple(changed)
    known = {school.organisation_number: school for school in schools}
    for number in sorted(by_school.keys() - known.keys() - {None}, key=str):
        known[str(number)] = School(organisation_number=str(number), name=str(number))

    def report_of(school: School | None) -> SchoolReport:
        number = _number_of(school)
        return school_report(
            school,
            by_school[number],
            [s for s in cycle_statuses if s.school == number],
            plan=plan,
            rules=rules,
            as_of=as_of,
            complete=complete,
            chapters=chapters,
            previous=previous,
            acceptances=kept_acceptances,
            problems=tuple(p for p in problems if p.school == number),
            copies=(copies or {}).get(number or "", ()),
            changed=kept_changed,
            seen_at=seen_at,
            language=language,
            reader="owner",
        )

    rows = sorted((heat_row(school, report_of(school), rules) for school in known.values()), key=worst_school_first)
    municipality = report_of(None)
    reports = [*(row.report for row in rows), municipality]
    return AuditReport(
        as_of=as_of,
        plan=plan,
        rules=rules,
        chapters=tuple(chapters),
        language=language,
        complete=complete and all(report.complete for report in reports),
        rows=tuple(rows),
        municipality=municipality,
        trend=tuple(sorted(trend, key=lambda point: (point.day, point.school or ""))),
        previous_as_of=previous.as_of if previous is not None else None,
        warnings=(*_joined_warnings(reports), *_disputed(disputes)),
        problems=tuple(problems),
        seen_at=seen_at,
    )


def _is_asked_for(case: str | None, hidden: frozenset[str], only: Only) -> bool:
    if only.case is not None:
        return case == only.case and case not in hidden
    return case is None or case not in hidden


def _disputed(disputes: Mapping[str, int]) -> Iterable[Warning]:
    if disputes:
        told = tuple(f"{rule} ({number})" for rule, number in sorted(disputes.items()))
        yield Warning(WarningCode.DISPUTED, number=len(disputes), items=told)


def _by_identity(
    acceptances: Iterable[Acceptance], today: date, hidden: frozenset[str], school: str | None
) -> dict[Identity, ShownAcceptance]:
    found: dict[Identity, ShownAcceptance] = {}
    for record in acceptances:
        if record.case in hidden or (record.school is not None and record.school != school):
            continue
        state = AcceptanceState.ACTIVE
        if record.malformed or record.until is None or not record.reason.strip() or record.role not in _ROLES:
            state = AcceptanceState.INVALID
        elif record.until < today:
            state = AcceptanceState.EXPIRED
        acceptance = ShownAcceptance(
            record.school,
            record.case,
            plain(record.rule),
            plain(record.scope),
            plain(record.reason),
            plain(record.role),
            record.until,
            state,
            record.verdict,
        )
        key = decision_key(record)
        standing = found.get(key)
        if standing is None or standing.state is not AcceptanceState.ACTIVE:
            found[key] = acceptance
    return found


def _mark_outgrown(decided: dict[Identity, ShownAcceptance], assessments: Iterable[Assessment]) -> None:
    """A question that a person accepted does not cover the deviation that it has become since."""
    for finding in (f for a in assessments for f in a.findings if f.verdict is Verdict.DEVIATION):
        key = decision_key(finding)
        acceptance = decided.get(key)
        if acceptance is None or acceptance.state is not AcceptanceState.ACTIVE:
            continue
        if acceptance.verdict == Verdict.REVIEW:
            decided[key] = replace(acceptance, state=AcceptanceState.OUTGROWN)


def _resolved(assessments: Sequence[Assessment], previous: Previous | None) -> tuple[Resolved, ...]:
    """What was open before and is not now, in cases and school years that were looked at both times. A case that was not
    looked at now is a problem of its own and solves nothing; nor does it that a school year is over, or that the duty is another
    school's now."""
    if previous is None:
        return ()
    now = {f.identity: f.verdict for a in assessments for f in a.findings}
    anywhere = {(rule, case, scope): verdict for (rule, _, case, scope), verdict in now.items() if case}
    looked_at = {(a.school or "", a.case) for a in assessments if a.case}
    looked_at |= {(a.school or "", first_scope(f.scope)) for a in assessments if not a.case for f in a.findings}
    found = []
    for identity, was in previous.verdicts.items():
        rule, school, case, scope = identity
        if was not in OPEN or (school, case or first_scope(scope)) not in looked_at:
            continue
        verdict = now.get(identity, anywhere.get((rule, case, scope)))
        if verdict is None or verdict in (Verdict.MET, Verdict.NOT_APPLICABLE):
            found.append(Resolved(identity, was, verdict))
    return tuple(sorted(found, key=lambda r: (r.now is None, r.case, r.rule, r.scope)))


def _old(seen_at: datetime | None, today: date) -> Iterable[Warning]:
    if seen_at is not None and local_day(seen_at) < today:
        yield Warning(WarningCode.OLD, local_day(seen_at))


def _copied(copies: Sequence[Alike], hidden: frozenset[str]) -> Iterable[Warning]:
    """The question which plans say the same; a case in which a leader is the subject is not told of to rektor, here either."""
    kept = [one for found in copies if (one := found.without(hidden)) is not None]
    if kept:
        told = tuple(f"{' = '.join(one.cases)} ({', '.join(one.rules)})" for one in kept)
        yield Warning(WarningCode.COPIED, number=len({case for one in kept for case in one.cases}), items=told)


def _number_of(school: School | None) -> str | None:
    return None if school is None else school.organisation_number


def _changed(changed: Sequence[str]) -> Iterable[Warning]:
    if changed:
        yield Warning(WarningCode.CHANGED_BY_OTHERS, number=len(changed), items=tuple(changed))


def _unread(problems: Sequence[Problem]) -> Iterable[Warning]:
    cases = tuple(dict.fromkeys(problem.case for problem in problems if problem.case is not None))
    if cases:
        yield Warning(WarningCode.UNREAD, number=len(cases), items=cases)


def _warnings(
    items: Iterable[Item],
    remarks: Mapping[RemarkCode, int],
    crashed: tuple[str, ...],
    plan: MunicipalPlan,
    today: date,
    complete: bool,
    acceptances: Iterable[ShownAcceptance],
) -> Iterable[Warning]:
    unknown, lacking = 0, defaultdict[str, set[str]](set)
    for item in items:
        unknown += item.group is Group.UNKNOWN
        if item.finding.reason is Reason.NOT_CARRIED:
            lacking[item.finding.question or ""].add(item.finding.rule)
    if unknown or not complete:
        yield Warning(WarningCode.INCOMPLETE, number=unknown)
    for path, codes in sorted(lacking.items()):
        yield Warning(WarningCode.NOT_CARRIED, number=len(codes), items=(path, *sorted(codes)))
    if crashed:
        yield Warning(WarningCode.CRASHED, items=crashed)
    document = plan.document
    if document.valid_to is not None and document.valid_to < today:
        yield Warning(WarningCode.PLAN_EXPIRED, document.valid_to)
    elif document.next_revision is not None and document.next_revision < today:
        yield Warning(WarningCode.PLAN_REVISION_OVERDUE, document.next_revision)
    for remark in WARNED_OF:
        if number := remarks.get(remark):
            yield Warning(WarningCode(remark.value), number=number)
    states: dict[AcceptanceState, list[str]] = defaultdict(list)
    for acceptance in acceptances:
        states[acceptance.state].append(" ".join(filter(None, (acceptance.case, acceptance.rule))))
    for state, code in _BACK.items():
        if states[state]:
            yield Warning(code, items=tuple(sorted(states[state])))


_BACK = {
    AcceptanceState.EXPIRED: WarningCode.ACCEPTANCE_EXPIRED,
    AcceptanceState.OUTGROWN: WarningCode.ACCEPTANCE_OUTGROWN,
    AcceptanceState.INVALID: WarningCode.ACCEPTANCE_INVALID,
}
"""Acceptances that no longer hold, and the warning that says so."""


def _joined_warnings(reports: Sequence[SchoolReport]) -> tuple[Warning, ...]:
    """The warnings of all reports, each kind once; and each thing that the source never has."""
    joined: dict[tuple[WarningCode, str], Warning] = {}
    for name, warning in ((_name_of(report), w) for report in reports for w in report.warnings):
        lacking = warning.items[0] if warning.code is WarningCode.NOT_CARRIED else ""
        before = joined.get((warning.code, lacking))
        if lacking:
            codes = sorted({*warning.items[1:], *(before.items[1:] if before is not None else ())})
            joined[warning.code, lacking] = Warning(warning.code, number=len(codes), items=(lacking, *codes))
            continue
        numbers = [w.number for w in (before, warning) if w is not None and w.number is not None]
        # Which case and which duty stand on the schools' own pages: of a decision only the school is named here.
        named = warning.items if warning.code is WarningCode.CRASHED or not warning.items else (name,)
        items = (before.items if before is not None else ()) + named
        joined[warning.code, ""] = Warning(
            warning.code, warning.day, sum(numbers) if numbers else None, tuple(dict.fromkeys(items))
        )
    order = list(WarningCode)
    return tuple(sorted(joined.values(), key=lambda warning: order.index(warning.code)))


def _name_of(report: SchoolReport) -> str:
    return report.school.name if report.school is not None else plain(report.plan.document.municipality)
