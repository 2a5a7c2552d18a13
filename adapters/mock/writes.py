"""What is written to the vendors: held to the contract, answered once for each key, and kept with its journal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from ...domain.annual_cycle import CycleStatus
from ...domain.flag import ComplianceRecord
from .faults import Fault
from .state import VendorState, fingerprint
from .stories import JSON
from .wire import from_wire


def write(
    state: VendorState,
    request: Request,
    *,
    system: str,
    target: str,
    key: str,
    if_match: str | None,
    body: JSON,
    refused: bool,
    reply: JSON,
    store: Callable[[JSON], None],
    etag: str | None,
) -> Response:
    """One write: the same key gives the same answer, a stale etag is refused, and everything stands in the journal."""
    fault = request.scope.get("mock_fault")
    print_of = fingerprint({name: value for name, value in body.items() if name not in ("judgedAt", "asOf")})
    flags = len(body.get("flags") or body.get("items") or ())
    line: dict[str, Any] = {
        "system": system,
        "target": target,
        "idempotency_key": key,
        "if_match": if_match,
        "fingerprint": print_of,
        "fault": fault.value if fault is not None else None,
        "flags": flags,
    }
    known = state.replies.get(f"{system}/{target}/{key}")
    if known is not None and known[0] != print_of:
        state.write_down(**line, stored=False, status=409)
        raise HTTPException(409)
    if known is not None:
        state.write_down(**line, stored=False, replayed=True, status=known[1])
        return JSONResponse(known[2], known[1], headers=known[3])
    if refused:
        state.write_down(**line, stored=False, status=412)
        raise HTTPException(412)
    if fault is Fault.PARTIAL_WRITE and flags:
        name = "flags" if "flags" in body else "items"
        store({**body, name: body[name][: flags // 2]})
    elif fault is not Fault.RECEIPT_NOT_STORED:
        store(body)
    state.write_down(**line, stored=fault is not Fault.RECEIPT_NOT_STORED, status=200)
    headers = {"ETag": etag} if etag is not None else {}
    if fault not in (Fault.PARTIAL_WRITE, Fault.RECEIPT_NOT_STORED):
        state.replies[f"{system}/{target}/{key}"] = (print_of, 200, reply, headers)
    return JSONResponse(reply, headers=headers)


def keep(kept: dict[Any, JSON], etags: dict[Any, str], key: Any, body: JSON) -> None:
    kept[key] = body
    etags[key] = f'"{fingerprint(body)[:16]}"'


def is_record(body: JSON, case_number: str) -> bool:
    try:
        raw = from_wire(body)
        raw |= {"case": raw.get("case_number"), "school": raw.get("school_organization_number")}
        record = ComplianceRecord.model_validate(raw)
    except (ValidationError, AttributeError, TypeError):
        return False
    return record.case == case_number and _same_types(raw, record.model_dump(mode="json"))


def is_status(body: JSON, owner: str, school_year: str) -> bool:
    try:
        raw = from_wire(body)
        status = CycleStatus.model_validate(raw)
    except (ValidationError, AttributeError, TypeError):
        return False
    right = (status.school or "municipality", status.school_year) == (owner, school_year)
    return right and _same_types(raw, status.model_dump(mode="json"))


def _same_types(given: Any, read: Any) -> bool:
    """Whether nothing had to be turned into another type to be read: the models are more forgiving than the contract."""
    if isinstance(given, dict) and isinstance(read, dict):
        return all(_same_types(given[name], read[name]) for name in given.keys() & read.keys())
    if isinstance(given, list) and isinstance(read, list):
        return all(map(_same_types, given, read))
    return type(given) is type(read)
