"""The mail goes to a real SMTP server on loopback; it says counts and case numbers, and nothing when nothing changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.domain.verdict import Assessment, Finding, Reason, Verdict
from skolemiljo.reports import render
from skolemiljo.reports.digest import (
    MailError,
    MailServer,
    changed,
    lines,
    message,
    notify,
    send,
    standing,
    verdicts_of,
)
from skolemiljo.reports.model import AuditReport, Previous, Problem, SchoolReport
from skolemiljo.validators import RULES

from .conftest import assessment_of

FROM, TO = "skolemiljo@example.invalid", ["rektor@example.invalid"]


class _Inbox:
    """Keeps what an SMTP client hands in; refuses addresses at no.invalid."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802, ARG002 - the name and the signature are aiosmtpd's
        if address.endswith("@no.invalid"):
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002 - the name and the signature are aiosmtpd's
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@contextmanager
def serving(handler: _Inbox, **more: Any) -> Iterator[int]:
    """A real SMTP server on this machine; gives its port. ``more``: as aiosmtpd's Controller takes it."""
    from aiosmtpd.controller import Controller

    class AnyPort(Controller):
        """On a port that the system chooses; the controller's own greeting then has to go there too."""

        def _trigger_server(self) -> None:
            server: Any = self.server
            self.port = server.sockets[0].getsockname()[1]
            super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd types it not

    controller = AnyPort(handler, hostname="127.0.0.1", port=0, **more)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def inbox() -> Iterator[tuple[_Inbox, MailServer]]:
    handler = _Inbox()
    with serving(handler) as port:
        yield handler, MailServer("127.0.0.1", port, security="none", timeout=10)


