"""When a duty arises: the occasions that several rules share, each with what is known of it (:meth:`.rule.Chapter.each`)."""

from __future__ import annotations

from collections.abc import Callable

from ..domain.activity_plan import ActivityPlan, Measure
from ..domain.log import LogEntry, LogKind
from ..domain.moment import Moment
from ..domain.notice import Notice, NoticeSource
from .known import KnownCase, once
from .plan_parts import rows_of
from .stretches import Stretch, stretches


@once
def each_notice(case: KnownCase) -> list[tuple[Notice, Moment]]:
    """Each notice, and when it arrived."""
    return [(notice, arrived) for notice in case.notices if (arrived := notice.at) is not None]


def each_entry(*kinds: LogKind) -> Callable[[KnownCase], list[tuple[LogEntry]]]:
    """Each entry of these kinds."""
    return lambda case: [(entry,) for entry in case.all(*kinds)]


@once
def each_stretch(case: KnownCase) -> list[tuple[Stretch]]:
    """Each stretch in which the case was open."""
    return [(stretch,) for stretch in stretches(case)]


@once
def each_plan(case: KnownCase) -> list[tuple[ActivityPlan]]:
    """Each current plan."""
    return [(plan,) for plan in case.current_plans]


@once
def each_measure(case: KnownCase) -> list[tuple[str, ActivityPlan, Measure | None]]:
    """Each measure of each current plan, with its scope; ``None`` = a plan that tells its measures in words."""
    return [(scope, plan, measure) for plan in case.current_plans for scope, measure in rows_of(plan)]


@once
def each_pupil_of_a_plan(case: KnownCase) -> list[tuple[str, ActivityPlan]]:
    """Each pupil that a current plan is about."""
    return [(pupil, plan) for plan in case.current_plans for pupil in case.pupils_of_plan(plan)]


def each_notice_from(*sources: NoticeSource) -> Callable[[KnownCase], list[tuple[Notice, Moment]]]:
    """Each notice from ``sources``, and when it arrived."""
    return lambda case: [one for one in each_notice(case) if one[0].source in sources]
