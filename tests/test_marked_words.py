"""Words planted in every text, name, title, plan text and identity number are found in no output, log, store, report, error,
run log, backup, export or last words of a process that was killed."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.faults import Fault, FaultRule, RequestKind
from skolemiljo.adapters.mock.municipality import Municipality

from .reliability.program import already_written, roster_vendor, settings_file, start_sync, wait_until
from .reliability.vendor import FIRST_NIGHT, vendors

MARK = "Kvitlyngsjokolade"
NUMBER = "15831012345"
"""Eleven digits like an identity number (month + 80: nobody's)."""
AS_OF = "2026-11-20T08:00"
SETTINGS = """
source = "folder"
cycle = "folder"
store = "lager.sqlite"
[folder]
path = "."
[sync]
write_back = true
"""


def run(folder: Path, *arguments: str, code: int | None = None, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "skolemiljo.cli", "--settings", str(folder / "settings.toml"), *arguments],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
        cwd=folder,
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if code is not None:
        assert done.returncode == code, said
    return said


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kommune")
    Municipality(seed=7, schools=3, cases=60, marker=f"{MARK} {NUMBER}").write_folder(folder)
    (folder / "settings.toml").write_text(SETTINGS, "utf-8")
    already_written(folder / "settings.toml")
    return folder


def test_the_word_is_there_to_be_found(exchange: Path) -> None:
    texts = [file.read_text("utf-8") for file in (exchange / "cases").glob("*.json")]
    assert len(texts) == 60
    assert all(MARK in text for text in texts)


@pytest.mark.timeout(1800)
@pytest.mark.timeout(1200)  # nearly forty processes, one after the other
def test_it_comes_out_nowhere(exchange: Path) -> None:
    said = [
        run(exchange, "sync", "--as-of", AS_OF),
        run(exchange, "sync", "--as-of", "2026-11-27T04:15", "--format", "json"),
    ]
    school = json.loads((exchange / "schools.json").read_text("utf-8"))[0]["organisation_number"]
    for form in ("text", "json", "csv", "junit", "html", "ics", "xlsx", "pdf"):
        said.append(
            run(
                exchange,
                "check-school",
                "--school",
                school,
                "--as-of",
                AS_OF,
                "--out",
                f"ut/rapport.{form}",
                "--format",
                form,
            )
        )
        said.append(run(exchange, "check-school", "--school", school, "--as-of", AS_OF, "--format", form))
        said.append(run(exchange, "audit", "--as-of", AS_OF, "--format", form))
    said.append(run(exchange, "audit", "--as-of", AS_OF, "--format", "html", "--out", "ut/eier"))
    said.append(run(exchange, "audit", "--as-of", AS_OF, "--offline", "--format", "json"))
    said.append(run(exchange, "assess", "cases", "--as-of", AS_OF))
    said.append(run(exchange, "cycle", "status", "--as-of", AS_OF))
    case = json.loads(sorted((exchange / "cases").glob("*.json"))[0].read_text("utf-8"))["id"]
    for form in ("html", "pdf", "json"):
        open_it = ("dossier", case, "--reason", "Tilsyn", "--as-of", AS_OF, "--format", form)
        said += [run(exchange, *open_it), run(exchange, *open_it, "--out", f"ut/sak.{form}")]
    mail = {
        "SKOLEMILJO_MAIL__PORT": "1",
        "SKOLEMILJO_MAIL__HOST": "127.0.0.1",
        "SKOLEMILJO_MAIL__SECURITY": "none",
        "SKOLEMILJO_MAIL__SENDER": "a@example.invalid",
        "SKOLEMILJO_MAIL__SCHOOLS": json.dumps({school: ["b@example.invalid"]}),
        "SKOLEMILJO_MAIL__OWNER": '["c@example.invalid"]',
    }
    morning = ("digest", "--as-of", "2026-11-27T07:00")
    said += [run(exchange, *morning, "--dry-run", code=0, **mail), run(exchange, *morning, code=75, **mail)]
    assert "SM-" in said[-2]
    said.append(run(exchange, "store", "backup", "kopi.sqlite", code=0))
    said.append(run(exchange, "plan", "compare", "oyer-2024", "oyer-2024", "--source", "cases", "--as-of", AS_OF))
    assert all(said)
    for text in said:
        assert MARK not in text
        assert NUMBER not in text
    _nothing_in_files(exchange)


def test_a_note_of_the_annual_cycle_is_read_and_told_nowhere(tmp_path: Path) -> None:
    Municipality(seed=7, schools=1, cases=3).write_folder(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    school = json.loads((tmp_path / "schools.json").read_text("utf-8"))[0]["organisation_number"]
    file = tmp_path / "cycle" / f"{school}-2026-2027.json"
    facts = json.loads(file.read_text("utf-8"))
    for entry in facts["entries"]:
        entry["note"] = f"{MARK} var ikke med"
    file.write_text(json.dumps(facts), "utf-8")
    said = [
        run(tmp_path, "sync", "--as-of", AS_OF),
        run(tmp_path, "check-school", "--school", school, "--as-of", AS_OF, "--format", "json"),
        run(tmp_path, "audit", "--as-of", AS_OF, "--format", "json"),
        run(tmp_path, "cycle", "status", "--as-of", AS_OF),
    ]
    assert "ikke alle var med" in said[1]  # it was read
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name not in ("cases", "cycle")]
    assert any(path.parent.name == "cycle-status" for path in written) or len(written) > 3
    assert [path.name for path in written if MARK.encode() in path.read_bytes()] == []
    assert [text for text in said if MARK in text] == []


def test_broken_cases_are_named_and_their_content_is_not_told(exchange: Path, tmp_path: Path) -> None:
    file = sorted((exchange / "cases").glob("*.json"))[0]
    whole = json.loads(file.read_text("utf-8"))
    broken = {
        "feil-type-1": {**whole, "log": [{"id": MARK, "kind": MARK, "happened_at": MARK, "text": MARK}]},
        "feil-felt-2": {**whole, MARK: MARK, "pupils": MARK, "school": MARK},
        "feil-navn-3": {**whole, "id": f"<{MARK}>"},
    }
    (tmp_path / "cases").mkdir()
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    for name, content in broken.items():
        (tmp_path / "cases" / f"{name}.json").write_text(json.dumps(content), "utf-8")
    (tmp_path / "cases" / "sak-4.json").write_text(file.read_text("utf-8")[:500], "utf-8")
    (tmp_path / "cases" / "hel.json").write_text(file.read_text("utf-8"), "utf-8")
    said = run(tmp_path, "assess", "cases", "--as-of", AS_OF, "--format", "text", code=3)
    assert MARK not in said
    assert "sak-4" in said
    assert re.search(r"\bp-[a-z2-7]{12}\b", said), "a number that holds a name is a pseudonym, and its case is judged"
    (tmp_path / "cases" / f"Kari {MARK}.json").write_text("{", "utf-8")
    said = run(tmp_path, "assess", "cases", "--as-of", AS_OF, "--format", "text", code=3)
    assert MARK not in said
    assert "mappa: fil nr. 5 av 6, 1 byte" in said
    assert whole["id"] in said


def test_a_crash_of_our_own_tells_no_content(exchange: Path) -> None:
    """An error nobody foresaw, in the middle of judging, with the environment that makes Python most talkative."""
    code = (
        "import sys\n"
        "import skolemiljo.validators.known as index\n"
        "def boom(self, case, as_of):\n"
        "    raise RuntimeError(case.model_dump_json())\n"
        "index.KnownCase.__init__ = boom\n"
        "import skolemiljo.judging.files as files\n"
        "files.kept_apart = lambda judge, case: judge()\n"
        "from skolemiljo.cli import main\n"
        f"sys.argv = ['skolemiljo', '--settings', {str(exchange / 'settings.toml')!r}, 'assess', {str(exchange / 'cases')!r}, '--as-of', '{AS_OF}']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code],
        capture_output=True,
        env={**os.environ, "PYTHONFAULTHANDLER": "1"},
        check=False,
    )
    assert done.returncode != 0
    assert MARK.encode() not in done.stdout + done.stderr


MARKED = f"{MARK} {NUMBER}"
MAIL = """
[mail]
host = "127.0.0.1"
security = "none"
sender = "skolemiljo@kommune.example"
owner = ["eier@kommune.example"]
schools = { 310000019 = ["rektor@kommune.example"] }
"""


@pytest.mark.timeout(1800)
def test_nights_that_are_killed_or_fail_and_all_that_comes_after_tell_none_of_them(tmp_path: Path) -> None:
    """Over HTTP, where names, titles, texts, plan texts and identity numbers come in: processes that die in the middle,
    nights with faults, and then every command that looks at what the nights left behind."""
    org = {
        "identifier": "310000019",
        "name": "Fjell skole",
        "type": "school",
        "contact": MARKED,
        "metadata": {MARK: NUMBER},
    }
    said: list[str] = []
    with vendors(marker=MARKED) as mock, roster_vendor(org) as roster:
        settings = settings_file(mock, tmp_path)
        settings.write_text('roster = "oneroster"\n' + settings.read_text("utf-8") + roster + MAIL, "utf-8")
        for number, killed_by in enumerate((signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM)):
            mock.mock.plan.rules.append(FaultRule(Fault.SLOW, RequestKind.WRITE))
            before = len(mock.mock.state.journal)
            process = start_sync(
                settings, FIRST_NIGHT + timedelta(minutes=number), PYTHONFAULTHANDLER="1", PYTHONDEVMODE="1"
            )
            wait_until(lambda before=before: len(mock.mock.state.journal) > before, process)  # type: ignore[misc]  # what it holds is bound at once
            process.send_signal(killed_by)
            said += process.communicate()
            assert process.returncode in (-killed_by, 128 + killed_by)
            mock.mock.plan.clear()
        assert "Fatal Python error" in "".join(said)  # the loudest crash there is
        for number, fault in enumerate(
            (Fault.WRONG_TYPES, Fault.UNKNOWN_ENUM, Fault.TRUNCATED, Fault.PARTIAL_WRITE), 1
        ):
            mock.mock.plan.rules.append(FaultRule(fault))
            at = FIRST_NIGHT + timedelta(hours=number)
            said += start_sync(settings, at, SKOLEMILJO_SIKKER_SAK__ATTEMPTS="1").communicate()
            mock.mock.plan.clear()
        said += start_sync(settings, FIRST_NIGHT + timedelta(days=1)).communicate()
        assert '"state": "complete"' in said[-2], said[-2:]

        as_of = ("--as-of", (FIRST_NIGHT + timedelta(days=1)).isoformat())
        case, scope = _a_deviation(tmp_path, as_of)
        for arguments in (
            ("doctor",),
            ("doctor", "--format", "json"),
            ("digest", "--dry-run", *as_of),
            ("audit", "--case", case, "--reason", "Tilsyn", "--format", "html", "--out", "ut/sak.html", *as_of),
            ("dossier", case, "--reason", "Tilsyn", "--out", "ut/mappe.html", *as_of),
            (
                "accept",
                "add",
                case,
                "VA-08",
                "--scope",
                scope,
                "--role",
                "owner",
                "--reason",
                "Avtalt",
                "--until",
                "2027-01-01",
            ),
            ("accept", "list"),
            ("sync", *as_of),
            ("store", "backup", "kopi.sqlite"),
            ("store", "check"),
            ("runlog", "verify"),
            ("config", "show"),
        ):
            said.append(run(tmp_path, *arguments))
            assert said[-1], arguments
    for text in said:
        assert MARK not in text
        assert NUMBER not in text
    assert {"runlog.jsonl", "acceptances.json", "kopi.sqlite", "lager.sqlite"} <= {f.name for f in tmp_path.iterdir()}
    assert "Avtalt" in (tmp_path / "acceptances.json").read_text("utf-8")
    assert (tmp_path / "ut" / "sak.html").is_file()
    assert (tmp_path / "ut" / "mappe.html").is_file()
    _nothing_in_files(tmp_path, at_least=7)


def _a_deviation(folder: Path, as_of: tuple[str, str]) -> tuple[str, str]:
    """Case and scope of something that can be accepted."""
    report = run(folder, "check-school", "--school", "310000019", "--format", "json", *as_of)
    findings = json.loads(report[report.index("{") : report.rindex("}") + 1])["findings"]
    return next((f["case"], f["scope"]) for f in findings if f["rule"] == "VA-08" and f["verdict"] == "deviation")


def _nothing_in_files(folder: Path, at_least: int = 70) -> None:
    looked_at = 0
    for file in folder.rglob("*"):
        if not file.is_file() or file.parent.name == "cases":
            continue
        data = file.read_bytes()
        looked_at += 1
        assert MARK.encode() not in data, file.name
        assert NUMBER.encode() not in data, file.name
        assert MARK.encode("utf-16-le") not in data, file.name
        if file.suffix == ".xlsx":
            import zipfile

            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    assert MARK.encode() not in archive.read(name), file.name
        if file.suffix == ".pdf":
            from pypdf import PdfReader

            assert MARK not in "".join(page.extract_text() for page in PdfReader(file).pages)
        if data[:2] == b"\x1f\x8b":
            assert MARK.encode() not in gzip.decompress(data), file.name
    assert looked_at >= at_least
