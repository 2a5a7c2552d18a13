"""Whose words stand in a field that is to tell what the pupil said."""

from __future__ import annotations

import re

from .bare_words import bare, kept, plain

_OTHERS = re.compile(
    r"(?:de |dei )?(?:mor|mora|moren|far|faren|mamma|pappa|foreldre|foreldrene|foreldra|foresatte|føresette|hjemmet|heimen"
    r"|(?:kontakt)?lær(?:er|ar)\w*|rektor|skolen|skulen|ppt)\b"
)
_PUPIL = re.compile(
    r"\b(?:elev\w*|e ?\d+|gutt\w*|guten|gutane|jent\w*|barn\w*|han|ham|hans|hun|ho|henne|hennes|hennar|hen|sønn\w*|son(?:en)?|datter\w*|dotter\w*)\b"
)
_NAMED = re.compile(r"[a-zæøå,] +[A-ZÆØÅ][a-zæøå]+")


@kept
def only_others_say(text: str) -> bool:
    """Whether ``text`` begins with the home or the school and speaks of no child: «Mor og far ønsker flere voksne ute»."""
    words = bare(text)
    return _OTHERS.match(words) is not None and not _PUPIL.search(words) and not _NAMED.search(plain(text))
