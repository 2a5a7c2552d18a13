"""The list of schools from where it is kept anyway: OneRoster 1.2, or a TOML file."""

from __future__ import annotations

from gettext import gettext as _

from ...domain.errors import SettingsError
from ...settings import Settings
from ..connect import http_client
from .one_roster import SYSTEM, OneRoster
from .schools_file import SchoolsFile

__all__ = ["OneRoster", "SchoolsFile", "over_http", "schools_file"]


def over_http(settings: Settings) -> OneRoster:
    """OneRoster as ``settings`` say. Raises SettingsError."""
    section = settings.oneroster
    return OneRoster(http_client(SYSTEM, section, settings), page_size=section.page_size)


def schools_file(settings: Settings) -> SchoolsFile:
    """The TOML file that ``settings`` name. Raises SettingsError."""
    if settings.schools_file is None:
        raise SettingsError(_("schools_file mangler: oppgi fila med listen over skoler"))
    return SchoolsFile(settings.schools_file)
