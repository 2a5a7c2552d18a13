"""HTTP once: the only file that knows requests. Timeouts, retries, a time budget, size caps, and no word of content."""

from __future__ import annotations

import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.stop import stop_base

from ..domain.errors import (
    AccessDenied,
    AnswerTooLarge,
    AuthenticationFailed,
    CaseForbidden,
    CaseNotFound,
    Conflict,
    ConnectionLost,
    Fatal,
    FlagRejected,
    IncompleteAnswer,
    RateLimited,
    Retryable,
    ServerUnavailable,
    SettingsError,
    SourceError,
    UnreadableCase,
)
from .read_deadline import AnswerWithinTime, within
from .strict_json import strict_json

_CHUNK = 64 * 1024
_ASKS_FOR_PATIENCE = (429, 503)
"""The statuses with which ``Retry-After`` says how long to wait (RFC 9110, 10.2.3)."""
_PAGES_TOO_MANY = 10
"""Items may come twice when a list moves while it is read, but not so many."""
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_REQUEST_ID = re.compile(r"(?=.*\d)(?!.*(?<!\d)\d{11}(?!\d))[A-Za-z0-9-]{1,64}")
"""With a digit in it, so that it is no name, and not eleven of them, as an identity number has."""
_SERVER = re.compile(r"[A-Za-z][A-Za-z0-9./_()+-]{0,39}")
_ENCODINGS = ("", "identity", "gzip", "deflate")
"""Only these, and only one at a time: layers of compression serve nobody but the one who wants memory to run out."""


class Tokens(Protocol):
    """Where bearer tokens come from (adapters/auth.py)."""

    def token(self) -> str:
        """A token that is good now. Raises AuthenticationFailed or Retryable."""
        ...

    def forget(self, token: str) -> None:
        """``token`` was refused: fetch a new one next time."""
        ...


@dataclass(frozen=True)
class Limits:
    """How patient and how greedy a client is. Times in seconds, sizes in bytes (after decompression)."""

    connect: float = 5.0
    read: float = 30.0
    attempts: int = 5
    budget: float = 120.0
    """Total time for one call, all attempts and waits included."""
    first_wait: float = 0.5
    longest_wait: float = 30.0
    bytes_at_most: int = 32 * 1024 * 1024
    pages_at_most: int = 100_000


@dataclass(frozen=True)
class Response:
    """A whole answer: status, the headers we use, and the JSON body (``None`` where there is none)."""

    status: int
    body: Any
    etag: str | None
    request_id: str | None
    total: int | None = None
    """``X-Total-Count``, where the system counts in a header (OneRoster)."""
    following: str | None = None
    """The address in ``Link: rel="next"``, where the system pages by header. It is asked only where it lies on the same origin."""


@dataclass(frozen=True)
class Heard:
    """What the last answer told of the system itself, for ``doctor``."""

    clock_offset: float | None
    """Seconds that its clock (``Date``, whole seconds) is ahead of ours; ``None`` = it does not tell."""
    server: str | None
    """``Server``, where that is short and plain."""
    mock: bool
    """Whether it is the mock."""


