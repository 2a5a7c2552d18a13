"""Acceptances: what is recorded, what is refused, and that no reason is ever repeated in an error."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from skolemiljo.commands.decisions import record, revoke
from skolemiljo.domain.errors import SettingsError
from skolemiljo.journal.run_log import ANCHOR, Kind, RunLog, entries, verify
from skolemiljo.store import Store

AT = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
"""Half past eleven in the evening of 10 March in Oslo."""

GOOD: dict[str, Any] = {
    "rule": "VA-08",
    "reason": "møtet ble flyttet etter ønske fra hjemmet",
    "role": "rector",
    "until": date(2026, 3, 10),
    "at": AT,
    "case": "S-1",
}


def test_a_decision_is_kept_and_noted_without_its_reason(store: Store, tmp_path: Path) -> None:
    log = RunLog(tmp_path / "runlog.jsonl")
    done = record(store, **GOOD, run_log=log)
    (kept,) = store.acceptances()
    assert (kept.id, kept.reason, kept.until, kept.malformed) == (done, GOOD["reason"], date(2026, 3, 10), ())
    (line,) = entries(log.path, Kind.ACCEPTED)
    assert line["acceptance"] == done
    assert "møtet" not in log.path.read_text("utf-8")
    assert verify(log.path, store.meta(ANCHOR)).problem is None
    revoke(store, done, at=AT, run_log=log)
    assert store.acceptances() == ()
    with pytest.raises(SettingsError, match="ingen slik avgjørelse"):
        revoke(store, done, at=AT)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"role": "teacher"}, "--role"),
        ({"until": date(2026, 3, 9)}, "er passert"),
        ({"until": date(2026, 3, 10) + timedelta(days=367)}, "et år fram"),
        ({"reason": "  "}, "må si hvorfor"),
        ({"reason": "zq" * 300}, "høyst"),
        ({"case": None}, "en sak eller en skole"),
    ],
)
def test_what_is_no_decision_is_refused(store: Store, change: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as error:
        record(store, **(GOOD | change))
    assert "zqzq" not in str(error.value)
    assert store.acceptances() == ()


def test_an_identity_number_in_the_reason_is_refused_and_not_repeated(store: Store) -> None:
    from skolemiljo.validators.reading.identity_number import find_identity_numbers

    numbers = [
        text for n in range(100, 130) for tail in range(100) if find_identity_numbers(text := f"158585{n}{tail:02d}")
    ]
    number = numbers[0]
    with pytest.raises(SettingsError, match="fødselsnummer") as error:
        record(store, **(GOOD | {"reason": f"gjelder {number} som flyttet"}))
    assert number not in str(error.value)
    assert store.acceptances() == ()


def test_every_mistake_is_told_at_once(store: Store) -> None:
    with pytest.raises(SettingsError) as error:
        record(store, **(GOOD | {"role": "x", "reason": "", "until": date(2020, 1, 1)}))
    assert str(error.value).count(";") == 2
