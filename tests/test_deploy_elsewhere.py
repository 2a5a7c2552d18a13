"""What runs the night where there is no systemd: a container, Kubernetes, cron, Windows. Each starts a command that there is, with the
settings where it looks for them, and tries again only what passes by itself."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner

from skolemiljo.cli import main
from skolemiljo.domain.exit_code import ExitCode
from skolemiljo.settings import load_settings


def starts(*arguments: str) -> bool:
    """Whether the program knows the command and its options."""
    return CliRunner().invoke(main, [*arguments, "--help"]).exit_code == 0


@pytest.fixture(scope="module")
def container(root: Path) -> dict[str, list[str]]:
    """The lines of the container file by their first word, of the last stage for what both stages say."""
    found: dict[str, list[str]] = {}
    for line in (root / "deploy" / "Containerfile").read_text("utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word.isupper():
            found.setdefault(word, []).append(rest)
    return found


@pytest.fixture(scope="module")
def job(root: Path) -> dict[str, Any]:
    found = list(yaml.safe_load_all((root / "deploy" / "kubernetes.yaml").read_text("utf-8")))
    return next(one["spec"] for one in found if one["kind"] == "CronJob")


def test_the_container_installs_as_a_server_without_internet_does(container: dict[str, list[str]], root: Path) -> None:
    assert container["RUN"] == ["/wheelhouse/install /wheelhouse /opt/skolemiljo"]
    assert "dist/wheelhouse/install dist/wheelhouse" in (root / "Makefile").read_text("utf-8")
    assert container["ENTRYPOINT"] == ['["/opt/skolemiljo/bin/skolemiljo"]']
    assert starts(*yaml.safe_load(container["CMD"][0]))
    assert not container["USER"][0].startswith("0")


def test_the_container_is_told_where_its_settings_are(
    container: dict[str, list[str]], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        (root / "deploy" / "skolemiljo.toml")
        .read_text("utf-8")
        .replace("https://…", "https://leverandor.example")
        .replace('"…"', '"noe"')
    )
    (tmp_path / "skolemiljo.toml").write_text(text, "utf-8")
    (tmp_path / "client_secret").write_text("hemmelig-i-en-fil", "utf-8")
    places = {"/etc/skolemiljo/skolemiljo.toml": tmp_path / "skolemiljo.toml", "/run/secrets/skolemiljo": tmp_path}
    for line in container["ENV"]:
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, str(places[value]))
    settings = load_settings()
    assert settings.client_secret is not None
    assert settings.store is not None
    assert settings.store.parent == Path(container["WORKDIR"][0])


def test_kubernetes_runs_one_night_at_a_time_and_tries_again_only_what_passes_by_itself(job: dict[str, Any]) -> None:
    assert (job["schedule"], job["timeZone"], job["concurrencyPolicy"]) == ("15 4 * * *", "Europe/Oslo", "Forbid")
    (rule,) = job["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["operator"] == "NotIn"
    assert rule["onExitCodes"]["values"] == [ExitCode.LATER]
    (night,) = job["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert rule["onExitCodes"]["containerName"] == night["name"]
    assert starts(*night["args"])


def test_kubernetes_puts_things_where_the_container_looks(
    job: dict[str, Any], container: dict[str, list[str]], root: Path
) -> None:
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    (night,) = pod["containers"]
    mounts = {mount["mountPath"]: mount["name"] for mount in night["volumeMounts"]}
    assert set(mounts.values()) == {volume["name"] for volume in pod["volumes"]}
    looks_in = {line.partition("=")[2] for line in container["ENV"]} | {container["WORKDIR"][0]}
    assert {place.removesuffix("/skolemiljo.toml") for place in looks_in} == {
        place for place, name in mounts.items() if name != "scratch"
    }
    assert container["USER"][0].split(":")[0] == str(pod["securityContext"]["runAsUser"])
    claims = yaml.safe_load_all((root / "deploy" / "kubernetes.yaml").read_text("utf-8"))
    names = {one["metadata"]["name"] for one in claims if one["kind"] == "PersistentVolumeClaim"}
    assert {v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"] if "persistentVolumeClaim" in v} == names


def test_cron_starts_the_night_and_gives_its_exit_code(root: Path, tmp_path: Path) -> None:
    """The line as it stands, with a stand-in for the program that is busy twice and then ends with 3."""
    text = (root / "deploy" / "skolemiljo.cron").read_text("utf-8")
    assert "CRON_TZ=Europe/Oslo" in text
    (line,) = [line for line in text.splitlines() if re.match(r"[\d*]", line)]
    *when, user, command = line.split(maxsplit=6)[:5], *line.split(maxsplit=6)[5:]
    assert (when, user) == ([["15", "4", "*", "*", "*"]], "skolemiljo")
    assert "%" not in command  # cron reads it as a line break
    (program,) = re.findall(r"(/opt\S+) (sync[^>]*)", command)
    assert starts(*shlex.split(program[1]))
    said, stand_in = tmp_path / "times", tmp_path / "skolemiljo"
    stand_in.write_text(f'#!/bin/sh\necho x >> {said}\n[ "$(wc -l < {said})" -lt 3 ] && exit 75\nexit 3\n', "utf-8")
    stand_in.chmod(0o755)
    command = command.replace(program[0], str(stand_in)).replace("/var/lib/skolemiljo", str(tmp_path))
    done = subprocess.run(["/bin/sh", "-c", command.replace("sleep 1200", "sleep 0")], check=False)
    assert (done.returncode, said.read_text("utf-8").count("x")) == (3, 3)


def test_windows_starts_the_night_and_only_one(root: Path) -> None:
    tree = ElementTree.parse(root / "deploy" / "skolemiljo-windows.xml")  # noqa: S314 - our own file
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}

    def said(path: str) -> str:
        found = tree.findtext(path, namespaces=space)
        assert found is not None, path
        return found

    arguments = said(".//t:Exec/t:Arguments").split()
    assert arguments[::2][:2] == ["--settings", "--secrets"]
    assert starts(*arguments[4:])
    assert said(".//t:MultipleInstancesPolicy") == "IgnoreNew"
    assert said(".//t:StartBoundary").endswith("T04:15:00")


def test_the_units_become_templates_for_several_municipalities(root: Path) -> None:
    """The command of the document, on the units as they are: nothing is shared but the program."""
    documented = (root / "docs" / "operations.md").read_text("utf-8")
    (expression,) = re.findall(r"sed '(s#[^']*)'", documented)
    made = {
        name: subprocess.run(
            ["sed", expression, root / "deploy" / name], capture_output=True, text=True, check=True
        ).stdout
        for name in ("skolemiljo.service", "skolemiljo.timer")
    }
    service = made["skolemiljo.service"]
    assert "SKOLEMILJO_SETTINGS=/etc/skolemiljo/%i/skolemiljo.toml" in service
    assert "client_secret:/etc/skolemiljo/%i/client_secret" in service
    assert "StateDirectory=skolemiljo/%i\n" in service
    assert not re.findall(r"/(?:etc|var/lib)/skolemiljo/(?!%i/)", "".join(made.values()))
