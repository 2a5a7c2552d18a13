"""Exchange over a folder of files: cases in, flags and annual-cycle status out."""

from __future__ import annotations

from gettext import gettext as _

from ...domain.errors import SettingsError
from ...settings import Settings
from .connector import Folder

__all__ = ["Folder", "connector"]


def connector(settings: Settings) -> Folder:
    """The connector as ``settings`` say. Raises SettingsError."""
    if settings.folder.path is None:
        raise SettingsError(
            _("folder.path er ikke satt: oppgi en innstillingsfil med --settings eller $SKOLEMILJO_SETTINGS")
        )
    folder = Folder(settings.folder.path, zone=settings.zone, lists_schools=settings.roster is None)
    folder.context.reference_key, folder.context.no_names = settings.reference_key, settings.no_names
    return folder
