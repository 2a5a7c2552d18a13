"""Both vendors as one real HTTP server: Sikker Sak under /sikkersak, the annual cycle under /aarshjul, tokens, and a back door.

Built to the two assumed contracts (adapters/*/contract.openapi.yaml). Stateful, seeded, and bound to this machine.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI, Form, Header, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from ...domain.annual_cycle import CycleStatus
from ...domain.flag import ComplianceRecord
from .course import JSON
from .fault_layer import SKEW, FaultLayer
from .faults import Fault, FaultPlan, FaultRule, RequestKind, parse_faults
from .municipality import Municipality, stories
from .state import Credentials, MockClock, StoredCase, Tuning, VendorState, fingerprint
from .wire import case_to_wire, from_wire, school_to_wire, to_wire

_LIMIT = 10_000
_RFC3339 = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$"
_SCHOOL = Annotated[str, Path(pattern=r"^[0-9]{9}$")]
_CASE = Annotated[str, Path(pattern=r"^[A-Za-z0-9ÆØÅæøå][A-Za-z0-9ÆØÅæøå._-]{0,63}$")]
_OWNER = Annotated[str, Path(pattern=r"^([0-9]{9}|municipality)$")]
_YEAR = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{4}$")]
_SIZE = Annotated[int, Query(alias="pageSize", ge=1, le=100)]
_NUMBER = Annotated[int, Query(alias="pageNumber", ge=1, le=1_000_000)]
_KEY = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=128)]
_MATCH = Annotated[str | None, Header(alias="If-Match")]


class Mock:
    """The two vendors. ``app`` is the ASGI application, the fault layer outermost."""

    def __init__(
        self,
        municipality: Municipality | None = None,
        *,
        as_of: datetime | None = None,
        credentials: Credentials | None = None,
        tuning: Tuning | None = None,
        plan: FaultPlan | None = None,
    ) -> None:
        self.municipality = municipality or Municipality()
        self.credentials = credentials or Credentials()
        self.tuning = tuning or Tuning()
        self.plan = plan or FaultPlan()
        self.state = VendorState(self.municipality, MockClock(as_of), self.credentials)
        self.app = FaultLayer(_application(self), self.plan, self.state, self.tuning, classify, error_body)

    def facts(self, owner: str, school_year: str) -> JSON | None:
        """What the annual cycle holds, in the case format's words."""
        return self.municipality.cycle_of(None if owner == "municipality" else owner, school_year)


# --- what a request is, and how errors look --------------------------------------------------------------------------


def classify(method: str, path: str) -> RequestKind | None:
    """What kind of request this is, for faults; ``None`` for the back door."""
    if path == "/connect/token" or path.endswith("/connect/token"):
        return RequestKind.TOKEN
    if not path.startswith(("/sikkersak/", "/aarshjul/")):
        return None
    if method == "PUT":
        return RequestKind.WRITE
    if path.endswith("/cases"):
        return RequestKind.CASES
    if path.endswith(("/case-numbers", "/schools")):
        return RequestKind.LIST
    if path.endswith(("/compliance", "/status", "/entries")):
        return RequestKind.READ
    return RequestKind.CASE


def error_body(path: str, status: int, request_id: str) -> dict[str, Any]:
    """The vendor's error body, as its sibling products document it."""
    del path
    return {"ErrorCode": status * 10, "DeveloperErrorMessage": f"Status {status}.", "ErrorId": request_id}


def _error(request: Request, status: int) -> JSONResponse:
    request_id = request.scope.get("mock_request_id", str(uuid.uuid4()))
    return JSONResponse(error_body(request.url.path, status, request_id), status, headers=_limits())


def _limits() -> dict[str, str]:
    return {"X-RateLimit-Limit": str(_LIMIT), "X-RateLimit-Remaining": str(_LIMIT - 1), "X-RateLimit-Reset": "60"}


