"""What other programs may use of skolemiljo: read a case, judge it, and the types that come and go. All else is internal.

::

    from datetime import datetime, timezone
    from pathlib import Path
    from skolemiljo.api import assess, read_case

    assessment = assess(read_case(Path("sak.json")), as_of=datetime.now(timezone.utc))
    for finding in assessment.findings:
        print(finding.rule, finding.verdict, finding.deadline)

What stands in ``__all__`` changes by the rules in CHANGELOG.md. docs/api.md tells more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..domain.annual_cycle import CycleFacts
from ..domain.calendar import SchoolCalendar
from ..domain.case import Case
from ..domain.errors import SettingsError, SkolemiljoError, UnreadableCase
from ..domain.plan import MunicipalPlan
from ..domain.verdict import Assessment, Basis, Finding, Reason, Remark, RemarkCode, Severity, Verdict
from ..judging.policy import Judging
from ..plans.calendars import load_calendar
from ..plans.loader import load_plans
from ..validators import RULES

if TYPE_CHECKING:
    from ..validators.rule import Rule

__all__ = [
    "RULES",
    "Assessment",
    "Basis",
    "Case",
    "CycleFacts",
    "Finding",
    "MunicipalPlan",
    "Reason",
    "Remark",
    "RemarkCode",
    "SchoolCalendar",
    "SettingsError",
    "Severity",
    "SkolemiljoError",
    "UnreadableCase",
    "Verdict",
    "assess",
    "assess_cycle",
    "load_calendar",
    "load_plans",
    "read_case",
    "rule",
]


def read_case(source: Path | str | bytes, *, zone: ZoneInfo | None = None) -> Case:
    """The case in a file (``Path``) or in a JSON document (text or bytes), in the case format (docs/case-format.md).

    ``zone``: of times without offset, where the source declares it; without it such a time is an error. Raises
    UnreadableCase, which names the case, the fields and what to do, never the content.
    """
    from ..adapters import case_file

    if isinstance(source, Path):
        return case_file.read_case_file(source, zone)
    return case_file.read_case(source.encode() if isinstance(source, str) else source, zone, system="api")


def assess(
    case: Case,
    *,
    as_of: datetime,
    plans: Sequence[MunicipalPlan] | None = None,
    calendar: SchoolCalendar | None = None,
    read_text: bool = True,
) -> Assessment:
    """What every rule of the plan says about ``case`` as it was known at ``as_of`` (zone-aware; ValueError without a zone).

    ``plans``: the versions of one municipality's plan, oldest first, as :func:`load_plans` gives them; ``None`` = the plan that
    comes with the package, Øyer kommune's. ``calendar``: the school's; ``None`` = weekends and public holidays only, and what
    hangs on more says so. ``read_text=False``: texts are only seen to be there. Nothing is remembered, and nothing leaves the
    process; the same arguments give the same answer for ever.
    """
    return _judging(plans, calendar, read_text).case(case, _aware(as_of))


def assess_cycle(
    facts: CycleFacts,
    *,
    as_of: datetime,
    plans: Sequence[MunicipalPlan] | None = None,
    calendar: SchoolCalendar | None = None,
) -> Assessment:
    """The same of one school's annual cycle in one school year, or with ``facts.school`` None the municipality's own."""
    assessment, _status = _judging(plans, calendar, read_text=True).cycle(facts, _aware(as_of))
    return assessment


def rule(name: str) -> Rule:
    """The rule with this code or slug (``VA-08``, ``elev-far-beskjed-samme-dag``), with its page in both written languages.

    Raises KeyError.
    """
    return RULES[name] if name in RULES else {one.slug: one for one in RULES.values()}[name]


def _judging(plans: Sequence[MunicipalPlan] | None, calendar: SchoolCalendar | None, read_text: bool) -> Judging:
    found = calendar if calendar is not None else load_calendar(None)
    return Judging(tuple(plans) if plans is not None else _shipped(), lambda _school: found, read_text)


@cache
def _shipped() -> tuple[MunicipalPlan, ...]:
    return load_plans("oyer-2024")


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("as_of needs a time zone, for example datetime.now(timezone.utc)")
    return moment
