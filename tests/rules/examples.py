"""The examples in the Markdown files beside this one: their TOML blocks, as cases of the case format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from skolemiljo.domain.base import ReadingContext
from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.plan import MunicipalPlan
from skolemiljo.plans.calendars import load_calendar
from skolemiljo.plans.loader import load_plan

OSLO = ZoneInfo("Europe/Oslo")
HERE = Path(__file__).parent
SCHOOL = "310000019"
_HEADING = re.compile(r"^##\s+(.+)$")
_CODE = re.compile(r"\b[A-Z]{1,4}-[A-Z0-9]+[a-z]?\b")


@dataclass(frozen=True)
class Block:
    """One example: where it stands, the rules it is about, and its data."""

    place: str
    heading: str
    number: int
    """1 for the first one under its heading."""
    codes: tuple[str, ...]
    toml: str

    @property
    def chapter(self) -> str:
        """The name of the file."""
        return self.place.partition(":")[0]

    @property
    def key(self) -> str:
        """Names the example in its file, so that who reads a difference finds it."""
        return f"{self.heading} › {self.number}"


def _blocks() -> Iterator[Block]:
    for path in sorted(HERE.glob("*.md")):
        codes: tuple[str, ...] = ()
        under, count = "", 0
        lines: list[str] | None = None
        start = 0
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            heading = _HEADING.match(line)
            if lines is None and heading:
                codes, under, count = tuple(_CODE.findall(heading[1])), heading[1].strip(), 0
            elif lines is None and line.strip() == "```toml":
                lines, start, count = [], number, count + 1
            elif lines is not None and line.strip() == "```":
                yield Block(f"{path.stem}:{start}:{','.join(codes)}", under, count, codes, "\n".join(lines))
                lines = None
            elif lines is not None:
                lines.append(line)


BLOCKS = tuple(_blocks())


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _moment(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_moment(item) for item in value]
    return value


def _actor(value: Any) -> Any:
    return {"role": value} if isinstance(value, str) else value


_ACTORS = ("author", "receiver", "notifier", "actor", "to", "intervener", "investigator", "follow_up_responsible")


def _recorded(raw: dict[str, Any], number: int, prefix: str) -> dict[str, Any]:
    item = dict(raw)
    item.setdefault("id", f"{prefix}{number}")
    if "at" in item:
        item["happened_at"] = item.pop("at")
        item.setdefault("registered_at", item["happened_at"])
    if "by" in item:
        item["author"] = item.pop("by")
    for name in _ACTORS:
        if name in item:
            item[name] = _actor(item[name])
    for name in ("participants", "via"):
        if name in item:
            item[name] = [_actor(actor) for actor in item[name]]
    return item


def case_of(block: dict[str, Any]) -> Case:
    """A case from the short form of the Markdown files."""
    raw: dict[str, Any] = {"id": block.get("id", "S-1"), "school": block.get("school", SCHOOL)}
    lists = (("notices", "v"), ("log", "l"), ("activity_plans", "p"), ("evaluations", "ev"), ("incidents", "h"))
    for entry in block.get("log", []):
        if entry.get("kind") == "analysis" and not {"text", "child_experience", "surroundings"} & entry.keys():
            entry["text"] = "Vi har sett på friminuttene."  # what the example says nothing of is as it should be
    for evaluation in block.get("evaluations", []):
        evaluation.setdefault("documented_in", "minutes")
    for name, prefix in lists:
        raw[name] = [_recorded(item, n, prefix) for n, item in enumerate(block.get(name, []), 1)]
    raw["pupils"] = [{"ref": p} if isinstance(p, str) else p for p in block.get("pupils", ["e1"])]
    times = [str(i["happened_at"]) for n, _ in lists for i in raw[n] if i.get("happened_at") is not None]
    opened = block.get("opened") or min((t for t in map(_moment, times)), default=_moment(block["as_of"]))
    raw["status_history"] = block.get("status_history") or [
        {"status": "open", "at": str(_moment(opened)).replace(" ", "T")}
    ]
    if "closed" in block:
        raw["status_history"] = [*raw["status_history"], {"status": "closed", **block["closed"]}]
    for change in raw["status_history"]:
        if "by" in change:
            change["by"] = _actor(change["by"])
    if "serious" in block:
        raw["severity"] = [{"serious": True, "at": block["serious"], "by": {"role": "rector"}}]
    if "suspected" in block:
        suspected = dict(block["suspected"])
        suspected["accused"] = [_actor(actor) for actor in suspected.get("accused", [])]
        suspected["suspected"] = suspected.pop("who")
        if "by" in suspected:
            suspected["by"] = _actor(suspected["by"])
        raw["suspicions"] = [suspected]
    if "investigator" in block:
        raw["investigator"] = _actor(block["investigator"])
    known = Case.model_fields.keys()
    for name, value in block.items():
        if name in known and name not in raw:
            raw[name] = value
    return Case.model_validate(_moment(raw), context=ReadingContext(zone=OSLO), extra="forbid")


def as_of_in(value: datetime) -> datetime:
    """The moment of an example, as UTC."""
    return (value if value.tzinfo else value.replace(tzinfo=OSLO)).astimezone(UTC)


PLAN = load_plan("oyer-2024")


def plan_in(block: dict[str, Any]) -> MunicipalPlan:
    """The plan, with the readings that the example asks for."""
    plan = PLAN
    if "readings" not in block:
        return plan
    readings = plan.readings.model_validate({**plan.readings.model_dump(), **block.get("readings", {})})
    return plan.model_copy(update={"readings": readings})


@cache
def school_calendar() -> SchoolCalendar:
    """The calendar that the examples are judged by."""
    return load_calendar(HERE / "skolerute.toml", school=None)
