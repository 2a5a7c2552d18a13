"""The morning mail: counts and case numbers, sent only when something has changed; a line to Teams or a webhook as an extra."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from gettext import gettext as _

from ..domain.errors import SkolemiljoError, optional_part
from ..domain.exit_code import ExitCode
from ..domain.verdict import Reason, Verdict
from .items import CaseBlock, Identity, Part, Standing
from .model import ON_TOP, AuditReport, Report, SchoolReport
from .owner import own_duties
from .privacy import EXACT, OUTSIDE, Numbers, counted
from .report_language import Words
from .school_rows import outward
from .sentences import Sentences
from .view import line

_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. ``security``: ``starttls``, ``tls`` or ``none`` (a relay on this machine)."""

    host: str
    port: int = 587
    security: str = "starttls"
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    timeout: float = 30.0

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port}, {self.security})"


class MailError(SkolemiljoError):
    """The mail was not handed in. The text names what failed, never who it was to or what it said."""

    exit_code = ExitCode.LATER


def standing(report: Report) -> dict[str, str]:
    """What ``report`` has to tell its reader, in codes: what it is about → how it stands.

    Two nights with the same have nothing new: the second sends nothing.

    For a school it is every open finding with its verdict and its part of the report, so that a deadline which comes
    near, or is today, is news. For the owner it is the numbers of each school. That no night has come since is news
    to both: silence would read as «ingenting nytt».
    """
    found = {f"warning {w.code}": str(w.day or "") for w in report.warnings if w.code in ON_TOP}
    if isinstance(report, AuditReport):
        found |= {_school_key(school): " ".join(numbers.values()) for school, numbers in _numbers(report)}
        return found | {"": " ".join(number for _, number in Sentences(report).counts())}
    found |= {
        _BETWEEN.join(item.finding.identity): f"{item.finding.verdict} {item.part} {item.urgency}"
        for item in report.open_items
    }
    return found | {_BETWEEN.join((p.school or "", p.case or "")): p.kind for p in report.problems}


def changed(report: Report, before: Mapping[str, str] | None) -> bool:
    """Whether ``report`` has something to tell that did not stand in the last digest; without one, whether anything is open."""
    if before is not None:
        return standing(report) != before
    schools = report.reports if isinstance(report, AuditReport) else (report,)
    return any(school.open_items or school.problems for school in schools)


def verdicts_of(before: Mapping[str, str]) -> dict[Identity, Verdict]:
    """The findings of a school's last digest, to tell what has been solved since."""
    found: dict[Identity, Verdict] = {}
    for key, state in before.items():
        match key.split(_BETWEEN):
            case [rule, school, case, scope]:
                found[rule, school, case, scope] = Verdict(state.split(" ")[0])
    return found


def _school_key(report: SchoolReport) -> str:
    return report.school.organisation_number if report.school is not None else "-"


_TOLD = (Standing.TODAY, Standing.UNSEEN, Standing.QUESTION)
"""The numbers of a line about a school."""


def _numbers(report: Report, shown: Numbers = EXACT) -> Iterable[tuple[SchoolReport, dict[Standing, str]]]:
    """Each school's open cases by where they stand."""
    for school in report.schools if isinstance(report, AuditReport) else (report,):
        numbers = {standing: shown.count(school.in_standing(standing), school.across_pupils) for standing in _TOLD}
        yield school, {standing: counted(number, not school.problems) for standing, number in numbers.items()}


def message(
    report: Report,
    *,
    sender: str,
    recipients: Sequence[str],
    language: str | None = None,
    link: str | None = None,
    calendar: bytes | None = None,
) -> EmailMessage:
    """The mail about ``report``. The subject is the same every day.

    ``link``: where the report is read. ``calendar``: the school's deadlines as an attachment.
    """
    # The owner's mail lies on other machines than the owner's: its numbers are those of the outside.
    say = Sentences(outward(report) if isinstance(report, AuditReport) else report, language)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = say.words.gettext("Skolemiljø: dette trenger noe")
    mail["Date"] = format_datetime(report.as_of)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(_body(report, say, link)) + "\n")
    if calendar is not None:
        told = {"charset": "utf-8", "method": "PUBLISH"}
        mail.add_attachment(calendar, maintype="text", subtype="calendar", filename="skolemiljo.ics", params=told)
    mail["Content-Language"] = say.words.language  # last: whoever sets the content takes such headers away
    return mail


def _body(report: Report, say: Sentences, link: str | None) -> Iterable[str]:
    yield f"{say.headline()}."
    yield from (f"{text}." for text in say.besides())
    yield ""
    for name, number in say.tiles():
        yield f"{name}: {number}"
    if isinstance(report, AuditReport):
        yield f"{say.words.gettext('Ditt eget')}: {OUTSIDE.count(len(own_duties(report, Sentences(report))))}"
        yield ""
        yield from lines(report, say.words.language)
    else:
        yield from _cases(report, say)
    for warning in say.report.warnings:
        if warning.code in ON_TOP:
            yield ""
            yield say.warning(warning)
    if isinstance(report, AuditReport):
        yield ""
        yield say.signs()
    if link:
        yield ""
        yield say.words.gettext("Les mer: {link}").format(link=link)
    yield ""
    yield f"{say.made()}."
    yield say.words.gettext("Sendt av et program. Svar på denne e-posten blir ikke lest.")


