"""What the watch says by day: which duty nobody has logged yet, in which case, and until when. No person, and never what was not done."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import cache
from importlib.resources import files

from ..domain.moment import OSLO
from ..validators import RULES
from ..validators.page import Text
from .report_language import Words


@dataclass(frozen=True, slots=True)
class DueToday:
    """A duty of a case whose last day is today, and of which nothing is logged."""

    case: str
    """Its number, or for the owner its pseudonym."""
    rule: str
    day: date
    link: str | None = None
    """Where the case is in the case system."""
    veiled: bool = False
    """It is about an employee or a leader: then neither duty nor case is told, only that there is something."""


@cache
def unlogged() -> dict[str, Text]:
    """«Det er ikke loggført at …» by rule."""
    read = tomllib.loads(files(__package__).joinpath("unlogged.toml").read_text("utf-8"))
    return {code: Text(**words) for code, words in read.items()}


def message(
    due: Sequence[DueToday],
    *,
    sender: str,
    recipients: Sequence[str],
    language: str,
    at: datetime,
    last: bool,
    link: str | None = None,
    calendar: bytes | None = None,
    from_files: bool = False,
) -> EmailMessage:
    """The mail about ``due``. ``last``: whether it has been told before today. ``link``: where the reports are read.
    ``from_files``: the cases are as old as an export.
    """
    words = Words(language)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = (
        words.gettext("Skolemiljø: siste påminning, fristen er i dag")
        if last
        else words.gettext("Skolemiljø: en frist går ut i dag")
    )
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(_body(due, words, at, link, from_files=from_files)) + "\n")
    if calendar is not None:
        told = {"charset": "utf-8", "method": "PUBLISH"}
        mail.add_attachment(calendar, maintype="text", subtype="calendar", filename="frister.ics", params=told)
    mail["Content-Language"] = words.language  # last: whoever sets the content takes such headers away
    return mail


def _body(due: Sequence[DueToday], words: Words, at: datetime, link: str | None, *, from_files: bool) -> Iterable[str]:
    for one in due:
        if one.veiled:
            continue
        yield line(one, words)
        remedy = RULES[one.rule].page.remedy.in_language(words.language)
        yield "  " + words.gettext("Gjør dette: {remedy}").format(remedy=remedy)
        if one.link:
            yield f"  {one.link}"
        yield ""
    veiled = {one.case for one in due if one.veiled}
    if veiled:
        yield _veiled(len(veiled), words)
        yield ""
    yield words.gettext("Er det gjort, er det nok å loggføre det: når, og av hvem.")
    if link:
        yield words.gettext("Les mer: {link}").format(link=link)
    yield ""
    if from_files:
        yield words.gettext("Sakene er lest fra eksporterte filer: det kan være loggført mer siden.")
    yield words.gettext("Slik det var {moment}").format(moment=words.moment(at)) + "."
    yield words.gettext("Sendt av et program. Svar på denne e-posten blir ikke lest.")


def line(due: DueToday, words: Words) -> str:
    """The case, what is not logged, and until when."""
    said = unlogged().get(due.rule)
    case = due.case if due.case.startswith("sak-") else words.gettext("Sak {case}").format(case=due.case)
    if said is None:
        title = RULES[due.rule].page.title.in_language(words.language)
        told = words.gettext("{case}: dette er ikke loggført: {title}. Fristen er i kveld.")
        return told.format(case=case, title=title)
    told = words.gettext("{case}: det er ikke loggført at {what}. Fristen er i kveld.")
    return told.format(case=case, what=said.in_language(words.language))


def _veiled(number: int, words: Words) -> str:
    return words.ngettext(
        "En sak trenger noe av deg før dagen er omme. Se i saksbehandlingssystemet.",
        "{n} saker trenger noe av deg før dagen er omme. Se i saksbehandlingssystemet.",
        number,
    )


def in_a_line(due: Sequence[DueToday], language: str) -> str:
    """In how many cases a deadline ends today, for a chat channel: no case number and no duty."""
    words = Words(language)
    return words.ngettext(
        "En sak trenger noe før dagen er omme.",
        "{n} saker trenger noe før dagen er omme.",
        len({one.case for one in due}),
    )


def calendar(due: Sequence[DueToday], *, at: datetime, alarm: datetime, language: str) -> bytes | None:
    """What is due as events of today that ring at ``alarm``; ``None`` where there is nothing that may be named."""
    from icalendar import Alarm, Calendar, Event

    words = Words(language)
    made = Calendar()
    made.add("prodid", "-//skolemiljo//NONSGML watch//NO")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for one in due:
        if one.veiled:
            continue
        event = Event()
        key = chr(31).join(("watch", one.case, one.rule, one.day.isoformat()))
        event.add("uid", f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@skolemiljo")
        event.add("dtstamp", at)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
        event.add("summary", line(one, words))
        if one.link:
            event.add("url", one.link)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        bell = Alarm()
        bell.add("action", "DISPLAY")
        bell.add("description", line(one, words))
        bell.add("trigger", alarm.astimezone(OSLO) - datetime(one.day.year, one.day.month, one.day.day, tzinfo=OSLO))
        event.add_component(bell)
        made.add_component(event)
    return made.to_ical() if made.subcomponents else None
