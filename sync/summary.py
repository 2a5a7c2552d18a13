"""What a night did: numbers and ids, fit for a person's eyes, a log and a monitor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from ..adapters.ports import CaseProblem
from ..domain.exit_code import ExitCode
from ..domain.problem import ProblemKind
from ..domain.verdict import Assessment
from .account import Account
from .stopping import exit_code

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class RecordChange:
    """How the record of one case differs from what stood there, in numbers of flags."""

    case: str
    added: int
    changed: int
    cleared: int


@dataclass(frozen=True, slots=True)
class SchoolSummary:
    """What was done about one school (``school`` None: the municipality's own annual cycle).

    Each step of the night gives a new one with what it has added: :meth:`plus`.
    """

    school: str | None
    full: bool = False
    """Whether everything was read, not only what changed."""
    read: int = 0
    judged: int = 0
    written: int = 0
    stood: int = 0
    """Intentions that stood already when they were looked up: an earlier night had been cut off."""
    would_write: int = 0
    """Records that differ, while write-back is off."""
    held: int = 0
    """Records that would clear a flag; they wait until the school is complete."""
    conflicts: int = 0
    """Writes that met a later edit; the case was pulled and judged again."""
    flags_added: int = 0
    flags_changed: int = 0
    flags_cleared: int = 0
    changes: tuple[RecordChange, ...] = ()
    """One by one; in a dry run only."""
    cycles_written: int = 0
    cycles_unchanged: int = 0
    cycles_unknown: int = 0
    """School years that the annual cycle does not know."""
    vanished: tuple[str, ...] = ()
    """Cases that the source no longer has, found tonight."""
    still_gone: tuple[str, ...] = ()
    """Cases that vanished on earlier nights, are still gone, and that nobody has accepted."""
    account: Account | None = None
    """What there was of its cases and what there is; ``None`` where nobody could count."""
    appeared: int = 0
    """Cases that only the source's own list of ids showed."""
    mended: tuple[str, ...] = ()
    """Records (cases, or school/school year) that stood no more as we had written them, and are written again."""
    changed_by_others: tuple[str, ...] = ()
    """Records in whose place somebody else has put something: it is kept until a person restores ours."""
    set_aside: tuple[tuple[str, ProblemKind], ...] = ()
    """Writes given up for tonight: case (or school/school year) and kind of fault."""
    waiting: int = 0
    """Writes that were not tried, because the system did not answer or the run was stopped."""
    problems: tuple[CaseProblem, ...] = ()
    """What could not be read or judged."""
    unclaimed: tuple[CaseProblem, ...] = ()
    """What could not be read and may be this school's or another's; the run tells it, once."""
    refusals: tuple[CaseProblem, ...] = ()
    """What kept anything from being written: told beside the problems, but what was read is no less whole for it."""
    crashed: Counter[str] = field(default_factory=Counter)
    """Rules that crashed, with the number of cases."""
    unknown: int = 0
    """Verdicts «kunne ikke sjekkes» that stand, of cases judged on earlier nights too."""
    source_count: int | None = None
    known_count: int | None = None
    error: ProblemKind | None = None
    """Kind of what broke the reading off."""
    finished: bool = False

    @property
    def read_whole(self) -> bool:
        """Whether all of the school was read and judged: only then may a flag be cleared or the cursor move."""
        return self.finished and self.error is None and not (self.problems or self.unclaimed or self.crashed)

    @property
    def complete(self) -> bool:
        """Whether all was done: read, judged, and what had to be written stands."""
        return self.read_whole and not self.set_aside and not self.waiting and not self.refusals

    def plus(self, **more: Any) -> SchoolSummary:
        """With ``more`` added: numbers are summed, and lists are longer."""
        return replace(self, **{name: getattr(self, name) + value for name, value in more.items()})

    def with_judged(self, assessment: Assessment) -> SchoolSummary:
        """With one more case that was judged."""
        return self.plus(judged=1, crashed=Counter(assessment.crashed))

    def with_change(self, change: RecordChange) -> SchoolSummary:
        """With the flags of one more record that now stands."""
        return self.plus(
            written=1, flags_added=change.added, flags_changed=change.changed, flags_cleared=change.cleared
        )

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "school": self.school,
            "complete": self.complete,
            "full": self.full,
            "read": self.read,
            "judged": self.judged,
            "written": self.written,
            "stood_already": self.stood,
            "would_write": self.would_write,
            "held_back": self.held,
            "conflicts": self.conflicts,
            "flags": {"added": self.flags_added, "changed": self.flags_changed, "cleared": self.flags_cleared},
            "changes": [
                {"case": c.case, "added": c.added, "changed": c.changed, "cleared": c.cleared} for c in self.changes
            ],
            "annual_cycle": {
                "written": self.cycles_written,
                "unchanged": self.cycles_unchanged,
                "unknown_there": self.cycles_unknown,
            },
            "vanished": list(self.vanished),
            "still_gone": list(self.still_gone),
            "account": None if self.account is None else self.account.to_json(),
            "appeared": self.appeared,
            "mended": list(self.mended),
            "changed_by_others": list(self.changed_by_others),
            "set_aside": [{"subject": subject, "kind": kind} for subject, kind in self.set_aside],
            "waiting": self.waiting,
            "problems": [_told(problem) for problem in (*self.problems, *self.refusals)],
            "unclaimed": len(self.unclaimed),
            "crashed_rules": dict(self.crashed),
            "unknown": self.unknown,
            "counts": {"source": self.source_count, "known": self.known_count},
            "error": self.error,
        }


