"""The numbers of a calendar's events: what the store remembers of each, so that only a changed one overrules another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.errors import StoreError
from ..reports import ics

if TYPE_CHECKING:
    from datetime import datetime

    from ..reports.model import Report
    from .workplace import Workplace


def sequences(work: Workplace, report: Report, now: datetime) -> dict[str, int]:
    """The number of each event of ``report``; none where there is no store. A look ahead, after ``now``, is not remembered,
    and a store that can only be read is only read."""
    store = work.remembered
    if store is None:
        return {}
    events = ics.fingerprints(report)
    if store.read_only or report.as_of > now:
        return store.next_sequences(events, report.as_of)
    try:
        return store.sequences(events, report.as_of)
    except StoreError:
        return store.next_sequences(events, report.as_of)