def _application(mock: Mock) -> FastAPI:
    app = FastAPI(
        title="Mock of Visma Sikker Sak and 1310.no; both contracts are assumed", docs_url=None, redoc_url=None
    )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        del error  # it holds the input
        return _error(request, 422)

    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: StarletteHTTPException) -> Response:
        answer = _error(request, error.status_code)
        if error.headers:
            answer.headers.update(error.headers)
        return answer

    @app.middleware("http")
    async def limited(request: Request, call_next: Any) -> Response:
        answer: Response = await call_next(request)
        for name, value in _limits().items():
            answer.headers.setdefault(name, value)
        return answer

    app.include_router(_tokens(mock))
    app.include_router(_tokens(mock), prefix="/sikkersak")
    app.include_router(_tokens(mock), prefix="/aarshjul")
    app.include_router(_sikker_sak(mock), prefix="/sikkersak")
    app.include_router(_annual_cycle(mock), prefix="/aarshjul")
    app.include_router(_back_door(mock))
    return app


# --- tokens ----------------------------------------------------------------------------------------------------------


def _tokens(mock: Mock) -> APIRouter:
    router = APIRouter()

    @router.post("/connect/token")
    async def token(
        grant_type: Annotated[str, Form()],
        client_id: Annotated[str, Form()],
        client_secret: Annotated[str, Form()],
        tenant_id: Annotated[str, Form()],
        scope: Annotated[str, Form()],
    ) -> Response:
        known = mock.credentials
        if grant_type != "client_credentials" or not scope:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if (client_id, client_secret) != (known.client_id, known.client_secret) or tenant_id != known.tenant_id:
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse(
            {"access_token": mock.state.new_token(), "token_type": "Bearer", "expires_in": known.token_seconds}
        )

    return router


def _with_token(mock: Mock) -> Any:
    async def check(authorization: Annotated[str | None, Header()] = None) -> None:
        kind, _, token = (authorization or "").partition(" ")
        if kind.casefold() != "bearer" or not mock.state.token_is_good(token):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    return Depends(check)


# --- Sikker Sak ------------------------------------------------------------------------------------------------------


def _sikker_sak(mock: Mock) -> APIRouter:
    router = APIRouter(prefix="/v1", dependencies=[_with_token(mock)])
    state = mock.state
    marker = mock.municipality.marker

    @router.get("/schools")
    async def schools(request: Request, size: _SIZE, number: _NUMBER) -> Any:
        return _page(request, [school_to_wire(s, marker) for s in mock.municipality.schools()], size, number)

    @router.get("/schools/{school}/cases")
    async def cases(
        request: Request,
        school: _SCHOOL,
        size: _SIZE,
        number: _NUMBER,
        modified_since: Annotated[str | None, Query(alias="modifiedSince", pattern=_RFC3339)] = None,
    ) -> Any:
        if not state.knows_school(school):
            raise HTTPException(404)
        since = _moment(modified_since)
        found = [case for case in state.cases_of(school) if since is None or case.modified >= since]
        fault = request.scope.get("mock_fault")
        return _page(request, found, size, number, shown=lambda case: _shown(case, fault, marker))

    @router.get("/schools/{school}/case-numbers")
    async def case_numbers(request: Request, school: _SCHOOL, size: _SIZE, number: _NUMBER) -> Any:
        if not state.knows_school(school):
            raise HTTPException(404)
        return _page(request, [case.content["id"] for case in state.cases_of(school)], size, number)

    @router.get("/cases/{case_number}")
    async def case(request: Request, case_number: _CASE) -> Response:
        found = state.case(case_number)
        if found is None:
            raise HTTPException(404)
        body = _shown(found, request.scope.get("mock_fault"), marker)
        return JSONResponse(body, headers={"ETag": found.etag})

    @router.get("/cases/{case_number}/compliance")
    async def compliance(case_number: _CASE) -> Response:
        record = state.records.get(case_number)
        if record is None:
            raise HTTPException(404)
        return JSONResponse(record, headers={"ETag": state.record_etags[case_number]})

    @router.put("/cases/{case_number}/compliance")
    async def put_compliance(
        request: Request, case_number: _CASE, body: Annotated[JSON, Body()], key: _KEY, if_match: _MATCH = None
    ) -> Response:
        if not _is_record(body, case_number):
            raise HTTPException(422)
        found = state.case(case_number)
        if found is None:
            raise HTTPException(404)
        refused = if_match is not None and if_match != found.etag
        return _write(
            mock,
            request,
            system="sikkersak",
            target=case_number,
            key=key,
            if_match=if_match,
            body=body,
            refused=refused,
            reply={"caseNumber": case_number, "etag": found.etag},
            store=lambda kept: _keep(state.records, state.record_etags, case_number, kept),
            etag=found.etag,
        )

    return router


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text.upper())
    except ValueError:
        raise HTTPException(422) from None


