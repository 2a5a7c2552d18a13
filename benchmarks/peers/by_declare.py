"""DECLARE by pm4py (AGPL: in an environment of its own, and nothing of this project depends on it).

DECLARE knows activities and their order, and no fields: what is filled is made an activity by whoever builds the event log. Each plan, each
measure and each case that is called serious is a trace; that a thing is there calls for the activity that says what it must have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas
import pm4py
from contract import AT_THE_SCHOOL, IN_ONE_PLACE, TODAY, Missing, documents, filled, serve

Case = dict[str, Any]
CALLED_FOR = {
    ("plan", "problem"): "AP-A",
    ("plan", "measures in words"): "AP-B",
    ("plan", "summary"): "TI-08",
    ("measure", "time"): "AP-C",
    ("measure", "responsible"): "AP-D",
    ("measure", "day of evaluation"): "AP-E",
    ("serious", "owner told"): "VA-09",
}
MODEL = {"responded_existence": {pair: {"support": 1.0, "confidence": 1.0} for pair in CALLED_FOR}}


def activities(case: Case) -> Iterator[list[str]]:
    """The traces of a case: what there is in each."""
    for plan in (plan for plan in case.get("activity_plans", ()) if plan["status"] == "current"):
        measures = plan.get("measures")
        yield list(_of_plan(plan, measures))
        for measure in measures or [{}]:
            yield list(_of_measure(measure, plan))
    if any(one["serious"] and one["at"][:10] < TODAY for one in case.get("severity", ())) and not any(
        one["suspected"] in AT_THE_SCHOOL for one in case.get("suspicions", ())
    ):
        roles = [notice.get("receiver", {}).get("role") for notice in case.get("notices", ())]
        told = "owner" in roles or any(entry["kind"] == "owner_notified" for entry in case.get("log", ()))
        yield ["serious", "owner told"] if told else ["serious"]


def _of_plan(plan: Case, measures: list[Case] | None) -> Iterator[str]:
    yield "plan"
    if filled(plan.get("problem")):
        yield "problem"
    if filled(plan.get("measures_text")) or (measures and all(filled(one.get("text")) for one in measures)):
        yield "measures in words"
    if filled(plan.get("summary_of_enquiry")):
        yield "summary"


def _of_measure(measure: Case, plan: Case) -> Iterator[str]:
    yield "measure"
    if measure.get("start") or measure.get("end") or filled(measure.get("when")) or filled(plan.get("when")):
        yield "time"
    if measure.get("responsible_role") or filled(measure.get("responsible")) or filled(plan.get("responsible")):
        yield "responsible"
    if measure.get("evaluate_on") or plan.get("evaluate_on"):
        yield "day of evaluation"


class Declare:
    """Which constraint each trace breaks."""

    questions = IN_ONE_PLACE

    def load(self, file: str) -> tuple[list[str], pandas.DataFrame]:
        """The case of each trace, and the event log."""
        whose: list[str] = []
        events: list[tuple[str, str]] = []
        for case in documents(file):
            for there in activities(case):
                events += [(f"{len(whose):08}", activity) for activity in there]
                whose.append(case["id"])
        log = pandas.DataFrame(events, columns=["case:concept:name", "concept:name"])
        log["time:timestamp"] = pandas.to_datetime(range(len(log)), unit="s", utc=True)
        return whose, log

    def missing(self, cases: tuple[list[str], pandas.DataFrame]) -> Missing:
        """One look at the whole log."""
        whose, log = cases
        found: dict[str, dict[str, None]] = {code: {} for code in self.questions}
        for case, trace in zip(whose, pm4py.conformance_declare(log, MODEL), strict=True):
            for _, pair in trace["deviations"]:
                found[CALLED_FOR[pair]][case] = None
        return {code: list(its) for code, its in found.items()}

    def rows(self, cases: object) -> None:
        """It tells which trace breaks which constraint, but no deadline and no entry."""


if __name__ == "__main__":
    serve(Declare())