@contextmanager
def webhook(got: list[dict[str, Any]], status: int = 200) -> Iterator[str]:
    """A real HTTP receiver on this machine; gives the address that Apprise knows it by."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def with_tls(certificate: Path, password: str) -> dict[str, Any]:
    """A server that talks to nobody before STARTTLS, and takes mail only from the user ``skolemiljo``."""
    from aiosmtpd.smtp import AuthResult

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (b"skolemiljo", password.encode())
        return AuthResult(success=right)

    return {"tls_context": context, "require_starttls": True, "authenticator": check, "auth_required": True}


def test_a_case_with_a_hidden_log_says_the_one_cause_and_no_duty(
    make_report: Callable[..., SchoolReport], make_finding: Callable[..., Finding]
) -> None:
    """What is hidden may be about an employee too: the duties are not named, and what to do about the access is."""

    def hidden(case: str, *codes: str) -> Assessment:
        one = make_finding("VA-08", case, Verdict.UNKNOWN, reason=Reason.HIDDEN)
        return assessment_of(case, [replace(one, rule=code) for code in codes], unseen=("log",))

    report = make_report(assessments=[hidden("S-1", "VA-08", "UN-01"), hidden("S-2", "VA-08", "SK-02")], rules=RULES)
    mail = message(report, sender=FROM, recipients=TO).get_body()
    assert mail is not None
    told = {line.strip() for line in str(mail.get_content()).splitlines()}
    cause = "Verktøyet har ikke tilgang til loggen. Be om at det får tilgang, eller se etter selv i saken."
    assert {f"S-1: {cause}", f"S-2: en sak trenger noe av deg. {cause}"} <= told


def test_the_mail_arrives_with_counts_and_case_numbers(report: SchoolReport, inbox: tuple[_Inbox, MailServer]) -> None:
    handler, server = inbox
    calendar_file = bytes(render(report, "ics"))  # type: ignore[arg-type]  # this form is bytes
    mail = message(
        report, sender=FROM, recipients=TO, link="https://skolemiljo.example.invalid/", calendar=calendar_file
    )
    assert send(mail, server) == 0
    (got,) = handler.mails
    assert got["Subject"] == "Skolemiljø: dette trenger noe"
    assert got["Auto-Submitted"] == "auto-generated"
    body = got.get_body()
    assert body is not None
    text = body.get_content()
    assert text.startswith("1 av 5 åpne saker trenger noe i dag.")
    assert "\ntrenger noe i dag: 1\n" in text.replace("\r", "")
    assert "  2026-014, i dag: Skriv en logg i saken om når du fikk meldingen" in text
    assert "Ikke alt kunne sjekkes" in text
    for secret in ("Bakken", "e1", "Eleven var syk", "l1"):
        assert secret not in text.replace("eller", "")
    (calendar,) = got.iter_attachments()
    assert calendar.get_content_type() == "text/calendar"
    assert "BEGIN:VCALENDAR" in calendar.get_content()
    assert (calendar.get_content_charset(), calendar.get_param("method")) == ("utf-8", "PUBLISH")
    assert "\ufffd" not in calendar.get_content()


def test_one_address_the_server_can_not_take_keeps_no_other_from_its_mail(report: SchoolReport) -> None:
    handler = _Inbox()
    with serving(handler, enable_SMTPUTF8=False) as port:
        server = MailServer("127.0.0.1", port, security="none", timeout=10)
        assert send(message(report, sender=FROM, recipients=[*TO, "bjørn@example.invalid"]), server) == 1
        with pytest.raises(MailError, match="bokstaver") as raised:
            send(message(report, sender=FROM, recipients=["bjørn@example.invalid"]), server)
    assert "bjørn" not in str(raised.value)
    (got,) = handler.mails
    assert got["To"] == TO[0]


def test_nothing_is_sent_when_nothing_changed(make_report: Callable[..., SchoolReport], assessments: list[Any]) -> None:
    # Without the deadline that is today, and with last night's verdicts, there is nothing to tell.
    quiet = [assessments[3], assessments[4]]
    stood = {f.identity: f.verdict for a in quiet for f in a.findings}
    before = Previous(datetime(2026, 3, 8, 5, tzinfo=UTC), stood)
    same = make_report(assessments=quiet, previous=before, acceptances=[])
    told = standing(same)
    assert not changed(make_report(assessments=quiet, as_of=datetime(2026, 3, 10, 5, tzinfo=UTC), acceptances=[]), told)
    assert changed(make_report(assessments=quiet[:1], acceptances=[]), None)
    assert changed(make_report(assessments=[], cycle_statuses=[], acceptances=[]), told)
    assert changed(make_report(assessments=assessments, previous=before), told)
    assert not changed(make_report(assessments=[], cycle_statuses=[], acceptances=[]), None)


def test_a_deadline_that_comes_near_or_is_today_is_news(
    make_report: Callable[..., SchoolReport], assessments: list[Any]
) -> None:
    def on(day: int) -> SchoolReport:
        return make_report(assessments=assessments[1:2], as_of=datetime(2026, 3, day, 5, tzinfo=UTC), acceptances=[])

    days = [day for day in range(2, 12) if changed(on(day), standing(on(day - 1)))]
    assert days == [3, 10, 11]  # the deadline is the tenth: a week before it, on the day, and when it has passed


def test_what_was_told_gives_what_has_been_solved_since(
    make_report: Callable[..., SchoolReport], assessments: list[Any]
) -> None:
    told = standing(make_report(assessments=assessments[:1], acceptances=[]))
    assert set(verdicts_of(told).values()) == {Verdict.DEVIATION, Verdict.DUE}
    since = Previous(datetime(2026, 3, 8, 5, tzinfo=UTC), verdicts_of(told))
    solved = [replace(assessments[0], findings=assessments[0].findings[2:])]
    report = make_report(assessments=solved, previous=since, acceptances=[])
    assert changed(report, told)
    assert "Løst siden sist:\n  2026-014" in message(report, sender=FROM, recipients=TO).get_content()


def test_the_owner_hears_of_numbers_and_of_no_case(make_audit: Callable[..., AuditReport]) -> None:
    told = standing(make_audit())
    assert "2026-014" not in json.dumps(told)
    assert not changed(make_audit(), told)
    assert changed(make_audit(assessments=[]), told)


def test_subject_is_the_same_every_day(make_report: Callable[..., SchoolReport], assessments: list[Any]) -> None:
    one = message(make_report(), sender=FROM, recipients=TO)
    other = message(make_report(assessments=assessments[:2]), sender=FROM, recipients=TO)
    assert one["Subject"] == other["Subject"]


def test_the_owners_mail_and_a_channel_hide_small_counts_and_hold_no_case_number(audit: AuditReport) -> None:
    """They lie on other machines than the owner's."""
    body = message(audit, sender=FROM, recipients=TO).get_content()
    for told in (body, "\n".join(lines(audit))):
        assert "Vika ungdomsskole: trenger noe i dag: 0" in told
        assert "Bakken skole: trenger noe i dag: *" in told
        assert "2026-014" not in told


