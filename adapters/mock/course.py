"""One story told as one case: its steps become a plain dict in the domain's case format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from ...domain.calendar import SchoolCalendar
from ...domain.log import Consideration
from .identity_numbers import synthetic_identity_number
from .stories import JSON, Story
from .story_times import Clock, Point

FREE_TEXT = frozenset(
    (
        "text",
        "child_experience",
        "surroundings",
        "form_and_participants",
        "analysis_tool",
        "decision",
        "deviates_because",
        "methods",
        "problem",
        "measures_text",
        "when",
        "responsible",
        "evaluate_when",
        "summary_of_enquiry",
        "assessments",
        "further_plans",
        "pupil_contribution",
        "goal",
        "carried_out_by",
        "result",
        "description",
        "intervention_account",
        "pupil_view",
        "child_views",
        "age_and_maturity",
        "guardians_and_experts",
        "weighing",
        "best_for_involved",
        "harmonise",
        "conflict_weight",
        "how_examined",
        "weight_given",
        "weighing_explained",
    )
)
"""Names of the fields of the case format in which people write in their own words."""

_TIMES = frozenset(["learned_at", "read_at", "rector_told_at", "received_at", "leader_called_at", "deleted_at"])
_DATES = frozenset(["start", "end", "evaluate_on"])
_ACTORS = frozenset(
    ["author", "by", "notifier", "receiver", "actor", "to", "intervener", "follow_up_responsible", "responsible_role"]
)
_ACTOR_LISTS = frozenset(("participants", "via", "accused"))
_REFERENCES = frozenset(("notice", "analysis_ref", "best_interest_ref", "duplicate_of"))
_STEERING = frozenset(["what", "at", "registered", "omit", "draft", "each_measure"])
_LISTS = {
    "notice": ("notices", "v"),
    "incident": ("incidents", "h"),
    "plan": ("activity_plans", "a"),
    "evaluation": ("evaluations", "e"),
    "status": ("status_history", ""),
    "severity": ("severity", ""),
    "suspicion": ("suspicions", ""),
    "transfer": ("transfers", ""),
}

LABELS = {
    "notice_logged": "Logg: meldt fra",
    "rector_received": "Rektor: mottatt beskjed",
    "pupil_told": "Beskjed til elev",
    "owner_notified": "Varsel til skoleeier",
    "owner_acknowledged": "Skoleeier: mottatt varsel",
    "suspicion_enquiry": "Undersøkelse av mistanke",
    "enquiry_plan": "Plan for undersøkelse",
    "enquiry_step": "Undersøkelse",
    "observation": "Observasjon",
    "pupil_conversation": "Elevsamtale",
    "home_meeting": "Møte med hjemmet",
    "staff_conversation": "Samtale med ansatt",
    "analysis": "Analyse",
    "feedback_meeting": "Tilbakemeldingsmøte",
    "class_feedback": "Tilbakemelding til klassa",
    "best_interest": "Barnets beste",
    "follow_up": "Referat fra oppfølging",
    "measure_started": "Tiltak satt i gang",
    "guardians_informed": "Foresatte informert",
    "staff_finding": "Funn om ansatt",
    "care_of_parties": "Ivaretakelse",
    "reported_to_state": "Meldt til statsforvalteren",
    "rights_explained": "Informasjon om rettigheter",
    "email_filed": "E-post lagt inn",
    "note": "Notat",
}
"""The municipality's own words for its log types; a connector maps them to the domain's kinds in settings."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a case takes place: the school, its place in the municipality, and what all cases share."""

    school: str
    school_number: int
    other_school: str
    language: str
    texts: JSON
    names: JSON
    as_of: datetime
    calendar: SchoolCalendar
    marker: str | None = None


