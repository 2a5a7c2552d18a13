"""The list of schools from where it is kept anyway: the national register, OneRoster 1.2, or a TOML file."""

from __future__ import annotations

from gettext import gettext as _

from ...domain.errors import SettingsError
from ...settings import Settings
from ..connect import http_client, open_client
from .nsr import SYSTEM as SYSTEM_NSR
from .nsr import NationalRegister
from .one_roster import SYSTEM, OneRoster
from .schools_file import SchoolsFile

__all__ = ["NationalRegister", "OneRoster", "SchoolsFile", "national_register", "over_http", "schools_file"]


def national_register(settings: Settings) -> NationalRegister:
    """Nasjonalt skoleregister as ``settings`` say; what it told is kept beside the store. Raises SettingsError."""
    section = settings.nsr
    if not section.municipality:
        raise SettingsError(_("nsr.municipality mangler: kommunens nummer, fire siffer"))
    memory = settings.store.with_name("nsr.json") if settings.store is not None else None
    http = open_client(SYSTEM_NSR, section, settings)
    return NationalRegister(http, section.municipality, memory=memory, days=section.days)


def over_http(settings: Settings) -> OneRoster:
    """OneRoster as ``settings`` say. Raises SettingsError."""
    section = settings.oneroster
    return OneRoster(http_client(SYSTEM, section, settings), page_size=section.page_size)


def schools_file(settings: Settings) -> SchoolsFile:
    """The TOML file that ``settings`` name. Raises SettingsError."""
    if settings.schools_file is None:
        raise SettingsError(_("schools_file mangler: oppgi fila med listen over skoler"))
    return SchoolsFile(settings.schools_file)
