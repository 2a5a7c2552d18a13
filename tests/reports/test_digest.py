"""The mail goes to a real SMTP server on loopback; it says counts and case numbers, and nothing when nothing changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from skolemiljo.reports.digest import MailError, MailServer, changed, lines, message, notify, send
from skolemiljo.reports.model import AuditReport, Previous, SchoolReport

FROM, TO = "skolemiljo@example.invalid", ["rektor@example.invalid"]


class _Inbox:
    """Keeps what an SMTP client hands in; refuses addresses at no.invalid."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802, ARG002
        if address.endswith("@no.invalid"):
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[_Inbox, MailServer]]:
    from aiosmtpd.controller import Controller

    class AnyPort(Controller):
        """On a port that the system chooses; the controller's own greeting then has to go there too."""

        def _trigger_server(self) -> None:
            server: Any = self.server
            self.port = server.sockets[0].getsockname()[1]
            super()._trigger_server()  # type: ignore[no-untyped-call]

    handler = _Inbox()
    controller = AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield handler, MailServer("127.0.0.1", controller.port, security="none", timeout=10)
    finally:
        controller.stop()


def test_the_mail_arrives_with_counts_and_case_numbers(report: SchoolReport, inbox: tuple[_Inbox, MailServer]) -> None:
    handler, server = inbox
    mail = message(report, sender=FROM, recipients=TO, link="https://skolemiljo.example.invalid/", calendar=True)
    assert mail is not None
    send(mail, server)
    (got,) = handler.mails
    assert got["Subject"] == "Skolemiljø: dette trenger noe"
    assert got["Auto-Submitted"] == "auto-generated"
    body = got.get_body()
    assert body is not None
    text = body.get_content()
    assert text.startswith("1 sak trenger noe i dag.")
    assert "2026-014" in text
    assert "avvik: 2" in text
    assert "Ikke alt kunne sjekkes" in text
    for secret in ("Bakken", "e1", "Eleven var syk", "l1"):
        assert secret not in text.replace("eller", "")
    (calendar,) = got.iter_attachments()
    assert calendar.get_content_type() == "text/calendar"
    assert "BEGIN:VCALENDAR" in calendar.get_content()


def test_nothing_is_sent_when_nothing_changed(make_report: Callable[..., SchoolReport], assessments: list[Any]) -> None:
    # Without the deadline that is today, and with last night's verdicts, there is nothing to tell.
    quiet = [assessments[3], assessments[4]]
    before = Previous.of(quiet, datetime(2026, 3, 8, 5, tzinfo=UTC))
    same = make_report(assessments=quiet, previous=before, acceptances=[])
    assert not changed(same)
    assert message(same, sender=FROM, recipients=TO) is None
    assert notify(same, ["json://127.0.0.1:1/"])
    assert changed(make_report(assessments=assessments, previous=before))


def test_a_deadline_today_is_told_even_if_nothing_changed(
    make_report: Callable[..., SchoolReport], assessments: list[Any]
) -> None:
    before = Previous.of(assessments, datetime(2026, 3, 8, 5, tzinfo=UTC))
    assert changed(make_report(assessments=assessments, previous=before))


def test_subject_is_the_same_every_day(make_report: Callable[..., SchoolReport], assessments: list[Any]) -> None:
    one = message(make_report(), sender=FROM, recipients=TO)
    other = message(make_report(assessments=assessments[:2]), sender=FROM, recipients=TO)
    assert one is not None
    assert other is not None
    assert one["Subject"] == other["Subject"]


def test_owner_gets_hidden_numbers_and_no_case_numbers(audit: AuditReport) -> None:
    mail = message(audit, sender=FROM, recipients=TO)
    assert mail is not None
    body = mail.get_content()
    assert "Vika ungdomsskole: 6 avvik" in body
    assert "Bakken skole: * avvik" in body
    assert "2026-014" not in body


def test_a_server_that_is_not_there_is_a_clear_error(report: SchoolReport, inbox: tuple[_Inbox, MailServer]) -> None:
    handler, server = inbox
    refused = message(report, sender=FROM, recipients=["x@no.invalid"])
    assert refused is not None
    with pytest.raises(MailError) as error:
        send(refused, server)
    assert "no.invalid" not in str(error.value)
    assert "2026-014" not in str(error.value)
    half = message(report, sender=FROM, recipients=[*TO, "x@no.invalid"])
    assert half is not None
    with pytest.raises(MailError, match="1 of the recipients"):
        send(half, server)
    assert len(handler.mails) == 1
    with pytest.raises(MailError, match="mail was not sent"):
        send(refused, MailServer("127.0.0.1", 1, security="none", timeout=2))


def test_no_password_goes_over_an_open_line(report: SchoolReport, inbox: tuple[_Inbox, MailServer]) -> None:
    _, server = inbox
    mail = message(report, sender=FROM, recipients=TO)
    assert mail is not None
    with pytest.raises(MailError, match="without encryption"):
        send(mail, MailServer(server.host, server.port, "none", "user", "hemmelig"))
    with pytest.raises(MailError):  # the server offers no STARTTLS
        send(mail, MailServer(server.host, server.port, "starttls", "user", "hemmelig"))
    assert "hemmelig" not in repr(MailServer("h", 25, "none", "user", "hemmelig"))


def test_a_chat_channel_gets_counts_alone(report: SchoolReport) -> None:
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        assert notify(report, [f"json://127.0.0.1:{server.server_port}/"])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    (posted,) = got
    assert posted["message"].strip() == "\n".join(lines(report))
    assert "2026" not in posted["message"]
    assert "Bakken skole: * avvik" in posted["message"]
