"""The morning's digests: to each school and to the owner, from what the last night saw, and only where there is news."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError, optional_part
from ..domain.moment import OSLO
from ..reports import digest, ics
from ..reports.model import Previous
from ..settings import OWNER
from ..store import Told
from . import calendars, reports_for
from .run_log_lines import note_report

if TYPE_CHECKING:
    from email.message import EmailMessage

    from ..reports.model import Report
    from ..settings import MailSection
    from .workplace import Workplace

Echo = Callable[[str], None]


@dataclass(frozen=True)
class Digest:
    """One report to one reader over one channel."""

    channel: str
    school: str | None
    targets: tuple[str, ...]

    @property
    def reader(self) -> str:
        """The key under which the store remembers what was told."""
        return ":".join(filter(None, (self.channel, self.school)))

    @property
    def name(self) -> str:
        """Channel, reader and how many addresses; never an address."""
        channel = _("e-post") if self.channel == "mail" else _("varsel")
        reader = self.school or _("skoleeier")
        return _("{channel} til {reader} ({n})").format(channel=channel, reader=reader, n=len(self.targets))


def send_all(
    work: Workplace, *, as_of: datetime, now: datetime, dry_run: bool, language: str | None, echo: Echo
) -> bool:
    """Sends every digest that has news, and remembers what it told. False: something could not be sent.

    One that fails does not stop the others. ``dry_run``: shows what would be sent, and to how many. Raises SettingsError
    where nothing is set up, or where the extra ``notify`` is needed and missing.
    """
    store = reports_for.needed(work.remembered)
    wanted = tuple(_wanted(work))
    if not wanted:
        raise SettingsError(
            _("ingen får morgenposten: sett mail.owner, mail.schools, notify.owner eller notify.schools")
        )
    if any(one.channel == "notify" for one in wanted) and not dry_run:
        check_extra()
    whole = True
    for one in wanted:
        told = store.told(one.reader)
        try:
            report = _report(work, one, told, as_of, language)
        except SettingsError as error:
            echo(_("{digest}: IKKE SENDT. {error}").format(digest=one.name, error=error))
            whole = False
            continue
        if not digest.changed(report, told.standing if told is not None else None):
            echo(_no_news(one, told))
            continue
        if dry_run:
            would = _("{digest}: ville blitt sendt:").format(digest=one.name)
            echo(f"{would}\n\n{_shown(work, one, report, language, now)}")
            continue
        try:
            refused = _hand_over(work, one, report, language, now)
        except digest.MailError as error:
            echo(_("{digest}: IKKE SENDT. {error}").format(digest=one.name, error=error))
            whole = False
            continue
        store.put_told(one.reader, Told(as_of, digest.standing(report)))
        unnoted = note_report(work, "digest", report, one.channel)
        if unnoted is not None:
            echo(unnoted)
        echo(_("{digest}: sendt.").format(digest=one.name))
        if refused:
            turned_away = _("{digest}: {n} av adressene ble ikke tatt imot; rett dem i innstillingene.")
            echo(turned_away.format(digest=one.name, n=refused))
            whole = False
    return whole


def _no_news(one: Digest, told: Told | None) -> str:
    if told is None:
        return _("{digest}: ingenting nytt, så ingenting blir sendt.").format(digest=one.name)
    day = f"{told.as_of.astimezone(OSLO):%d.%m.%Y}"
    return _("{digest}: ingenting nytt siden {day}, så ingenting blir sendt.").format(digest=one.name, day=day)


def _wanted(work: Workplace) -> Iterator[Digest]:
    mail, notify = work.settings.mail, work.settings.notify
    for school, people in sorted(mail.schools.items()):
        if people:
            yield Digest("mail", school.replace(" ", ""), tuple(people))
    if mail.owner:
        yield Digest("mail", None, tuple(mail.owner))
    for school, targets in sorted(notify.schools.items()):
        if targets:
            yield Digest("notify", school.replace(" ", ""), tuple(t.get_secret_value() for t in targets))
    if notify.owner:
        yield Digest("notify", None, tuple(t.get_secret_value() for t in notify.owner))


def check_extra() -> None:
    """Raises MissingPart where the extra ``notify`` is not installed."""
    with optional_part("notify"):
        import apprise  # noqa: F401 - asked before the first message goes out, not after half of them


def _report(work: Workplace, one: Digest, told: Told | None, as_of: datetime, language: str | None) -> Report:
    if one.school is None:
        return reports_for.for_owner(work, as_of=as_of, language=language, offline=True)[0]
    last = Previous(told.as_of, digest.verdicts_of(told.standing)) if told is not None else None
    return reports_for.for_rector(work, one.school, as_of=as_of, language=language, offline=True, told=last)[0]


def _hand_over(work: Workplace, one: Digest, report: Report, language: str | None, now: datetime) -> int:
    if one.channel == "notify":
        digest.notify(report, one.targets, language)
        return 0
    return digest.send(_message(work, one, report, language, now), server_of(work.settings.mail))


def _message(work: Workplace, one: Digest, report: Report, language: str | None, now: datetime) -> EmailMessage:
    mail = work.settings.mail
    calendar = None
    if mail.calendar and one.school is not None:
        calendar = ics.render(report, language, sequences=calendars.sequences(work, report, now))
    return digest.message(
        report,
        sender=mail.sender,
        recipients=one.targets,
        language=language,
        link=work.settings.link_for(one.school or OWNER),
        calendar=calendar,
    )


def server_of(mail: MailSection) -> digest.MailServer:
    """Where mail is handed in, as the settings say."""
    return digest.MailServer(
        mail.host,
        mail.port,
        mail.security,
        mail.username,
        mail.password.get_secret_value() if mail.password is not None else None,
        mail.ca_file,
    )


def _shown(work: Workplace, one: Digest, report: Report, language: str | None, now: datetime) -> str:
    """What would be sent, without an address."""
    if one.channel == "notify":
        text = "\n".join(digest.lines(report, language))
    else:
        message = _message(work, one, report, language, now)
        body = message.get_body()
        text = f"{message['Subject']}\n\n{body.get_content() if body is not None else ''}"
        attached = _("[vedlegg: {file}]")
        text += "".join(f"{attached.format(file=part.get_filename())}\n" for part in message.iter_attachments())
    return "".join(f"  {line}\n" if line else "\n" for line in text.splitlines())
