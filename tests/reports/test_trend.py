"""The trend over nights that a store has kept: real nights over files, week by week, over a summer and past a week without."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.commands import night, reports_for
from skolemiljo.commands.workplace import Workplace
from skolemiljo.domain.moment import OSLO, local_day
from skolemiljo.reports import render
from skolemiljo.reports.html import pages
from skolemiljo.reports.items import Change, Group, Part
from skolemiljo.reports.model import AuditReport
from skolemiljo.reports.privacy import counted
from skolemiljo.reports.trend import weekly, yearly
from skolemiljo.tests.exchange import written_exchange

MOMENT = datetime(2026, 11, 20, 4, 15, tzinfo=OSLO)
FIRST = datetime(2026, 6, 23, 4, 15, tzinfo=OSLO)
WEEKS = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]
"""In the eighth week no night was run; the first of August falls in the sixth."""


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    work = Workplace(written_exchange(tmp_path_factory.mktemp("kommune"), cases=40))
    stood = {}
    for week in WEEKS:
        at = FIRST + timedelta(weeks=week)
        night.run(work, as_of=at, handle_signals=False)
        stood[at] = {f.identity: f.verdict for a in work.store.assessments() for f in a.findings}
    after = FIRST + timedelta(weeks=WEEKS[-1], hours=3)
    report, _ = reports_for.for_owner(work, as_of=after, offline=True)
    back, _ = reports_for.for_owner(work, as_of=FIRST + timedelta(weeks=2, hours=3), offline=True)
    assert len(weekly(back.trend)) == 3, "a look back sees no later night"
    changed = [one != other for one, other in pairwise(stood.values())]
    assert sum(changed) > 3, "something changes in most weeks outside the summer"
    for at, verdicts in stood.items():
        assert work.store.standing(None, at) == verdicts
        assert work.store.standing(None, at + timedelta(days=2)) == verdicts
    assert report.previous_as_of == FIRST + timedelta(weeks=9)
    for row in report.rows:
        number = row.school.organisation_number
        assert work.store.standing(number, FIRST) == {k: v for k, v in stood[FIRST].items() if k[1] == number}
        seen = [reports_for.for_rector(work, number, as_of=after, offline=offline)[0] for offline in (True, False)]
        assert {view.previous_as_of for view in seen} == {FIRST + timedelta(weeks=9)}
        first, second = ([(i.finding.identity, i.change) for i in view.items] for view in seen)
        assert first == second, "in the morning after a night it is no matter who is asked"
        whole, _ = reports_for.for_rector(work, number, as_of=after, since=FIRST.date())
        assert whole.previous_as_of == FIRST
        assert sum(i.change is Change.NEW for i in whole.items) > sum(change is Change.NEW for _, change in first) >= 0
    work.store.close()
    return report


def test_each_week_is_there_with_the_stores_own_numbers(audit: AuditReport) -> None:
    weeks = weekly(audit.trend)
    assert len(weeks) == 11
    assert [week.monday for week in weeks if not week.nights] == [
        (FIRST + timedelta(weeks=7)).date() - timedelta(days=1)
    ]
    last = [item.finding for report in audit.schools for item in report.items if item.finding.verdict == "deviation"]
    assert weeks[-1].deviations + weeks[-1].too_late == len(last) > 0
    assert weeks[-1].too_late == sum(finding.reason in ("late", "order") for finding in last) > 0
    assert [(year.school_year, year.weeks) for year in yearly(audit.trend)] == [("2025-2026", 6), ("2026-2027", 4)]


def test_the_picture_has_title_words_and_all_its_numbers_in_a_table(audit: AuditReport) -> None:
    part = pages(audit)["index.html"].partition('id="utvikling"')[2].partition("</section>")[0]
    assert re.search(r"<title[^>]*>Avvik som kan rettes, uke for uke", part)
    assert re.search(r"<desc[^>]*>Fra \S+ til \S+ avvik på 11 uker\.", part)
    rows = re.findall(r'<tr><th scope="row">(uke [^<]+)<td class="number">([^<]+)<td class="number">([^<\n]+)', part)
    bars = re.findall(r"M([\d.]+) [\d.]+h([\d.]+)v([\d.]+)", part)
    assert (len(rows), len(bars)) == (11, 10), "a week without a night has no bar"
    assert [row for row in rows if row[1] == "–"] == [("uke 33, 10. aug. 2026 (ingen nattkjøring)", "–", "–")]
    assert re.findall(r"<text [^>]*>(\d+|\*|–)</text>", part) == [row[1] for row in rows]
    # Nothing of the picture stands outside it.
    assert all(float(x) >= 0 and float(x) + float(width) <= 640 for x, width, _ in bars)
    assert all(0 < float(height) <= 200 for _, _, height in bars)


def test_sheet_and_json_tell_the_same(audit: AuditReport) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(bytes(render(audit, "xlsx"))))  # type: ignore[arg-type]  # this form is bytes
    rows = list(book["Utvikling"].iter_rows(values_only=True, min_row=2))
    shown = [(w.monday, counted(str(w.deviations), w.complete)) for w in weekly(audit.trend)]
    assert [(row[0].date(), str(row[1])) for row in rows] == shown  # type: ignore[union-attr]  # it is there in this test
    points = json.loads(render(audit, "json"))["trend"]
    assert {point["school"] for point in points} >= {school.school.organisation_number for school in audit.rows}


def test_two_nights_of_one_moment_are_one_and_the_last_of_a_day_counts(tmp_path: Path) -> None:
    """The night that was run twice for one moment once made every number twice as high: «fra 336 til 181»."""
    Municipality(schools=1, cases=12).write_folder(tmp_path)
    settings = 'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "."\n'
    (tmp_path / "s.toml").write_text(settings, "utf-8")
    work = Workplace(tmp_path / "s.toml")
    nights = [MOMENT, MOMENT, MOMENT + timedelta(hours=6), MOMENT + timedelta(days=4)]
    for moment in nights:
        night.run(work, as_of=moment, handle_signals=False)
    report, _ = reports_for.for_owner(work, as_of=nights[-1], offline=True)
    mine = report.trend
    assert {point.school for point in mine} == {school.organisation_number for school in work.schools}, (
        "none of the municipality's own"
    )
    assert [point.day for point in mine] == [local_day(MOMENT), local_day(nights[-1])]
    (school,) = report.schools
    mendable = [i for i in school.group(Group.DEVIATION) if i.part is not Part.TOO_LATE]
    assert mine[-1].deviations == len(mendable) > 0, "the trend and the map count the same"
    assert sum(one.deviations for squares in report.rows[0].by_chapter.values() for one in squares) == len(mendable)
    assert 0 < mine[0].deviations < 2 * mine[-1].deviations


def test_a_night_that_only_may_not_write_yet_has_its_value_and_a_school_that_was_not_read_whole_has_none(
    tmp_path: Path,
) -> None:
    Municipality(schools=2, cases=12).write_folder(tmp_path)
    settings = (
        'source = "folder"\ncycle = "folder"\nstore = "lager.sqlite"\n[folder]\npath = "."\n[sync]\nwrite_back = true\n'
    )
    (tmp_path / "s.toml").write_text(settings, "utf-8")
    work = Workplace(tmp_path / "s.toml")
    summary = night.run(work, as_of=MOMENT, handle_signals=False)
    assert (summary.state, summary.first_write_waits is not None) == ("incomplete", True)
    broken = next((tmp_path / "cases").glob("*.json"))
    school = json.loads(broken.read_text("utf-8"))["school"]
    broken.write_text("{", "utf-8")
    later = MOMENT + timedelta(days=1)
    night.run(work, as_of=later, handle_signals=False)
    report, _ = reports_for.for_owner(work, as_of=later, offline=True)
    whole = {(point.day, point.school): point.complete for point in report.trend}
    assert {it for (day, _), it in whole.items() if day == local_day(MOMENT)} == {True}
    assert not whole[local_day(later), school]
