"""Dokumentet (META): the plan's own header, and whether it is kept up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ...domain.annual_cycle import CycleState
from ...domain.moment import end_of, start_of
from ...domain.verdict import Outcome, Reason, Remark, RemarkCode, Verdict, scope_of
from ...plans.loader import headings
from ..judge import Judge
from ..known import CycleIndex
from ..reading.filled_in import is_filled_in
from ..rule import Chapter

CHAPTER = Chapter("metadata")


def _this_year(index: CycleIndex) -> list[tuple[()]]:
    """What concerns the document is told once, in the school year that we are in."""
    return [()] if index.first_day <= index.today <= index.last_day else []


def _told(
    index: CycleIndex,
    scope: str,
    *,
    question: str | None = None,
    reason: Reason | None = None,
    changes_at: datetime | None = None,
) -> Outcome:
    """In order; or ``question``, or a deviation for ``reason``, and then it is open in the annual cycle."""
    wrong = Verdict.REVIEW if question is not None else Verdict.DEVIATION if reason is not None else None
    return Outcome(
        scope=scope,
        verdict=wrong or Verdict.MET,
        question=question,
        reason=reason,
        state=(CycleState.OPEN if wrong else CycleState.DONE).value,
        event_day=index.today,
        changes_at=changes_at,
    )


@CHAPTER.each("META-01", _this_year)
def revision_date_not_passed(index: CycleIndex, judge: Judge) -> Outcome | None:
    """«Neste revisjonsdato»: told once, in the school year that we are in; the old text holds until a new one does."""
    due = judge.plan.document.next_revision
    if due is None:
        return None
    told = _told(index, scope_of(plan=judge.plan.document.id)).but(deadline=due)
    if index.today > due:
        overdue = (Remark(code=RemarkCode.REVISION_OVERDUE, day=due),)
        late = told.but(verdict=Verdict.DEVIATION, reason=Reason.UNDOCUMENTED)
        return late.but(state=CycleState.LATE.value, remarks=overdue)
    soon = due - timedelta(days=judge.plan.readings.cycle_due_soon_days)
    if index.today < soon:
        return told.but(changes_at=start_of(soon))
    return told.but(verdict=Verdict.DUE, state=CycleState.DUE_SOON.value, changes_at=end_of(due))


@CHAPTER.each("META-02", _this_year)
def plan_approved(index: CycleIndex, judge: Judge) -> Outcome:
    """«Sist godkjent dato»."""
    document = judge.plan.document
    if document.approved <= index.today:
        return _told(index, scope_of(plan=document.id))
    changes_at = start_of(document.approved)
    return _told(index, scope_of(plan=document.id), reason=Reason.UNDOCUMENTED, changes_at=changes_at)


@CHAPTER.each("META-03", _this_year)
def header_filled_in(index: CycleIndex, judge: Judge) -> Outcome:
    """«Siste revisjonsdato» and the document's category stand empty in the copy we have."""
    document = judge.plan.document
    filled = document.last_revision is not None and is_filled_in(document.category)
    return _told(index, scope_of(plan=document.id), reason=None if filled else Reason.INCOMPLETE)


@CHAPTER.each("META-04", _this_year)
def right_version(index: CycleIndex, judge: Judge) -> Outcome:
    """«Plan for psykososialt miljø revidert juni 2024 Øyer kommune»: which text holds for what happened this year."""
    document = judge.plan.document
    starts_within_the_year = max(document.valid_from, document.approved) > index.first_day
    question = None
    if document.valid_to is not None and document.valid_to < index.today:
        question = "no_longer_valid"
    elif starts_within_the_year and not judge.plan.earlier:
        question = "transition"
    ends = end_of(document.valid_to) if document.valid_to is not None and question is None else None
    return _told(index, scope_of(plan=document.id), question=question, changes_at=ends)


@CHAPTER.rule("META-05")
def citations_up_to_date(index: CycleIndex, judge: Judge) -> Iterator[Outcome]:
    """«§ 12-5 Skjerpa aktivitetsplikt» is no longer what the law calls it: per paragraph that the plan builds on."""
    for key, heading in judge.plan.citations.items() if _this_year(index) else ():
        known = {title.casefold() for title in headings(key)}
        wrong = "other_heading" if known else "not_listed"
        yield _told(index, scope_of(law=key), question=None if heading.casefold() in known else wrong)
