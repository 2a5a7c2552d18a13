"""From the case format to the wire of the assumed contracts: the vendors' side of the mapping, written on its own."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from zlib import crc32

from .stories import JSON, read_data

_UNDERSCORE = re.compile(r"_([a-z0-9])")
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_CASE = {
    "id": "caseNumber",
    "school": "schoolOrganizationNumber",
    "hidden": "hiddenFields",
    "modified_at": "modifiedDateTime",
    "log": "logs",
}


def _camel(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def to_wire(value: Any) -> Any:
    """Every name in camelCase; the keys of ``moments`` are data and stay."""
    if isinstance(value, list):
        return [to_wire(item) for item in value]
    if isinstance(value, dict):
        return {_camel(key): item if key == "moments" else to_wire(item) for key, item in value.items()}
    return value


def from_wire(value: Any) -> Any:
    """Every name in snake_case."""
    if isinstance(value, list):
        return [from_wire(item) for item in value]
    if isinstance(value, dict):
        return {_CAPITAL.sub(lambda match: "_" + match[1].lower(), key): from_wire(item) for key, item in value.items()}
    return value


def case_to_wire(case: JSON, etag: str, marker: str | None = None) -> JSON:
    """A case as Sikker Sak gives it, with invented names in the fields that a connector must drop.

    ``marker`` is joined to those names too, so that a text may hold it alone and be no name.
    """
    found = {_CASE.get(key, _camel(key)): item if key == "hidden" else to_wire(item) for key, item in case.items()}
    for entry in found.get("logs", ()):
        entry["type"] = entry.pop("sourceLabel", None) or entry["kind"]
        del entry["kind"]
    for pupil in found.get("pupils", ()):
        pupil["name"] = _name(f"{case['id']}/{pupil['ref']}", marker)
    _name_people(found, marker)
    found["title"] = f"Skolemiljøsak om {_name(case['id'], marker)}"
    found["etag"] = etag
    return found


def school_to_wire(school: JSON, marker: str | None = None) -> JSON:
    """A school as Sikker Sak gives it."""
    found: JSON = to_wire(school)
    found["organizationNumber"] = found.pop("organisationNumber")
    _name_people(found, marker)
    return found


def _name_people(value: Any, marker: str | None) -> None:
    """Gives every person with a pseudonym an invented name, the same wherever the pseudonym stands."""
    if isinstance(value, list):
        for item in value:
            _name_people(item, marker)
    elif isinstance(value, dict):
        if "role" in value and "ref" in value:
            value["name"] = _name(value["ref"], marker)
        for inner in value.values():
            if isinstance(inner, dict | list):
                _name_people(inner, marker)


def _name(ref: str, marker: str | None) -> str:
    given, family = _people()
    number = crc32(ref.encode())
    # Two family names: nobody in the plans' own texts is called so.
    name = f"{given[number % len(given)]} {family[number // len(given) % len(family)]}-{family[number % len(family)]}"
    return name if marker is None else f"{name}-{marker}"


@cache
def _people() -> tuple[list[str], list[str]]:
    people = read_data("names.toml")["people"]
    return people["given"], people["family"]
