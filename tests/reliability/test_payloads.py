"""Malformed payloads through each connector: a typed error or a valid read, and no planted word in anything that is said.

``make payloads`` sends 10 000 through each (SKOLEMILJOTEST_PAYLOADS=10000); in ``make test`` there are a few. Those of the
connectors over HTTP come over a real socket, headers and all. What is read as valid is judged and stored as on any night.
A payload can be made again from the seed and its number. Figures: docs/reliability.md.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import threading
import traceback
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from skolemiljo.adapters.annual_cycle import AnnualCycleOverHttp
from skolemiljo.adapters.auth import ClientCredentials, TokenProvider
from skolemiljo.adapters.folder import Folder
from skolemiljo.adapters.http import HttpClient, Limits
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.mock.wire import case_to_wire, school_to_wire, to_wire
from skolemiljo.adapters.ports import CaseProblem
from skolemiljo.adapters.roster import NationalRegister, OneRoster, SchoolsFile
from skolemiljo.adapters.sikker_sak import SikkerSak
from skolemiljo.adapters.sikker_sak.wire import record_to_wire
from skolemiljo.adapters.wire_names import camelled
from skolemiljo.domain.annual_cycle import CycleFacts, CycleStatus
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import SkolemiljoError
from skolemiljo.domain.flag import ComplianceRecord
from skolemiljo.journal.log_lines import configure_logging
from skolemiljo.judging.next_change import changes_at
from skolemiljo.store import JudgedCase, Store

from .malformed import MARK, NUMBER, PLANTED, answer, broken
from .vendor import judging

PAYLOADS = int(os.environ.get("SKOLEMILJOTEST_PAYLOADS", "150"))
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
REPORT = os.environ.get("SKOLEMILJOTEST_PAYLOADS_REPORT")
YEAR = "2026-2027"

Documents = dict[str, tuple[int, list[Any]]]
"""Name of a document → how often it is chosen, and whole ones to break."""


@cache
def municipality() -> Municipality:
    return Municipality(seed=3, schools=2, cases=60, marker=MARK)


@cache
def school() -> str:
    return str(municipality().schools()[0]["organisation_number"])


@cache
def cases() -> list[Any]:
    return list(municipality().cases())


@cache
def record() -> ComplianceRecord:
    return ComplianceRecord.of(judging().case(Case.model_validate(cases()[0]), AS_OF))


@cache
def status() -> CycleStatus:
    facts = municipality().cycle_of(school(), YEAR)
    return judging().cycle(CycleFacts.model_validate(facts), AS_OF)[1]


def page(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "totalCount": len(items), "nextPage": None}


class Vendor:
    """A server that gives ``answer`` to everything, and a token to whoever asks for one, unless that is what is broken."""

    def __init__(self) -> None:
        self.answer = b""
        self.token: bytes | None = None
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with suppress(OSError), connection:
                connection.settimeout(10)
                whole = b""
                while b"\r\n\r\n" not in whole and (part := connection.recv(65536)):
                    whole += part
                is_token = whole.startswith(b"POST")
                connection.sendall(self.token if is_token and self.token is not None else self.answer)

    def close(self) -> None:
        self._listening.close()

    def client(self, system: str) -> HttpClient:
        limits = Limits(attempts=1, bytes_at_most=2 * 1024 * 1024, read=20, budget=20)
        secret = SecretStr("hemmelig")
        credentials = ClientCredentials(f"{self.url}/token", "id", secret, "tenant", "scope")
        tokens = TokenProvider(credentials, HttpClient(self.url, system=system, limits=limits))
        return HttpClient(self.url, system=system, limits=limits, tokens=tokens)


TOKEN = {"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}


class OverHttp(ABC):
    """A connector whose vendor answers with what is broken."""

    system = ""
    documents: Documents

    def __init__(self) -> None:
        self.vendor = Vendor()
        self.good_token = answer(Random(0), json.dumps(TOKEN).encode(), strange=0)  # noqa: S311 - trials, not secrets

    @abstractmethod
    def connect(self, http: HttpClient) -> Any: ...

    @abstractmethod
    def calls(self, _: Any) -> dict[str, Callable[[Any], Iterable[Any]]]: ...

    def read(self, document: str, whole: Any, body: bytes, rng: Random) -> Iterator[Any]:
        given = answer(rng, body)
        self.vendor.token, self.vendor.answer = (given, b"") if document == "token" else (self.good_token, given)
        connector = self.connect(
            self.vendor.client(self.system)
        )  # one that holds no token, and was asked for no patience
        if document == "token":
            connector._http._tokens.token()
        else:
            yield from self.calls(whole)[document](connector)

    def close(self) -> None:
        self.vendor.close()


class ThroughSikkerSak(OverHttp):
    system = "sikker_sak"

    def __init__(self) -> None:
        on_wire = [case_to_wire(case, '"1"', MARK) for case in cases()]
        schools = [school_to_wire(s, MARK) for s in municipality().schools()]
        self.documents = {
            "case": (40, on_wire),
            "page": (30, [page(*on_wire[n : n + 2]) for n in range(0, len(on_wire), 2)]),
            "schools": (8, [page(*schools)]),
            "numbers": (5, [page(*(case["id"] for case in cases()[:20]))]),
            "count": (4, [page(cases()[0]["id"])]),
            "record": (8, [record_to_wire(record(), record().case)]),
            "receipt": (3, [{"receiptId": "r-1", "storedAt": "2026-11-20T08:00:00Z"}]),
            "token": (2, [TOKEN]),
        }
        super().__init__()

    def connect(self, http: HttpClient) -> SikkerSak:
        return SikkerSak(http, page_size=2)

    def calls(self, whole: Any) -> dict[str, Callable[[Any], Iterable[Any]]]:
        number = str(cases()[0]["id"])
        return {
            "case": lambda c: [c.case(whole["caseNumber"])],
            "page": lambda c: c.changed_cases(school(), None),
            "schools": lambda c: c.schools(),
            "numbers": lambda c: c.case_ids(school()),
            "count": lambda c: [c.count(school())],
            "record": lambda c: [c.read(number)],
            "receipt": lambda c: [c.write(record(), if_match='"1"', idempotency_key="nokkel-00001")],
        }


class ThroughAnnualCycle(OverHttp):
    system = "annual_cycle"

    def __init__(self) -> None:
        facts = municipality().cycle_of(school(), YEAR)
        assert facts is not None
        entries = {"items": to_wire(facts["entries"]), "found": True, "hiddenFields": []}
        self.documents = {
            "entries": (60, [entries]),
            "status": (30, [camelled(status().model_dump(mode="json"))]),
            "receipt": (5, [{"receiptId": "r-1"}]),
            "token": (5, [TOKEN]),
        }
        super().__init__()

    def connect(self, http: HttpClient) -> AnnualCycleOverHttp:
        return AnnualCycleOverHttp(http)

    def calls(self, _: Any) -> dict[str, Callable[[Any], Iterable[Any]]]:
        return {
            "entries": lambda c: [c.facts(school(), YEAR)],
            "status": lambda c: [c.read_status(school(), YEAR)],
            "receipt": lambda c: [c.write_status(status(), idempotency_key="nokkel-00001")],
        }


class ThroughOneRoster(OverHttp):
    system = "oneroster"

    def __init__(self) -> None:
        orgs = [
            {
                "sourcedId": f"id-{s['organisation_number']}",
                "status": "active",
                "dateLastModified": "2026-08-01T00:00:00Z",
                "name": s["name"],
                "type": "school",
                "identifier": s["organisation_number"],
                "parent": {"href": f"https://x.example/{MARK}", "sourcedId": "k", "type": "org"},
            }
            for s in municipality().schools()
        ]
        self.documents = {"orgs": (95, [{"orgs": orgs}]), "token": (5, [TOKEN])}
        super().__init__()

    def connect(self, http: HttpClient) -> OneRoster:
        return OneRoster(http, page_size=3)

    def calls(self, _: Any) -> dict[str, Callable[[Any], Iterable[Any]]]:
        return {"orgs": lambda c: c.schools()}


class ThroughNationalRegister(OverHttp):
    system = "nsr"

    def __init__(self) -> None:
        units = [
            {
                "Organisasjonsnummer": s["organisation_number"],
                "Navn": s["name"],
                "Kommunenummer": "3441",
                "ErAktiv": True,
                "ErSkole": True,
                "ErGrunnskole": True,
                "ErVideregaaendeSkole": False,
                "ErPrivatskole": False,
                "Internettadresse": f"https://x.example/{MARK}",
            }
            for s in municipality().schools()
        ]
        self.documents = {"units": (1, [{"AntallSider": 1, "EnhetListe": units}])}
        super().__init__()

    def connect(self, http: HttpClient) -> NationalRegister:
        return NationalRegister(http, "3441", memory=None, days=7)

    def calls(self, _: Any) -> dict[str, Callable[[Any], Iterable[Any]]]:
        return {"units": lambda c: c.schools()}


class ThroughFolder:
    """A folder in which one file is broken, and which is otherwise whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        municipality_folder = path / "hel"
        Municipality(seed=3, schools=2, cases=3, marker=MARK).write_folder(municipality_folder)
        self.folder = municipality_folder
        facts = municipality().cycle_of(school(), YEAR)
        self.documents: Documents = {
            "cases": (60, cases()),
            "schools.json": (10, [municipality().schools()]),
            "cycle": (12, [facts]),
            "flags": (9, [record().model_dump(mode="json")]),
            "cycle-status": (9, [status().model_dump(mode="json")]),
        }

    def read(self, document: str, whole: Any, body: bytes, rng: Random) -> Iterator[Any]:
        connector = Folder(self.folder)
        number = str(cases()[0]["id"])
        match document:
            case "cases":
                number = whole["id"]
                name = rng.choice((*[number] * 20, MARK, NUMBER, "-", "a" * 80, "æ", "x\ny", "\x1b[31m"))
                with self._broken(f"cases/{name}.json", body, rng):
                    for listed in connector.schools():
                        yield from connector.changed_cases(listed.organisation_number, None)
                        yield from connector.case_ids(listed.organisation_number)
                    yield connector.case(number)
            case "schools.json":
                with self._broken("schools.json", body, rng):
                    yield from connector.schools()
            case "cycle":
                with self._broken(f"cycle/{school()}-{YEAR}.json", body, rng):
                    yield connector.facts(school(), YEAR)
            case "flags":
                with self._broken(f"flags/{number}.json", body, rng):
                    yield connector.read(number)
            case _:
                with self._broken(f"cycle-status/{school()}-{YEAR}.json", body, rng):
                    yield connector.read_status(school(), YEAR)

    @contextmanager
    def _broken(self, name: str, body: bytes, rng: Random) -> Iterator[None]:
        file = self.folder / name
        kept = file.read_bytes() if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        kind = rng.randrange(100)
        if kind == 0:
            file.mkdir()
        elif kind == 1:
            file.symlink_to(rng.choice(("/dev/zero", "/etc/passwd", "nowhere", file.name)))
        elif kind == 2:
            os.mkfifo(file)
        elif kind == 3:
            with file.open("wb") as giant:
                giant.truncate(20 * 1024**3)
        else:
            file.write_bytes(body)
        try:
            yield
        finally:
            shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink(missing_ok=True)
            if kept is not None:
                file.write_bytes(kept)

    def close(self) -> None:
        shutil.rmtree(self.path)


