"""Values that are made without being checked are the same values, and what they share is never changed through one of them."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from skolemiljo.domain.verdict import Outcome, Reason, Verdict

CHECKED = Outcome(scope="case", verdict=Verdict.DEVIATION, reason=Reason.LATE, deadline=date(2026, 3, 9))
MADE = Outcome.unchecked(dict(CHECKED))


def test_same_value_and_same_document() -> None:
    assert MADE == CHECKED
    assert hash(MADE) == hash(CHECKED)
    assert repr(MADE) == repr(CHECKED)
    assert MADE.model_dump_json() == CHECKED.model_dump_json()


def test_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        MADE.scope = "pupil:e1"  # type: ignore[misc]


def test_a_copy_changes_nothing_but_itself() -> None:
    other = MADE.model_copy(update={"verdict": Verdict.MET, "reason": None})
    assert (other.verdict, other.reason, other.deadline) == (Verdict.MET, None, MADE.deadline)
    assert MADE == CHECKED
    assert MADE.model_fields_set == Outcome.unchecked(dict(other)).model_fields_set == Outcome.model_fields.keys()
