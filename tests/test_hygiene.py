"""Nothing in the repository can be a living person's identity number."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FIRST_CONTROL = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
SECOND_CONTROL = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
# Eleven digits together or as 6 + 5, not part of a longer word, number or decimal fraction.
CANDIDATE = re.compile(r"(?<!\w)(?<!\d\.)(\d{6})[ \u00a0-]?(\d{5})(?!\w)")
# Hashes only, and none of our own text.
UNREAD = {Path("requirements.lock"), Path("deploy/requirements.lock"), Path("deploy/requirements-fleet.lock")}


def is_real_series(number: str) -> bool:
    """Whether the register can have given this number to a person: birth or D-number, both controls right.

    Synthetic numbers have the month + 40, + 65 or + 80, and are never given to anyone.
    """
    digits = [int(digit) for digit in number]
    day, month = int(number[:2]), int(number[2:4])
    born = 1 <= day <= 31 or 41 <= day <= 71
    if not (born and 1 <= month <= 12):
        return False
    first = sum(weight * digit for weight, digit in zip(FIRST_CONTROL, digits, strict=False))
    second = sum(weight * digit for weight, digit in zip(SECOND_CONTROL, digits, strict=True))
    return first % 11 == 0 and second % 11 == 0


def real_numbers(text: str) -> Iterator[str]:
    for match in CANDIDATE.finditer(text):
        number = match[1] + match[2]
        if is_real_series(number):
            yield number


def with_controls(nine: str) -> str | None:
    """The nine digits with both control digits, or None where none fits."""
    for tail in range(100):
        number = f"{nine}{tail:02d}"
        digits = [int(digit) for digit in number]
        if (
            sum(w * d for w, d in zip(FIRST_CONTROL, digits, strict=False)) % 11 == 0
            and sum(w * d for w, d in zip(SECOND_CONTROL, digits, strict=True)) % 11 == 0
        ):
            return number
    return None


@pytest.mark.parametrize(
    ("start", "real"),
    [
        ("150585", True),  # an ordinary birth number
        ("550585", True),  # a D-number: day + 40
        ("158585", False),  # synthetic: month + 80
        ("154585", False),  # synthetic: month + 40
        ("150085", False),  # no such month
        ("000585", False),  # no such day
    ],
)
def test_the_scan_tells_real_from_synthetic(start: str, real: bool) -> None:
    """Numbers are put together here, so that none stands in this file either."""
    numbers = [number for series in range(100, 130) if (number := with_controls(f"{start}{series}"))]
    assert numbers
    for number in numbers:
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert list(real_numbers(f"id {number}.")) == ([number] if real else [])
        assert list(real_numbers(f"a;{number[:6]} {number[6:]};b")) == ([number] if real else [])
        assert list(real_numbers(wrong)) == []


def test_no_real_identity_numbers(root: Path, repository_files: list[Path]) -> None:
    found = []
    for file in repository_files:
        if file in UNREAD:
            continue
        try:
            text = (root / file).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        # Only the place is told, never the number.
        found += [f"{file}:{line}" for line, words in enumerate(text.splitlines(), 1) if any(real_numbers(words))]
    assert found == []


def test_every_ignore_says_why(repository_files: list[Path]) -> None:
    silent = re.compile(r"type: ignore(\[[^\]]*\])?$", re.M)
    python = [file for file in repository_files if file.suffix == ".py"]
    assert python
    assert [file.name for file in python if silent.search(file.read_text("utf-8"))] == []
