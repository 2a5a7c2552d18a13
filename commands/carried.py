"""What hangs on what a source has: the duties that can't be checked without a field or a kind of log entry, and the plan's rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from gettext import gettext as _

from ..adapters.workbook.layout import fact_name
from ..domain.plan import Home, MunicipalPlan
from ..validators import RULES
from ..validators.rule import Rule, Subject


def of_cases(plan: MunicipalPlan) -> dict[str, Rule]:
    """Code → rule, of those that a case is judged by, for a row of ``plan``."""
    return {rule.code: rule for rule in RULES.values() if rule.subject is Subject.CASE and rule.row in plan.rows}


def duties_without(paths: Iterable[str], rules: Mapping[str, Rule]) -> dict[str, list[str]]:
    """Path (or kind of entry, ``log:…``) → the codes of the rules that can't say all they should without it."""
    return {
        path: [code for code, rule in rules.items() if rule.needs.hangs_on(path) or rule.needs.settles_without(path)]
        for path in paths
    }


class Shown(StrEnum):
    """What the source can show of one row of the plan."""

    WHOLE = "whole"
    WEAK = "weak"
    ELSEWHERE = "elsewhere"
    """not of a case: of the annual cycle, or of the plan itself"""
    ASKED = "asked"
    """a question to a person, that a rule asks"""
    NONE = "none"
    """no machine can check it"""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the plan."""

    row: str
    name: str
    shown: Shown
    lacks: tuple[str, ...] = ()
    """What its rules need, and the source never has."""


def rows_of(plan: MunicipalPlan, lacks: Iterable[str]) -> tuple[ShownRow, ...]:
    """Each row of ``plan``, in its order, and whether a source that never has ``lacks`` has what it needs."""
    rules = of_cases(plan)
    without = duties_without(sorted(lacks), rules)
    found = []
    for code, row in plan.rows.items():
        of = code if row.home is Home.RULE else row.of
        gone = tuple(path for path, codes in without.items() if any(rules[one].row == of or one == of for one in codes))
        if row.home is Home.NONE:
            shown = Shown.NONE
        elif not any(rule.row == of or rule.code == of for rule in rules.values()):
            shown = Shown.ELSEWHERE
        elif gone:
            shown = Shown.WEAK
        else:
            shown = Shown.ASKED if row.home is Home.QUESTION else Shown.WHOLE
        found.append(ShownRow(code, row.name, shown, gone if shown is Shown.WEAK else ()))
    return tuple(found)


def rows_in_text(rows: Iterable[ShownRow], *, short: bool = False) -> str:
    """For a person: a line for each row, and the sums. ``short``: only the rows of which the source lacks something."""
    words = {
        Shown.WHOLE: _("vises"),
        Shown.WEAK: _("mangler noe"),
        Shown.ELSEWHERE: _("ikke av saker"),
        Shown.ASKED: _("et spørsmål"),
        Shown.NONE: _("ikke av en maskin"),
    }
    listed = list(rows)
    wide, code = max(map(len, words.values())), max(len(row.row) for row in listed)
    lines = []
    for row in listed:
        if row.shown is Shown.WEAK or not short:
            lacks = ", ".join(fact_name(path, "nb") for path in row.lacks)
            lines.append(f"{row.row:<{code}}  {words[row.shown]:<{wide}}  {row.name}" + (f": {lacks}" if lacks else ""))
    counted = Counter(row.shown for row in listed)
    sums = ", ".join(f"{words[shown]}: {counted[shown]}" for shown in Shown)
    if not short:
        return "\n".join([*lines, "", sums])
    heading = _("Hva kilden kan vise av planens {n} rader (alle: doctor --rows)").format(n=len(listed))
    return "\n".join([heading, sums, *lines])


def rows_as_json(rows: Iterable[ShownRow]) -> str:
    """For a program."""
    return json.dumps({"schema_version": 1, "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=2)


def rows_counted(rows: Iterable[ShownRow]) -> dict[str, int]:
    """How many rows the source can show in each way."""
    counted = Counter(row.shown for row in rows)
    return {shown.value: counted[shown] for shown in Shown}
