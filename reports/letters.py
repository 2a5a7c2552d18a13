"""Letters that a terminal has no room for: spelt out, so that no report dies of an «å»."""

from __future__ import annotations

import codecs
import io
import unicodedata
from typing import IO

_SPELT_OUT = {
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "Æ": "Ae",
    "Ø": "Oe",
    "Å": "Aa",
    "«": '"',
    "»": '"',
    "–": "-",
    "→": "->",
    "…": "...",
    "·": "|",
    "§": "par.",
    "’": "'",
}


def _spell_out(error: UnicodeError) -> tuple[str, int]:
    """What an encoding cannot write is spelt out in letters that every terminal has."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    spelt = []
    for char in error.object[error.start : error.end]:
        bare = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode("ascii")
        spelt.append(_SPELT_OUT.get(char) or bare or "?")
    return "".join(spelt), error.end


codecs.register_error("skolemiljo.spell_out", _spell_out)


def make_writable(stream: IO[str]) -> None:
    """After this ``stream`` writes any text, whatever its encoding: «å» becomes «aa» on an ASCII terminal."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="skolemiljo.spell_out")
