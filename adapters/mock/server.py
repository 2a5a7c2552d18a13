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
from starlette.exceptions import HTTPException as StarletteHTTPException

from .back_door import back_door
from .fault_layer import SKEW, FaultLayer
from .faults import Fault, FaultPlan, RequestKind
from .municipality import Municipality
from .state import Credentials, MockClock, StoredCase, Tuning, VendorState
from .stories import JSON
from .wire import case_to_wire, school_to_wire, to_wire
from .writes import is_record, is_status, keep, write

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
        self.credentials = credentials or Credentials()
        self.tuning = tuning or Tuning()
        self.plan = plan or FaultPlan()
        self.state = VendorState(municipality or Municipality(), MockClock(as_of), self.credentials)
        self.app = FaultLayer(_application(self), self.plan, self.state, self.tuning, classify, error_body)

    @property
    def municipality(self) -> Municipality:
        """Whose cases they hold, as they are now."""
        return self.state.municipality

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
    app.include_router(
        back_door(
            mock.municipality, mock.state, mock.plan, lambda: {"requests": mock.app.requests, "seen": mock.app.seen}
        )
    )
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
        return _page(request, [school_to_wire(s, marker) for s in state.schools()], size, number)

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
        if not is_record(body, case_number):
            raise HTTPException(422)
        found = state.case(case_number)
        if found is None:
            raise HTTPException(404)
        refused = if_match is not None and if_match != found.etag
        return write(
            state,
            request,
            system="sikkersak",
            target=case_number,
            key=key,
            if_match=if_match,
            body=body,
            refused=refused,
            reply={"caseNumber": case_number, "etag": found.etag},
            store=lambda kept: keep(state.records, state.record_etags, case_number, kept),
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
        if not is_status(body, owner, school_year):
            raise HTTPException(422)
        if mock.facts(owner, school_year) is None:
            raise HTTPException(404)
        return write(
            state,
            request,
            system="aarshjul",
            target=f"{owner}/{school_year}",
            key=key,
            if_match=None,
            body=body,
            refused=False,
            reply={"items": len(body["items"])},
            store=lambda kept: keep(state.cycle_statuses, state.cycle_etags, (owner, school_year), kept),
            etag=None,
        )

    return router
