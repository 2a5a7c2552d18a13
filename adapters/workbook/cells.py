"""One cell: what a person typed → the value as the case format has it, and back. What won't do says what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from gettext import gettext as _
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...domain.base import ReadingContext, Ref
from ...domain.case import CaseId
from ...domain.errors import UnreadableCase
from ...domain.moment import MONTHS, OSLO, Moment, can_be_meant, start_of
from ...domain.people import Role
from ...domain.school import is_organisation_number
from ..references import case_number
from .layout import Column, Holds, plainly, roles

NO_STAND = "no_stand"
"""In the place of a value: it is said that no stand is taken."""
_DATE = re.compile(
    r"(?:(m[aå]n|tir|tys|ons|tor|fre|lau|lør|s[øu]n)(?:[rs]?dag)?\.? )?"
    r"(\d{1,2})(?:\. ?(\d{1,2})\. ?|/(\d{1,2})[- ]|\.? ?([a-z]{3,9})\.? )(\d{4}|\d{2})",
    re.ASCII,
)
"""25.11.2026, 25/11-2026, «onsdag 25. november 2026», «25 nov 26»; with two slashes nobody knows which is the month."""
_WEEKDAYS = (("man", "mån"), ("tir", "tys"), ("ons",), ("tor",), ("fre",), ("lau", "lør"), ("søn", "sun"))
_TIME = re.compile(r"(\d{1,2})[.:](\d{2})(?:[.:](\d{2}))?", re.ASCII)
_YEAR = re.compile(r"(?:20)?(\d{2}) ?[-–/] ?(?:20)?(\d{2})", re.ASCII)
_YES_NO = {"ja": True, "nei": False, "true": True, "false": False, "sann": True, "usann": False}
_NO_STAND_WORDS = ("ikke vurdert", "ikkje vurdert")
_MUNICIPALITY = ("kommunen", "kommunen selv", "kommunen sjølv")
_LIST = re.compile(r"[;\n]")
_REFERENCES = re.compile(r"[;,\n]")
_HALF_A_SECOND = timedelta(microseconds=500_000)
_SERIALS = (20_000, 100_000)
"""Numbers of days that can be a date anybody means, by either of the two epochs."""
_TOLD_AT_MOST = 12
"""Words of a list that an error repeats."""


@dataclass(frozen=True, slots=True)
class Unread:
    """In the place of a cell's value: why it can't be had, and what to do."""

    why: str


@dataclass(frozen=True, slots=True)
class About:
    """What is known where a cell stands."""

    language: str = "nb"
    epoch: datetime | None = None
    """What a number of days is counted from; ``None``: the sheet has none, as a CSV file."""
    today: date = field(default_factory=lambda: datetime.now(OSLO).date())
    schools: Mapping[str, str | None] = field(default_factory=dict)
    """Name, plainly written → organisation number; ``None`` where two schools are called so."""
    context: ReadingContext = field(default_factory=ReadingContext)


class Wrong(ValueError):
    """A cell that won't do; its text says what to write, and repeats nothing."""


def read_cell(column: Column, value: Any, about: About) -> Any:
    """The value of a cell as the case format has it, ``None`` where it is empty. Raises Wrong."""
    if isinstance(value, Unread):
        raise Wrong(value.why)
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    return _READERS[column.holds](column, value, about)


def is_blank(value: Any) -> bool:
    """Whether nothing stands in the cell."""
    return value is None or (isinstance(value, str) and not value.strip())


# --- text and numbers ------------------------------------------------------------------------------------------------


def _text(_column: Column, value: Any, _about: About) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value).replace(".", ",")
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y %H:%M}".removesuffix(" 00:00")
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)


def _texts(column: Column, value: Any, about: About) -> list[str]:
    return [part.strip() for part in _LIST.split(_text(column, value, about)) if part.strip()]


def _count(_column: Column, value: Any, _about: About) -> int:
    if isinstance(value, str):
        try:
            value = float(value.replace(",", "."))
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9 or value != int(value):
        raise Wrong(_("skriv et helt tall, som 2"))
    return int(value)


def _yes_no(_column: Column, value: Any, _about: About) -> bool:
    found = value if isinstance(value, bool) else _YES_NO.get(plainly(str(value)))
    if found is None:
        raise Wrong(_("skriv ja eller nei"))
    return found


def _stand(column: Column, value: Any, about: About) -> bool | str:
    if plainly(str(value)) in _NO_STAND_WORDS:
        return NO_STAND
    try:
        return _yes_no(column, value, about)
    except Wrong:
        raise Wrong(_("skriv ja, nei eller «ikke vurdert»")) from None


# --- references ------------------------------------------------------------------------------------------------------