class _Telling:
    """The work on one case. Everything random comes from ``rng``, in a fixed order."""

    def __init__(self, story: Story, setting: Setting, start: date, rng: Random) -> None:
        self.story = story
        self.setting = setting
        self.rng = rng
        theme = story.themes[rng.randrange(len(story.themes))]
        texts = setting.texts[setting.language]
        self.theme: JSON = texts["theme"][theme]
        self.common: JSON = texts["common"]
        self.clock = Clock(setting.calendar, start, 0 if story.exact else rng.randrange(8))
        self.teachers = rng.randrange(1, 25)
        self.variant = rng.randrange(1 << 16)
        self.latest: Point | None = None
        self.ids: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.case: JSON = {name: [] for name in ("status_history", "severity", "suspicions")}
        self.case |= {
            name: [] for name in ("notices", "log", "activity_plans", "evaluations", "incidents", "transfers")
        }
        self.pupils = self._pupils()

    def _pupils(self) -> list[JSON]:
        told = self.story.pupils
        if told is None:
            told = ({"part": "affected"},)
            if self.theme.get("involved", True):
                told = (*told, {"part": "involved"})
        pupils = []
        for number, raw in enumerate(told, 1):
            pupil = {"ref": f"elev-{number}", "part": raw["part"]}
            for key in ("identified_at", "joined_at"):
                if key in raw:
                    pupil[key] = self._seen(self.clock.read(raw[key])).text
            pupils.append(pupil)
        return pupils

    # --- people, texts, references

    def actor(self, tag: str) -> JSON:
        """The person of a tag such as ``teacher``, ``teacher#2`` or ``leader@rector``; #0 is someone without pseudonym."""
        tag, _, acts_for = tag.partition("@")
        role, _, number = tag.partition("#")
        actor = {"role": role}
        ref = self._ref(role, int(number) if number else 1)
        if ref is not None:
            actor["ref"] = ref
        if acts_for:
            actor["acts_for"] = acts_for
        return actor

    def _ref(self, role: str, number: int) -> str | None:
        school = f"s{self.setting.school_number + 1}"
        if role == "anonymous" or number == 0:
            return None
        if role == "pupil":
            return f"elev-{number}"
        if role == "guardian":
            return f"foresatt-{number}"
        if role in ("owner", "adviser", "external"):
            return f"{role}-{number}"
        if role in ("rector", "leader"):
            return f"{school}-{role}-{number}"
        return f"{school}-{role}-{(self.teachers + number - 2) % 24 + 1}"

    def text(self, value: str) -> str:
        """The words behind ``@key``; other words as they are."""
        if not value.startswith("@"):
            return value
        key, _, index = value[1:].partition(".")
        if key == "person":
            return self._name()
        if key == "suspected":
            found: str = self.theme.get("suspected", "pupil")
            return found
        words = self.theme[key] if key in self.theme else self.common[key]
        if isinstance(words, list):
            words = words[int(index)] if index else words[self.variant % len(words)]
        if "{identity_number}" in words:
            words = words.replace("{identity_number}", synthetic_identity_number(self.rng))
        return str(words)

    def _name(self) -> str:
        people = self.setting.names["people"]
        return f"{self.rng.choice(people['given'])} {self.rng.choice(people['family'])}"

    def _seen(self, point: Point) -> Point:
        """``point``, remembered as a time at which the case was changed."""
        if self.latest is None or point.order > self.latest.order:
            self.latest = point
        return point

    def _pupil_refs(self, numbers: Iterable[int]) -> list[str]:
        return [f"elev-{n}" for n in numbers if n <= len(self.pupils)]

    # --- steps

    def take(self, name: str, step: JSON) -> None:
        """Adds one step to the case, unless it had not happened yet or is about a pupil that the case does not have."""
        what: str = step["what"]
        numbers = step.get("pupils")
        if numbers and not self._pupil_refs(numbers):
            return
        happened = self.clock.read(step["at"]) if step["at"] else None
        registered = self._registered(step, happened)
        as_of = self.setting.as_of
        if any(point is not None and point.later_than(as_of) for point in (happened, registered)):
            return
        record: JSON = {}
        into, prefix = _LISTS.get(what, ("log", "l"))
        if prefix:
            record["id"] = self._id(name, prefix)
        if what not in _LISTS:
            record["kind"] = what
            record["source_label"] = step.get("source_label", LABELS[what])
        if happened is not None:
            record["happened_at" if prefix else "at"] = happened.text
        if registered is not None:
            record["registered_at"] = self._seen(registered).text
        elif happened is not None:
            self._seen(happened)
        self._fill(record, step, happened)
        if what == "transfer":
            record |= {"from_school": self.setting.other_school, "to_school": self.setting.school}
            record.pop("registered_at", None)
        if what == "plan":
            self._number_version(record, draft=step.get("draft", False))
        self.case[into].append(record)

    def _registered(self, step: JSON, happened: Point | None) -> Point | None:
        spec = step.get("registered")
        if spec is None:
            if happened is None or happened.instant is None:
                return None
            spec = "20m"
        return self.clock.read(spec, happened)

    def _id(self, name: str, prefix: str) -> str:
        number = self.counts[prefix] = self.counts.get(prefix, 0) + 1
        identity = self.ids[name] = f"{prefix}{number}"
        return identity

    def _number_version(self, record: JSON, *, draft: bool) -> None:
        versions = [plan for plan in self.case["activity_plans"] if plan["plan"] == record["plan"]]
        record["version"] = len(versions) + 1
        record["status"] = "draft" if draft else "current"
        if not draft:
            for older in versions:
                older["status"] = "replaced"

    def _fill(self, record: JSON, step: JSON, happened: Point | None) -> None:
        for key, value in step.items():
            if key in _STEERING or key in record or value == "":
                continue
            record[key] = self._value(key, value, happened)
        for key in [key for key, value in record.items() if value is None]:
            del record[key]

    def _value(self, key: str, value: Any, happened: Point | None) -> Any:
        if key in _TIMES:
            return self._visible(value, happened)
        if key in _DATES:
            return self.clock.read(value).day.isoformat()
        if key in _ACTORS:
            return self.actor(value)
        if key in _ACTOR_LISTS:
            return [self.actor(tag) for tag in value]
        if key in _REFERENCES:
            return self.ids.get(value)
        if key == "rests_on":
            return [self.ids[name] for name in value if name in self.ids]
        if key == "pupils":
            return self._pupil_refs(value)
        if key in ("guardians_informed", "edits"):
            return [entry for raw in value if (entry := self._sub_entry(raw, happened)) is not None]
        if key == "moments":
            return self._moments(value)
        if isinstance(value, dict):
            return {inner: self._value(inner, content, happened) for inner, content in value.items()}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [{k: self._value(k, v, happened) for k, v in item.items()} for item in value]
        if key in FREE_TEXT:
            return [self._words(word) for word in value] if isinstance(value, list) else self._words(value)
        return self.text(value) if isinstance(value, str) else value

    def _words(self, value: str) -> str:
        words = self.text(value)
        return words if self.setting.marker is None else f"{words} {self.setting.marker}"

    def _visible(self, spec: str, of: Point | None) -> str | None:
        point = self.clock.read(spec, of)
        return None if point.later_than(self.setting.as_of) else point.text

    def _sub_entry(self, raw: JSON, happened: Point | None) -> JSON | None:
        """An edit, or guardians informed; None where it had not happened yet."""
        entry: JSON = {}
        for key, value in raw.items():
            if key in ("at", "registered_at", "previous"):
                point = self.clock.read(value, happened)
                if key != "previous" and self._seen_or_later(point):
                    return None
                entry[key] = point.text
            elif key == "by":
                entry[key] = self.actor(value)
            elif key == "pupil":
                entry[key] = f"elev-{value}"
            else:
                entry[key] = value
        return entry if entry.get("pupil", "elev-1") in {p["ref"] for p in self.pupils} else None

    def _seen_or_later(self, point: Point) -> bool:
        if point.later_than(self.setting.as_of):
            return True
        self._seen(point)
        return False

    def _moments(self, how: str) -> JSON:
        moments = list(Consideration)
        if how == "some":
            moments = moments[:3]
        return {moment.value: bool((self.variant >> place) & 1) or place == 0 for place, moment in enumerate(moments)}


