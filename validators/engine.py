"""From a case to its assessment: every rule that is on, once, with hidden fields, crashes and rule-set dates handled here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from ..domain.annual_cycle import CycleFacts, CycleItemStatus, CycleState, CycleStatus
from ..domain.calendar import SchoolCalendar, school_year_bounds
from ..domain.case import Case
from ..domain.log import FOR_THE_PUPIL, LogKind
from ..domain.people import Role
from ..domain.plan import MunicipalPlan
from ..domain.verdict import (
    CASE_SCOPE,
    Assessment,
    Basis,
    Finding,
    Outcome,
    Reading,
    Reason,
    Remark,
    RemarkCode,
    Verdict,
    scope_of,
)
from .each_once import each_once
from .judge import Judge
from .known import CycleIndex, KnownCase
from .needs import Needs, can_only_prove, list_of
from .reading.bare_words import letting_go_of_texts
from .reading.denials import denies_itself, may_deny_itself
from .reading.hints import HINTING, hinting_notes, may_be_hinted
from .rule import Rule, RuleFunction, Subject, functions
from .without_time import WithoutTime


@letting_go_of_texts()
def assess(
    case: Case,
    *,
    as_of: datetime,
    plans: Sequence[MunicipalPlan],
    rules: Iterable[Rule],
    calendar: SchoolCalendar,
    read_text: bool = True,
) -> Assessment:
    """Judges ``case`` as it was known at ``as_of`` (zone-aware).

    ``plans``: the versions of one municipality's plan, oldest first; each duty is judged by the one that was valid on its
    event's day. A rule that crashes gives ``unknown`` and is named in ``crashed``; it never stops the others.
    """
    its = [rule for rule in rules if rule.subject is Subject.CASE]
    judgement = _CaseJudgement(each_once(case), as_of, plans, its, calendar, read_text)
    try:
        return judgement.assessment()
    finally:
        for index in judgement.seen:
            index.found.clear()  # some of it holds the index itself: all would stay until the garbage collector looks


@dataclass(frozen=True, slots=True)
class _CaseJudgement:
    """One case at one moment, and all that it is judged by."""

    case: Case
    as_of: datetime
    plans: Sequence[MunicipalPlan]
    rules: Sequence[Rule]
    calendar: SchoolCalendar
    read_text: bool
    crashed: list[str] = field(default_factory=list)
    """Codes of the rules that did."""
    seen: list[KnownCase] = field(default_factory=list)
    """The case as known, and where it was asked what else could be, each of those too."""

    def assessment(self) -> Assessment:
        """What all rules say."""
        loose = WithoutTime(self.case, self.as_of)
        index = KnownCase(self.case, self.as_of)
        if loose:
            findings = [
                finding
                for rule in self.rules
                for finding in loose.findings(rule.needs, partial(self._findings, (rule,)))
            ]
        else:
            findings = self._findings(self.rules, index)
        return Assessment(
            case=self.case.id,
            school=self.case.school,
            as_of=self.as_of,
            plan=self.plans[-1].document.label,
            findings=tuple(findings),
            crashed=tuple(dict.fromkeys(self.crashed)),
            closed=index.closed is not None,
            leader_accused=self.case.leader_is_accused(),
            last_act=_last_act(index),
            unseen=tuple(sorted({path.partition(".")[0] for path in self.case.hidden | self.case.unreadable})),
        )

    def _unless_denied(self, findings: list[Finding], index: KnownCase) -> list[Finding]:
        """What is in order by an entry whose own text says that it was not done, is so by other entries, or it is a question.

        A day in a plan is no other entry: it is what was to be done, and the text says that it was not. Where texts may not be
        seen, nobody knows whether an entry denies itself.
        """
        if index.hides and not index.raw.hidden.union(index.raw.unreadable).isdisjoint(_TEXT):
            unsure = frozenset(entry.id for entry in index.log if may_deny_itself(entry))
            return [
                _text_unseen(finding, index.raw)
                if finding.verdict is Verdict.MET and not unsure.isdisjoint(finding.evidence)
                else finding
                for finding in findings
            ]
        relied_on = {entry for finding in findings if finding.verdict is Verdict.MET for entry in finding.evidence}
        if not any(entry.id in relied_on and denies_itself(entry) for entry in index.log):
            return findings
        denied = frozenset(entry.id for entry in index.log if denies_itself(entry))
        doubted = {f.rule for f in findings if f.verdict is Verdict.MET and not denied.isdisjoint(f.evidence)}
        others = index.raw.model_copy(update={"log": tuple(e for e in index.raw.log if e.id not in denied)})
        told = self._findings([r for r in self.rules if r.code in doubted], KnownCase(others, self.as_of))
        planned = frozenset(plan.id for plan in index.plans)
        without = {f.identity: f for f in told if f.verdict is Verdict.MET and planned.isdisjoint(f.evidence)}
        return [
            without.get(finding.identity) or _denied(finding, denied)
            if finding.verdict is Verdict.MET and not denied.isdisjoint(finding.evidence)
            else finding
            for finding in findings
        ]

    def _findings(self, rules: Sequence[Rule], index: KnownCase) -> list[Finding]:
        """What ``rules`` say about a case whose entries all have a time."""
        self.seen.append(index)
        case, plans, school = self.case, self.plans, self.case.school
        began, judges = (index.received or case.opened_at).day, functions()
        findings: list[Finding] = []
        for plan in plans:
            settled: list[_Settled] = []
            judge, label = Judge(self.as_of, plan, self.calendar, self.read_text), plan.document.label
            silent = judge.not_applicable(CASE_SCOPE)
            judged_alike_from = max(plan.document.law_in_force, plan.document.approved)
            for rule in plan.turned_on(rules):
                for outcome in _outcomes(rule, judges, index, judge, self.crashed, silent):
                    day = outcome.event_day or began
                    if len(plans) > 1 and plan_for(day, plans) is not plan:
                        continue
                    if index.hides:
                        outcome = _as_far_as_seen(rule, outcome, case)
                    if outcome.reason is Reason.UNDOCUMENTED or (outcome.reason is Reason.LATE and outcome.deadline):
                        outcome = _with_hints(rule, outcome, index, judge)
                    if day < judged_alike_from:
                        outcome = _by_rule_set(outcome, rule, plan, day)
                    if index.transfers:
                        school = _school_on(case, index, day)
                    settled.append((rule, outcome, school))
            findings += _as_findings(settled, label, judge.today, case=case.id)
        findings = findings if len(plans) == 1 else list(_unique(findings))
        return self._unless_denied(findings, index) if self.read_text else findings


_TEXT = ("log.text",)


def _text_unseen(finding: Finding, case: Case) -> Finding:
    """``unknown``: what ``finding`` rests on may say in its text that it was not done."""
    unseen = _unseen(case, finding.scope, _TEXT)
    return replace(
        finding, verdict=unseen.verdict, reason=unseen.reason, question=unseen.question, evidence=(), remarks=()
    )


def _denied(finding: Finding, denied: frozenset[str]) -> Finding:
    """The question whether what ``finding`` rests on was done, asked of the entries that say it was not."""
    doubted = tuple(entry for entry in finding.evidence if entry in denied)
    return replace(finding, verdict=Verdict.REVIEW, question="denied_by_its_text", evidence=doubted)


def _last_act(index: KnownCase) -> date | None:
    """When somebody last did something for the pupil, as far as it is logged. What was only called, was not done."""
    done = (entry for entry in reversed(index.all(*FOR_THE_PUPIL)) if entry.held is not False)
    last = next(done, None)  # they stand by their days, those without any time first
    return last.at.day if last is not None and last.at is not None else None


@letting_go_of_texts()
def assess_cycle(
    facts: CycleFacts,
    *,
    as_of: datetime,
    plans: Sequence[MunicipalPlan],
    rules: Iterable[Rule],
    calendar: SchoolCalendar,
    read_text: bool = True,
) -> Assessment:
    """Judges the annual cycle of one school (or, with ``facts.school`` None, the municipality) in one school year."""
    subject = Subject.MUNICIPALITY_YEAR if facts.school is None else Subject.SCHOOL_YEAR
    index = CycleIndex(facts, as_of)
    _, last_day = school_year_bounds(facts.school_year)
    plan = plan_for(min(index.today, last_day), plans)
    judge, label = Judge(as_of, plan, calendar, read_text), plan.document.label
    # A school has the same rule in every school year, so the year is part of what the finding is about.
    silent = judge.not_applicable(scope_of(school_year=facts.school_year))
    settled: list[_Settled] = []
    crashed: list[str] = []
    for rule in plan.turned_on(rule for rule in rules if rule.subject is subject):
        for outcome in _outcomes(rule, functions(), index, judge, crashed, silent):
            outcome = _by_rule_set(outcome, rule, plan, outcome.event_day or last_day)
            settled.append((rule, outcome, facts.school))
    return Assessment(
        case=None,
        school=facts.school,
        as_of=as_of,
        plan=label,
        findings=tuple(_as_findings(settled, label, judge.today, case=None)),
        crashed=tuple(dict.fromkeys(crashed)),
    )


def cycle_status(facts: CycleFacts, assessment: Assessment, rules: Iterable[Rule]) -> CycleStatus:
    """What is written back to the annual cycle: one item per finding that has a state."""
    laws = {rule.code: rule.law for rule in rules}
    items = tuple(
        CycleItemStatus(
            item=finding.rule,
            scope=finding.scope,
            state=CycleState(finding.state) if finding.state else _STATES[finding.verdict],
            due=finding.deadline,
            evidence=finding.evidence,
            law=laws.get(finding.rule, ()),
            role=finding.role,
        )
        for finding in assessment.findings
    )
    return CycleStatus(
        school=facts.school,
        school_year=facts.school_year,
        plan=assessment.plan,
        items=items,
        as_of=assessment.as_of,
    )


_STATES = {
    Verdict.MET: CycleState.DONE,
    Verdict.DEVIATION: CycleState.LATE,
    Verdict.DUE: CycleState.OPEN,
    Verdict.REVIEW: CycleState.OPEN,
    Verdict.NOT_APPLICABLE: CycleState.NOT_APPLICABLE,
    Verdict.UNKNOWN: CycleState.UNKNOWN,
}


def plan_for(day: date, plans: Sequence[MunicipalPlan]) -> MunicipalPlan:
    """The plan that was valid on ``day``: the newest one that had begun by then, else the first of all."""
    if len(plans) == 1:
        return plans[0]
    return next((plan for plan in reversed(plans) if plan.document.valid_from <= day), plans[0])


def _outcomes(
    rule: Rule,
    judges: Mapping[str, RuleFunction],
    index: KnownCase | CycleIndex,
    judge: Judge,
    crashed: list[str],
    silent: Outcome,
) -> list[Outcome]:
    """What ``rule`` says; ``silent`` is the answer, about the whole case or school year, where it says nothing."""
    blocked = _blocked(rule.needs, index, silent.scope) if index.hides else None
    if blocked is not None:
        return [blocked]
    try:
        outcomes = list(filter(None, (rule.own_judge or judges[rule.code])(index, judge)))
        if len(outcomes) > 1 and len({outcome.scope for outcome in outcomes}) != len(outcomes):
            raise RuntimeError("a rule gave two verdicts for one scope")
    except Exception:  # noqa: BLE001 - whatever a rule raises, the case must become «kunne ikke sjekkes», never silence
        crashed.append(rule.code)
        return [Outcome(scope=silent.scope, verdict=Verdict.UNKNOWN, reason=Reason.CRASHED)]
    if not index.hides or isinstance(index, CycleIndex):
        return outcomes or [silent]
    case = index.raw
    unseen = [path for path in sorted(case.not_carried) if rule.needs.may_begin_with(path)]
    if unseen:  # a duty that nobody sees: what is told of the others stands, and that it may be there, is told too
        others = [outcome for outcome in outcomes if outcome.scope != silent.scope]
        return [*others, _unseen(case, silent.scope, unseen)]
    if outcomes:
        return outcomes
    return [_part_unseen(case, sorted(rule.needs.decided_by), silent.scope) or silent]


def _blocked(needs: Needs, index: KnownCase | CycleIndex, scope: str) -> Outcome | None:
    """That a rule can't even be silent: what it looks in, or what decides whether it has anything to say, can't be seen."""
    if isinstance(index, CycleIndex):
        facts = index.facts
        for paths, reason in ((facts.hidden, Reason.HIDDEN), (facts.unreadable, Reason.UNREADABLE)):
            if any(path.partition(".")[0] in needs.lists for path in paths):
                return Outcome(scope=scope, verdict=Verdict.UNKNOWN, reason=reason)
        return None
    if index.unseen.isdisjoint(needs.deciding_or_above) and index.partly_unseen.isdisjoint(needs.occasions):
        return None  # as nearly always: the questions below are asked of all that it needs
    case = index.raw
    for need in needs.deciding:
        if case.is_hidden(need):
            return _unseen(
                case, scope, [path for path in _all_unseen(case) if need == path or need.startswith(f"{path}.")]
            )
    return _part_unseen(case, needs.occasions, scope)


def _part_unseen(case: Case, paths: Iterable[str], scope: str) -> Outcome | None:
    """That a part of what stands at one of ``paths`` can't be seen; ``None`` = all of it can, or none."""
    for path in paths:
        if case.hides_part_of(path):
            return _unseen(case, scope, [part for part in _all_unseen(case) if part.startswith(f"{path}.")])
    return None


