"""Settings from TOML, environment and a secrets folder. A misspelt key is an error; a secret is never shown."""

from __future__ import annotations

import difflib
import hashlib
import hmac
import os
import stat
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, time, timedelta
from gettext import gettext as _
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .domain.base import is_pseudonym
from .domain.errors import SettingsError
from .domain.fault_words import Mistake, mistakes
from .domain.role import Role
from .domain.school import School, is_organisation_number
from .domain.toml import at_line, read_toml

PREFIX = "SKOLEMILJO_"
_NO_SETTINGS = frozenset({"SETTINGS", "SECRETS_DIR"})
"""Variables with our prefix that say where settings lie. Knobs of tests begin otherwise (``SKOLEMILJOTEST_``)."""
OWNER = "owner"
"""Who is no school, in tables of readers."""
HIDDEN = "***"
"""What is shown in the place of a secret."""
_NEVER_SHOWN = (
    "ping_url",
    "mail.owner",
    "mail.schools",
    "notify.owner",
    "notify.schools",
    "watch.owner",
    "watch.schools",
    "watch.routes",
    "watch.deputies",
    "watch.ping_url",
)
"""No secrets by type, but whoever knows them can use them, or knows who works where."""
_LEFT_OPEN = "…"
"""Stands in the template where a municipality has something of its own."""
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def _address(value: str) -> str:
    """The address as it is sent: a domain with other letters than ASCII's as IDNA."""
    from email.headerregistry import Address as Parsed

    local, at, domain = value.rpartition("@")
    if not domain.isascii():
        import idna

        try:
            value = f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
        except idna.IDNAError:
            raise ValueError(_("er ikke en e-postadresse")) from None
    try:
        parsed = Parsed(addr_spec=value)
    except (ValueError, IndexError):
        raise ValueError(_("er ikke en e-postadresse")) from None
    if not parsed.username or not parsed.domain or not parsed.domain.isascii() or not value.isprintable():
        raise ValueError(_("er ikke en e-postadresse"))
    return value


Address = Annotated[str, AfterValidator(_address)]
"""One e-mail address, without a name."""


def _ping(value: str | None) -> str | None:
    parts = urlsplit(value or "https://none")
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in _THIS_MACHINE):
        raise ValueError(_("må være en https-adresse"))
    return value


PingAddress = Annotated[str | None, AfterValidator(_ping)]
"""A dead man's switch, called with one GET after each run that worked. Whoever knows it can silence the alarm."""


def _place_of_an_entry(value: str | None) -> str | None:
    if value is not None and "{log}" not in value:
        raise ValueError(_("må være en https-adresse med {log} der id-en til oppføringen skal stå"))
    return None if value is None else _place_of_a_case(value if "{case}" in value else f"{value}#{{case}}") and value


def _place_of_a_case(value: str | None) -> str | None:
    parts = urlsplit((value or "https://none/{case}").replace("{case}", "1"))
    if (value and "{case}" not in value) or parts.scheme != "https" or not parts.hostname:
        raise ValueError(_("må være en https-adresse med {case} der saksnummeret skal stå"))
    return value


CaseAddress = Annotated[str | None, AfterValidator(_place_of_a_case)]
"""Where a case is found in the case system, with ``{case}`` in the place of its number."""


def _reader(value: str) -> str:
    reader = value.replace(" ", "")
    if reader != OWNER and not is_organisation_number(reader):
        raise ValueError(_("skriv owner eller et organisasjonsnummer"))
    return reader


def _school_key(value: str) -> str:
    number = value.replace(" ", "")
    if not is_organisation_number(number):
        raise ValueError(_("skriv organisasjonsnummeret til en skole"))
    return number


EntryAddress = Annotated[str | None, AfterValidator(_place_of_an_entry)]
"""Where an entry of a case's log is found, with ``{log}`` in the place of its id, and perhaps ``{case}``."""


Reader = Annotated[str, AfterValidator(_reader)]
"""``owner``, or a school's organisation number."""


