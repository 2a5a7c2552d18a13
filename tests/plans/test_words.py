"""The plan's words: quotes stand in the plan, and what a rule's docstring quotes is what the plan says.

The repository holds quotes only. Where the plan's whole text is at hand (beside the checkout, or SKOLEMILJOTEST_PLAN_TEXT) they are
looked up in it, and ``in_the_plan.json`` keeps digests of what was found; elsewhere they are held to the digests. After a
quote has changed: ``python -m skolemiljo.tests.plans.test_words`` writes it anew, with the text at hand.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import os
import re
from pathlib import Path

import pytest

from skolemiljo.plans.loader import load_plan
from skolemiljo.plans.verify import flat, missing_quotes, stands_in
from skolemiljo.validators import CHAPTERS

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PLAN = load_plan("oyer-2024")


DIGESTS = HERE / "in_the_plan.json"
PIECE = 60
"""Words in a row: longer than the longest quote, so that a copied stretch of twice as many holds a whole piece of the plan."""


def _plan_text() -> str | None:
    """Øyer's plan, whole; None where it is not at hand."""
    named = os.environ.get("SKOLEMILJOTEST_PLAN_TEXT")
    files = [Path(named)] if named else sorted((ROOT.parent / "shared" / "plan").glob("*.txt"))
    return files[0].read_text("utf-8") if files else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _quotes() -> dict[str, str]:
    """Where it is quoted, and the words."""
    found = {code: flat(row.quote) for code, row in PLAN.rows.items() if row.quote}
    for code, quoted in _quoting_functions().items():
        found |= {f"{code}: «{words}»": flat(words).casefold() for words in quoted}
    return found


def _digests(text: str) -> dict[str, list[str]]:
    words = flat(text).split()
    pieces = (" ".join(words[start : start + PIECE]) for start in range(0, len(words) - PIECE, PIECE))
    return {"quotes": sorted({_digest(quote) for quote in _quotes().values()}), "pieces": sorted(map(_digest, pieces))}


def test_every_quote_stands_in_oyers_plan() -> None:
    """What a rule's docstring quotes is what the plan says, or one of its rows."""
    known = json.loads(DIGESTS.read_text("utf-8"))
    new = [where for where, quote in _quotes().items() if _digest(quote) not in known["quotes"]]
    assert new == [], (
        "not looked up in the plan yet: python -m skolemiljo.tests.plans.test_words, with its text at hand"
    )
    text = _plan_text()
    if text is not None:
        assert missing_quotes(PLAN, text) == []
        whole = " | ".join((flat(text), *(flat(row.quote) for row in PLAN.rows.values() if row.quote))).casefold()
        assert [where for where, quote in _quotes().items() if not stands_in(quote.casefold(), whole)] == []
        assert known == _digests(text)


def test_every_quote_stands_in_the_examples_plan() -> None:
    assert missing_quotes(load_plan("eksempel"), (HERE / "eksempel-plan.txt").read_text("utf-8")) == []


def test_one_changed_word_is_found() -> None:
    text = (HERE / "eksempel-plan.txt").read_text("utf-8")
    assert missing_quotes(load_plan("eksempel"), text.replace("straks. Er det", "snarast. Er det")) == ["SK-01"]
    assert missing_quotes(load_plan("eksempel"), text.replace("Neste gjennomgang 15.06.2027", "")) == ["META-01"]


@pytest.mark.parametrize(
    ("quote", "text", "there"),
    [
        ("samme dag", "skal skje samme\n   dag som", True),
        ("samme dag", "skal skje samme dagen", False),
        ("Samtaler", "Samtalerom", False),
        ("Samtaler", "Samtaler.", True),
        ("§ 12-5 Skjerpa", "I § 12-5 Skjerpa", True),
        ("snarest.", "undersøke snarest.", True),
        ("snarest.", "undersøke snarest", False),
        ("høre", "ho\u0308re", False),
        ("måte", "ma\u030ate", True),  # a ring of its own, as some programs copy it
        ("skolemiljø", "skole\u00admiljø", True),  # a soft hyphen
    ],
)
def test_word_for_word(quote: str, text: str, there: bool) -> None:
    assert stands_in(flat(quote), flat(text)) is there


def _quoting_functions() -> dict[str, list[str]]:
    """Rule functions and the words their docstrings put in «…»."""
    found = {}
    for chapter in CHAPTERS:
        for rule in chapter.rules:
            words = re.findall(r"«([^»]+)»", inspect.getdoc(rule.judge) or "")
            parts = [part.strip() for word in words for part in re.split("…", word)]
            quoted = [part for part in parts if part and part not in _OWN_WORDS]
            if quoted and not rule.code.startswith("L-"):
                found[rule.code] = quoted
    return found


# What the tool itself calls things; such words are in quotation marks too, and are not the plan's.
_OWN_WORDS = {"i orden", "ikke aktuelt", "må vurderes", "avvik", "kunne ikke sjekkes", "etterført"}


def test_most_rules_quote_what_decides() -> None:
    """The words that decide stand beside the code that reads them."""
    rules = [rule for chapter in CHAPTERS for rule in chapter.rules if not rule.optional]
    assert len(_quoting_functions()) >= 0.75 * len(rules)


def test_the_repository_holds_no_more_of_the_plan_than_quotes(root: Path) -> None:
    """No long stretch of the plan stands anywhere but in its rows."""
    assert max(len(flat(row.quote).split()) for row in PLAN.rows.values() if row.quote) < PIECE
    pieces = set(json.loads(DIGESTS.read_text("utf-8"))["pieces"])
    for file in [*root.glob("plans/**/*.toml"), *root.glob("validators/**/*"), *root.glob("docs/**/*.md")]:
        if file.is_file() and file.suffix in (".toml", ".md", ".py"):
            words = flat(file.read_text("utf-8")).split()
            there = (_digest(" ".join(words[start : start + PIECE])) for start in range(len(words) - PIECE))
            assert pieces.isdisjoint(there), file.name


def test_plans_judge_nothing() -> None:
    """plans/ is data and its readers: nothing there imports a rule."""
    for file in Path(inspect.getfile(load_plan)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert "validators" not in (node.module or ""), file.name


if __name__ == "__main__":
    at_hand = _plan_text()
    if at_hand is None:
        raise SystemExit("the plan's text is not at hand: set SKOLEMILJOTEST_PLAN_TEXT to its file")
    DIGESTS.write_text(json.dumps(_digests(at_hand), indent=0) + "\n", "utf-8")
