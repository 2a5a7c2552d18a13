"""The list of schools over OneRoster 1.2, the one interface Visma Flyt publishes (and other vendors with it).

Source: github.com/Visma-Flyt/FlytOASOneRosterAPI (paths, ``limit``/``offset``, scope); imsglobal.org/spec/oneroster/v1p2
(``orgs``, ``identifier``, ``X-Total-Count``). That ``identifier`` holds the organisation number is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from gettext import gettext as _
from typing import Any

from pydantic import ValidationError

from ...domain.errors import IncompleteAnswer
from ...domain.school import School
from ..http import Heard, HttpClient

SYSTEM = "oneroster"
_PAGES_AT_MOST = 10_000


class OneRoster:
    """Roster over HTTP. Only names and numbers of schools are read; nothing about people is asked for."""

    def __init__(self, http: HttpClient, *, page_size: int = 100) -> None:
        self._http = http
        self._page_size = page_size

    @property
    def heard(self) -> Heard | None:
        """What the last answer told of the system itself."""
        return self._http.heard

    def schools(self) -> Iterable[School]:
        """All schools that are not about to be deleted.

        Raises IncompleteAnswer where the list is cut, or where a school has no organisation number: a school left out
        in silence would be a school that nobody looks at.
        """
        return [
            self._school(org)
            for org in self._orgs()
            if org.get("type", "school") == "school" and org.get("status", "active") != "tobedeleted"
        ]

    def _school(self, org: dict[str, Any]) -> School:
        for key in ("identifier", "sourcedId"):
            number = str(org.get(key, "")).replace(" ", "").removeprefix("NO")
            try:
                return School(organisation_number=number, name=org.get("name") or number)
            except ValidationError:
                continue
        raise IncompleteAnswer(_("listen har en skole uten riktig organisasjonsnummer"), system=SYSTEM)

    def _orgs(self) -> Iterator[dict[str, Any]]:
        received = 0
        first: Any = None
        for _page in range(_PAGES_AT_MOST):
            answer = self._http.get("schools", params={"limit": str(self._page_size), "offset": str(received)})
            orgs = answer.body.get("orgs") if isinstance(answer.body, dict) else None
            if not isinstance(orgs, list) or not all(isinstance(org, dict) for org in orgs):
                raise IncompleteAnswer(_("siden mangler orgs"), system=SYSTEM, request_id=answer.request_id)
            if orgs and orgs[0] == first:
                raise IncompleteAnswer(_("samme side kommer igjen"), system=SYSTEM, request_id=answer.request_id)
            first = orgs[0] if orgs else None
            yield from orgs
            received += len(orgs)
            if answer.total is not None and received < answer.total and orgs:
                continue  # a server may give smaller pages than it was asked for
            if answer.total is not None and received != answer.total:
                raise IncompleteAnswer(
                    _("{received} av {total} skoler kom").format(received=received, total=answer.total),
                    system=SYSTEM,
                    request_id=answer.request_id,
                )
            if answer.total is not None or len(orgs) < self._page_size:
                return
        raise IncompleteAnswer(_("sidene tar aldri slutt"), system=SYSTEM)
