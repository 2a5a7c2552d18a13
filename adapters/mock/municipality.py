"""An invented municipality: schools, cases whose stories make sense, and an annual cycle, the same for the same seed.

Nothing here is about anyone. Cases come one at a time, as plain dicts in the domain's case format, and each is made from
its own number alone, so that any slice is the same as in the whole and memory does not grow with the number of cases.
"""

from __future__ import annotations

import copy
import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from ...domain.calendar import SchoolCalendar, school_year_bounds
from ...domain.moment import OSLO
from ...domain.school import is_organisation_number
from ...plans.calendars import load_calendar
from .course import Setting, tell
from .stories import JSON, Story, calm_schools, read_data
from .stories import stories as _all_stories

AS_OF = datetime(2026, 11, 20, 15, 0, tzinfo=OSLO)
"""A Friday afternoon in the second school year: what the municipality's cases look like by default."""

SCHOOL_YEARS = ("2025-2026", "2026-2027")
MUNICIPALITY_CODE = "municipality"
"""Stands in the place of the organisation number in the file names of the municipality's own annual cycle."""

STRESS_CASES = 190
"""So many cases tell every story, and most of them more than once."""

_WHOLE_COURSE = 50
"""School days that the longest ordinary course takes."""


@dataclass(frozen=True, slots=True)
class StoryInfo:
    """A story by name, and what it shows (bokmål)."""

    name: str
    shows: str


def stories() -> list[StoryInfo]:
    """Every kind of case the municipality has, where it is not calm. The first ``len(stories())`` cases tell one each, in this order."""
    return [StoryInfo(story.name, story.shows) for story in _all_stories()]


