"""Sheets that people fill in: cases and the annual cycle in, flags and status out."""

from __future__ import annotations

from gettext import gettext as _

from ...domain.base import ReadingContext
from ...domain.errors import SettingsError
from ...settings import Settings
from .connector import Workbook
from .grids import holds_sheets

__all__ = ["Workbook", "connector", "holds_sheets"]


def connector(settings: Settings) -> Workbook:
    """The connector as ``settings`` say. Raises SettingsError."""
    if settings.workbook.path is None:
        raise SettingsError(_("workbook.path er ikke satt: oppgi stien til arbeidsboka"))
    context = ReadingContext(reference_key=settings.reference_key, no_names=settings.no_names, names_nobody=True)
    return Workbook(settings.workbook.path, settings.workbook.out, context=context)
