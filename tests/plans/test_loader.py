"""Plans are read from folders; what is wrong is named by file and key, and nothing of the content is told."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from skolemiljo.domain.errors import SettingsError
from skolemiljo.plans.loader import available, headings, law, load_plan, load_plans
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import plan_for


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A copy of the example plan that a test may spoil."""
    return shutil.copytree(root / "plans" / "eksempel", tmp_path / "fjellvik-3")


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_plans_of_the_package_are_found() -> None:
    assert available() == ("eksempel", "oyer-2024")
    assert [load_plan(name).name for name in available()] == ["eksempel", "oyer-2024"]


def test_oyers_document_is_as_printed() -> None:
    document = load_plan("oyer-2024").document
    assert (document.id, document.approved, document.next_revision) == ("18555-1", date(2024, 10, 2), date(2025, 6, 23))
    assert (document.valid_from, document.law_in_force) == (date(2024, 8, 1), date(2024, 8, 1))
    assert document.last_revision is None
    assert document.category is None


def test_a_folder_anywhere_is_a_plan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_plan(folder).name == "fjellvik-3"
    monkeypatch.chdir(folder)
    assert load_plan(".").name == "fjellvik-3"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("plan.toml", 'version = "3"', "", "plan.toml: document.version"),
        ("plan.toml", "approved = 2025-06-18", 'approved = "hemmeleg"', "plan.toml: document.approved"),
        ("plan.toml", "cycle_due_soon_days = 14", "cycle_due_son_days = 14", "plan.toml: readings.cycle_due_son_days"),
        ("plan.toml", 'day = "school_day"', 'day = "hemmeleg"', "plan.toml: readings.day"),
        ("plan.toml", "deviation_after = 10", "deviation_after = 1", "plan.toml: readings.default_ladder"),
        ("plan.toml", "VA-09 = {", "VA-99 = {", "VA-99"),
        ("plan.toml", "[rules.L-02]", "[rules.L-20]", "L-20"),
        ("plan.toml", 'reason = "Lova krev det."', "", "plan.toml: rules.L-04.reason"),
        ("plan.toml", "[document]", "[dokument]", "plan.toml: document"),
        ("plan.toml", "[document]", "hemmeleg\n[document]", "plan.toml er ikke gyldig TOML (linje 3)"),
        ("plan.toml", "[document]", 'name = "x"\n[document]', "coverage.toml"),
        ("coverage.toml", 'home = "rule"', 'home = "hemmeleg"', "coverage.toml: rows.META-01.home"),
        ("coverage.toml", 'home = "rule"', 'home = "part"', "må si i 'of' hvilken regel de hører til"),
        ("coverage.toml", 'home = "rule"', 'home = "none"', "må si hvorfor i 'why'"),
        ("coverage.toml", 'home = "rule"', 'home = "rule"\nhjem = "x"', "coverage.toml: rows.META-01.hjem"),
        ("coverage.toml", '[rows."META-01"]', '[rader.x]\n[rows."META-01"]', "coverage.toml: rader"),
    ],
)
def test_an_error_names_file_and_key(folder: Path, file: str, old: str, new: str, told: str) -> None:
    _edit(folder / file, old, new)
    with pytest.raises(SettingsError) as caught:
        load_plan(folder)
    assert told in str(caught.value)
    assert "fjellvik-3" in str(caught.value)
    assert "hemmeleg" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("file", ["plan.toml", "coverage.toml"])
def test_a_file_in_another_encoding_is_said_plainly(folder: Path, file: str) -> None:
    (folder / file).write_bytes((folder / file).read_text("utf-8").encode("utf-16"))
    with pytest.raises(SettingsError, match=rf"{file} kan ikke leses som UTF-8"):
        load_plan(folder)


def test_a_folder_without_rows_is_no_plan(folder: Path) -> None:
    (folder / "coverage.toml").unlink()
    with pytest.raises(SettingsError, match=r"fjellvik-3: coverage\.toml mangler"):
        load_plan(folder)


def test_an_unknown_name_tells_the_names_there_are() -> None:
    with pytest.raises(SettingsError, match="eksempel, oyer-2024"):
        load_plan("oyer-2023")


@pytest.fixture
def two_versions(folder: Path) -> Path:
    """Version 4 beside version 3, which it names."""
    newer = shutil.copytree(folder, folder.parent / "fjellvik-4")
    _edit(newer / "plan.toml", "[document]", 'earlier = ["fjellvik-3"]\n[document]')
    _edit(newer / "plan.toml", 'version = "3"', 'version = "4"')
    _edit(newer / "plan.toml", "valid_from = 2025-08-01", "valid_from = 2026-08-01")
    return newer


def test_versions_come_oldest_first_and_each_judges_its_own_time(two_versions: Path) -> None:
    plans = load_plans(two_versions)
    assert [plan.document.label for plan in plans] == ["F-204/3", "F-204/4"]
    assert plan_for(date(2026, 7, 31), plans).document.version == "3"
    assert plan_for(date(2026, 8, 1), plans).document.version == "4"


def test_a_plan_of_the_package_can_be_an_earlier_version(two_versions: Path) -> None:
    _edit(two_versions / "plan.toml", '["fjellvik-3"]', '["oyer-2024"]')
    assert [plan.name for plan in load_plans(two_versions)] == ["oyer-2024", "fjellvik-4"]


@pytest.mark.parametrize(
    ("start", "told"),
    [("2026-08-01", "samme document.valid_from"), ("2027-08-01", "fjellvik-3 gjelder fra en senere")],
)
def test_two_versions_never_compete_for_one_day(two_versions: Path, start: str, told: str) -> None:
    _edit(two_versions.parent / "fjellvik-3" / "plan.toml", "valid_from = 2025-08-01", f"valid_from = {start}")
    with pytest.raises(SettingsError, match=told):
        load_plans(two_versions)


def test_an_earlier_version_that_is_not_there_is_named(two_versions: Path) -> None:
    shutil.rmtree(two_versions.parent / "fjellvik-3")
    with pytest.raises(SettingsError, match="ingen plan heter fjellvik-3"):
        load_plans(two_versions)


def test_every_paragraph_that_a_rule_names_has_a_title_and_an_address() -> None:
    for rule in RULES.values():
        for key in rule.law:
            title, url = law()[key]
            assert "§" in title or "art." in title, key
            assert url.startswith("https://lovdata.no/lov/"), key


def test_headings_are_the_laws_own() -> None:
    assert "Retten til eit trygt og godt skolemiljø" in headings("opplaeringslova-12-2")
    assert headings("opplaeringslova-99-1") == ()
    # § 12-5 is about the duty to report; the plan's «Skjerpa aktivitetsplikt» was the old law's.
    assert "Skjerpa aktivitetsplikt" not in headings("opplaeringslova-12-5")
