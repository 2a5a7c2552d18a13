"""What is read in plain SQL: the same as SQLAlchemy keeps, in one thread at a time, and without it where the store is a file."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import JSON, Boolean, Date, select

from skolemiljo.domain.errors import StoreError
from skolemiljo.store import Store, names, plain
from skolemiljo.store.tables import Utc, metadata, schools


def test_what_a_column_holds_is_told_by_its_name_in_every_table() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            told = {
                Utc: column.name in plain.MOMENTS,
                Date: column.name in plain.DAYS,
                Boolean: column.name in plain.TRUTHS,
                JSON: column.name in plain.DOCUMENTS,
            }
            assert [kind for kind, is_told in told.items() if is_told] == [
                kind for kind in told if isinstance(column.type, kind)
            ], f"{table.name}.{column.name}"
    assert {
        f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns
    } == names.COLUMNS
    assert set(metadata.tables) == names.TABLES


def test_moments_are_kept_as_sqlalchemy_keeps_them(tmp_path: Path) -> None:
    at = datetime(2026, 3, 10, 4, 15, 0, 120, tzinfo=timezone(timedelta(hours=1)))
    with Store.open(tmp_path / "store.sqlite") as store:
        with store.keeping() as direct:
            direct.run(
                "INSERT INTO schools (school, cursor, closed_on) VALUES (?, ?, ?)", "310000019", at, date(2026, 3, 9)
            )
        with store.reading() as connection:
            row = connection.execute(select(schools)).one()
        assert (row.cursor, row.closed_on) == (at, date(2026, 3, 9))
        assert store.school("310000019").cursor == at.astimezone(UTC)
        with pytest.raises(ValueError, match="zone"), store.keeping() as direct:
            direct.run("UPDATE schools SET cursor = ?", at.replace(tzinfo=None))
        assert store.school("310000019").cursor == at


def test_a_read_that_is_not_over_hides_nothing_that_is_written_meanwhile(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.sqlite") as store:
        with store.looking() as first:
            first.rows("SELECT * FROM meta")
            store.set_meta("a", "b")
            assert store.meta("a") == "b"
            assert first.column("SELECT value FROM meta WHERE key = 'a'") == []
        assert store.meta("a") == "b"


def test_what_fails_is_not_kept_and_does_not_stop_the_next(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.sqlite") as store:

        def half() -> None:
            with store.keeping() as direct:
                direct.run("INSERT INTO meta (key, value) VALUES (?, ?)", "a", "b")
                direct.run("INSERT INTO nowhere VALUES (?)", 1)

        with pytest.raises(StoreError):
            half()
        assert store.meta("a") is None
        store.set_meta("a", "c")
        assert store.meta("a") == "c"


def test_together_everything_is_one_transaction_whatever_it_is_said_in(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.sqlite") as store:
        store.set_meta("before", "1")

        def broken() -> None:
            with store.together():
                store.set_meta("a", "b")
                assert (store.meta("a"), store.meta("before")) == ("b", "1")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            broken()
        assert store.meta("a") is None


LOOKS = """
import sys
from datetime import UTC, datetime
from skolemiljo.store import Store
now = datetime(2026, 3, 10, tzinfo=UTC)
with Store.open_as_allowed(sys.argv[1]) as store:
    list(store.assessments()), store.cases(), store.case("x"), store.case_ids("310000019"), store.acceptances()
    store.runs(), store.nights(now), store.tallies(), store.standing("310000019", now), store.standing(None, now)
    store.cycle_statuses(), store.prints("310000019"), store.leader_cases(), store.changed_by_others()
    store.years_changed_by_others(), store.school("310000019"), store.schools(), store.vanished(), store.upgraded()
    store.set_meta("a", "b"), store.schema
assert Store.is_there(sys.argv[1])
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("sqlalchemy", "alembic")))
"""


def test_a_report_reads_an_sqlite_store_without_sqlalchemy(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    Store.open(path).close()
    done = subprocess.run([sys.executable, "-c", LOOKS, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n", done.stderr
