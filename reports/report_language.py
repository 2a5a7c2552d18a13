"""The words of the reports in bokmål and nynorsk: catalogue, dates, plurals, and the words for domain values."""

from __future__ import annotations

import gettext as stdlib_gettext
import unicodedata
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING

from ..domain.moment import MONTHS, OSLO
from ..validators import verdict_words
from .languages import CATALOGUE, LOCALE_FOLDER, NORWEGIAN

if TYPE_CHECKING:
    from ..domain.annual_cycle import CycleState
    from ..domain.people import Role
    from ..domain.verdict import Reading, Reason, Remark, Severity, Verdict

# The calendar's words as CLDR has them; a test holds them to it.
_WEEKDAYS = {
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "nn": ("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag"),
}
_SHORT_WEEKDAYS = {
    "nb": ("man.", "tir.", "ons.", "tor.", "fre.", "lør.", "søn."),
    "nn": ("må.", "ty.", "on.", "to.", "fr.", "la.", "sø."),
}
_SHORT_MONTHS = ("jan.", "feb.", "mars", "apr.", "mai", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "des.")

# Characters that move the cursor, turn the reading direction or hide: harmless in no output.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def plain(text: str) -> str:
    """``text`` on one line without control, direction or invisible characters (terminal escapes, bidi tricks)."""
    if text.isprintable():
        return text if text.isascii() else text.strip()
    return "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in text).strip()


@cache
def _translations(language: str) -> stdlib_gettext.NullTranslations:
    """The catalogue of ``language``; bokmål is the source language, so its own may be missing."""
    return stdlib_gettext.translation(CATALOGUE, LOCALE_FOLDER, [language], fallback=True)


@cache
def _said_in(language: str) -> dict[str, str]:
    """What has been looked up in the catalogue of ``language``: a report says the same words of each of its findings."""
    del language
    return {}


def _paragraph(key: str) -> str:
    """What a paragraph of the law is called, by its key."""
    from ..plans.loader import law

    return law()[key][0] if key in law() else key


