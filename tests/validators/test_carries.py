"""A source that never has a fact: every rule that needs it, and no other, is unknown, and says what the source lacks."""

from __future__ import annotations

import os
from random import Random

import pytest

from skolemiljo.domain.carries import EVERYTHING, Carries, known
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import SettingsError
from skolemiljo.domain.log import LogKind
from skolemiljo.domain.verdict import Finding, Reason, Verdict
from skolemiljo.tests.laws.examples import CASE_RULES, Example, every
from skolemiljo.tests.laws.laws import is_calm, is_told_by_another
from skolemiljo.tests.laws.lists import exceptions
from skolemiljo.tests.laws.places import field_at, found, put
from skolemiljo.validators.needs import kind_of, without_kind

WHOLE = os.environ.get("SKOLEMILJOTEST_LAWS") == "whole"
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
RULES = {rule.code: rule for rule in CASE_RULES}


def _without(case: Case, path: str) -> Case:
    """The case as a source that lacks ``path`` gives it."""
    kind = kind_of(path)
    if kind is not None:
        case = case.model_copy(update={"log": tuple(entry for entry in case.log if entry.kind is not kind)})
    elif not field_at(path).is_required():
        default = field_at(path).get_default(call_default_factory=True)
        for place, _ in list(found(case, path)):
            case = put(case, place, default)
    return Carries.of(lacks=[path]).marked(case)


ALLOWED = {key for exception in exceptions() for key in exception.keys}
"""What the laws of verdicts except by the plan's words: law, rule and field."""


def _seen_whole() -> list[Example]:
    return [e for e in every() if not e.case.hidden | e.case.unreadable | e.case.not_carried]


@pytest.mark.parametrize("path", known())
def test_what_a_source_lacks_is_unknown_to_the_rules_that_need_it_and_to_no_other(path: str) -> None:
    examples = [
        e for e in _seen_whole() if _without(e.case, path).model_copy(update={"not_carried": frozenset()}) != e.case
    ]
    chosen = examples if WHOLE else Random(f"{SEED} {path}").sample(examples, min(5, len(examples)))  # noqa: S311 - a sample
    for example in chosen:
        before, after = example.judged(example.case), example.judged(_without(example.case, path))
        for about in before.keys() | after.keys():
            was, now = before.get(about), after.get(about)
            rule = RULES[about[0]]
            if rule.needs.settles_without(path):
                told = _told_wider(about, after) or is_told_by_another(about[0], set(about[1].split("/")), after)
                assert is_calm(was) or not is_calm(now) or told, (about, path, now)
                continue
            if not rule.needs.hangs_on(path):
                hint = path in ("log:note", "log:unlabelled", "log.text", "log.source_label") or path.startswith("log.")
                silence = now is not None and now.reason is Reason.NOT_CARRIED and (was is None or is_calm(was))
                decided = any(path.startswith(f"{one}.") for one in rule.needs.decided_by)
                assert _said(was) == _said(now) or hint or (silence and decided), (
                    f"{about} in {example.name} does not need {path}: {now}"
                )
                continue
            assert now is None or now.verdict in (Verdict.UNKNOWN, Verdict.NOT_APPLICABLE, Verdict.MET), (about, now)
            excepted = (2, about[0], path) in ALLOWED  # what it lacks could put in doubt, and is no proof of this duty
            assert is_calm(was) or not is_calm(now) or _told_wider(about, after) or excepted, (
                f"{about} in {example.name} without {path}"
            )
            if now is not None and now.reason is Reason.NOT_CARRIED:
                assert now.question == path


def _said(finding: Finding | None) -> object:
    if finding is None or finding.verdict is Verdict.NOT_APPLICABLE:
        return None
    return finding.verdict, finding.reason, finding.question, finding.deadline


def _told_wider(about: tuple[str, str], after: dict[tuple[str, str], Finding]) -> bool:
    return any(rule == about[0] and f.verdict is Verdict.UNKNOWN for (rule, _), f in after.items())


def test_a_source_says_what_it_carries_or_what_it_lacks() -> None:
    assert Carries.of() == EVERYTHING
    assert Carries.of(lacks=["notices.read_at", "log:pupil_told"]).lacks == {"notices.read_at", "log:pupil_told"}
    some = Carries.of(["status_history", "pupils", "notices", "log.happened_at", "log:pupil_told"]).lacks
    assert "activity_plans" in some
    assert not any(path.startswith("activity_plans.") for path in some), "the list says it all"
    assert {"log.author", "log:analysis"} <= some
    assert not some & {"log", "notices", "notices.read_at", "log.happened_at", "log:pupil_told"}
    with pytest.raises(SettingsError, match="read_at"):
        Carries.of(lacks=["notices.read"])


def test_every_kind_and_field_may_be_named() -> None:
    assert {f"log:{kind}" for kind in LogKind} <= set(known())
    assert {without_kind(path) for path in known() if ":" in path} == {"log"}