def _all_unseen(case: Case) -> list[str]:
    return sorted(case.hidden | case.unreadable | case.not_carried)


def _unseen(case: Case, scope: str, paths: Sequence[str]) -> Outcome:
    """``unknown``, for the strongest reason that one of ``paths`` can't be seen.

    What could not be read, and what the source never has, is named in ``question``.
    """
    if not case.hidden.isdisjoint(paths):
        return Outcome(scope=scope, verdict=Verdict.UNKNOWN, reason=Reason.HIDDEN)
    unread = next((path for path in paths if path in case.unreadable), None)
    reason, named = (Reason.UNREADABLE, unread) if unread else (Reason.NOT_CARRIED, next(iter(paths), None))
    return Outcome(scope=scope, verdict=Verdict.UNKNOWN, reason=reason, question=named)


def _as_far_as_seen(rule: Rule, outcome: Outcome, case: Case) -> Outcome:
    """``unknown`` where a part of what the rule needs can't be seen, such as who wrote the entries or by what way they went.

    What is in order stays so where the source only lacks what could show it too.
    """
    if outcome.reason is Reason.HIDDEN and not case.hidden | case.unreadable:  # said by the rule itself
        settled = [path for path in _all_unseen(case) if list_of(path) in {list_of(one) for one in rule.needs.settles}]
        return _unseen(case, outcome.scope, settled or _all_unseen(case))
    if outcome.verdict in (Verdict.NOT_APPLICABLE, Verdict.UNKNOWN):
        return outcome
    unseen = [path for path in _all_unseen(case) if rule.needs.touches(path)]
    if outcome.verdict is Verdict.MET:
        begins = rule.needs.may_begin_with
        unseen = [p for p in unseen if p not in case.not_carried or begins(p) or not can_only_prove(p)]
    return _unseen(case, outcome.scope, unseen) if unseen else outcome


