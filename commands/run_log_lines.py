"""What people do is a line in the run log: reports made, one case opened, the store copied or emptied. Never content."""

from __future__ import annotations

import os
from collections import Counter
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..domain.errors import StoreError
from ..journal.accounts import Accounts, account
from ..journal.run_log import ANCHOR, BrokenRunLog, Kind, RunLog, Verified, entries, verify
from ..reports.model import SchoolReport
from . import reference_key

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ..reports.model import Report
    from ..store import Forgotten
    from .workplace import Workplace


def run_log(work: Workplace, who: str) -> RunLog:
    """The run log, for ``who``: a role or a command, never a name. Beside it stands the account, as a keyed id."""
    settings = work.settings
    by = Accounts(settings.accounts_path).id_of(account(os.environ, settings.account))
    return RunLog(settings.run_log_path, who=who, by=by, memory=work.store)


def note_opened(work: Workplace, case_id: str, reason: str, role: str = "owner") -> None:
    """Writes in the run log that somebody in ``role`` opens a case, and why. Raises SettingsError where the reason won't do."""
    run_log(work, role).add_and_anchor(
        Kind.CASE_OPENED, case=case_id, reason=_told(reason), plan=work.judging.plan.document.label
    )


def _told(reason: str) -> str:
    from .reasons import checked  # reads texts; most lines have no reason

    return checked(reason)[:200]


def note_report(work: Workplace, name: str, report: Report, form: str) -> str | None:
    """Writes in the run log that a report was made, where there are nights that keep one.

    Whoever may read the store and not write in it gets the report all the same, and what is then said of the log.
    """
    if work.remembered is None:
        return None
    school = report.school.organisation_number if isinstance(report, SchoolReport) and report.school else None
    try:
        run_log(work, "rector" if isinstance(report, SchoolReport) else "owner").add_and_anchor(
            Kind.REPORT,
            report=name,
            school=school,
            form=form,
            as_of=report.as_of,
            plan=report.plan.document.label,
            findings=len(tuple(report.items)),
        )
    except (StoreError, BrokenRunLog) as error:
        return _("Rapporten kom ikke med i kjøreloggen: {error}").format(error=error)
    return None


def verified(work: Workplace, head: str | None) -> Verified:
    """What is wrong with the run log, by what the store and the file beside it remember, and ``head``."""
    anchor = work.remembered.meta(ANCHOR) if work.remembered is not None else None
    return verify(work.settings.run_log_path, anchor, None if head is None else head.strip().casefold())


def disputes(path: Path) -> Counter[str]:
    """By rule, in how many cases a person holds the tool to be wrong, as the run log at ``path`` tells."""
    return Counter(rule for rule, _case in disputed(path))


def disputed(path: Path) -> set[tuple[str, str]]:
    """Rule and case of what a person has held the tool to be wrong about, and has not taken back."""
    standing: set[tuple[str, str]] = set()
    for line in entries(path, Kind.DISPUTED) if path.is_file() else ():
        about = (line["rule"], line["case"])
        (standing.discard if line.get("withdrawn") else standing.add)(about)
    return standing


def backup(work: Workplace, target: Path) -> None:
    """A whole copy of the store, and a line about it. Raises StoreError."""
    work.store.backup(target)
    run_log(work, "store").add_and_anchor(Kind.STORE, action="backup")


def forget(work: Workplace, before: date) -> Forgotten:
    """Deletes what is older than ``before``, in the export of decisions too, and leaves a line with how much. Raises
    StoreError."""
    export = work.settings.decisions_path
    if export.exists():
        work.store.import_acceptances(export)
    gone = work.store.forget(before)
    work.store.export_acceptances(export, anew=True)
    counts = {name: getattr(gone, name) for name in ("cases", "runs", "cycles", "acceptances")}
    run_log(work, "store").add_and_anchor(Kind.STORE, action="forget", older_than=before.isoformat(), **counts)
    return gone


def new_key(work: Workplace, *, reason: str) -> None:
    """Takes the key in the settings (or none) for right from now on, with a line in the run log. Raises SettingsError."""
    why = _told(reason)
    reference_key.remember(work.settings, work.store, anew=True)
    run_log(work, "store").add_and_anchor(Kind.STORE, action="new_key", reason=why)