class HttpClient:
    """A client for one system at one base address.

    Only GET and PUT with an idempotency key are tried again. Redirects are not followed: a token goes to no other host.
    Errors: domain/errors.py, with system, case and request id; addresses are told without their query.
    """

    def __init__(
        self,
        base_url: str,
        *,
        system: str,
        tokens: Tokens | None = None,
        limits: Limits | None = None,
        ca_file: str | None = None,
        refuse_mock: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.username:
            raise SettingsError(
                _("{system}: base_url må være en https-adresse uten spørring og uten bruker").format(system=system)
            )
        if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
            raise SettingsError(
                _(
                    "{system}: base_url må være en https-adresse (http er bare for etterligningen på denne maskinen)"
                ).format(system=system)
            )
        if ca_file is not None and not Path(ca_file).is_file():
            raise SettingsError(_("{system}: fila i ca_file finnes ikke").format(system=system))
        self.system = system
        self.limits = limits or Limits()
        self._refuse_mock = refuse_mock
        self._base = base_url.rstrip("/") + "/"
        self._origin = _origin(base_url)
        self._tokens = tokens
        self._sleep = sleep
        self._clock = clock
        self.heard: Heard | None = None
        self._sessions = threading.local()
        self._quiet_until = 0.0
        """Until then the system has asked to be left in peace, by all threads."""
        # Given with every request: given to the session, REQUESTS_CA_BUNDLE in the environment would silently win.
        self._verify: str | None = ca_file

    @property
    def _session(self) -> _Session:
        """This thread's own: requests does not promise that one can be shared."""
        session: _Session | None = getattr(self._sessions, "own", None)
        if session is None:
            session = self._sessions.own = _session()
            session.headers.update(
                {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "skolemiljo"}
            )
        return session

    # --- calls ---------------------------------------------------------------------------------------------------

    def get(self, path: str, *, params: dict[str, str] | None = None, case: str | None = None) -> Response:
        """GET, tried again on faults that pass."""
        return self._patiently(lambda left: self._once("GET", self._url(path), left, params=params, case=case))

    def put(
        self, path: str, body: Any, *, idempotency_key: str, if_match: str | None = None, case: str | None = None
    ) -> Response:
        """PUT with an idempotency key, tried again on faults that pass."""
        headers = {"Idempotency-Key": idempotency_key, **({"If-Match": if_match} if if_match else {})}
        return self._patiently(
            lambda left: self._once("PUT", self._url(path), left, body=body, headers=headers, case=case)
        )

    def post_form(self, url: str, form: dict[str, str]) -> Response:
        """One POST of a form to a token endpoint at ``url``; not tried again here, and without a token."""
        if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in _THIS_MACHINE:
            raise SettingsError(_("{system}: token_url må være en https-adresse").format(system=self.system))
        return self._once("POST", url, self.limits.budget, form=form, with_token=False)

    def pages(self, path: str, *, params: dict[str, str], page_size: int) -> Iterator[list[Any]]:
        """The items of every page, page by page, until the last.

        Raises IncompleteAnswer when the pages end before ``totalCount`` says so, run in a ring or never end.
        """
        url: str | None = path
        query: dict[str, str] | None = {**params, "pageSize": str(page_size), "pageNumber": "1"}
        seen: set[str] = set()
        received = number = 0
        while url is not None:
            answer = self.get(url, params=query)
            items, total, following = self._page(answer)
            received += len(items)
            number += 1
            yield items
            if following is None:
                if received < total:
                    raise IncompleteAnswer(
                        _("sidene tok slutt etter {received} av {total}").format(received=received, total=total),
                        system=self.system,
                        request_id=answer.request_id,
                    )
                return
            far_too_many = received > total + _PAGES_TOO_MANY * page_size
            if following in seen or not items or far_too_many or number >= self.limits.pages_at_most:
                raise IncompleteAnswer(_("sidene tar aldri slutt"), system=self.system, request_id=answer.request_id)
            seen.add(following)
            url, query = following, None

    def _page(self, answer: Response) -> tuple[list[Any], int, str | None]:
        body = answer.body
        items = body.get("items") if isinstance(body, dict) else None
        total = body.get("totalCount") if isinstance(body, dict) else None
        following = body.get("nextPage") if isinstance(body, dict) else None
        if not isinstance(items, list) or not isinstance(total, int) or not isinstance(following, str | None):
            raise IncompleteAnswer(
                _("siden mangler items, totalCount eller nextPage slik kontrakten sier"),
                system=self.system,
                request_id=answer.request_id,
            )
        return items, total, following

    # --- patience ------------------------------------------------------------------------------------------------

    def _patiently(self, call: Callable[[float], Response]) -> Response:
        deadline = self._clock() + self.limits.budget
        retrying = Retrying(
            retry=retry_if_exception_type(Retryable),
            stop=stop_after_attempt(self.limits.attempts) | _OutOfTime(deadline, self._clock),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )

        def attempt() -> Response:
            self._hold_still(deadline)
            return call(max(deadline - self._clock(), 0.1))

        return retrying(attempt)

    def _hold_still(self, deadline: float) -> None:
        """Waits where the system has asked another thread for patience. Raises RateLimited where that takes too long."""
        wait = self._quiet_until - self._clock()
        if wait <= 0:
            return
        if self._clock() + wait >= deadline:
            raise RateLimited(_("for mange forespørsler"), system=self.system, retry_after=wait)
        self._sleep(wait + random.uniform(0, 0.25))  # noqa: S311 - jitter, no secret

    def _wait(self, state: RetryCallState) -> float:
        """What the server asks for, else twice as long each time; with jitter, so that clients do not march in step."""
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, Retryable) and error.retry_after is not None:
            return error.retry_after + random.uniform(0, 0.25)  # noqa: S311 - jitter, no secret
        longest = min(self.limits.longest_wait, self.limits.first_wait * 2 ** (state.attempt_number - 1))
        return random.uniform(longest / 2, longest)  # noqa: S311 - jitter, no secret

    # --- one attempt ---------------------------------------------------------------------------------------------

    def _url(self, path: str) -> str:
        url = path if "://" in path else urljoin(self._base, path.lstrip("/"))
        if path.startswith("/") and "://" not in path and path.startswith(urlsplit(self._base).path):
            url = urljoin(self._base, path)
        if _origin(url) != self._origin:
            raise IncompleteAnswer(_("neste side ligger på en annen server og blir ikke hentet"), system=self.system)
        return url

    def _once(
        self,
        method: str,
        url: str,
        left: float,
        *,
        params: dict[str, str] | None = None,
        body: Any = None,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        case: str | None = None,
        with_token: bool = True,
    ) -> Response:
        def attempt() -> tuple[Response, str | None]:
            token = self._tokens.token() if with_token and self._tokens is not None else None
            answer = self._send(
                method, url, left, params=params, body=body, form=form, headers=headers or {}, token=token, case=case
            )
            return answer, token

        answer, token = attempt()
        if answer.status == 401 and token is not None and self._tokens is not None:
            self._tokens.forget(token)
            answer, _ = attempt()
        self._raise_for(answer, case, method)
        return answer

    def _send(
        self,
        method: str,
        url: str,
        left: float,
        *,
        params: dict[str, str] | None,
        body: Any,
        form: dict[str, str] | None,
        headers: dict[str, str],
        token: str | None,
        case: str | None,
    ) -> Response:
        deadline = self._clock() + left
        try:
            with within(lambda: deadline - self._clock()):
                response = self._session.ask(
                    method,
                    url,
                    params=params,
                    json=body,
                    data=form,
                    headers=headers if token is None else {**headers, "Authorization": f"Bearer {token}"},
                    verify=self._verify,
                    timeout=(min(self.limits.connect, left), min(self.limits.read, left)),
                )
                with response:
                    raw = self._read(response, case)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # The text of the error holds the address with its query; only its type is told.
            if any(isinstance(cause, socket.gaierror) and cause.errno in _NO_SUCH_NAME for cause in _causes(error)):
                what = _("navnet i adressen finnes ikke: sjekk base_url, token_url og proxyen")
                raise Fatal(what, system=self.system, case=case) from None
            if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
                what = _("serverens sertifikat er ikke til å stole på: sjekk base_url og ca_file")
                raise Fatal(what, system=self.system, case=case) from None
            what = _("fikk ikke et helt svar ({kind})")
            if isinstance(error, requests.ConnectionError):
                what = _("fikk ikke kontakt ({kind}): sjekk base_url, nettet og proxyen")
            raise ConnectionLost(what.format(kind=type(error).__name__), system=self.system, case=case) from None
        self.heard = _heard(response.headers)
        if self._refuse_mock and self.heard.mock:
            raise Fatal(
                _("dette er etterligningen, og innstillingene sier production: sjekk base_url"), system=self.system
            )
        request_id = _short(response.headers.get("X-Request-Id"))
        parsed = self._parse(raw, response.status_code, case, request_id)
        answer = Response(
            response.status_code,
            parsed,
            response.headers.get("ETag"),
            request_id,
            _total(response.headers),
            _following(response, url),
        )
        if response.status_code in _ASKS_FOR_PATIENCE:
            limited, patience = response.status_code == 429, _retry_after(response.headers)
            self._quiet_until = max(self._quiet_until, self._clock() + (patience or 0.0))
            raise (RateLimited if limited else ServerUnavailable)(
                _("for mange forespørsler") if limited else _meaning(503, case, method)[1],
                system=self.system,
                case=case,
                request_id=request_id or _error_id(parsed),
                retry_after=patience,
            )
        return answer

    def _read(self, response: requests.Response, case: str | None) -> bytes:
        if response.headers.get("Content-Encoding", "").strip().lower() not in _ENCODINGS:
            raise IncompleteAnswer(_("svaret er pakket på en måte ingen har bedt om"), system=self.system, case=case)
        whole = bytearray()
        # read1 gives what has come, however little: what is too large is seen before all of it is here.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            whole += chunk
            if len(whole) > self.limits.bytes_at_most:
                raise AnswerTooLarge(_("svaret er større enn bytes_at_most"), system=self.system, case=case)
        return bytes(whole)

    def _parse(self, raw: bytes, status: int, case: str | None, request_id: str | None) -> Any:
        if not raw and status == 200:
            # Also what is left of an answer whose connection broke before its first header.
            raise ConnectionLost(_("svaret er tomt"), system=self.system, case=case, request_id=request_id)
        if not raw:
            return None
        try:
            return strict_json(raw)
        except ValueError as error:
            if status >= 300:
                return None
            raise ConnectionLost(
                _("svaret er ikke et helt JSON-dokument ({error})").format(error=error),
                system=self.system,
                case=case,
                request_id=request_id,
            ) from None

    def _raise_for(self, answer: Response, case: str | None, method: str) -> None:
        status = answer.status
        if 200 <= status < 300:
            return
        kind, message = _meaning(status, case, method)
        raise kind(message, system=self.system, case=case, request_id=answer.request_id or _error_id(answer.body))


