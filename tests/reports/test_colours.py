"""Contrast of every pair of our colours, in both schemes, computed as WCAG 2.2 says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEXT, EDGE = 4.5, 3.0


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * d for d in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(scope="module")
def css(root: Path) -> str:
    return "".join(
        file.read_text("utf-8")
        for file in sorted((root / "reports/templates").glob("*.css"), reverse=True)
        if file.name != "print.css"
    )


@pytest.fixture(scope="module")
def schemes(css: str) -> dict[str, dict[str, str]]:
    light, dark = (
        dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", block)) for block in re.findall(r":root\{(.*?)\}", css, flags=re.S)
    )
    assert light.keys() == dark.keys()
    return {"light": light, "dark": dark}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_to_what_it_stands_on(
    css: str, schemes: dict[str, dict[str, str]], scheme: str
) -> None:
    colours = schemes[scheme]
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", css)
    pairs = {("text", "page"), ("soft", "page"), ("link", "page"), ("seen", "page"), ("link", "wait"), ("text", "tint")}
    for _, body in rules:
        text = re.search(r"(?:^|;)\s*color:var\(--([a-z-]+)\)", body)
        ground = re.search(r"background:var\(--([a-z-]+)\)", body)
        if text and ground:
            pairs.add((text[1], ground[1]))
        elif text:
            pairs.add((text[1], "page"))
    assert ("bad-text", "bad") in pairs
    low = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: value for pair, value in low.items() if value < TEXT} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_that_carry_meaning_are_seen(schemes: dict[str, dict[str, str]], scheme: str) -> None:
    colours = schemes[scheme]
    for name in ("edge", "bad-edge", "wait-edge", "ask-edge", "good-edge", "outer"):
        assert contrast(colours[name], colours["page"]) >= EDGE, name


def test_the_measure_itself() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)
