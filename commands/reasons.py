"""Reasons that a person gives for what is done: kept in the run log or shown in reports, so they say why and never who."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import gettext as _

from ..domain.errors import SettingsError
from ..validators.reading.filled_in import is_filled_in
from ..validators.reading.identity_number import find_identity_numbers

LONGEST = 500
"""Characters."""
_SHORTEST = 4
"""Letters: «x» and «ok» say nothing."""
_EMPTY = frozenset({"grunn", "grunnen", "begrunnelse", "annet", "anna", "test", "diverse", "fordi", "reason", "avvik"})
_NAME = re.compile(r"(?<![\w-])[A-ZÆØÅ][a-zæøåéèüö]+(?:-[A-ZÆØÅ][a-zæøåéèüö]+)?")
_NO_NAMES = re.compile(
    r"""statsforvalter\w* | utdanningsdirektorat\w* | (?:sikker|sak|visma|flyt|årshjul\w*|teams|øyer|innlandet|norge|norsk)
      | \w*(?:skole|skolen|skule|skulen|kommune|kommunen|fylke|direktorat\w*|tilsyn\w*|ombud\w*|rådet|tjeneste\w*|teneste\w*) """,
    re.X,
)
_SENTENCE = re.compile(r"[.!?:;\n]\s*")


def problems(reason: str) -> Iterator[str]:
    """What must be mended in ``reason``, which itself is never repeated."""
    words = reason.strip()
    if not words:
        yield _("--reason må si hvorfor, uten å si hvem det gjelder")
        return
    if len(words) > LONGEST:
        yield _("--reason kan ha høyst {n} tegn").format(n=LONGEST)
    if find_identity_numbers(words):
        yield _("--reason har et fødselsnummer: skriv hvorfor, uten å si hvem det gjelder")
    letters = sum(map(str.isalpha, words))
    if letters < _SHORTEST or words.casefold().strip(" .!") in _EMPTY or not is_filled_in(words):
        yield _("--reason sier ikke hvorfor: skriv det med noen ord")
    if _looks_like_a_name(words):
        yield _("--reason ser ut til å ha et navn: skriv det uten (er det ikke et navn, skriv ordet med liten bokstav)")


def checked(reason: str) -> str:
    """The reason as it is kept. Raises SettingsError that says what to mend."""
    found = list(problems(reason))
    if found:
        raise SettingsError("; ".join(found))
    return reason.strip()


def _looks_like_a_name(words: str) -> bool:
    """A word with a capital that begins no sentence, or two of them side by side; places of work are none."""
    for sentence in _SENTENCE.split(words):
        found = [m for m in _NAME.finditer(sentence) if not _NO_NAMES.fullmatch(m[0].casefold())]
        if any(match.start() > 0 for match in found):
            return True
    return False