def tell(story: Story, setting: Setting, case_id: str, start: date, rng: Random) -> JSON:
    """The case ``case_id`` that tells ``story`` from ``start`` on, as far as it had come at ``setting.as_of``."""
    telling = _Telling(story, setting, start, rng)
    for name, step in story.steps.items():
        telling.take(name, step)
    telling.case["status_history"].sort(key=lambda change: datetime.fromisoformat(change["at"]))
    if not telling.case["status_history"]:
        # No step opens it (or only later than as_of): the system itself opened it when the first thing was written.
        telling.case["status_history"].append({"status": "open", "at": telling.clock.read("0 08:00").text})
    case: JSON = {"id": case_id, "school": setting.school}
    case |= {key: value for key, value in telling.case.items() if value}
    if telling.pupils:
        case["pupils"] = telling.pupils
    if story.investigator is not None:
        case["investigator"] = telling.actor(story.investigator)
    if story.after_school_care:
        case["from_after_school_care"] = True
    case["language"] = setting.language
    if telling.latest is not None:
        case["modified_at"] = telling.latest.text
    for path in story.hidden:
        _hide(case, path.split("."))
    if story.hidden:
        case["hidden"] = list(story.hidden)
    return case


def _hide(value: JSON, path: list[str]) -> None:
    """Takes away what stands at ``path``, as a source does that does not let the reader see it."""
    name, *rest = path
    if not rest:
        value.pop(name, None)
        return
    inside = value.get(name)
    for item in inside if isinstance(inside, list) else [inside]:
        if isinstance(item, dict):
            _hide(item, rest)
