"""Numbers for the municipality's monitoring, as Prometheus' text format: whether nights come, and whether all could be seen.

Of all the schools together, and of the machine room's concern alone: no case, no school and no duty can be read from them.
What was not counted is ``NaN``, never 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ..domain.moment import local_day
from ..domain.verdict import Verdict

if TYPE_CHECKING:
    from ..store import Store
    from ..store.rows import Run

FILE_MODE = 0o644
"""Another program, under another user, reads the file."""
_UNKNOWN = float("nan")


def metrics(store: Store, now: datetime) -> str:
    """The text, with a line for each number as the last night left it at ``now``. Times are seconds since 1970, in UTC."""
    lines = []
    for name, told, value in _numbers(store, now):
        lines += [f"# HELP skolemiljo_{name} {told}", f"# TYPE skolemiljo_{name} gauge", f"skolemiljo_{name} {value}"]
    return "\n".join(lines) + "\n"


def _numbers(store: Store, now: datetime) -> Iterator[tuple[str, str, float]]:
    runs = [run for run in store.runs() if run.ended_at is not None]
    last = runs[0] if runs else None
    whole = next((run for run in runs if run.state == "complete"), None)
    yield "last_night_timestamp_seconds", "When the last night ended.", _seconds(last)
    yield (
        "last_complete_night_timestamp_seconds",
        "When the last whole night ended.",
        _seconds(whole),
    )
    took = (last.ended_at - last.started_at).total_seconds() if last and last.ended_at else _UNKNOWN
    yield "last_night_duration_seconds", "How long the last night took.", took
    seen = last is not None and last.state != "failed"
    states = [state for state in store.cases() if state.gone_accepted_at is None]
    unread = sum(state.problem is not None or state.vanished_at is not None for state in states)
    yield "cases", "Cases known to the last night.", len(states) if last else _UNKNOWN
    yield (
        "cases_unreadable",
        "Cases that could not be read, may not be seen, or have vanished.",
        unread if seen else _UNKNOWN,
    )
    cases = findings = unknown = due = 0
    today = local_day(now)
    for assessment in store.assessments():
        cases += assessment.case is not None
        findings += len(assessment.findings)
        unknown += sum(finding.verdict is Verdict.UNKNOWN for finding in assessment.findings)
        due += any(f.verdict is Verdict.DUE and f.deadline == today for f in assessment.findings)
    # Of a case that could not be read, as many verdicts as the others have could not be checked; of all of them, all.
    not_seen = max(len(states) - cases, 0)
    of_them = not_seen * findings / cases if cases else 0
    ratio = (unknown + of_them) / (findings + of_them) if cases else 1.0 if not_seen else _UNKNOWN
    yield "unknown_ratio", "The part of all verdicts that could not be checked.", ratio if seen else _UNKNOWN
    due_today = due if seen and not unread else _UNKNOWN
    yield "due_today", "Cases and annual cycles with a deadline today.", due_today
    waits = sum(map(store.number_unwritten, store.schools())) if last else _UNKNOWN
    yield "writes_waiting", "Records that are to be written back and do not stand yet.", waits


def _seconds(run: Run | None) -> float:
    return run.ended_at.timestamp() if run is not None and run.ended_at is not None else _UNKNOWN
