"""A point in time with its local date in Europe/Oslo computed once, or a date whose time of day is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from .base import ReadingContext
from .fault_words import marked
from .value import value

MONTHS = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
"""Names of the months, the same in bokmål and nynorsk."""
OSLO = ZoneInfo("Europe/Oslo")
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years that a time or a date can have at all. Before them there is no case that this plan or this law judges."""
YEARS_AHEAD = 5
"""Nothing in a case is planned further ahead than this; 2062 is 2026, mistyped."""
LONGEST = 40
"""Characters that a date or a time can have."""
_A_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
"""A date, perhaps with an offset, which tells of no time of day."""
_ONE_DAY = timedelta(days=1)
_UTC_HOUR_WHERE_OSLO_MAY_BE_TOMORROW = 22


def local_day(instant: datetime) -> date:
    """The date on the wall in Europe/Oslo at ``instant`` (zone-aware)."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    if utc.hour < _UTC_HOUR_WHERE_OSLO_MAY_BE_TOMORROW:  # Oslo is UTC+1 or UTC+2, so it is still the same day there
        return utc.date()
    return utc.astimezone(OSLO).date()


@lru_cache(4096)
def start_of(day: date) -> datetime:
    """The first instant of the local ``day`` in Europe/Oslo, as UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant after the local ``day`` in Europe/Oslo, as UTC: from here on the day is over."""
    return start_of(day + _ONE_DAY)


_FORM = marked("må være en dato eller et tidspunkt som 2026-11-25 eller 2026-11-25T08:00:00+01:00")


def as_written(text: str) -> date:
    """The date, or the time (a ``datetime``), that ``text`` is in ISO 8601. Raises ValueError."""
    if text[10:11] in ("T", "t", " "):  # Python takes any sign for the one between date and time
        return datetime.fromisoformat(text[:-1] + "Z" if text.endswith("z") else text)
    alone = _A_DATE.fullmatch(text)
    if alone is None:
        raise ValueError("neither a date nor a time")
    return date.fromisoformat(alone[1])


def can_be_meant(day: date, today: date) -> bool:
    """Whether ``day``, or a time on it, can be meant by a school: from 2000 to five years after ``today``. One bound for both."""
    return FIRST_YEAR <= day.year <= today.year + YEARS_AHEAD


@value(frozen=True, slots=True)
class Moment:
    """When something happened.

    ``instant`` is UTC, or ``None`` where the source gives a date alone. ``day`` is the local date in Europe/Oslo.
    ``doubtful`` is true for a local time without zone that the clock showed twice (autumn) or never (spring).
    """

    day: date
    instant: datetime | None = None
    doubtful: bool = False

    @classmethod
    def at(cls, instant: datetime) -> Moment:
        """The moment of a zone-aware ``instant``."""
        utc = instant.astimezone(UTC)
        return cls(utc.date() if utc.hour < _UTC_HOUR_WHERE_OSLO_MAY_BE_TOMORROW else local_day(utc), utc)

    @classmethod
    def on(cls, day: date) -> Moment:
        """Some time on ``day``; nobody wrote down when."""
        return cls(day)

    @classmethod
    def local(cls, wall: datetime, zone: ZoneInfo) -> Moment:
        """The moment of a zoneless ``wall`` time in the ``zone`` that the source declares."""
        early = wall.replace(tzinfo=zone, fold=0)
        late = wall.replace(tzinfo=zone, fold=1)
        doubtful = early.utcoffset() != late.utcoffset()
        utc = early.astimezone(UTC)
        return cls(local_day(utc), utc, doubtful)

    def before(self, other: Moment) -> bool | None:
        """Whether this came before ``other``; ``None`` where the times given cannot tell."""
        if self.day != other.day:
            return self.day < other.day
        if self.instant is None or other.instant is None:
            return None
        if (self.doubtful or other.doubtful) and abs(self.instant - other.instant) <= timedelta(hours=1):
            return None
        return self.instant < other.instant

    def certainly_before(self, other: Moment) -> bool:
        """Whether the times given show that this came before ``other``."""
        return self.day < other.day if self.day != other.day else self.before(other) is True

    def perhaps_before(self, other: Moment) -> bool:
        """Whether this came before ``other``, or may have for all that the times given tell."""
        return self.before(other) is not False

    def known_at(self, as_of: datetime) -> bool:
        """Whether this had come at ``as_of`` (zone-aware)."""
        return self.instant <= as_of if self.instant is not None else self.day <= local_day(as_of)

    @property
    def sort_key(self) -> tuple[int, float]:
        """Orders moments by local day and then by instant; a date alone comes first on its day."""
        return self.day.toordinal(), self.instant.timestamp() if self.instant is not None else 0.0

    def isoformat(self) -> str:
        """A date, a time with Oslo's offset, or (where the hour is in doubt) a local time without offset."""
        if self.instant is None:
            return self.day.isoformat()
        local = self.instant.astimezone(OSLO)
        return (local.replace(tzinfo=None) if self.doubtful else local).isoformat()

    @classmethod
    def parse(cls, value: object, zone: ZoneInfo | None = None) -> Moment:
        """Reads an ISO 8601 date or time. Raises ``ValueError`` with a fixed text that repeats nothing of ``value``."""
        if isinstance(value, Moment):
            return value
        if isinstance(value, str):
            if len(value) > LONGEST:
                raise ValueError(marked("kan ha høyst 40 tegn"))
            try:
                value = as_written(value)
            except ValueError:
                raise ValueError(_FORM) from None
        if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(marked("må ha et år fra 2000 til 2100"))
        if isinstance(value, datetime):
            if value.tzinfo is not None:
                return cls.at(value)
            if zone is None:
                raise ValueError(marked("er et tidspunkt uten tidssone: sett source_zone"))
            return cls.local(value, zone)
        if isinstance(value, date):
            return cls(value)
        raise ValueError(_FORM)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def validate(value: object, info: core_schema.ValidationInfo) -> Moment:
            return value if isinstance(value, Moment) else _validated(value, info)

        return core_schema.with_info_plain_validator_function(
            validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls.isoformat, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "description": "ISO 8601: a time with offset, or a date alone where the time of day is not known. "
            "A time without offset is read only where the source declares its zone.",
            "examples": ["2026-03-09T10:15:00+01:00", "2026-03-09"],
        }


def earliest(moments: Iterable[Moment | None]) -> Moment | None:
    """The first of ``moments``, by :attr:`Moment.sort_key`; what is unknown is left out. ``None`` = all are."""
    return min([m for m in moments if m is not None], key=attrgetter("sort_key"), default=None)


def latest(moments: Iterable[Moment | None]) -> Moment | None:
    """The last of ``moments``, as :func:`earliest`."""
    return max([m for m in moments if m is not None], key=attrgetter("sort_key"), default=None)


def _validated(value: object, info: ValidationInfo) -> Moment:
    try:
        return Moment.parse(value, info.context.zone if isinstance(info.context, ReadingContext) else None)
    except ValueError as error:
        # Only texts of our own making come here; they hold nothing of the input.
        raise PydanticCustomError("moment", "{why}", {"why": str(error)}) from None


def _day(value: object, info: ValidationInfo) -> date:
    return _validated(value, info).day


Day = Annotated[date, BeforeValidator(_day)]
"""A local date in Europe/Oslo. A source that has only times gives one, and its date there is the one meant."""
