"""The acts that remedies name (acts.toml), and a case or an annual cycle with one of them entered: the one place where entries are invented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from ..domain.activity_plan import ActivityPlan, Evaluation, PlanStatus
from ..domain.annual_cycle import Audience, CycleEntry, CycleFacts
from ..domain.base import Frozen
from ..domain.case import Case, Suspicion
from ..domain.log import EXAMINES, LogEntry, LogKind, Recorded
from ..domain.moment import Moment, local_day
from ..domain.notice import Notice, NoticeSource
from ..domain.people import Actor, Role
from ..domain.toml import read_toml
from ..domain.verdict import Finding
from ..validators import RULES
from ..validators.known import KnownCase
from ..validators.rule import Rule

Act = Mapping[str, Any]
"""A row of ``acts`` or ``questions`` in acts.toml."""
F = TypeVar("F", bound=Frozen)
ID = "handling"
"""Names what is entered here; no source's own id."""
_WEEKS_TO_EVALUATION, _WEEKS_OF_MEASURE = timedelta(weeks=4), timedelta(weeks=8)
_ACTORS = frozenset(
    {"author", "actor", "to", "receiver", "intervener", "follow_up_responsible", "responsible_role", "notifier"}
)
_NOTIFIERS = {NoticeSource.GUARDIAN: Role.GUARDIAN, NoticeSource.PUPIL: Role.PUPIL, NoticeSource.STAFF: Role.TEACHER}
_LISTS = ("notices", "log", "activity_plans", "evaluations", "incidents")


@dataclass(frozen=True, slots=True)
class Done:
    """When it is entered (zone-aware), and, where it was done before that, when."""

    entered_at: datetime
    before: Moment | None = None

    @property
    def entered(self) -> Moment:
        return Moment.at(self.entered_at)

    @property
    def happened(self) -> Moment:
        """When it was done."""
        return self.before or self.entered


@cache
def _words() -> Mapping[str, Any]:
    return read_toml((files("skolemiljo.judging") / "acts.toml").read_text("utf-8"))


def is_only_decided(rule: str) -> bool:
    """Whether what the remedy of ``rule`` names is done where no case tells of it, so that only a person can say that it is."""
    return rule in _words()["only_decided"]["rules"]


def acts_of(finding: Finding) -> Iterator[Act]:
    """The acts that may settle ``finding``: its question's own, then those of its rule."""
    words = _words()
    asked = words["questions"].get(finding.question, ()) if finding.question is not None else ()
    for act in (*asked, *words["acts"].get(finding.rule, ())):
        if "for" not in act or finding.reason in act["for"] or finding.question in act["for"]:
            yield act


def entered(case: Case, finding: Finding, act: Act, done: Done) -> Case | None:
    """``case`` with ``act`` done and entered, about what ``finding`` is about; ``None`` where the act has no such time or place.

    Only what is dated by itself can have been done before: a plan holds from when it is decided.
    """
    if done.before is not None and not {"log", "evaluation"} & act.keys():
        return None
    place = _Place(KnownCase(case, done.entered_at), finding, done)
    changes: dict[str, Any] = {}
    if "log" in act:
        changes["log"] = (*case.log, place.log_entry(act["log"], act))
    if "entry" in act:
        changes["log"] = place.written_on(changes.get("log", case.log), act["entry"], LogEntry)
        changes["evaluations"] = place.written_on(case.evaluations, act["entry"], Evaluation)
    if "incident" in act:
        changes["incidents"] = place.written_on(case.incidents, act["incident"], type(case.incidents[0]))
    if "notice" in act:
        changes["notices"] = place.written_on(case.notices, act["notice"], Notice)
    if act.get("new_notice"):
        changes["notices"] = (*case.notices, place.notice())
    if "plan" in act or "measures" in act:
        plan = place.new_version(case, act, changes.get("log", case.log))
        if plan is None:
            return None
        changes["activity_plans"] = (*case.activity_plans, plan)
    if "evaluation" in act:
        changes["evaluations"] = (*case.evaluations, place.evaluation())
    if "status" in act:
        change = {"status": act["status"], "at": done.entered, "registered_at": done.entered, "by": {"role": "rector"}}
        reason = {"reason": "safe"} if act["status"] == "closed" else {}
        (made,) = Case.model_validate(_bare(case) | {"status_history": [change | reason]}).status_history
        changes["status_history"] = (*case.status_history, made)
    if "serious" in act:
        change = {
            "serious": act["serious"],
            "at": done.entered,
            "registered_at": done.entered,
            "by": {"role": "rector"},
        }
        changes["severity"] = (*case.severity, *Case.model_validate(_bare(case) | {"severity": [change]}).severity)
    return case.model_copy(update=changes)


def _bare(case: Case) -> dict[str, Any]:
    return {"id": case.id, "school": case.school, "status_history": [{"status": "open", "at": "2026-01-01"}]}


