"""The watch by day: a day in simulated time, over real HTTP (the mock vendor) and real SMTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
import pytest
from filelock import FileLock

from skolemiljo.adapters.mock.municipality import Municipality, skolerute_path
from skolemiljo.adapters.mock.running import RunningMock
from skolemiljo.adapters.mock.server import Mock
from skolemiljo.commands import night, watching
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.errors import SettingsError
from skolemiljo.domain.exit_code import ExitCode
from skolemiljo.domain.moment import OSLO
from skolemiljo.domain.verdict import Verdict
from skolemiljo.reports.watch_mail import unlogged
from skolemiljo.store import FirstWrite
from skolemiljo.sync.summary import RunSummary
from skolemiljo.tests.laws.examples import markdown
from skolemiljo.tests.reports.test_digest import _Inbox as Inbox
from skolemiljo.tests.reports.test_digest import serving, webhook
from skolemiljo.validators import RULES

DAY = date(2026, 11, 19)
"""A Thursday on which the invented town's schools are open."""
CASE = "SM-2026-0001"
SCHOOL = "310000019"
TOLD = "det er ikke loggført at eleven har fått beskjed i dag om at rektor har fått meldingen"


def at(clock: str, day: date = DAY) -> datetime:
    """A time of the day in Oslo: ``at("09.30")``."""
    return datetime.combine(day, time.fromisoformat(clock.replace(".", ":")), OSLO)


def stamp(clock: str, day: date = DAY) -> str:
    return at(clock, day).isoformat()


