"""Reports in a real terminal: any width, no colour where none is wanted, any encoding, names that hold escapes, and --open."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import stat
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.municipality import Municipality

SCHOOL = "310000019"
HOSTILE = "Sol\x1b[31msnu\x1b]0;x\x07 \u202e sko\nle"
SETTINGS = 'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "."\n'
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small municipality after one night; the first school's name holds what moves a cursor."""
    folder = tmp_path_factory.mktemp("kommune")
    Municipality(seed=7, schools=2, cases=20).write_folder(folder)
    schools = json.loads((folder / "schools.json").read_text("utf-8"))
    schools[0]["name"] = HOSTILE
    (folder / "schools.json").write_text(json.dumps(schools), "utf-8")
    (folder / "settings.toml").write_text(SETTINGS, "utf-8")
    assert piped(folder, "sync", "--as-of", "2026-11-20T04:15").returncode == 0
    return folder


def _command(folder: Path, arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "skolemiljo.cli", "--settings", str(folder / "settings.toml"), *arguments]


def _environment(**more: str) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("SKOLEMILJO_", "NO_COLOR", "COLUMNS", "LINES"))}
    return plain | {"TERM": "xterm-256color"} | more


def piped(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a command whose output another program reads."""
    return subprocess.run(
        _command(folder, arguments), capture_output=True, env=_environment(**environment), check=False
    )


def at_terminal(folder: Path, *arguments: str, columns: int = 80, environment: dict[str, str] | None = None) -> str:
    """What a command writes to a terminal so many columns wide."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        _command(folder, arguments),
        stdin=side,
        stdout=side,
        stderr=subprocess.DEVNULL,
        env=_environment(**environment or {}),
    )
    os.close(side)
    written = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # the other side was closed
            break
        if not piece:
            break
        written += piece
    os.close(main)
    process.wait()
    return written.decode("utf-8").replace("\r\n", "\n")


def report(name: str) -> tuple[str, ...]:
    common = ("--as-of", "2026-11-20T07:00", "--fail-on", "never", "--offline")
    return ("check-school", "--school", SCHOOL, *common) if name == "school" else ("audit", *common)


@pytest.mark.parametrize("name", ["school", "audit"])
@pytest.mark.parametrize("columns", [60, 80, 90, 120, 200])
def test_blocks_fit_the_terminal_and_begin_with_what_to_do(exchange: Path, name: str, columns: int) -> None:
    shown = at_terminal(exchange, *report(name), columns=columns)
    assert "\x1b[1" in shown
    lines = _COLOUR.sub("", shown).splitlines()
    assert "\x1b" not in _COLOUR.sub("", shown)
    assert max(map(len, lines)) <= min(columns, 96)
    assert "trenger noe i dag" in "\n".join(lines[:24])
    assert not any("\t" in line for line in lines)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(exchange: Path, environment: dict[str, str]) -> None:
    shown = at_terminal(exchange, *report("school"), environment=environment)
    assert "\x1b" not in shown
    assert "[ ] " in shown


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_piped_every_line_is_a_finding_in_the_encoding_that_was_asked_for(exchange: Path, encoding: str) -> None:
    done = piped(exchange, *report("school"), PYTHONIOENCODING=encoding)
    assert done.returncode in (0, 3), done.stderr
    text = done.stdout.decode(encoding)
    assert "\x1b" not in text
    assert ("Skolemiljoe" if encoding == "ascii" else "Skolemiljø") in text
    findings = [line for line in text.splitlines() if not line.startswith("#")]
    assert findings
    assert all(line.count("\t") >= 5 for line in findings)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("check-school", "--help"), ("explain", "VA-08"), ("cycle", "status"), ("accept", "list")],
)
def test_no_command_dies_of_a_letter(exchange: Path, encoding: str, arguments: tuple[str, ...]) -> None:
    done = piped(exchange, *arguments, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check-school", "--school", SCHOOL),
        ("check-school", "--school", "310000035"),
        ("audit", "--offline"),
        ("cycle", "status"),
        ("sync", "--as-of", "2026-11-20T04:15", "--dry-run"),
    ],
)
def test_a_schools_name_moves_no_cursor(exchange: Path, arguments: tuple[str, ...]) -> None:
    done = piped(exchange, *arguments)
    for stream in (done.stdout, done.stderr):
        for bad in (b"\x1b", b"\x07", "\u202e".encode()):
            assert bad not in stream
        assert b"Traceback" not in stream


def test_open_opens_the_file_that_was_written(exchange: Path, tmp_path: Path) -> None:
    """With a program of our own in the place of the desktop's."""
    opener = tmp_path / "xdg-open"
    opener.write_text(
        f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened.new && mv {tmp_path}/opened.new {tmp_path}/opened\n'
    )
    opener.chmod(0o700)
    out = tmp_path / "på møtet.html"
    done = piped(exchange, *report("school"), "--out", str(out), "--open", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert done.returncode in (0, 3), done.stderr
    for _ in range(100):
        if (tmp_path / "opened").exists():
            break
        subprocess.run(["sleep", "0.1"], check=True)
    assert (tmp_path / "opened").read_text("utf-8") == str(out)
    assert out.read_text("utf-8").startswith("<!doctype html>")


def test_open_without_a_desktop_or_a_file_says_so(exchange: Path, tmp_path: Path) -> None:
    out = tmp_path / "rapport.html"
    done = piped(exchange, *report("school"), "--out", str(out), "--open", PATH=str(tmp_path))
    assert out.is_file()
    assert "åpne den selv" in done.stderr.decode()
    done = piped(exchange, *report("school"), "--open")
    assert done.returncode == 2
    assert "--out" in done.stderr.decode()


def test_a_report_in_a_file_is_its_owners_alone_and_a_device_stays_a_device(tmp_path: Path) -> None:
    """Whatever the umask; half a report is never there."""
    case = str(Path(__file__).parent.parent / "docs" / "example-case.json")
    out = tmp_path / "mappe" / "rapport.html"
    command = [str(Path(sys.executable).with_name("skolemiljo")), "assess", case, "--fail-on", "never", "--out"]
    subprocess.run([*command, str(out)], check=True, capture_output=True, umask=0)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [file.name for file in out.parent.iterdir()] == ["rapport.html"]
    subprocess.run([*command, "/dev/null", "--format", "text"], check=True, capture_output=True)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