def _with_hints(rule: Rule, outcome: Outcome, index: KnownCase, judge: Judge) -> Outcome:
    """A deviation for a missing entry, or one past its last day, becomes a question where a free note may say that it was done.

    Of what was done late, only notes up to the last day say so.
    """
    if outcome.verdict is not Verdict.DEVIATION or not judge.read_text:
        return outcome
    until = outcome.deadline if outcome.reason is Reason.LATE else None
    texts = [path for path in ("log", "log.text") if path in _all_unseen(index.raw)]
    # A source that never has a text can't hide one either, where the case has no note at all.
    if texts and may_be_hinted(rule.code) and (index.all(*HINTING) or not index.raw.lacks("log.text")):
        return _unseen(index.raw, outcome.scope, texts)
    of_pupil = next((part[len("pupil:") :] for part in outcome.scope.split("/") if part.startswith("pupil:")), None)
    notes = hinting_notes(rule.code, index, pupil=of_pupil, since=outcome.counted_from, until=until)
    if not notes:
        return _with_unlabelled(rule, outcome, index, of_pupil)
    pointed_to = outcome.but(evidence=(*outcome.evidence, *notes))
    return pointed_to.ask("hint").with_remarks(Remark(code=RemarkCode.HINT))


def _with_unlabelled(rule: Rule, outcome: Outcome, index: KnownCase, pupil: str | None) -> Outcome:
    """Entries that nobody has labelled, in the right days by the right role, may be the missing one: then it is a question."""
    since = outcome.counted_from or outcome.event_day
    by_day = outcome.reading is Reading.CALENDAR_DAY or outcome.reason is Reason.LATE
    until = outcome.deadline if by_day else None
    found = []
    for entry in index.all(LogKind.UNLABELLED):
        when, doer = entry.at, entry.doer
        in_time = when is None or ((since is None or since <= when.day) and (until is None or when.day <= until))
        by_school = (
            doer is None
            or doer.acts_as(rule.role, Role.UNKNOWN)
            or (rule.role.works_at_school and doer.role.works_at_school)
        )
        if in_time and by_school and (pupil is None or not entry.pupils or pupil in entry.pupils):
            found.append(entry)
    if not found:
        return outcome
    told = Remark(code=RemarkCode.UNLABELLED, number=len(found))
    return outcome.ask("unlabelled", *found).with_remarks(told)


