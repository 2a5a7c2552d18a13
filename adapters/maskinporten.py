"""Maskinporten: a token for a signed assertion instead of a shared secret.

Source: docs.digdir.no, maskinporten_protocol_token and maskinporten_protocol_jwtgrant (read 2026-11): RS256, ``kid`` or ``x5c`` in the
header, ``aud`` is the issuer and not the token's address, at most 120 seconds from ``iat`` to ``exp``, a ``jti`` of its own each time, and
no claim beyond those.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from gettext import gettext as _
from uuid import uuid4

from pydantic import SecretStr

from ..domain.errors import SettingsError, optional_part

_LIFE = 100
"""Seconds that an assertion holds: under the 120 that are allowed, with room for clocks."""


@dataclass(frozen=True)
class MaskinportenGrant:
    """What Maskinporten asks for. Either ``key_id`` or ``certificates`` says which key has signed."""

    token_url: str
    issuer: str
    client_id: str
    private_key: SecretStr = field(repr=False)
    """RSA, PEM."""
    scope: str
    key_id: str | None = None
    certificates: tuple[str, ...] = ()
    """The organisation's certificate and those above it, each DER in base64."""
    resource: str | None = None
    """Whom the token is for, where the API asks for it."""
    clock: Callable[[], float] = time.time
    to_look_at: str = "client_id, private_key, key_id, scope"

    def form(self) -> dict[str, str]:
        """What is sent to the token endpoint. Raises SettingsError where the key is none, MissingPart without PyJWT."""
        with optional_part("maskinporten"):
            import cryptography  # noqa: F401 - without it PyJWT loads, and knows no RS256
            import jwt
        now = int(self.clock())
        claims: dict[str, object] = {
            "aud": self.issuer,
            "iss": self.client_id,
            "scope": self.scope,
            "iat": now,
            "exp": now + _LIFE,
            "jti": str(uuid4()),
        }
        if self.resource:
            claims["resource"] = self.resource
        headers: dict[str, object] = {"kid": self.key_id} if self.key_id else {"x5c": list(self.certificates)}
        try:
            assertion = jwt.encode(claims, self.private_key.get_secret_value(), algorithm="RS256", headers=headers)
        except (jwt.PyJWTError, ValueError, TypeError):  # their words may hold the key
            raise SettingsError(_("private_key er ikke en RSA-nøkkel i PEM uten passord")) from None
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}


def certificates(pem: bytes) -> tuple[str, ...]:
    """The certificates of a PEM file in its order, each DER in base64. Raises SettingsError where there is none, or a broken one."""
    with optional_part("maskinporten"):
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise SettingsError(_("certificate_file: fila har ingen lesbare sertifikater (PEM)")) from None
    return tuple(base64.b64encode(found.public_bytes(Encoding.DER)).decode("ascii") for found in chain)
