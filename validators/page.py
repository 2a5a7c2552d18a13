"""The words of a rule's page, in both written languages: pages/<chapter>.toml, read when somebody first asks for them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_FOLDER = files(__package__) / "pages"
_SHARED = "shared"
"""The file with the words that several rules have in common; where a rule has a name instead of words, they stand there."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text for users in both written languages. Plan quotes are never translated and never stand here."""

    nb: str
    nn: str

    def in_language(self, language: str) -> str:
        """The text in ``nb`` or ``nn``; any other language gets bokmål."""
        return self.nn if language == "nn" else self.nb


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader needs beside a rule."""

    title: Text
    """What the plan demands: the state, or the duty («skal …»); not the fault, and nothing told as if it had happened."""
    remedy: Text
    """What to do now."""
    proof: Text
    """What shows that the duty is met."""
    limits: Text
    """What the rule can't see."""
    questions: Mapping[str, Text]
    """Review questions by key; those that many rules ask stand in verdict_words.toml."""


@dataclass(frozen=True, slots=True)
class ChapterWords:
    """One file: the chapter's title, and the page of each of its rules by code."""

    title: Text
    pages: Mapping[str, Page]


@cache
def chapter_words(chapter: str) -> ChapterWords:
    """The words of ``chapter``, as in its file. A part that is missing or unknown there is a TypeError."""
    read = _read(chapter)
    title = _text(read.pop("title"))
    return ChapterWords(title, {code: _page(part) for code, part in read.items()})


@cache
def shared_words() -> Mapping[str, Text]:
    """What several rules say in the same words, by name."""
    return {name: Text(**words) for name, words in _read(_SHARED).items()}


def _page(part: Mapping[str, Any]) -> Page:
    questions = {key: _text(words) for key, words in part.get("questions", {}).items()}
    return Page(**{name: _text(words) for name, words in part.items() if name != "questions"}, questions=questions)


def _text(words: str | Mapping[str, str]) -> Text:
    return shared_words()[words] if isinstance(words, str) else Text(**words)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
