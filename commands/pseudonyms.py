"""Case numbers as the owner sees them: the same in every report of one municipality, and found again only by opening the case.

A bare hash would be no pseudonym: case numbers run in order, so anyone could hash them all. The key is a secret of its own
(``pseudonym_key``) where the settings have one, else it lies in the store and is as stable as that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from ..domain.verdict import Assessment, Finding
from ..judging.copies import Alike
from ..reports.model import Previous, Problem

if TYPE_CHECKING:
    from ..store import Acceptance, Store
    from .workplace import Workplace

KEY = "pseudonym_key"
"""Under this the store keeps the key."""
_PREFIX = "sak-"
_LENGTH = 12
"""Of 32 letters and digits: so many that no two cases of a municipality meet."""
_LENGTH_WITHIN = 8
_REFERENCES = frozenset({"pupil", "notice", "log", "plan", "measure", "incident", "event", "accused"})
"""Parts of a scope that hold a reference of the source."""


class Pseudonyms:
    """Case number, pupil and entry → pseudonym, by one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.of = cache(self._of)
        """The pseudonym of a case number."""

    def _of(self, case: str) -> str:
        digest = hmac.digest(self._key, case.encode(), hashlib.sha256)
        return _PREFIX + base64.b32encode(digest).decode()[:_LENGTH].lower()

    def within(self, case: str, reference: str) -> str:
        """The pseudonym of a pupil or an entry of ``case``: by the case, so that nobody is found again in another one."""
        digest = hmac.digest(self._key, f"{case}\0{reference}".encode(), hashlib.sha256)
        return base64.b32encode(digest).decode()[:_LENGTH_WITHIN].lower()

    def scope(self, case: str | None, scope: str) -> str:
        """The same scope, with its pupils and entries under pseudonyms."""
        if case is None:
            return scope
        parts = (part.partition(":") for part in scope.split("/"))
        return "/".join(
            f"{kind}:{self.within(case, reference)}" if kind in _REFERENCES else f"{kind}{colon}{reference}"
            for kind, colon, reference in parts
        )

    def finding(self, finding: Finding) -> Finding:
        """The same finding about pseudonyms."""
        case = finding.case
        if case is None:
            return finding
        evidence = tuple(self.within(case, reference) for reference in finding.evidence)
        return replace(finding, case=self.of(case), scope=self.scope(case, finding.scope), evidence=evidence)

    def maybe(self, case: str | None) -> str | None:
        """The pseudonym, where there is a case at all."""
        return None if case is None else self.of(case)

    def assessments(self, assessments: Iterable[Assessment]) -> list[Assessment]:
        """The same judgements about pseudonyms."""
        return [
            replace(
                one,
                case=self.of(one.case),
                findings=tuple(map(self.finding, one.findings)),
            )
            if one.case is not None
            else one
            for one in assessments
        ]

    def copies(self, copies: Iterable[Alike]) -> list[Alike]:
        """The same cases with the same text, under pseudonyms."""
        return [replace(one, cases=tuple(sorted(map(self.of, one.cases)))) for one in copies]

    def problems(self, problems: Iterable[Problem]) -> list[Problem]:
        """The same problems of pseudonyms."""
        return [replace(problem, case=self.maybe(problem.case)) for problem in problems]

    def acceptances(self, acceptances: Iterable[Acceptance]) -> list[Acceptance]:
        """The same decisions about pseudonyms."""
        return [replace(one, case=self.maybe(one.case), scope=self.scope(one.case, one.scope)) for one in acceptances]

    def previous(self, previous: Previous | None) -> Previous | None:
        """The same memory of pseudonyms."""
        if previous is None:
            return None
        verdicts = {
            (rule, school, case and self.of(case), self.scope(case or None, scope)): verdict
            for (rule, school, case, scope), verdict in previous.verdicts.items()
        }
        return Previous(previous.as_of, verdicts)


def pseudonyms(work: Workplace) -> Pseudonyms:
    """The owner's pseudonyms. Without a key in the settings and without a store that keeps one they hold for one report only."""
    wanted = work.settings.pseudonym_key
    if wanted is not None:
        return Pseudonyms(wanted.get_secret_value().encode())
    return Pseudonyms(_kept(work.remembered))


def _kept(store: Store | None) -> bytes:
    found = store.meta(KEY) if store is not None else None
    if found is None:
        found = secrets.token_hex(32)
        if store is not None and not store.read_only:
            store.set_meta(KEY, found)
    return bytes.fromhex(found)
