"""What a fleet costs: the measuring really runs, and what is only reckoned is told apart from it."""

from __future__ import annotations

import json
import subprocess

import pytest

from skolemiljo.fleet import scale

from .place import SKOLEMILJO, clean


def test_sizes_are_all_there_and_wide() -> None:
    found = scale.sizes(357, 1_000_000)
    assert (len(found), sum(found)) == (357, 1_000_000)
    assert found == sorted(found, reverse=True)
    assert found[0] > 100 * found[-1] > 0
    assert scale.doubling(8, 20_000)[-1] == 128 * scale.doubling(8, 20_000)[0]
    assert 20_000 <= sum(scale.doubling(8, 20_000)) < 20_256


def test_a_line_and_a_power_are_found_again() -> None:
    sizes = (10, 20, 40, 80)
    assert scale.line_through([(x, 3 + 0.5 * x) for x in sizes]) == pytest.approx((3, 0.5))
    assert scale.line_through([(x, max(0.5 * x - 1, 0.1)) for x in sizes])[0] == 0  # nothing costs less than nothing
    assert scale.exponent([(x, 7 * x**1.5) for x in sizes]) == pytest.approx(1.5)


def test_the_largest_decides_when_there_are_workers_enough() -> None:
    assert scale.done_after([8, 1, 1, 1, 1], 1) == 12
    assert scale.done_after([8, 1, 1, 1, 1], 2) == 8
    assert scale.done_after([3, 3, 2, 2, 2], 2) == 7


@pytest.mark.timeout(900)
@pytest.mark.xdist_group("fleet")
def test_the_nights_are_run_and_the_rest_is_reckoned() -> None:
    command = [SKOLEMILJO, "fleet", "simulate", "--really", "2", "--really-cases", "12", "--workers", "1"]
    done = subprocess.run(
        [*command, "--municipalities", "50", "--cases", "9000", "--format", "json"],
        capture_output=True,
        text=True,
        env=clean(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = done.stderr.splitlines()
    assert len(said) == 1 + 3 * (2 + 1), "as each municipality's night is done, and each night"
    assert (said[0].split()[0], said[1].split()[1], said[2].split()[1]) == ("Lager", "1/2:", "2/2:")
    found = json.loads(done.stdout)
    by = {(one["night"], one["cases"]): one for one in found["measured"]}
    assert set(by) == {(night, cases) for night in ("first", "quiet", "touched") for cases in (4, 8)}
    for cases in (4, 8):
        assert by["first", cases]["written"] == by["first", cases]["judged"] == cases
        assert by["quiet", cases]["written"] == 0
        assert by["first", cases]["requests"] > by["quiet", cases]["requests"] > 0
        assert by["touched", cases]["read"] >= 1
        assert by["first", cases]["cpu_seconds"] > 0
        assert by["first", cases]["peak_mib"] > 20
    assert [one["night"] for one in found["reckoned"]] == ["first", "quiet", "touched"]
    assert found["reckoned"][0]["requests_of_all"] > 9000
    assert found["wanted"]["really"] == 2