class ThroughSchoolsFile:
    """A schools file, which is TOML: broken in its bytes, and with what TOML alone can do."""

    documents: Documents

    def __init__(self, path: Path) -> None:
        self.file = path / "skoler.toml"
        self.documents = {"schools": (1, [[dict(s) for s in municipality().schools()]])}

    def read(self, document: str, whole: Any, body: bytes, rng: Random) -> Iterator[Any]:
        del document, whole
        self.file.write_bytes(self._toml(body, rng))
        yield from SchoolsFile(self.file).schools()

    @staticmethod
    def _toml(body: bytes, rng: Random) -> bytes:
        lines = [
            line
            for s in municipality().schools()
            for line in ("[[school]]", f'organisation_number = "{s["organisation_number"]}"', f'name = "{s["name"]}"')
        ]
        tricks = (
            *(f"x = {'[' * 5_000}", f"x = {'{a=' * 5_000}", "x = " + "9" * 5_000, "x = 1e999", "x = nan", "x = -inf"),
            *(
                f'"{MARK}" = "{MARK}"',
                f"[{'a.' * 3_000}b]",
                "[school]",
                "[[school.school]]",
                "school = 1",
                "school = []",
            ),
            *("[[school]]", 'name = """', "name = '''", f"name = '{MARK}'", 'name = "\\ud800"', 'name = "\\U00110000"'),
            *("name = 2026-02-30", "name = 1979-05-27T07:32:00Z", "organisation_number = 310000019", "name = true"),
            *(f'organisation_number = "{NUMBER}"', f'organisation_number = "{MARK}"', f'name = "{"a" * 100_000}"'),
            *(
                f'rector = {{ role = "{MARK}" }}',
                f'municipality = "{MARK}"',
                f'language = "{MARK}"',
                "# " + MARK,
                "\x00",
                "=",
            ),
            *(
                "organisation_number.x = 1",
                'name = { first = "x" }',
                "name = 1",
                "name = 0x1F",
                "name = 1_0",
                f"{MARK}",
            ),
        )
        for _ in range(rng.choice((1, 1, 2, 3))):
            place = rng.randrange(len(lines) + 1)
            lines[place : place + rng.choice((0, 0, 1))] = rng.choices(tricks, k=rng.choice((1, 1, 2)))
        whole = "\n".join(lines).encode()
        if rng.random() < 0.3:
            return body
        if rng.random() < 0.3:
            place = rng.randrange(len(whole) + 1)
            return (
                whole[:place]
                + rng.choice((b"\xff", b"\x00", b"\xed\xa0\x80", b"", b'"', b"\\"))
                + whole[place + rng.choice((0, 1, 50)) :]
            )
        return whole

    def close(self) -> None:
        self.file.unlink()


