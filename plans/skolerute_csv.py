"""A skolerute by day, as municipalities publish it as open data: one line for each day (and school), school day or not."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from datetime import date
from gettext import gettext as _

from ..domain.errors import SettingsError
from ..domain.school import is_organisation_number
from .skolerute import FreeDays, NotUnderstood

_DATE = ("dato", "date", "dag")
_OPEN = ("elevdag", "skoledag", "skuledag", "school_day", "pupil_day")
_FREE = ("elevfri", "fridag", "fri", "free")
_SCHOOL = ("organisasjonsnummer", "orgnr", "skole", "skule", "school")
_WHY = ("kommentar", "merknad", "why", "tekst")
_YES = frozenset({"ja", "j", "1", "true", "x", "sann", "yes", "y"})
_NO = frozenset({"nei", "n", "0", "false", "", "usann", "no"})
_NORWEGIAN = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4}-?\d\d-?\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?(?:[+-]\d\d:?\d\d)?)?", re.ASCII)
_FOR_EXCEL = re.compile(r"sep=(.)\r?\n", re.I)
"""The line that tells Excel which separator the file has."""


def read_days(text: str, name: str, school: str | None) -> tuple[list[FreeDays], list[NotUnderstood]]:
    """The free days of each owner in the file ``name``, and the lines that could not be read. Raises SettingsError."""
    text = _FOR_EXCEL.sub("", text, count=1) if _FOR_EXCEL.match(text) else text
    try:
        return _read(csv.DictReader(io.StringIO(text), delimiter=_delimiter(text)), name, school)
    except csv.Error:
        raise SettingsError(
            _("{name}: første linje må ha kolonnene dato og elevdag (ja eller nei)").format(name=name)
        ) from None


def _read(rows: csv.DictReader[str], name: str, school: str | None) -> tuple[list[FreeDays], list[NotUnderstood]]:
    columns = {(column or "").strip().casefold(): column for column in rows.fieldnames or ()}
    when, open_, free = (_one_of(columns, names) for names in (_DATE, _OPEN, _FREE))
    if when is None or (open_ is None) == (free is None):
        raise SettingsError(_("{name}: første linje må ha kolonnene dato og elevdag (ja eller nei)").format(name=name))
    whose, why = _one_of(columns, _SCHOOL), _one_of(columns, _WHY)
    days: dict[str, dict[date, tuple[bool, str]]] = defaultdict(dict)
    loose: list[NotUnderstood] = []
    for row in rows:
        day, word = _day(row.get(when) or ""), (row.get(open_ or free or "") or "").strip().casefold()
        if day is None or word not in _YES | _NO:
            loose.append(NotUnderstood(name, (row.get(when) or "")[:20], f"linje {rows.line_num}", _("kan ikke leses")))
            continue
        owner = (row.get(whose) or "").strip().replace(" ", "") if whose is not None else ""
        comment = (row.get(why) or "").strip()[:60] if why is not None else ""
        is_open = (word in _YES) == (open_ is not None)
        if days[owner].setdefault(day, (is_open, comment))[0] != is_open:
            days[owner][day] = (True, comment)
            what = _("står både som skoledag og som fri")
            loose.append(NotUnderstood(name, f"{day:%d.%m.%Y}", f"linje {rows.line_num}", what))
    return [_free_days(owner, told, name) for owner, told in _by_owner(days, name, school).items()], loose


def _by_owner(
    days: dict[str, dict[date, tuple[bool, str]]], name: str, school: str | None
) -> dict[str | None, dict[date, tuple[bool, str]]]:
    """The days by organisation number. Schools called by name are the municipality's where all of them agree."""
    found: dict[str | None, dict[date, tuple[bool, str]]] = {}
    for owner, told in days.items():
        key = owner if is_organisation_number(owner) else school
        open_days = {day: is_open for day, (is_open, _why) in told.items()}
        if key in found and {day: is_open for day, (is_open, _why) in found[key].items()} != open_days:
            what = _("{name}: skolene har ulike dager; skriv organisasjonsnummer i kolonnen for skole")
            raise SettingsError(what.format(name=name))
        found.setdefault(key, told)
    if not found:
        raise SettingsError(_("{name}: ingen dager kunne leses").format(name=name))
    return found


def _free_days(school: str | None, told: dict[date, tuple[bool, str]], name: str) -> FreeDays:
    free = FreeDays(school, name, {day: why for day, (is_open, why) in told.items() if not is_open})
    open_days = sorted(day for day, (is_open, _why) in told.items() if is_open)
    for day, before in zip(open_days, [None, *open_days], strict=False):
        if day.month in (8, 9) and (before is None or before.month < 8):
            free.add_summer(day, None)
        if before is not None and before.month in (6, 7) and day.month >= 8:
            free.add_summer(None, before)
    if open_days and open_days[-1].month in (6, 7):
        free.add_summer(None, open_days[-1])
    free.years = free.covered()
    return free


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(";,\t", key=head.count)


def _one_of(columns: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _day(text: str) -> date | None:
    text = text.strip()
    norwegian, iso = _NORWEGIAN.fullmatch(text), _ISO.fullmatch(text)
    try:
        if norwegian:
            day = date(*(int(part) for part in reversed(norwegian.groups())))
        elif iso:
            day = date.fromisoformat(iso[1])
        else:
            return None
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
