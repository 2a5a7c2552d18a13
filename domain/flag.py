"""What is written back to a case: flags without a word of content, one whole record per case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from operator import attrgetter
from typing import Any

from pydantic import AwareDatetime

from .base import Frozen
from .people import Role
from .verdict import Assessment, Basis, Finding, Reading, Reason, Severity, Verdict


class Flag(Frozen):
    """One finding as the case system gets it: ids, codes, dates and roles; never names, texts or remarks in words."""

    rule: str
    scope: str
    verdict: Verdict
    reason: Reason | None = None
    question: str | None = None
    deadline: date | None = None
    asks_after: date | None = None
    """Where the plan and the law set no deadline: the last day before the tool asks."""
    reading: Reading | None = None
    severity: Severity
    basis: Basis
    role: Role
    plan: str
    changes_at: AwareDatetime | None = None

    @classmethod
    def of(cls, finding: Finding) -> Flag:
        """The flag of ``finding``."""
        return cls(**{name: getattr(finding, name) for name in cls.__pydantic_fields__})


class ComplianceRecord(Frozen):
    """All that stands on one case: written whole, read back whole, compared by :attr:`fingerprint`."""

    case: str
    school: str
    plan: str
    judged_at: AwareDatetime
    """The ``as_of`` of the judgement. Not part of the fingerprint: judging again changes nothing by itself."""
    complete: bool
    """False: something could not be checked."""
    flags: tuple[Flag, ...]

    @classmethod
    def of(cls, assessment: Assessment, *, school: str | None = None) -> ComplianceRecord:
        """The record of a case's assessment; «ikke aktuelt» is left out."""
        if assessment.case is None:
            raise ValueError("only the assessment of a case can be written to a case")
        return cls(
            case=assessment.case,
            school=school or assessment.school or "",
            plan=assessment.plan,
            judged_at=assessment.as_of,
            complete=assessment.complete,
            flags=_sorted(Flag.of(f) for f in assessment.findings if f.verdict is not Verdict.NOT_APPLICABLE),
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything but when it was judged: equal fingerprints say the same of the case."""
        return fingerprint_told(self.model_dump(mode="json"))


def fingerprint_told(record: Mapping[str, Any]) -> str:
    """The fingerprint of a record that is JSON already, whatever the order in which a system gives its flags back."""
    flags = sorted(record["flags"], key=lambda flag: (flag["rule"], flag["scope"]))
    return _fingerprint({**{name: value for name, value in record.items() if name != "judged_at"}, "flags": flags})


def fingerprint_of(assessment: Assessment, school: str, withheld: Withheld) -> str:
    """The fingerprint of the record that ``withheld`` leaves of ``assessment``, without making the record: a night needs it of
    each case, and the record of those alone that differ."""
    whole = withheld.whole(str(assessment.case))
    findings = [f for f in assessment.findings if f.verdict is not Verdict.NOT_APPLICABLE]
    left = [] if whole else [f for f in findings if f.rule not in withheld.rules]
    flags = [dict(zip(_FLAG, _flag(f), strict=True)) for f in sorted(left, key=lambda f: (f.rule, f.scope))]
    content = {"case": assessment.case, "school": school, "plan": assessment.plan, "flags": flags}
    return _fingerprint({**content, "complete": assessment.complete and not whole and len(left) == len(findings)})


_FLAG = tuple(Flag.__pydantic_fields__)
_flag = attrgetter(*_FLAG)


def _as_json(value: date) -> str:
    """A day or a moment as pydantic writes it."""
    return value.isoformat().replace("+00:00", "Z")


def _fingerprint(content: dict[str, Any]) -> str:
    told = json.dumps(content, sort_keys=True, ensure_ascii=False, default=_as_json)
    return hashlib.sha256(told.encode()).hexdigest()


class Withheld(Frozen):
    """Flags that people have taken back: they are written no more until somebody lets them."""

    rules: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()
    everything: bool = False

    def whole(self, case: str) -> bool:
        """Whether nothing at all is to stand on ``case``."""
        return self.everything or case in self.cases

    def left_of(self, record: ComplianceRecord) -> ComplianceRecord:
        """What is left of ``record``. Where something is taken away it is not complete: an empty one is not «in order»."""
        left = () if self.whole(record.case) else tuple(flag for flag in record.flags if flag.rule not in self.rules)
        if len(left) == len(record.flags) and not self.whole(record.case):
            return record
        return record.model_copy(update={"flags": left, "complete": False})


def _sorted(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    return tuple(sorted(flags, key=lambda flag: (flag.rule, flag.scope)))