@dataclass
class Figures:
    """What came of the payloads of one connector."""

    payloads: int = 0
    valid: int = 0
    """read whole, without an error or a problem"""
    errors: Counter[str] = field(default_factory=Counter)
    untyped: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)


class Night:
    """What a night does with what was read: judges it, keeps it, and says what it can't read."""

    def __init__(self) -> None:
        self.store = Store.in_memory()

    def take(self, item: object) -> str:
        """Everything that is said of one item."""
        if isinstance(item, CaseProblem):
            return repr(item)
        if isinstance(item, CycleFacts):
            assessment, state = judging().cycle(item, AS_OF)
            return repr(assessment) + state.model_dump_json()
        if isinstance(item, str):
            return item
        if isinstance(item, BaseModel) and not isinstance(item, Case):
            item.model_dump_json().encode()
        if not isinstance(item, Case):
            return ""
        assessment = judging().case(item, AS_OF)
        assert not assessment.crashed, assessment.crashed
        written = ComplianceRecord.of(assessment, school=item.school)
        judged = JudgedCase(
            assessment=assessment,
            school=item.school,
            record_fingerprint=written.fingerprint,
            etag=item.etag,
            modified_at=item.modified_at.instant if item.modified_at is not None else None,
            changes_at=changes_at(item, AS_OF, assessment.changes_at),
        )
        self.store.put_judged([judged])
        kept = self.store.case(item.id)
        assert kept is not None
        return repr(assessment) + written.model_dump_json() + repr(replace(kept, etag=None))