def _by_rule_set(outcome: Outcome, rule: Rule, plan: MunicipalPlan, day: date) -> Outcome:
    """Nothing before the law is judged; between the law and the plan's approval its own rows only ask (A-21)."""
    document = plan.document
    if day < document.law_in_force and outcome.verdict is not Verdict.UNKNOWN:
        return Outcome(scope=outcome.scope, verdict=Verdict.NOT_APPLICABLE)
    early = day < document.approved and rule.basis is Basis.PLAN
    if early and outcome.verdict in (Verdict.DEVIATION, Verdict.DUE):
        remark = Remark(code=RemarkCode.PLAN_NOT_YET_APPROVED, day=document.approved)
        return outcome.ask("plan_not_yet_approved", changes_at=outcome.changes_at).with_remarks(remark)
    return outcome


def _school_on(case: Case, index: KnownCase, day: date) -> str:
    """The school that had the duty on ``day``; a transferred case is judged by who had it when."""
    if index.transfers:
        for transfer in sorted(index.transfers, key=lambda t: t.at.sort_key):
            if day < transfer.at.day:
                return transfer.from_school
    return case.school


_Settled = tuple[Rule, Outcome, str | None]
"""A rule, what it says in the end, and the school that had the duty (``None`` = the municipality)."""


def _as_findings(settled: Iterable[_Settled], plan: str, today: date, *, case: str | None) -> list[Finding]:
    """What was ``settled``, as seen on the day ``today``."""
    return [
        Finding(
            rule=rule.code,
            slug=rule.slug,
            school=school,
            case=case,
            scope=outcome.scope,
            verdict=outcome.verdict,
            reason=outcome.reason,
            question=outcome.question,
            deadline=_unless_ahead(outcome, outcome.deadline, today) if outcome.deadline else None,
            asks_after=_unless_ahead(outcome, outcome.asks_after, today) if outcome.asks_after else None,
            counted_from=outcome.counted_from,
            reading=outcome.reading,
            evidence=outcome.evidence,
            remarks=outcome.remarks,
            changes_at=outcome.changes_at,
            severity=rule.severity,
            basis=rule.basis,
            role=rule.role,
            plan=plan,
            state=outcome.state,
        )
        for rule, outcome, school in settled
    ]


def _unless_ahead(outcome: Outcome, day: date, today: date) -> date | None:
    """``day``; but a deviation that was certain before its day came, shows no day that lies ahead."""
    return None if outcome.verdict is Verdict.DEVIATION and day >= today else day


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding per identity. Under several plans a rule may say «ikke aktuelt» twice about the whole case."""
    kept: dict[tuple[str, str, str, str], Finding] = {}
    for finding in findings:
        known = kept.get(finding.identity)
        if known is None or known.verdict is Verdict.NOT_APPLICABLE:
            kept[finding.identity] = finding
    return tuple(kept.values())
