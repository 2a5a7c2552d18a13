"""The one place that knows the wire: names, labels and what is dropped. The day the contract is known, this changes."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from gettext import gettext as _
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from ...domain.base import ReadingContext
from ...domain.case import Case
from ...domain.errors import IncompleteAnswer, SettingsError, SourceError, UnreadableCase
from ...domain.flag import ComplianceRecord
from ...domain.log import LogKind
from ...domain.school import School
from ..case_file import case_from
from ..habits import as_id
from ..names import of_people, people_in, words_in_names
from ..wire_names import camelled, snake
from .case_numbers import SYSTEM, CaseNumbers

_DROPPED = frozenset({"name", "title"})
"""Names of people and titles of cases: dropped before anything else looks at them; in texts they are pseudonyms by then."""
_RENAMED = {
    "caseNumber": "id",
    "schoolOrganizationNumber": "school",
    "hiddenFields": "hidden",
    "modifiedDateTime": "modified_at",
    "logs": "log",
    "organizationNumber": "organisation_number",
}
_BY_REFERENCE = frozenset({"moments"})
"""Objects whose keys are data, not names of fields."""


def _name(name: str) -> str:
    return _RENAMED.get(name) or snake(name)


def _from_wire(value: Any, *, names_matter: bool = True) -> Any:
    if isinstance(value, list):
        return [_from_wire(item) for item in value]
    if isinstance(value, dict):
        if not names_matter:
            return value
        return {
            _name(key): _from_wire(item, names_matter=key not in _BY_REFERENCE)
            for key, item in value.items()
            if key not in _DROPPED
        }
    return value


def _bare(label: str) -> str:
    return " ".join(label.casefold().split())


class Labels:
    """The mapping from the source's labels of log types to kinds; counts those that nobody has mapped."""

    def __init__(self, extra: Mapping[str, Sequence[str]] | None = None) -> None:
        standard = tomllib.loads((files("skolemiljo.adapters.sikker_sak") / "labels.toml").read_text("utf-8"))
        self._kinds: dict[str, LogKind] = {}
        for table in (standard, extra or {}):
            for kind, labels in table.items():
                try:
                    known = LogKind(kind)
                except ValueError:
                    raise SettingsError(
                        _("sikker_sak.labels: {kind} er ingen loggtype; de som finnes, er {names}").format(
                            kind=kind, names=", ".join(LogKind)
                        )
                    ) from None
                self._kinds.update({_bare(label): known for label in labels})
        self.unmapped: Counter[str] = Counter()

    def known(self) -> tuple[str, ...]:
        """All labels that are mapped, without regard to case and spaces."""
        return tuple(self._kinds)

    def kind(self, label: object) -> LogKind:
        """The kind of ``label``; unlabelled where nobody has mapped it."""
        if not isinstance(label, str):
            return LogKind.NOTE
        kind = self._kinds.get(_bare(label))
        if kind is None:
            self.unmapped[label[:60]] += 1
            return LogKind.UNLABELLED
        return kind


def case_from_wire(
    raw: Any,
    labels: Labels,
    context: ReadingContext,
    zone: ZoneInfo | None,
    etag: str | None,
    numbers: CaseNumbers | None = None,
) -> Case:
    """The case in one wire document. ``numbers`` learns what its number is here. Raises UnreadableCase with case number and fields."""
    try:
        people = people_in(raw)
        mapped = _from_wire(of_people(raw, people))
    except RecursionError:
        raise UnreadableCase(_("saken er nøstet for dypt"), system=SYSTEM) from None
    if isinstance(mapped, dict):
        log = mapped.get("log")
        for entry in log if isinstance(log, list) else ():
            if isinstance(entry, dict):
                label = entry.pop("type", None)
                # A kind of ours, straight from the wire, would pass by the mapping: the label alone decides.
                entry["kind"] = labels.kind(label)
                entry["source_label"] = label
        if etag is not None:
            mapped["etag"] = etag
        mapped["hidden"] = _paths(mapped.get("hidden", []))
        named = words_in_names(people)
        if numbers is not None and "id" in mapped:
            mapped["id"] = numbers.of(mapped["id"], named)
        return case_from(mapped, zone, system=SYSTEM, context=context, named=named)
    return case_from(mapped, zone, system=SYSTEM, context=context)


def _paths(hidden: Any) -> Any:
    """The paths of hidden fields in our names, without those that are dropped anyway.

    What is no path stays, so that the case is refused: it may hide anything.
    """
    if not isinstance(hidden, list):
        return hidden
    return [
        ".".join(map(_name, path.split("."))) if isinstance(path, str) else path
        for path in hidden
        if not isinstance(path, str) or path.rpartition(".")[2] not in _DROPPED
    ]


def school_from_wire(raw: Any) -> School:
    """A school. Its name is kept (it is no person's); its rektor's is dropped.

    An entry of which only the number can be read is a school all the same: its cases are there. Raises IncompleteAnswer
    where not even that is right, for a school left out in silence would be a school that nobody looks at.
    """
    mapped: Any = None
    try:
        mapped = _from_wire(raw)
        if isinstance(raw, dict) and isinstance(mapped, dict):
            mapped["name"] = raw.get("name")
        return School.model_validate(mapped)
    except RecursionError:
        raise IncompleteAnswer(_("en skole i listen er nøstet for dypt"), system=SYSTEM) from None
    except ValidationError:
        pass
    try:
        number = mapped["organisation_number"]
        return School(organisation_number=number, name=str(number))
    except (ValidationError, KeyError, TypeError):
        raise IncompleteAnswer(_("listen har en skole uten riktig organizationNumber"), system=SYSTEM) from None


def record_to_wire(record: ComplianceRecord, number: str) -> Any:
    """A compliance record as the wire has it. ``number``: of the case at the source."""
    body = record.model_dump(mode="json")
    school = body.pop("school")
    del body["case"]
    return {"caseNumber": number, "schoolOrganizationNumber": school, **camelled(body)}


def record_from_wire(raw: Any, case: str, number: str, request_id: str | None) -> ComplianceRecord:
    """The record of ``case``, which has ``number`` at the source, read back. Raises SourceError when it is not one."""
    try:
        mapped = _from_wire(raw)
        if as_id(mapped.pop("id")) != number:
            raise KeyError
        return ComplianceRecord.model_validate({**mapped, "case": case})
    except (ValidationError, AttributeError, KeyError, TypeError, RecursionError):
        raise SourceError(
            _("det som ble lest tilbake, er ikke slik kontrakten sier"), system=SYSTEM, case=case, request_id=request_id
        ) from None
