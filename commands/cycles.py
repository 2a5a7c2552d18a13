"""Where the annual cycle stands, for people."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..domain.annual_cycle import CycleState, CycleStatus, Group
from ..plans.loader import law
from ..sync.live import Judged, judge_cycle
from ..validators import RULES
from ..validators.rule import Text
from ..validators.wording import ROLES

if TYPE_CHECKING:
    from .workplace import Workplace

STATES = {
    CycleState.OPEN: Text("åpen", "open"),
    CycleState.DUE_SOON: Text("frist snart", "frist snart"),
    CycleState.DONE: Text("gjort", "gjort"),
    CycleState.DONE_UNDOCUMENTED: Text("gjort, ikke dokumentert", "gjort, ikkje dokumentert"),
    CycleState.LATE: Text("for sent", "for seint"),
    CycleState.NOT_APPLICABLE: Text("ikke aktuelt", "ikkje aktuelt"),
    CycleState.UNKNOWN: Text("kunne ikke sjekkes", "kunne ikkje sjekkast"),
}

EVIDENCE = Text("vist av", "vist av")

GROUPS = {
    Group.PUPILS: Text("elever", "elevar"),
    Group.GUARDIANS: Text("foreldre", "foreldre"),
    Group.STAFF: Text("ansatte", "tilsette"),
}


def status(work: Workplace, school: str | None, as_of: datetime, form: str, language: str) -> str:
    """The status of one school, or of every school and the municipality, in this school year and the last."""
    owners: list[str | None] = (
        [work.school(school).organisation_number]
        if school
        else [
            None,
            *(s.organisation_number for s in work.schools),
        ]
    )
    judged = Judged()
    for owner in owners:
        judge_cycle(work.cycle, work.judging, judged, school=owner, as_of=as_of)
    if form == "json":
        data = {
            "as_of": as_of.isoformat(),
            "complete": judged.complete,
            "cycles": [s.model_dump(mode="json") for s in judged.statuses],
        }
        return json.dumps(data, ensure_ascii=False, indent=2)
    names = {s.organisation_number: s.name for s in work.schools}
    return "\n\n".join(_text(s, names, language) for s in judged.statuses)


def _text(status: CycleStatus, names: dict[str, str], language: str) -> str:
    owner = names.get(status.school, status.school) if status.school else _("Kommunen")
    lines = [f"{owner}, {status.school_year}"]
    several = Counter(item.item for item in status.items)
    for item in status.items:
        if item.state is CycleState.NOT_APPLICABLE:
            continue
        rule = RULES[item.item]
        due = f", {item.due:%d.%m.%Y}" if item.due is not None else ""
        role = ROLES[item.role].in_language(language)
        which = _which(item.scope, language) if several[item.item] > 1 else ""
        lines.append(
            f"  {STATES[item.state].in_language(language):<24} {item.item}  {rule.title.in_language(language)}{which} ({role}{due})"
        )
        shown = [law()[key][0] for key in item.law]
        shown += [f"{EVIDENCE.in_language(language)} {', '.join(item.evidence)}"] if item.evidence else []
        lines += [f"  {'':<24}         {words}" for words in shown]
    return "\n".join(lines)


def _which(scope: str, language: str) -> str:
    """Which of several items of one rule this is: the group, or the paragraph."""
    kind, _, name = scope.rpartition("/")[2].partition(":")
    if kind == "group":
        return f", {GROUPS[Group(name)].in_language(language)}"
    return f", {law()[name][0]}" if kind == "law" and name in law() else ""