def test_what_the_mail_says_in_all_tells_no_more_than_its_lines(make_audit: Callable[..., AuditReport]) -> None:
    """Whoever adds up the numbers that are shown has the sum: none of the hidden ones can be had by subtraction."""
    for problems in ((), (Problem("310000027", "V-1"),)):
        audit = make_audit(problems=problems)
        body = message(audit, sender=FROM, recipients=TO).get_content()
        for name in ("trenger noe i dag", "kunne ikke sjekkes helt", "venter på svar på et spørsmål"):
            told = [line for line in body.splitlines() if line.startswith(f"{name}: ")]
            in_all = told[0].removeprefix(f"{name}: ") if told else "0"
            shown = [match.split() for match in re.findall(rf"[:,] {name}: ([0-9*+? –]+)", body)]
            numbers = [int(number.rstrip("+")) for words in shown for number in words if number[0].isdigit()]
            hidden = any("*" in number or "+" in number for words in shown for number in words)
            total = sum(numbers)
            assert in_all.removesuffix(" ?") in ({f"{total}+" if total else "*"} if hidden else {str(total), "?"}), name


def test_a_server_that_is_not_there_is_a_clear_error(report: SchoolReport, inbox: tuple[_Inbox, MailServer]) -> None:
    handler, server = inbox
    refused = message(report, sender=FROM, recipients=["x@no.invalid"])
    with pytest.raises(MailError) as error:
        send(refused, server)
    assert "no.invalid" not in str(error.value)
    assert "2026-014" not in str(error.value)
    half = message(report, sender=FROM, recipients=[*TO, "x@no.invalid"])
    assert send(half, server) == 1
    assert len(handler.mails) == 1
    with pytest.raises(MailError, match="tok ikke imot"):
        send(refused, MailServer("127.0.0.1", 1, security="none", timeout=2))


def test_no_password_goes_over_an_open_line(report: SchoolReport, inbox: tuple[_Inbox, MailServer]) -> None:
    _, server = inbox
    mail = message(report, sender=FROM, recipients=TO)
    with pytest.raises(MailError, match="uten kryptering"):
        send(mail, MailServer(server.host, server.port, "none", "user", "hemmelig"))
    with pytest.raises(MailError):  # the server offers no STARTTLS
        send(mail, MailServer(server.host, server.port, "starttls", "user", "hemmelig"))
    assert "hemmelig" not in repr(MailServer("h", 25, "none", "user", "hemmelig"))


