"""The annual cycle: the judgement of each school year, of a school and of the municipality."""

from __future__ import annotations

from . import findings
from .names import MUNICIPALITY, cycle_subject
from .plain import Plain
from .rows import JudgedCycle, YearState


def put_cycle(plain: Plain, judged: JudgedCycle) -> YearState:
    """Keeps the judgement of a school year, and gives what was last written of it."""
    status, assessment = judged.status, judged.assessment
    key = {"school": status.school or MUNICIPALITY, "school_year": status.school_year}
    values = {
        "judged_at": assessment.as_of,
        "plan": assessment.plan,
        "crashed": list(assessment.crashed),
        "status": status.model_dump(mode="json"),
        "fingerprint": judged.fingerprint,
    }
    plain.put_all("cycles", tuple(key), [{**key, **values}])
    subject = cycle_subject(status.school, status.school_year)
    stood = findings.replace_with(plain, {subject: assessment}, of_cycle=True)
    findings.note_changes(plain, {subject: assessment}, {subject: stood.get(subject, {})})
    (last,) = plain.rows(f"SELECT written_fingerprint, changed_to FROM cycles {_ITS}", *key.values())
    return YearState(status.school, status.school_year, judged.fingerprint, *last.values())


def note_year_changed(plain: Plain, subject: str, to: str | None) -> None:
    """Somebody else has put ``to`` in the place of our status (``None``: ours stands again). It is kept until restored."""
    plain.run(f"UPDATE cycles SET changed_to = ? {_ITS}", to, *_key(subject))


def note_year_lost(plain: Plain, subject: str) -> None:
    """What we wrote is to be written again."""
    plain.run(f"UPDATE cycles SET changed_to = NULL, written_fingerprint = '' {_ITS}", *_key(subject))


def confirm_year(plain: Plain, subject: str, fingerprint: str) -> None:
    """The status with ``fingerprint`` has been read back."""
    plain.run(f"UPDATE cycles SET written_fingerprint = ?, changed_to = NULL {_ITS}", fingerprint, *_key(subject))


_ITS = "WHERE school = ? AND school_year = ?"


def _key(subject: str) -> tuple[str, str]:
    school, _slash, year = subject.rpartition("/")
    return school, year
