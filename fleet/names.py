"""What travels between hosts: names of municipalities, counts and kinds of problem. Never a case, never a secret, never a text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..domain.exit_code import ExitCode

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9ÆØÅæøå_-][A-Za-z0-9ÆØÅæøå._-]{0,63}$")]
"""A municipality's folder, which is what it is called here."""
Kind = Annotated[str, Field(pattern=r"^[A-Za-z]{1,60}$")]
"""A kind of problem: of :class:`NoNight`, of :class:`..domain.problem.ProblemKind`, or an error's own name in ``domain/errors.py``."""
Count = Annotated[int, Field(ge=0)]


class NoNight(StrEnum):
    """Why a municipality's night was not begun, or has no account of its own."""

    BAD_NAME = "BadName"
    SETTINGS = "SettingsError"
    STORE_ELSEWHERE = "StoreElsewhere"
    """store or run log lie outside the municipality's folder, or nobody has said where"""
    STORE_SHARED = "StoreShared"
    """another municipality has the same database and schema"""
    ON_TWO_HOSTS = "OnTwoHosts"
    """the folder is on two hosts: there would be two run logs, and perhaps two stores"""
    NOT_THERE = "NotThere"
    """the name was asked for, and no host has it"""
    HOST_LOST = "HostLost"
    """no worker is left on the host that has it"""
    WORKER_LOST = "WorkerLost"
    """worker after worker went down with it"""
    NIGHT_KILLED = "NightKilled"
    """its process was killed, by memory perhaps"""
    CRASHED = "Crashed"
    """a fault of ours; the host's log has its place"""
    NO_ACCOUNT = "NoAccount"
    """its process ended without saying what it did"""


class Travels(BaseModel):
    """Something that may leave a host."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class MunicipalNight(Travels):
    """What came of one municipality's night."""

    municipality: Name
    state: Literal["complete", "incomplete", "stopped", "failed"]
    exit_code: int = ExitCode.UNCHECKED
    """As ``skolemiljo sync`` would have ended."""
    kind: Kind | None = None
    """What broke the whole night off."""
    problems: dict[Kind, Count] = {}
    """How many of each kind: cases, writes and schools that were not as they should be."""
    schools: Count = 0
    schools_whole: Count = 0
    read: Count = 0
    judged: Count = 0
    written: Count = 0
    waiting: Count = 0
    unknown: Count = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_kib: Count = 0
    """The most memory that its process held."""
    tries: Count = 0
    host: str = ""

    @property
    def whole(self) -> bool:
        """Whether all of it was read, judged and written."""
        return self.state == "complete"

    @property
    def passes(self) -> bool:
        """Whether what kept it from being whole passes by itself, so that it is worth another try tonight."""
        return self.exit_code == ExitCode.LATER or self.kind == NoNight.NIGHT_KILLED


def not_begun(municipality: str, fault: str, *, host: str = "", tries: int = 0) -> MunicipalNight:
    """The account of a municipality whose night did not come about."""
    code = ExitCode.SETTINGS if fault == NoNight.SETTINGS else ExitCode.UNCHECKED
    return MunicipalNight(municipality=municipality, state="failed", exit_code=code, kind=fault, host=host, tries=tries)


class Order(Travels):
    """What a worker is asked to do: which municipality, in which folder of its own host, and for which moment."""

    folder: str
    municipality: Name
    as_of: datetime
    dry_run: bool = False
    full: bool = False
    log: str = "warning"
    """Least level of what the night logs, on its own host."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality as its host shows it."""

    name: str
    host: str
    store: str
    """A mark of where its store is, so that two can be seen to share one."""
    size: int
    """Bytes of the store's file: the largest begin first."""
    fault: str | None = None


class LastNight(Travels):
    """Until when a municipality has been seen whole."""

    municipality: Name
    complete_at: datetime | None = None
    """When the last whole night ended."""
    ended_at: datetime | None = None
    state: str | None = None
    """How the last night ended; ``None``: there has been none."""
    kind: Kind | None = None
    """Why it can't be told."""


def place_of(folder: str, name: str) -> tuple[Path, Path | None]:
    """The settings file and, where there is one, the folder of secrets of a municipality."""
    home = Path(folder) / name
    return home / "settings.toml", secrets if (secrets := home / "secrets").is_dir() else None


def line(what: Travels) -> str:
    """As one line of JSON."""
    return json.dumps(what.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"


def plain(what: Travels) -> dict[str, Any]:
    """As plain data, whole."""
    return what.model_dump(mode="json")
