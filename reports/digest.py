"""The morning mail: counts and case numbers, sent only when something has changed; a line to Teams or a webhook as an extra."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

from .model import AuditReport, Change, Group, Part, Report, SchoolReport, shown_count
from .sentences import Sentences

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. ``security``: ``starttls``, ``tls`` or ``none`` (loopback only)."""

    host: str
    port: int = 587
    security: str = "starttls"
    username: str | None = None
    password: str | None = None
    timeout: float = 30.0

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port}, {self.security})"


class MailError(Exception):
    """The mail was not handed in. The text names what failed, never who it was to or what it said."""


def changed(report: Report) -> bool:
    """Whether anything in ``report`` is new, solved, could not be looked at, or has its deadline today.

    With no report before it everything is new. A night on which nothing changed sends nothing.
    """
    schools = report.reports if isinstance(report, AuditReport) else (report,)
    return any(_changed(school) for school in schools)


def _changed(report: SchoolReport) -> bool:
    if report.previous_as_of is None:
        return bool(report.open_items or report.problems)
    return bool(
        report.problems
        or report.resolved
        or any(item.change is Change.NEW for item in report.items)
        or any(item.group is Group.DUE and item.days == 0 for item in report.items)
    )


def message(
    report: Report,
    *,
    sender: str,
    recipients: Sequence[str],
    language: str | None = None,
    link: str | None = None,
    calendar: bool = False,
) -> EmailMessage | None:
    """The mail about ``report``, or None where nothing has changed since the report before.

    The subject is the same every day. ``link``: where the report is read. ``calendar``: with the school's deadlines as an
    attachment.
    """
    if not changed(report):
        return None
    say = Sentences(report, language)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = say.words.gettext("Skolemiljø: dette trenger noe")
    mail["Date"] = format_datetime(report.as_of)
    mail["Message-ID"] = make_msgid(domain="skolemiljo.invalid")
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = say.words.language
    mail.set_content("\n".join(_body(report, say, link)) + "\n")
    if calendar:
        from . import ics

        mail.add_attachment(
            ics.render(report, language), maintype="text", subtype="calendar", filename="skolemiljo.ics"
        )
    return mail


def _body(report: Report, say: Sentences, link: str | None) -> Iterable[str]:
    yield f"{say.headline()}."
    if cycle := say.cycle_line():
        yield f"{cycle}."
    yield ""
    for name, number in say.counts():
        yield f"{name}: {number}"
    if isinstance(report, AuditReport):
        yield ""
        for row in report.rows:
            yield f"{row.school.name}: {shown_count(len(row.report.group(Group.DEVIATION)))} {say.group_name(Group.DEVIATION)}"
    else:
        yield from _cases(report, say)
    if not report.complete:
        yield ""
        yield say.words.gettext("Ikke alt kunne sjekkes. Det som mangler, er ikke i orden før noen har sett det.")
    if link:
        yield ""
        yield say.words.gettext("Les mer: {link}").format(link=link)
    yield ""
    yield say.words.gettext("Sendt av et program. Svar på denne e-posten blir ikke lest.")


def _cases(report: SchoolReport, say: Sentences) -> Iterable[str]:
    """Case numbers by what they need, each number once in a line."""
    for part in (Part.TODAY, Part.SOON, Part.REVIEW, Part.UNKNOWN):
        cases = dict.fromkeys(item.finding.case for item in report.part(part) if item.finding.case)
        if cases:
            yield ""
            yield f"{say.part_name(part)}:"
            yield f"  {', '.join(str(case) for case in cases)}"
    solved = dict.fromkeys(entry.case for entry in report.resolved if entry.case)
    if solved:
        yield ""
        yield f"{say.words.gettext('Løst siden sist')}:"
        yield f"  {', '.join(solved)}"


def send(mail: EmailMessage, server: MailServer) -> None:
    """Hands ``mail`` in at ``server``. Raises :class:`MailError`."""
    try:
        with _connection(server) as smtp:
            if server.username is not None and server.password is not None:
                smtp.login(server.username, server.password)
            refused = smtp.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        # The server's answer can repeat addresses and text, so only the kind of error is told.
        code = getattr(error, "smtp_code", None)
        raise MailError(f"mail was not sent: {type(error).__name__}" + (f" ({code})" if code else "")) from None
    if refused:
        raise MailError(f"mail was not sent to {len(refused)} of the recipients")


def _connection(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=ssl.create_default_context())
    if server.security not in ("starttls", "none"):
        raise MailError("mail security is starttls, tls or none")
    if server.security == "none" and server.username is not None:
        raise MailError("a password is not sent over a connection without encryption")
    smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    if server.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            smtp.close()
            raise
    return smtp


def lines(report: Report, language: str | None = None) -> list[str]:
    """One line per school with counts alone, small ones hidden, for a chat channel: no case numbers."""
    say = Sentences(report, language)
    schools = report.schools if isinstance(report, AuditReport) else (report,)
    return [
        f"{say.school_name(school)}: "
        + ", ".join(
            f"{shown_count(len(school.group(group)))} {say.group_name(group)}"
            for group in (Group.DEVIATION, Group.REVIEW, Group.UNKNOWN)
        )
        for school in schools
    ]


def notify(report: Report, targets: Sequence[str], language: str | None = None) -> bool:
    """Posts :func:`lines` to ``targets`` (Apprise addresses; extra ``notify``); nothing where nothing has changed.

    True where every target took it, or where there was nothing to send.
    Raises ``ModuleNotFoundError`` where Apprise is not installed.
    """
    if not changed(report):
        return True
    import apprise

    service = apprise.Apprise()
    for target in targets:
        if not service.add(target):
            raise MailError("a notification address could not be understood")
    say = Sentences(report, language)
    return bool(service.notify(title=say.words.gettext("Skolemiljø"), body="\n".join(lines(report, language))))
