"""Where the annual cycle stands, for people."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..domain.annual_cycle import Audience, CycleState, CycleStatus
from ..judging.judged import Judged
from ..judging.now import judge_cycle
from ..plans.loader import law
from ..validators import RULES
from ..validators.verdict_words import ROLES
from .command_language import value_word, written

if TYPE_CHECKING:
    from .workplace import Workplace


def _states() -> dict[CycleState, str]:
    """The words that reports use too, and theirs in English."""
    return {
        CycleState.OPEN: _("gjenstår"),
        CycleState.DUE_SOON: _("frist nærmer seg"),
        CycleState.DONE: _("gjort og dokumentert"),
        CycleState.DONE_UNDOCUMENTED: _("gjort, ikke dokumentert"),
        CycleState.LATE: _("forsinket"),
        CycleState.NOT_APPLICABLE: _("ikke aktuelt"),
        CycleState.UNKNOWN: _("kunne ikke sjekkes"),
    }


def _groups() -> dict[Audience, str]:
    return {Audience.PUPILS: _("elever"), Audience.GUARDIANS: _("foreldre"), Audience.STAFF: _("ansatte")}


def status(work: Workplace, school: str | None, as_of: datetime, form: str) -> str:
    """The status of one school, or of every school and the municipality, in this school year and the last.

    What a duty and a paragraph are called is the plan's and the law's: Norwegian also where the rest is English.
    """
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
    return "\n\n".join(_text(s, names) for s in judged.statuses)


def _text(status: CycleStatus, names: dict[str, str]) -> str:
    owner = names.get(status.school, status.school) if status.school else _("Kommunen")
    lines = [f"{owner}, {status.school_year}"]
    several = Counter(item.item for item in status.items)
    states = _states()
    for item in status.items:
        if item.state is CycleState.NOT_APPLICABLE:
            continue
        title = RULES[item.item].page.title.in_language(written())
        due = f", {item.due:%d.%m.%Y}" if item.due is not None else ""
        role = value_word(item.role, ROLES)
        which = _which(item.scope) if several[item.item] > 1 else ""
        lines.append(f"  {states[item.state]:<24} {item.item}  {title}{which} ({role}{due})")
        shown = [law()[key][0] for key in item.law]
        shown += [_("vist av {ids}").format(ids=", ".join(item.evidence))] if item.evidence else []
        lines += [f"  {'':<24}         {words}" for words in shown]
    return "\n".join(lines)


def _which(scope: str) -> str:
    """Which of several items of one rule this is: the group, or the paragraph."""
    kind, _, name = scope.rpartition("/")[2].partition(":")
    if kind == "group":
        return f", {_groups()[Audience(name)]}"
    return f", {law()[name][0]}" if kind == "law" and name in law() else ""