def ping(url: str, *, seconds: float = 10.0) -> None:
    """One GET to ``url``, a dead man's switch: it raises the alarm when no ping comes, so it is told of good runs only.

    The address is a secret in itself and is never told. Raises ConnectionLost where nothing answered or the answer was
    no success. ``seconds``: the longest wait, for the connection and for the answer.
    """
    until = time.monotonic() + 2 * seconds
    try:
        with (
            within(lambda: until - time.monotonic()),
            _session() as session,
            session.ask("GET", url, timeout=(seconds, seconds)) as response,
        ):
            status = response.status_code
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise ConnectionLost(
            _("fikk ikke svar ({kind})").format(kind=type(error).__name__), system="ping_url"
        ) from None
    if not 200 <= status < 300:
        raise ConnectionLost(_("svaret var status {status}").format(status=status), system="ping_url")


def _session() -> _Session:
    session = _Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(pool_maxsize=8, max_retries=0))
    return session


class _Session(requests.Session):
    """Asks what it is given and nothing else: no login of somebody's in ~/.netrc, no cookie of the last answer, no other address that
    an answer names. requests' own way of asking looks for each of them at every call."""

    def __init__(self) -> None:
        super().__init__()
        self._surroundings: dict[tuple[str, str, int | None], Any] = {}

    def ask(
        self,
        method: str,
        url: str,
        *,
        timeout: tuple[float, float],
        params: dict[str, str] | None = None,
        json: Any = None,
        data: dict[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        verify: str | None = None,
    ) -> requests.Response:
        """The answer, of which no more than the headers has been read. ``timeout``: seconds to connect, and for each read."""
        asked = requests.PreparedRequest()
        asked.prepare(method, url, {**self.headers, **(headers or {})}, data=data, params=params, json=json)
        return self.get_adapter(str(asked.url)).send(
            asked, timeout=timeout, **self._environment(str(asked.url), verify)
        )

    def _environment(self, url: str, verify: str | None) -> Any:
        """What the environment says of the system at ``url`` (proxies, certificates), asked once. Every call gives the same ``verify``."""
        origin = _origin(url)
        if origin not in self._surroundings:
            self._surroundings[origin] = self.merge_environment_settings(url, {}, True, verify, None)
        return self._surroundings[origin]


class _Adapter(requests.adapters.HTTPAdapter):
    """Answers are read within the time of the call, also by way of a proxy."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        _within_time(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if not known:
            _within_time(manager)
        return manager


def _within_time(manager: Any) -> None:
    def reading(pool: Any) -> Any:
        connection = type("Connection", (pool.ConnectionCls,), {"response_class": AnswerWithinTime})
        return type("Pool", (pool,), {"ConnectionCls": connection})

    manager.pool_classes_by_scheme = {scheme: reading(pool) for scheme, pool in manager.pool_classes_by_scheme.items()}


class _OutOfTime(stop_base):
    """Stops when the next wait would outlast the time budget."""

    def __init__(self, deadline: float, clock: Callable[[], float]) -> None:
        self._deadline = deadline
        self._clock = clock

    def __call__(self, state: RetryCallState) -> bool:
        return self._clock() + state.upcoming_sleep >= self._deadline


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. An address that names a user has no origin we would send a token to."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", "", None
    if parts.username is not None or parts.hostname is None:
        return "", "", None
    return parts.scheme, parts.hostname, port


_NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
"""A name that nobody has; one that could not be looked up now (EAI_AGAIN) passes by itself."""


def _causes(error: BaseException) -> Iterator[object]:
    """``error`` and everything that lies below it: requests and urllib3 put the one in the other in several ways."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, BaseException) and id(part) not in seen:
            seen.add(id(part))
            waiting += [getattr(part, "reason", None), part.__cause__, part.__context__, *part.args]


def _meaning(status: int, case: str | None, method: str) -> tuple[type[SourceError], str]:
    match status:
        case 401:
            return AuthenticationFailed, _("innloggingen ble avvist: sjekk client_id, client_secret og tenant_id")
        case 403 if case is not None:
            return CaseForbidden, _("ingen tilgang til saken: spør den som har «utvidet tilgang»")
        case 403:
            return AccessDenied, _("ingen tilgang: sjekk scope og rollen til integrasjonen")
        case 404 if case is not None:
            return CaseNotFound, _("saken finnes ikke")
        case 409 | 412:
            return Conflict, _("saken er endret siden den ble lest")
        case 400 | 413 | 422 if method == "PUT":
            return FlagRejected, _("systemet tar ikke imot det som ble skrevet (status {status})").format(status=status)
        case 400 | 413 | 422 if case is not None:
            return UnreadableCase, _("systemet gir den ikke fra seg (status {status})").format(status=status)
        case 400 | 413 | 422:
            return (
                Fatal,
                _(
                    "forespørselen ble avvist (status {status}): sjekk at base_url er systemet kontrakten gjelder"
                ).format(status=status),
            )
        case 408 | 425:
            return ConnectionLost, _("serveren ga opp å vente (status {status})").format(status=status)
        case _ if status >= 500:
            return ServerUnavailable, _("serveren svarte med status {status}").format(status=status)
        case _ if 300 <= status < 400:
            return (
                Fatal,
                _(
                    "serveren viser videre til en annen adresse (status {status}), og den følges ikke: sjekk base_url"
                ).format(status=status),
            )
        case _:
            return Fatal, _("status {status} står ikke i kontrakten: sjekk base_url").format(status=status)


def _heard(headers: Mapping[str, str]) -> Heard:
    server = headers.get("Server", "")
    try:
        offset = parsedate_to_datetime(headers["Date"]).timestamp() - time.time()
    except (KeyError, TypeError, ValueError, OverflowError):
        offset = None
    return Heard(offset, server if _SERVER.fullmatch(server) else None, "X-Mock" in headers)


def _total(headers: Mapping[str, str]) -> int | None:
    value = headers.get("X-Total-Count", "")
    return int(value) if _is_number(value) and len(value) <= 9 else None


def _following(response: requests.Response, url: str) -> str | None:
    try:
        link = response.links.get("next", {}).get("url")
        return urljoin(url, link) if link else None
    except ValueError:
        return None


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit()  # «²» is a digit too


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from Retry-After (seconds or a date) or X-RateLimit-Reset; never negative, at most an hour."""
    value = headers.get("Retry-After")
    seconds: float | None = None
    if value is not None:
        try:
            seconds = float(value)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(value).timestamp() - time.time()
            except (TypeError, ValueError):
                seconds = None
    elif _is_number(headers.get("X-RateLimit-Reset", "")):
        seconds = float(headers["X-RateLimit-Reset"])
    return None if seconds is None or seconds != seconds else min(max(seconds, 0.0), 3600.0)


def _short(value: str | None) -> str | None:
    """An id from outside, if it is short and plain enough to be repeated."""
    return value if value is not None and _REQUEST_ID.fullmatch(value) else None


def _error_id(body: Any) -> str | None:
    found = body.get("ErrorId") if isinstance(body, dict) else None
    return _short(found) if isinstance(found, str) else None
