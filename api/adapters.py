"""What an adapter that others write may use: the ports it keeps, what goes over them, and the errors it raises.

docs/writing-an-adapter.md tells how one is made. What stands in ``__all__`` changes by the rules in CHANGELOG.md; all else is internal.
"""

from __future__ import annotations

from ..adapters.case_file import case_from
from ..adapters.connect import http_client, open_client
from ..adapters.names import without_names
from ..adapters.ports import AnnualCycle, CaseProblem, CaseSource, FlagSink, Receipt, Roster
from ..domain.annual_cycle import CycleFacts, CycleStatus
from ..domain.case import Case
from ..domain.errors import (
    CaseForbidden,
    CaseNotFound,
    Conflict,
    Fatal,
    FlagRejected,
    IncompleteAnswer,
    Retryable,
    SettingsError,
    SourceError,
    UnreadableCase,
)
from ..domain.files import put_in_place
from ..domain.flag import ComplianceRecord
from ..domain.problem import ProblemKind
from ..domain.school import School, is_organisation_number
from ..settings import HttpSection, OpenSection, Section, Settings

__all__ = [
    "AnnualCycle",
    "Case",
    "CaseForbidden",
    "CaseNotFound",
    "CaseProblem",
    "CaseSource",
    "ComplianceRecord",
    "Conflict",
    "CycleFacts",
    "CycleStatus",
    "Fatal",
    "FlagRejected",
    "FlagSink",
    "HttpSection",
    "IncompleteAnswer",
    "OpenSection",
    "ProblemKind",
    "Receipt",
    "Retryable",
    "Roster",
    "School",
    "Section",
    "Settings",
    "SettingsError",
    "SourceError",
    "UnreadableCase",
    "case_from",
    "http_client",
    "is_organisation_number",
    "open_client",
    "put_in_place",
    "without_names",
]
