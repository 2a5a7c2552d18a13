"""Words that may tell of something sensitive: where they stand in a text, never which they are."""

from __future__ import annotations

import re
from functools import cache

from .bare_words import data


@cache
def _pattern() -> re.Pattern[str]:
    groups = data("sensitive_words.toml")["words"]
    return re.compile(r"\b(?:" + "|".join(word for group in groups.values() for word in group) + ")")


def find_sensitive_words(text: str) -> tuple[int, ...]:
    """The places, from 1, of the first characters of words in ``text`` that may be sensitive (sensitive_words.toml)."""
    # lower() of some letters has another length; each is then left as it is, so that places stay those of the text.
    lower = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    return tuple(match.start() + 1 for match in _pattern().finditer(lower))
