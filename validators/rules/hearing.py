"""Å bli hørt / samtaler med barn (HB): before the conversation, the weight of the child's view, and heard all along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ...domain.case import Pupil, PupilPart
from ...domain.log import Hearing, LogEntry, LogKind
from ...domain.moment import Moment, end_of
from ...domain.verdict import Outcome, Verdict, scope_of
from ..best_interest_entries import current_assessments
from ..heard import heard_until, hearings
from ..judge import Judge
from ..known import KnownCase
from ..occasions import each_entry
from ..proof import DECLINED
from ..rule import Chapter
from ..stretches import Stretch, stretches, took_place

CHAPTER = Chapter("hearing")


@CHAPTER.each("HB-03", each_entry(LogKind.PUPIL_CONVERSATION))
def clarified_before(_case: KnownCase, judge: Judge, talk: LogEntry) -> Outcome | None:
    """«Før vi snakker med barnet så er det viktig å gjøre avklaringer med barnet.» Four ticks, per conversation held."""
    scope, event, ticks = scope_of(log=talk.id), talk.at, talk.preparation
    if not took_place(talk):
        return None
    if ticks is not None and all((ticks.purpose, ticks.known, ticks.explained, ticks.afterwards)):
        return judge.met(scope, talk, event=event)
    return judge.review(scope, "not_clarified", talk, event=event)


@CHAPTER.rule("HB-04")
def view_given_weight(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """«Barnets syn skal tillegges vekt i samsvar med alder og modenhet»: in each current plan's assessment."""
    for found in current_assessments(case, judge):
        yield found.field(judge, "age_and_maturity")


@CHAPTER.rule("HB-05")
def heard_throughout(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«alle barn som er involvert blir hørt gjennom hele saken/prosessen»: per pupil, and again when the case goes on, without months between."""
    for stretch in stretches(case):
        for pupil in case.pupils:
            start = stretch.since(pupil)
            if start is None or not start.known_at(case.as_of):
                continue
            found = hearings(case, judge, pupil.ref).where(stretch.has)
            if found.sure:
                yield _again(judge, stretch, pupil, found.sure)
            elif pupil.part is PupilPart.INVOLVED:
                yield found.settle(_not_heard(case, judge, stretch, pupil, start))


def _not_heard(case: KnownCase, judge: Judge, stretch: Stretch, pupil: Pupil, start: Moment) -> Outcome | None:
    unnamed = [e for e in stretch.entries(case, LogKind.PUPIL_CONVERSATION) if not e.pupils]
    if unnamed and len(case.affected) != 1:
        return judge.review(stretch.scope(pupil), "which_pupil", *unnamed, event=start)
    return stretch.missing(judge, "HB-05", stretch.scope(pupil), start)


def _again(judge: Judge, stretch: Stretch, pupil: Pupil, heard: Sequence[LogEntry]) -> Outcome:
    last = heard[-1]
    when = last.at
    assert when is not None  # noqa: S101 - Stretch.holds lets no entry without a time in
    limit, missing = heard_until(judge, when.day)
    until = stretch.closed.day if stretch.closed is not None else judge.today
    if until > limit:
        return judge.review(stretch.scope(pupil), "heard_again", last, event=when, remarks=missing)
    declined = (DECLINED,) if last.hearing is Hearing.DECLINED else ()
    outcome = judge.met(stretch.scope(pupil), last, event=when, remarks=(*declined, *missing))
    for earlier, later in pairwise(heard):
        if earlier.at is not None:  # she was to be heard again when that one was weeks old
            asked, _ = heard_until(judge, earlier.at.day)
            outcome = judge.since("HB-05", outcome, later, Moment.on(asked))
    lasts = stretch.closed is None and outcome.verdict is Verdict.MET
    return outcome.but(changes_at=end_of(limit)) if lasts else outcome