class Municipality:
    """«Fjellgløtt kommune», or a larger one of the same kind.

    ``calm``: most of the work is done as the plan wants (calm.toml), as where people really work; otherwise every story is
    told, and most of them lack something, so that a program is put to the test. ``seed`` decides everything that is left to
    chance. ``schools`` and ``cases`` are counts, without ``cases`` as many as the kind has. ``as_of`` (zone-aware): nothing
    later has happened. ``marker``: a word that is added to every free text of every case, for tests that nothing leaks.
    Raises ``ValueError`` for counts below one, a time without zone, and a time before the first school day.
    """

    def __init__(
        self,
        seed: int = 7,
        schools: int = 3,
        cases: int | None = None,
        as_of: datetime = AS_OF,
        marker: str | None = None,
        *,
        calm: bool = False,
    ) -> None:
        if cases is None:
            cases = schools * len(calm_schools()[0]) if calm else STRESS_CASES
        if schools < 1 or cases < 0:
            raise ValueError("en kommune har minst én skole, og ikke færre enn null saker")
        if as_of.tzinfo is None:
            raise ValueError("as_of must carry a zone")
        self.seed = seed
        self.school_count = schools
        self.case_count = cases
        self.as_of = as_of.astimezone(OSLO)
        self.marker = marker
        self.calm = calm
        self._names = read_data("names.toml")
        self._texts = read_data("texts.toml")
        self._stories = _all_stories()
        self._weights = list(accumulate(story.weight for story in self._stories))
        self.calendar = school_calendar()
        self._numbers = _organisation_numbers(schools + 2)
        self._places = {number: place for place, number in enumerate(self._numbers[:schools])}
        self._days = _school_days(self.calendar, self.as_of)
        if not self._days:
            raise ValueError("--as-of ligger før første skoledag i den oppdiktede kommunen")
        self._mid_week = [day for day in self._days if self.calendar.is_school_day(day + timedelta(days=1))]
        self._fridays = [day for day in self._days if _friday_before_a_school_week(day, self.calendar)]

    def at(self, as_of: datetime) -> Municipality:
        """The same municipality at ``as_of`` (zone-aware), later or earlier: the same cases, as far as they have come by then."""
        other = copy.copy(self)
        other.as_of = as_of.astimezone(OSLO)
        return other

    # --- schools

    @property
    def name(self) -> str:
        """The municipality's name."""
        return str(self._names["municipality"])

    @property
    def number(self) -> str:
        """The municipality's number, which no real one has."""
        return str(self._names["municipality_number"])

    @property
    def organisation_number(self) -> str:
        """The municipality's own organisation number."""
        return self._numbers[-1]

    def schools(self) -> list[JSON]:
        """All schools, in the form of ``domain.school.School``."""
        return [self._school(place) for place in range(self.school_count)]

    def schools_number(self, place: int) -> str:
        """The organisation number of the school in ``place`` (0 first)."""
        return self._numbers[place]

    def _school(self, place: int) -> JSON:
        fixed = self._names["school"]
        if place < len(fixed):
            name, language = fixed[place]["name"], fixed[place]["language"]
        else:
            more = self._names["more"]
            first, second = divmod(place, len(more["second"]))
            name = f"{more['first'][first % len(more['first'])]}{more['second'][second]} skole"
            language = "nn" if place % 3 == 1 else "nb"
        return {
            "organisation_number": self._numbers[place],
            "name": name,
            "municipality": self.number,
            "rector": {"role": "rector", "ref": f"s{place + 1}-rector-1"},
            "language": language,
        }

    # --- cases

    def cases(self, start: int = 0, stop: int | None = None) -> Iterator[JSON]:
        """The cases from number ``start`` up to ``stop`` (all by default), one at a time."""
        yield from self._begun(range(start, self.case_count if stop is None else min(stop, self.case_count)))

    def cases_of(self, place: int) -> Iterator[JSON]:
        """The cases of the school in ``place`` (0 first), without making the others."""
        yield from self._begun(range(place, self.case_count, self.school_count))

    def case(self, number: int) -> JSON:
        """The case with ``number`` (0 first), in the form of ``domain.case.Case``."""
        return self._tell(number, *self._beginning(number))

    def _begun(self, numbers: Iterable[int]) -> Iterator[JSON]:
        """The cases with these ``numbers`` that have begun; of a municipality that is looked back at, some have not."""
        for number in numbers:
            story, start, rng = self._beginning(number)
            if start <= self.as_of.date():
                yield self._tell(number, story, start, rng)

    def _beginning(self, number: int) -> tuple[Story, date, Random]:
        """What the case tells, from which day on, and where its chances come from."""
        rng = self._rng("case", number)
        story = self.story_of(number, rng)
        return story, self._start(story, rng, first_round=number < len(self._stories)), rng

    def _tell(self, number: int, story: Story, start: date, rng: Random) -> JSON:
        place = number % self.school_count
        setting = Setting(
            school=self._numbers[place],
            school_number=place,
            other_school=self._numbers[(place + 1) % self.school_count if self.school_count > 1 else 1],
            language=self._school_language(place),
            texts=self._texts,
            names=self._names,
            as_of=self.as_of,
            calendar=self.calendar,
            marker=self.marker,
        )
        return tell(story, setting, f"SM-{start.year}-{number + 1:04d}", start, rng)

    def case_of_story(self, name: str) -> JSON:
        """The first case that tells the story ``name``. Raises KeyError where there is no such story or case."""
        return self.case(self._told()[name])

    def told(self) -> list[JSON]:
        """Each story that is told from the beginning: its name, what it shows, and the first case that tells it."""
        return [
            {"story": name, "shows": self.story_of(number).shows, "case": self.case(number)["id"]}
            for name, number in self._told().items()
        ]

    def _told(self) -> dict[str, int]:
        """Story → number of the first case that tells it, of those that are told in turn."""
        turn = self.school_count * len(calm_schools()[0]) if self.calm else len(self._stories)
        found: dict[str, int] = {}
        for number in range(min(turn, self.case_count)):
            found.setdefault(self.story_of(number).name, number)
        return found

    def story_of(self, number: int, rng: Random | None = None) -> Story:
        """The story that the case with ``number`` tells: first each one in turn, then by weight; where it is calm, by its
        school and its place there."""
        if self.calm:
            place, own = number % self.school_count, number // self.school_count
            told = calm_schools()[place % len(calm_schools())]
            return told[(own - len(range(place, self.case_count, self.school_count))) % len(told)]
        if number < len(self._stories):
            return self._stories[number]
        rng = rng or self._rng("case", number)
        return self._stories[bisect_right(self._weights, rng.randrange(self._weights[-1]))]

    def _school_language(self, place: int) -> str:
        fixed = self._names["school"]
        if place < len(fixed):
            return str(fixed[place]["language"])
        return "nn" if place % 3 == 1 else "nb"

    def _start(self, story: Story, rng: Random, *, first_round: bool) -> date:
        """The day on which the case begins."""
        asked = story.start[0]
        if asked.startswith("recent:"):
            back = int(asked[7:])
            day = self._days[max(0, len(self._days) - 1 - back)]
            # Longer ago than this week: not on the eve of a weekend, which would be another story.
            return day if back < 4 else self._mid_week[max(0, bisect_right(self._mid_week, day) - 1)]
        if asked[:1].isdigit():
            given = [day for text in story.start if (day := date.fromisoformat(text)) <= self.as_of.date()]
            if given:
                return given[rng.randrange(len(given))]
        days = self._fridays if asked == "friday" else self._mid_week
        # In the first round every story is told to its end; later on some cases are still going on.
        old = bisect_right(days, self._days[max(0, len(self._days) - 1 - _WHOLE_COURSE)])
        whole = first_round or rng.random() < 0.8
        return days[rng.randrange(max(1, old if whole else len(days)))]

    def _rng(self, *parts: object) -> Random:
        """A source of chance that depends on the seed and ``parts`` alone."""
        digest = hashlib.blake2b(repr((self.seed, *parts)).encode(), digest_size=8).digest()
        return Random(int.from_bytes(digest, "big"))  # noqa: S311 - invented data, not secrets

    # --- the annual cycle

    def cycle_facts(self) -> Iterator[JSON]:
        """The annual cycle per school and school year, then the municipality's own, as ``domain.annual_cycle.CycleFacts``."""
        for place in range(self.school_count):
            for school_year in SCHOOL_YEARS:
                yield self._cycle(place, school_year)
        for school_year in SCHOOL_YEARS:
            yield self._cycle(None, school_year)

    def cycle_of(self, school: str | None, school_year: str) -> JSON | None:
        """The annual cycle of one school (``None`` = the municipality); ``None`` where there is none."""
        if school_year not in SCHOOL_YEARS or (school is not None and school not in self._places):
            return None
        return self._cycle(None if school is None else self._places[school], school_year)

    def _cycle(self, place: int | None, school_year: str) -> JSON:
        raw = _calm_cycle() if self.calm else _cycle_items()
        level = "municipality" if place is None else "school"
        school = None if place is None else self._numbers[place]
        entries = []
        for number, item in enumerate(raw["item"], 1):
            if item.get("level", "school") != level:
                continue
            entry = self._entry(number, item, self._departure(raw, place, school_year, item), school_year)
            if entry is not None:
                entries.append({"id": entry.pop("id"), "school": school, **entry})
        facts: JSON = {"school": school, "school_year": school_year, "found": True, "entries": entries}
        for hidden in raw["hidden"]:
            if (hidden["school"], hidden["school_year"]) == (place, school_year):
                facts = {name: value for name, value in facts.items() if name not in hidden["paths"]}
                facts["hidden"] = list(hidden["paths"])
        return facts

    def _departure(self, raw: JSON, place: int | None, school_year: str, item: JSON) -> JSON:
        named = {"school_year": school_year, "kind": item["kind"], "group": item.get("group")}
        for departure in raw["departure"]:
            if departure.get("school") == place and all(departure.get(k) == v for k, v in named.items()):
                return dict(departure)
        if place is None or place < 3:
            return {}
        chance = self._rng("cycle", place, *named.values()).random()
        return {"missing": True} if chance < 0.08 else {"undocumented": True} if chance < 0.13 else {}

    def _entry(self, number: int, item: JSON, departure: JSON, school_year: str) -> JSON | None:
        if departure.get("missing"):
            return None
        done = _in_year(item["day"], school_year)
        done += timedelta(days=departure.get("late_days", 0))
        documented = done + timedelta(days=(item | departure)["documented_after"])
        today = self.as_of.date()
        own = {"planned_on": _in_year(item["own_date"], school_year).isoformat()} if "own_date" in item else {}
        named: JSON = {"id": f"aar-{school_year[:4]}-{number}", "school_year": school_year, "kind": item["kind"], **own}
        if done > today:
            return named if own else None
        shown = documented <= today and not departure.get("undocumented")
        written = documented if shown else done
        entry: JSON = named | {
            "done_at": done.isoformat(),
            "by": item["by"],
            "registered_at": datetime(written.year, written.month, written.day, 7, 30, tzinfo=OSLO).isoformat(),
        }
        if shown:
            entry["documented_at"] = documented.isoformat()
        if "group" in item:
            entry["groups"] = [item["group"]]
        for key in ("plan_version", "number", "of", "note"):
            if key in item:
                entry[key] = departure.get(key, item[key])
        return entry

    # --- as files

    def write_folder(self, path: Path) -> None:
        """Writes the municipality in the layout of the folder exchange: schools.json, cases/, cycle/."""
        (path / "cases").mkdir(parents=True, exist_ok=True)
        (path / "cycle").mkdir(exist_ok=True)
        _write(path / "schools.json", self.schools())
        for case in self.cases():
            _write(path / "cases" / f"{case['id']}.json", case)
        for facts in self.cycle_facts():
            who = facts["school"] or MUNICIPALITY_CODE
            _write(path / "cycle" / f"{who}-{facts['school_year']}.json", facts)


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# --- the calendar and the numbers ----------------------------------------------------------------------------------------


