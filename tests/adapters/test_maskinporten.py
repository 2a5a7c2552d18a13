"""Maskinporten: a server that verifies every claim gives a token, and the token is what the vendor sees."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from skolemiljo.adapters.connect import http_client
from skolemiljo.adapters.http import Response
from skolemiljo.adapters.maskinporten import MaskinportenGrant
from skolemiljo.domain.errors import AuthenticationFailed, SettingsError
from skolemiljo.settings import Settings, SikkerSakSection, load_settings

from .answering import AnswersInJson

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
ALLOWED = {"aud", "iss", "scope", "iat", "exp", "jti", "resource"}


def certificate() -> bytes:
    """A certificate of the key, of an invented organisation."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fjellgløtt kommune")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    return built.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Maskinporten(ThreadingHTTPServer):
    """Token endpoint and a vendor's system in one: it says no to all that Maskinporten's documentation says no to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: set[str] = set()
        self.given: list[str] = []
        self.refused: list[str] = []
        self.life = 60
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def verify(self, form: dict[str, list[str]]) -> None:
        """Raises where anything is not as it should be."""
        assert set(form) == {"grant_type", "assertion"}
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        (assertion,) = form["assertion"]
        header = jwt.get_unverified_header(assertion)
        assert header["alg"] == "RS256"
        assert ("kid" in header) != ("x5c" in header)
        if "kid" in header:
            assert header["kid"] == "nokkel-1"
            key: Any = KEY.public_key()
        else:
            key = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])).public_key()
            assert key.public_numbers() == KEY.public_key().public_numbers()
        claims = jwt.decode(
            assertion,
            key,
            algorithms=["RS256"],
            audience=self.url,
            options={"require": ["aud", "iss", "exp", "iat", "jti"]},
        )
        assert set(claims) <= ALLOWED
        assert isinstance(claims["aud"], str)
        assert claims["iss"] == "klient"
        assert claims["scope"] == "sikkersak:read"
        assert 0 < claims["exp"] - claims["iat"] <= 120
        assert abs(time.time() - claims["iat"]) < 10
        assert claims["jti"] not in self.seen
        self.seen.add(claims["jti"])


class _Handler(AnswersInJson):
    server: Maskinporten

    def do_POST(self) -> None:  # noqa: N802 - http.server's own name
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        try:
            self.server.verify(form)
        except (AssertionError, jwt.PyJWTError, ValueError) as error:
            self.server.refused.append(repr(error))
            self.answer(400, {"error": "invalid_grant"})
            return
        self.server.given.append(f"token-{len(self.server.given) + 1}")
        self.answer(200, {"access_token": self.server.given[-1], "expires_in": self.server.life})

    def do_GET(self) -> None:  # noqa: N802 - http.server's own name
        self.answer(200, {"authorization": self.headers["Authorization"]})


@pytest.fixture
def maskinporten() -> Iterator[Maskinporten]:
    with Maskinporten() as server:
        yield server
        server.shutdown()


def get(maskinporten: Maskinporten, **changes: Any) -> Response:
    """One request to the vendor, with settings that are right but for ``changes``."""
    right: dict[str, Any] = {
        "base_url": maskinporten.url,
        "login": "maskinporten",
        "issuer": maskinporten.url,
        "client_id": "klient",
        "private_key": SecretStr(PEM),
        "key_id": "nokkel-1",
        "scope": "sikkersak:read",
    }
    section = SikkerSakSection(**{**right, **changes})
    answer: Response = http_client("sikker_sak", section, Settings(sikker_sak=section)).get("cases")
    return answer


def test_a_registered_key_gives_a_token_and_the_vendor_sees_it(maskinporten: Maskinporten) -> None:
    assert get(maskinporten).body == {"authorization": "Bearer token-1"}
    assert maskinporten.refused == []


def test_a_certificate_signs_in_the_place_of_a_registered_key(maskinporten: Maskinporten, tmp_path: Path) -> None:
    file = tmp_path / "virksomhetssertifikat.pem"
    file.write_bytes(certificate() + certificate())
    assert get(maskinporten, key_id="", certificate_file=str(file)).body == {"authorization": "Bearer token-1"}


def test_each_assertion_is_its_own(maskinporten: Maskinporten) -> None:
    get(maskinporten)
    get(maskinporten, resource="https://sak.example")
    assert len(maskinporten.seen) == 2


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "en-annen"}, {"scope": "annet:les"}, {"key_id": "ukjent"}, {"issuer": "https://a.example/"}],
)
def test_what_maskinporten_refuses_names_the_settings_to_look_at(
    maskinporten: Maskinporten, changes: dict[str, str]
) -> None:
    with pytest.raises(AuthenticationFailed, match="client_id, private_key, key_id, scope"):
        get(maskinporten, token_url=maskinporten.url + "token", **changes)
    assert len(maskinporten.refused) == 1


@pytest.mark.parametrize(
    "key", ["ikke en nøkkel", PEM[:300], "-----BEGIN PRIVATE KEY-----\nMARK\n-----END PRIVATE KEY-----"]
)
def test_a_key_that_is_none_is_a_setting_and_is_not_repeated(maskinporten: Maskinporten, key: str) -> None:
    with pytest.raises(SettingsError, match="private_key er ikke en RSA-nøkkel") as raised:
        get(maskinporten, private_key=SecretStr(key))
    assert "MARK" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("missing", "named"), [("private_key", "private_key"), ("key_id", "key_id"), ("client_id", "client_id")]
)
def test_what_is_not_set_is_named(maskinporten: Maskinporten, missing: str, named: str) -> None:
    with pytest.raises(SettingsError, match=f"sikker_sak: sett {named}"):
        get(maskinporten, **{missing: None if missing == "private_key" else ""})


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"])
def test_a_certificate_file_that_holds_none_is_a_setting(
    maskinporten: Maskinporten, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "sertifikat.pem"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="certificate_file"):
        get(maskinporten, key_id="", certificate_file=str(file))


def test_the_key_is_a_file_among_the_secrets_and_shown_nowhere(tmp_path: Path) -> None:
    settings = tmp_path / "skolemiljo.toml"
    settings.write_text('[sikker_sak]\nlogin = "maskinporten"\ncertificate_file = "s.pem"\n', "utf-8")
    secrets = tmp_path / "hemmeligheter"
    secrets.mkdir(mode=0o700)
    (secrets / "sikker_sak__private_key").write_text(PEM, "utf-8")
    found = load_settings(settings, secrets).sikker_sak
    assert found.private_key is not None
    assert found.private_key.get_secret_value().strip() == PEM.strip()
    assert found.asks_at == "https://maskinporten.no/token"
    assert found.certificate_file == str(tmp_path / "s.pem")
    grant = MaskinportenGrant("", "", "", found.private_key, "")
    assert PEM[60:90] not in f"{found!r}{grant!r}"