def entered_in_cycle(facts: CycleFacts, finding: Finding, act: Act, done: Done) -> CycleFacts | None:
    """The annual cycle ``facts`` with ``act`` done and entered; ``None`` where the act is none of the annual cycle."""
    if "cycle" not in act:
        return None
    group = _parts(finding.scope).get("group")
    entry = CycleEntry(
        id=ID,
        school=facts.school,
        school_year=facts.school_year,
        kind=act["cycle"],
        groups=tuple(Audience) if group is None else (Audience(group),),
        done_at=done.happened.day,
        documented_at=local_day(done.entered_at),
        registered_at=done.entered_at,
        by=_role(finding),
        plan_version=finding.plan,
        number=20,
        of=20,
    )
    return facts.model_copy(update={"entries": (*facts.entries, entry), "found": True})


def _parts(scope: str) -> dict[str, str]:
    """What a scope is about by kind: ``notice:v1/pupil:e1`` → ``{"notice": "v1", "pupil": "e1"}``."""
    return dict(part.split(":", 1) for part in scope.split("/") if ":" in part)


def _role(finding: Finding) -> Role:
    rule: Rule | None = RULES.get(finding.rule)
    return Role.RECTOR if rule is None else rule.role


class _Place:
    """Where in a case something is entered, and what the words of acts.toml stand for there."""

    def __init__(self, case: KnownCase, finding: Finding, done: Done) -> None:
        self._case, self._finding, self._done = case, finding, done
        self._about = _parts(finding.scope)
        self._evidence = {item.id: item for name in _LISTS for item in getattr(case.raw, name)}
        named = self._evidence.get(self._about.get("log", ""))
        self._entry: LogEntry | None = named if isinstance(named, LogEntry) else None

    # --- who -----------------------------------------------------------------------------------------------------------

    @property
    def _notice(self) -> Notice | None:
        wanted = self._about.get("notice") or (self._entry.notice if self._entry is not None else None)
        return next((n for n in self._case.notices if n.id == wanted), None)

    @property
    def _pupils(self) -> tuple[str, ...]:
        """Whom it is about: the pupil of the finding, else those of the notice, the incident or the case."""
        if "pupil" in self._about:
            return (self._about["pupil"],)
        if self._notice is not None:
            return tuple(pupil.ref for pupil in self._case.pupils_of(self._notice))
        if self._entry is not None and self._entry.pupils:
            return self._entry.pupils
        incident = self._evidence.get(self._about.get("incident", ""))
        return getattr(incident, "pupils", ()) or tuple(pupil.ref for pupil in self._case.affected)

    @property
    def _suspicions(self) -> tuple[Suspicion, ...]:
        """The suspicion that the finding is about (by number), else all of them."""
        known = tuple(dict.fromkeys(sorted(self._case.staff_suspicions, key=lambda suspicion: suspicion.at.sort_key)))
        number = self._about.get("suspicion", "")
        return known[int(number) - 1 : int(number)] if number.isdigit() else known

    def _actor(self, name: str) -> Actor:
        """One of the case's people by what they are in it, or somebody new in the role ``name``."""
        match name:
            case "pupil":
                return Actor(role=Role.PUPIL, ref=next(iter(self._pupils), None))
            case "notifier" if self._notice is not None:
                return self._notice.notifier or Actor(role=_NOTIFIERS.get(self._notice.source, Role.EXTERNAL))
            case "writer":
                known = [suspicion.by for suspicion in self._suspicions if suspicion.by is not None]
                return known[-1] if known else Actor(role=Role.TEACHER)
            case "accused":
                return self._accused()
            case "@intervener":
                incident = self._evidence.get(self._about.get("incident", ""))
                return getattr(incident, "intervener", None) or Actor(role=Role.TEACHER)
        role = _role(self._finding) if name in ("@role", "notifier") else Role(name)
        if any(accused.role is role for suspicion in self._case.suspicions for accused in suspicion.accused):
            role = Role.OWNER  # nobody examines herself: the owner sees to it
        return Actor(role=role, ref=f"{ID}-{role.value}")

    def _accused(self) -> Actor:
        """The one of the accused that the finding is about (by number), else the first."""
        accused = [actor for suspicion in self._suspicions for actor in suspicion.accused]
        place = int(self._about.get("accused", "1")) - 1
        return accused[place] if place < len(accused) else Actor(role=Role.TEACHER)

    # --- words -----------------------------------------------------------------------------------------------------------

    def _said(self, name: str, value: Any) -> Any:
        """``value`` of the field ``name`` with what it stands for in this case."""
        if name in _ACTORS and isinstance(value, str):
            return self._actor(value)
        if name == "participants":
            return tuple(self._actor(one) for one in value)
        if name == "guardians_informed":
            registered = self._done.entered
            return tuple({"at": registered, "registered_at": registered, "pupil": ref} for ref in self._pupils)
        today = local_day(self._done.entered_at)
        match value:
            case "@now":
                return self._done.happened
            case "@pupil":
                return self._pupils
            case "@notice":
                return self._notice.id if self._notice is not None else None
            case "@today":
                return today
            case "@later":
                return today + _WEEKS_TO_EVALUATION
            case "@end":
                return today + _WEEKS_OF_MEASURE
            case "@best_interest":
                return dict(_words()["best_interest"])
            case "@analysis":
                found = self._case.all(LogKind.ANALYSIS)
                return found[-1].id if found else None
            case "@methods":
                planned = self._case.all(LogKind.ENQUIRY_PLAN)
                return planned[-1].methods if planned else ()
            case "@incident":
                incident = self._evidence.get(self._about.get("incident", ""))
                return incident.at if incident is not None else None
            case "@enquiry":
                return tuple(entry.id for entry in self._case.all(*EXAMINES))
        return value

    def _fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._said(name, value) for name, value in values.items()}

    def _recorded(self, number: int = 1) -> dict[str, Any]:
        return {
            "id": f"{ID}-{number}",
            "happened_at": self._done.happened,
            "registered_at": self._done.entered,
        }

    # --- what is entered ---------------------------------------------------------------------------------------------------

    def log_entry(self, kind: str, act: Act) -> LogEntry:
        preset = dict(_words()["log"].get(kind, {}))
        by = act.get("by", preset.pop("by", "@role"))
        about = {name: self._about[name] for name in ("plan", "measure") if name in self._about}
        notice = self._notice
        fields = self._fields({**preset, **act.get("with", {}), "author": by})
        return LogEntry.model_validate(
            {
                **self._recorded(),
                "kind": kind,
                "pupils": self._pupils,
                "notice": notice.id if notice is not None else None,
                **about,
                **fields,
            }
        )

    def notice(self) -> Notice:
        fields = self._fields({"author": "rector", "receiver": "rector", "notifier": "teacher"})
        return Notice.model_validate(
            {**self._recorded(), "source": "staff", "channel": "oral", "pupils": self._pupils, **fields}
        )

    def written_on(self, items: tuple[Any, ...], values: Mapping[str, Any], kind: type[Recorded]) -> tuple[Any, ...]:
        """``items`` with ``values`` written on those that the finding is about, or rests on."""
        about = {self._about.get(name) for name in ("notice", "incident", "log")} | set(self._finding.evidence)

        def written(item: Recorded) -> Recorded:
            if item.id not in about:
                return item
            known = {name: value for name, value in values.items() if name in kind.model_fields}
            fields = {
                field: item.registered_at if value == "@registered" else item.at if value == "@item" else value
                for field, value in self._fields(known).items()
            }
            return kind.model_validate({**item.__dict__, **fields})

        return tuple(written(item) for item in items)

    def evaluation(self) -> Evaluation:
        measure = self._about.get("measure")
        return Evaluation.model_validate(
            {
                **self._recorded(),
                **self._fields({**_words()["evaluation"], "author": "rector"}),
                "plan": self._about.get("plan"),
                "measures": () if measure is None else (measure,),
            }
        )

    def new_version(self, case: Case, act: Act, log: tuple[LogEntry, ...]) -> ActivityPlan | None:
        """The plan that the finding is about in a new version that holds now, or a first one for the pupil."""
        self._case = KnownCase(case.model_copy(update={"log": log}), self._done.entered_at)
        before = max(
            (p for p in case.activity_plans if p.plan == self._about.get("plan")), key=lambda p: p.version, default=None
        )
        wanted = act.get("plan", ())
        if before is None and wanted != "whole":
            return None
        whole = _words()["plan"]
        names = tuple(whole) if wanted == "whole" else wanted
        fields = self._fields({name: whole[name] for name in names})
        if wanted == "whole" or "measures" in act:
            fields["measures"] = self._measures(before, act.get("measures", tuple(_words()["measure"])))
        made = {
            **(before.__dict__ if before is not None else {"plan": f"{ID}-plan", "version": 0}),
            **self._recorded(),
            **fields,
            "author": self._actor("rector"),
            "status": PlanStatus.CURRENT,
        }
        if before is None:
            made["pupils"] = self._pupils
        return ActivityPlan.model_validate({**made, "version": made["version"] + 1})

    def _measures(self, before: ActivityPlan | None, names: tuple[str, ...]) -> list[dict[str, Any]]:
        """The plan's measures with the fields ``names`` as they should be: of the one asked about, or of each."""
        wanted = self._fields({name: _words()["measure"][name] for name in names})
        asked = self._about.get("measure")
        if before is None or not before.measures:
            return [{"id": f"{ID}-measure", "pupils": self._pupils, **self._fields(_words()["measure"])}]
        return [
            {**measure.__dict__, **(wanted if asked in (None, measure.id) else {})}
            for measure in before.measures
            if measure.text or "text" not in names or asked is not None or len(before.measures) == 1
        ]