@cache
def _cycle_items() -> JSON:
    """The annual cycle's items and departures (cycle.toml)."""
    return read_data("cycle.toml")


@cache
def _calm_cycle() -> JSON:
    """The annual cycle's items, with the departures of calm.toml and nothing hidden."""
    return _cycle_items() | {"departure": read_data("calm.toml")["departure"], "hidden": []}


def skolerute_path() -> Path:
    """The municipality's school calendar as a file, for settings."""
    return Path(str(files("skolemiljo.adapters.mock") / "skolerute.toml"))


@cache
def school_calendar() -> SchoolCalendar:
    """The municipality's school calendar for both school years."""
    return load_calendar(skolerute_path())


def _days_between(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _school_days(calendar: SchoolCalendar, as_of: datetime) -> list[date]:
    """The school days of the known school years up to ``as_of``."""
    first = school_year_bounds(SCHOOL_YEARS[0])[0]
    last = min(as_of.date(), school_year_bounds(SCHOOL_YEARS[-1])[1])
    return [day for day in _days_between(first, last) if calendar.is_school_day(day)]


def _friday_before_a_school_week(day: date, calendar: SchoolCalendar) -> bool:
    return day.isoweekday() == 5 and calendar.is_school_day(day + timedelta(days=3))


def _organisation_numbers(count: int) -> list[str]:
    """Organisation numbers with right control digits that start with 3, as no real one does."""
    found: list[str] = []
    base = 31000001
    while len(found) < count:
        found += [number for digit in range(10) if is_organisation_number(number := f"{base}{digit}")]
        base += 1
    return found[:count]


def _in_year(month_day: str, school_year: str) -> date:
    """The day «month-day» in the school year."""
    first, last = school_year_bounds(school_year)
    month, day = map(int, month_day.split("-"))
    return date(first.year if month >= 8 else last.year, month, day)
