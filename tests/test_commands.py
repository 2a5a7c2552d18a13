"""The commands as a user meets them: every one has help with an example, the README's run, and errors are plain."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from gettext import gettext as _
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from skolemiljo.cli import main
from skolemiljo.commands.command_language import CLICK_KINDS, speak
from skolemiljo.plans.loader import law, load_plan
from skolemiljo.validators import RULES

SKOLEMILJO = str(Path(sys.executable).with_name("skolemiljo"))


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _commands(inner, (*path, name))
    else:
        yield path, command


COMMANDS = list(_commands(main))
# Common words that are never English, and never nynorsk.
NORWEGIAN = {
    "og",
    "eller",
    "ikke",
    "som",
    "skolen",
    "saker",
    "skriv",
    "hver",
    "planen",
    "valg",
    "bruk",
    "eksempel",
    "av",
    "en",
}
BOKMAAL = {"ikke", "hva", "hvem", "hvor", "hver", "fra", "en", "et", "vises", "noe", "bare", "eksempel", "sier"}
LEAVES = {path[0] for path, _ in COMMANDS if len(path) == 1}


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_every_command_has_help_with_an_example_of_itself(path: tuple[str, ...], command: click.Command) -> None:
    done = CliRunner().invoke(main, [*path, "--help"])
    assert done.exit_code == 0
    assert "Eksempel:" in done.output
    assert f"skolemiljo {' '.join(path)}" in done.output
    for option in command.params:
        if isinstance(option, click.Option) and option.name != "help":
            assert option.help, f"{option.name} has no help"


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the language of the commands for one test."""
    yield lambda language: monkeypatch.setenv("SKOLEMILJO_LANGUAGE", language)
    speak("nb")  # without a word in LANGUAGE, the machine's own LANG would choose for the tests that follow


@pytest.mark.parametrize("path", [(), *(path for path, _ in COMMANDS)], ids=lambda path: " ".join(path) or "program")
def test_help_comes_whole_in_each_language(path: tuple[str, ...], spoken: Callable[[str], None]) -> None:
    """Nothing Norwegian is left in English, nothing bokmål in nynorsk; asked one after another in one process."""
    said: dict[str, set[str]] = {}
    for language in ("en", "nn", "nb"):
        spoken(language)
        output = CliRunner().invoke(main, [*path, "--help"]).output
        left_out = r" {4,6}\S|.* {3}skolemiljo |.*--help"  # commands to type, and click's own line, made once a process
        prose = "\n".join(line for line in output.splitlines() if not re.match(left_out, line)).replace("nb|nn|en", "")
        said[language] = set(re.findall(r"[a-zæøå]+", prose.lower()))
    assert said["en"] & NORWEGIAN == set()
    assert said["nn"] & BOKMAAL == set()
    assert "usage" in said["en"]
    assert "bruk" in said["nn"]
    assert "required" not in said["nn"] | said["nb"]
    assert said["nb"] & (NORWEGIAN | BOKMAAL)


