"""Tokens by client credentials or another grant: one per tenant (municipality), in memory only, renewed before they run out."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from gettext import gettext as _
from typing import Protocol

from pydantic import SecretStr

from ..domain.errors import AuthenticationFailed, Fatal
from .http import HttpClient

_LEEWAY = 30.0
_UNSTATED = 300
"""Seconds a token is taken to live where the endpoint does not say."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
"""What can stand in a header: nothing that could end it."""


@dataclass(frozen=True)
class ClientCredentials:
    """What Visma Connect asks for. Source: docs.vismasoftware.no, service integrations (tenant_id in the form body)."""

    token_url: str
    client_id: str
    client_secret: SecretStr = field(repr=False)
    tenant_id: str
    scope: str
    to_look_at: str = "client_id, client_secret, tenant_id, scope"

    def form(self) -> dict[str, str]:
        """What is sent to the token endpoint. Visma Flyt's own OneRoster asks for no ``tenant_id``."""
        return {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret.get_secret_value(),
            **({"tenant_id": self.tenant_id} if self.tenant_id else {}),
            "scope": self.scope,
        }


class Grant(Protocol):
    """What gives a right to a token."""

    @property
    def token_url(self) -> str:
        """Where it is asked for."""

    @property
    def to_look_at(self) -> str:
        """The settings that may be wrong where it is refused."""

    def form(self) -> dict[str, str]:
        """What is sent, made anew each time."""


class TokenProvider:
    """Fetches a token when it is first needed and again 30 seconds before it runs out. Threads share one fetch.

    Why no library does this: docs/decisions/0002-no-oauth-library.md.
    """

    def __init__(self, grant: Grant, http: HttpClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._grant = grant
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._good_until = 0.0

    def __repr__(self) -> str:
        return "TokenProvider(***)"

    def token(self) -> str:
        """A token that is good for at least 30 seconds more."""
        with self._lock:
            if self._token is None or self._clock() >= self._good_until:
                self._fetch()
            assert self._token is not None  # noqa: S101 - _fetch sets it or raises
            return self._token

    def forget(self, token: str) -> None:
        """``token`` was refused; another thread may have fetched a new one in the meantime."""
        with self._lock:
            if self._token == token:
                self._token = None

    def _fetch(self) -> None:
        asked = self._clock()
        try:
            answer = self._http.post_form(self._grant.token_url, self._grant.form())
        except Fatal:
            raise AuthenticationFailed(
                _("token_url avviste innloggingen: sjekk {names}").format(names=self._grant.to_look_at),
                system=self._http.system,
            ) from None
        body = answer.body if isinstance(answer.body, dict) else {}
        token, life = body.get("access_token"), _seconds(body.get("expires_in", _UNSTATED))
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or life is None:
            raise AuthenticationFailed(_("token_url ga ingen access_token: sjekk adressen"), system=self._http.system)
        self._token = token
        self._good_until = asked + max(life - _LEEWAY, life / 2)


def _seconds(value: object) -> float | None:
    """``expires_in``; some servers give it as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        return float(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
