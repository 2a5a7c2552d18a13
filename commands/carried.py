"""What hangs on what a source has: the duties that can't be checked without a field or a kind of log entry, and the plan's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..domain.plan import MunicipalPlan
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