def number_in(value: Any) -> str:
    """The number of a case or a row. Raises Wrong."""
    if isinstance(value, datetime | date | time | timedelta):
        raise Wrong(_("regnearket har gjort nummeret om til en dato: sett formatet til tekst, og skriv det på nytt"))
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise Wrong(_("regnearket har gjort nummeret om: sett formatet til tekst, og skriv det på nytt"))
    return str(int(value) if isinstance(value, float) else value)


def _number_of(column: Column, value: Any, about: About) -> str:
    number = number_in(value)
    if column.path != "case":
        return _reference(number)
    try:
        return _reference(case_number(number, about.context, system=""), of_a_case=True)
    except UnreadableCase as error:
        raise Wrong(error.what_to_do) from None


def _numbers_of(_column: Column, value: Any, _about: About) -> list[str]:
    return [_reference(part.strip()) for part in _REFERENCES.split(number_in(value)) if part.strip()]


def _reference(text: str, *, of_a_case: bool = False) -> str:
    try:
        return str(_adapter(of_a_case).validate_python(text))
    except ValidationError:
        if of_a_case:
            raise Wrong(_("skriv et saksnummer uten mellomrom, som 2026/15, og aldri et fødselsnummer")) from None
        raise Wrong(
            _("skriv et nummer eller kjenningsmerke uten mellomrom, som elev-1, og aldri navn eller fødselsnummer")
        ) from None


@cache
def _adapter(of_a_case: bool) -> TypeAdapter[str]:
    return TypeAdapter(CaseId if of_a_case else Ref)


def _school(column: Column, value: Any, about: About) -> str | None:
    text = number_in(value)
    if not column.must and plainly(text) in _MUNICIPALITY:
        return None
    number = text.replace(" ", "").replace("\xa0", "")
    found = number if is_organisation_number(number) else about.schools.get(plainly(text))
    if found is None:
        raise Wrong(_("skriv skolens organisasjonsnummer, ni siffer, eller navnet slik det står i arket Skoler"))
    return found


def _school_year(_column: Column, value: Any, _about: About) -> str:
    found = _YEAR.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[2]) != int(found[1]) + 1:
        raise Wrong(_("skriv et skoleår, som 2026-2027"))
    return f"20{found[1]}-20{found[2]}"


# --- words and people ------------------------------------------------------------------------------------------------


def _word(column: Column, value: Any, about: About) -> str:
    assert column.words is not None  # noqa: S101 - by the layout
    found = column.words.value(str(value))
    if found is None:
        known = column.words.all(about.language)
        if len(known) > _TOLD_AT_MOST:
            raise Wrong(_("velg et av ordene fra lista i arket"))
        raise Wrong(_("skriv en av disse: {words}").format(words="; ".join(known)))
    return found


def _words(column: Column, value: Any, about: About) -> list[str]:
    return [_word(column, part, about) for part in _texts(column, value, about)]


def _person(_column: Column, value: Any, about: About) -> dict[str, str]:
    parts = str(value).split()
    found: dict[str, str] = {}
    if len(parts) > 2 and plainly(parts[-2]) == "for":
        found["acts_for"] = _role(parts[-1], about)
        parts = parts[:-2]
    if len(parts) > 2:
        raise _no_person()
    if len(parts) == 2:
        try:
            found["ref"] = _reference(parts[1])
        except Wrong:
            raise _no_person() from None
    return {"role": _role(parts[0], about), **found}


def _no_person() -> Wrong:
    return Wrong(_("skriv rollen, og gjerne et kjenningsmerke etter den, som «kontaktlærer a-04», og aldri navn"))


def _role(word: str, about: About) -> str:
    role = roles().value(word)
    if role is None:
        raise Wrong(_("begynn med rollen, en av disse: {words}").format(words=", ".join(roles().all(about.language))))
    return role


def _people(column: Column, value: Any, about: About) -> list[dict[str, str]]:
    return [_person(column, part, about) for part in re.split(r"[;,\n]", str(value)) if part.strip()]


# --- days and times --------------------------------------------------------------------------------------------------


def _moment(column: Column, value: Any, about: About) -> str:
    found = _point(value, about)
    if found is None:
        raise Wrong(
            _("skriv en dato, som 25.11.2026")
            if column.holds is Holds.DAY
            else _("skriv en dato og helst et klokkeslett, som 25.11.2026 08:15")
        )
    if not can_be_meant(found.day, about.today):
        raise Wrong(_("det året kan ikke stemme: se etter om datoen er riktig"))
    if column.holds is Holds.DAY:
        return found.day.isoformat()
    if column.holds is Holds.INSTANT:
        return (found.instant or start_of(found.day)).astimezone(OSLO).isoformat()
    return found.isoformat()