def _told(problem: CaseProblem) -> dict[str, Any]:
    names = ("case", "kind", "fields", "what_to_do", "place")
    return {name: getattr(problem, name) for name in names} | {"fields": list(problem.fields)}


@dataclass(frozen=True, slots=True)
class FirstWriteWaits:
    """What would be written for the first time: nothing is, before a person says so."""

    cases: int
    flags: int


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One night, whole. Moments are zone-aware."""

    run: str
    started_at: datetime
    as_of: datetime
    plan: str
    dry_run: bool
    write_back: bool
    ended_at: datetime | None = None
    schools: tuple[SchoolSummary, ...] = ()
    """In the order of their organisation numbers; the municipality itself (``school`` None) last."""
    missing_schools: tuple[str, ...] = ()
    """Schools we know that the source no longer shows."""
    odd_schools: tuple[str, ...] = ()
    """Entries of the roster that are no school that can be asked for, by the roster's own id: nobody has looked at them."""
    new_schools: tuple[str, ...] = ()
    """Schools that no night before this one has met; the first night has none."""
    closed_schools: tuple[str, ...] = ()
    """Schools that source or roster tells tonight have been closed, or merged into another."""
    cut_off: tuple[str, ...] = ()
    """Earlier runs that never ended."""
    decisions_back: int = 0
    """Decisions that the store lacked, or had an older word of, taken back from the last export."""
    decisions_problem: str | None = None
    """Why the export could not be read, and what to do; it is left as it is until a person has mended it."""
    first_write_waits: FirstWriteWaits | None = None
    """Flags are to be written, and nobody has said yet that it may begin."""
    error: ProblemKind | None = None
    """Kind of what broke the whole run off."""
    error_text: str | None = None
    error_exit: int | None = None
    """Its exit code: 75 where the whole night may be tried again soon."""
    stopped: bool = False
    stopped_by: int | None = None
    """The signal that asked, where one did."""

    @property
    def complete(self) -> bool:
        """Whether every school was read, judged and written, and none is missing."""
        return (
            not self.stopped
            and self.error is None
            and self.decisions_problem is None
            and self.first_write_waits is None
            and not self.missing_schools
            and not self.odd_schools
            and all(school.complete for school in self.schools)
        )

    @property
    def read_whole(self) -> dict[str | None, bool]:
        """Of each school, whether it was read and judged to its end, whatever became of the writing."""
        return {school.school: school.read_whole for school in self.schools} | dict.fromkeys(
            self.missing_schools, False
        )

    @property
    def state(self) -> str:
        """``complete``, ``incomplete``, ``stopped`` or ``failed``."""
        if self.stopped:
            return "stopped"
        if self.error is not None:
            return "failed"
        return "complete" if self.complete else "incomplete"

    @property
    def exit_code(self) -> int:
        """0 done, 3 not all could be done, 75 nothing could be begun and later it may, 130 or 143 stopped.

        A run that works exits 0 however many deviations it found.
        """
        if self.stopped:
            return ExitCode.STOPPED if self.stopped_by is None else exit_code(self.stopped_by)
        if self.error_exit is not None:
            return self.error_exit
        return ExitCode.DONE if self.complete else ExitCode.UNCHECKED

    def total(self, name: str) -> int:
        """The sum of a number over all schools: ``total("written")``."""
        return sum(int(getattr(school, name)) for school in self.schools)

    @property
    def vanished_before(self) -> int:
        """Cases that vanished on earlier nights, are still gone, and that nobody has accepted."""
        return sum(len(school.still_gone) for school in self.schools)

    @property
    def unclaimed(self) -> tuple[CaseProblem, ...]:
        """What could not be read and does not say whose case it is: no school is whole because of it. Each once."""
        return tuple({problem.case: problem for school in self.schools for problem in school.unclaimed}.values())

    @property
    def set_aside(self) -> list[tuple[str, str]]:
        """Writes given up for tonight, over all schools."""
        return [item for school in self.schools for item in school.set_aside]

    def problems(self) -> Iterator[tuple[str | None, CaseProblem]]:
        """What could not be read or written, with the school (``None``: it may be any school's)."""
        yield from ((None, problem) for problem in self.unclaimed)
        for school in self.schools:
            for problem in (*school.problems, *school.refusals):
                yield school.school, problem

    def to_json(self) -> dict[str, Any]:
        """As plain data: ids, codes, numbers and moments."""
        sums = ("read", "judged", "written", "stood", "would_write", "held", "conflicts", "waiting", "unknown")
        return {
            "schema_version": SCHEMA_VERSION,
            "run": self.run,
            "state": self.state,
            "complete": self.complete,
            "as_of": self.as_of.isoformat(),
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at is not None else None,
            "plan": self.plan,
            "dry_run": self.dry_run,
            "write_back": self.write_back,
            "error": self.error,
            "error_text": self.error_text,
            "totals": {name: self.total(name) for name in sums}
            | {"set_aside": len(self.set_aside), "vanished": sum(len(s.vanished) for s in self.schools)},
            "unclaimed": [_told(problem) for problem in self.unclaimed],
            "missing_schools": list(self.missing_schools),
            "odd_schools": list(self.odd_schools),
            "new_schools": list(self.new_schools),
            "closed_schools": list(self.closed_schools),
            "cut_off_runs": list(self.cut_off),
            "decisions_back": self.decisions_back,
            "decisions_problem": self.decisions_problem,
            "first_write_waits": None if self.first_write_waits is None else asdict(self.first_write_waits),
            "vanished_before": self.vanished_before,
            "schools": [school.to_json() for school in self.schools],
        }
