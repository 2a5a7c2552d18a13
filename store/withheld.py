"""What people have taken back from the cases, and since when flags are written at all."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date

from ..domain.flag import ComplianceRecord, Withheld
from . import queries
from .plain import Plain, parts
from .rows import FirstWrite

_WITHHELD = "withheld"
_FIRST_WRITE = "first_write"


def withheld(plain: Plain) -> Withheld:
    """What people have taken back, and nothing writes again before they say so."""
    kept = queries.fact(plain, _WITHHELD)
    return Withheld() if kept is None else Withheld.model_validate_json(kept)


def withhold(plain: Plain, now: Withheld) -> None:
    """Keeps ``now`` in the place of what was withheld; each case's record is from now on what is left of it."""
    queries.keep_fact(plain, _WITHHELD, now.model_dump_json())
    judged = plain.rows("SELECT * FROM cases WHERE record_fingerprint IS NOT NULL ORDER BY case_id")
    rows = {row["case_id"]: row for row in judged}
    for part in parts(list(rows)):
        found = queries.findings_of(plain, list(part))
        for case in part:
            row = rows[case]
            record = ComplianceRecord.of(queries.assessment(row, found.get(case, ())), school=row["school"])
            fingerprint = now.left_of(record).fingerprint
            if fingerprint != row["record_fingerprint"]:
                plain.run("UPDATE cases SET record_fingerprint = ? WHERE case_id = ?", fingerprint, case)


def first_write(plain: Plain) -> FirstWrite | None:
    """When and where flags were written for the first time; ``None`` = they never were, as far as this store knows."""
    kept = queries.fact(plain, _FIRST_WRITE)
    if kept is None:
        return None
    raw = json.loads(kept)
    return FirstWrite(date.fromisoformat(raw["day"]), str(raw["source"]))


def keep_first_write(plain: Plain, first: FirstWrite) -> None:
    """Keeps it."""
    queries.keep_fact(plain, _FIRST_WRITE, json.dumps(asdict(first), default=str))
