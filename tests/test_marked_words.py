"""Words planted in every text, name, title, plan text and identity number are found in no output, log, store, report, error,
run log, backup, export or last words of a process that was killed."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.municipality import Municipality

MARK = "Kvitlyngsjokolade"
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
    Municipality(seed=7, schools=3, cases=60, marker=MARK).write_folder(folder)
    (folder / "settings.toml").write_text(SETTINGS, "utf-8")
    return folder


def test_the_word_is_there_to_be_found(exchange: Path) -> None:
    texts = [file.read_text("utf-8") for file in (exchange / "cases").glob("*.json")]
    assert len(texts) == 60
    assert all(MARK in text for text in texts)


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
    said.append(run(exchange, "store", "backup", "kopi.sqlite", code=0))
    said.append(run(exchange, "plan", "compare", "oyer-2024", "oyer-2024", "--source", "cases", "--as-of", AS_OF))
    assert all(said)
    for text in said:
        assert MARK not in text
    _nothing_in_files(exchange)


def test_broken_cases_are_named_and_their_content_is_not_told(exchange: Path, tmp_path: Path) -> None:
    file = sorted((exchange / "cases").glob("*.json"))[0]
    whole = json.loads(file.read_text("utf-8"))
    broken = {
        "feil-type-1": {**whole, "log": [{"id": MARK, "kind": MARK, "happened_at": MARK, "text": MARK}]},
        "feil-felt-2": {**whole, MARK: MARK, "pupils": MARK, "school": MARK},
        "feil-id-3": {**whole, "id": f"<{MARK}>"},
    }
    (tmp_path / "cases").mkdir()
    (tmp_path / "settings.toml").write_text(SETTINGS, "utf-8")
    for name, content in broken.items():
        (tmp_path / "cases" / f"{name}.json").write_text(json.dumps(content), "utf-8")
    (tmp_path / "cases" / "halv-4.json").write_text(file.read_text("utf-8")[:500], "utf-8")
    (tmp_path / "cases" / "hel.json").write_text(file.read_text("utf-8"), "utf-8")
    said = run(tmp_path, "assess", "cases", "--as-of", AS_OF, "--format", "text", code=3)
    assert MARK not in said
    for name in ("feil-id-3", "halv-4"):
        assert name in said
    (tmp_path / "cases" / f"Kari {MARK}.json").write_text("{", "utf-8")
    said = run(tmp_path, "assess", "cases", "--as-of", AS_OF, "--format", "text", code=3)
    assert MARK not in said
    assert "mappa: fil nr. 6 av 6, 1 byte" in said
    assert whole["id"] in said


def test_a_crash_of_our_own_tells_no_content(exchange: Path) -> None:
    """An error nobody foresaw, in the middle of judging, with the environment that makes Python most talkative."""
    code = (
        "import sys\n"
        "import skolemiljo.validators.index as index\n"
        "def boom(self, case, as_of):\n"
        "    raise RuntimeError(case.model_dump_json())\n"
        "index.CaseIndex.__init__ = boom\n"
        "import skolemiljo.commands.views as views\n"
        "views.judge_files = lambda paths, judging, **k: [judging.case(c, k['as_of']) for p in paths for c in case_files(p, None)]\n"
        "from skolemiljo.sync.live import case_files\n"
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


def _nothing_in_files(folder: Path) -> None:
    looked_at = 0
    for file in folder.rglob("*"):
        if not file.is_file() or file.parent.name == "cases":
            continue
        data = file.read_bytes()
        looked_at += 1
        assert MARK.encode() not in data, file.name
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
    assert looked_at > 70