def test_a_message_comes_in_the_language_of_the_environment_the_settings_or_the_report(tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text('language = "en"\n', "utf-8")
    for arguments, environment, words in (
        (("accept", "list"), {}, "Ingen godtatte avvik."),
        (("accept", "list"), {"SKOLEMILJO_LANGUAGE": "nn"}, "Ingen godtekne avvik."),
        (("--settings", str(settings), "accept", "list"), {}, "No accepted deviations."),
        (("explain", "VA-99"), {"SKOLEMILJO_LANGUAGE": "en"}, "Error: no rule is called so"),
        (("explain", "VA-08"), {"SKOLEMILJO_LANGUAGE": "nn"}, "Planen seier"),
        (("explain", "VA-08"), {"SKOLEMILJO_LANGUAGE": "en"}, "Planen sier"),
        (
            ("--settings", "nope.toml", "sync"),
            {"SKOLEMILJO_LANGUAGE": "en"},
            "the settings file nope.toml is not there",
        ),
        (("assess", "--as-of", "igår", "docs"), {"SKOLEMILJO_LANGUAGE": "en"}, "write the time as"),
        (("assess", "docs/example-case.json", "--language", "nn", "--as-of", "igår"), {}, "Ugyldig verdi"),
    ):
        store = {"SKOLEMILJO_STORE": str(tmp_path / "lager.sqlite")}
        done = run(*arguments, cwd=Path(__file__).parent.parent, **store, **environment)
        assert words in done.stdout + done.stderr, done.stderr


LANGUAGES = ("nb", "nn", "en")
ACCEPT = ("accept", "add", "SM-1", "VA-08", "--reason", "Tilsyn", "--role", "rector")
BROKEN = {
    "a command is missing": (("store",), "Lageret: det", "Lageret: det", "The store: what"),
    "no such command": (
        ("audti",),
        "Feil: Det finnes ingen kommando 'audti'. Mente du 'audit'?",
        "Feil: Det finst ingen kommando 'audti'. Meinte du 'audit'?",
        "Error: No such command 'audti'. Did you mean 'audit'?",
    ),
    "no such option": (
        ("check-school", "--schoo1", "1"),
        "Feil: Det finnes ikke noe valg '--schoo1'. Mente du '--school'?",
        "Feil: Det finst ikkje noko val '--schoo1'. Meinte du '--school'?",
        "Error: No such option '--schoo1'. Did you mean '--school'?",
    ),
    "several options are near": (
        ("--setings", "x", "audit"),
        "Feil: Det finnes ikke noe valg '--setings'. (Mente du en av disse: '--secrets', '--settings'?)",
        "Feil: Det finst ikkje noko val '--setings'. (Meinte du ein av desse: '--secrets', '--settings'?)",
        "Error: No such option '--setings'. (Did you mean one of: '--secrets', '--settings'?)",
    ),
    "an option is missing": (
        ("check-school",),
        "Feil: Mangler valg '--school'.",
        "Feil: Manglar val '--school'.",
        "Error: Missing option '--school'.",
    ),
    "an option of a few is missing": (
        ("accept", "add", "SM-1", "VA-08", "--reason", "Tilsyn"),
        "Feil: Mangler valg '--role'. Velg blant:\n\trektor,\n\tskoleeier,\n\trådgiver",
        "Feil: Manglar val '--role'. Vel mellom:\n\trektor,\n\tskoleeigar,\n\trådgivar",
        "Error: Missing option '--role'. Choose from:\n\trector,\n\towner,\n\tadviser",
    ),
    "an option has no value": (
        ("check-school", "--school"),
        "Feil: Valget '--school' krever et argument.",
        "Feil: Valet '--school' krev eit argument.",
        "Error: Option '--school' requires an argument.",
    ),
    "an option takes no value": (
        ("check-school", "--open=1"),
        "Feil: Valget '--open' tar ingen verdi.",
        "Feil: Valet '--open' tek ingen verdi.",
        "Error: Option '--open' does not take a value.",
    ),
    "not one of a few": (
        ("audit", "--format", "doc"),
        "Feil: Ugyldig verdi for '--format': 'doc' er ikke en av 'text', 'json',",
        "Feil: Ugyldig verdi for '--format': 'doc' er ikkje ein av 'text', 'json',",
        "Error: Invalid value for '--format': 'doc' is not one of 'text', 'json',",
    ),
    "an argument is missing": (
        ("plan", "compare", "oyer-2024"),
        "Feil: Mangler argument 'NY'.",
        "Feil: Manglar argument 'NY'.",
        "Error: Missing argument 'NEW'.",
    ),
    "an argument too many": (
        ("accept", "withdraw", "a", "b"),
        "Feil: Fikk et uventet ekstra argument (b)",
        "Feil: Fekk eit uventa ekstra argument (b)",
        "Error: Got unexpected extra argument (b)",
    ),
    "arguments too many": (
        ("accept", "withdraw", "a", "b", "c"),
        "Feil: Fikk uventede ekstra argumenter (b c)",
        "Feil: Fekk uventa ekstra argument (b c)",
        "Error: Got unexpected extra arguments (b c)",
    ),
    "no such file": (
        ("accept", "import", "borte.json"),
        "Feil: Ugyldig verdi for 'FIL': Fila 'borte.json' finnes ikke.",
        "Feil: Ugyldig verdi for 'FIL': Fila 'borte.json' finst ikkje.",
        "Error: Invalid value for 'FILE': File 'borte.json' does not exist.",
    ),
    "a folder for a file": (
        ("plan", "verify", "--text", "."),
        "Feil: Ugyldig verdi for '--text': Fila '.' er en mappe.",
        "Feil: Ugyldig verdi for '--text': Fila '.' er ei mappe.",
        "Error: Invalid value for '--text': File '.' is a directory.",
    ),
    "no such file or folder": (
        ("assess", "borte"),
        "Feil: Ugyldig verdi for 'FIL-ELLER-MAPPE...': Stien 'borte' finnes ikke.",
        "Feil: Ugyldig verdi for 'FIL-ELLER-MAPPE...': Stien 'borte' finst ikkje.",
        "Error: Invalid value for 'FILE-OR-FOLDER...': Path 'borte' does not exist.",
    ),
    "no whole number": (
        ("mock", "up", "--seed", "x"),
        "Feil: Ugyldig verdi for '--seed': 'x' er ikke et gyldig heltall.",
        "Feil: Ugyldig verdi for '--seed': 'x' er ikkje eit gyldig heiltal.",
        "Error: Invalid value for '--seed': 'x' is not a valid integer.",
    ),
    "no whole number in a range": (
        ("mock", "up", "--port", "x"),
        "Feil: Ugyldig verdi for '--port': 'x' er ikke et gyldig heltall.",
        "Feil: Ugyldig verdi for '--port': 'x' er ikkje eit gyldig heiltal.",
        "Error: Invalid value for '--port': 'x' is not a valid integer.",
    ),
    "out of the range": (
        ("mock", "up", "--port", "99999"),
        "Feil: Ugyldig verdi for '--port': 99999 er ikke i området 0<=x<=65535.",
        "Feil: Ugyldig verdi for '--port': 99999 er ikkje i området 0<=x<=65535.",
        "Error: Invalid value for '--port': 99999 is not in the range 0<=x<=65535.",
    ),
    "no number": (
        ("mock", "up", "--fault-rate", "x"),
        "Feil: Ugyldig verdi for '--fault-rate': 'x' er ikke et gyldig tall.",
        "Feil: Ugyldig verdi for '--fault-rate': 'x' er ikkje eit gyldig tal.",
        "Error: Invalid value for '--fault-rate': 'x' is not a valid number.",
    ),
    "no day": (
        (*ACCEPT, "--until", "2026-13-01"),
        "Feil: Ugyldig verdi for '--until': skriv datoen som 2026-12-31",
        "Feil: Ugyldig verdi for '--until': skriv datoen som 2026-12-31",
        "Error: Invalid value for '--until': write the date as 2026-12-31",
    ),
    "no moment": (
        ("sync", "--as-of", "igår"),
        "Feil: Ugyldig verdi for '--as-of': skriv tidspunktet som 2026-11-20T08:00 eller 2026-11-20",
        "Feil: Ugyldig verdi for '--as-of': skriv tidspunktet som 2026-11-20T08:00 eller 2026-11-20",
        "Error: Invalid value for '--as-of': write the time as 2026-11-20T08:00 or 2026-11-20",
    ),
    "options that go together": (
        ("audit", "--case", "sak-x"),
        "Feil: --case og --reason hører sammen: si hvorfor saken åpnes, uten navn.",
        "Feil: --case og --reason høyrer saman: sei kvifor saka blir opna, utan namn.",
        "Error: --case and --reason belong together: say why the case is opened, without names.",
    ),
    "options that do not go together": (
        ("audit", "--case", "sak-x", "--reason", "Tilsyn", "--offline"),
        "Feil: --case henter saken fra kilden, og går ikke sammen med --offline.",
        "Feil: --case hentar saka frå kjelda, og går ikkje saman med --offline.",
        "Error: --case reads the case from the source, and does not go with --offline.",
    ),
}


@pytest.mark.parametrize(("arguments", "nb", "nn", "en"), BROKEN.values(), ids=BROKEN)
def test_each_fault_of_the_arguments_is_told_whole_in_each_language(
    arguments: tuple[str, ...], nb: str, nn: str, en: str, spoken: Callable[[str], None]
) -> None:
    """click looks some of its words up before a language is set: «File 'borte' finnes ikke»."""
    said = dict(zip(LANGUAGES, (nb, nn, en), strict=True))
    for language in ("en", "nn", "nb"):
        spoken(language)
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 2
        assert said[language] in done.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_is_called_something_in_each_language(language: str, spoken: Callable[[str], None]) -> None:
    spoken(language)
    clicks_own = {"boolean", "choice"}  # said by neither help nor error
    for path, command in (((), main), *COMMANDS):
        CliRunner().invoke(main, [*path, "--help"])  # a command is translated when it is asked for
        for parameter in command.params:
            named = parameter.metavar or parameter.type.name in {_(kind) for kind in CLICK_KINDS} | clicks_own
            assert named, f"{path} {parameter.name}: {parameter.type.name}"
            is_path = isinstance(parameter.type, click.Path)
            assert parameter.metavar or not is_path, "a path's name is made for the message: FILA, STIEN"


def test_a_fault_is_told_in_the_language_of_the_settings_file_also_before_it_is_read(tmp_path: Path) -> None:
    """Help, and what is wrong with the arguments, come before any setting is needed."""
    settings = tmp_path / "s.toml"
    settings.write_text('language = "nn"\n', "utf-8")
    beside = {"SKOLEMILJO_SETTINGS": str(settings)}
    for arguments, environment, words in (
        (("--settings", str(settings), "check-school"), {}, "Manglar val '--school'"),
        ((f"--settings={settings}", "check-school"), {}, "Manglar val '--school'"),
        (("check-school",), beside, "Manglar val '--school'"),
        (("--help",), beside, "løyndomar"),
        (("explain", "VA-08"), beside, "Planen seier"),
        (("check-school",), {**beside, "SKOLEMILJO_LANGUAGE": "en"}, "Missing option '--school'"),
        (("check-school", "--language=nb"), beside, "Mangler valg '--school'"),
        (("check-school",), {"SKOLEMILJO_SETTINGS": str(tmp_path)}, "Mangler valg '--school'"),
    ):
        done = run(*arguments, cwd=tmp_path, **environment)
        assert words in done.stdout + done.stderr, done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_commands_cuts_nothing_off(language: str, spoken: Callable[[str], None]) -> None:
    spoken(language)
    for group in ((), ("accept",), ("store",), ("plan",), ("mock",)):
        assert "..." not in CliRunner().invoke(main, [*group, "--help"]).output.replace("...\n", "", 1)


def test_the_operators_commands_are_english_throughout_but_for_the_plans_own_words(tmp_path: Path) -> None:
    """Titles of rules, names of rows and paragraphs are the plan's and the law's. All else a command says is English."""
    (tmp_path / "s.toml").write_text('language = "en"\nstore = "lager.sqlite"\n[folder]\npath = "eksport"\n', "utf-8")
    assert run("mock", "folder", "eksport", "--cases", "9", cwd=tmp_path).returncode == 0
    (tmp_path / "eksport" / "cases" / "SM-9.json").write_text('{"id": "SM-9", "school": "310000019"}', "utf-8")
    titles = {rule.page.title.nb for rule in RULES.values()}
    plan = load_plan("oyer-2024")
    paragraphs = {words for words, *_others in law().values()}
    names = {row.name for row in plan.rows.values()} | {row.why for row in plan.rows.values() if row.why}
    names |= {rule.reason for rule in plan.rules.values() if rule.reason}
    theirs = sorted(titles | names | paragraphs | {plan.document.title}, key=len, reverse=True)
    for arguments in (
        ("doctor",),
        ("sync", "--as-of", "2026-11-20T16:00"),
        ("doctor",),
        ("accept", "list"),
        ("cycle", "status", "--as-of", "2026-11-20T16:00"),
        ("plan", "coverage"),
        ("plan", "compare", "oyer-2024", "oyer-2024"),
        ("store", "check"),
        ("store", "forget", "--before", "2020-01-01"),
        ("runlog", "verify"),
        ("config", "show"),
    ):
        done = run("--settings", "s.toml", *arguments, cwd=tmp_path)
        said = (done.stdout + done.stderr).replace('language = "en"', "")
        assert said
        for words in theirs:
            said = said.replace(words, "")
        found = set(re.findall(r"[a-zæøå]+", said.lower())) & (NORWEGIAN | {"kl", "vist", "natt", "gjort"})
        assert found == set(), arguments
        if arguments[0] == "cycle":
            states = {line[2:26].strip() for line in said.splitlines() if re.match(r"  \w.*\(.*\)$", line)}
            documented = {"done and documented", "done, not documented"}
            assert {"open", "late"} <= states <= documented | {"open", "late", "due soon", "could not be checked"}


def test_the_annual_cycle_is_shown_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    assert run("mock", "folder", "eksport", "--cases", "3", cwd=tmp_path).returncode == 0
    environment = {"SKOLEMILJO_FOLDER__PATH": "eksport", "SKOLEMILJO_STORE": "lager.sqlite"}
    for language, words in (
        ("nb", ("gjort og dokumentert", "forsinket", "vist av aar-", ", elever (rektor")),
        ("nn", ("gjort og dokumentert", "forseinka", "vist av aar-", ", elevar (rektor")),
        ("en", ("done and documented", "late", "shown by aar-", ", pupils (rector")),
    ):
        arguments = ("cycle", "status", "--as-of", "2026-11-20", "--language", language)
        said = run(*arguments, cwd=tmp_path, **environment).stdout
        assert [word for word in words if word not in said] == []


def test_a_report_asked_for_in_english_is_in_bokmaal(root: Path) -> None:
    """Reports are Norwegian; only what the commands themselves say comes in English."""
    arguments = ("assess", "docs/example-case.json", "--as-of", "2026-03-20T08:00", "--fail-on", "low")
    done = run(*arguments, cwd=root, SKOLEMILJO_LANGUAGE="en")
    assert "avvik" in done.stdout
    assert "Ended with 1: " in done.stderr


def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("SKOLEMILJO_")}
    return subprocess.run(
        [SKOLEMILJO, *arguments], capture_output=True, text=True, env={**clean, **environment}, cwd=cwd, check=False
    )


