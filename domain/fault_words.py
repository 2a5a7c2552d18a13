"""What is wrong with a value or a file, in the words that users read. Never what stood there."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

from pydantic import ValidationError

from .problem import ProblemKind


def marked(words: str) -> str:
    """Marks ``words`` for the catalogue; they are translated where they are said."""
    return words


_WORDS = {
    "missing": marked("mangler"),
    "extra_forbidden": marked("er et ukjent felt"),
    "bool_type bool_parsing": marked("må være true eller false"),
    "int_type int_parsing int_from_float": marked("må være et helt tall"),
    "float_type float_parsing": marked("må være et tall"),
    "string_type": marked("må være tekst"),
    "string_too_short": marked("må ha minst {min_length} tegn"),
    "string_too_long": marked("kan ha høyst {max_length} tegn"),
    "string_pattern_mismatch": marked("er ikke skrevet slik formatet krever"),
    "too_short": marked("må ha minst {min_length} innslag"),
    "too_long": marked("kan ha høyst {max_length} innslag"),
    "enum literal_error": marked("må være {expected}"),
    "greater_than": marked("må være større enn {gt}"),
    "greater_than_equal": marked("må være minst {ge}"),
    "less_than": marked("må være mindre enn {lt}"),
    "less_than_equal": marked("kan være høyst {le}"),
    "date_type date_parsing date_from_datetime_parsing date_from_datetime_inexact": marked(
        "må være en dato som 2026-11-25"
    ),
    "datetime_type datetime_parsing datetime_object_invalid datetime_from_date_parsing": (
        marked("må være et tidspunkt som 2026-11-25T08:00:00+01:00")
    ),
    "timezone_aware": marked("må ha tidssone"),
    "time_type time_parsing": marked("må være et klokkeslett som 08:00:00"),
    "url_type url_parsing url_syntax_violation url_scheme": marked("må være en nettadresse"),
    "path_type": marked("må være stien til en fil eller mappe"),
    "list_type tuple_type set_type frozen_set_type": marked("må være en liste"),
    "dict_type mapping_type model_type model_attributes_type": marked("må være en gruppe med felter"),
}
"""Kinds of fault (pydantic's names) → what is said of the field; in braces what the model itself asks for."""
_BY_KIND = {kind: words for kinds, words in _WORDS.items() for kind in kinds.split()}
_LIMITS = ("min_length", "max_length", "gt", "ge", "lt", "le", "expected")
_EXPECTED_AT_MOST = 200
"""Characters; a longer list of words helps nobody in the middle of a line."""
_OURS = frozenset({"moment", "organisation_number", "value_error"})
"""Faults with a text of our own, which repeats nothing of the input."""

_FILE_WORDS = {
    errno.ENOENT: marked("finnes ikke"),
    errno.EACCES: marked("ingen tilgang"),
    errno.EPERM: marked("ingen tilgang"),
    errno.EEXIST: marked("finnes fra før"),
    errno.EISDIR: marked("er en mappe"),
    errno.ENOTDIR: marked("en del av stien er ikke en mappe"),
    errno.ELOOP: marked("er en lenke; lenker følges ikke"),
    errno.ENAMETOOLONG: marked("navnet er for langt"),
    errno.ENOSPC: marked("disken er full"),
    errno.EDQUOT: marked("disken er full"),
    errno.EFBIG: marked("disken er full"),
    errno.EROFS: marked("disken kan bare leses"),
    errno.EIO: marked("feil på disken"),
    errno.EMFILE: marked("for mange åpne filer"),
    errno.EADDRINUSE: marked("opptatt"),
}

_KINDS = {
    ProblemKind.UNREADABLE: marked("kunne ikke leses"),
    ProblemKind.FORBIDDEN: marked("ingen tilgang"),
    ProblemKind.GONE: marked("finnes ikke lenger i kilden"),
    ProblemKind.RATE_LIMITED: marked("for mange forespørsler"),
    ProblemKind.SERVER_UNAVAILABLE: marked("serveren svarte med feil"),
    ProblemKind.CONNECTION_LOST: marked("fikk ikke et helt svar"),
    ProblemKind.NO_ANSWER: marked("systemet svarte ikke"),
    ProblemKind.INCOMPLETE_ANSWER: marked("svaret var ikke helt"),
    ProblemKind.AUTHENTICATION_FAILED: marked("innloggingen ble avvist"),
    ProblemKind.ACCESS_DENIED: marked("ingen tilgang"),
    ProblemKind.FLAG_REJECTED: marked("flaggene ble avvist"),
    ProblemKind.CONFLICT: marked("ble endret i mellomtida"),
    ProblemKind.KEPT_CHANGING: marked("ble endret hver gang"),
    ProblemKind.NOT_AS_WRITTEN: marked("noe annet sto der enn det som ble skrevet"),
    ProblemKind.COUNTS_DISAGREE: marked("kildens antall saker er et annet enn vårt"),
    ProblemKind.MANY_VANISHED: marked("kilden viser langt færre saker enn før"),
    ProblemKind.NEVER_READ: marked("er ennå ikke lest til ende"),
    ProblemKind.SOURCE_FAULT: marked("kunne ikke sjekkes"),
    ProblemKind.JUDGEMENT_FAILED: marked("feil i verktøyet"),
}
"""What happened, by kind: the same words in commands and reports."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where, its kind (pydantic's name), and what is said of it."""

    place: tuple[int | str, ...]
    kind: str
    words: str


def mistakes(error: ValidationError) -> list[Mistake]:
    """Everything that ``error`` found, in its order. Places may hold keys of the input; the words hold nothing of it."""
    return [
        Mistake(found["loc"], found["type"], _words(found["type"], found["msg"], found.get("ctx", {})))
        for found in error.errors(include_input=False, include_url=False)
    ]


def why_not(error: OSError) -> str:
    """Why a file, a folder or a port can't be had; the error's class where it is a rare one."""
    words = _FILE_WORDS.get(error.errno or 0)
    return _(words) if words is not None else type(error).__name__


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Errors of a disk without room."""


def what_to_do(error: OSError) -> str:
    """The one thing that mends it."""
    if error.errno in FULL:
        return _("gjør plass, og kjør igjen")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _("gi brukeren som kjører dette, rett til å skrive der, eller kjør som den som eier filene")
    return _("sjekk stien i innstillingene eller på kommandolinja")


def called(kind: ProblemKind, words: Callable[[str], str] | None = None) -> str:
    """What ``kind`` means, in the language of the command, or by ``words`` in another."""
    return (words or _)(_KINDS[kind])


def _words(kind: str, message: str, context: dict[str, Any]) -> str:
    if kind in _OURS:
        return _(message.removeprefix("Value error, "))
    if kind == "unknown_field":
        return _("har et felt som formatet ikke har; det nærmeste er {near}").format(near=context["near"])
    words = _BY_KIND.get(kind)
    if words is None:
        return _("er ikke gyldig ({kind})").format(kind=kind)
    limits = {name: str(context.get(name, "?")).replace(" or ", _(" eller ")) for name in _LIMITS}
    if len(limits["expected"]) > _EXPECTED_AT_MOST:
        return _("er ikke et ord som formatet har")
    return _(words).format_map(limits)