def connectors(path: Path) -> dict[str, Callable[[], Any]]:
    return {
        "sikker_sak": ThroughSikkerSak,
        "annual_cycle": ThroughAnnualCycle,
        "folder": lambda: ThroughFolder(path),
        "oneroster": ThroughOneRoster,
        "nsr": ThroughNationalRegister,
        "schools_file": lambda: ThroughSchoolsFile(path),
    }


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", connectors(Path()))
def test_no_payload_does_anything_but_be_read_or_refused(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = io.StringIO()
    configure_logging(level="debug", stream=log)
    through, night, figures = connectors(tmp_path)[name](), Night(), Figures()
    names = list(through.documents)
    weights = [weight for weight, _ in through.documents.values()]
    try:
        for number in range(PAYLOADS):
            rng = Random(f"{SEED}/{name}/{number}")  # noqa: S311 - trials, not secrets
            document = rng.choices(names, weights)[0]
            whole = rng.choice(through.documents[document][1])
            other = rng.choice(through.documents[rng.choice(names)][1])
            body = broken(rng, whole, other)
            _one(through, document, whole, body, rng, night, figures, f"{name} {number} ({document})")
    finally:
        through.close()
    said = capfd.readouterr()
    figures.leaked += [
        f"{place}: {word}"
        for place, text in (("log", log.getvalue()), ("stdout", said.out), ("stderr", said.err))
        for word in PLANTED
        if word in text
    ]
    _report(name, figures)
    assert figures.untyped == []
    assert figures.leaked == []
    assert figures.payloads == PAYLOADS
    assert figures.valid > 0
    assert figures.errors.total() > 0


def _one(
    through: Any, document: str, whole: Any, body: bytes, rng: Random, night: Night, figures: Figures, label: str
) -> None:
    said, problems, before = "", Counter[str](), len(figures.untyped)
    try:
        for item in through.read(document, whole, body, rng):
            said += night.take(item)
            if isinstance(item, CaseProblem):
                problems[item.kind] += 1
    except SkolemiljoError as error:
        problems[type(error).__name__] += 1
        said += "".join((str(error), repr(error), *traceback.format_exception(error)))
    except Exception as error:  # noqa: BLE001 - what is looked for
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        figures.untyped.append(f"{label}: {type(error).__name__} at {places[-3:]}")
    figures.payloads += 1
    figures.valid += not problems and len(figures.untyped) == before
    figures.errors.update(list(problems)[:1])
    figures.leaked += [f"{label}: {word}" for word in PLANTED if word in said]


def _report(name: str, figures: Figures) -> None:
    if REPORT is None:
        return
    line = {
        "connector": name,
        "seed": SEED,
        "payloads": figures.payloads,
        "valid": figures.valid,
        "errors": dict(sorted(figures.errors.items())),
        "untyped": figures.untyped,
        "leaked": figures.leaked,
    }
    with Path(REPORT).open("a") as file:
        file.write(json.dumps(line) + "\n")
