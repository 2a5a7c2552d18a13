"""Cases in which all was done right and in time, one of each kind: no rule says «avvik», and what they ask is told here.

Each file in in_order/ is a whole case. ``like``: the case it is made from; an entry with an id that is there already changes that one.
``again_after_days``: all of it was done once more, so many days later. ``asks``: the questions that are right to ask.
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.domain.verdict import Verdict
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess

from .examples import as_of_in, case_of, plan_in, school_calendar

HERE = Path(__file__).parent / "in_order"
LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")


def _told(name: str) -> dict[str, Any]:
    raw = tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
    if "like" not in raw:
        return raw
    base = _told(raw.pop("like"))
    later = timedelta(days=raw.pop("again_after_days", 0))
    ids = {item["id"] for part in LISTS for item in base.get(part, ())} | {"p1", "t1"} if later else set()
    for part in LISTS:
        items = {item["id"]: item for item in base.get(part, ())}
        for changed in raw.pop(part, ()):
            items[changed["id"]] = items.get(changed["id"], {}) | changed
        base[part] = [*items.values(), *(_again(item, later, ids) for item in items.values() if later)]
    return base | raw


def _again(value: Any, later: timedelta, ids: set[str]) -> Any:
    """The same, ``later``: its own ids and those it points at are others."""
    if isinstance(value, dict):
        return {name: _again(inner, later, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [_again(inner, later, ids) for inner in value]
    if isinstance(value, date):  # a datetime is one too
        return value + later
    return f"{value}b" if isinstance(value, str) and value in ids else value


@pytest.mark.parametrize("name", sorted(file.stem for file in HERE.glob("*.toml")))
def test_where_all_was_done_there_is_no_deviation(name: str) -> None:
    told = _told(name)
    asks = told.pop("asks", {})
    plan = plan_in(told)
    case = case_of(told)
    judged = assess(case, as_of=as_of_in(told["as_of"]), plans=[plan], rules=RULES.values(), calendar=school_calendar())
    assert judged.crashed == ()
    blamed = {f"{f.rule} {f.scope}": f.reason for f in judged.findings if f.verdict is Verdict.DEVIATION}
    assert blamed == {}
    open_still = {f"{f.rule} {f.scope}" for f in judged.findings if f.verdict in (Verdict.UNKNOWN, Verdict.DUE)}
    assert open_still == set()
    asked = {f"{f.rule} {f.scope}": f.question for f in judged.findings if f.verdict is Verdict.REVIEW}
    assert asked == asks
    assert sum(f.verdict is Verdict.MET for f in judged.findings) > 30


def test_there_is_one_of_each_kind() -> None:
    kinds = {
        "ordinary",
        "serious",
        "staff_accused",
        "leader_accused",
        "intervention",
        "transferred",
        "reopened",
        "nynorsk",
    }
    assert {file.stem for file in HERE.glob("*.toml")} == kinds
