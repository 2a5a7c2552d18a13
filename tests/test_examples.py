"""What others make from us, by the pages alone: an adapter outside the repository, and a municipality's plan."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pypdf
import pytest
import typst
from click.testing import CliRunner

from skolemiljo.cli import main

PROGRAMS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def noark5(root: Path) -> Path:
    return root / "examples" / "skolemiljo-noark5"


def run(command: list[str], folder: Path, *paths: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program of ours in ``folder``, that sees packages in ``paths``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SKOLEMILJO_", "PYTEST_", "COV"))}
    environment |= {
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
    }
    return subprocess.run(command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False)


def installed(package: Path, site: Path) -> None:
    """What installing the package would leave for others to find: its entry points."""
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
    folder = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = (
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in entries.items())
        for group, entries in project["entry-points"].items()
    )
    (folder / "entry_points.txt").write_text("\n".join(groups))


def blocks(page: Path) -> list[str]:
    """The commands of a page, in order."""
    return re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def test_the_page_about_adapters_makes_one_that_passes(root: Path, tmp_path: Path) -> None:
    (commands,) = blocks(root / "docs" / "writing-an-adapter.md")
    done = run(["bash", "-euc", commands], tmp_path, Path())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 passed" in done.stdout


def test_a_name_that_is_taken_or_is_none_makes_nothing(tmp_path: Path) -> None:
    for name in ("folder", "mail", "Acos", "../acos", "1acos", ""):
        done = CliRunner().invoke(main, ["new", "adapter", "--out", str(tmp_path), "--", name])
        assert done.exit_code == 2, name
    assert list(tmp_path.iterdir()) == []
    assert CliRunner().invoke(main, ["new", "adapter", "acos", "--out", str(tmp_path)]).exit_code == 0
    again = CliRunner().invoke(main, ["new", "adapter", "acos", "--out", str(tmp_path)])
    assert again.exit_code == 2
    assert "finnes allerede" in again.output


def test_the_example_keeps_the_contract(noark5: Path, tmp_path: Path) -> None:
    done = run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], noark5, noark5, PYTHONDONTWRITEBYTECODE="1"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "15 passed" in done.stdout


def test_the_example_is_a_source_with_settings_of_its_own(noark5: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    installed(noark5, site)
    shutil.copy(noark5 / "tests" / "arkivstruktur.xml", tmp_path)
    settings = tmp_path / "skolemiljo.toml"
    documented = re.findall(r"```toml\n(.*?)```", (noark5 / "README.md").read_text("utf-8"), re.DOTALL)[0]
    settings.write_text(
        documented.replace("\n[noark5]", 'cycle = "folder"\n[folder]\npath = "."\n[noark5]', 1), "utf-8"
    )
    program = [str(PROGRAMS / "skolemiljo"), "--settings", str(settings)]
    shown = run([*program, "config", "show"], tmp_path, noark5, site)
    assert shown.returncode == 0, shown.stderr
    assert re.search(r'(?m)^archive_part = "Skolemiljø"', shown.stdout)
    night = run([*program, "sync", "--dry-run", "--format", "json"], tmp_path, noark5, site)
    assert '"judged": 2' in night.stdout, night.stdout + night.stderr
    assert "MARKERT" not in night.stdout + night.stderr
    elsewhere = run([*program, "sync", "--dry-run"], tmp_path, noark5, site, SKOLEMILJO_NOARK5__PATH="finnes-ikke.xml")
    assert elsewhere.returncode != 0
    without = run([*program, "config", "show"], tmp_path, noark5)
    assert without.returncode == 2
    assert "noark5: innstillingen finnes ikke" in without.stderr
    settings.write_text(settings.read_text("utf-8").replace("archive_part", "archive_prat"), "utf-8")
    misspelt = run([*program, "config", "show"], tmp_path, noark5, site)
    assert misspelt.returncode == 2
    assert "noark5.archive_prat: innstillingen finnes ikke" in misspelt.stderr


def test_the_page_about_plans_makes_one_that_verifies_and_judges(root: Path, tmp_path: Path) -> None:
    shutil.copy(root / "tests" / "plans" / "eksempel-plan.txt", tmp_path / "plan.txt")
    shutil.copy(root / "docs" / "example-case.json", tmp_path / "sak.json")
    commands = "".join(blocks(root / "docs" / "writing-a-plan.md"))
    done = run(["bash", "-euc", commands], tmp_path, Path())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Det ene sitatet i fjellvik står ord for ord i teksten." in done.stdout
    assert "VA-08" in done.stdout


def test_a_plan_in_the_same_words_has_every_row_in_force(tmp_path: Path, root: Path) -> None:
    """From the quotes of the plan that comes with the package: nothing is left for a person but what is no quote."""
    rows = tomllib.loads((root / "plans" / "oyer-2024" / "coverage.toml").read_text("utf-8"))["rows"]
    (tmp_path / "plan.txt").write_text("\n".join(row.get("quote", "") for row in rows.values()), "utf-8")
    begun = ["new", "plan", "ny", "--text", str(tmp_path / "plan.txt"), "--municipality", "Fjellgløtt kommune"]
    done = CliRunner().invoke(main, [*begun, "--approved", "2024-10-02", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    law = sum("quote" not in row for row in rows.values())
    assert f"{len(rows) - law} rader sto ord for ord i planen, og {law} er lovens egne" in done.output
    made = tomllib.loads((tmp_path / "ny" / "coverage.toml").read_text("utf-8"))["rows"]
    assert made == rows


def test_a_pdf_gives_its_text_and_one_of_pictures_says_so(root: Path, tmp_path: Path) -> None:
    text = tmp_path / "plan.typ"
    text.write_text((root / "tests" / "plans" / "eksempel-plan.txt").read_text("utf-8"), "utf-8")
    (tmp_path / "plan.pdf").write_bytes(typst.compile(text))
    blank = pypdf.PdfWriter()
    blank.add_blank_page(200, 200)
    with (tmp_path / "bilder.pdf").open("wb") as file:
        blank.write(file)
    begun = ["new", "plan", "--municipality", "Fjellvik kommune", "--approved", "2025-06-18", "--out", str(tmp_path)]
    whole = CliRunner().invoke(main, [*begun, "--text", str(tmp_path / "plan.pdf"), "fjellvik"])
    assert whole.exit_code == 0, whole.output
    assert "Eleven skal få vite same skoledag" in (tmp_path / "fjellvik" / "coverage.toml").read_text("utf-8")
    empty = CliRunner().invoke(main, [*begun, "--text", str(tmp_path / "bilder.pdf"), "ny"])
    assert empty.exit_code == 2
    assert "bare bilder" in empty.output
    assert not (tmp_path / "ny").exists()
