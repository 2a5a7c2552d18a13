"""The connector for the annual cycle (1310.no) over HTTP (contract assumed): entries in, status out and back."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

from pydantic import ValidationError

from ...domain.annual_cycle import CycleFacts, CycleStatus
from ...domain.errors import CaseNotFound, SourceError
from ..habits import read_model
from ..http import Heard, HttpClient
from ..wire_names import camelled, snaked

SYSTEM = "annual_cycle"


class AnnualCycleOverHttp:
    """AnnualCycle over HTTP."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    @property
    def heard(self) -> Heard | None:
        """What the last answer told of the system itself."""
        return self._http.heard

    def facts(self, school: str | None, school_year: str) -> CycleFacts:
        """What is recorded for a school (``None`` = the municipality) in a school year."""
        owner = school or "municipality"
        try:
            answer = self._http.get(f"v1/cycles/{owner}/{school_year}/entries", case=f"{owner}/{school_year}")
        except CaseNotFound:
            return CycleFacts(school=school, school_year=school_year, found=False)
        try:
            return _facts(snaked(answer.body), school, school_year)
        except (ValidationError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._unreadable(owner, school_year, answer.request_id) from None

    def write_status(self, status: CycleStatus, *, idempotency_key: str) -> None:
        """Writes the whole status of one school and school year."""
        owner = status.school or "municipality"
        self._http.put(
            f"v1/cycles/{owner}/{status.school_year}/status",
            camelled(status.model_dump(mode="json")),
            idempotency_key=idempotency_key,
            case=f"{owner}/{status.school_year}",
        )

    def read_status(self, school: str | None, school_year: str) -> CycleStatus | None:
        """The status that stands there."""
        owner = school or "municipality"
        try:
            answer = self._http.get(f"v1/cycles/{owner}/{school_year}/status", case=f"{owner}/{school_year}")
        except CaseNotFound:
            return None
        try:
            status = CycleStatus.model_validate(snaked(answer.body))
        except (ValidationError, RecursionError):
            raise self._unreadable(owner, school_year, answer.request_id) from None
        if (status.school, status.school_year) != (school, school_year):
            raise self._unreadable(owner, school_year, answer.request_id)
        return status

    def _unreadable(self, owner: str, school_year: str, request_id: str | None) -> SourceError:
        return SourceError(
            _("årshjulet til {owner} i {school_year} er ikke slik kontrakten sier").format(
                owner=owner, school_year=school_year
            ),
            system=SYSTEM,
            request_id=request_id,
        )


def _facts(raw: Any, school: str | None, school_year: str) -> CycleFacts:
    """The facts on the wire. Raises KeyError, TypeError and the like where they are not in the contract's form."""
    hidden = ["entries" if path == "items" else path for path in raw.get("hidden_fields", ())]
    facts = read_model(
        CycleFacts,
        {
            "school": school,
            "school_year": school_year,
            "entries": raw.get("items", []) if "entries" in hidden else raw["items"],
            "found": raw["found"],
            "hidden": hidden,
        },
    )
    for entry in facts.entries:
        if entry.school_year != school_year or entry.school not in (None, school):
            raise KeyError
    return facts
