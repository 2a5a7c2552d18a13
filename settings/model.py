"""All settings in one value, and what follows from them: paths, keys, links, languages."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from typing import ClassVar, Literal, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ..domain.base import is_pseudonym
from ..domain.school import School, is_organisation_number
from .addresses import OWNER, THIS_MACHINE, CaseAddress, EntryAddress, PingAddress
from .readers import MailSection, NotifySection, PublishSection, WatchSection
from .sections import (
    AnnualCycleSection,
    FolderSection,
    NsrSection,
    OneRosterSection,
    OpenSection,
    Section,
    SikkerSakSection,
    SyncSection,
    WorkbookSection,
)
from .sources import file_sources

PREFIX = "SKOLEMILJO_"
S = TypeVar("S", bound=Section)


class Settings(BaseSettings):
    """All settings. Order: environment (SKOLEMILJO_…, nested with __), secrets folder, TOML, standard values."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        defer_build=True,  # what is made is a class below this one, with what others have written
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
    case_words: list[str] = Field(default=[])
    """Words in case numbers that are no names («Vatne»); other words that begin with a capital letter become pseudonyms."""
    account: str | None = None
    """Who acts, where neither sudo nor the user of the process tells: a person's or a service's account. The run log has it as a keyed id."""
    ping_url: PingAddress = Field(default=None, repr=False)
    """Dead man's switch: one GET after a run that worked."""
    case_url: CaseAddress = None
    """Where a case is found in the case system, with ``{case}`` in the place of its number: what links point to."""
    log_url: EntryAddress = None
    """Where an entry of a case's log is found, with ``{log}`` in the place of its id and ``{case}`` of the case's number."""
    languages: dict[str, Literal["nb", "nn"]] = Field(default={})
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
                if self.production and urlsplit(getattr(section, key, "")).hostname in THIS_MACHINE:
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
        return (init_settings, env_settings, *file_sources(settings_cls, cls.toml_file, cls.secrets))
