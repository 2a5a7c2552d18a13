"""The judgement as a whole: the plan's versions, the rules, the calendars and the reading of texts, put together once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

from ..domain.annual_cycle import CycleFacts, CycleStatus
from ..domain.calendar import SchoolCalendar
from ..domain.case import Case
from ..domain.plan import MunicipalPlan
from ..domain.verdict import Assessment
from ..validators import RULES
from ..validators.engine import assess, assess_cycle, cycle_status
from ..validators.reading.bare_words import letting_go_of_texts
from ..validators.rule import Rule
from .copies import fingerprints


@cache
def rules_content() -> str:
    """SHA-256 over the files that judge: a rule that was mended judges anew, also where no number of a version changed."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for folder in ("domain", "judging", "plans", "validators", "adapters"):
        for file in sorted(path for path in (root / folder).rglob("*") if path.suffix in (".py", ".toml")):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Judging:
    """Everything a judgement needs but the case and the moment.

    ``plans``: versions of one municipality's plan, oldest first. ``calendar_of``: the calendar of a school by its
    organisation number, or with ``None`` the municipality's own.
    """

    plans: tuple[MunicipalPlan, ...]
    calendar_of: Callable[[str | None], SchoolCalendar]
    read_text: bool = True
    rules: tuple[Rule, ...] = field(default_factory=lambda: tuple(RULES.values()))
    settles: bool = False
    """Whether what would settle what is open goes with it (settle.py): whoever shows a next step, or remembers it, asks that."""
    copies_key: bytes = field(default=b"", repr=False)
    """What the texts of plans are compared with (copies.py); empty = they are not."""

    @property
    def plan(self) -> MunicipalPlan:
        """The newest version."""
        return self.plans[-1]

    @cached_property
    def plans_content(self) -> str:
        """SHA-256 over everything that the plans say."""
        digest = hashlib.sha256()
        for plan in self.plans:
            digest.update(plan.model_dump_json().encode())
        return digest.hexdigest()

    def by_one(self, rule: Rule) -> Judging:
        """The same by ``rule`` alone, which asks nothing of what would settle it."""
        return replace(self, rules=(rule,), settles=False)

    @letting_go_of_texts()
    def case(self, case: Case, as_of: datetime) -> Assessment:
        """The assessment of ``case`` as known at ``as_of`` (zone-aware)."""
        assessment = assess(
            case,
            as_of=as_of,
            plans=self.plans,
            rules=self.rules,
            calendar=self.calendar_of(case.school),
            read_text=self.read_text,
        )
        return assessment if assessment.over else self._settled(assessment, case, as_of)

    def _settled(self, assessment: Assessment, subject: Case | CycleFacts, as_of: datetime) -> Assessment:
        from .settle import with_settled  # only whoever asks needs what it is made of

        return with_settled(assessment, subject, self, as_of) if self.settles else assessment

    def fingerprints(self, case: Case, as_of: datetime) -> dict[str, str]:
        """What tells whether a text of the case's plans stands in another case too; nothing where texts are not to be read."""
        return fingerprints(case, as_of, self.copies_key if self.read_text else b"", self.plan.readings)

    @letting_go_of_texts()
    def cycle(self, facts: CycleFacts, as_of: datetime) -> tuple[Assessment, CycleStatus]:
        """The assessment of one school year's annual cycle, and the status to write back."""
        assessment = assess_cycle(
            facts,
            as_of=as_of,
            plans=self.plans,
            rules=self.rules,
            calendar=self.calendar_of(facts.school),
            read_text=self.read_text,
        )
        return self._settled(assessment, facts, as_of), cycle_status(facts, assessment, self.rules)
