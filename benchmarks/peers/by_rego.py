"""Rego, the language of Open Policy Agent, by regopy (rego-cpp): by_rego.rego, asked of one case after another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from contract import QUESTIONS, TODAY, Missing, Row, documents, serve
from regopy import Interpreter


class Rego:
    """One interpreter, which is given each case in turn."""

    questions = tuple(QUESTIONS)

    def __init__(self) -> None:
        self._interpreter = Interpreter()
        self._interpreter.add_module("peer", Path(__file__).with_suffix(".rego").read_text("utf-8"))
        self._interpreter.add_data({"today": TODAY})

    def load(self, file: str) -> list[Any]:
        """The documents as they are."""
        return list(documents(file))

    def _asked(self, case: Any, what: str) -> Any:
        self._interpreter.set_input(case)
        return self._interpreter.query(what).results[0].expressions[0]

    def missing(self, cases: list[Any]) -> Missing:
        """The set of questions that are answered no."""
        found: Missing = {code: [] for code in QUESTIONS}
        for case in cases:
            for code in self._asked(case, "data.peer.missing"):
                found[code].append(case["id"])
        return found

    def rows(self, cases: list[Any]) -> list[Row]:
        """The set of rows."""
        return [
            Row(case["id"], *row[:4], tuple(row[4])) for case in cases for row in self._asked(case, "data.peer.rows")
        ]


if __name__ == "__main__":
    serve(Rego())
