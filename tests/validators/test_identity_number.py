"""Identity numbers in texts: every series is found, harmless digits are not, and nothing of the number gets out.

All numbers are put together here, so that no real series stands in this file.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skolemiljo.domain.calendar import SchoolCalendar
from skolemiljo.domain.case import Case
from skolemiljo.domain.verdict import RemarkCode, Verdict
from skolemiljo.plans.loader import load_plan
from skolemiljo.validators import RULES
from skolemiljo.validators.engine import assess
from skolemiljo.validators.reading.identity_number import IdentityKind, find_identity_numbers
from skolemiljo.validators.verdict_words import REMARKS

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
# Skatteetaten's own examples of synthetic numbers (month + 80), the last one a D-number.
OFFICIAL = ("17912099997", "29822099635", "05840399895", "12905299938", "57912075186")


def _sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def number(day: int, month: int, year: int, series: int, remainder: int = 0) -> str | None:
    """Eleven digits with both controls; ``remainder`` of the first control: 0 today, 1 to 3 only from 2032."""
    nine = f"{day:02d}{month:02d}{year:02d}{series:03d}"
    first = (remainder - _sum(nine, _FIRST)) % 11
    if first == 10:
        return None
    second = -_sum(f"{nine}{first}", _SECOND) % 11
    return None if second == 10 else f"{nine}{first}{second}"


@st.composite
def numbers(draw: st.DrawFn, *, added_days: int = 0, added_months: int = 0, remainder: int = 0) -> str:
    year, month = draw(st.integers(0, 99)), draw(st.integers(1, 12))
    last = calendar.monthrange(2000 + year, month)[1]
    made = number(
        draw(st.integers(1, last)) + added_days,
        month + added_months,
        year,
        draw(st.integers(0, 999)),
        remainder,
    )
    assume(made is not None)
    assert made is not None
    return made


def kinds(text: str) -> list[IdentityKind]:
    return [found.kind for found in find_identity_numbers(text)]


@settings(deadline=None)
@given(numbers())
def test_every_ordinary_number_is_found(made: str) -> None:
    assert kinds(f"Gjelder {made}.") == [IdentityKind.ORDINARY]


@settings(deadline=None)
@given(numbers(added_days=40))
def test_every_d_number_is_found(made: str) -> None:
    assert kinds(made) == [IdentityKind.D_NUMBER]


@pytest.mark.parametrize("added", [80, 40, 65])
@pytest.mark.parametrize("day", [0, 40])
def test_every_test_series_is_found(added: int, day: int) -> None:
    @settings(max_examples=60, deadline=None)
    @given(numbers(added_days=day, added_months=added))
    def found(made: str) -> None:
        assert kinds(made) == [IdentityKind.SYNTHETIC]

    found()


@pytest.mark.parametrize(("month", "last"), list(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)))
def test_a_month_has_its_own_days_and_no_more(month: int, last: int) -> None:
    for day, kind in ((1, [IdentityKind.ORDINARY]), (last, [IdentityKind.ORDINARY]), (last + 1, [])):
        made = [n for series in range(100, 160) if (n := number(day, month, 84, series))]
        assert made
        assert all(kinds(n) == kind for n in made), (day, month)


@pytest.mark.parametrize("made", OFFICIAL)
def test_the_official_synthetic_examples_are_found(made: str) -> None:
    assert kinds(made) == [IdentityKind.SYNTHETIC]


@pytest.mark.parametrize("remainder", [1, 2, 3])
def test_numbers_by_the_rule_from_2032_are_found(remainder: int) -> None:
    @settings(max_examples=60, deadline=None)
    @given(numbers(remainder=remainder))
    def found(made: str) -> None:
        assert kinds(made) == [IdentityKind.FROM_2032]

    found()


@pytest.mark.parametrize("remainder", range(4, 11))
def test_a_wrong_first_control_is_no_number(remainder: int) -> None:
    made = [n for series in range(100, 160) if (n := number(15, 5, 85, series, remainder))]
    assert made
    assert [kind for n in made for kind in kinds(n)] == []


@settings(deadline=None)
@given(numbers(added_months=80), st.integers(1, 9))
def test_a_wrong_second_control_is_no_number(made: str, wrong: int) -> None:
    changed = made[:-1] + str((int(made[-1]) + wrong) % 10)
    assert kinds(changed) == []


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        (0, 5, 85), (32, 5, 85), (31, 4, 85), (30, 2, 84), (29, 2, 85), (40, 5, 85), (72, 5, 85), (99, 5, 85),
        (15, 0, 85), (15, 13, 85), (15, 40, 85), (15, 53, 85), (15, 65, 85), (15, 78, 85), (15, 80, 85), (15, 93, 85),
    ],
)  # fmt: skip
def test_what_is_no_date_is_no_number(day: int, month: int, year: int) -> None:
    made = [n for series in range(100, 160) if (n := number(day, month, year, series))]
    assert made
    assert [kind for n in made for kind in kinds(n)] == []


def test_29_february_in_a_leap_year_is_a_date() -> None:
    made = [n for series in range(100, 130) if (n := number(29, 82, 84, series))]
    assert made
    assert {kind for n in made for kind in kinds(n)} == {IdentityKind.SYNTHETIC}


def test_a_number_is_found_in_groups_of_four() -> None:
    made = OFFICIAL[0]
    assert kinds(f"{made[:4]} {made[4:8]} {made[8:]}") == [IdentityKind.SYNTHETIC]


@pytest.mark.parametrize(
    "shape",
    [
        "{0}{1}", "{0} {1}", "{0}-{1}", "{0} - {1}", "{0}\u00a0{1}", "{0}–{1}", "{0}\n{1}", "{0} \n{1}", "{0}/{1}",
        "{0}   {1}", "{0}:{1}", "{0}_{1}", "{0}, {1}", "{0}\u200b{1}", "x{0}{1}y", "({0}{1})", "«{0} {1}»", "{0}{1}.", "nr:{0}{1},",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_parted(shape: str) -> None:
    made = OFFICIAL[0]
    assert kinds(shape.format(made[:6], made[6:])) == [IdentityKind.SYNTHETIC]


@pytest.mark.parametrize(
    "shape", ["{0} {1} {2} {3} {4}", "{0}.{1}.{2} {3} {4}", "{0}.{1}.{2}-{3}{4}", "{0}/{1}-{2} {3} {4}"]
)
def test_a_number_parted_as_a_date_is_found(shape: str) -> None:
    made = OFFICIAL[0]
    assert kinds(shape.format(made[:2], made[2:4], made[4:6], made[6:9], made[9:])) == [IdentityKind.SYNTHETIC]


def test_digits_of_other_scripts_are_digits() -> None:
    wide = OFFICIAL[0].translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert kinds(wide) == [IdentityKind.SYNTHETIC]


@pytest.mark.parametrize(
    "text",
    [
        "", "Ingen tall her.", "Se bestilling 20269911001", "Tlf 62 28 54 00 eller 912 34 567", "Org. 974 760 673",
        "Sak 2026/1234-5", "1791.20.99997 er en konto", "1791 20 99997", "Møte 17.03.2026 kl. 12.00-13.30",
        "117912099997", "179120999971", "0017912099997", "1791209999", "00000000000", "11111111111",
    ],
)  # fmt: skip
def test_harmless_digits_are_no_number(text: str) -> None:
    assert kinds(text) == []


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789 .-/abcæ\n", max_size=80), st.text(max_size=30))
def test_any_text_is_read_without_a_fault_and_places_are_right(before: str, after: str) -> None:
    """A number put into any text, with a letter on each side, is found at its place."""
    made = OFFICIAL[1]
    text = f"{before}x{made}y{after}"
    places = {found.position for found in find_identity_numbers(text)}
    assert len(before) + 2 in places
    for found in find_identity_numbers(text):
        assert text[found.position - 1].isdecimal()


@settings(deadline=None)
@given(st.lists(st.sampled_from(OFFICIAL), max_size=6))
def test_several_numbers_are_each_found_once_and_in_order(made: list[str]) -> None:
    found = find_identity_numbers(" og ".join(made))
    assert [f.position for f in found] == [1 + n * 15 for n in range(len(made))]


def test_about_one_in_a_hundred_random_runs_is_right_by_chance() -> None:
    """What the page of DOK-05 says about chance is so: among evenly spread runs of eleven digits, between 0,5 and 1,5 %."""
    runs = [f"{(n * 98765432101) % 10**11:011d}" for n in range(1, 20001)]
    hits = sum(bool(kinds(run)) for run in runs)
    assert 100 < hits < 300


def test_a_long_line_of_digits_is_read_in_one_go() -> None:
    """No blow-up: a text that is nothing but digits and spaces."""
    assert kinds("1 2 " * 20000) == []
    assert kinds("9" * 100000) == []


@settings(deadline=None)
@given(numbers())
def test_the_finding_tells_kind_and_place_and_never_the_number(made: str) -> None:
    text = f"Elev {made[:6]} {made[6:]} ble sett ved huskene."
    case = Case.model_validate(
        {
            "id": "S-1",
            "school": "310000019",
            "status_history": [{"status": "open", "at": "2026-03-09T10:00:00+01:00"}],
            "log": [
                {
                    "id": "l1",
                    "kind": "email_filed",
                    "happened_at": "2026-03-09T10:00:00+01:00",
                    "registered_at": "2026-03-09T10:05:00+01:00",
                    "author": {"role": "rector"},
                    "text": text,
                }
            ],
        }
    )
    assessment = assess(
        case,
        as_of=datetime(2026, 3, 10, tzinfo=UTC),
        plans=[load_plan("oyer-2024")],
        rules=[RULES["DOK-05"]],
        calendar=SchoolCalendar(),
    )
    (finding,) = assessment.findings
    assert finding.verdict is Verdict.DEVIATION
    (remark,) = finding.remarks
    assert (remark.code, remark.number) == (RemarkCode.IDENTITY_NUMBER, 6)
    shown = REMARKS[remark.code].nb.format(number=remark.number)
    for said in (repr(assessment), repr(find_identity_numbers(text)), shown):
        assert made not in re.sub(r"\D", "", said.replace("310000019", ""))
        assert f"{made[:6]} {made[6:]}" not in said


def test_digits_of_one_number_begin_no_other() -> None:
    first, other = number(25, 86, 75, 362), number(8, 86, 57, 165)
    assert first is not None
    assert other is not None
    assert first[9:] == other[:2]
    assert len(find_identity_numbers(f"{other[:2]} {other[2:]}")) == 1
    assert [found.position for found in find_identity_numbers(f"{first[:9]} {other[:2]} {other[2:]}")] == [1]
