"""From the case format to the wire of the assumed contracts: the vendors' side of the mapping, written on its own."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from .course import JSON

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


def case_to_wire(case: JSON, etag: str) -> JSON:
    """A case as Sikker Sak gives it, with invented names in the fields that a connector must drop."""
    found = {_CASE.get(key, _camel(key)): item if key == "hidden" else to_wire(item) for key, item in case.items()}
    for entry in found.get("logs", ()):
        entry["type"] = entry.pop("sourceLabel", None) or entry["kind"]
        del entry["kind"]
    names = _names()
    for number, pupil in enumerate(found.get("pupils", ())):
        pupil["name"] = names[number % len(names)]
    found["title"] = f"Skolemiljøsak {names[0]}"
    found["etag"] = etag
    return found


def school_to_wire(school: JSON) -> JSON:
    """A school as Sikker Sak gives it."""
    found: JSON = to_wire(school)
    found["organizationNumber"] = found.pop("organisationNumber")
    if found.get("rector"):
        found["rector"] = {**found["rector"], "name": _names()[0]}
    return found


@cache
def _names() -> list[str]:
    raw = tomllib.loads((files("skolemiljo.adapters.mock") / "names.toml").read_text("utf-8"))
    words = [
        word
        for value in raw.values()
        for word in (value if isinstance(value, list) else [value])
        if isinstance(word, str)
    ]
    return words or ["Oppdiktet Navnesen"]
