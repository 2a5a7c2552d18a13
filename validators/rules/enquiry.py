"""Plikt til å undersøke (UN): from the first act of the enquiry to its plan, in the plan's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...domain.case import ClosingReason, Pupil
from ...domain.log import BEGINS_ENQUIRY, FINDS_OUT, Hearing, LogEntry, LogKind
from ...domain.moment import Moment
from ...domain.verdict import Outcome, Reason, Verdict, scope_of
from ..judge import Judge
from ..known import KnownCase
from ..occasions import each_stretch
from ..proof import WEAK, Shown, Weighed
from ..reading.whose_words import not_the_childs_own
from ..rule import Chapter
from ..stretches import Stretch, owed, reopened_without_notice, stretches
from ..undertaken import undertaken

CHAPTER = Chapter("enquiry")


def _acts(case: KnownCase) -> Iterator[tuple[str, Moment, list[LogEntry]]]:
    """Per notice, and per stretch that was opened again without one: when it began, and the acts that can have followed."""
    for notice in case.notices:
        arrived = notice.at
        if arrived is not None:
            done = (e for e in case.all(*BEGINS_ENQUIRY) if e.held is not False and e.hearing is not Hearing.OFFERED)
            acts = [e for e in done if e.notice in (None, notice.id) and e.can_follow(arrived)]
            yield scope_of(notice=notice.id), arrived, acts
    for stretch in reopened_without_notice(case):
        acts = [e for e in stretch.entries(case, *BEGINS_ENQUIRY) if e.can_follow(stretch.start)]
        yield stretch.scope(), stretch.start, acts


@CHAPTER.each("UN-01", _acts)
def enquiry_soon(case: KnownCase, judge: Judge, scope: str, start: Moment, acts: Sequence[LogEntry]) -> Outcome | None:
    """«er det nødvendig å undersøke snarest»: per notice, the first act of the enquiry that did not come before it."""
    shown = undertaken(case, judge, acts)
    if shown.sure:
        return _began(judge, scope, start, shown.sure[0])
    return shown.settle(_not_begun(case, judge, scope, start))


def _not_begun(case: KnownCase, judge: Judge, scope: str, arrived: Moment) -> Outcome | None:
    ended = case.ended_after(arrived)
    if ended is None:
        return judge.snarest("UN-01", scope, arrived)
    if ended.moved is None:
        return judge.review(scope, "closed_without", event=arrived)
    return judge.stopped_by_move(ended.moved, lambda judge: judge.snarest("UN-01", scope, arrived))


def _began(judge: Judge, scope: str, arrived: Moment, act: LogEntry) -> Outcome:
    when = act.at
    assert when is not None  # noqa: S101 - acts without any time were left out
    days = judge.calendar.between(arrived.day, when.day)
    remarks = judge.elapsed(arrived.day, when.day)
    if days > judge.plan.readings.ladder("UN-01").review_after:
        return judge.review(scope, "began_late", act, event=arrived, remarks=remarks)
    if act.happened_at is None:
        return judge.review(scope, "time_unknown", act, event=arrived)
    if act.time_edits(judge.as_of):
        return judge.review(scope, "time_edited", act, event=arrived)
    return judge.met(scope, act, event=arrived, remarks=remarks)


@CHAPTER.each("UN-02", each_stretch)
def more_than_bullying(case: KnownCase, judge: Judge, stretch: Stretch) -> Outcome | None:
    """«omfatter mer enn de tilfeller der en elev er utsatt for mobbing og krenkelser»: per closing that says it was none."""
    if stretch.period.reason not in (ClosingReason.NOT_BULLYING, ClosingReason.NOT_VIOLATION):
        return None
    shown = undertaken(case, judge, stretch.entries(case, *FINDS_OUT))
    if shown.sure:
        return judge.met(stretch.scope(), shown.sure[0], event=stretch.closed)
    return judge.review(stretch.scope(), "nothing_examined", event=stretch.closed)


@CHAPTER.each("UN-04", owed)
def experience_and_surroundings(
    case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, _since: Moment
) -> Outcome | None:
    """«ta utgangspunkt i barnets subjektive opplevelse», and «se hvilke forhold i omgivelsene som påvirker»: per pupil."""
    analyses = about_her(stretch.entries(case, LogKind.ANALYSIS), pupil)
    if not analyses:
        return None
    steps = about_her(stretch.entries(case, *FINDS_OUT), pupil)
    scope, everywhere, event = stretch.scope(pupil), [*analyses, *steps], stretch.start
    whole = [found for found in (analyses, everywhere) if _both_parts(judge, found)]
    shown = next((found for found in whole if not _only_others_tell(judge, found)), next(iter(whole), None))
    if shown is not None and _only_others_tell(judge, shown):
        return judge.review(scope, "others_experience", *analyses, event=event)
    if shown is not None and not _is_her_own(case, judge, stretch, pupil, shown):
        return judge.review(scope, "whose_experience", *analyses, event=event)
    if shown is analyses:
        return judge.met(scope, analyses[-1], event=event, remarks=judge.presence_remarks())
    if shown is not None:
        return judge.met(scope, *everywhere, event=event, remarks=(*judge.presence_remarks(), WEAK))
    part = any(_tells(judge, e, name) for e in everywhere for name in _PARTS)
    if any(judge.answers(e.text, "log.text") for e in analyses) and not part:
        return judge.review(scope, "in_text", *analyses, event=event)
    return judge.deviation(scope, Reason.INCOMPLETE, *analyses, event=event)


def _only_others_tell(judge: Judge, entries: Sequence[LogEntry]) -> bool:
    """Whether all that stands as the child's experience is what the home or the school thinks of it, or that she was asked."""
    told = [e.child_experience or "" for e in entries if _tells(judge, e, "child_experience")]
    return judge.read_text and all(map(not_the_childs_own, told))


