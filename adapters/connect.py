"""Finds adapters by their entry points (``skolemiljo.adapters``) and imports only the one that is named."""

from __future__ import annotations

from collections.abc import Iterable
from gettext import gettext as _
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pydantic import SecretStr

from ..domain.carries import Carries
from ..domain.errors import SettingsError
from ..domain.fault_words import why_not
from ..domain.school import School
from ..settings import HttpSection, OneRosterSection, OpenSection, Settings
from .ports import AnnualCycle, CaseSource, FlagSink, Roster, answering, carries_of, reads_by

if TYPE_CHECKING:
    from .auth import Grant

GROUP = "skolemiljo.adapters"


@runtime_checkable
class CasePort(CaseSource, FlagSink, Protocol):
    """An adapter that both gives cases and takes flags."""


def names() -> tuple[str, ...]:
    """The names of the adapters that are installed."""
    return tuple(sorted(entry.name for entry in entry_points(group=GROUP)))


def case_adapter(settings: Settings) -> CasePort:
    """The adapter that cases come from and flags go to; its list of schools is made whole by the roster, if one is set.

    Raises SettingsError.
    """
    source: CasePort = _connect("source", settings, CasePort, _("saker"))
    if settings.roster is None:
        return source
    return WithRoster(source, roster_adapter(settings))


def cycle_adapter(settings: Settings) -> AnnualCycle:
    """The adapter of the annual cycle. Raises SettingsError."""
    adapter: AnnualCycle = _connect("cycle", settings, AnnualCycle, _("årshjulet"))
    return adapter


def roster_adapter(settings: Settings) -> Roster:
    """The adapter of the list of schools. Raises SettingsError."""
    adapter: Roster = _connect("roster", settings, Roster, _("en liste over skoler"))
    return adapter


class WithRoster:
    """A source whose schools are those of the roster and its own together, called as the roster calls them.

    A school that only the roster knows is asked for all the same: that the source does not show it must be seen.
    """

    def __init__(self, source: CasePort, roster: Roster) -> None:
        self._source = source
        self._roster = roster
        self.count = source.count
        self.changed_cases = source.changed_cases
        self.case = source.case
        self.case_ids = source.case_ids
        self.write = source.write
        self.read = source.read
        self.by_hand = getattr(source, "by_hand", None)
        self.answering = answering(source)
        self.odd: tuple[str, ...] = ()
        """What stood in the lists and was no school that can be asked for, by the list's own id."""

    @property
    def heard(self) -> Any:
        """What the source's last answer told of itself."""
        return getattr(self._source, "heard", None)

    @property
    def reads_by(self) -> str:
        """A mark of what the source reads its answers by."""
        return reads_by(self._source)

    @property
    def carries(self) -> Carries:
        """What the source can ever deliver."""
        return carries_of(self._source)

    def schools(self) -> Iterable[School]:
        """All schools."""
        by_number = {school.organisation_number: school for school in self._source.schools()}
        for listed in self._roster.schools():
            own = by_number.get(listed.organisation_number)
            rector = listed.rector or (own.rector if own is not None else None)
            by_number[listed.organisation_number] = listed.model_copy(update={"rector": rector})
        self.odd = tuple(getattr(self._roster, "odd", ()))
        return tuple(by_number.values())


def _connect(key: str, settings: Settings, port: type, what: str) -> Any:
    name = getattr(settings, key)
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    if not found:
        raise SettingsError(
            _("{key}: ingen adapter heter {name}; de som finnes, er {names}").format(
                key=key, name=name, names=", ".join(names())
            )
        )
    try:
        connector = found[0].load()
    except (ImportError, AttributeError) as error:
        raise SettingsError(
            _("{key}: adapteren {name} kan ikke lastes ({kind})").format(key=key, name=name, kind=type(error).__name__)
        ) from None
    adapter = connector(settings)
    if not isinstance(adapter, port):
        raise SettingsError(_("{key}: adapteren {name} gir ikke {what}").format(key=key, name=name, what=what))
    return adapter


def missing_keys(section: HttpSection, settings: Settings) -> tuple[str, ...]:
    """The settings that are needed to reach the system and are not there, the secrets last."""
    if section.login == "maskinporten":
        signed_by = () if section.certificate_file else ("key_id",)
        keys = ("base_url", "client_id", *signed_by, "private_key")
    else:
        tenant = () if isinstance(section, OneRosterSection) else ("tenant_id",)
        keys = ("base_url", "client_id", *tenant, "client_secret")
    common = {"client_secret": settings.client_secret}
    return tuple(key for key in keys if not (getattr(section, key) or common.get(key)))


def _grant(section: HttpSection, settings: Settings) -> Grant:
    """What gives a right to a token, by settings that are all there. Raises SettingsError."""
    from .auth import ClientCredentials
    from .maskinporten import MaskinportenGrant, certificates

    if section.login == "client_credentials":
        secret = section.client_secret or settings.client_secret or SecretStr("")
        return ClientCredentials(section.asks_at, section.client_id, secret, section.tenant_id, section.scope)
    chain: tuple[str, ...] = ()
    if section.certificate_file and not section.key_id:
        try:
            chain = certificates(Path(section.certificate_file).read_bytes())
        except OSError as error:
            raise SettingsError(
                _("certificate_file kan ikke leses ({why_not})").format(why_not=why_not(error))
            ) from None
    return MaskinportenGrant(
        section.asks_at,
        section.issuer,
        section.client_id,
        section.private_key or SecretStr(""),
        section.scope,
        key_id=section.key_id or None,
        certificates=chain,
        resource=section.resource or None,
    )


def http_client(system: str, section: HttpSection, settings: Settings) -> Any:
    """An HttpClient with tokens for ``section``. Raises SettingsError where something is not set."""
    from .auth import TokenProvider
    from .http import HttpClient

    missing = missing_keys(section, settings)
    if missing:
        raise SettingsError(_("{system}: sett {names}").format(system=system, names=", ".join(missing)))
    common = _common(system, section, settings)
    tokens = TokenProvider(_grant(section, settings), HttpClient(section.base_url, **common))
    return HttpClient(section.base_url, tokens=tokens, **common)


def open_client(system: str, section: OpenSection, settings: Settings) -> Any:
    """An HttpClient for a system that asks for no token. Raises SettingsError."""
    from .http import HttpClient

    return HttpClient(section.base_url, **_common(system, section, settings))


def _common(system: str, section: OpenSection, settings: Settings) -> dict[str, Any]:
    from .http import Limits

    limits = Limits(
        connect=section.connect_timeout,
        read=section.read_timeout,
        attempts=section.attempts,
        budget=section.budget,
        bytes_at_most=section.bytes_at_most,
    )
    return {"system": system, "limits": limits, "ca_file": section.ca_file, "refuse_mock": settings.production}
