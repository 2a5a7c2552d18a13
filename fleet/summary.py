"""What a night of many municipalities came to: for a person, a program and a monitor. Names of municipalities, counts and kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..domain.exit_code import ExitCode
from .names import MunicipalNight, plain

SCHEMA_VERSION = 1
_SUMS = ("schools", "read", "judged", "written", "waiting", "unknown")


@dataclass(frozen=True, slots=True)
class FleetSummary:
    """One night of many. Moments are zone-aware; ``nights`` by name."""

    as_of: datetime
    started_at: datetime
    ended_at: datetime
    nights: tuple[MunicipalNight, ...]

    @property
    def not_whole(self) -> tuple[MunicipalNight, ...]:
        """Those of which not all could be read, judged and written."""
        return tuple(night for night in self.nights if not night.whole)

    @property
    def complete(self) -> bool:
        """Whether every municipality was whole. Of none at all it can't be said."""
        return bool(self.nights) and not self.not_whole

    @property
    def exit_code(self) -> int:
        """0 where every municipality was whole, else 3."""
        return ExitCode.DONE if self.complete else ExitCode.UNCHECKED

    def total(self, name: str) -> int:
        """The sum of a number over all municipalities."""
        return sum(int(getattr(night, name)) for night in self.nights)

    @property
    def problems(self) -> Counter[str]:
        """How many of each kind, over all municipalities."""
        counted: Counter[str] = Counter()
        for night in self.nights:
            counted.update(night.problems)
            counted.update([night.kind] if night.kind is not None else [])
        return counted

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "schema_version": SCHEMA_VERSION,
            "complete": self.complete,
            "as_of": self.as_of.isoformat(),
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
            "municipalities": {"all": len(self.nights), "whole": len(self.nights) - len(self.not_whole)},
            "totals": {name: self.total(name) for name in _SUMS},
            "problems": dict(sorted(self.problems.items())),
            "nights": [plain(night) | {"seconds": round(night.seconds, 3)} for night in self.nights],
        }

    def metrics(self) -> str:
        """As Prometheus' text format, for node_exporter's folder of text files."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield from _gauge("municipalities", "Municipalities that were to have a night.", [("", len(self.nights))])
        whole = len(self.nights) - len(self.not_whole)
        yield from _gauge("municipalities_whole", "Municipalities whose night was whole.", [("", whole)])
        ended = self.ended_at.timestamp()
        yield from _gauge("last_night_timestamp_seconds", "When the last night of all ended.", [("", ended)])
        each = [(f'{{municipality="{night.municipality}"}}', night) for night in self.nights]
        for name, told, number in (
            ("night_whole", "Whether the municipality's night was whole.", lambda night: int(night.whole)),
            ("night_exit_code", "What the municipality's night ended with.", lambda night: night.exit_code),
            ("night_tries", "How often it was begun.", lambda night: night.tries),
        ):
            yield from _gauge(name, told, [(label, number(night)) for label, night in each])
        counted = [(label, night) for label, night in each if night.kind is None]  # of the others nothing was counted
        for name, told in (
            ("night_seconds", "How long it took."),
            ("night_read", "Cases read."),
            ("night_written", "Records written."),
            ("night_waiting", "Records that are to be written and do not stand yet."),
            ("night_unknown", "Verdicts that could not be checked."),
        ):
            attribute = name.removeprefix("night_")
            yield from _gauge(name, told, [(label, getattr(night, attribute)) for label, night in counted])


def _gauge(name: str, told: str, values: list[tuple[str, float]]) -> Iterator[str]:
    if values:
        yield f"# HELP skolemiljo_fleet_{name} {told}"
        yield f"# TYPE skolemiljo_fleet_{name} gauge"
        yield from (f"skolemiljo_fleet_{name}{label} {value}" for label, value in values)