def _is_her_own(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, entries: list[LogEntry]) -> bool:
    """Whether what is told of «barnets opplevelse» is hers: told of her alone, or of several and she was talked with."""
    if len(case.affected) == 1 or any(
        e.pupils == (pupil.ref,) and _tells(judge, e, "child_experience") and not _only_others_tell(judge, [e])
        for e in entries
    ):
        return True
    return any(pupil.ref in talk.pupils for talk in stretch.entries(case, LogKind.PUPIL_CONVERSATION))


def says_nothing(judge: Judge, entry: LogEntry) -> bool:
    """Whether all that is written in it are non-answers. An entry whose text the source does not give has said something."""
    written = [(name, text) for name, text in entry.words() if name in _SAYING and text.strip()]
    return bool(written) and not any(judge.answers(text, f"log.{name}") for name, text in written)


_SAYING = frozenset({"text", "child_experience", "surroundings", "form_and_participants", "methods"})


def _first_that_says_something(judge: Judge, entries: Sequence[LogEntry]) -> LogEntry | None:
    """The first entry with words in it, else the first."""
    return next((e for e in entries if not says_nothing(judge, e)), next(iter(entries), None))


_PARTS = ("child_experience", "surroundings")


def _both_parts(judge: Judge, entries: Sequence[LogEntry]) -> bool:
    return all(any(_tells(judge, entry, part) for entry in entries) for part in _PARTS)


def _tells(judge: Judge, entry: LogEntry, field: str) -> bool:
    return judge.answers(getattr(entry, field), f"log.{field}")


