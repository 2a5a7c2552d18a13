"""In a case about staff the pupil is heard, and the one it is about (SK-08, SK-09)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...domain.case import Pupil, Suspicion
from ...domain.log import Hearing, LogEntry, LogKind
from ...domain.moment import Moment, latest
from ...domain.people import Actor
from ...domain.verdict import Outcome, scope_of
from ..heard import hearings
from ..judge import Judge
from ..known import KnownCase, was_heard
from ..proof import DECLINED, Proof, Shown, anyone, find, there
from ..rule import Chapter
from ..who_was_told import or_which, waited
from .staff_suspicion import (
    can_follow,
    counted_from_when_told,
    on_or_after,
    or_is_it_about_staff,
    same_day_on,
    staff_suspicions,
)

CHAPTER = Chapter("staff_suspicion")

ACCUSED_HEARD = Proof(
    (LogKind.STAFF_CONVERSATION,),
    by=anyone("Samtale med den som er beskyldt for å ha krenka for å høre oppfatning av situasjonen"),
)
"""A conversation that another held with the one who is accused."""


def _each_pupil(case: KnownCase) -> list[tuple[str, Suspicion, Pupil, Moment]]:
    """Each suspicion with each affected pupil, and since when she is to be heard about it."""
    return [
        (f"{scope}/{scope_of(pupil=pupil.ref)}", suspicion, pupil, since)
        for scope, suspicion, start in staff_suspicions(case)
        for pupil in case.affected
        if (since := latest((start, pupil.joined_at, pupil.identified_at))) is not None
    ]


@CHAPTER.each("SK-08", _each_pupil)
def pupil_heard_about_staff(
    case: KnownCase, judge: Judge, scope: str, suspicion: Suspicion, pupil: Pupil, start: Moment
) -> Outcome | None:
    """«Samtale med elev for å høre vedkommende sin opplevelse av situasjonen»: every affected pupil, for each suspicion."""
    return counted_from_when_told(case, judge, suspicion, start, partial(_heard, case, scope, suspicion, pupil))


def _heard(
    case: KnownCase, scope: str, suspicion: Suspicion, pupil: Pupil, judge: Judge, start: Moment
) -> Outcome | None:
    heard = hearings(case, judge, pupil.ref)
    since = heard.where(can_follow(start))
    remarks = (DECLINED,) if since.sure and since.sure[0].hearing is Hearing.DECLINED else ()
    missing = partial(_not_heard, case, judge, scope, start, heard)
    outcome = since.without_a_day(judge, "SK-08", scope, start, missing, remarks=remarks)
    return or_is_it_about_staff(case, suspicion, outcome)


def _not_heard(case: KnownCase, judge: Judge, scope: str, start: Moment, heard: Shown) -> Outcome | None:
    before = same_day_on(heard.sure, start)
    if before:
        return judge.review(scope, "heard_before", *before, event=start)
    unnamed = [e for e in on_or_after(case.all(LogKind.PUPIL_CONVERSATION), start) if not e.pupils and was_heard(e)]
    return or_which(waited(case, judge, "SK-08", scope, start), "which_pupil", *unnamed)


@CHAPTER.rule("SK-09")
def accused_heard(case: KnownCase, judge: Judge) -> Iterator[Outcome | None]:
    """«Samtale med den som er beskyldt for å ha krenka for å høre oppfatning av situasjonen»: each one who is accused."""
    for scope, suspicion, start in staff_suspicions(case):
        several = len(suspicion.accused) > 1
        for number, accused in enumerate(suspicion.accused or (None,), 1):
            shown = find(case, judge, ACCUSED_HEARD, person=accused)
            own = f"{scope}/{scope_of(accused=str(number))}" if several else scope
            judged = partial(_conversation, case, own, suspicion, accused if several else None, shown)
            yield or_is_it_about_staff(case, suspicion, counted_from_when_told(case, judge, suspicion, start, judged))


def _rules_out(accused: Actor, suspicion: Suspicion, present: Actor) -> bool:
    """Whether ``present`` is certainly another of the accused, so that the conversation was with that one."""
    others = [other for other in suspicion.accused if other is not accused]
    return any(present.is_same_person(other) is True for other in others)


def _conversation(
    case: KnownCase,
    scope: str,
    suspicion: Suspicion,
    accused: Actor | None,
    shown: Shown,
    judge: Judge,
    start: Moment,
) -> Outcome | None:
    """``accused``: the one of several that it must have been with; a conversation that names nobody may be with any of them."""
    shown = shown.where(can_follow(start))
    unsure: list[LogEntry] = []
    if accused is not None:
        unsure = [e for e in shown.sure if not any(accused.is_same_person(p) for p in there(e))]
        unsure += [w.item for w in shown.doubtful if not any(_rules_out(accused, suspicion, p) for p in there(w.item))]
        shown = shown.where(lambda entry: any(accused.is_same_person(p) for p in there(entry)))

    def missing() -> Outcome | None:
        return or_which(waited(case, judge, "SK-09", scope, start), "which_accused", *unsure)

    return shown.without_a_day(judge, "SK-09", scope, start, missing)
