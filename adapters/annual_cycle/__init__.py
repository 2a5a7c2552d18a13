"""The annual cycle (1310.no): the connector and the contract we assume."""

from __future__ import annotations

from ...settings import Settings
from ..connect import http_client
from .connector import SYSTEM, AnnualCycleOverHttp

__all__ = ["AnnualCycleOverHttp", "connector"]


def connector(settings: Settings) -> AnnualCycleOverHttp:
    """The connector as ``settings`` say. Raises SettingsError."""
    return AnnualCycleOverHttp(http_client(SYSTEM, settings.annual_cycle, settings))
