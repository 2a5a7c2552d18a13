"""Letters that a terminal has no room for: spelt out, so that no report dies of an «å»."""

from __future__ import annotations

import codecs
import unicodedata

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


def writable(text: str, encoding: str | None) -> str:
    """``text`` in letters that ``encoding`` can write: «å» becomes «aa» on an ASCII terminal.

    It is done before click sees the text, for click takes an ASCII terminal for a mistake and writes UTF-8 to it.
    """
    encoding = encoding or "utf-8"
    return text.encode(encoding, "skolemiljo.spell_out").decode(encoding)
