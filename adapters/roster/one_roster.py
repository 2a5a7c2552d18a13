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
from ..case_file import is_case_number
from ..habits import as_id
from ..http import Heard, HttpClient

SYSTEM = "oneroster"
_PAGES_AT_MOST = 10_000
_LONGEST = 120
"""Characters of a school's name."""


class OneRoster:
    """Roster over HTTP. Only names and numbers of schools are read; nothing about people is asked for."""

    def __init__(self, http: HttpClient, *, page_size: int = 100) -> None:
        self._http = http
        self._page_size = page_size
        self.odd: tuple[str, ...] = ()
        """The entries of the last list that have no organisation number, by their ``sourcedId``."""

    @property
    def heard(self) -> Heard | None:
        """What the last answer told of the system itself."""
        return self._http.heard

    def schools(self) -> Iterable[School]:
        """All schools that are not about to be deleted. Raises IncompleteAnswer where the list is cut or never ends.

        An entry without an organisation number stops no other: it is named in :attr:`odd`, for a school left out in silence
        would be a school that nobody looks at.
        """
        found: list[School] = []
        odd: list[str] = []
        for org in self._orgs():
            if not isinstance(org, dict):
                odd.append(_called({}))
                continue
            if _word(org, "type", "school") != "school" or _word(org, "status", "active") == "tobedeleted":
                continue
            school = _school(org)
            if school is not None:
                found.append(school)
            else:
                odd.append(_called(org))
        self.odd = tuple(odd)
        return found

    def _orgs(self) -> Iterator[Any]:
        """Every entry: by ``Link: rel="next"``, by the server's count, or until an empty page, for a server may give smaller
        pages than it was asked for."""
        received = 0
        before: list[Any] = []
        following: str | None = None
        asked: set[str] = set()
        for _page in range(_PAGES_AT_MOST):
            query = None if following else {"limit": str(self._page_size), "offset": str(received)}
            answer = self._http.get(following or "schools", params=query)
            orgs = answer.body.get("orgs") if isinstance(answer.body, dict) else None
            if not isinstance(orgs, list):
                raise IncompleteAnswer(_("siden mangler orgs"), system=SYSTEM, request_id=answer.request_id)
            again = bool(orgs) and orgs == before
            if again and (len(orgs) >= self._page_size or following or answer.total is not None):
                raise IncompleteAnswer(_("samme side kommer igjen"), system=SYSTEM, request_id=answer.request_id)
            if again:  # it gives all it has, whatever is asked for
                return
            before = orgs
            yield from orgs
            received += len(orgs)
            following = answer.following
            if following in asked:
                raise IncompleteAnswer(_("sidene tar aldri slutt"), system=SYSTEM, request_id=answer.request_id)
            asked |= {following} if following else set()
            if following or (orgs and (answer.total is None or received < answer.total)):
                continue
            if answer.total is not None and received != answer.total:
                cut = _("{received} av {total} skoler kom").format(received=received, total=answer.total)
                raise IncompleteAnswer(cut, system=SYSTEM, request_id=answer.request_id)
            return
        raise IncompleteAnswer(_("sidene tar aldri slutt"), system=SYSTEM)


def _word(org: dict[str, Any], key: str, unsaid: str) -> str:
    value = org.get(key)
    return value.casefold() if isinstance(value, str) and value else unsaid


def _school(org: dict[str, Any]) -> School | None:
    name = org.get("name")
    for key in ("identifier", "sourcedId"):
        number = str(org.get(key, "")).replace(" ", "").removeprefix("NO")
        try:
            return School(
                organisation_number=number, name=name[:_LONGEST] if isinstance(name, str) and name else number
            )
        except ValidationError:
            continue
    return None


def _called(org: dict[str, Any]) -> str:
    """The entry's own id, where that is one that can be repeated."""
    found = as_id(org.get("sourcedId"))
    return found if isinstance(found, str) and is_case_number(found) else _("en oppføring uten lesbar sourcedId")
