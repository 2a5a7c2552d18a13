"""What is installed on a municipality's server: the unit starts a real command, and the settings name every setting."""

from __future__ import annotations

import configparser
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from skolemiljo.cli import main
from skolemiljo.domain.errors import SettingsError
from skolemiljo.settings import HttpSection, Settings, load_settings


@pytest.fixture(scope="module")
def unit(root: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[method-assign, assignment]  # systemd's keys tell upper case from lower
    found.read(root / "deploy" / "skolemiljo.service", encoding="utf-8")
    return found


def test_the_unit_starts_a_command_that_exists(unit: configparser.ConfigParser) -> None:
    program, *arguments = unit["Service"]["ExecStart"].split()
    assert Path(program).name == "skolemiljo"
    assert CliRunner().invoke(main, [*arguments, "--help"]).exit_code == 0


def test_the_unit_tries_again_only_where_that_can_help(unit: configparser.ConfigParser) -> None:
    assert unit["Service"]["Restart"] == "on-failure"
    assert unit["Service"]["RestartPreventExitStatus"].split() == ["1", "2", "3", "130", "143"]


@pytest.mark.parametrize("name", ["watch", "publish", "digest"])
def test_the_other_units_run_shut_in_as_the_night_does(name: str, unit: configparser.ConfigParser, root: Path) -> None:
    other = configparser.ConfigParser(strict=False, interpolation=None)
    other.optionxform = str  # type: ignore[method-assign, assignment]  # as above
    other.read(root / "deploy" / f"skolemiljo-{name}.service", encoding="utf-8")
    program, *arguments = other["Service"]["ExecStart"].split()
    assert Path(program).name == "skolemiljo"
    assert CliRunner().invoke(main, [*arguments, "--help"]).exit_code == 0
    of_the_night = {
        "ExecStart",
        "KillMode",
        *(key for key in unit["Service"] if key.startswith(("Restart", "Timeout"))),
    } - {key for key in unit["Service"] if key.startswith("Restrict")}
    for key in unit["Service"].keys() - of_the_night:
        assert other["Service"][key] == unit["Service"][key], key


def test_what_follows_a_night_follows_also_one_that_was_not_whole(root: Path) -> None:
    """A night that ends with 3 fails its unit: what hangs on ExecStartPost is left out just when people must be told."""
    text = (root / "deploy" / "skolemiljo.service").read_text("utf-8")
    assert "\nExecStartPost=" not in text.replace("# ", "")
    after = {key: names.split() for key, names in re.findall(r"(?m)^(?:# )?(On\w+)=(.*)$", text)}
    assert after["OnSuccess"] == after["OnFailure"] == ["skolemiljo-publish.service", "skolemiljo-digest.service"]
    timer = (root / "deploy" / "skolemiljo-digest.timer").read_text("utf-8")
    assert "OnCalendar=*-*-* 06:35:00 Europe/Oslo" in timer, "and where no night came at all"


@pytest.mark.systemd
def test_systemd_finds_nothing_wrong_with_the_units(root: Path, tmp_path: Path) -> None:
    """Its own check, with a program in the place of the installed one."""
    names = [f"skolemiljo{of}.{kind}" for of in ("", "-watch", "-publish", "-digest") for kind in ("service", "timer")]
    for name in names:
        text = (root / "deploy" / name).read_text("utf-8").replace("/opt/skolemiljo/bin/skolemiljo", "/bin/true")
        (tmp_path / name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_by_hand_a_command_runs_as_the_unit_runs_it(
    unit: configparser.ConfigParser, root: Path, tmp_path: Path
) -> None:
    """The same program, user, settings, secrets and folder; and the command's own words and exit code go through."""
    asked, service = tmp_path / "asked", unit["Service"]
    stand_in = tmp_path / "systemd-run"
    stand_in.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {asked}\nexit 75\n', "utf-8")
    stand_in.chmod(0o755)
    words = ("audit", "--reason", "Tilsyn, sak 2026/117")
    done = subprocess.run(
        [root / "deploy" / "skolemiljo-by-hand", *words],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 75
    given = asked.read_text("utf-8").splitlines()
    assert given[-4:] == [service["ExecStart"].split()[0], *words]
    assert "--pipe" in given
    assert f"--uid={service['User']}" in given
    assert f"--setenv={service['Environment']}" in given
    for key in ("LoadCredential", "StateDirectory", "StateDirectoryMode", "UMask"):
        assert f"--property={key}={service[key]}" in given
    settings = tomllib.loads((root / "deploy" / "skolemiljo.toml").read_text("utf-8"))
    assert f"--property=WorkingDirectory={Path(settings['store']).parent}" in given


@pytest.fixture(scope="module")
def example(root: Path) -> str:
    return (root / "deploy" / "skolemiljo.toml").read_text("utf-8")


def filled_in(template: str) -> str:
    """The template with something where a municipality has its own."""
    return template.replace("https://…", "https://leverandor.example").replace('"…"', '"noe"')


def test_what_nobody_has_filled_in_is_named(example: str, tmp_path: Path) -> None:
    """Also where the addresses alone are there."""
    file = tmp_path / "skolemiljo.toml"
    for text, left in (
        (example, "sikker_sak.base_url"),
        (example.replace("https://…", "https://a.example"), "client_id"),
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(SettingsError, match="står som i malen") as error:
            load_settings(file)
        assert left in str(error.value)
        for command in (("doctor",), ("sync",)):
            assert CliRunner().invoke(main, ["--settings", str(file), *command]).exit_code == 2


def test_the_settings_load_as_they_stand_with_addresses_in_them(example: str, tmp_path: Path) -> None:
    file = tmp_path / "skolemiljo.toml"
    file.write_text(filled_in(example), "utf-8")
    settings = load_settings(file)
    assert settings.production
    assert not settings.sync.write_back


def test_the_settings_load_with_every_standard_value_written_out(example: str, tmp_path: Path) -> None:
    """What stands behind a # is a line that works, and its value is the standard one unless it is an example."""
    plain = filled_in(re.sub(r"(?m)^# (?=[a-z_]+ = )", "", example))
    file = tmp_path / "skolemiljo.toml"
    file.write_text(plain, "utf-8")
    file.chmod(0o600)  # there is a client_secret in it now
    settings, standard = load_settings(file), Settings()
    assert settings.watch.last_word == standard.watch.last_word
    assert settings.watch.minutes_before_school_ends == standard.watch.minutes_before_school_ends
    for section in ("sync", "sikker_sak"):
        shown = getattr(settings, section).model_dump(
            exclude={
                "write_from",
                "base_url",
                "client_id",
                "tenant_id",
                "labels",
                "lacks",
                "mapping",
                "ca_file",
                "certificate_file",
            }
        )
        assert shown == getattr(standard, section).model_dump(include=set(shown))
    assert settings.annual_cycle.scope == standard.annual_cycle.scope
    assert settings.oneroster.page_size == standard.oneroster.page_size


def test_the_settings_name_every_setting(example: str) -> None:
    sections = dict(re.findall(r"(?ms)^\[([a-z_]+)\](.*?)(?=^\[|\Z)", f"[top]\n{example}"))
    sections["sikker_sak"] += "".join(f"\n{key} =" for key in ("labels",))  # a table of its own
    missing = []
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            missing += [name] if not _names(sections["top"], name) and name not in sections else []
        elif name == "sikker_sak" or not issubclass(kind, HttpSection):
            missing += [f"{name}.{key}" for key in kind.model_fields if not _names(sections.get(name, ""), key)]
        elif "keys as in [sikker_sak]" not in sections.get(name, ""):
            missing.append(name)
    assert missing == []


def _names(text: str, key: str) -> bool:
    return re.search(rf"(?m)^(# )?{key}\b", text) is not None
