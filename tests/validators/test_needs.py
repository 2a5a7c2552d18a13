"""needs.toml names all that a rule reads: held by cases that note what they are asked for, and by hiding each field in turn."""

from __future__ import annotations

import os
from random import Random

import pytest

from skolemiljo.domain.facts import paths
from skolemiljo.domain.verdict import Verdict
from skolemiljo.tests.laws.examples import CASE_RULES, Example, every
from skolemiljo.validators import RULES
from skolemiljo.validators.needs import kind_of, list_of, needs, without_kind
from skolemiljo.validators.rule import Rule, Subject

from .reads import reads

WHOLE = os.environ.get("SKOLEMILJOTEST_LAWS") == "whole"
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
_NOT_A_FACT = {"id", "school", "hidden", "unreadable", "not_carried", "etag", "modified_at"}


def _some(rule: Rule, number: int) -> tuple[Example, ...]:
    """The examples of the rule's own chapter, and some of the others."""
    if WHOLE:
        return every()
    own = [e for e in every() if rule.code in e.name]
    return (*own, *Random(f"{SEED} {rule.code}").sample(every(), number))  # noqa: S311 - a sample, not secrets


def _named(rule: Rule, path: str) -> bool:
    """Whether the table has ``path``: in a row, with what is always asked, or as what the rule settles."""
    wanted, field = rule.needs, without_kind(path)
    if any(field == one or field.startswith(f"{one}.") for one in (*wanted.settles, *wanted.whether_any)):
        return True
    kind = kind_of(path)
    if kind is not None and kind not in wanted.kinds:
        return False
    return any(field == row or row.startswith(f"{field}.") for row in map(without_kind, wanted.rows))


@pytest.mark.parametrize("rule", CASE_RULES, ids=lambda rule: rule.code)
def test_all_that_a_rule_reads_is_named(rule: Rule) -> None:
    read = reads(rule, _some(rule, 40))
    assert not [path for path in sorted(read) if not _named(rule, path)]


if WHOLE:  # a few examples can't show that nothing reads it

    @pytest.mark.parametrize("rule", CASE_RULES, ids=lambda rule: rule.code)
    def test_nothing_is_named_that_no_example_reads(rule: Rule) -> None:
        read = reads(rule, every())
        named = {row for row in rule.needs.rows if "." in row and row not in rule.needs.always}
        assert not sorted(row for row in named - read if without_kind(row) not in rule.needs.decided_by)


@pytest.mark.parametrize("rule", CASE_RULES, ids=lambda rule: rule.code)
def test_what_is_named_decides_and_nothing_else(rule: Rule) -> None:
    """A field that is hidden makes the rule ``unknown`` where it is named, and takes nothing from it where it is not."""
    settles = rule.needs.settles
    for example in _some(rule, 2)[: None if WHOLE else 12]:
        if example.case.hidden | example.case.unreadable:
            continue
        one = example.by(rule)
        before = one.judged(example.case)
        if all(finding.verdict in (Verdict.NOT_APPLICABLE, Verdict.UNKNOWN) for finding in before.values()):
            continue
        for path in paths():
            if path in _NOT_A_FACT or any(
                path == s or path.startswith(f"{s}.") or s.startswith(f"{path}.") for s in settles
            ):
                continue
            after = one.judged(example.case.model_copy(update={"hidden": frozenset({path})}))
            if rule.needs.touches(path) or any(f"{one}.".startswith(f"{path}.") for one in rule.needs.deciding):
                calm = {f.verdict for f in after.values()} - {Verdict.UNKNOWN, Verdict.NOT_APPLICABLE}
                assert not calm, f"{rule.code} in {example.name}: {path} hidden is {calm}"
            else:
                same = {about: f.verdict for about, f in after.items()} == {
                    about: f.verdict for about, f in before.items()
                }
                assert same or path in HINTS, f"{rule.code} in {example.name}: {path} is not named, and takes something"


HINTS = ("log", "log.text")
"""A note that can't be read might have pointed at the entry that is missing: the engine asks for it, not the rule."""


def test_the_table_speaks_of_rules_and_fields_that_there_are() -> None:
    known = {*paths(), "entries"}
    for code, wanted in needs().items():
        assert code in RULES
        of = {*wanted.rows, *wanted.decided_by, *wanted.settles, *wanted.whether_any}
        assert {without_kind(path) for path in of} <= known, code
        if RULES[code].subject is Subject.CASE:
            assert not {list_of(path) for path in of} & {"entries"}
    assert {rule.code for rule in CASE_RULES} <= needs().keys()
