"""The systems outside, and the night: how each is reached, and what it may do."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Section(BaseModel):
    """A part of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class OpenSection(Section):
    """How to reach a system over HTTP that asks for no token."""

    base_url: str = ""
    connect_timeout: float = Field(default=5.0, gt=0)
    read_timeout: float = Field(default=30.0, gt=0)
    attempts: int = Field(default=5, ge=1, le=20)
    budget: float = Field(default=120.0, gt=0)
    """Seconds for one call, all attempts and waits included."""
    bytes_at_most: int = Field(default=32 * 1024 * 1024, gt=0)
    ca_file: str | None = None
    """A file with the municipality's own certificate authority."""


class HttpSection(OpenSection):
    """How to reach one system over HTTP, with tokens."""

    token_url: str = "https://connect.visma.com/connect/token"  # noqa: S105 - an address, no secret
    client_id: str = ""
    client_secret: SecretStr | None = None
    """Where this system has another secret than ``client_secret`` above; as a file: ``sikker_sak__client_secret``."""
    tenant_id: str = ""
    """The municipality's id at the vendor: one token per tenant. OneRoster of Visma Flyt asks for none."""
    scope: str = ""
    page_size: int = Field(default=50, ge=1, le=100)
    login: Literal["client_credentials", "maskinporten"] = "client_credentials"
    """What gives a right to a token: a secret shared with the vendor, or a key that Maskinporten knows (extra ``maskinporten``)."""
    issuer: str = "https://maskinporten.no/"
    """Maskinporten's own name; ``https://test.maskinporten.no/`` for the test environment."""
    private_key: SecretStr | None = None
    """The key that signs, RSA in PEM; as a file: ``sikker_sak__private_key``."""
    key_id: str = ""
    """``kid`` of the key as it was registered; or ``certificate_file``."""
    certificate_file: str | None = None
    """The organisation's certificate and those above it, PEM."""
    resource: str = ""
    """Whom the token is for, where the vendor asks for it."""

    @property
    def asks_at(self) -> str:
        """The token endpoint: Maskinporten's own where no other is named."""
        if self.login == "maskinporten" and "token_url" not in self.model_fields_set:
            return self.issuer.rstrip("/") + "/token"
        return self.token_url


class SikkerSakSection(HttpSection):
    """Visma Sikker Sak."""

    scope: str = "sikkersak:read sikkersak:compliance"
    labels: dict[str, list[str]] = Field(default={})
    """Kind → the municipality's own labels of log types, beside the standard ones and those of ``mapping``."""
    mapping: Path | None = None
    """The municipality's own mapping of the vendor's names, words and labels, over the standard one (docs/real-sikker-sak.md)."""
    lacks: list[str] = Field(default=[])
    """What the municipality's cases never have, as paths of the case format (``notices.read_at``) and kinds (``log:pupil_told``):
    what needs it, is «kilden har det ikke» instead of an «avvik»."""


class AnnualCycleSection(HttpSection):
    """1310.no."""

    scope: str = "aarshjul:readwrite"


class OneRosterSection(HttpSection):
    """OneRoster 1.2, which Visma Flyt publishes: base_url ends with ``/ims/oneroster/rostering/v1p2``."""

    scope: str = "one-roster-api:https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"
    page_size: int = Field(default=100, ge=1, le=1000)


class NsrSection(OpenSection):
    """Nasjonalt skoleregister, which is open: the schools of one municipality."""

    base_url: str = "https://data-nsr.udir.no/v4"
    municipality: str = Field(default="", pattern=r"^(\d{4})?$")
    """The municipality's number."""
    days: int = Field(default=7, ge=1)
    """How long what the register said holds before it is asked again."""


class FolderSection(Section):
    """Exchange over files."""

    path: Path | None = None


class WorkbookSection(Section):
    """Sheets that people fill in."""

    path: Path | None = None
    """A workbook (.xlsx), a folder of them, or a folder of CSV files."""
    out: Path | None = None
    """Where flags and status go, to be entered by hand; standard: the folder ``ut`` beside ``path``."""


class SyncSection(Section):
    """The nightly run."""

    write_back: bool = False
    """Off until a person turns it on."""
    write_from: date | None = None
    """On cases closed before this day no flag is written; standard: the day flags were first written."""
    overlap_minutes: int = Field(default=24 * 60, ge=0)
    """Read again what was changed this long before the last change seen: clocks differ."""
    full_every_days: int = Field(default=7, ge=1)
    attempts_per_intention: int = Field(default=3, ge=1)
    readers: int = Field(default=4, ge=1, le=64)
    """Schools that are read at once."""
    processes: int = Field(default=1, ge=1, le=64)
    """Of them, those that are read whole each in a process of its own; 1 = all in the night's own process."""
    writers: int = Field(default=8, ge=1, le=64)
    """Records that are written at once, when the source has answered the first."""
    gone_allowed: int = Field(default=2, ge=0)
    """So many open cases of a school may be gone before the night is incomplete and a person must look."""
    gone_share_allowed: float = Field(default=0.2, ge=0, le=1)
    """And such a share of them. All of them gone is never allowed."""
