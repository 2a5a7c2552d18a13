"""business-rules: conditions as data over variables, which are Python. Here the variables count, and the conditions compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from business_rules import run_all
from business_rules.actions import BaseActions, rule_action
from business_rules.fields import FIELD_TEXT
from business_rules.variables import BaseVariables, boolean_rule_variable, numeric_rule_variable
from contract import AT_THE_SCHOOL, QUESTIONS, TODAY, Missing, documents, filled, serve

Case = dict[str, Any]


class Variables(BaseVariables):
    """What is counted in one case."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._plans = [plan for plan in case.get("activity_plans", ()) if plan["status"] == "current"]

    def _plans_without(self, holds: Callable[[Case], bool]) -> int:
        return sum(not holds(plan) for plan in self._plans)

    def _measures_without(self, holds: Callable[[Case], bool]) -> int:
        return sum(not holds(plan) and not holds(one) for plan in self._plans for one in plan.get("measures") or [{}])

    @numeric_rule_variable
    def plans_without_problem(self) -> int:
        return self._plans_without(lambda plan: filled(plan.get("problem")))

    @numeric_rule_variable
    def plans_without_summary(self) -> int:
        return self._plans_without(lambda plan: filled(plan.get("summary_of_enquiry")))

    @numeric_rule_variable
    def plans_without_measures(self) -> int:
        return self._plans_without(
            lambda plan: (
                filled(plan.get("measures_text"))
                or bool(plan.get("measures") and all(filled(one.get("text")) for one in plan["measures"]))
            )
        )

    @numeric_rule_variable
    def measures_without_time(self) -> int:
        return self._measures_without(lambda one: bool(one.get("start") or one.get("end") or filled(one.get("when"))))

    @numeric_rule_variable
    def measures_without_responsible(self) -> int:
        return self._measures_without(lambda one: bool(one.get("responsible_role") or filled(one.get("responsible"))))

    @numeric_rule_variable
    def measures_without_evaluation(self) -> int:
        return self._measures_without(lambda one: bool(one.get("evaluate_on")))

    @boolean_rule_variable
    def serious(self) -> bool:
        return any(one["serious"] and one["at"][:10] < TODAY for one in self._case.get("severity", ()))

    @boolean_rule_variable
    def staff_suspected(self) -> bool:
        return any(one["suspected"] in AT_THE_SCHOOL for one in self._case.get("suspicions", ()))

    @boolean_rule_variable
    def owner_told(self) -> bool:
        roles = (notice.get("receiver", {}).get("role") for notice in self._case.get("notices", ()))
        return any(entry["kind"] == "owner_notified" for entry in self._case.get("log", ())) or "owner" in roles

    @numeric_rule_variable
    def pupils_not_told_that_day(self) -> int:
        told = [
            entry for entry in self._case.get("log", ()) if entry["kind"] == "pupil_told" and "deleted_at" not in entry
        ]
        affected = [pupil for pupil in self._case.get("pupils", ()) if pupil["part"] == "affected"]
        count = 0
        for notice in self._case.get("notices", ()):
            came = notice["happened_at"][:10]
            by_mouth = notice["source"] == "pupil" and notice["channel"] in ("oral", "phone")
            herself = by_mouth and notice.get("receiver", {}).get("role") == "rector"
            for pupil in affected:
                if notice.get("pupils") and pupil["ref"] not in notice["pupils"]:
                    continue
                day = max(came, pupil.get("identified_at", "")[:10])
                days = {entry.get("happened_at", "")[:10] for entry in told if pupil["ref"] in entry.get("pupils", ())}
                count += day < TODAY and day not in days and not (herself and day == came)
        return count


class Actions(BaseActions):
    """What a condition that holds does."""

    def __init__(self, found: Missing, case: str) -> None:
        self._found, self._case = found, case

    @rule_action(params={"code": FIELD_TEXT})
    def tell(self, code: str) -> None:
        self._found[code].append(self._case)


def some(variable: str) -> Case:
    """There are any."""
    return {"name": variable, "operator": "greater_than", "value": 0}


def holds(variable: str, *, wanted: bool = True) -> Case:
    """It is so, or it is not."""
    return {"name": variable, "operator": "is_true" if wanted else "is_false", "value": ""}


CONDITIONS: dict[str, Case] = {
    "AP-A": some("plans_without_problem"),
    "AP-B": some("plans_without_measures"),
    "AP-C": some("measures_without_time"),
    "AP-D": some("measures_without_responsible"),
    "AP-E": some("measures_without_evaluation"),
    "TI-08": some("plans_without_summary"),
    "VA-09": {"all": [holds("serious"), holds("staff_suspected", wanted=False), holds("owner_told", wanted=False)]},
    "VA-08": some("pupils_not_told_that_day"),
}
RULES = [
    {"conditions": condition, "actions": [{"name": "tell", "params": {"code": code}}]}
    for code, condition in CONDITIONS.items()
]


class BusinessRules:
    """A rule holds or does not."""

    questions = tuple(QUESTIONS)

    def load(self, file: str) -> list[Case]:
        """The documents as they are."""
        return list(documents(file))

    def missing(self, cases: list[Case]) -> Missing:
        """What the actions were called for."""
        found: Missing = {code: [] for code in QUESTIONS}
        for case in cases:
            run_all(RULES, Variables(case), Actions(found, case["id"]))
        return found

    def rows(self, cases: list[Case]) -> None:
        """An action is told that a rule holds, and of what it does not say."""


if __name__ == "__main__":
    serve(BusinessRules())