SchoolKey = Annotated[str, AfterValidator(_school_key)]
"""A school's organisation number, with or without spaces."""


class Section(BaseModel):
    """A part of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


S = TypeVar("S", bound=Section)


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
    labels: dict[str, list[str]] = Field(default_factory=dict)
    """Kind → the municipality's own labels of log types, beside the standard ones and those of ``mapping``."""
    mapping: Path | None = None
    """The municipality's own mapping of the vendor's names, words and labels, over the standard one (docs/real-sikker-sak.md)."""
    lacks: list[str] = Field(default_factory=list)
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


class MailSection(Section):
    """The morning mail (``skolemiljo digest``): counts and case numbers. Not set up until ``host`` is given."""

    host: str = ""
    """The municipality's own mail server."""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """``none`` is for a relay on this machine alone."""
    username: str | None = None
    password: SecretStr | None = None
    """Best given as SKOLEMILJO_MAIL__PASSWORD, or as a file called ``mail__password`` in the secrets folder."""
    ca_file: str | None = None
    """A file with the municipality's own certificate authority."""
    sender: str = ""
    link: str | None = None
    """Where the reports are read; ``{reader}`` in it becomes ``owner`` or the school's organisation number."""
    calendar: bool = False
    """With each school's deadlines as an attachment."""
    owner: list[Address] = Field(default_factory=list)
    """Who gets the mail about all schools: counts alone."""
    schools: dict[SchoolKey, list[Address]] = Field(default_factory=dict)
    """Organisation number → who gets the mail about that school."""

    @model_validator(mode="after")
    def _safe(self) -> MailSection:
        if self.security == "none" and self.host not in ("", *_THIS_MACHINE):
            raise ValueError(_("security none er bare for en e-posttjener på denne maskinen: sett starttls eller tls"))
        if self.security == "none" and self.username is not None:
            raise ValueError(_("passord sendes ikke uten kryptering: sett security til starttls eller tls"))
        if (self.owner or self.schools) and not (self.host and self.sender):
            raise ValueError(_("mottakere er satt, men ikke både host og sender"))
        return self


class NotifySection(Section):
    """A line of counts to Teams or a webhook, by Apprise (extra ``notify``). Each address is a secret."""

    owner: list[SecretStr] = Field(default_factory=list)
    """Apprise addresses that get a line for each school; as a file: ``notify__owner``, a JSON list."""
    schools: dict[SchoolKey, list[SecretStr]] = Field(default_factory=dict)
    """Organisation number → Apprise addresses that get the school's line."""


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
    writers: int = Field(default=8, ge=1, le=64)
    """Records that are written at once, when the source has answered the first."""
    gone_allowed: int = Field(default=2, ge=0)
    """So many open cases of a school may be gone before the night is incomplete and a person must look."""
    gone_share_allowed: float = Field(default=0.2, ge=0, le=1)
    """And such a share of them. All of them gone is never allowed."""


class PublishSection(Section):
    """Where the night's reports are laid out for those who read them."""

    folder: Path | None = None
    """Where they are laid out, unless the command says otherwise."""
    groups: dict[Reader, str] = Field(default_factory=dict)
    """``owner`` or a school's organisation number → the group on this machine that may read its folder; without one, nobody."""


class Deputy(Section):
    """Who stands in for a school's readers (or the owner's) for a time: the word goes there instead."""

    reader: Reader
    first: date
    until: date
    """Last day."""
    addresses: list[Address] = Field(min_length=1)


