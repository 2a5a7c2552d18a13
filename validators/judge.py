"""How a duty is weighed: the building blocks that every rule shares, so that one kind of deadline is counted one way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from operator import attrgetter

from ..domain.activity_plan import ActivityPlan, Evaluation
from ..domain.calendar import SchoolCalendar
from ..domain.log import LogEntry, Recorded
from ..domain.moment import OSLO, Moment, end_of, local_day
from ..domain.plan import MunicipalPlan
from ..domain.value import value
from ..domain.verdict import Outcome, Reading, Reason, Remark, RemarkCode, Severity, Verdict
from .duties import severity_of
from .reading.answers import read_answer
from .reading.filled_in import is_filled_in
from .reading.said import Said


@value(frozen=True, slots=True)
class Judge:
    """The circumstances of one judgement: the moment, the plan and its readings, and the school's calendar."""

    as_of: datetime
    plan: MunicipalPlan
    calendar: SchoolCalendar
    read_text: bool = True
    today: date = field(init=False)
    """The local day of ``as_of``."""
    reading: Reading = field(init=False)
    """How days are counted here."""
    _words_for: dict[int, tuple[Recorded, str | None, list[Remark]]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    """What was asked of an item once (:meth:`_word_for`), by its ``id()``; the item is kept too, so that no other gets it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", local_day(self.as_of))
        object.__setattr__(self, "reading", self.plan.readings.day)

    def at(self, moment: Moment) -> Judge:
        """The same circumstances as they were at ``moment``: the end of its day where no time is known."""
        return replace(self, as_of=moment.instant or end_of(moment.day) - timedelta(microseconds=1))

    # --- plain outcomes ------------------------------------------------------------------------------------------

    def met(self, scope: str, *items: Recorded, event: Moment | None = None, remarks: Iterable[Remark] = ()) -> Outcome:
        """Shown by ``items``. Remarks about late registration and edited times are added.

        An entry that was written before the day it is dated says what was to be done, and not that it was: then it is a question.
        """
        found = [*remarks]
        asked: dict[str, list[Recorded]] = {}
        for item in items:
            _, question, told = self._word_for(item)
            found += told
            if question is not None:
                asked.setdefault(question, []).append(item)
        if asked:
            first = next(doubt for doubt in _DOUBTS if doubt in asked)
            return self.review(scope, first, *asked[first], event=event)
        return _outcome(scope, Verdict.MET, items, event, found)

    def _word_for(self, item: Recorded) -> tuple[Recorded, str | None, list[Remark]]:
        """What must be asked before ``item`` shows anything, one of :data:`_DOUBTS`; else what is told beside it."""
        if id(item) not in self._words_for:
            question: str | None = None
            told: list[Remark] = []
            if self._written_before_it_happened(item):
                question = "written_before_it_happened"
            elif item.happened_at is None and isinstance(item, LogEntry | Evaluation):
                question = "time_unknown"
            else:
                told = self._credibility(item)
            self._words_for[id(item)] = item, question, told
        return self._words_for[id(item)]

    def deviation(
        self,
        scope: str,
        reason: Reason,
        *items: Recorded,
        event: Moment | None = None,
        remarks: Iterable[Remark] = (),
    ) -> Outcome:
        """Not as the plan demands, shown by ``items`` or by their absence."""
        return _outcome(scope, Verdict.DEVIATION, items, event, remarks, reason=reason)

    def review(
        self,
        scope: str,
        question: str,
        *items: Recorded,
        event: Moment | None = None,
        remarks: Iterable[Remark] = (),
        changes_at: datetime | None = None,
        deadline: date | None = None,
    ) -> Outcome:
        """A person must decide: ``question`` is a key of the rule's questions, or of those in verdict_words.toml."""
        return _outcome(
            scope, Verdict.REVIEW, items, event, remarks, question=question, deadline=deadline, changes_at=changes_at
        )

    def done(
        self,
        rule: str,
        scope: str,
        *items: Recorded,
        since: Moment,
        event: Moment | None = None,
        remarks: Iterable[Remark] = (),
    ) -> Outcome:
        """Shown by ``items``, of which the first counts, where the plan sets no day and the ladder of ``rule`` asks from ``since``.

        Done late is never clean: past the ladder's first step the school days that went are told; past its last, a critical or
        high duty is a question. Nothing that can be done afterwards makes it earlier.
        """
        return self.since(rule, self.met(scope, *items, event=event or since, remarks=remarks), items[0], since)

    def since(self, rule: str, outcome: Outcome, item: Recorded, since: Moment) -> Outcome:
        """``outcome``, and where it is in order by ``item``, how late that was by the ladder of ``rule`` (:meth:`done`)."""
        when, steps = item.at, self.plan.readings.ladder(rule)
        if outcome.verdict is not Verdict.MET or when is None or (when.day - since.day).days <= steps.review_after:
            return outcome
        days = self.calendar.between(since.day, when.day)
        if days <= steps.review_after:
            return outcome.with_remarks(*self.uncounted(since.day, when.day))
        told = outcome.with_remarks(*self.elapsed(since.day, when.day))
        grave = severity_of(rule).rank >= Severity.HIGH.rank
        return told.ask("done_late") if grave and days > steps.deviation_after else told

    def not_applicable(self, scope: str = "case", event: Moment | None = None) -> Outcome:
        """The duty is not triggered."""
        return Outcome(scope=scope, verdict=Verdict.NOT_APPLICABLE, event_day=event.day if event else None)

    def hidden(self, scope: str, event: Moment | None = None) -> Outcome:
        """What would tell stands where the reader may not look."""
        day = event.day if event is not None else None
        return Outcome(scope=scope, verdict=Verdict.UNKNOWN, reason=Reason.HIDDEN, event_day=day)

    # --- duties with a day ---------------------------------------------------------------------------------------

    def last_day(self, anchor: date, days: int, reading: Reading | None = None) -> date:
        """The last day for something due ``days`` (0 = samme dag, 1 = dagen etter) after ``anchor``."""
        if (reading or self.reading) is Reading.CALENDAR_DAY:
            return anchor + timedelta(days=days)
        day = self.calendar.on_or_after(anchor)
        return self.calendar.add(day, days) if day == anchor else self.calendar.add(day, max(days - 1, 0))

    def by_day(
        self,
        scope: str,
        anchor: Moment,
        entries: Sequence[Recorded],
        *,
        days: int,
        anchor_item: Recorded | None = None,
        answers: bool = True,
    ) -> Outcome:
        """A duty due the same local day as ``anchor`` (``days=0``) or at the latest the day after (``days=1``).

        ``entries``: what may show that it was done, in any order. Literal by default; the other reading and a tolerance
        that the owner has not adopted are told in remarks, and never make anything «i orden». ``answers``: whether it is the
        answer to something received; no tolerance, and no word of when it was received, is for anything else.
        """
        limit = self.last_day(anchor.day, days)
        outside = answers and self.outside_school_hours(anchor)
        remarks = self._anchor_remarks(anchor, anchor_item, limit, outside=outside)
        tolerated = self._tolerated_until(anchor, days, outside=outside) if answers else limit
        if tolerated > limit and self._tolerance_adopted(days, outside=outside):
            limit = tolerated
            remarks.append(Remark(code=RemarkCode.TOLERANCE_USED, day=limit))
        on_time, late, early = self._sorted_by_limit(entries, anchor, limit)
        if on_time:
            outcome = self._on_time(scope, on_time[0], anchor, limit, days)
        elif early:
            certain = any((when := e.at) is not None and when.certainly_before(anchor) for e in early)
            outcome = self.review(scope, "before_its_cause" if certain else "order_unclear", *early)
        elif late:
            outcome = self._late(scope, late[0], anchor, limit, days, tolerated)
        elif self.today <= limit:
            outcome = Outcome(scope=scope, verdict=Verdict.DUE, changes_at=end_of(limit))
        else:
            outcome = self.deviation(scope, Reason.UNDOCUMENTED)
        outcome = self._unless_anchor_edited(outcome, anchor, anchor_item, entries, days, answers)
        return outcome.but(
            deadline=limit,
            counted_from=anchor.day,
            event_day=anchor.day,
            reading=self.reading,
            remarks=tuple(dict.fromkeys([*remarks, *outcome.remarks])),
        )

    def _unless_anchor_edited(
        self,
        outcome: Outcome,
        anchor: Moment,
        item: Recorded | None,
        entries: Sequence[Recorded],
        days: int,
        answers: bool,
    ) -> Outcome:
        """Where the time that starts the clock was edited, and the one before gives another answer, it is a question."""
        if item is None or item.happened_at != anchor or outcome.verdict not in (Verdict.MET, Verdict.DEVIATION):
            return outcome
        for edit in item.time_edits(self.as_of):
            previous = edit.previous
            before = self.by_day(outcome.scope, previous, entries, days=days, answers=answers) if previous else None
            if before is None or before.verdict is not outcome.verdict:
                return outcome.ask("time_edited", item)
        return outcome

    def _sorted_by_limit(
        self, entries: Sequence[Recorded], anchor: Moment, limit: date
    ) -> tuple[list[Recorded], list[Recorded], list[Recorded]]:
        on_time: list[Recorded] = []
        late: list[Recorded] = []
        early: list[Recorded] = []
        for entry in sorted(entries, key=attrgetter("sort_key")) if len(entries) > 1 else entries:
            when = entry.at
            if when is None:
                continue
            if _may_be_before(when, anchor):
                early.append(entry)
            elif when.day <= limit:
                on_time.append(entry)
            else:
                late.append(entry)
        return on_time, late, early

    def _on_time(self, scope: str, entry: Recorded, anchor: Moment, limit: date, days: int) -> Outcome:
        when = entry.at
        assert when is not None  # noqa: S101 - entries without any time were left out by _sorted_by_limit
        for edit in entry.time_edits(self.as_of):
            if edit.previous is None or edit.previous.day > limit or edit.previous.certainly_before(anchor):
                return self.review(scope, "time_edited", entry)
        if self._written_before_it_happened(entry):
            return self.review(scope, "written_before_it_happened", entry)
        remarks = []
        other = self.last_day(anchor.day, days, _other(self.reading))
        if when.day > other:
            remarks.append(Remark(code=RemarkCode.OTHER_READING_LATE, day=other))
        return self.met(scope, entry, remarks=remarks)

    def _late(self, scope: str, entry: Recorded, anchor: Moment, limit: date, days: int, tolerated: date) -> Outcome:
        when = entry.at
        assert when is not None  # noqa: S101 - entries without any time were left out by _sorted_by_limit
        if entry.happened_at is None:
            return self.review(scope, "time_unknown", entry)
        if any(e.previous is not None and e.previous.day <= limit for e in entry.time_edits(self.as_of)):
            return self.review(scope, "time_edited", entry)
        remarks = []
        other = self.last_day(anchor.day, days, _other(self.reading))
        if when.day <= other:
            remarks.append(Remark(code=RemarkCode.OTHER_READING_MET, day=other))
        if limit < tolerated and when.day <= tolerated:
            remarks.append(Remark(code=RemarkCode.WITHIN_TOLERANCE, day=tolerated))
        return self.deviation(scope, Reason.LATE, entry, remarks=remarks)

    def _tolerated_until(self, anchor: Moment, days: int, *, outside: bool) -> date:
        if days == 0 and not outside:
            return anchor.day
        cap = anchor.day + timedelta(days=self.plan.readings.tolerance_days_at_most)
        return min(self.calendar.next_after(anchor.day), cap)

    def _tolerance_adopted(self, days: int, *, outside: bool) -> bool:
        readings = self.plan.readings
        return (outside and readings.tolerance_outside_school_hours) or (
            days == 1 and readings.tolerance_next_school_day
        )

    def outside_school_hours(self, moment: Moment) -> bool:
        """Whether ``moment`` lies outside school hours; a date alone on a school day does not."""
        if not self.calendar.is_school_day(moment.day):
            return True
        if moment.instant is None:
            return False
        clock = moment.instant.astimezone(OSLO).time()
        return not self.plan.readings.school_hours_from <= clock <= self.plan.readings.school_hours_to

    def _anchor_remarks(self, anchor: Moment, item: Recorded | None, limit: date, *, outside: bool) -> list[Remark]:
        remarks = []
        if outside:
            remarks.append(Remark(code=RemarkCode.OUTSIDE_SCHOOL_HOURS))
        if item is not None and item.happened_at is None:
            remarks.append(Remark(code=RemarkCode.TIME_ASSUMED))
        return [*remarks, *self.uncounted(anchor.day, limit)]

    def uncounted(self, first: date, last: date) -> tuple[Remark, ...]:
        """The remark that no skolerute is known for all of these days, where that is so: what was counted hangs on it."""
        return () if self.calendar.covers_span(first, last) else (Remark(code=RemarkCode.CALENDAR_MISSING),)

    def elapsed(self, first: date, last: date, *, beyond: int = -1) -> tuple[Remark, ...]:
        """How many school days went by from ``first`` to ``last``, where that is more than ``beyond``."""
        days = self.calendar.between(first, last)
        told = (Remark(code=RemarkCode.DAYS_ELAPSED, number=days),) if days > beyond else ()
        return (*told, *self.uncounted(first, last))

    # --- «straks» ------------------------------------------------------------------------------------------------

    def straks(self, scope: str, anchor: Moment, entries: Sequence[Recorded]) -> Outcome:
        """«straks»: another local day is a deviation; hours later on the same day in school hours is a question.

        «straks» is no «samme dag» that an owner may count in school days, and it has no tolerance.
        """
        outcome = self._literally().by_day(scope, anchor, entries, days=0, answers=False)
        kept = tuple(remark for remark in outcome.remarks if remark.code not in _OF_OTHER_COUNTS)
        outcome = outcome.but(remarks=kept)
        if outcome.verdict is not Verdict.MET or anchor.instant is None:
            return outcome
        entry = next(e for e in entries if e.id == outcome.evidence[0])
        when = entry.at
        if when is None or when.instant is None:
            return outcome
        patience = timedelta(minutes=self.plan.readings.straks_review_after_minutes)
        if when.instant - anchor.instant > patience and not self.outside_school_hours(anchor):
            return outcome.ask("hours_later")
        return outcome

    def _literally(self) -> Judge:
        if self.reading is Reading.CALENDAR_DAY:
            return self
        readings = self.plan.readings.model_copy(update={"day": Reading.CALENDAR_DAY})
        return replace(self, plan=self.plan.model_copy(update={"readings": readings}))

    # --- duties without a day ------------------------------------------------------------------------------------

    def ladder(
        self, rule: str, scope: str, anchor: Moment, *, closed: Moment | None = None, overtaken: bool = False
    ) -> Outcome:
        """The answer for a *missing* entry where the plan sets no time: due, then a question, then a deviation.

        ``closed``: the case was closed without it. ``overtaken``: what it must come before has happened already.
        """
        steps = self.plan.readings.ladder(rule)
        review_day = self.calendar.add(anchor.day, steps.review_after)
        deviation_day = self.calendar.add(anchor.day, steps.deviation_after)
        pending = Outcome(
            scope=scope,
            verdict=Verdict.DUE,
            asks_after=review_day,
            counted_from=anchor.day,
            event_day=anchor.day,
            reading=Reading.SCHOOL_DAY,
            remarks=self.uncounted(anchor.day, deviation_day),
            changes_at=end_of(review_day),
        )
        if closed is not None or overtaken or self.today > deviation_day:
            return pending.but(verdict=Verdict.DEVIATION, reason=Reason.UNDOCUMENTED, changes_at=None)
        if self.today > review_day:
            return pending.ask("not_yet", changes_at=end_of(deviation_day))
        return pending

    def stopped_by_move(self, moved: Moment, missing: Callable[[Judge], Outcome]) -> Outcome | None:
        """The answer for a ``missing`` entry where the pupil moved: the clock stopped, and what was asked by then stands (A-36).

        ``None``: it was not due yet.
        """
        then = missing(self.at(moved))
        return None if then.verdict is Verdict.DUE else then.but(changes_at=None)

    def snarest(self, rule: str, scope: str, anchor: Moment) -> Outcome:
        """«snarest» for a missing entry: due, then a question; never a deviation by machine (requirements A-12)."""
        return self.ladder(rule, scope, anchor).only_asked()

    def in_order(self, scope: str, first: Recorded, then: Recorded, *, event: Moment | None = None) -> Outcome:
        """``first`` must have come before ``then``: met, a deviation (order), or a question where times cannot tell."""
        earlier, later = first.at, then.at
        if earlier is None or later is None or (order := earlier.before(later)) is None:
            return self.review(scope, "order_unclear", first, then, event=event)
        if first.happened_at is None:
            return self.review(scope, "time_unknown", first, event=event)
        if self._written_before_it_happened(first):
            return self.review(scope, "written_before_it_happened", first, event=event)
        before = [edit.previous and edit.previous.before(later) for edit in first.time_edits(self.as_of)]
        before += [edit.previous and earlier.before(edit.previous) for edit in then.time_edits(self.as_of)]
        if any(other is not order for other in before):  # another order then, or none that is known
            return self.review(scope, "time_edited", first, then, event=event)
        if not order:
            return self.deviation(scope, Reason.ORDER, first, then, event=event)
        assumed = (Remark(code=RemarkCode.TIME_ASSUMED),) if then.happened_at is None else ()
        return self.met(scope, first, event=event, remarks=assumed)

    # --- fields --------------------------------------------------------------------------------------------------

    def is_filled_in(self, text: str | None) -> bool:
        """Whether a field holds more than a placeholder; with ``read_text = false`` whether it holds anything at all."""
        return is_filled_in(text) if self.read_text else text is not None and text.strip() != ""

    def said(self, text: str | None, path: str | None = None) -> Said:
        """What ``text`` is worth as an answer in the field ``path``; with ``read_text = false`` anything at all is one."""
        if self.read_text:
            return read_answer(text, path).said if is_filled_in(text) else Said.NOTHING
        return Said.ANSWER if text is not None and text.strip() else Said.NOTHING

    def answers(self, text: str | None, path: str | None = None) -> bool:
        """Whether the field ``path`` holds an answer (:mod:`.reading.answers`)."""
        return self.said(text, path) is Said.ANSWER

    def field(
        self, scope: str, text: str | None, *items: Recorded, path: str | None = None, event: Moment | None = None
    ) -> Outcome:
        """A required field: met when it holds an answer, a question where it points or puts off, else a deviation (incomplete)."""
        said = self.said(text, path)
        if said is Said.ANSWER:
            return self.met(scope, *items, event=event, remarks=self.presence_remarks())
        if said is Said.NOTHING:
            return self.deviation(scope, Reason.INCOMPLETE, *items, event=event)
        return self.review(scope, UNANSWERED[said], *items, event=event)

    def presence_remarks(self) -> tuple[Remark, ...]:
        """The remark that texts are not read here, where that is so."""
        return () if self.read_text else (Remark(code=RemarkCode.PRESENCE_ONLY),)

    # --- credibility ---------------------------------------------------------------------------------------------

    def doubt(self, item: Recorded, after: Moment) -> str | None:
        """Key of the question whether ``item``, which shows something done after ``after``, can be taken at its word."""
        if self._written_before_it_happened(item):
            return "written_before_it_happened"
        edits = item.time_edits(self.as_of)
        if any(edit.previous is None or edit.previous.certainly_before(after) for edit in edits):
            return "time_edited"
        return None

    def _written_before_it_happened(self, item: Recorded) -> bool:
        """Not so for an activity plan, which is written before it is decided."""
        happened, written = item.happened_at, item.registered_at
        if happened is None or written is None or written.day > happened.day or isinstance(item, ActivityPlan):
            return False
        if happened.instant is None or written.instant is None:
            return written.day < happened.day
        ahead = happened.instant - written.instant
        return ahead > timedelta(minutes=self.plan.readings.written_ahead_minutes)

    def _credibility(self, item: Recorded) -> list[Remark]:
        remarks = []
        if item.happened_at is None:
            remarks.append(Remark(code=RemarkCode.TIME_ASSUMED))
        elif item.registered_at is not None:
            allowed = self.plan.readings.registered_late_after_school_days
            happened, registered = item.happened_at.day, item.registered_at.day
            if (registered - happened).days > allowed:  # else there are no more school days than that between them
                if self.calendar.between(happened, registered) > allowed:
                    remarks.append(Remark(code=RemarkCode.REGISTERED_LATE, day=registered))
                remarks += self.uncounted(happened, registered)
        if item.edits and item.time_edits(self.as_of):
            remarks.append(Remark(code=RemarkCode.TIME_EDITED))
        return remarks


_DOUBTS = ("written_before_it_happened", "time_unknown")
"""Why an entry shows nothing by itself; the first of them is asked about first."""
UNANSWERED = {
    Said.LATER: "put_off",
    Said.NOT_APPLICABLE: "said_not_applicable",
    Said.ELSEWHERE: "points_elsewhere",
}
"""What is asked where a field says something, and no answer."""

_OF_OTHER_COUNTS = (RemarkCode.OTHER_READING_MET, RemarkCode.OTHER_READING_LATE)


def _may_be_before(when: Moment, anchor: Moment) -> bool:
    """Whether ``when`` came before ``anchor``, or may have in the doubled hour of autumn; dates alone are no doubt."""
    before = when.before(anchor)
    return before is True or (before is None and when.instant is not None and anchor.instant is not None)


def _outcome(
    scope: str,
    verdict: Verdict,
    items: Sequence[Recorded],
    event: Moment | None,
    remarks: Iterable[Remark],
    *,
    reason: Reason | None = None,
    question: str | None = None,
    deadline: date | None = None,
    changes_at: datetime | None = None,
) -> Outcome:
    return Outcome(
        scope=scope,
        verdict=verdict,
        reason=reason,
        question=question,
        deadline=deadline,
        event_day=event.day if event is not None else None,
        evidence=tuple(dict.fromkeys([item.id for item in items])),
        remarks=tuple(dict.fromkeys(remarks)),
        changes_at=changes_at,
    )


def _other(reading: Reading) -> Reading:
    return Reading.SCHOOL_DAY if reading is Reading.CALENDAR_DAY else Reading.CALENDAR_DAY
