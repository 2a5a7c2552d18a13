"""The log's entries: nothing that somebody wrote in one is left out where its words are read."""

from __future__ import annotations

from skolemiljo.domain.log import WRITTEN_FIELDS, BestInterest, LogEntry

STRINGS = (str, str | None, tuple[str, ...])
NO_WORDS = {"id", "source_label"}
"""The id and the name of the type: text by its form, but nothing that somebody wrote about the case."""


def test_every_text_of_an_entry_is_among_its_words() -> None:
    texts = {name for name, field in LogEntry.model_fields.items() if field.annotation in STRINGS} - NO_WORDS
    assert texts == set(WRITTEN_FIELDS)
    parts = {name for name, field in BestInterest.model_fields.items() if field.annotation == str | None}
    entry = LogEntry.model_validate(
        {
            "id": "l1",
            **{name: ["one", "two"] if name == "methods" else name for name in texts},
            "best_interest": {name: name for name in parts},
        }
    )
    assert [text for name, text in entry.words() if name == "methods"] == ["one", "two"]
    rest = {(name, text) for name, text in entry.words() if name != "methods"}
    assert rest == {(name, name) for name in texts - {"methods"}} | {(f"best_interest.{name}", name) for name in parts}
    assert next(entry.words())[0] == "text"
