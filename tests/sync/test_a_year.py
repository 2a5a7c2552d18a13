"""A year of nights: what is remembered grows with what happens, not with how many nights there were."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from skolemiljo.journal.run_log import RunLog
from skolemiljo.store import Store
from skolemiljo.store.tables import metadata
from skolemiljo.sync.run import Options, run_sync

from .conftest import NIGHT, Town, judging


def rows(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def test_a_year_of_nights_in_which_little_happens(town: Town, store: Store) -> None:
    assert store.path is not None
    for number in range(40):
        town.put(f"G-{number}")
    log, export = store.path.with_name("runlog.jsonl"), store.path.with_name("acceptances.json")
    sizes: list[dict[str, int]] = []
    for day in range(365):
        if day % 30 == 0:  # once a month somebody writes
            note = {"id": f"n{day}", "kind": "note", "happened_at": "2026-03-09T11:00:00+01:00"}
            town.put("G-7", at=NIGHT + timedelta(days=day), log=[note] if day % 60 else [])
        options = Options(write_back=True, acceptances_to=export)
        run_log = RunLog(log, memory=store)
        as_of = NIGHT + timedelta(days=day)
        summary = run_sync(
            source=town,
            sink=town,
            cycle=town,
            judging=judging(),
            store=store,
            as_of=as_of,
            options=options,
            run_log=run_log,
        )
        assert summary.complete
        if day in (200, 364):
            sizes.append(rows(store) | {"log": log.stat().st_size, "file": store.path.stat().st_size})
    early, late = sizes
    grown = {name: late[name] - early[name] for name in late if late[name] != early[name]}
    nights = 164
    assert grown.pop("runs") == nights
    assert grown.pop("log") < 2_500 * nights  # four lines a night
    assert grown.pop("file", 0) < 1_000 * nights
    # What happened: five times one case got another record. New school years come once in the time.
    assert all(number <= 30 for number in grown.values()), grown
