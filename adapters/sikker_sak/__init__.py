"""Visma Sikker Sak: the connector, the one place that knows the wire, and the contract we assume."""

from __future__ import annotations

from ...domain.carries import Carries
from ...settings import Settings
from ..connect import http_client
from .case_numbers import SYSTEM
from .connector import SikkerSak
from .mapping import WireMapping, mapping_at
from .wire import Labels

__all__ = ["SikkerSak", "connector", "samples_mapping"]


def samples_mapping(settings: Settings) -> tuple[WireMapping, Labels]:
    """What an exported answer is read by: the mapping, whether or not anybody has signed it, and its labels. Raises SettingsError."""
    mapping = mapping_at(settings.sikker_sak.mapping, signed=False)
    return mapping, Labels(settings.sikker_sak.labels, mapping)


def connector(settings: Settings) -> SikkerSak:
    """The connector as ``settings`` say. Raises SettingsError."""
    section = settings.sikker_sak
    mapping = mapping_at(section.mapping)
    http = http_client(SYSTEM, section, settings)
    source = SikkerSak(
        http,
        labels=Labels(section.labels, mapping),
        mapping=mapping,
        zone=settings.zone,
        page_size=section.page_size,
        carries=Carries.of(lacks=(*mapping.lacks, *section.lacks)),
    )
    source.context.reference_key, source.context.no_names = settings.reference_key, settings.no_names
    return source