@dataclass
class Town:
    """The vendor, the post office, and a machine on which commands are run one after another, each as a new process."""

    server: RunningMock
    inbox: Inbox
    settings: Path
    port: int
    said: list[str] = field(default_factory=list)

    def work(self) -> Workplace:
        return Workplace(self.settings)

    def night(self, day: date) -> RunSummary:
        self.server.mock.state.clock.set(at("04.15", day))
        return night.run(self.work(), as_of=at("04.15", day), handle_signals=False)

    def look(
        self, clock: str, *, day: date = DAY, dry_run: bool = False, done: ExitCode = ExitCode.DONE
    ) -> list[EmailMessage]:
        """One look; the mails that came of it."""
        self.server.mock.state.clock.set(at(clock, day))
        before = len(self.inbox.mails)
        self.said.clear()
        found = watching.watch(self.work(), now=at(clock, day), dry_run=dry_run, language=None, echo=self.said.append)
        assert found is done, self.said
        return self.inbox.mails[before:]

    def change(self, clock: str, case: str = CASE, day: date = DAY, **change: Any) -> None:
        self.server.mock.state.clock.set(at(clock, day))
        assert self.server.mock.state.touch(case, change) is not None

    def notice(self, clock: str = "09.10", case: str = CASE, **fields: Any) -> None:
        """A member of staff tells rektor, who logs it at once: the case begins then."""
        rector, teacher = {"role": "rector", "ref": "r"}, {"role": "teacher", "ref": "t"}
        told = {"happened_at": stamp(clock), "registered_at": stamp(clock)}
        notice: dict[str, Any] = {
            "id": "v1",
            **told,
            "author": teacher,
            "source": "staff",
            "notifier": teacher,
            "learned_at": stamp(clock),
        }
        notice |= {
            "receiver": rector,
            "channel": "oral",
            "suspicion_only": False,
            "accuses_staff": False,
            "pupils": ["elev-1"],
        }
        log = [
            {
                "id": "l1",
                "kind": "notice_logged",
                "source_label": "Logg: meldt fra",
                **told,
                "author": teacher,
                "notice": "v1",
                "to": rector,
                "text": "Meldt fra muntlig om det jeg så i friminuttet.",
            },
            {
                "id": "l2",
                "kind": "rector_received",
                "source_label": "Rektor: mottatt beskjed",
                **told,
                "author": rector,
                "notice": "v1",
                "text": "Jeg har mottatt meldingen og følger den opp i dag.",
            },
        ]
        self.change(
            clock,
            case,
            set={
                "status_history": [{"status": "open", "at": stamp(clock), "registered_at": stamp(clock), "by": rector}],
                "severity": [{"at": stamp(clock), "registered_at": stamp(clock), "by": rector, "serious": False}],
                "suspicions": [],
                "notices": [notice],
                "log": log,
                "activity_plans": [],
                "evaluations": [],
                "incidents": [],
                "transfers": [],
                "pupils": [{"ref": "elev-1", "part": "affected"}],
            }
            | fields,
        )

    def told(self, clock: str = "13.00") -> None:
        """Rektor tells the pupil, and logs it."""
        rector = {"role": "rector", "ref": "r"}
        entry = {
            "id": "l3",
            "kind": "pupil_told",
            "source_label": "Beskjed til elev",
            "happened_at": stamp(clock),
            "registered_at": stamp(clock),
            "author": rector,
            "actor": rector,
            "notice": "v1",
            "pupils": ["elev-1"],
            "text": "Eleven fikk vite at jeg har fått meldingen, og hva som skjer nå.",
        }
        self.change(clock, append={"log": [entry]})

    def verdict(self, rule: str = "VA-08", case: str = CASE) -> Verdict:
        with closing(self.work().store) as store:
            (found,) = [
                f.verdict for a in store.assessments(SCHOOL) if a.case == case for f in a.findings if f.rule == rule
            ]
        return found

    def setting(self, text: str) -> None:
        self.settings.write_text(self.settings.read_text("utf-8") + text, "utf-8")

    def requests(self) -> int:
        return self.server.mock.app.requests


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    inbox = Inbox()
    mock = Mock(Municipality(seed=7, schools=3, cases=30, as_of=at("00.01")), as_of=at("04.15"))
    with RunningMock(mock) as server, serving(inbox) as port:
        (tmp_path / "skolerute.toml").write_text(skolerute_path().read_text("utf-8"), "utf-8")
        known = mock.credentials
        secret = tmp_path / "settings.toml"
        systems = "".join(
            f'[{name}]\nbase_url = "{url}"\ntoken_url = "{server.token_url}"\nclient_id = "{known.client_id}"\n'
            f'client_secret = "{known.client_secret}"\ntenant_id = "{known.tenant_id}"\n'
            for name, url in (("sikker_sak", server.sikker_sak_url), ("annual_cycle", server.annual_cycle_url))
        )
        secret.write_text(
            'source = "sikker_sak"\ncycle = "annual_cycle"\nstore = "lager.sqlite"\nschool_calendar = "skolerute.toml"\n'
            f'case_url = "https://sikkersak.example.invalid/saker/{{case}}"\n{systems}'
            f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "skolemiljo@example.invalid"\n'
            f'owner = ["eier@example.invalid"]\nschools = {{ {SCHOOL} = ["rektor@example.invalid"] }}\n',
            "utf-8",
        )
        secret.chmod(0o600)
        town = Town(server, inbox, secret, port)
        town.night(DAY)
        town.look("07.00")
        yield town


def text(mail: EmailMessage) -> str:
    body = mail.get_body()
    assert body is not None
    return str(body.get_content())


def about(mails: list[EmailMessage], words: str = TOLD) -> list[EmailMessage]:
    return [mail for mail in mails if words in text(mail)]


def test_a_day_on_which_the_pupil_is_told_in_time(town: Town) -> None:
    town.notice("09.10")
    (mail,) = about(town.look("09.30"))
    assert mail["To"] == "rektor@example.invalid"
    assert f"Sak {CASE}: {TOLD}. Fristen er i kveld." in text(mail)
    assert "møte med foreldre" not in text(mail), "that has its last day tomorrow"
    assert f"https://sikkersak.example.invalid/saker/{CASE}" in text(mail)
    assert not about([m for clock in ("10.00", "10.30", "12.30") for m in town.look(clock)])
    town.told("13.00")
    later = [m for clock in ("13.30", "15.00", "17.00", "20.00", "23.00") for m in town.look(clock)]
    assert not about(later)
    town.night(DAY + timedelta(days=1))
    assert town.verdict() is Verdict.MET


