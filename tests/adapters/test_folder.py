"""The folder as a municipality may leave it: broken, linked, misnamed, moved, copied with old dates, full."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.adapters.folder import Folder
from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.adapters.ports import CaseProblem, SourceItem
from skolemiljo.domain.case import Case
from skolemiljo.domain.errors import CaseNotFound, Conflict, Fatal, SettingsError, SourceError, UnreadableCase
from skolemiljo.domain.flag import ComplianceRecord
from skolemiljo.domain.problem import ProblemKind
from skolemiljo.testing.adapters import AS_OF, judging

MARK = "TRYLLEORD"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    Municipality(seed=3, schools=2, cases=6).write_folder(tmp_path)
    return tmp_path


def numbers(place: Path) -> list[str]:
    return [s["organisation_number"] for s in json.loads((place / "schools.json").read_text("utf-8"))]


def cases(place: Path) -> list[Path]:
    return sorted((place / "cases").glob("*.json"))


def everything(folder: Folder, since: datetime | None = None) -> dict[str, list[SourceItem]]:
    found = {s.organisation_number: list(folder.changed_cases(s.organisation_number, since)) for s in folder.schools()}
    for school, items in found.items():
        ids = list(folder.case_ids(school))
        assert folder.count(school) == len(ids)
        if since is None:
            told = sorted(item.id if isinstance(item, Case) else str(item.case) for item in items)
            assert told == sorted(ids), "what is listed is what is given, broken or not"
    return found


def problems(folder: Folder) -> dict[str, list[CaseProblem]]:
    found = {s: [i for i in items if isinstance(i, CaseProblem)] for s, items in everything(folder).items()}
    return {school: items for school, items in found.items() if items}


def test_a_broken_case_is_named_at_its_own_school_and_the_others_are_read(place: Path) -> None:
    file = cases(place)[0]
    raw = json.loads(file.read_text("utf-8"))
    raw["log"] = [{"id": "l1", "happened_at": MARK}]
    file.write_text(json.dumps(raw), encoding="utf-8")
    folder = Folder(place)
    [(school, [problem])] = problems(folder).items()
    assert school == raw["school"]
    assert (problem.case, problem.kind, problem.fields) == (file.stem, ProblemKind.UNREADABLE, ("log.0.happened_at",))
    assert MARK not in repr(problem)
    assert sum(isinstance(i, Case) for items in everything(folder).values() for i in items) == 5


@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 10, b"\xff", b"[" * 100_000, b'{"id": 1, "id": 2}', b"{}"])
def test_a_file_that_does_not_say_whose_it_is_leaves_every_school_in_doubt(place: Path, content: bytes) -> None:
    cases(place)[0].write_bytes(content)
    found = problems(Folder(place))
    assert sorted(found) == sorted(numbers(place))
    assert {problem.case for items in found.values() for problem in items} == {cases(place)[0].stem}


def test_links_are_named_and_not_followed(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("utenfor") / "sak.json"
    file = cases(place)[0]
    file.rename(outside)
    file.symlink_to(outside)
    found = problems(Folder(place))
    assert sorted(found) == sorted(numbers(place))
    assert all("lenke" in problem.what_to_do for items in found.values() for problem in items)
    with pytest.raises(UnreadableCase, match="lenke"):
        Folder(place).case(file.stem)


@pytest.mark.parametrize("name", ["cases", "flags", "cycle", "cycle-status"])
def test_a_folder_that_is_a_link_is_refused(place: Path, name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Folder(place)
    case = folder.case(cases(place)[0].stem)
    record = ComplianceRecord.of(judging().case(case, AS_OF))
    _, status = judging().cycle(folder.facts(None, "2026-2027"), AS_OF)
    elsewhere = tmp_path_factory.mktemp("utenfor") / "inne"
    if (place / name).exists():
        (place / name).rename(elsewhere)
    else:
        elsewhere.mkdir()
    (place / name).symlink_to(elsewhere)
    before = sorted(elsewhere.iterdir())
    use: dict[str, Callable[[], object]] = {
        "cases": lambda: list(folder.changed_cases(case.school, None)),
        "flags": lambda: folder.write(record, if_match=None, idempotency_key="n-1"),
        "cycle": lambda: folder.facts(None, "2026-2027"),
        "cycle-status": lambda: folder.write_status(status, idempotency_key="n-1"),
    }
    with pytest.raises(Fatal, match="lenke"):
        use[name]()
    assert sorted(elsewhere.iterdir()) == before


@pytest.mark.parametrize("id_", ["../../etc/passwd", "..", ".skjult", "/etc/passwd", "a\x00b", "", "x" * 300, "a b"])
def test_no_id_leads_out_of_the_folder(place: Path, id_: str) -> None:
    folder = Folder(place)
    with pytest.raises(CaseNotFound):
        folder.case(id_)
    with pytest.raises(Fatal):
        folder.read(id_)


def test_a_file_called_after_a_pupil_is_told_by_a_sum(place: Path) -> None:
    cases(place)[0].rename(place / "cases" / f"Kari {MARK}.json")
    found = problems(Folder(place))
    [problem] = [problem for items in found.values() for problem in items]
    assert str(problem.case).startswith("fil-")
    assert MARK not in repr(problem)
    # A person finds it by its number in the folder, its size and its time; and it is the same file the next night.
    names = sorted((f.name for f in cases(place)), key=str.casefold)
    number, size = names.index(f"Kari {MARK}.json") + 1, (place / "cases" / f"Kari {MARK}.json").stat().st_size
    assert problem.place.startswith(f"cases/: fil nr. {number} av {len(names)}, {size} byte, ")
    with pytest.raises(UnreadableCase) as again:
        Folder(place).case(str(problem.case))
    assert again.value.place == problem.place


def test_a_case_number_with_a_stroke_is_one_case_all_the_way(place: Path) -> None:
    raw = json.loads(cases(place)[0].read_text("utf-8"))
    for file in cases(place):
        file.unlink()
    (place / "cases" / "2026_15.json").write_text(json.dumps({**raw, "id": "2026/15"}), encoding="utf-8")
    folder = Folder(place)
    assert list(folder.case_ids(raw["school"])) == ["2026/15"]
    case = folder.case("2026/15")
    record = ComplianceRecord.of(judging().case(case, AS_OF))
    folder.write(record, if_match=case.etag, idempotency_key="n-1")
    assert folder.read("2026/15") == record
    with pytest.raises(SourceError):
        folder.read("2026_15")


def test_a_school_that_schools_json_forgets_is_looked_at_all_the_same(place: Path) -> None:
    listed = json.loads((place / "schools.json").read_text("utf-8"))
    (place / "schools.json").write_text(json.dumps(listed[:1]), encoding="utf-8")
    assert sorted(s.organisation_number for s in Folder(place).schools()) == sorted(
        s["organisation_number"] for s in listed
    )


@pytest.mark.parametrize("ahead", [timedelta(minutes=-1), timedelta(days=400)])
def test_no_time_of_a_file_hides_what_is_in_it(place: Path, ahead: timedelta) -> None:
    """Copies that keep the time of the original, and a cursor from a day when the clock was far ahead."""
    long_ago = (datetime.now(UTC) - timedelta(days=400)).timestamp()
    for old in cases(place):
        os.utime(old, (long_ago, long_ago))
    found = [
        i.id
        for items in everything(Folder(place), datetime.now(UTC) + ahead).values()
        for i in items
        if isinstance(i, Case)
    ]
    assert sorted(found) == sorted(file.stem for file in cases(place))


def test_a_changed_file_is_read_anew_and_a_case_that_moved_is_at_its_new_school(place: Path) -> None:
    folder = Folder(place)
    everything(folder)
    file = cases(place)[0]
    raw = json.loads(file.read_text("utf-8"))
    other = next(n for n in numbers(place) if n != raw["school"])
    file.write_text(json.dumps({**raw, "school": other}), encoding="utf-8")
    assert file.stem in [i.id for i in everything(folder)[other] if isinstance(i, Case)]


def test_half_finished_files_and_other_files_are_left_alone(place: Path) -> None:
    (place / "cases" / ".SM-2026-1.json").write_text("{")
    (place / "cases" / "SM-2026-1.json.tmp").write_text("{")
    (place / "cases" / "les meg.txt").write_text(MARK)
    assert problems(Folder(place)) == {}
    file = cases(place)[0]
    file.rename(file.with_suffix(".JSON"))
    assert sum(len(items) for items in everything(Folder(place)).values()) == 6


def test_the_etag_follows_the_content(place: Path) -> None:
    folder = Folder(place)
    file = cases(place)[0]
    case = folder.case(file.stem)
    assert folder.case(file.stem).etag == case.etag
    file.write_bytes(file.read_bytes() + b"\n")
    record = ComplianceRecord.of(judging().case(case, AS_OF))
    with pytest.raises(Conflict):
        folder.write(record, if_match=case.etag, idempotency_key="n-1")
    assert not (place / "flags").exists()


def test_flags_are_never_written_for_a_case_that_is_not_there(place: Path) -> None:
    folder = Folder(place)
    record = ComplianceRecord.of(judging().case(folder.case(cases(place)[0].stem), AS_OF))
    cases(place)[0].unlink()
    with pytest.raises(CaseNotFound):
        folder.write(record, if_match=None, idempotency_key="n-1")


def test_what_stands_in_the_way_of_flags_is_told(place: Path) -> None:
    folder = Folder(place)
    case = folder.case(cases(place)[0].stem)
    (place / "flags").write_text("en fil, ingen mappe")
    with pytest.raises(Fatal, match=r"skrives \(en del av stien er ikke en mappe\)"):
        folder.write(ComplianceRecord.of(judging().case(case, AS_OF)), if_match=None, idempotency_key="n-1")


def test_a_write_that_breaks_leaves_the_old_file_whole(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(place)
    case = folder.case(cases(place)[0].stem)
    first = ComplianceRecord.of(judging().case(case, AS_OF))
    later = ComplianceRecord.of(judging().case(case, AS_OF + timedelta(days=90)))
    folder.write(first, if_match=case.etag, idempotency_key="n-1")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Fatal, match=r"skrives \(disken er full\)"):
        folder.write(later, if_match=case.etag, idempotency_key="n-2")
    monkeypatch.undo()
    assert folder.read(case.id) == first
    assert [file.name for file in (place / "flags").iterdir()] == [f"{case.id}.json"]
    assert (place / "flags" / f"{case.id}.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["{", "[]", '{"case": 1}'])
def test_broken_flags_and_status_files_are_named_without_content(place: Path, content: str) -> None:
    for name in ("flags", "cycle-status"):
        (place / name).mkdir(exist_ok=True)
    case = cases(place)[0].stem
    (place / "flags" / f"{case}.json").write_text(content)
    (place / "cycle-status" / "municipality-2026-2027.json").write_text(content)
    folder = Folder(place)
    with pytest.raises(SourceError, match=rf"{case}\.json"):
        folder.read(case)
    with pytest.raises(SourceError, match="municipality-2026-2027"):
        folder.read_status(None, "2026-2027")


def test_the_annual_cycle_of_another_school_is_not_taken_for_ours(place: Path) -> None:
    one, other = numbers(place)[:2]
    theirs = (place / "cycle" / f"{other}-2025-2026.json").read_bytes()
    (place / "cycle" / f"{one}-2025-2026.json").write_bytes(theirs)
    with pytest.raises(SourceError, match="en annen skole"):
        Folder(place).facts(one, "2025-2026")


@pytest.mark.parametrize("content", [None, "{", "{}", '[{"organisation_number": "310000018", "name": "x"}]'])
def test_schools_json_that_is_wrong_stops_everything(place: Path, content: str | None) -> None:
    (place / "schools.json").unlink()
    if content is not None:
        (place / "schools.json").write_text(content)
    with pytest.raises(SourceError, match=r"schools\.json"):
        Folder(place).schools()


def test_a_folder_without_cases_is_no_empty_folder(place: Path) -> None:
    (place / "cases").rename(place / "saker")
    with pytest.raises(Fatal, match="cases/"):
        list(Folder(place).changed_cases("310000019", None))
    with pytest.raises(SettingsError):
        Folder(place / "finnes-ikke")


def test_a_source_that_declares_its_zone_may_leave_it_out(place: Path) -> None:
    from zoneinfo import ZoneInfo

    file = cases(place)[0]
    raw: dict[str, Any] = json.loads(file.read_text("utf-8"))
    raw["status_history"] = [{"status": "open", "at": "2026-10-25T02:30:00"}]
    file.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(UnreadableCase, match="source_zone"):
        Folder(place).case(file.stem)
    opened = Folder(place, zone=ZoneInfo("Europe/Oslo")).case(file.stem).opened_at
    assert opened.doubtful
