"""Finds adapters by their entry points (``skolemiljo.adapters``) and imports only the one that is named."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from ..domain.errors import SettingsError
from .ports import AnnualCycle, CaseSource, FlagSink
from .settings import HttpSection, Settings

GROUP = "skolemiljo.adapters"


class CasePort(CaseSource, FlagSink, Protocol):
    """An adapter that both gives cases and takes flags."""


def names() -> tuple[str, ...]:
    """The names of the adapters that are installed."""
    return tuple(sorted(entry.name for entry in entry_points(group=GROUP)))


def case_adapter(settings: Settings) -> CasePort:
    """The adapter that cases come from and flags go to. Raises SettingsError."""
    return cast("CasePort", _connect(settings.source, settings))


def cycle_adapter(settings: Settings) -> AnnualCycle:
    """The adapter of the annual cycle. Raises SettingsError."""
    return cast("AnnualCycle", _connect(settings.cycle, settings))


def _connect(name: str, settings: Settings) -> Any:
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    if not found:
        raise SettingsError(f"no adapter called {name}; there are {', '.join(names())}")
    return found[0].load()(settings)


def _is_this_machine(url: str) -> bool:
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def http_client(system: str, section: HttpSection, settings: Settings) -> Any:
    """An HttpClient with tokens for ``section``. Raises SettingsError where something is not set."""
    from .auth import ClientCredentials, TokenProvider
    from .http import HttpClient, Limits

    missing = [key for key in ("base_url", "client_id", "tenant_id") if not getattr(section, key)]
    if settings.client_secret is None:
        missing.append("client_secret")
    if missing:
        raise SettingsError(f"{system}: set {', '.join(missing)}")
    assert settings.client_secret is not None  # noqa: S101 - it is among the missing above
    if settings.production and any(_is_this_machine(url) for url in (section.base_url, section.token_url)):
        raise SettingsError(f"{system}: in production no address on this machine is used (the mock lives there)")
    limits = Limits(
        connect=section.connect_timeout,
        read=section.read_timeout,
        attempts=section.attempts,
        budget=section.budget,
        bytes_at_most=section.bytes_at_most,
    )
    credentials = ClientCredentials(
        section.token_url, section.client_id, settings.client_secret, section.tenant_id, section.scope
    )
    without_token = HttpClient(section.base_url, system=system, limits=limits, ca_file=section.ca_file)
    tokens = TokenProvider(credentials, without_token)
    return HttpClient(section.base_url, system=system, tokens=tokens, limits=limits, ca_file=section.ca_file)
