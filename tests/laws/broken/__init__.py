"""A rule for each law that breaks it, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from skolemiljo.domain.log import LogKind
from skolemiljo.domain.verdict import Outcome, Reason, scope_of
from skolemiljo.validators import RULES
from skolemiljo.validators.judge import Judge
from skolemiljo.validators.known import KnownCase
from skolemiljo.validators.needs import Needs
from skolemiljo.validators.rule import Rule, RuleFunction


def _rule(judge: RuleFunction, *needs: str) -> Rule:
    return replace(RULES["UN-01"], own_judge=judge, own_needs=Needs.of(*needs))


def _answer(judge: Judge, *, calm: bool) -> Iterator[Outcome]:
    yield judge.met("case") if calm else judge.deviation("case", Reason.INCOMPLETE)


def asks_for_nothing(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """A notice that was read late is a deviation; but the rule does not say that it needs to see when."""
    for notice in case.notices:
        scope = scope_of(notice=notice.id)
        yield judge.met(scope) if notice.read_at is None else judge.deviation(scope, Reason.INCOMPLETE)


def blames_the_answer(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """A decision on feedback to the class is a deviation: without it all is well."""
    return _answer(judge, calm=all(entry.decision is None for entry in case.all(LogKind.CLASS_FEEDBACK)))


def asks_only_where_somebody_notified(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """A decision on feedback to the class is owed, but only as long as there is a notice; nothing is said where there is none."""
    if case.notices and not case.all(LogKind.CLASS_FEEDBACK):
        yield judge.deviation("case", Reason.UNDOCUMENTED)


def is_never_too_late(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """A conversation that names the pupil shows that she was heard, whenever it was."""
    for pupil in case.affected:
        talk = next((e for e in case.all(LogKind.PUPIL_CONVERSATION) if pupil.ref in e.pupils), None)
        scope = scope_of(pupil=pupil.ref)
        yield judge.met(scope, talk) if talk is not None else judge.deviation(scope, Reason.UNDOCUMENTED)


def takes_whoever_was_there(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """A conversation that names the pupil shows that she was heard, with whomever it was; one from before the notice does not."""
    begun = case.received
    for pupil in case.affected:
        talks = [e for e in case.all(LogKind.PUPIL_CONVERSATION) if pupil.ref in e.pupils]
        talk = next((e for e in talks if begun is not None and e.can_follow(begun)), None)
        scope = scope_of(pupil=pupil.ref)
        if talk is None or begun is None:
            yield judge.deviation(scope, Reason.UNDOCUMENTED)
        else:
            yield judge.done("UN-09", scope, talk, since=begun)


def takes_any_entry(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """Any pupil that was told about any notice shows it, in the whole log."""
    return _answer(judge, calm=any(entry.kind is LogKind.PUPIL_TOLD for entry in case.whole_log))


def counts_notices(case: KnownCase, judge: Judge) -> Iterator[Outcome]:
    """One notice alone is a deviation, and two are none; right as long as copies are left out before the rule sees the case."""
    return _answer(judge, calm=len(case.raw.notices) > 1)


BROKEN = {
    1: _rule(asks_for_nothing),
    2: _rule(blames_the_answer, "log:class_feedback", "log:class_feedback.decision", "notices"),
    3: _rule(asks_only_where_somebody_notified, "log", "notices"),
    4: replace(_rule(is_never_too_late, "log", "log.pupils", "pupils", "notices"), code="GI-06"),
    5: replace(_rule(takes_whoever_was_there, "log", "log.pupils", "pupils", "notices"), code="UN-09"),
    6: _rule(takes_any_entry, "log"),
    7: _rule(counts_notices, "notices"),
}