@CHAPTER.rule("UN-05")
def written_plan(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Lag en skriftlig plan for undersøkelsen.» It must come before what it plans; one for a pupil is none for another."""
    for stretch in stretches(case):
        shown = undertaken(case, judge, stretch.entries(case, LogKind.ENQUIRY_PLAN))
        plans = shown.sure
        plan = _first_that_says_something(judge, plans)
        step = next(iter(stretch.entries(case, LogKind.ENQUIRY_STEP)), None)
        if plan is not None and says_nothing(judge, plan):
            yield judge.deviation(stretch.scope(), Reason.INCOMPLETE, plan, event=stretch.start)
        elif plan is not None and not any(text.strip() for _, text in plan.words()):
            yield judge.review(stretch.scope(), "says_nothing", plan, event=stretch.start)
        elif plan is None:
            overtaken = step or stretch.decision(case)
            missing = stretch.missing(judge, "UN-05", stretch.scope(), stretch.start, overtaken=overtaken)
            yield shown.settle(missing)
        else:
            met = judge.met(stretch.scope(), plan, event=stretch.start)
            in_order = met if step is None else judge.in_order(stretch.scope(), plan, step, event=stretch.start)
            yield _or_begun_before(case, judge, stretch, plan, in_order)
        for pupil, since in left_out(case, stretch, plans):
            hers = [e for e in stretch.entries(case, LogKind.ENQUIRY_STEP) if pupil.ref in e.pupils]
            overtaken = next(iter(hers), None) or stretch.decision(case, pupil)
            yield stretch.missing(judge, "UN-05", stretch.scope(pupil), since, overtaken=overtaken)


def _or_begun_before(case: KnownCase, judge: Judge, stretch: Stretch, plan: LogEntry, outcome: Outcome) -> Outcome:
    """Met, but a question where something was looked into since the notice and before the plan: it may be a part of the enquiry.

    An observation may be; a talk or a meeting where it says by which method, for the first talk comes as soon as it can.
    """
    made = plan.at
    looked = stretch.entries(case, LogKind.OBSERVATION, LogKind.PUPIL_CONVERSATION, LogKind.HOME_MEETING)
    done = (e for e in looked if e.kind is LogKind.OBSERVATION or e.methods)
    before = [
        e for e in done if (w := e.at) and made and not w.certainly_before(stretch.start) and w.certainly_before(made)
    ]
    if before and outcome.verdict is Verdict.MET:
        question = "observed_before" if before[0].kind is LogKind.OBSERVATION else "begun_before"
        return judge.review(stretch.scope(), question, *before, plan, event=stretch.start)
    return outcome


def left_out(case: KnownCase, stretch: Stretch, entries: Sequence[LogEntry]) -> Iterator[tuple[Pupil, Moment]]:
    """The affected pupils that none of ``entries`` is about, where each of them names others; and since when they were in."""
    for pupil in case.affected if entries else ():
        since = stretch.since(pupil)
        if since is not None and not about_her(entries, pupil):
            yield pupil, since


@CHAPTER.each("UN-06", each_stretch)
def methods_considered(case: KnownCase, judge: Judge, stretch: Stretch) -> Outcome | None:
    """«Hvilke metoder er aktuelle»: in any version of the plan for the enquiry."""
    plans = stretch.entries(case, LogKind.ENQUIRY_PLAN)
    if not plans:
        return None
    named = [p for p in plans if any(judge.answers(m, "log.methods") for m in p.methods)]
    if named:
        return judge.met(stretch.scope(), named[0], event=stretch.start, remarks=judge.presence_remarks())
    if any(judge.answers(p.text, "log.text") for p in plans):
        return judge.review(stretch.scope(), "in_text", *plans, event=stretch.start)
    return judge.deviation(stretch.scope(), Reason.INCOMPLETE, *plans, event=stretch.start)


@CHAPTER.each("UN-08", owed)
def plan_updated(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, _since: Moment) -> Outcome | None:
    """«Plan for undersøkelsen oppdateres med innspill fra elev og/eller foreldre/foresatte»: per pupil, after her first meeting."""
    scope, plans = stretch.scope(pupil), about_her(stretch.entries(case, LogKind.ENQUIRY_PLAN), pupil)
    met = about_her(stretch.entries(case, LogKind.HOME_MEETING, LogKind.PUPIL_CONVERSATION), pupil)
    perhaps = [e for e in met if not e.pupils] if len(case.affected) > 1 else []
    meeting = next((e for e in met if e not in perhaps), None)
    if plans and meeting is None and perhaps:
        return judge.review(scope, "which_pupil", *perhaps, event=perhaps[0].at)
    held = meeting.at if meeting is not None else None
    if not plans or meeting is None or held is None:
        return None
    none_given = [e for e in (*met, *plans) if e.no_input and e not in perhaps]
    later = [p for p in plans if p.can_follow(held)]
    if none_given:
        return judge.met(scope, *none_given, event=held)
    if later:
        outcome = judge.since("UN-08", judge.in_order(scope, meeting, later[-1], event=held), later[0], held)
        return outcome.but(evidence=(meeting.id, later[-1].id))
    analysis = next(iter(about_her(stretch.entries(case, LogKind.ANALYSIS), pupil)), None)
    overtaken = analysis or stretch.decision(case, pupil)
    unsure = Shown(doubtful=tuple(Weighed(e, "which_pupil") for e in perhaps))
    return unsure.settle(stretch.missing(judge, "UN-08", scope, held, overtaken=overtaken))


def about_her(entries: Sequence[LogEntry], pupil: Pupil) -> list[LogEntry]:
    """The entries about this pupil; one that names no pupil is about the situation of all."""
    return [entry for entry in entries if not entry.pupils or pupil.ref in entry.pupils]
