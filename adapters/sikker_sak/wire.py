"""From the wire to the case format and back, as mapping.toml says what things are called there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from gettext import gettext as _
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
from ..wire_names import camelled, snaked
from .case_numbers import SYSTEM, CaseNumbers
from .mapping import WireMapping, bare, standard


class Labels:
    """The mapping from the source's labels of log types to kinds; counts those that nobody has mapped."""

    def __init__(self, extra: Mapping[str, Sequence[str]] | None = None, mapping: WireMapping | None = None) -> None:
        self._kinds: dict[str, LogKind] = {}
        for table in (*(mapping or standard()).labels, extra or {}):
            for kind, labels in table.items():
                try:
                    known = LogKind(kind)
                except ValueError:
                    raise SettingsError(
                        _("sikker_sak.labels: {kind} er ingen loggtype; de som finnes, er {names}").format(
                            kind=kind, names=", ".join(LogKind)
                        )
                    ) from None
                self._kinds.update({bare(label): known for label in labels})
        self.unmapped: Counter[str] = Counter()

    def known(self) -> tuple[str, ...]:
        """All labels that are mapped, without regard to case and spaces."""
        return tuple(self._kinds)

    def kind(self, label: object) -> LogKind:
        """The kind of ``label``; unlabelled where nobody has mapped it."""
        if not isinstance(label, str):
            return LogKind.NOTE
        kind = self._kinds.get(bare(label))
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
    mapping: WireMapping | None = None,
) -> Case:
    """The case in one wire document. ``numbers`` learns what its number is here. Raises UnreadableCase with case number and fields."""
    mapping = mapping or standard()
    try:
        mapped = mapping.read(raw, mapping.case)
        people = people_in(mapped)
        mapped = _without_names(of_people(mapped, people))
    except RecursionError:
        raise UnreadableCase(_("saken er nøstet for dypt"), system=SYSTEM) from None
    if not isinstance(mapped, dict):
        return case_from(mapped, zone, system=SYSTEM, context=context)
    log = mapped.get("log")
    for entry in log if isinstance(log, list) else ():
        if isinstance(entry, dict):
            entry["kind"] = labels.kind(entry.setdefault("source_label", None))
    if etag is not None:
        mapped["etag"] = etag
    mapped["hidden"] = _paths(mapped.get("hidden", []), mapping)
    named = words_in_names(people)
    if numbers is not None and "id" in mapped:
        mapped["id"] = numbers.of(mapped["id"], named)
    return case_from(mapped, zone, system=SYSTEM, context=context, named=named)


def _without_names(value: Any) -> Any:
    """Without the names of people, which are pseudonyms in all text by now."""
    if isinstance(value, list):
        return [_without_names(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_names(item) for key, item in value.items() if key != "name"}
    return value


def _paths(hidden: Any, mapping: WireMapping) -> Any:
    """The paths of hidden fields in our names, without those that are dropped anyway.

    What is no path stays, so that the case is refused: it may hide anything.
    """
    if not isinstance(hidden, list):
        return hidden
    ours = [(path, mapping.path(path) if isinstance(path, str) else path) for path in hidden]
    return [path for theirs, path in ours if path is not None or theirs is None]


def school_from_wire(raw: Any, mapping: WireMapping | None = None) -> School:
    """A school. Its name is kept (it is no person's); its rektor's is dropped.

    An entry of which only the number can be read is a school all the same: its cases are there. Raises IncompleteAnswer
    where not even that is right, for a school left out in silence would be a school that nobody looks at.
    """
    mapping = mapping or standard()
    mapped: Any = None
    try:
        mapped = mapping.read(raw, mapping.school)
        if isinstance(mapped, dict):
            mapped = {key: item if key == "name" else _without_names(item) for key, item in mapped.items()}
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
        mapped = snaked(raw)
        if as_id(mapped.pop("case_number")) != number:
            raise KeyError
        mapped["school"] = mapped.pop("school_organization_number")
        return ComplianceRecord.model_validate({**mapped, "case": case})
    except (ValidationError, AttributeError, KeyError, TypeError, RecursionError):
        raise SourceError(
            _("det som ble lest tilbake, er ikke slik kontrakten sier"), system=SYSTEM, case=case, request_id=request_id
        ) from None