def test_mail_goes_over_tls_with_a_password_and_never_without(
    report: SchoolReport, certificate: Path, inbox: tuple[_Inbox, MailServer]
) -> None:
    mail = message(report, sender=FROM, recipients=TO)
    handler, password = _Inbox(), "Kvitlyngsjokolade"
    with serving(handler, **with_tls(certificate, password)) as port:
        own = str(certificate)
        assert send(mail, MailServer("127.0.0.1", port, "starttls", "skolemiljo", password, own, 10)) == 0
        assert len(handler.mails) == 1
        for server, why in (
            (
                MailServer("127.0.0.1", port, "starttls", "skolemiljo", "feil", own, 10),
                "SMTP(AuthenticationError|ServerDisconnected)",
            ),
            (MailServer("127.0.0.1", port, "starttls", "skolemiljo", password, None, 10), "SSLCertVerification"),
            (MailServer("127.0.0.1", port, "none", timeout=10), "SMTP"),
            (MailServer("127.0.0.1", inbox[1].port, "starttls", timeout=10), "SMTPNotSupported"),
        ):
            with pytest.raises(MailError, match=why) as error:
                send(mail, server)
            assert password not in str(error.value)
    assert len(handler.mails) == 1
    assert inbox[0].mails == []


def test_a_chat_channel_gets_counts_alone(report: SchoolReport) -> None:
    got: list[dict[str, Any]] = []
    with webhook(got) as address:
        notify(report, [address])
    (posted,) = got
    assert posted["message"].strip() == "\n".join(lines(report))
    assert "2026" not in posted["message"]
    assert "Bakken skole: trenger noe i dag: *" in posted["message"]
    assert "http" not in json.dumps(posted).replace("https://skolemiljo", "")  # no picture from somebody else's server
    with webhook(got, status=500) as address, pytest.raises(MailError, match="ikke tatt imot"):
        notify(report, [address])


# --- the command -----------------------------------------------------------------------------------------------------