def _shown(case: StoredCase, fault: Fault | None, marker: str | None) -> JSON:
    """The case on the wire, with the faults that lie in its content."""
    wire = case_to_wire(case.content, case.etag, marker)
    if fault is Fault.HIDDEN_FIELD:
        wire["logs"] = []
        wire["hiddenFields"] = [*wire.get("hiddenFields", ()), "log"]
    elif fault is Fault.UNKNOWN_ENUM:
        wire["statusHistory"] = [{**wire["statusHistory"][0], "status": "paused"}, *wire["statusHistory"][1:]]
    elif fault is Fault.CLOCK_SKEW:
        wire["modifiedDateTime"] = (case.modified - SKEW).isoformat()
    return wire


def _page(
    request: Request, items: Sequence[Any], size: int, number: int, shown: Callable[[Any], Any] = lambda item: item
) -> Response:
    """One page, with the faults that only the vendor can make."""
    fault = request.scope.get("mock_fault")
    first = (number - 1) * size
    if fault is Fault.SHIFTED_PAGE and number > 1:
        first += 1
    here = [shown(item) for item in items[first : first + size]]
    following: str | None = None
    if number * size < len(items) or fault is Fault.ENDLESS_PAGING:
        following = str(request.url.include_query_params(pageNumber=number + 1).replace(scheme="", netloc=""))
    if fault is Fault.ENDLESS_PAGING and not here and items:
        here = [shown(items[0])]
    if fault is Fault.FOREIGN_NEXT:
        following = "https://ond.example/sikkersak/v1/schools?pageSize=1&pageNumber=2"
    if fault is Fault.DUPLICATE and here:
        here.append(here[0])
    if fault is Fault.SHORT_PAGE:
        here = here[:-1]
    body = {"items": here, "totalCount": len(items), "pageNumber": number, "pageSize": size, "nextPage": following}
    return JSONResponse(body)


# --- the annual cycle ------------------------------------------------------------------------------------------------


def _annual_cycle(mock: Mock) -> APIRouter:
    router = APIRouter(prefix="/v1/cycles/{owner}/{school_year}", dependencies=[_with_token(mock)])
    state = mock.state

    @router.get("/entries")
    async def entries(owner: _OWNER, school_year: _YEAR) -> Any:
        facts = mock.facts(owner, school_year)
        if facts is None:
            raise HTTPException(404)
        return {
            "found": facts.get("found", True),
            "items": to_wire(facts.get("entries", [])),
            "hiddenFields": facts.get("hidden", []),
        }

    @router.get("/status")
    async def status(owner: _OWNER, school_year: _YEAR) -> Any:
        found = state.cycle_statuses.get((owner, school_year))
        if found is None:
            raise HTTPException(404)
        return found

    @router.put("/status")
    async def put_status(
        request: Request,
        owner: _OWNER,
        school_year: _YEAR,
        body: Annotated[JSON, Body()],
        key: _KEY,
    ) -> Response:
        if not _is_status(body, owner, school_year):
            raise HTTPException(422)
        if mock.facts(owner, school_year) is None:
            raise HTTPException(404)
        return _write(
            mock,
            request,
            system="aarshjul",
            target=f"{owner}/{school_year}",
            key=key,
            if_match=None,
            body=body,
            refused=False,
            reply={"items": len(body["items"])},
            store=lambda kept: _keep(state.cycle_statuses, state.cycle_etags, (owner, school_year), kept),
            etag=None,
        )

    return router


