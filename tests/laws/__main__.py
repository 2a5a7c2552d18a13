"""Reads what ``make laws`` wrote: how many facts were changed and verdicts held; takes out of not_yet.toml what holds now.

python -m skolemiljo.tests.laws build/laws.jsonl
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from .laws import LAWS
from .lists import Key, exceptions, not_yet, write_not_yet


def main(report: Path) -> int:
    """Tells the figures; 1 where something fails that stands in no list, or an exception lets nothing through."""
    changed: Counter[int] = Counter()
    held: Counter[int] = Counter()
    failing: dict[Key, str] = {}
    for line in report.read_text("utf-8").splitlines():
        part = json.loads(line)
        changed[part["law"]] += part["changed"]
        held[part["law"]] += part["held"]
        for failure in part["failures"]:
            failing.setdefault((part["law"], failure["rule"], failure["field"]), failure["example"])
    excepted = {key for exception in exceptions() for key in exception.keys}
    idle = sorted(excepted - failing.keys())
    left = {key: failing[key] for key in not_yet() if key in failing}
    new = sorted(failing.keys() - excepted - not_yet().keys())
    for law in LAWS.values():
        print(f"law {law.number} ({law.name}): {changed[law.number]} facts changed, {held[law.number]} verdicts held")
    print(f"in all: {sum(changed.values())} facts changed, {sum(held.values())} verdicts held")
    print(
        f"not yet: {len(left)} (were {len(not_yet())}); new: {len(new)}; exceptions that let nothing through: {len(idle)}"
    )
    for law_number, rule, field in (*new, *idle):
        print(f"  law {law_number}: {rule}, {field}: {failing.get((law_number, rule, field), 'lets nothing through')}")
    write_not_yet(left)
    return 1 if new or idle else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
