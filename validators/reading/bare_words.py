"""Texts as words: the bare form that everything here compares, and answers about texts that are kept while a case is judged."""

from __future__ import annotations

import html
import re
import threading
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeVar, cast

_LETTERS = "0-9a-zæøåéèêòóôüäö"
_WORDS = re.compile(f"[{_LETTERS}]+")
KEPT = 4096
"""Answers about texts that are kept while one case is judged: many rules ask the same of the same field."""
_Function = TypeVar("_Function", bound=Callable[..., Any])
_KEEPERS: list[Callable[[], None]] = []


def kept(function: _Function) -> _Function:
    """``function``, whose answers are kept for each text for as long as :func:`letting_go_of_texts` says."""
    cached = lru_cache(KEPT)(function)
    _KEEPERS.append(cached.cache_clear)
    return cast(_Function, cached)  # lru_cache loses the signature


class _Reading(threading.local):
    """How many judgements of one case this thread stands in: what would settle a case is asked within the judgement of it."""

    depth = 0


_READING = _Reading()


@contextmanager
def letting_go_of_texts() -> Iterator[None]:
    """Afterwards, where it stands in no other of the kind, none of the texts that were read is kept: none outlives its case."""
    _READING.depth += 1
    try:
        yield
    finally:
        _READING.depth -= 1
        if not _READING.depth:
            for forget in _KEEPERS:
                forget()


_TAG = re.compile(
    r"</?(?:p|br|div|span|b|i|u|em|strong|ul|ol|li|a|font|h[1-6]|t(?:able|body|head|r|d|h))\b[^<>]*>", re.IGNORECASE
)


def plain(text: str) -> str:
    """``text`` without the marks of the web page that a source may keep it as: «<p>Ikke aktuelt</p>», «&nbsp;»."""
    return html.unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text


@kept
def bare(text: str) -> str:
    """``text`` in small letters, with one space for everything that is neither letter nor digit."""
    words = plain(text) if "<" in text or "&" in text else text
    return " ".join(_WORDS.findall(unicodedata.normalize("NFC", words).casefold()))


@cache
def data(name: str) -> dict[str, Any]:
    """The word lists in ``name`` of this package."""
    return tomllib.loads((files("skolemiljo.validators.reading") / name).read_text("utf-8"))
