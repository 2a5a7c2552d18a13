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
_EMPTY = frozenset(
    {
        "grunn",
        "grunnen",
        "begrunnelse",
        "annet",
        "anna",
        "test",
        "diverse",
        "fordi",
        "reason",
        "avvik",
        "ingen",
        "ingenting",
    }
    | {"ikke aktuelt", "ikkje aktuelt", "vet ikke", "veit ikkje", "som avtalt", "som avtala", "ingen grunn", "inga"}
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_NAME = re.compile(r"(?<![\w-])[A-ZÆØÅ][a-zæøåéèüö]+(?:-[A-ZÆØÅ][a-zæøåéèüö]+)?")
_NAMED = """aisha aksel alexander alfred ali amalie amanda amina anders andreas anette anita anna anne anneli arild arne arvid asbjørn
    astrid aud aurora axel benjamin berit bente birgit birgitte bjarne bjørg camilla cathrine charlotte christian christine
    daniel david ebba eirik einar eivind elias elin eline elisabeth ella ellen emil emilie emma erik espen eskil eva fatima
    filip fredrik frida frode gerd geir grete gro gunnar gunn guri hanna hanne hassan harald hedda heidi helene henriette
    henrik henry hilde håkon håvard ida inger ingrid ingvild isak iselin ivar jakob jenny jens jeanette johan johanne johannes
    jonas jonathan jorunn julie jørgen kaja karen kari karin karoline kasper katrine kjell kjersti kjetil knut kristian kristin
    kristina kristine kristoffer lars laura lea leif lena leon liam lina linda linn linnea lise line lucas ludvig lukas magne
    magnus maja malin maren mari maria marianne marie marit marius marte martin martine mathias matias mathilde maud merete
    mia michael mikkel mohammad mohammed mona monica morten nils nina noah nora odin ola olav ole oline oliver olivia omar
    oscar oskar pernille petter philip pål ragnar ragnhild randi rasmus reidar reidun robert roger rune sander sandra sara sebastian
    selma signe sigrid sigurd silje simen siri sivert sofia sofie solveig sondre stian stine sunniva svein sverre synne synnøve
    terje thea theo therese theodor thomas thor tiril tobias tonje tora tore torill torunn trine trond trude truls
    trygve tuva ulrik unni vegard vegar victor vilde ylva yusuf øystein øyvind åsa åse"""
_FIRST_NAMES = frozenset(_NAMED.split())
"""First names that many have and that are no Norwegian words; «per», «hans» and «finn» are, and are not here."""
_ADDRESS = re.compile(r"\S@\S|(?<!\w)[A-ZÆØÅ]\. ?[A-ZÆØÅ]\.")
"""Of mail, or initials."""
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
    too_few = letters < _SHORTEST or not any(len(set(word)) > 2 for word in _WORD.findall(words.casefold()))
    if too_few or words.casefold().strip(" .!") in _EMPTY or not is_filled_in(words):
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
    """A word with a capital that begins no sentence, a first name anywhere, initials, an address; places of work are none."""
    if _ADDRESS.search(words) or not _FIRST_NAMES.isdisjoint(_WORD.findall(words.casefold())):
        return True
    for sentence in _SENTENCE.split(words):
        found = [m for m in _NAME.finditer(sentence) if not _NO_NAMES.fullmatch(m[0].casefold())]
        if any(match.start() > 0 for match in found):
            return True
    return False
