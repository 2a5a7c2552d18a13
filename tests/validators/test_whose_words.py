"""Is it the child's own view? What the home or the school thinks, or that she was asked, is none; a word of her own is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolemiljo.validators.reading.whose_words import not_the_childs_own

TYPED = tomllib.loads((Path(__file__).parent / "whose_words.toml").read_text("utf-8"))
OTHERS = [text for texts in TYPED["others"].values() for text in texts]


@pytest.mark.parametrize("text", OTHERS)
def test_what_others_think_or_only_did_is_not_the_childs_own(text: str) -> None:
    assert not_the_childs_own(text)


@pytest.mark.parametrize("text", TYPED["own"])
def test_a_word_of_her_own_is(text: str) -> None:
    assert not not_the_childs_own(text)


@given(st.lists(st.sampled_from(OTHERS), min_size=1, max_size=4), st.sampled_from([". ", "; ", "\n", "! "]))
def test_many_that_are_not_hers_are_not_hers_together(texts: list[str], joint: str) -> None:
    assert not_the_childs_own(joint.join(texts))


@given(st.sampled_from(OTHERS), st.sampled_from(TYPED["own"]), st.booleans())
def test_her_own_words_in_a_sentence_beside_are_hers(others: str, own: str, first: bool) -> None:
    assert not not_the_childs_own(f"{own}. {others}." if first else f"{others}. {own}.")