def test_a_day_on_which_nobody_tells_the_pupil(town: Town) -> None:
    town.notice("09.10")
    heard = {
        clock: about(town.look(clock))
        for clock in ("09.30", "12.00", "14.30", "15.00", "15.30", "19.30", "20.00", "22.30")
    }
    assert [clock for clock, mails in heard.items() if mails] == ["09.30", "15.00", "20.00"]
    assert [heard[clock][0]["Subject"] for clock in ("09.30", "20.00")] == [
        "Skolemiljø: en frist går ut i dag",
        "Skolemiljø: siste påminning, fristen er i dag",
    ]
    town.night(DAY + timedelta(days=1))
    assert town.verdict() is Verdict.DEVIATION


def test_the_calendar_rings_before_the_day_is_over(town: Town) -> None:
    town.notice("09.10")
    (mail,) = about(town.look("09.30"))
    (part,) = mail.iter_attachments()
    assert (part.get_content_type(), part.get_content_charset(), part.get_param("method")) == (
        "text/calendar",
        "utf-8",
        "PUBLISH",
    )
    events: Any = [
        e for e in icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT") if TOLD in str(e["SUMMARY"])
    ]
    (event,) = events
    assert event["DTSTART"].dt == DAY
    (bell,) = event.walk("VALARM")
    assert bell["TRIGGER"].dt == timedelta(hours=20)


def test_a_look_when_nothing_happened_costs_a_handful_of_requests(town: Town) -> None:
    town.look("07.30")
    counted = town.requests()
    assert town.look("08.00") == []
    assert town.requests() - counted == 4, "a token, and for each of three schools what changed"


def test_the_watch_moves_nothing_that_the_night_reads_by(town: Town) -> None:
    def remembered() -> dict[str, list[Any]]:
        with closing(town.work().store) as store, store.reading() as connection:
            from skolemiljo.store.tables import metadata

            names = [t for t in metadata.sorted_tables if t.name not in ("digests", "meta")]
            return {t.name: sorted(map(repr, connection.execute(t.select()).all())) for t in names}

    before = remembered()
    town.notice("09.10")
    assert about(town.look("09.30"))
    assert remembered() == before
    assert town.server.mock.state.records == {}


def test_a_leaders_case_is_told_to_the_owner_alone_and_a_staff_case_by_no_duty(town: Town) -> None:
    suspicion = {"at": stamp("09.10"), "registered_at": stamp("09.10"), "by": {"role": "teacher", "ref": "t"}}
    town.notice("09.10", suspicions=[suspicion | {"suspected": "leader"}])
    mails = town.look("09.30")
    assert {mail["To"] for mail in mails} == {"eier@example.invalid"}
    veiled = "En sak trenger noe av deg før dagen er omme"
    assert veiled in text(mails[0])
    assert not re.search(r"SM-\d|sak-|loggført at", "".join(map(text, mails)))
    town.notice("10.10", suspicions=[suspicion | {"suspected": "staff"}])
    staff = town.look("10.30")
    assert {mail["To"] for mail in staff} >= {"rektor@example.invalid"}
    for mail in staff:
        assert "trenger noe av deg før dagen er omme" in text(mail)
        assert CASE not in text(mail)
        assert TOLD not in text(mail)
        assert CASE not in mail.as_string()


def test_a_serious_case_is_told_to_the_owner_too_under_a_pseudonym(town: Town) -> None:
    decided = {"at": stamp("09.10"), "registered_at": stamp("09.10"), "by": {"role": "rector", "ref": "r"}}
    town.notice("09.10", severity=[decided | {"serious": True}])
    mails = about(town.look("09.30"))
    assert {mail["To"] for mail in mails} == {"rektor@example.invalid", "eier@example.invalid"}
    (owners,) = [mail for mail in mails if mail["To"] == "eier@example.invalid"]
    assert CASE not in owners.as_string()
    assert re.search(r"(?m)^sak-[a-z2-7]{12}: det er ikke loggført", text(owners))


def test_quiet_hours_keep_the_word_until_they_are_over(town: Town) -> None:
    town.setting("[watch]\nquiet_from = 08:30:00\nquiet_to = 12:00:00\n")
    town.notice("09.10")
    assert town.look("09.30") == []
    counted = town.requests()
    assert town.look("10.00") == []
    assert town.requests() - counted == 4
    assert about(town.look("12.00"))


