"""Reads one case in the case format: from a file, a folder exchange, or a connector's mapping."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from gettext import gettext as _
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from ..domain.base import ReadingContext
from ..domain.case import Case
from ..domain.errors import UnreadableCase
from ..domain.fault_words import mistakes, why_not
from ..domain.moment import OSLO
from .habits import read_model
from .references import case_number, may_be_names, tells_who
from .strict_json import strict_json

BYTES_AT_MOST = 16 * 1024 * 1024
_FIELDS_TOLD = 8
_PLAIN = re.compile(r"[A-Za-z0-9ÆØÅæøå][A-Za-z0-9ÆØÅæøå._/\-]{0,63}")
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")


def read_case_file(path: Path, zone: ZoneInfo | None = None, context: ReadingContext | None = None) -> Case:
    """The case in the file ``path``. ``zone``: of times without offset, where the source declares it.

    Raises UnreadableCase naming the case (or the file) and the fields, never the content.
    """
    name = told(path.stem)
    try:
        data = read_plain_file(path, BYTES_AT_MOST)
    except OSError as error:
        raise UnreadableCase(
            _("fila kan ikke leses ({why_not})").format(why_not=why_not(error)), system="folder", case=name
        ) from None
    except ValueError as error:
        raise UnreadableCase(_("fila er {error}").format(error=error), system="folder", case=name) from None
    context = context or ReadingContext(by_people=True, names_nobody=True)
    return read_case(data, zone, system="folder", name=name, context=context, own_key=True)


def read_case(
    data: bytes,
    zone: ZoneInfo | None = None,
    *,
    system: str,
    name: str | None = None,
    context: ReadingContext | None = None,
    own_key: bool = False,
) -> Case:
    """The case in a JSON document. ``name`` is told where the document does not tell its own id. ``own_key``: nothing is kept of it, so
    that without a key a case number that tells who it is about becomes a pseudonym by the document itself."""
    try:
        raw = strict_json(data)
    except ValueError as error:
        raise UnreadableCase(
            _("fila er {error}: eksporter saken på nytt").format(error=error), system=system, case=name
        ) from None
    context = context or ReadingContext()
    if own_key and isinstance(raw, dict) and "id" in raw:
        by_itself = replace(context, reference_key=context.reference_key or hashlib.sha256(data).digest())
        raw["id"] = case_number(raw["id"], by_itself, system=system)
    return case_from(raw, zone, system=system, name=name, context=context)


def case_from(
    raw: Any,
    zone: ZoneInfo | None = None,
    *,
    system: str,
    name: str | None = None,
    context: ReadingContext | None = None,
    named: frozenset[str] = frozenset(),
) -> Case:
    """The case in a parsed document. ``named``: the names that the source gives in it, word by word."""
    context = context or ReadingContext()
    if zone is not None:
        context.zone = zone
    if isinstance(raw, dict) and "id" in raw:
        raw = {**raw, "id": case_number(raw["id"], context, system=system, name=name, named=named)}
    try:
        return read_model(Case, raw, context, named)
    except ValidationError as error:
        told: dict[str, str] = {}
        for fault in mistakes(error):
            told.setdefault(_path(fault.place), fault.words)
        fields = tuple(told)[:_FIELDS_TOLD]
        what = "; ".join(f"{field} {told[field]}" for field in fields)
        raise UnreadableCase(
            _("rett saken: {what}").format(what=what), system=system, case=case_id_of(raw) or name, fields=fields
        ) from None
    except RecursionError:
        raise UnreadableCase(_("saken er nøstet for dypt: eksporter den på nytt"), system=system, case=name) from None


def read_plain_file(path: Path, at_most: int) -> bytes:
    """The bytes of an ordinary file. Raises OSError, or ValueError with a text of our own on a link, device or giant."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(_("ikke en vanlig fil"))
        data = file.read(at_most + 1)
    if len(data) > at_most:
        raise ValueError(_("større enn {at_most} byte").format(at_most=at_most))
    return data


def told(stem: str, key: bytes = b"") -> str:
    """How a case file is called where it can't tell its own case number: its stem where that looks like a case number.

    A stem may be a pupil's name or identity number; then it is told by a short sum of it, by ``key`` where there is one, which stays
    the same.
    """
    if (
        is_case_number(stem)
        and any(map(str.isdigit, stem))
        and not _ELEVEN_DIGITS.search(stem)
        and not (tells_who(stem, named=may_be_names(stem)))
    ):
        return stem
    plain = stem.encode(errors="surrogatepass")
    return f"fil-{(hmac.digest(key, plain, hashlib.sha256).hex() if key else hashlib.sha256(plain).hexdigest())[:8]}"


def place_of(file: Path, among: Sequence[Path], folder: str) -> str:
    """Where a person finds a file whose name is not told: its number by name in ``folder``, its size, and when it was changed.

    ``among``: all case files there. An empty text where the file's name is told.
    """
    if told(file.stem) == file.stem:
        return ""
    try:
        status = file.lstat()
    except OSError:
        return ""
    number = sorted(among, key=lambda path: str(path).casefold()).index(file) + 1
    changed = datetime.fromtimestamp(status.st_mtime, OSLO)
    where = _("{folder}: fil nr. {number} av {n}, {size} byte, {day} kl. {time}")
    day, time = f"{changed:%d.%m.%Y}", f"{changed:%H.%M}"
    return where.format(folder=folder, number=number, n=len(among), size=status.st_size, day=day, time=time)


def case_id_of(raw: Any, context: ReadingContext | None = None) -> str | None:
    """The case number that a document tells, or its pseudonym, where it can be repeated."""
    try:
        found = case_number(raw.get("id") if isinstance(raw, dict) else None, context or ReadingContext(), system="")
    except UnreadableCase:
        return None
    return found if isinstance(found, str) and is_case_number(found) else None


def is_case_number(name: str) -> bool:
    """Whether ``name`` can be a case number, and be repeated: no name with a space, no identity number by itself."""
    return _PLAIN.fullmatch(name) is not None and not (len(name) == 11 and name.isdigit())


def _path(location: tuple[int | str, ...]) -> str:
    """A field's path; a part that is not one of our own field names (a key of the source) is shown as ``*``."""
    parts = [part for part in location if part != "[key]"]  # the key itself is what is wrong, and stands before it
    return ".".join(str(part) if isinstance(part, int) or part in _our_names() else "*" for part in parts) or _(
        "hele saken"
    )


@cache
def _our_names() -> frozenset[str]:
    """Every name of a field of ours, at any depth. Worked out when the first broken case comes: it takes a while."""
    found: set[str] = set()

    def walk(schema: Any) -> None:
        if isinstance(schema, dict):
            found.update(schema.get("properties", {}))
            for value in schema.values():
                walk(value)
        elif isinstance(schema, list):
            for value in schema:
                walk(value)

    walk(Case.model_json_schema())
    return frozenset(found)
