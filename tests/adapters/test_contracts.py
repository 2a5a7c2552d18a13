"""The assumed contracts promise ids of the very form that the domain accepts, at every place where it wants one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from skolemiljo.adapters.wire_names import camel
from skolemiljo.domain.annual_cycle import CycleEntry
from skolemiljo.domain.base import Ref
from skolemiljo.domain.case import Case

REF = TypeAdapter(Ref).json_schema()
LINK = {"$ref": "#/components/schemas/Ref"}


def _schemas(root: Path, adapter: str) -> dict[str, Any]:
    contract = yaml.safe_load((root / "adapters" / adapter / "contract.openapi.yaml").read_text("utf-8"))
    schemas: dict[str, Any] = contract["components"]["schemas"]
    return schemas


def _of_domain(model: type[BaseModel]) -> dict[str, Any]:
    whole = model.model_json_schema()
    return {**whole.get("$defs", {}), model.__name__: whole}


def _places(schema: Any, at: str, is_ref: Any) -> Iterator[str]:
    """Where in ``schema`` an id stands: ``LogEntry.pupils.items``."""
    if is_ref(schema):
        yield at
    elif isinstance(schema, dict):
        for name, inner in schema.items():
            yield from _places(inner, f"{at}.{name}", is_ref)
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from _places(inner, f"{at}.{number}", is_ref)


def _on_the_wire(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.items() >= LINK.items()


def _in_the_domain(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("pattern") == REF["pattern"]


@pytest.mark.parametrize(("adapter", "model"), [("sikker_sak", Case), ("annual_cycle", CycleEntry)])
def test_every_id_of_the_contract_has_the_domains_form(root: Path, adapter: str, model: type[BaseModel]) -> None:
    schemas, domain = _schemas(root, adapter), _of_domain(model)
    assert schemas["Ref"].items() >= REF.items()
    promised = {
        place
        for name, schema in schemas.items()
        for field, inner in schema.get("properties", {}).items()
        for place in _places(inner, f"{name}.{field}", _on_the_wire)
    }
    wanted = {
        place
        for name, schema in domain.items()
        for field, inner in schema.get("properties", {}).items()
        for place in _places(inner, f"{name}.{camel(field)}", _in_the_domain)
    }
    assert wanted
    assert promised == wanted