def test_a_deputy_and_a_role_s_own_route(town: Town) -> None:
    town.setting(
        f'[watch.routes.{SCHOOL}]\nteacher = ["larer@example.invalid"]\n'
        f'[[watch.deputies]]\nreader = "{SCHOOL}"\nfirst = {DAY}\nuntil = {DAY}\naddresses = ["stedfortreder@example.invalid"]\n'
    )
    town.notice("09.10")
    (mail,) = about(town.look("09.30"))
    assert mail["To"] == "stedfortreder@example.invalid"


def test_where_the_night_works_the_watch_waits_without_a_word(town: Town) -> None:
    with FileLock(town.work().settings.lock_path):
        assert town.look("09.30") == []
    assert town.said == ["En annen kjøring er i gang; vakten ser igjen neste gang."]


def test_without_network_it_says_so_and_pings_nobody(town: Town) -> None:
    town.notice("09.10")
    town.server.stop()
    town.setting("[watch]\nping_url = 'http://127.0.0.1:9/'\n")
    file = town.settings
    file.write_text(file.read_text("utf-8").replace("[sikker_sak]\n", "[sikker_sak]\nattempts = 1\n"), "utf-8")
    assert town.look("09.30", done=ExitCode.LATER) == []
    assert sum("IKKE LEST" in line for line in town.said) == 3


def test_a_mail_that_was_not_taken_is_sent_at_the_next_look(town: Town) -> None:
    town.notice("09.10")
    good = town.settings.read_text("utf-8")
    town.settings.write_text(good.replace(f"port = {town.port}", "port = 9"), "utf-8")
    assert town.look("09.30", done=ExitCode.LATER) == []
    town.settings.write_text(good, "utf-8")
    assert about(town.look("10.00"))


def test_a_dry_run_shows_and_remembers_nothing(town: Town) -> None:
    town.notice("09.10")
    assert town.look("09.30", dry_run=True) == []
    assert TOLD in "".join(town.said)
    assert "example.invalid" not in "".join(town.said).replace("sikkersak.example.invalid", "")
    assert about(town.look("09.30"))


def test_a_chat_channel_gets_a_number_alone(town: Town) -> None:
    got: list[dict[str, Any]] = []
    with webhook(got) as address:
        town.setting(f"[notify]\nschools = {{ {SCHOOL} = ['{address}'] }}\n")
        town.look("08.00")
        got.clear()
        town.notice("09.10")
        town.look("09.30")
    assert [post["message"] for post in got] == ["En sak trenger noe før dagen er omme."]


def test_flags_are_written_by_day_only_where_settings_say_so(town: Town) -> None:
    town.setting("[sync]\nwrite_back = true\n")
    town.notice("09.10")
    town.look("09.30")
    assert CASE not in town.server.mock.state.records
    town.setting("[watch]\nwrite_flags = true\n")
    town.change("09.40")
    town.look("09.50")
    assert CASE not in town.server.mock.state.records, "no night has written to this source yet"
    work = Workplace(town.settings)
    work.store.keep_first_write(FirstWrite(at("09.50").date(), work.settings.source_mark))
    work.store.close()
    town.change("10.10")
    town.look("10.30")
    assert CASE in town.server.mock.state.records


def test_somebody_must_be_told_and_a_night_must_have_been(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "tom.toml"
    file.write_text("store = 'tom.sqlite'\n[folder]\npath = '.'\n", "utf-8")
    with pytest.raises(SettingsError, match="sync"):
        watching.watch(Workplace(file), now=at("09.30"), dry_run=False, language=None, echo=print)
    kept = town.settings.read_text("utf-8")
    town.settings.write_text(kept[: kept.index("[mail]")], "utf-8")
    with pytest.raises(SettingsError, match=r"watch\.schools"):
        town.look("09.30")


def test_every_duty_that_can_end_on_a_day_has_words_for_what_is_not_logged() -> None:
    """Over every example, in the days before it is judged too; and no words stand for a rule that is gone."""
    found = set()
    for example in markdown():
        for days in (0, 1, 3, 10, 30):
            assessment = example.judging.case(example.case, example.as_of - timedelta(days=days))
            found |= {f.rule for f in assessment.findings if f.verdict is Verdict.DUE and f.deadline is not None}
    assert found - unlogged().keys() == set()
    assert unlogged().keys() - RULES.keys() == set()
    for words in unlogged().values():
        assert words.nb
        assert words.nn
        assert not words.nb.endswith(".")