class WatchSection(Section):
    """The watch by day (``skolemiljo watch``): who is told of a duty whose last day is today, and when."""

    owner: list[Address] = Field(default_factory=list)
    """Standard: those of ``[mail]``."""
    schools: dict[SchoolKey, list[Address]] = Field(default_factory=dict)
    """Organisation number → who is told. Standard: those of ``[mail]``."""
    routes: dict[Reader, dict[Role, list[Address]]] = Field(default_factory=dict)
    """Reader → role → who is told of this role's duties, in the place of the others."""
    deputies: list[Deputy] = Field(default_factory=list)
    quiet_from: time | None = None
    quiet_to: time | None = None
    """Between these nothing is sent, in Oslo's time; what is due still is told when it is over, the same day."""
    minutes_before_school_ends: int = Field(default=60, ge=0)
    """When what is still due is told once more, on school days."""
    last_word: time = time(20, 0)
    """And once more, every day."""
    calendar: bool = True
    """With what is due as an attachment to the calendar, with an alarm."""
    write_flags: bool = False
    """Also write flags on the cases that were looked at; needs ``sync.write_back``."""
    ping_url: PingAddress = Field(default=None, repr=False)
    """A dead man's switch of its own."""

    @model_validator(mode="after")
    def _both_ends(self) -> WatchSection:
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError(_("sett både quiet_from og quiet_to"))
        return self

    def is_quiet(self, at: time) -> bool:
        """Whether nothing is to be sent at this time of day."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to


class Settings(BaseSettings):
    """All settings. Order: environment (SKOLEMILJO_…, nested with __), secrets folder, TOML, standard values."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    municipality: str = ""
    """Name, for reports."""
    production: bool = False
    """In production the mock is refused."""
    source: str = "folder"
    """Adapter that cases come from and flags go to: ``sikker_sak``, ``folder`` or ``workbook``."""
    cycle: str = "folder"
    """Adapter of the annual cycle: ``annual_cycle``, ``folder`` or ``workbook``."""
    roster: str | None = None
    """Adapter of the list of schools, beside the source's own: ``nsr``, ``oneroster`` or ``schools_file``."""
    schools_file: Path | None = None
    """For ``roster = "schools_file"``: a TOML file with one ``[[school]]`` for each school."""
    plan: str = "oyer-2024"
    """Name of a plan that comes with the package, or a folder."""
    school_calendar: Path | None = None
    """Skolerute as TOML or iCalendar."""
    read_text: bool = True
    """False: texts are never looked at; fields are checked for presence only."""
    source_zone: str | None = None
    """Zone of times that carry none, for example Europe/Oslo."""
    language: Literal["nb", "nn", "en"] = "nb"
    """What commands say. Reports are Norwegian: with ``en`` they are in bokmål."""
    store: Path | None = None
    """The store's file; standard: the user's data folder. The run log, the lock and the export of decisions lie beside it."""
    database: SecretStr | None = None
    """A PostgreSQL database in the place of the file, ``postgresql://user:password@host/name`` (extra ``postgres``); best
    given as a file called ``database`` in the secrets folder. What lies beside ``store`` lies there still."""
    log_file: Path | None = None
    """The run log; standard: beside the store."""
    client_secret: SecretStr | None = None
    """For all systems; best given as a file called ``client_secret`` in the secrets folder."""
    pseudonym_key: SecretStr | None = Field(default=None, min_length=16)
    """What the owner's pseudonyms are made with; without it the store keeps one, and a lost store gives new pseudonyms.
    With it, as a file in the secrets folder, texts of plans are compared across a school's cases too (judging/copies.py)."""
    case_words: list[str] = Field(default_factory=list)
    """Words in case numbers that are no names («Vatne»); other words that begin with a capital letter become pseudonyms."""
    account: str | None = None
    """Who acts, where neither sudo nor the user of the process tells: a person's or a service's account. The run log has it as a keyed id."""
    ping_url: PingAddress = Field(default=None, repr=False)
    """Dead man's switch: one GET after a run that worked."""
    case_url: CaseAddress = None
    """Where a case is found in the case system, with ``{case}`` in the place of its number: what links point to."""
    log_url: EntryAddress = None
    """Where an entry of a case's log is found, with ``{log}`` in the place of its id and ``{case}`` of the case's number."""
    languages: dict[str, Literal["nb", "nn"]] = Field(default_factory=dict)
    """``owner`` or a school's organisation number → the language of its reports and mails, where that is another."""
    sikker_sak: SikkerSakSection = SikkerSakSection()
    annual_cycle: AnnualCycleSection = AnnualCycleSection()
    oneroster: OneRosterSection = OneRosterSection()
    nsr: NsrSection = NsrSection()
    folder: FolderSection = FolderSection()
    workbook: WorkbookSection = WorkbookSection()
    sync: SyncSection = SyncSection()
    mail: MailSection = MailSection()
    notify: NotifySection = NotifySection()
    publish: PublishSection = PublishSection()
    watch: WatchSection = WatchSection()

    toml_file: ClassVar[Path | None] = None
    secrets: ClassVar[Path | None] = None

    @field_validator("source_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(_("tidssonen finnes ikke; skriv for eksempel Europe/Oslo"))
        return value

    @field_validator("languages")
    @classmethod
    def _known_readers(cls, value: dict[str, Literal["nb", "nn"]]) -> dict[str, Literal["nb", "nn"]]:
        told = {reader.replace(" ", ""): language for reader, language in value.items()}
        if not all(reader == OWNER or is_organisation_number(reader) for reader in told):
            raise ValueError(_("hver linje må begynne med owner eller organisasjonsnummeret til en skole"))
        return told

    @model_validator(mode="after")
    def _no_mock_in_production(self) -> Settings:
        for name, section in self:
            for key in ("base_url", "token_url", "issuer") if isinstance(section, OpenSection) else ():
                if self.production and urlsplit(getattr(section, key, "")).hostname in _THIS_MACHINE:
                    raise ValueError(
                        _("{name}.{key} er denne maskinen, og etterligningen kan ikke brukes med production").format(
                            name=name, key=key
                        )
                    )
        return self

    @property
    def read(self) -> str:
        """Everything here that a verdict depends on, or may; secrets are masked."""
        told = {
            "mail",
            "notify",
            "publish",
            "watch",
            "language",
            "languages",
            "ping_url",
            "case_url",
            "log_url",
            "account",
        }
        beside = told | {"sync", "store", "database", "log_file"}
        return self.model_dump_json(exclude=beside)

    @property
    def source_mark(self) -> str:
        """A mark of the source that flags are written to: another source has another, and nothing can be read from it."""
        section = getattr(self, self.source, None)
        where = getattr(section, "base_url", None) or getattr(section, "path", None) or ""
        return hashlib.sha256(f"{self.source} {where}".encode()).hexdigest()[:16]

    @property
    def zone(self) -> ZoneInfo | None:
        """The declared zone of the source."""
        return ZoneInfo(self.source_zone) if self.source_zone else None

    @property
    def reference_key(self) -> bytes:
        """What references that tell who somebody is are made pseudonyms with; empty where no key is set."""
        return self.pseudonym_key.get_secret_value().encode() if self.pseudonym_key is not None else b""

    @property
    def no_names(self) -> frozenset[str]:
        """``case_words``, in small letters."""
        return frozenset(word.casefold() for word in self.case_words)

    @property
    def copies_key(self) -> bytes:
        """What fingerprints of plans' texts are made with: by ``pseudonym_key``, and another than it. Empty where no key is set."""
        return hmac.digest(self.reference_key, b"copies", hashlib.sha256) if self.reference_key else b""

    @property
    def report_language(self) -> str:
        """``nb`` or ``nn``, for whom nothing else is said."""
        return "nn" if self.language == "nn" else "nb"

    def language_of(self, school: School | None) -> str:
        """The language of what is made for ``school`` (``None``: the owner): by the settings, else by the source."""
        reader, own = (OWNER, None) if school is None else (school.organisation_number, school.language)
        return self.languages.get(reader) or own or self.report_language

    def link_for(self, reader: str) -> str | None:
        """Where ``reader`` (``owner`` or a school) reads the reports; ``None`` where nobody has said."""
        return None if self.mail.link is None else self.mail.link.replace("{reader}", reader)

    def link_to(self, case: str) -> str | None:
        """Where ``case`` is found in the case system; ``None`` where nobody has said, or its number there is not known here."""
        return (
            None
            if self.case_url is None or is_pseudonym(case)
            else self.case_url.replace("{case}", quote(case, safe=""))
        )

    @property
    def store_path(self) -> Path:
        """The store's file; with ``database`` the place that the other files lie beside."""
        if self.store is not None:
            return self.store
        import platformdirs

        return Path(platformdirs.user_data_dir("skolemiljo", appauthor=False)) / "skolemiljo.sqlite"

    @property
    def store_address(self) -> str | Path:
        """Where the store is: a file, or the address of a database (which holds a password)."""
        return self.store_path if self.database is None else self.database.get_secret_value()

    @property
    def lock_path(self) -> Path:
        """The file that a run holds as long as it works."""
        return self.store_path.with_name(self.store_path.name + ".lock")

    @property
    def run_log_path(self) -> Path:
        """The run log's file."""
        return self.log_file or self.store_path.with_name("runlog.jsonl")

    @property
    def decisions_path(self) -> Path:
        """The file that people's decisions are exported to, and come back from."""
        return self.store_path.with_name("acceptances.json")

    @property
    def accounts_path(self) -> Path:
        """The keys by which the run log's ids of accounts are made."""
        return self.run_log_path.with_name("runlog.accounts.json")

    @property
    def overlap(self) -> timedelta:
        """How far behind the cursor a nightly run begins."""
        return timedelta(minutes=self.sync.overlap_minutes)

    @property
    def full_every(self) -> timedelta:
        """How often everything is read."""
        return timedelta(days=self.sync.full_every_days)

    def section(self, kind: type[S]) -> S:
        """The section of an adapter that others have written: what the settings say, or ``kind`` as it stands where they say nothing."""
        return next((value for _name, value in self if isinstance(value, kind)), None) or kind()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return (init_settings, env_settings, *_file_sources(settings_cls, cls.toml_file, cls.secrets))


class _TomlSource(TomlConfigSettingsSource):
    """The settings file, read as every other TOML file is: a byte order mark before it is no fault."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        return read_toml(file_path.read_text("utf-8"))


def _file_sources(
    settings_cls: type[BaseSettings], toml: Path | None, secrets: Path | None
) -> Iterator[PydanticBaseSettingsSource]:
    if secrets is not None:
        yield _secrets_source(settings_cls, secrets)
    if toml is not None:
        yield _TomlSource(settings_cls, toml_file=toml)


def _secrets_source(settings_cls: type[BaseSettings], folder: Path) -> NestedSecretsSettingsSource:
    return NestedSecretsSettingsSource(
        SecretsSettingsSource(settings_cls, secrets_dir=folder),
        secrets_dir=folder,
        secrets_prefix="",
        secrets_nested_delimiter="__",
    )


def secrets_folder(secrets: Path | None = None) -> Path | None:
    """The folder that secrets are read from, whether it is there or not; ``secrets``: as given on the command line."""
    given = os.environ.get("SKOLEMILJO_SECRETS_DIR") or os.environ.get("CREDENTIALS_DIRECTORY")
    return secrets or (Path(given) if given else None)


def load_settings(file: Path | None = None, secrets: Path | None = None) -> Settings:
    """The settings from ``file`` (standard: $SKOLEMILJO_SETTINGS), the environment and the folder ``secrets``.

    The secrets folder is, unless given, $SKOLEMILJO_SECRETS_DIR or systemd's $CREDENTIALS_DIRECTORY. Paths in the file
    are relative to it. Raises SettingsError naming every wrong key, with the nearest right one, and no value.
    """
    file, secrets = _places(file, secrets)
    others = _sections_of_others(file)
    _check_environment(others)
    if file is not None:
        _check_secrets_in(file)
        _check_filled_in(file)
    fields = {name: section() for name, section in others.items()}
    inside = {"toml_file": file, "secrets": secrets, "__module__": __name__, "__annotations__": others, **fields}
    loaded = type("Settings", (Settings,), inside)
    try:
        settings: Settings = loaded()
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(fault) for fault in mistakes(error))) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            _("innstillingsfila er ikke gyldig TOML i UTF-8{where}").format(where=at_line(error))
        ) from None
    except RecursionError:
        raise SettingsError(_("innstillingsfila er ikke gyldig TOML i UTF-8{where}").format(where="")) from None
    except ValueError:
        raise SettingsError(_("en innstilling i miljøet kan ikke leses")) from None
    return settings if file is None else _beside(settings, file.parent)


def _places(file: Path | None, secrets: Path | None) -> tuple[Path | None, Path | None]:
    if file is None and os.environ.get("SKOLEMILJO_SETTINGS"):
        file = Path(os.environ["SKOLEMILJO_SETTINGS"])
    if file is not None and not file.is_file():
        missing = _("innstillingsfila {file} finnes ikke: sjekk --settings og $SKOLEMILJO_SETTINGS")
        raise SettingsError(missing.format(file=file))
    secrets = secrets_folder(secrets)
    if secrets is not None and not secrets.is_dir():
        missing = _("mappa med hemmeligheter, {folder}, finnes ikke: sjekk --secrets og $SKOLEMILJO_SECRETS_DIR")
        raise SettingsError(missing.format(folder=secrets))
    return file, secrets


_FILES = ("ca_file", "certificate_file")
"""Files of sections that are told as text."""


def _beside(settings: Settings, folder: Path) -> Settings:
    """The settings with paths made relative to the settings file."""
    update: dict[str, Any] = {}
    for name in ("school_calendar", "schools_file", "store", "log_file"):
        path = getattr(settings, name)
        if path is not None:
            update[name] = folder / path.expanduser()
    for name, section in settings:
        if isinstance(section, Section):
            files = {key: value for key, value in section if isinstance(value, Path) or (key in _FILES and value)}
            found = {key: type(value)(folder / Path(value).expanduser()) for key, value in files.items()}
            update |= {name: section.model_copy(update=found)} if found else {}
    if (folder / settings.plan / "plan.toml").is_file():
        update["plan"] = str(folder / settings.plan)
    return settings.model_copy(update=update)


def _sections_of_others(file: Path | None) -> dict[str, type[Section]]:
    """The sections of adapters that others have written, of those that file or environment speak of: each is named by an entry point
    of the group ``skolemiljo.settings``, and is read, checked and shown as our own are. Raises SettingsError where one does not load."""
    spoken = {name.removeprefix(PREFIX).partition("__")[0].lower() for name in os.environ if name.startswith(PREFIX)}
    if file is not None:
        with suppress(ValueError):  # told when the settings are read
            spoken |= read_toml(file.read_text("utf-8")).keys()
    if not spoken - Settings.model_fields.keys() - {name.lower() for name in _NO_SETTINGS}:
        return {}
    found: dict[str, type[Section]] = {}
    for entry in entry_points(group="skolemiljo.settings"):
        if entry.name not in spoken or entry.name in Settings.model_fields:
            continue
        try:
            section = entry.load()
        except (ImportError, AttributeError) as error:
            cannot = _("[{name}]: adapteren kan ikke lastes ({kind})")
            raise SettingsError(cannot.format(name=entry.name, kind=type(error).__name__)) from None
        if not (isinstance(section, type) and issubclass(section, Section)):
            raise SettingsError(_("[{name}]: adapterens innstillinger er ikke en Section").format(name=entry.name))
        found[entry.name] = section
    return found


def _check_environment(others: Iterable[str]) -> None:
    """A variable that nothing reads would be overlooked, and with it what it was to turn on or off."""
    known = {name.upper() for name in (*Settings.model_fields, *others)} | _NO_SETTINGS
    for variable in sorted(os.environ):
        name = variable.removeprefix(PREFIX)
        if not variable.startswith(PREFIX) or name.partition("__")[0] in known:
            continue
        unknown = _("{key}: innstillingen finnes ikke. Mente du {near}?")
        raise SettingsError(unknown.format(key=variable if name.isascii() else PREFIX, near=PREFIX + _nearest(name)))


def _nearest(name: str) -> str:
    """The variable, without prefix, that is most like ``name``: a section's key also where the section is left out."""
    whole = [*_NO_SETTINGS, *(key.upper() for key in Settings.model_fields)]
    nested = {f"{section.upper()}__{key.upper()}": key.upper() for section, key in _section_keys()}
    alone = difflib.get_close_matches(name, nested.values(), n=1, cutoff=0.9)
    if alone:
        return next(full for full, last in nested.items() if last == alone[0])
    first, below, rest = name.partition("__")
    if below:
        near = difflib.get_close_matches(first, whole, n=1, cutoff=0)
        return f"{near[0]}__{rest}"
    return difflib.get_close_matches(name, [*whole, *nested], n=1, cutoff=0)[0]


def _section_keys() -> Iterator[tuple[str, str]]:
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from ((name, key) for key in field.annotation.model_fields)


def _check_secrets_in(file: Path) -> None:
    """A settings file with a secret in it is the owner's alone to read."""
    if os.name != "posix" or not file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return
    try:
        found = read_toml(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return  # told when the settings are read
    sections = (found, *(part for part in found.values() if isinstance(part, dict)))
    held = [key for key in ("client_secret", "password") if any(key in part for part in sections)]
    notify = found.get("notify")
    held += ["notify"] if isinstance(notify, dict) and any(notify.values()) else []
    if found.get("production") is True and held:
        raise SettingsError(
            _(
                "innstillingsfila har {held}, og andre kan lese den: bruk chmod 600, eller en fil i mappa med hemmeligheter"
            ).format(held=held[0])
        )


def _check_filled_in(file: Path) -> None:
    """A value of the template that nobody has filled in is no address and no name."""
    try:
        found = read_toml(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return  # told when the settings are read
    left = [key for key, value in _flat(found) if isinstance(value, str) and _LEFT_OPEN in value]
    if left:
        raise SettingsError(
            _("{keys}: står som i malen ({open}): fyll inn, eller ta bort linja").format(
                keys=", ".join(left), open=_LEFT_OPEN
            )
        )


def _explain(fault: Mistake) -> str:
    key = ".".join(str(part) for part in fault.place)
    if fault.kind != "extra_forbidden":
        return f"{key}: {fault.words}".removeprefix(": ")
    near = difflib.get_close_matches(str(fault.place[-1]), _keys(), n=1)
    if not near:
        return _("{key}: innstillingen finnes ikke").format(key=key)
    return _("{key}: innstillingen finnes ikke. Mente du {near}?").format(key=key, near=near[0])


def _keys() -> list[str]:
    return [*Settings.model_fields, *(key for _section, key in _section_keys())]


def shown(settings: Settings, file: Path | None = None, secrets: Path | None = None) -> list[tuple[str, Any, str]]:
    """Every setting as (key, value or ***, where it comes from): environment, secrets, file or default.

    A value is a text, a number, true or false, a list or an empty table; ``None`` = not set.
    """
    file, secrets = _places(file, secrets)
    in_file = read_toml(file.read_text("utf-8")) if file is not None else {}
    in_environment = EnvSettingsSource(type(settings), env_prefix=PREFIX, env_nested_delimiter="__")()
    in_secrets = _secrets_source(type(settings), secrets)() if secrets is not None else {}
    rows = []
    for key, value in _flat(settings.model_dump()):
        places = (("environment", in_environment), ("secrets", in_secrets), ("file", in_file))
        place = next((name for name, data in places if _has(data, key)), "default")
        secret = isinstance(value, SecretStr) or (key.startswith(_NEVER_SHOWN) and bool(value))
        rows.append((key, HIDDEN if secret else str(value) if isinstance(value, Path | time) else value, place))
    return rows


def _flat(data: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _has(data: Any, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True