def test_the_readmes_commands_run(root: Path, tmp_path: Path) -> None:
    """Every line of the README that starts the program, in a copy of what it needs, in their order."""
    shutil.copytree(root / "docs", tmp_path / "docs")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    blocks = re.findall(r"```sh\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith(".venv/bin/skolemiljo")]
    assert len(lines) >= 6
    for line in lines:
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout[-500:]}\n{done.stderr[-1500:]}"


def test_every_command_that_a_document_names_is_there(root: Path) -> None:
    """«skolemiljo NAME» in code, in any document."""
    known = {" ".join(path) for path, _ in COMMANDS} | {path[0] for path, _ in COMMANDS}
    unknown = []
    for file in [root / "README.md", *(root / "docs").glob("*.md")]:
        for code in re.findall(r"`+[^`]+`+", file.read_text("utf-8")):
            for name, second in re.findall(r"\bskolemiljo (?:--\S+ \S+ )*([a-z][a-z-]+)(?: ([a-z][a-z-]*))?", code):
                if name not in known or (name not in LEAVES and second and f"{name} {second}" not in known):
                    unknown.append(f"{file.name}: skolemiljo {name} {second}")
    assert unknown == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("assess",), 2, ""),
        (("assess", "finnes-ikke"), 2, ""),
        (("explain", "VA-99"), 2, "Mente du"),
        (("explain", "elev-far-beskjed-samme-da"), 2, "VA-08"),
        (("--settings", "finnes-ikke.toml", "config", "show"), 2, "finnes ikke"),
        (("check-school", "--school", "310000019"), 2, "SKOLEMILJO_SETTINGS"),
        (("mock", "up", "--port", "99999"), 2, "--port"),
        (("assess", "docs/example-case.json", "--as-of", "i går"), 2, "2026-11-20"),
        (("assess", "docs/example-case.json", "--plan", "ingen"), 2, "oyer-2024"),
        (("plan", "verify", "--text", "README.md"), 1, "VA-05"),
    ],
)
def test_what_is_wrong_is_said_plainly(root: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = run(*arguments, cwd=root)
    assert done.returncode == code, done.stderr
    assert words in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("mock", "up", "--port", port, "--cases", "1", cwd=tmp_path)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("a = \n", "innstillingsfila er ikke gyldig TOML i UTF-8 (linje 1)"),
        ('[folder]\npath = "borte"', "folder.path er ikke en mappe"),
        ('source = "sikkersak"', "source: ingen adapter heter sikkersak"),
        ('source = "sikker_sak"', "sikker_sak: sett base_url, client_id, tenant_id, client_secret"),
        ('plan = "borte"\n[folder]\npath = "."', "ingen plan heter borte: oppgi en mappe med plan.toml"),
        ('school_calendar = "borte.toml"\n[folder]\npath = "."', "skoleruta borte.toml kan ikke leses (finnes ikke)"),
        ('roster = "schools_file"\n[folder]\npath = "."', "schools_file mangler"),
        ('[folder]\npath = "."', "folder: schools.json mangler"),
    ],
)
def test_what_stands_in_the_way_of_an_audit_is_told_with_its_place(tmp_path: Path, settings: str, words: str) -> None:
    (tmp_path / "s.toml").write_text(settings, "utf-8")
    (tmp_path / "cases").mkdir()
    if "schools.json" not in words:
        (tmp_path / "schools.json").write_text('[{"organisation_number": "310000019", "name": "Fjell skole"}]', "utf-8")
    done = run("--settings", "s.toml", "audit", cwd=tmp_path)
    assert done.returncode in (2, 3)
    assert done.stderr.startswith("Feil: ")
    assert words in done.stderr


