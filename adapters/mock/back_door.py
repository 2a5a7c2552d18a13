"""The back door of the mock: its journal, its stories, faults and clock, for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Path
from pydantic import BaseModel, ConfigDict

from .faults import FaultPlan, FaultRule, RequestKind, parse_faults
from .municipality import Municipality
from .state import VendorState
from .stories import JSON

_CASE = Annotated[str, Path(pattern=r"^[A-Za-z0-9ÆØÅæøå][A-Za-z0-9ÆØÅæøå._-]{0,63}$")]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    fault: str
    kind: RequestKind | None = None
    path: str | None = None
    case: str | None = None
    after: int = 0
    times: int | None = None


class _Faults(BaseModel):
    model_config = ConfigDict(extra="forbid")
    faults: list[str] = []
    rate: float = 1.0
    rules: list[_Rule] = []
    clear: bool = False


def back_door(municipality: Municipality, state: VendorState, plan: FaultPlan, seen: Callable[[], JSON]) -> APIRouter:
    """The router under ``/_mock``. ``seen``: how many requests there were, and which."""
    router = APIRouter()

    @router.get("/")
    async def about() -> Any:
        return {
            "mock": True,
            "contract": "assumed",
            "municipality": municipality.name,
            "note": "Oppdiktet. Etterlikner to leverandører hvis grensesnitt ikke er dokumentert offentlig.",
        }

    @router.get("/_mock/journal")
    async def journal() -> Any:
        return [write.as_json() for write in state.journal]

    @router.get("/_mock/stories")
    async def told() -> Any:
        return municipality.told()

    @router.get("/_mock/counts")
    async def counts() -> Any:
        return {**seen(), "faults": plan.counts}

    @router.post("/_mock/faults")
    async def faults(wanted: _Faults) -> Any:
        try:
            struck = parse_faults(wanted.faults)
            rules = [
                FaultRule(parse_faults([r.fault])[0], r.kind, r.path, r.case, r.after, r.times) for r in wanted.rules
            ]
        except (ValueError, IndexError):
            raise HTTPException(422) from None
        if wanted.clear:
            plan.clear()
        if struck:
            plan.faults, plan.rate = struck, wanted.rate
        plan.rules += rules
        return {"faults": list(struck), "rules": len(plan.rules)}

    @router.post("/_mock/touch/{case_number}")
    async def touch(case_number: _CASE, change: Annotated[JSON | None, Body()] = None) -> Any:
        found = state.touch(case_number, change or {})
        if found is None:
            raise HTTPException(404)
        return {"etag": found.etag, "modified": found.modified.isoformat()}

    @router.post("/_mock/clock")
    async def clock(to: datetime | None = None, advance: float = 0.0) -> Any:
        if to is not None:
            state.clock.set(to)
        state.clock.advance(advance)
        return {"now": state.clock.now().isoformat()}

    return router
