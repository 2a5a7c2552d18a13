"""docs/workbook.md, command by command, as an administrator follows it, with ten cases that people type in between."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

SKOLEMILJO = str(Path(sys.executable).with_name("skolemiljo"))
NOW = datetime.now(ZoneInfo("Europe/Oslo")).replace(tzinfo=None, second=0, microsecond=0)


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, flags=re.S)


def type_in(book: Any, sheet: str, *rows: Mapping[str, object]) -> None:
    """As a person does: below the headings, by their names."""
    places = {str(cell.value): place for place, cell in enumerate(book[sheet][1], 1)}
    for number, row in enumerate(rows, 2):
        for title, value in row.items():
            book[sheet].cell(number, places[title]).value = value


def ten_cases(book: Any) -> None:
    days = [NOW.replace(hour=9, minute=10) - timedelta(days=20 * number + 30) for number in range(10)]
    numbers = [f"2026/{number}" for number in range(1, 11)]
    school = "Fjellgløtt skole"
    type_in(
        book,
        "Saker",
        *(
            {"Sak": n, "Skole": school, "Åpnet": d, "Åpnet av": "rektor a-01"}
            for n, d in zip(numbers, days, strict=True)
        ),
    )
    type_in(book, "Elever", *({"Sak": number, "Elev": "elev-1"} for number in numbers))
    type_in(
        book,
        "Varsler",
        *(
            {"Sak": n, "Hvem sier ifra": "foresatt", "Kom inn": d, "Skrevet inn": d, "Mottaker": "kontaktlærer a-04"}
            for n, d in zip(numbers, days, strict=True)
        ),
    )
    type_in(
        book,
        "Logg",
        *(
            {
                "Sak": n,
                "Hva": "eleven har fått beskjed",
                "Gjort": d + timedelta(hours=2),
                "Skrevet inn": d + timedelta(hours=2),
                "Hvem skrev": "kontaktlærer a-04",
                "Elever det gjelder": "elev-1",
                "Gjelder varsel nr.": f"V-{number}",
            }
            for number, (n, d) in enumerate(zip(numbers, days, strict=True), 1)
        ),
    )


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "workbook.md").read_text("utf-8")


def test_the_page_leads_from_nothing_to_a_receipt(page: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(root / "docs")
    settings = 'store = "lager.sqlite"\n' + blocks(page, "toml")[0]
    (tmp_path / "settings.toml").write_text(settings, "utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SKOLEMILJO_")}
    commands = [
        shlex.split(line, comments=True) for block in blocks(page, "sh") for line in block.splitlines() if line.strip()
    ]
    ended: dict[str, tuple[int, str]] = {}
    for command in commands:
        name = " ".join(command[1:3]) if command[1] == "workbook" else command[1]
        if name == "doctor":
            environment["SKOLEMILJO_SETTINGS"] = str(tmp_path / "settings.toml")
        if name == "assess":
            book = openpyxl.load_workbook(tmp_path / "saker.xlsx")
            ten_cases(book)
            book.save(tmp_path / "saker.xlsx")
        if name == "workbook receipt":
            book = openpyxl.load_workbook(tmp_path / "kvittering.xlsx")
            type_in(book, "Flagg å føre", {"Ført i Sikker Sak": "ja", "Av hvem (rolle)": "rådgiver", "Når": NOW})
            book.save(tmp_path / "kvittering.xlsx")
        done = subprocess.run(
            [SKOLEMILJO, *command[1:]], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240
        )
        ended[name] = (done.returncode, done.stdout + done.stderr)
    # Deviations end assess and check-school with 1: that is what they are for.
    assert {name: code for name, (code, _) in ended.items() if code not in (0, 1)} == {}, ended
    assert "10 saker" in ended["assess"][1] or "2026/10" in ended["assess"][1]
    assert "10 lest, 10 vurdert" in ended["sync"][1]
    assert "rader skal føres for hånd" in ended["workbook handover"][1]
    assert "Kvittert: 1 ført, 0 fjernet." in ended["workbook receipt"][1]
    assert (tmp_path / "publisert" / "310000019").is_dir()
    assert {name for name, (code, _) in ended.items() if code == 1} <= {"assess", "check-school"}


def test_every_command_of_the_group_stands_on_the_page(page: str) -> None:
    from skolemiljo.commands.groups.workbook import workbook

    assert all(f"skolemiljo workbook {name}" in page for name in workbook.commands)
