"""The languages that there are words in, and where the words lie."""

from __future__ import annotations

from pathlib import Path

NORWEGIAN = ("nb", "nn")
"""Reports, rules and everything else that stands in a case are Norwegian only."""
SPOKEN = (*NORWEGIAN, "en")
"""What the commands say is there in English too."""
CATALOGUE = "messages"
"""Name of the catalogue. It is gettext's own standard name, so that click finds its texts in the same one."""
LOCALE_FOLDER = Path(__file__).parent / "locale"
