"""JSON Schema by jsonschema-rs: a schema for each question. It can't hold one value of a document against another."""

from __future__ import annotations

from typing import Any

from contract import AT_THE_SCHOOL, IN_ONE_PLACE, PLACEHOLDERS, TODAY, Missing, documents, serve
from jsonschema_rs import Draft202012Validator

Schema = dict[str, Any]
FILLED: Schema = {"type": "string", "pattern": r"\S", "not": {"enum": list(PLACEHOLDERS)}}
THERE: Schema = {"not": {"type": "null"}}


def has(field: str, kind: Schema = FILLED) -> Schema:
    """An object that has the field, of this kind."""
    return {"required": [field], "properties": {field: kind}}


def each(field: str, kind: Schema) -> Schema:
    """At least one thing in the list, and each of this kind."""
    return has(field, {"type": "array", "minItems": 1, "items": kind})


def some(field: str, kind: Schema) -> Schema:
    """One of the things in the list is of this kind."""
    return has(field, {"type": "array", "contains": kind})


def current(kind: Schema) -> Schema:
    """Each current plan is of this kind."""
    its: Schema = {"if": has("status", {"const": "current"}), "then": kind}
    return {"properties": {"activity_plans": {"type": "array", "items": its}}}


def own_or_plans(kind: Schema) -> Schema:
    """Each measure of each current plan, or the plan itself."""
    return current({"anyOf": [kind, each("measures", kind)]})


SCHEMAS: dict[str, Schema] = {
    "AP-A": current(has("problem")),
    "AP-B": current({"anyOf": [has("measures_text"), each("measures", has("text"))]}),
    "AP-C": own_or_plans({"anyOf": [has("start", THERE), has("end", THERE), has("when")]}),
    "AP-D": own_or_plans({"anyOf": [has("responsible_role", THERE), has("responsible")]}),
    "AP-E": own_or_plans(has("evaluate_on", THERE)),
    "TI-08": current(has("summary_of_enquiry")),
    "VA-09": {
        "if": {
            "allOf": [
                some("severity", {"properties": {"serious": {"const": True}, "at": {"not": {"pattern": "^" + TODAY}}}}),
                {"not": some("suspicions", has("suspected", {"enum": list(AT_THE_SCHOOL)}))},
            ]
        },
        "then": {
            "anyOf": [
                some("log", has("kind", {"const": "owner_notified"})),
                some("notices", has("receiver", has("role", {"const": "owner"}))),
            ]
        },
    },
}


class JsonSchema:
    """Valid or not, question by question."""

    questions = IN_ONE_PLACE

    def __init__(self) -> None:
        self._validators = {code: Draft202012Validator(SCHEMAS[code]) for code in self.questions}

    def load(self, file: str) -> list[Any]:
        """The documents as they are."""
        return list(documents(file))

    def missing(self, cases: list[Any]) -> Missing:
        """Those that are not valid."""
        return {
            code: [case["id"] for case in cases if not validator.is_valid(case)]
            for code, validator in self._validators.items()
        }

    def rows(self, cases: list[Any]) -> None:
        """It tells where a document is not valid, and nothing of what is: no deadline, and no row for what is in order."""


if __name__ == "__main__":
    serve(JsonSchema())
