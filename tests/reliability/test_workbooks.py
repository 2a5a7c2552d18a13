"""Malformed workbooks: each gives cases that are read, and typed errors that say where; no crash, no hang, no planted word.

``make workbooks`` reads 2 000 (SKOLEMILJOTEST_WORKBOOKS=2000); in ``make test`` there are a few. A workbook can be made
again from the seed and its number. Figures: docs/reliability.md.
"""

from __future__ import annotations

import io
import json
import os
import re
import traceback
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random

import pytest

from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.adapters.ports import CaseProblem
from skolemiljo.adapters.workbook import Workbook
from skolemiljo.adapters.workbook.layout import sheets
from skolemiljo.adapters.workbook.writing import Content, content_of, csv_files, workbook
from skolemiljo.domain.annual_cycle import CycleFacts
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import SkolemiljoError
from skolemiljo.domain.school import School

from .malformed import MARK, NUMBER, PLANTED
from .vendor import judging

WORKBOOKS = int(os.environ.get("SKOLEMILJOTEST_WORKBOOKS", "80"))
SEED = int(os.environ.get("SKOLEMILJOTEST_SEED", "20261120"))
REPORT = os.environ.get("SKOLEMILJOTEST_WORKBOOKS_REPORT")
JUNK = (
    *(MARK, f"Kari {MARK}", NUMBER, f"{MARK}; {MARK}", "x" * 5_000, "=1+1", "'", '"', ";", "\n", "\t", "\u202e", "æøå"),
    *("ja", "nei", "rektor", f"rektor {MARK}", f"rektor for {MARK}", "elev elev-1 for for", "P-1", "L-1", "310000019"),
    *(
        "25.11.2026",
        "31.02.2026 25.61",
        "25.11.0000",
        "99.99.9999",
        "2026-11-25T99:00",
        "9" * 400,
        "-1",
        "1e999",
        "0,5",
        "1,0",
    ),
    *(
        "#REF!",
        "#N/A",
        "TRUE",
        "<b>",
        "&amp;",
        "{}",
        "[]",
        "null",
        "None",
        "../../etc/passwd",
        "\x7f",
        "log",
        f"log.{MARK}",
    ),
)
_VALUE = re.compile(rb"<v>[^<]*</v>")
_PARTS = (
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "[Content_Types].xml",
    "xl/_rels/workbook.xml.rels",
)


@cache
def whole() -> Content:
    town = Municipality(seed=3, schools=2, cases=6, marker=MARK)
    entries = [e for facts in town.cycle_facts() for e in CycleFacts.model_validate(facts).entries]
    return content_of(
        map(Case.model_validate, town.cases()), map(School.model_validate, town.schools()), entries, language="nb"
    )


def with_junk(rng: Random) -> Content:
    """The town's sheets, of which some cells hold what nobody means, and some rows are gone or there twice."""
    content = Content(rng.choice(("nb", "nn")), {key: list(rows) for key, rows in whole().rows.items()})
    for _ in range(rng.choice((1, 1, 2, 5, 40))):
        key = rng.choice([key for key, rows in content.rows.items() if rows])
        rows = content.rows[key]
        place = rng.randrange(len(rows))
        row = list(rows[place])
        match rng.randrange(10):
            case 0:
                del rows[place]
                if not rows:
                    rows.append(tuple(row))
            case 1:
                rows.append(rows[place])
            case 2:
                rows.insert(place, tuple(None for _ in row))
            case 3:
                row[rng.randrange(len(row))] = rng.choice((0, -1, 1, 46_351, 10**9))
                rows[place] = tuple(row)
            case _:
                row[rng.randrange(len(row))] = rng.choice(JUNK)
                rows[place] = tuple(row)
    return content


