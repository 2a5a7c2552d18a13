"""What may stand where an address, a reader or a school is asked for."""

from __future__ import annotations

from gettext import gettext as _
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from ..domain.school import is_organisation_number

OWNER = "owner"
"""Who is no school, in tables of readers."""
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def _address(value: str) -> str:
    """The address as it is sent: a domain with other letters than ASCII's as IDNA."""
    from email.headerregistry import Address as Parsed

    local, at, domain = value.rpartition("@")
    if not domain.isascii():
        import idna

        try:
            value = f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
        except idna.IDNAError:
            raise ValueError(_("er ikke en e-postadresse")) from None
    try:
        parsed = Parsed(addr_spec=value)
    except (ValueError, IndexError):
        raise ValueError(_("er ikke en e-postadresse")) from None
    if not parsed.username or not parsed.domain or not parsed.domain.isascii() or not value.isprintable():
        raise ValueError(_("er ikke en e-postadresse"))
    return value


Address = Annotated[str, AfterValidator(_address)]
"""One e-mail address, without a name."""


def _ping(value: str | None) -> str | None:
    parts = urlsplit(value or "https://none")
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in THIS_MACHINE):
        raise ValueError(_("må være en https-adresse"))
    return value


PingAddress = Annotated[str | None, AfterValidator(_ping)]
"""A dead man's switch, called with one GET after each run that worked. Whoever knows it can silence the alarm."""


def _place_of_an_entry(value: str | None) -> str | None:
    if value is not None and "{log}" not in value:
        raise ValueError(_("må være en https-adresse med {log} der id-en til oppføringen skal stå"))
    return None if value is None else _place_of_a_case(value if "{case}" in value else f"{value}#{{case}}") and value


def _place_of_a_case(value: str | None) -> str | None:
    parts = urlsplit((value or "https://none/{case}").replace("{case}", "1"))
    if (value and "{case}" not in value) or parts.scheme != "https" or not parts.hostname:
        raise ValueError(_("må være en https-adresse med {case} der saksnummeret skal stå"))
    return value


CaseAddress = Annotated[str | None, AfterValidator(_place_of_a_case)]
"""Where a case is found in the case system, with ``{case}`` in the place of its number."""


def _reader(value: str) -> str:
    reader = value.replace(" ", "")
    if reader != OWNER and not is_organisation_number(reader):
        raise ValueError(_("skriv owner eller et organisasjonsnummer"))
    return reader


def _school_key(value: str) -> str:
    number = value.replace(" ", "")
    if not is_organisation_number(number):
        raise ValueError(_("skriv organisasjonsnummeret til en skole"))
    return number


EntryAddress = Annotated[str | None, AfterValidator(_place_of_an_entry)]
"""Where an entry of a case's log is found, with ``{log}`` in the place of its id, and perhaps ``{case}``."""


Reader = Annotated[str, AfterValidator(_reader)]
"""``owner``, or a school's organisation number."""


SchoolKey = Annotated[str, AfterValidator(_school_key)]
"""A school's organisation number, with or without spaces."""