# --- writes ----------------------------------------------------------------------------------------------------------


def _write(
    mock: Mock,
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
    known = mock.state.replies.get(f"{system}/{target}/{key}")
    if known is not None and known[0] != print_of:
        mock.state.write_down(**line, stored=False, status=409)
        raise HTTPException(409)
    if known is not None:
        mock.state.write_down(**line, stored=False, replayed=True, status=known[1])
        return JSONResponse(known[2], known[1], headers=known[3])
    if refused:
        mock.state.write_down(**line, stored=False, status=412)
        raise HTTPException(412)
    if fault is Fault.PARTIAL_WRITE and flags:
        name = "flags" if "flags" in body else "items"
        store({**body, name: body[name][: flags // 2]})
    elif fault is not Fault.RECEIPT_NOT_STORED:
        store(body)
    mock.state.write_down(**line, stored=fault is not Fault.RECEIPT_NOT_STORED, status=200)
    headers = {"ETag": etag} if etag is not None else {}
    if fault not in (Fault.PARTIAL_WRITE, Fault.RECEIPT_NOT_STORED):
        mock.state.replies[f"{system}/{target}/{key}"] = (print_of, 200, reply, headers)
    return JSONResponse(reply, headers=headers)


def _keep(kept: dict[Any, JSON], etags: dict[Any, str], key: Any, body: JSON) -> None:
    kept[key] = body
    etags[key] = f'"{fingerprint(body)[:16]}"'


def _is_record(body: JSON, case_number: str) -> bool:
    try:
        raw = from_wire(body)
        raw |= {"case": raw.get("case_number"), "school": raw.get("school_organization_number")}
        record = ComplianceRecord.model_validate(raw)
    except (ValidationError, AttributeError, TypeError):
        return False
    return record.case == case_number and _same_types(raw, record.model_dump(mode="json"))


def _is_status(body: JSON, owner: str, school_year: str) -> bool:
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


# --- the back door ---------------------------------------------------------------------------------------------------


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


def _back_door(mock: Mock) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    async def about() -> Any:
        return {
            "mock": True,
            "contract": "assumed",
            "municipality": mock.municipality.name,
            "note": "Oppdiktet. Etterlikner to leverandører hvis grensesnitt ikke er dokumentert offentlig.",
        }

    @router.get("/_mock/journal")
    async def journal() -> Any:
        return [write.as_json() for write in mock.state.journal]

    @router.get("/_mock/stories")
    async def told() -> Any:
        first = stories()[: mock.municipality.case_count]
        return [
            {"story": story.name, "shows": story.shows, "case": mock.municipality.case_of_story(story.name)["id"]}
            for story in first
        ]

    @router.get("/_mock/counts")
    async def counts() -> Any:
        return {"requests": mock.app.requests, "seen": mock.app.seen, "faults": mock.plan.counts}

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
            mock.plan.clear()
        if struck:
            mock.plan.faults, mock.plan.rate = struck, wanted.rate
        mock.plan.rules += rules
        return {"faults": list(struck), "rules": len(mock.plan.rules)}

    @router.post("/_mock/touch/{case_number}")
    async def touch(case_number: _CASE, change: Annotated[JSON | None, Body()] = None) -> Any:
        found = mock.state.touch(case_number, change or {})
        if found is None:
            raise HTTPException(404)
        return {"etag": found.etag, "modified": found.modified.isoformat()}

    @router.post("/_mock/clock")
    async def clock(to: datetime | None = None, advance: float = 0.0) -> Any:
        if to is not None:
            mock.state.clock.set(to)
        mock.state.clock.advance(advance)
        return {"now": mock.state.clock.now().isoformat()}

    return router
