"""Reads what ``make laws`` wrote: how many facts were changed and verdicts held, and whether every law held.

python -m skolemiljo.tests.laws build/laws.jsonl
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from .laws import LAWS
from .lists import Key, exceptions, told_by


def main(report: Path) -> int:
    """Tells the figures; 1 where a law fails that no exception lets through, or something in exceptions.toml is not needed."""
    changed: Counter[int] = Counter()
    held: Counter[int] = Counter()
    failing: dict[Key, str] = {}
    told: set[tuple[str, str]] = set()
    for line in report.read_text("utf-8").splitlines():
        part = json.loads(line)
        changed[part["law"]] += part["changed"]
        held[part["law"]] += part["held"]
        told |= {(silent, by) for silent, by in part["told"]}
        for failure in part["failures"]:
            failing.setdefault((part["law"], failure["rule"], failure["field"]), failure["example"])
    excepted = {key for exception in exceptions() for key in exception.keys}
    idle = sorted(excepted - failing.keys())
    new = sorted(failing.keys() - excepted)
    untold = sorted({(silent.rule, by) for silent in told_by().values() for by in silent.by} - told)
    for law in LAWS.values():
        print(f"law {law.number} ({law.name}): {changed[law.number]} facts changed, {held[law.number]} verdicts held")
    print(f"in all: {sum(changed.values())} facts changed, {sum(held.values())} verdicts held")
    print(
        f"failing: {len(new)}; exceptions that let nothing through: {len(idle)}; told by another that never is: {len(untold)}"
    )
    for law_number, rule, field in (*new, *idle):
        print(f"  law {law_number}: {rule}, {field}: {failing.get((law_number, rule, field), 'lets nothing through')}")
    for rule, by in untold:
        print(f"  {rule} is never silent because {by} tells it")
    return 1 if new or idle or untold else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
