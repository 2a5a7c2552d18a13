"""Settings from TOML, environment and a secrets folder. A misspelt key is an error; a secret is never shown."""

from __future__ import annotations

from .addresses import OWNER
from .loading import HIDDEN, load_settings, secrets_folder, shown
from .model import PREFIX, Settings
from .readers import MailSection, PublishSection
from .sections import (
    FolderSection,
    HttpSection,
    NsrSection,
    OneRosterSection,
    OpenSection,
    Section,
    SikkerSakSection,
)

__all__ = [
    "HIDDEN",
    "OWNER",
    "PREFIX",
    "FolderSection",
    "HttpSection",
    "MailSection",
    "NsrSection",
    "OneRosterSection",
    "OpenSection",
    "PublishSection",
    "Section",
    "Settings",
    "SikkerSakSection",
    "load_settings",
    "secrets_folder",
    "shown",
]