def _cases(report: SchoolReport, say: Sentences) -> Iterable[str]:
    """The open cases by where they stand, each with its next step; then the closed ones in which something is missing."""
    for standing in Standing:
        blocks = report.standing(standing)
        if blocks and standing is not Standing.IN_ORDER:
            yield ""
            told = say.standing(standing)
            yield f"{told[:1].upper()}{told[1:]}:"
            yield from (f"  {_step(block, say)}" for block in blocks)
    if report.closed_cases:
        yield ""
        yield f"{say.closed_cases(len(report.closed_cases))}:"
        yield from _listed((str(block.case) for block in report.closed_cases), report)
    if report.problems:
        yield ""
        yield f"{say.not_all()}:"
        yield from (f"  {say.problem(problem)}" for problem in report.problems)
    solved = dict.fromkeys(entry.case for entry in report.resolved if entry.case)
    if solved:
        yield ""
        yield f"{say.words.gettext('Løst siden sist')}:"
        yield from _listed(solved, report)


def _listed(cases: Iterable[str], report: SchoolReport) -> Iterable[str]:
    """Case numbers in a line, or each with its link in a line of its own."""
    if report.links.case_url is None:
        yield f"  {', '.join(cases)}"
    else:
        yield from (f"  {case} {report.links.to_case(case) or ''}".rstrip() for case in cases)


def _step(block: CaseBlock, say: Sentences) -> str:
    """A case's next step, with its link under it. Of a case about an employee a mail names no duty: it may lie open on a screen."""
    case = str(block.case)
    link = say.report.links.to_case(case) if block.case else None
    under = f"\n    {link}" if link else ""
    if block.next is None or say.is_about_staff(block):
        told = say.words.gettext("{case}: en sak trenger noe av deg").format(case=case)
        return ". ".join(filter(None, (told, _no_access(block, say)))) + under
    if block.next.part is Part.UNKNOWN and (cause := _no_access(block, say)):
        return f"{case}: {cause}{under}"
    step = line(block.next, say)
    return f"{', '.join(filter(None, (case, step.when)))}: {step.short}{under}"


def _no_access(block: CaseBlock, say: Sentences) -> str:
    """Which parts of the case are hidden for the tool, and what to do about it; an empty text where none is."""
    if not any(reason is Reason.HIDDEN for reason, _ in block.unseen):
        return ""
    return say.no_access_here(block.hidden)


def send(mail: EmailMessage, server: MailServer) -> int:
    """Hands ``mail`` in at ``server``, and tells how many of its recipients the server refused.

    Raises :class:`MailError` where it was handed in for nobody.
    """
    try:
        with _connection(server) as smtp:
            if server.username is not None and server.password is not None:
                smtp.login(server.username, server.password)
            left_out = _without_letters_it_can_not_send(mail, smtp)
            return left_out + len(smtp.send_message(mail))
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        # The server's answer can repeat addresses and text, so only the kind of error is told.
        code = getattr(error, "smtp_code", None)
        refused = _("e-posttjeneren tok ikke imot ({kind}): sjekk innstillingene under mail")
        raise MailError(
            refused.format(kind=" ".join(filter(None, (type(error).__name__, code and str(code)))))
        ) from None


def _without_letters_it_can_not_send(mail: EmailMessage, smtp: smtplib.SMTP) -> int:
    """Takes out of ``mail`` the recipients whose names have letters that the server does not take; gives how many.

    One such address would keep the others from their mail. Domains are ASCII already (settings write them as IDNA).
    """
    smtp.ehlo_or_helo_if_needed()
    to = [address.addr_spec for address in mail["To"].addresses]
    plain = [address for address in to if address.isascii()]
    if len(plain) == len(to) or smtp.has_extn("smtputf8"):
        return 0
    if not plain:
        raise MailError(
            _("e-posttjeneren tar ikke imot adresser med bokstaver som disse: sjekk innstillingene under mail")
        )
    mail.replace_header("To", ", ".join(plain))
    return len(to) - len(plain)


def _connection(server: MailServer) -> smtplib.SMTP:
    if server.security not in ("starttls", "tls", "none"):
        raise MailError(_("mail.security må være starttls, tls eller none"))
    if server.security == "none" and server.username is not None:
        raise MailError(_("passord sendes ikke uten kryptering: sett mail.security til starttls eller tls"))
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=_trust(server))
    smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    if server.security == "starttls":
        try:
            smtp.starttls(context=_trust(server))
        except BaseException:
            smtp.close()
            raise
    return smtp


def _trust(server: MailServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


def lines(report: Report, language: str | None = None, shown: Numbers = OUTSIDE) -> list[str]:
    """One line per school with counts alone, for a chat channel with the small ones hidden: no case numbers."""
    say = Sentences(report, language)
    return [
        f"{say.school_name(school)}: "
        + ", ".join(f"{say.standing(standing)}: {number}" for standing, number in numbers.items())
        for school, numbers in _numbers(report, shown)
    ]


def notify(report: Report, targets: Sequence[str], language: str | None = None) -> None:
    """Posts :func:`lines` to ``targets``, as :func:`post` does."""
    post("\n".join(lines(report, language)), targets, Sentences(report, language).words)


def post(text: str, targets: Sequence[str], words: Words) -> None:
    """Posts ``text`` to ``targets`` (Apprise addresses; extra ``notify``).

    Raises MailError where one did not take it, and MissingPart where Apprise is not installed.
    """
    with optional_part("notify"):
        import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it tells addresses, and those are secrets
    # Without this a message would point to pictures on somebody else's server.
    asset = apprise.AppriseAsset(
        app_id="skolemiljo", app_desc="skolemiljo", app_url="", image_url_mask="", image_url_logo=""
    )
    service = apprise.Apprise(asset=asset)
    for target in targets:
        if not service.add(target):
            raise MailError(_("en adresse under notify er ikke til å forstå: rett den"))
    if not service.notify(title=words.gettext("Skolemiljø"), body=text):
        raise MailError(_("varselet ble ikke tatt imot: sjekk adressene under notify"))
