"""The connector for Visma Sikker Sak over HTTP (contract assumed): cases in, compliance records out and back."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from gettext import gettext as _
from itertools import chain
from typing import Any, NoReturn
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ...domain.base import ReadingContext, is_pseudonym
from ...domain.carries import EVERYTHING, Carries
from ...domain.case import Case
from ...domain.errors import AnswerTooLarge, CaseNotFound, Conflict, IncompleteAnswer, Skippable, UnreadableCase
from ...domain.flag import ComplianceRecord
from ...domain.school import School
from ..case_file import is_case_number
from ..http import Heard, HttpClient, Response
from ..ports import Answer, CaseProblem, Receipt, SourceItem
from .case_numbers import SYSTEM, CaseNumbers
from .mapping import WireMapping, standard
from .wire import Labels, case_from_wire, record_from_wire, record_to_wire, school_from_wire

_WEAK = "W/"


class SikkerSak:
    """CaseSource and FlagSink over HTTP."""

    def __init__(
        self,
        http: HttpClient,
        *,
        labels: Labels | None = None,
        mapping: WireMapping | None = None,
        zone: ZoneInfo | None = None,
        page_size: int = 50,
        carries: Carries = EVERYTHING,
    ) -> None:
        self._http = http
        self._zone = zone
        self._page_size = page_size
        self.carries = carries
        self._mapping = mapping or standard()
        self.labels = labels or Labels(mapping=self._mapping)
        """Holds the labels nobody has mapped, counted."""
        self.context = ReadingContext(zone=zone)
        """Holds the fields nobody knows, counted."""
        self._numbers = CaseNumbers(self.context)

    @property
    def reads_by(self) -> str:
        """A mark of the mapping: by another one, each case may be read otherwise."""
        return self._mapping.mark

    @property
    def heard(self) -> Heard | None:
        """What the last answer told of the system itself."""
        return self._http.heard

    def schools(self) -> Iterable[School]:
        """The schools this integration may see."""
        pages = self._http.pages("v1/schools", params={}, page_size=self._page_size)
        return [school_from_wire(raw, self._mapping) for page in pages for raw in page]

    def count(self, school: str) -> int | None:
        """The source's own count of the school's cases."""
        answer = self._http.get(f"v1/schools/{school}/case-numbers", params={"pageSize": "1", "pageNumber": "1"})
        total = answer.body.get("totalCount") if isinstance(answer.body, dict) else None
        if not isinstance(total, int) or isinstance(total, bool) or total < 0:
            raise IncompleteAnswer(_("siden mangler totalCount"), system=SYSTEM, request_id=answer.request_id)
        return total

    def changed_cases(self, school: str, since: datetime | None) -> Iterator[SourceItem]:
        """The school's cases modified at or after ``since``, page by page; a case that comes twice is given once.

        Where a page is larger than may be read at once, every case of the school is asked for by itself, so that only the one
        that is too large is named as not readable.
        """
        seen: set[tuple[str, str | None]] = set()
        for answer in chain.from_iterable(self.changed_answers(school, since)):
            try:
                item = answer.read()
            except Skippable as error:
                yield CaseProblem(error.case, error.kind, getattr(error, "fields", ()), error.what_to_do)
                continue
            if isinstance(item, Case):
                key = (item.id, item.etag)
                if key in seen:
                    continue
                seen.add(key)
            yield item

    def changed_answers(self, school: str, since: datetime | None) -> Iterator[Sequence[Answer]]:
        """The same before it is read, page by page; what may come twice comes twice."""
        params = {"modifiedSince": since.astimezone(UTC).isoformat()} if since is not None else {}
        pages = self._http.pages(f"v1/schools/{school}/cases", params=params, page_size=self._page_size)
        try:
            for page in pages:
                yield [self._answered(raw, None, partial(self._read, raw, None)) for raw in page]
        except AnswerTooLarge:
            yield from ([self._by_itself(case)] for case in self.case_ids(school))

    def _by_itself(self, case_id: str) -> Answer:
        try:
            return self.answer(case_id)
        except Skippable as error:
            error.case = error.case or case_id
            return Answer(partial(_raise, error))

    def case(self, case_id: str) -> Case:
        """One case, whole, with the etag of the answer."""
        answer = self._asked(case_id)
        return self._asked_for(case_id, answer.body, answer.etag)

    def answer(self, case_id: str) -> Answer:
        """The same before it is read."""
        answer = self._asked(case_id)
        read = partial(self._asked_for, case_id, answer.body, answer.etag)
        return self._answered(answer.body, answer.etag, read)

    def _asked(self, case_id: str) -> Response:
        try:
            return self._http.get(_path(self._number(case_id)), case=case_id)
        except AnswerTooLarge as error:
            raise UnreadableCase(error.what_to_do, system=SYSTEM, case=case_id) from None

    def _asked_for(self, case_id: str, body: Any, etag: str | None) -> Case:
        try:
            case = self._read(body, etag)
        except UnreadableCase as error:
            error.case = case_id  # what it calls itself may be what can't be read
            raise
        if case.id != case_id and is_pseudonym(case.id):
            raise CaseNotFound(_("saken har et dekknavn i stedet for nummeret"), system=SYSTEM, case=case_id)
        if case.id != case_id:
            raise UnreadableCase(
                _("en annen sak kom enn den det ble spurt etter"), system=SYSTEM, case=case_id, fields=("id",)
            )
        return case

    def _answered(self, raw: Any, etag: str | None, read: Callable[[], Case]) -> Answer:
        """The answer with its mark: of the whole document, and of the version by which it would be written to."""
        try:
            document = json.dumps([_strong(etag, raw), raw])
        except RecursionError:
            return Answer(read)
        return Answer(read, hmac.digest(self.context.reference_key, document.encode(), hashlib.sha256).hex())

    def case_ids(self, school: str) -> Iterator[str]:
        """The numbers of all the school's cases."""
        try:
            for number in self._listed(school):
                case = self._numbers.listed(number, self._learn)
                if not is_case_number(case):
                    raise IncompleteAnswer(_("listen har noe som ikke er et saksnummer"), system=SYSTEM)
                yield case
        except UnreadableCase as error:  # a number that may not be told, and no key to make a pseudonym with
            raise IncompleteAnswer(error.what_to_do, system=SYSTEM) from None

    def _listed(self, school: str) -> Iterator[str]:
        """The numbers on the wire."""
        for page in self._http.pages(f"v1/schools/{school}/case-numbers", params={}, page_size=100):
            if not all(isinstance(number, str) for number in page):
                raise IncompleteAnswer(_("listen har noe som ikke er et saksnummer"), system=SYSTEM)
            yield from page

    def _every_number(self) -> Iterator[str]:
        return chain.from_iterable(self._listed(school.organisation_number) for school in self.schools())

    def _learn(self, number: str) -> None:
        """Reads a case only to know who is named in it; what goes wrong is told without its number."""
        answer = self._http.get(_path(number), case="?")
        self._read(answer.body, answer.etag)

    def _number(self, case_id: str) -> str:
        """The number of a case at the source. Raises CaseNotFound where no list has it."""
        number = self._numbers.on_the_wire(case_id, self._every_number)
        if number is None:
            raise CaseNotFound(_("ingen av skolenes lister har saken"), system=SYSTEM, case=case_id)
        return number

    def write(self, record: ComplianceRecord, *, if_match: str | None, idempotency_key: str) -> Receipt:
        """Writes the whole record; the answer is a receipt and no proof.

        A weak version (``W/"…"``, as a proxy that compresses makes it) never matches (RFC 9110, 13.1.1): where there is no
        other, the case is read before and after, and what was changed meanwhile is a conflict all the same.
        """
        if if_match is not None and if_match.startswith(_WEAK):
            self._hold_still(record.case, if_match)
            receipt = self._put(record, None, idempotency_key)
            self._hold_still(record.case, if_match)
            return receipt
        return self._put(record, if_match, idempotency_key)

    def _hold_still(self, case_id: str, etag: str) -> None:
        now = self.case(case_id).etag
        if now is None or now.removeprefix(_WEAK) != etag.removeprefix(_WEAK):
            raise Conflict(_("saken er endret siden den ble lest"), system=SYSTEM, case=case_id)

    def _put(self, record: ComplianceRecord, if_match: str | None, idempotency_key: str) -> Receipt:
        number = self._number(record.case)
        answer = self._http.put(
            f"{_path(number)}/compliance",
            record_to_wire(record, number),
            idempotency_key=idempotency_key,
            if_match=if_match,
            case=record.case,
        )
        return Receipt(answer.etag, answer.request_id)

    def read(self, case_id: str) -> ComplianceRecord | None:
        """The record that stands on the case."""
        try:
            number = self._number(case_id)
            answer = self._http.get(f"{_path(number)}/compliance", case=case_id)
        except CaseNotFound:
            return None
        return record_from_wire(answer.body, case_id, number, answer.request_id)

    def _read(self, raw: Any, etag: str | None) -> Case:
        etag = _strong(etag, raw)
        return self.carries.marked(
            case_from_wire(raw, self.labels, self.context, self._zone, etag, self._numbers, self._mapping)
        )


def _strong(header: str | None, raw: Any) -> str | None:
    """The version to write by: the answer's own, or where a proxy has made that weak, the one in the case itself."""
    inside = raw.get("etag") if isinstance(raw, dict) and isinstance(raw.get("etag"), str) else None
    if header is None or (header.startswith(_WEAK) and inside is not None):
        return inside
    return header


def _raise(error: Exception) -> NoReturn:
    raise error


def _path(case_id: str) -> str:
    """Where a case lies. Its number may hold «/», which must not become a step in the address."""
    return f"v1/cases/{quote(case_id, safe='')}"


__all__ = ["SYSTEM", "SikkerSak"]