def broken_parts(rng: Random, data: bytes) -> bytes:
    """The workbook with parts that no program writes: values of the wrong kind, places far away, bytes gone."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(out, "w") as copy:
        names = parts.namelist()
        chosen = rng.choice(([n for n in names if "worksheets/" in n and n.endswith(".xml")], _PARTS))
        target = rng.choice([name for name in chosen if name in names])
        kind = rng.randrange(14)
        for name in names:
            part = parts.read(name)
            if name == target:
                if kind == 0:
                    continue
                part = _broken_part(rng, kind, part)
            copy.writestr(name, part)
            if name == target and kind == 1:
                copy.writestr(name, part)
    return out.getvalue()


def _broken_part(rng: Random, kind: int, part: bytes) -> bytes:
    place = rng.randrange(len(part) + 1)
    values = list(_VALUE.finditer(part))
    match kind:
        case 2:
            return part[:place]
        case 3:
            return part[:place] + rng.choice((b"\x00", b"\xff", b"<", b"</row>", b"]]>", MARK.encode())) + part[place:]
        case 4:
            return part.replace(
                b't="s"', rng.choice((b't="n"', b't="b"', b't="e"', b't="d"', b't="str"', b't="x"', b""))
            )
        case 5 if values:
            for found in rng.sample(values, min(len(values), 5)):
                junk = rng.choice(
                    (b"", b"-1", b"1e400", b"99999999", b"NaN", MARK.encode(), b"2026-02-30", b"0.5", b"46351.5")
                )
                part = part.replace(found[0], b"<v>" + junk + b"</v>", 1)
            return part
        case 6:
            ref = rng.choice((b"A1:XFD1048576", b"A2:A9", b"B3:D3", b"C5:B2", b"A1:A1", b"XFD1:XFE2", b"x"))
            return part.replace(
                b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="' + ref + b'"/></mergeCells>'
            )
        case 7:
            ref = rng.choice((b"XFD1048576", b"A0", b"AAAA1", b"A99999999", b"1A", b"", MARK.encode()))
            return re.sub(rb'<c r="[A-Z]+3"', b'<c r="' + ref + b'"', part, count=1)
        case 8:
            return re.sub(
                rb'<row r="\d+"', b'<row r="' + rng.choice((b"0", b"-1", b"1048577", b"x", b"3")) + b'"', part
            )
        case 9:
            return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"ha" * 99 + b'">]>' + part.partition(b"?>")[2]
        case 10:
            return re.sub(rb'( s=")\d+"', lambda found: found[1] + b'%d"' % rng.choice((0, 3, 5, 99)), part)
        case 11:
            return re.sub(
                rb"<v>([^<]*)</v>", rb"<f>" + rng.choice((b"A1", b"1/0", b"", MARK.encode())) + rb"</f>", part, count=9
            )
        case 12:
            return part.replace(b"<sheetData>", b"<sheetData>" + b"<row>" * rng.choice((1, 5_000)), 1)
        case _:
            return part.replace(
                rng.choice((b"sheet", b"row", b"Logg", b"main")), rng.choice((b"x", b"", MARK.encode()))
            )


def left_in(rng: Random, place: Path) -> Path:
    """Somebody's workbook, or folder of CSV files, in ``place``."""
    content = with_junk(rng) if rng.random() < 0.6 else whole()
    if rng.random() < 0.2:
        for name, data in csv_files(content):
            if rng.random() < 0.2:
                at = rng.randrange(len(data) + 1)
                junk = rng.choice((b"\xff", b"\x00", b'"', b";" * 99, b"\r", b"\n\n", MARK.encode(), b"\xfe\xff"))
                data = data[:at] + junk + data[at + rng.choice((0, 1, 40)) :]
            if rng.random() < 0.95:
                (place / name).write_bytes(data)
        return place
    data = workbook(content)
    if rng.random() < 0.55:
        data = broken_parts(rng, data)
    if rng.random() < 0.06:
        at = rng.randrange(len(data) + 1)
        data = rng.choice(
            (data[:at], data[:at] + rng.randbytes(9) + data[at + 9 :], b"", b"PK\x03\x04", rng.randbytes(500))
        )
    (place / "saker.xlsx").write_bytes(data)
    return place / "saker.xlsx"


@pytest.mark.timeout(7200)
def test_no_workbook_does_anything_but_be_read_or_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    came: Counter[str] = Counter()
    untyped: list[str] = []
    leaked: list[str] = []
    for number in range(WORKBOOKS):
        rng = Random(f"{SEED}/workbook/{number}")  # noqa: S311 - trials, not secrets
        place = tmp_path / str(number)
        place.mkdir()
        said = ""
        try:
            source = Workbook(left_in(rng, place))
            for school in source.schools():
                for item in source.changed_cases(school.organisation_number, None):
                    said += told(item, came)
                for year in ("2025-2026", "2026-2027"):
                    said += facts(source, school.organisation_number, year, came)
            said += " ".join(source.notes)
            came["read"] += 1
        except SkolemiljoError as error:
            came[type(error).__name__] += 1
            said += "".join((str(error), repr(error), *traceback.format_exception(error)))
        except Exception as error:  # noqa: BLE001 - what is looked for
            untyped.append(f"{number}: {type(error).__name__} at {traceback.extract_tb(error.__traceback__)[-1]}")
        leaked += [f"{number}: {word}" for word in PLANTED if word in said]
        for file in (*place.iterdir(), place):
            file.unlink() if file.is_file() else file.rmdir()
    captured = capfd.readouterr()
    leaked += [word for word in PLANTED if word in captured.out + captured.err]
    if REPORT is not None:
        figures = {
            "seed": SEED,
            "workbooks": WORKBOOKS,
            **dict(sorted(came.items())),
            "untyped": untyped,
            "leaked": leaked,
        }
        Path(REPORT).write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    assert untyped == []
    assert leaked == []
    assert came["cycle not told"] == 0
    assert came["read"] > 0
    assert came["case"] > 0
    assert came["problem with a cell"] > 0
    assert came["Fatal"] > 0


def told(item: object, came: Counter[str]) -> str:
    """What is said of one item; a case is judged as on any night."""
    if isinstance(item, Case):
        came["case"] += 1
        assert not judging().case(item, AS_OF).crashed
        return ""
    assert isinstance(item, CaseProblem)
    names = {name for sheet in sheets().values() for name in sheet.names}
    assert any(name in item.what_to_do for name in names), item
    came["problem with a cell" if "rad " in item.what_to_do else "problem with a sheet"] += 1
    return repr(item)


def facts(source: Workbook, school: str, year: str, came: Counter[str]) -> str:
    """What is said of the annual cycle."""
    try:
        judging().cycle(source.facts(school, year), AS_OF)
    except SkolemiljoError as error:
        came["cycle told" if "Årshjul" in str(error) else "cycle not told"] += 1
        return "".join(traceback.format_exception(error))
    return ""
