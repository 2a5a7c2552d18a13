"""A child heard: the one proof that every duty to hear a pupil shares."""

from __future__ import annotations

from datetime import date, timedelta

from ..domain.log import LogKind
from ..domain.people import Role
from ..domain.verdict import Remark
from .judge import Judge
from .known import KnownCase
from .proof import Proof, Shown, anyone, by, find

HEARD = Proof(
    kinds=(LogKind.PUPIL_CONVERSATION,),
    by=anyone("Samtale med eleven for å ivareta barnets rett til å bli hørt."),
    present=by(Role.PUPIL, words="alle barn som er involvert blir hørt gjennom hele saken/prosessen"),
    may_be_declined=True,
    without_the_accused=True,
)
"""A conversation at which the pupil was, or an offer that she declined herself: to be heard is a right, and no duty (HB-02)."""

ANALYSIS = Proof(
    kinds=(LogKind.ANALYSIS,),
    by=anyone("Sammenfatt og analyser det som er kommet fram i undersøkelsen"),
    says=("text", "child_experience", "surroundings"),
)
"""An analysis with something in it."""


def hearings(case: KnownCase, judge: Judge, pupil: str) -> Shown:
    """The conversations in which ``pupil`` was heard, and the offers she declined.

    Not one at which somebody else spoke for her, declined for her, or one held by the adult it is about.
    """
    about = hearings, pupil
    if about not in case.found:
        case.found[about] = (find(case, judge, HEARD, pupil=pupil),)
    shown: Shown = case.found[about][0]
    return shown


def heard_until(judge: Judge, heard: date) -> tuple[date, tuple[Remark, ...]]:
    """The last day for which a child that was heard on the day ``heard`` still is; and the remark that its skolerute is not known.

    Nobody is asked about a talk during a holiday.
    """
    weeks_after = heard + timedelta(weeks=judge.plan.readings.heard_again_after_weeks)
    last = judge.calendar.on_or_after(weeks_after)
    return last, judge.uncounted(weeks_after, last)