SCHOOL = "310000019"
NIGHT, MORNING = "2026-11-20T04:15", "2026-11-20T07:00"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented municipality in a folder, after one night."""
    folder = tmp_path_factory.mktemp("kommune")
    Municipality(seed=7, schools=2, cases=40).write_folder(folder)
    (folder / "settings.toml").write_text(SETTINGS, "utf-8")
    assert run(folder, "sync", "--as-of", NIGHT)[0] == 0
    return folder


SETTINGS = """
source = "folder"
cycle = "folder"
store = "lager.sqlite"
[folder]
path = "."
"""


def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("SKOLEMILJO_")}
    done = subprocess.run(
        [sys.executable, "-m", "skolemiljo.cli", "--settings", str(folder / "settings.toml"), *arguments],
        capture_output=True,
        text=True,
        env=clean | environment,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def mail_settings(port: int, certificate: Path | None = None) -> dict[str, str]:
    common = {
        "SKOLEMILJO_MAIL__HOST": "127.0.0.1",
        "SKOLEMILJO_MAIL__PORT": str(port),
        "SKOLEMILJO_MAIL__SENDER": FROM,
        "SKOLEMILJO_MAIL__SCHOOLS": json.dumps({SCHOOL: TO}),
        "SKOLEMILJO_MAIL__OWNER": json.dumps(["eier@example.invalid"]),
        "SKOLEMILJO_MAIL__CALENDAR": "true",
    }
    if certificate is None:
        return common | {"SKOLEMILJO_MAIL__SECURITY": "none"}
    return common | {
        "SKOLEMILJO_MAIL__CA_FILE": str(certificate),
        "SKOLEMILJO_MAIL__USERNAME": "skolemiljo",
        "SKOLEMILJO_MAIL__PASSWORD": "Kvitlyngsjokolade",
    }


def test_the_command_sends_what_is_new_and_then_nothing(exchange: Path, certificate: Path) -> None:
    handler = _Inbox()
    with serving(handler, **with_tls(certificate, "Kvitlyngsjokolade")) as port:
        settings = mail_settings(port, certificate)
        code, said = run(exchange, "digest", "--as-of", MORNING, "--dry-run", **settings)
        assert (code, handler.mails) == (0, [])
        assert "ville blitt sendt" in said
        assert "trenger noe i dag" in said
        assert "example.invalid" not in said
        assert run(exchange, "digest", "--as-of", MORNING, **settings)[0] == 0
        assert [mail["To"] for mail in handler.mails] == [*TO, "eier@example.invalid"]
        code, said = run(exchange, "digest", "--as-of", "2026-11-20T08:00", **settings)
        assert code == 0
        assert said.count("ingenting nytt siden 20.11.2026") == 2
        assert len(handler.mails) == 2
    rector, owner = (mail.get_body() for mail in handler.mails)
    assert rector is not None
    assert owner is not None
    assert "SM-2026-" in rector.get_content()
    assert "SM-2026-" not in owner.get_content()
    assert f"{Municipality(seed=7, schools=2, cases=1).schools()[0]['name']}: " in owner.get_content()
    assert "Slik det var fredag 20. november 2026 kl. 04.15" in rector.get_content()
    events = [part.get_content() for part in handler.mails[0].iter_attachments()]
    assert "BEGIN:VEVENT" in events[0]


def test_each_reader_gets_the_mail_in_the_language_the_settings_say(exchange: Path, tmp_path: Path) -> None:
    """The school's by its number, the owner's by that name; for whom nothing is said it stays as it was."""
    for languages in ({SCHOOL: "nn"}, {"owner": "nn"}, {}):
        place = tmp_path / "-".join(languages or ("none",))
        shutil.copytree(exchange, place)
        with closing(sqlite3.connect(place / "lager.sqlite")) as store, store:
            store.execute("DELETE FROM digests")
        handler = _Inbox()
        with serving(handler) as port:
            settings = mail_settings(port) | {"SKOLEMILJO_LANGUAGES": json.dumps(languages)}
            code, told = run(place, "digest", "--as-of", MORNING, **settings)
        assert code == 0, told
        bodies = [mail.get_body() for mail in handler.mails]
        assert [mail["Content-Language"] for mail in handler.mails] == [
            languages.get(reader, "nb") for reader in (SCHOOL, "owner")
        ]
        for reader, body in zip((SCHOOL, "owner"), bodies, strict=True):
            assert body is not None
            nynorsk, bokmaal = "blir ikkje lesne" in body.get_content(), "blir ikke lest" in body.get_content()
            assert (nynorsk, bokmaal) == ((True, False) if reader in languages else (False, True)), body.get_content()


def test_what_could_not_be_sent_is_tried_again(exchange: Path, tmp_path: Path) -> None:
    shutil.copytree(exchange, tmp_path / "k")
    with closing(sqlite3.connect(tmp_path / "k" / "lager.sqlite")) as store, store:
        store.execute("DELETE FROM digests")
    code, said = run(tmp_path / "k", "digest", "--as-of", MORNING, **mail_settings(1))
    assert code == 75
    assert said.count("IKKE SENDT") == 2
    handler = _Inbox()
    with serving(handler) as port:
        # A server without TLS where TLS is asked for gets nothing, and no password.
        unsafe = mail_settings(port) | {"SKOLEMILJO_MAIL__SECURITY": "starttls"}
        assert run(tmp_path / "k", "digest", "--as-of", MORNING, **unsafe)[0] == 75
        assert handler.mails == []
        assert run(tmp_path / "k", "digest", "--as-of", MORNING, **mail_settings(port))[0] == 0
    assert len(handler.mails) == 2


def test_old_news_is_told_as_old(exchange: Path) -> None:
    code, said = run(exchange, "digest", "--as-of", "2026-11-24T07:00", "--dry-run", **mail_settings(1))
    assert code == 0
    assert "Sakene ble sist sett fredag 20. november 2026" in said


def test_a_webhook_gets_one_line_for_each_school(exchange: Path) -> None:
    got: list[dict[str, Any]] = []
    with webhook(got) as address:
        settings = {"SKOLEMILJO_NOTIFY__OWNER": json.dumps([address])}
        for _ in range(2):
            code, said = run(exchange, "digest", "--as-of", MORNING, **settings)
            assert code == 0
            assert address not in said
    (posted,) = got
    assert len(posted["message"].strip().splitlines()) == 2
    assert "SM-" not in posted["message"]


def test_the_missing_extra_is_named(exchange: Path) -> None:
    code = (
        "import sys; sys.modules['apprise'] = None\n"
        "from skolemiljo.cli import main\n"
        f"sys.argv = ['skolemiljo', '--settings', {str(exchange / 'settings.toml')!r}, 'digest']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "SKOLEMILJO_NOTIFY__OWNER": '["json://127.0.0.1:1/"]'},
        check=False,
    )
    assert done.returncode == 2
    assert "pip install 'skolemiljo[notify]'" in done.stderr


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "ingen får morgenposten"),
        ({"SKOLEMILJO_MAIL__OWNER": '["eier@example.invalid"]'}, "både host og sender"),
        ({"SKOLEMILJO_MAIL__OWNER": '["Ola Villniss"]'}, "mail.owner.0"),
        ({"SKOLEMILJO_MAIL__HOST": "post.example.invalid", "SKOLEMILJO_MAIL__SECURITY": "none"}, "på denne maskinen"),
    ],
)
def test_what_is_not_set_right_is_said_without_a_value(exchange: Path, settings: dict[str, str], words: str) -> None:
    code, said = run(exchange, "digest", "--as-of", MORNING, **settings)
    assert code == 2
    assert words in said
    assert "Villniss" not in said


def test_a_school_that_nobody_has_looked_at_does_not_stop_the_others(exchange: Path) -> None:
    schools = {"310000035": TO, SCHOOL: TO}
    settings = mail_settings(1) | {"SKOLEMILJO_MAIL__SCHOOLS": json.dumps(schools)}
    code, said = run(exchange, "digest", "--as-of", "2026-11-20T09:00", "--dry-run", **settings)
    assert code == 75
    assert "Er skolen ny: kjør skolemiljo sync først" in said
    assert "e-post til 310000035 (1): IKKE SENDT. ingen skole har det nummeret eller navnet; lageret har " in said
    assert f"e-post til {SCHOOL} (1): " in said


def test_addresses_and_passwords_are_not_shown(exchange: Path, certificate: Path) -> None:
    settings = mail_settings(1, certificate) | {"SKOLEMILJO_NOTIFY__OWNER": '["json://bot:hemmelig@127.0.0.1/"]'}
    for form in ("text", "json"):
        code, said = run(exchange, "config", "show", "--format", form, **settings)
        assert code == 0
        for secret in ("rektor@", "eier@", "Kvitlyngsjokolade", "hemmelig"):
            assert secret not in said


def test_after_a_night_that_was_not_whole_people_are_told(tmp_path: Path) -> None:
    """The night ends with 3; the mail that follows it names the case that could not be read, and how many schools it is unsure of."""
    Municipality(seed=7, schools=2, cases=12, calm=True).write_folder(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    broken = next(file for file in sorted((tmp_path / "cases").glob("*.json")) if SCHOOL in file.read_text("utf-8"))
    broken.write_text(f'{{"id": "{broken.stem}", "school": "{SCHOOL}", "status_history": 7}}', "utf-8")
    assert run(tmp_path, "sync", "--as-of", NIGHT)[0] == 3
    handler = _Inbox()
    with serving(handler) as port:
        assert run(tmp_path, "digest", "--as-of", MORNING, **mail_settings(port))[0] == 0
    bodies = [mail.get_body() for mail in handler.mails]
    rector, owner = (str(body.get_content()) for body in bodies if body is not None)
    assert "kunne ikke sjekkes i det hele tatt" in rector
    assert broken.stem in rector
    assert "kunne ikke sjekkes i det hele tatt" in owner
    assert broken.stem not in owner
