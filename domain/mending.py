"""What is wrong with a value or a file, in the words that users read (bokmål). Never what stood there."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

_WORDS = {
    "missing": "mangler",
    "extra_forbidden": "er et ukjent felt",
    "bool_type bool_parsing": "må være true eller false",
    "int_type int_parsing int_from_float": "må være et helt tall",
    "float_type float_parsing": "må være et tall",
    "string_type": "må være tekst",
    "string_too_short": "må ha minst {min_length} tegn",
    "string_too_long": "kan ha høyst {max_length} tegn",
    "string_pattern_mismatch": "er ikke skrevet slik formatet krever",
    "too_short": "må ha minst {min_length}",
    "too_long": "kan ha høyst {max_length}",
    "enum literal_error": "må være {expected}",
    "greater_than": "må være større enn {gt}",
    "greater_than_equal": "må være minst {ge}",
    "less_than": "må være mindre enn {lt}",
    "less_than_equal": "kan være høyst {le}",
    "date_type date_parsing date_from_datetime_parsing date_from_datetime_inexact": "må være en dato som 2026-11-25",
    "datetime_type datetime_parsing datetime_object_invalid datetime_from_date_parsing": (
        "må være et tidspunkt som 2026-11-25T08:00:00+01:00"
    ),
    "timezone_aware": "må ha tidssone",
    "time_type time_parsing": "må være et klokkeslett som 08:00:00",
    "url_type url_parsing url_syntax_violation url_scheme": "må være en nettadresse",
    "path_type": "må være stien til en fil eller mappe",
    "list_type tuple_type set_type frozen_set_type": "må være en liste",
    "dict_type mapping_type model_type model_attributes_type": "må være en gruppe med felter",
}
"""Kinds of fault (pydantic's names) → what is said of the field; in braces what the model itself asks for."""
_BY_KIND = {kind: words for kinds, words in _WORDS.items() for kind in kinds.split()}
_LIMITS = ("min_length", "max_length", "gt", "ge", "lt", "le", "expected")
_EXPECTED_AT_MOST = 200
"""Characters; a longer list of words helps nobody in the middle of a line."""
_OURS = frozenset({"moment", "organisation_number", "value_error"})
"""Faults with a text of our own, which is Norwegian and repeats nothing of the input."""

_FILE_WORDS = {
    errno.ENOENT: "finnes ikke",
    errno.EACCES: "ingen tilgang",
    errno.EPERM: "ingen tilgang",
    errno.EEXIST: "finnes fra før",
    errno.EISDIR: "er en mappe",
    errno.ENOTDIR: "en del av stien er ikke en mappe",
    errno.ELOOP: "er en lenke; lenker følges ikke",
    errno.ENAMETOOLONG: "navnet er for langt",
    errno.ENOSPC: "disken er full",
    errno.EDQUOT: "disken er full",
    errno.EROFS: "disken kan bare leses",
    errno.EIO: "feil på disken",
    errno.EMFILE: "for mange åpne filer",
    errno.EADDRINUSE: "opptatt",
}

_KINDS = {
    "UnreadableCase": "saken kunne ikke leses",
    "CaseForbidden": "ingen tilgang til saken",
    "CaseNotFound": "saken finnes ikke",
    "RateLimited": "for mange forespørsler",
    "ServerUnavailable": "serveren svarte med feil",
    "ConnectionLost": "fikk ikke et helt svar",
    "NoAnswer": "systemet svarte ikke",
    "IncompleteAnswer": "svaret var ikke helt",
    "AuthenticationFailed": "innloggingen ble avvist",
    "AccessDenied": "ingen tilgang",
    "FlagRejected": "flaggene ble avvist",
    "NotAsWritten": "noe annet sto der enn det som ble skrevet",
    "KeptChanging": "saken ble endret hver gang",
    "JudgementFailed": "feil i verktøyet",
}
"""Kinds of error (the names of classes, as the store and JSON keep them) → what happened."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, its kind (pydantic's name), and what is said of it."""

    place: tuple[int | str, ...]
    kind: str
    words: str


def faults(error: ValidationError) -> list[Fault]:
    """Everything that ``error`` found, in its order. Places may hold keys of the input; the words hold nothing of it."""
    return [
        Fault(found["loc"], found["type"], _words(found["type"], found["msg"], found.get("ctx", {})))
        for found in error.errors(include_input=False, include_url=False)
    ]


def why_not(error: OSError) -> str:
    """Why a file, a folder or a port can't be had; the error's class where it is a rare one."""
    return _FILE_WORDS.get(error.errno or 0, type(error).__name__)


def called(kind: str) -> str:
    """What an error of the class ``kind`` means; the name itself where it is none that a source or a write has."""
    return _KINDS.get(kind, kind)


def _words(kind: str, message: str, context: dict[str, Any]) -> str:
    if kind in _OURS:
        return message.removeprefix("Value error, ")
    words = _BY_KIND.get(kind)
    if words is None:
        return f"er ikke gyldig ({kind})"
    limits = {name: str(context.get(name, "?")).replace(" or ", " eller ") for name in _LIMITS}
    return (
        words.format_map(limits) if len(limits["expected"]) <= _EXPECTED_AT_MOST else "er ikke et ord som formatet har"
    )
