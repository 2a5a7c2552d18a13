"""Plain Python: loops over the documents, nothing installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract import AT_THE_SCHOOL, QUESTIONS, TODAY, Missing, Row, documents, filled, serve

Case = dict[str, Any]


class Plain:
    """The reference that all others are held to."""

    questions = tuple(QUESTIONS)

    def load(self, file: str) -> list[Case]:
        """The documents as they are."""
        return list(documents(file))

    def missing(self, cases: list[Case]) -> Missing:
        """Stops at the first thing that is missing."""
        found: Missing = {code: [] for code in QUESTIONS}
        for case in cases:
            for code, whole in _whole(case):
                if not whole:
                    found[code].append(case["id"])
        return found

    def rows(self, cases: list[Case]) -> list[Row]:
        """Every plan, measure, notice and pupil."""
        return [row for case in cases for row in _rows(case)]


def _current(case: Case) -> list[Case]:
    return [plan for plan in case.get("activity_plans", ()) if plan["status"] == "current"]


def _in_words(plan: Case) -> bool:
    measures = plan.get("measures")
    return filled(plan.get("measures_text")) or bool(measures and all(filled(one.get("text")) for one in measures))


def _when(one: Case) -> bool:
    return bool(one.get("start") or one.get("end") or filled(one.get("when")))


def _who(one: Case) -> bool:
    return bool(one.get("responsible_role") or filled(one.get("responsible")))


def _evaluated(one: Case) -> bool:
    return bool(one.get("evaluate_on"))


OF_PLANS = {
    "AP-A": lambda plan: filled(plan.get("problem")),
    "AP-B": _in_words,
    "TI-08": lambda plan: filled(plan.get("summary_of_enquiry")),
}
OF_MEASURES = {"AP-C": _when, "AP-D": _who, "AP-E": _evaluated}


def _whole(case: Case) -> Iterator[tuple[str, bool]]:
    plans = _current(case)
    for code, holds in OF_PLANS.items():
        yield code, all(holds(plan) for plan in plans)
    for code, holds in OF_MEASURES.items():
        yield code, all(holds(plan) or all(holds(one) for one in plan.get("measures") or [{}]) for plan in plans)
    yield "VA-09", not _owner_owed(case) or _owner_told(case)
    yield "VA-08", all(day >= TODAY or day in _told(case, notice, pupil) for notice, pupil, day in _to_be_told(case))


def _owner_owed(case: Case) -> bool:
    serious = any(one["serious"] and one["at"][:10] < TODAY for one in case.get("severity", ()))
    return serious and not any(one["suspected"] in AT_THE_SCHOOL for one in case.get("suspicions", ()))


def _owner_told(case: Case) -> bool:
    notices = (notice.get("receiver", {}).get("role") for notice in case.get("notices", ()))
    return any(entry["kind"] == "owner_notified" for entry in case.get("log", ())) or "owner" in notices


def _to_be_told(case: Case) -> Iterator[tuple[Case, str, str]]:
    """Notice, pupil and day."""
    affected = [pupil for pupil in case.get("pupils", ()) if pupil["part"] == "affected"]
    for notice in case.get("notices", ()):
        for pupil in affected:
            if not notice.get("pupils") or pupil["ref"] in notice["pupils"]:
                yield notice, pupil["ref"], max(notice["happened_at"][:10], pupil.get("identified_at", "")[:10])


def _told(case: Case, notice: Case, pupil: str) -> dict[str, str]:
    """By day: the first that tells it."""
    days: dict[str, str] = {}
    spoken = notice["source"] == "pupil" and notice["channel"] in ("oral", "phone")
    if spoken and notice.get("receiver", {}).get("role") == "rector":
        days[notice["happened_at"][:10]] = notice["id"]
    for entry in case.get("log", ()):
        if entry["kind"] == "pupil_told" and pupil in entry.get("pupils", ()) and "deleted_at" not in entry:
            days.setdefault(entry.get("happened_at", "")[:10], entry["id"])
    return days


def _rows(case: Case) -> Iterator[Row]:
    own = case["id"]
    for plan in _current(case):
        scope, evidence = f"plan:{plan['plan']}/version:{plan['version']}", (plan["id"],)
        for code, holds in OF_PLANS.items():
            yield Row(own, code, scope, "met" if holds(plan) else "deviation", None, evidence)
        for code, holds in OF_MEASURES.items():
            whole = holds(plan)
            for one in plan.get("measures") or [{}]:
                its = f"{scope}/measure:{one['id']}" if one else scope
                yield Row(own, code, its, "met" if whole or holds(one) else "deviation", None, evidence)
    for notice, pupil, day in _to_be_told(case):
        told = _told(case, notice, pupil)
        first = told.get(day) or next((told[other] for other in sorted(told) if other > day), None)
        verdict = "met" if day in told else "due" if day >= TODAY else "deviation"
        yield Row(own, "VA-08", f"notice:{notice['id']}/pupil:{pupil}", verdict, day, (first,) if first else ())


if __name__ == "__main__":
    serve(Plain())