def _point(value: Any, about: About) -> Moment | None:
    """The day, or the time on Oslo's clock, that a cell means; ``None`` where it means none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if about.epoch is None or not _SERIALS[0] < value < _SERIALS[1]:
            return None
        value = about.epoch + timedelta(days=float(value))
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return Moment.at(value)
        wall = (value + _HALF_A_SECOND).replace(microsecond=0)
        # A cell that holds a day alone is midnight to the sheet; nobody means the stroke of it.
        return Moment.on(wall.date()) if wall.time() == time() else Moment.local(wall, OSLO)
    if isinstance(value, date):
        return Moment.on(value)
    return _point_in(value) if isinstance(value, str) else None


def _point_in(text: str) -> Moment | None:
    try:
        return Moment.parse(text, OSLO)
    except (ValueError, OverflowError):
        pass
    plain = plainly(text).replace(",", " ").replace("\xa0", " ")
    found = _DATE.match(plain)
    if found is None:
        return None
    weekday, day, dotted, slashed, name, year = found.groups()
    month = dotted or slashed
    rest = plain[found.end() :].strip().removeprefix("kl").strip(" .")
    clock = _TIME.fullmatch(rest) if rest else None
    if (rest and clock is None) or (name is not None and _month(name) is None):
        return None
    try:
        on = date(int(year) + (2000 if len(year) == 2 else 0), _month(name) or int(month), int(day))
        if weekday is not None and weekday not in _WEEKDAYS[on.weekday()]:
            return None  # one of the two is wrong, and nobody knows which
        if clock is None:
            return Moment.on(on)
        return Moment.local(datetime.combine(on, time(int(clock[1]), int(clock[2]), int(clock[3] or 0))), OSLO)
    except (ValueError, OverflowError):
        return None


def _month(name: str | None) -> int | None:
    found = [number for number, month in enumerate(MONTHS, 1) if name is not None and month.startswith(name)]
    return found[0] if len(found) == 1 else None


_READERS: Mapping[Holds, Callable[[Column, Any, About], Any]] = {
    Holds.NUMBER_OF: _number_of,
    Holds.NUMBERS_OF: _numbers_of,
    Holds.SCHOOL: _school,
    Holds.SCHOOL_YEAR: _school_year,
    Holds.TEXT: _text,
    Holds.TEXTS: _texts,
    Holds.YES_NO: _yes_no,
    Holds.STAND: _stand,
    Holds.COUNT: _count,
    Holds.WORD: _word,
    Holds.WORDS: _words,
    Holds.MOMENT: _moment,
    Holds.INSTANT: _moment,
    Holds.DAY: _moment,
    Holds.PERSON: _person,
    Holds.PEOPLE: _people,
}


# --- the way back ----------------------------------------------------------------------------------------------------


def written(column: Column, value: Any, language: str) -> str | int | date | datetime | None:
    """What is typed in a cell for ``value``, which is as the case format has it in JSON. Raises Wrong where no cell can hold it."""
    if value is None:
        return None
    match column.holds:
        case Holds.MOMENT | Holds.INSTANT | Holds.DAY:
            return _date_cell(Moment.parse(value, OSLO))
        case Holds.YES_NO:
            return "ja" if value else "nei"
        case Holds.STAND:
            return _NO_STAND_WORDS[language == "nn"] if value == NO_STAND else "ja" if value else "nei"
        case Holds.COUNT:
            return int(value)
        case Holds.WORD:
            return _word_cell(column, value, language)
        case Holds.WORDS:
            return "; ".join(_word_cell(column, part, language) for part in value)
        case Holds.PERSON:
            return _person_cell(value, language)
        case Holds.PEOPLE:
            return "; ".join(_person_cell(part, language) for part in value)
        case Holds.NUMBERS_OF:
            return "; ".join(value)
        case Holds.TEXTS:
            return "; ".join(_fits(part.replace(";", ",").replace("\n", " ")) for part in value)
        case _:
            return _fits(str(value))


_CELL_HOLDS = 32_767
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _fits(text: str) -> str:
    if len(text) > _CELL_HOLDS:
        raise Wrong(_("er for lang for en celle"))
    return _CONTROL.sub(" ", text)


def _date_cell(moment: Moment) -> str | date | datetime:
    if moment.instant is None:
        return moment.day
    wall = moment.instant.astimezone(OSLO).replace(tzinfo=None)
    plain = not wall.microsecond and wall.time() != time() and Moment.local(wall, OSLO) == moment
    return wall if plain else moment.isoformat()


def _word_cell(column: Column, value: str, language: str) -> str:
    assert column.words is not None  # noqa: S101 - by the layout
    known = column.words.known
    if value not in known and "other" not in known:
        raise Wrong(_("har ikke noe ord i arket"))
    return column.words.of(value if value in known else "other", language)


def _person_cell(value: Mapping[str, str | None], language: str) -> str:
    words = roles()
    acts_for = value.get("acts_for")
    return " ".join(
        filter(
            None,
            (
                words.of(value["role"] or Role.UNKNOWN, language),
                value.get("ref"),
                f"for {words.of(acts_for, language)}" if acts_for else None,
            ),
        )
    )