def test_what_is_wrong_with_a_file_is_told_by_field_and_what_stands_there_is_not(root: Path, tmp_path: Path) -> None:
    case = json.loads((root / "docs" / "example-case.json").read_text("utf-8"))
    case["log"][0] |= {"happened_at": "Kari i går", "kind": "Kari"}
    (tmp_path / "SM-2026-014.json").write_text(json.dumps(case), "utf-8")
    (tmp_path / "SM-2026-015.json").write_text("{", "utf-8")
    done = run("assess", str(tmp_path))
    assert done.returncode == 3
    told = done.stderr.splitlines()
    assert told[0].startswith("SM-2026-014: rett saken: log.0.happened_at må være en dato eller et tidspunkt som ")
    assert told[0].endswith("; log.0.kind er ikke et ord som formatet har")
    assert told[1] == "SM-2026-015: fila er ikke gyldig JSON: eksporter saken på nytt"
    assert "Kari" not in done.stderr + done.stdout


def test_a_demo_takes_nothing_away_that_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mitt", "utf-8")
    done = run("demo", "--out", str(tmp_path))
    assert done.returncode == 2
    assert "ikke laget av demoen" in done.stderr
    assert (tmp_path / "mine.txt").read_text("utf-8") == "mitt"


@pytest.mark.parametrize(
    "fault", ["raise ModuleNotFoundError(name='typst')", "raise OSError('libfoo.so.1: no such file')"]
)
def test_a_missing_part_is_one_line_and_what_to_install(tmp_path: Path, root: Path, fault: str) -> None:
    """Not installed, or installed and not to be loaded. The demonstration goes on without it, and says so."""
    (tmp_path / "typst.py").write_text(fault, "utf-8")
    case = str(root / "docs" / "example-case.json")
    done = run("assess", case, "--out", str(tmp_path / "sak.pdf"), PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert re.fullmatch(r"Feil: dette trenger \w+, som mangler .*: pip install 'skolemiljo\[pdf\]'", line)
    assert not (tmp_path / "sak.pdf").exists()
    if "OSError" not in fault:
        demo = run("demo", "--out", str(tmp_path / "demo"), PYTHONPATH=str(tmp_path))
        assert demo.returncode == 0, demo.stderr
        assert demo.stdout.splitlines()[-1] == f"  Uten pdf: {line.removeprefix('Feil: ')}"
        assert {"rektor", "skoleeier"} <= {
            file.name.split("-")[0].split(".")[0] for file in (tmp_path / "demo").iterdir()
        }
        assert not list((tmp_path / "demo").glob("*.pdf"))


def test_a_folder_that_can_not_be_written_is_no_fault_of_the_tool(tmp_path: Path) -> None:
    (tmp_path / "fil").write_text("x", "utf-8")
    done = run("mock", "folder", str(tmp_path / "fil" / "mappe"), "--cases", "1")
    assert done.returncode == 2
    assert done.stderr == "Feil: fila kan ikke skrives (en del av stien er ikke en mappe)\n"


def test_a_misspelt_setting_is_named_with_the_nearest_right_one(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[sync]\nwriteback = true\n", "utf-8")
    done = run("--settings", str(tmp_path / "s.toml"), "config", "show")
    assert done.returncode == 2
    assert "sync.writeback: innstillingen finnes ikke. Mente du write_back?" in done.stderr


def test_a_secret_is_never_shown_wherever_it_comes_from(tmp_path: Path) -> None:
    secret = "Kvitlyngsjokolade"
    (tmp_path / "client_secret").write_text(secret + "\n", "utf-8")
    for done, place in (
        (run("--secrets", str(tmp_path), "config", "show"), "hemmelighetene"),
        (run("config", "show", SKOLEMILJO_CLIENT_SECRET=secret), "miljøet"),
    ):
        assert done.returncode == 0
        assert secret not in done.stdout + done.stderr
        assert re.search(rf"# client_secret = \*\*\* +# {place}", done.stdout)


def test_the_settings_are_shown_as_a_file_that_says_the_same(tmp_path: Path, root: Path) -> None:
    """What an operator reads can be pasted into the file, and nothing in it is Python's: no None, no True."""
    file, pasted = tmp_path / "s.toml", tmp_path / "pasted.toml"
    given = (root / "deploy" / "skolemiljo.toml").read_text("utf-8").replace("# pupil_told =", "pupil_told =")
    given = given.replace('# owner = "nn"', 'owner = "nn"').replace('# 310000027 = "nn"', '310000027 = "nn"')
    given = given.replace('"…"', '"noe"').replace("https://…", "https://leverandor.example")
    file.write_text(given.replace("# read_text = true", "read_text = false"), "utf-8")
    shown = run("--settings", str(file), "config", "show").stdout
    pasted.write_text(shown, "utf-8")
    assert tomllib.loads(shown)["read_text"] is False
    assert tomllib.loads(shown)["languages"] == {"owner": "nn", "310000027": "nn"}
    assert tomllib.loads(shown)["sikker_sak"]["labels"] == {"pupil_told": ["Elev informert"]}
    assert not re.search(r"\b(None|True|False)\b", shown)
    assert re.search(r"^# roster +# ikke satt$", shown, re.MULTILINE)
    again = json.loads(run("--settings", str(pasted), "config", "show", "--format", "json").stdout)
    first = json.loads(run("--settings", str(file), "config", "show", "--format", "json").stdout)
    assert {row["key"]: row["value"] for row in again} == {row["key"]: row["value"] for row in first}
    assert {row["key"]: row["value"] for row in first}["mail.calendar"] is False


def test_help_is_quick_because_nothing_heavy_is_imported(root: Path) -> None:
    code = """
import sys
sys.argv = ["skolemiljo", "--help"]
from skolemiljo.cli import main
try:
    main()
except SystemExit:
    pass
heavy = {"requests", "sqlalchemy", "pydantic", "holidays", "fastapi", "jinja2", "rich"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 0, done.stderr[-500:]


def test_a_night_that_worked_is_told_to_the_dead_man_s_switch_and_no_other(root: Path, tmp_path: Path) -> None:
    taken: list[str] = []

    class Switch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            taken.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    switch = ThreadingHTTPServer(("127.0.0.1", 0), Switch)
    threading.Thread(target=switch.serve_forever, daemon=True).start()
    shutil.copytree(root / "docs", tmp_path / "docs")
    assert run("mock", "folder", "build/eksport", "--cases", "5", cwd=tmp_path).returncode == 0
    schools = tmp_path / "build" / "eksport" / "schools.json"

    def night(*arguments: str) -> subprocess.CompletedProcess[str]:
        url = f"http://127.0.0.1:{switch.server_port}/4f1c"
        base = ("--settings", "docs/settings-folder.toml", "sync", "--as-of", "2026-11-20T16:00")
        return run(*base, *arguments, cwd=tmp_path, SKOLEMILJO_PING_URL=url)

    try:
        schools.rename(tmp_path / "away.json")
        assert night().returncode == 3
        (tmp_path / "away.json").rename(schools)
        assert night("--dry-run").returncode == 0
        assert taken == []
        assert night().returncode == 0
        assert taken == ["/4f1c"]
    finally:
        switch.shutdown()
        switch.server_close()


def test_the_example_in_the_docs_is_a_whole_case(root: Path) -> None:
    done = run(
        "assess",
        "docs/example-case.json",
        "--as-of",
        "2026-03-20T08:00",
        "--format",
        "json",
        "--fail-on",
        "never",
        cwd=root,
    )
    assert done.returncode == 0, done.stderr
    assert '"SM-2026-014"' in done.stdout


def test_a_report_on_files_is_called_so_also_where_none_could_be_read(tmp_path: Path) -> None:
    (tmp_path / "SM-2026-001.json").write_text("{", "utf-8")
    done = run("assess", str(tmp_path))
    assert done.returncode == 3
    assert "sakene i filene" in done.stdout
    assert "kommunen selv" not in done.stdout


def test_reports_call_the_municipality_what_the_settings_call_it(tmp_path: Path, root: Path) -> None:
    shutil.copytree(root / "docs", tmp_path / "docs")
    assert run("mock", "folder", "build/eksport", "--cases", "3", cwd=tmp_path).returncode == 0
    for command in (("check-school", "--school", "310000019"), ("audit",)):
        done = run(
            "--settings",
            "docs/settings-folder.toml",
            *command,
            *("--as-of", "2026-11-20T16:00", "--format", "html", "--out", "side", "--fail-on", "never"),
            cwd=tmp_path,
        )
        assert done.returncode in (0, 3), done.stderr
        pages = [tmp_path / "side"] if (tmp_path / "side").is_file() else list((tmp_path / "side").glob("*.html"))
        assert pages
        assert all("Fjellgløtt kommune" in page.read_text("utf-8") for page in pages)
        for page in pages:
            page.unlink()


def test_a_broken_file_that_does_not_say_whose_it_is_is_named_once_and_no_school_is_whole(tmp_path: Path) -> None:
    """It may be any school's case: each school's own report says so, the night names it once, and mended it is forgotten."""
    environment = {"SKOLEMILJO_FOLDER__PATH": "eksport", "SKOLEMILJO_STORE": "lager.sqlite", "NO_COLOR": "1"}
    assert run("mock", "folder", "eksport", "--cases", "9", cwd=tmp_path).returncode == 0
    file = sorted((tmp_path / "eksport" / "cases").iterdir())[0]
    whole = file.read_text("utf-8")
    renamed = file.rename(file.with_name("Kari Nordmann.json"))
    renamed.write_text("{", "utf-8")

    night = run("sync", "--as-of", "2026-11-20T16:00", "--format", "json", cwd=tmp_path, **environment)
    assert night.returncode == 3
    said = json.loads(night.stdout)
    [problem] = said["unclaimed"]
    assert str(problem["case"]).startswith("fil-")
    assert "Kari" not in night.stdout + night.stderr
    schools = [school for school in said["schools"] if school["school"]]
    assert [(s["problems"], s["unclaimed"], s["complete"]) for s in schools] == [([], 1, False)] * 3
    assert said["totals"]["read"] == said["totals"]["judged"] == 8
    assert night.stderr.count(str(problem["case"])) == 1

    text = run("sync", "--as-of", "2026-11-21T16:00", cwd=tmp_path, **environment).stdout
    assert text.count(str(problem["case"])) == 1
    assert "Det står ikke hvilken skole saken hører til, så ingen skole er lest helt." in text
    for number in (school["school"] for school in schools):
        arguments = ("check-school", "--school", number, "--as-of", "2026-11-21T16:00", "--fail-on", "never")
        for offline in ((), ("--offline",)):
            report = run(*arguments, *offline, cwd=tmp_path, **environment)
            assert report.returncode == 3, "a school that may have an unread case is not whole"

    renamed.unlink()
    file.write_text(whole, "utf-8")
    mended = run("sync", "--as-of", "2026-11-22T16:00", "--format", "json", cwd=tmp_path, **environment)
    assert mended.returncode == 0
    said = json.loads(mended.stdout)
    assert (said["unclaimed"], said["totals"]["vanished"], said["vanished_before"]) == ([], 0, 0)

    file.write_text("{", "utf-8")  # now the night knows it as one school's case, and its judgement stands
    said = json.loads(
        run("sync", "--as-of", "2026-11-23T16:00", "--format", "json", cwd=tmp_path, **environment).stdout
    )
    assert [problem["case"] for problem in said["unclaimed"]] == [file.stem]
    assert [school["problems"] for school in said["schools"]] == [[]] * 4
    assert said["totals"]["vanished"] == 0
    assert said["state"] == "incomplete"


def test_a_dry_run_says_case_by_case_what_would_be_written_and_never_that_anything_was(tmp_path: Path) -> None:
    environment = {"SKOLEMILJO_FOLDER__PATH": "eksport", "SKOLEMILJO_STORE": "lager.sqlite"}
    environment["SKOLEMILJO_SYNC__WRITE_FROM"] = "2020-01-01"  # closed cases too
    assert run("mock", "folder", "eksport", "--cases", "6", cwd=tmp_path).returncode == 0
    dry = run("sync", "--as-of", "2026-11-20T16:00", "--dry-run", cwd=tmp_path, **environment)
    assert dry.returncode == 0
    assert not (tmp_path / "eksport" / "flags").exists()
    assert "6 lest, 6 vurdert, 6 ville blitt skrevet." in dry.stdout
    cases = [file.stem for file in (tmp_path / "eksport" / "cases").iterdir()]
    for case in cases:
        assert re.search(rf"^    {case}: flagg: [0-9]+ nye, 0 endret, 0 fjernet$", dry.stdout, re.MULTILINE)
    assert "årshjul som ville blitt skrevet: 2" in dry.stdout
    assert re.findall(r"(?<!blitt )\bskrevet\b", dry.stdout) == ["skrevet"], "«ingenting er skrevet» alone"
    assert "lest tilbake" not in dry.stdout