class Words:
    """Everything a report says in one language (``nb`` or ``nn``; anything else gets bokmål)."""

    def __init__(self, language: str = "nb") -> None:
        self.language = language if language in NORWEGIAN else "nb"
        self._catalogue = _translations(self.language)
        self._said = _said_in(self.language)

    def gettext(self, message: str) -> str:
        """``message`` (bokmål) in this language."""
        said = self._said.get(message)
        if said is None:
            said = self._said[message] = self._catalogue.gettext(message)
        return said

    def ngettext(self, one: str, many: str, number: int, **more: str) -> str:
        """The form of ``one``/``many`` that fits ``number``, with ``{n}`` filled in."""
        return self._catalogue.ngettext(one, many, number).format(**({"n": number} | more))

    # Dates. All days are local days in Europe/Oslo.

    def day(self, day: date) -> str:
        """``mandag 9. mars 2026``."""
        return f"{_WEEKDAYS[self.language][day.weekday()]} {day.day}. {MONTHS[day.month - 1]} {day.year}"

    def short_day(self, day: date, *, year: bool = True) -> str:
        """``man. 9. mars 2026``, where the room is small; without ``year`` where that stands beside it."""
        weekday = _SHORT_WEEKDAYS[self.language][day.weekday()]
        return f"{weekday} {self.date(day) if year else self.day_of_month(day)}"

    def day_of_month(self, day: date) -> str:
        """``9. mars``, where the year stands beside it."""
        return f"{day.day}. {_SHORT_MONTHS[day.month - 1]}"

    def date(self, day: date) -> str:
        """``9. mars 2026``, where the weekday says nothing."""
        return f"{self.day_of_month(day)} {day.year}"

    def moment(self, instant: datetime) -> str:
        """``mandag 9. mars 2026 kl. 10.15``, in Europe/Oslo."""
        local = instant.astimezone(OSLO)
        return f"{self.day(local.date())} kl. {local:%H.%M}"

    def distance(self, days: int) -> str:
        """How far ahead (positive) or back (negative) a day is."""
        if days == 0:
            return self.gettext("i dag")
        if days == 1:
            return self.gettext("i morgen")
        if days == -1:
            return self.gettext("i går")
        if days > 0:
            return self.ngettext("om {n} dag", "om {n} dager", days)
        return self.ngettext("for {n} dag siden", "for {n} dager siden", -days)

    # Words for domain values.

    def verdict(self, verdict: Verdict) -> str:
        """«avvik», «frist løper» …"""
        return verdict_words.VERDICTS[verdict].in_language(self.language)

    def reason(self, reason: Reason) -> str:
        """«for sent», «ufullstendig» …"""
        return verdict_words.REASONS[reason].in_language(self.language)

    def severity(self, severity: Severity) -> str:
        """«kritisk», «høy» …"""
        return verdict_words.SEVERITIES[severity].in_language(self.language)

    def reading(self, reading: Reading) -> str:
        """«kalenderdager», «skoledager»."""
        return verdict_words.READINGS[reading].in_language(self.language)

    def role(self, role: Role) -> str:
        """«rektor», «kontaktlærer» …"""
        return verdict_words.ROLES[role].in_language(self.language)

    def remark(self, remark: Remark) -> str:
        """A remark with its day or number filled in."""
        template = verdict_words.REMARKS[remark.code].in_language(self.language)
        day = self.short_day(remark.day) if remark.day is not None else "–"
        number = str(remark.number) if remark.number is not None else "–"
        return template.format(day=day, number=number)

    def cycle_state(self, state: CycleState) -> str:
        """Where an item of the annual cycle stands."""
        words = {
            "open": self.gettext("gjenstår"),
            "due_soon": self.gettext("frist nærmer seg"),
            "done": self.gettext("gjort og dokumentert"),
            "done_undocumented": self.gettext("gjort, ikke dokumentert"),
            "late": self.gettext("forsinket"),
            "not_applicable": self.gettext("ikke aktuelt"),
            "unknown": self.gettext("kunne ikke sjekkes"),
        }
        return words[state.value]

    def scope(self, scope: str) -> str:
        """What a finding is about: ``notice:v1/pupil:e1`` → «varsel v1, elev e1»; the whole case → an empty text."""
        if scope == "case":
            return ""
        parts: list[str] = []
        kinds = self._scope_kinds
        for part in scope.split("/"):
            kind, found, ref = part.partition(":")
            if kind == "law":
                parts.append(_paragraph(ref))
            elif kind == "group":
                parts.append(self._groups.get(ref, ref))
            elif found:
                word = kinds.get(kind, kind)
                parts.append(ref if ref.casefold().startswith(word) else f"{word} {ref}")  # not «elev elev-1»
            elif parts:  # an id with a slash in it
                parts[-1] = f"{parts[-1]}/{part}"
            else:
                parts.append(part)
        return plain(", ".join(parts))

    @cached_property
    def _groups(self) -> dict[str, str]:
        return {
            "pupils": self.gettext("elever"),
            "guardians": self.gettext("foreldre"),
            "staff": self.gettext("ansatte"),
        }

    @cached_property
    def _scope_kinds(self) -> dict[str, str]:
        return {
            "notice": self.gettext("varsel"),
            "pupil": self.gettext("elev"),
            "plan": self.gettext("aktivitetsplan"),
            "version": self.gettext("versjon"),
            "measure": self.gettext("tiltak"),
            "incident": self.gettext("hendelse"),
            "log": self.gettext("logg"),
            "entry": self.gettext("logg"),
            "evaluation": self.gettext("evaluering"),
            "year": self.gettext("skoleår"),
            "school_year": self.gettext("skoleår"),
            "period": self.gettext("periode"),
            "closed": self.gettext("avsluttet"),
            "suspicion": self.gettext("mistanke"),
            "accused": self.gettext("beskyldt"),
            "severity": self.gettext("alvorsgrad"),
        }
