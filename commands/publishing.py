"""The reports laid out where people open them: a folder for each school and one for the owner, after every night."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from .. import reports
from ..domain.errors import MissingPart, SettingsError
from ..domain.fault_words import why_not
from ..domain.files import put_in_place
from ..domain.moment import OSLO
from ..reports import html
from ..reports.model import SchoolReport
from . import calendars, reports_for
from .run_log_lines import note_report

if TYPE_CHECKING:
    from ..reports.model import Report
    from ..settings import PublishSection
    from .workplace import Workplace

Echo = Callable[[str], None]
OWNER = "owner"
"""The owner's folder; a school's is its organisation number."""
INDEX = "index.html"
_FORMS = {
    "pdf": "rapport.pdf",
    "xlsx": "rapport.xlsx",
    "csv": "rapport.csv",
    "ics": "frister.ics",
    "json": "rapport.json",
}
_PAGE = "rapport.html"


@dataclass(frozen=True)
class Published:
    """When what is published was seen, until when it holds, and what a reader must know before anything else."""

    seen_at: datetime
    until: datetime
    warning: str

    @property
    def line(self) -> str:
        """The first line of every page."""
        seen, until = (f"{moment.astimezone(OSLO):%d.%m.%Y kl. %H.%M}" for moment in (self.seen_at, self.until))
        told = _("Slik sakene sto {seen}. Gjelder til {until}.").format(seen=seen, until=until)
        return f"{self.warning} {told}" if self.warning else told


def publish(work: Workplace, folder: Path, *, now: datetime, echo: Echo) -> bool:
    """Writes what the last night saw to ``folder``: ``<orgnr>/`` for each school, ``owner/`` for the owner.

    Each file is whole or not there, the index comes last, and what an earlier publishing left is removed. A page whose night did
    not come, or was not whole, begins with a warning. Returns whether every page holds and is whole. Raises SettingsError
    where no night has been, or where ``folder`` can't be written.
    """
    store = reports_for.needed(work.remembered)
    wanted = work.settings.publish
    whole = True
    places: dict[str, Path] = {}
    try:
        for number in store.schools():
            _school, seen_at = reports_for.stored_school(store, number)
            if seen_at is None or reports_for.is_over(store, number, now):
                continue
            report, by_case = reports_for.for_rector_and_each_case(work, number, as_of=now)
            made = _made(seen_at, now, complete=report.complete)
            files = {**_case_pages(by_case, made), **dict(_files(work, report, made, now))}
            places[number] = _lay_out(folder / number, files, made, wanted, number, now)
            note_report(work, "publish", report, "html")
            whole = whole and not made.warning
            echo(f"  {number}  {made.line}")
        if not places:
            raise SettingsError(_("lageret har ingen skole: kjør skolemiljo sync først"))
        audit, judged = reports_for.for_owner(work, as_of=now, offline=True)
        seen = min(seen for number in places if (seen := reports_for.stored_school(store, number)[1]) is not None)
        made = _made(seen, now, complete=judged.complete and whole)
        _lay_out(folder / OWNER, dict(_files(work, audit, made, now)), made, wanted, OWNER, now)
        note_report(work, "publish", audit, "html")
        echo(f"  {OWNER}  {made.line}")
        _remove_schools_no_longer_there(folder, {*places, OWNER})
    except OSError as error:
        raise SettingsError(
            _("{folder} kan ikke skrives ({why}): sjekk rettighetene, og gruppene i [publish]").format(
                folder=folder.name, why=why_not(error)
            )
        ) from None
    return whole and not made.warning


def _made(seen_at: datetime, now: datetime, *, complete: bool) -> Published:
    until = seen_at + reports_for.HOLDS
    if now > until:
        return Published(seen_at, until, _("NB: siste natt kom ikke. Det som er skrevet siden, er ikke med."))
    if not complete:
        return Published(seen_at, until, _("NB: ikke alt kunne leses siste natt."))
    return Published(seen_at, until, "")


def _lay_out(
    folder: Path, files: Mapping[str, str | bytes], made: Published, wanted: PublishSection, reader: str, now: datetime
) -> Path:
    """One reader's folder: the files, then the index, then nothing else."""
    for name, content in files.items():
        put_in_place(folder / name, content)
    put_in_place(folder / "index.json", json.dumps(_told(made, files, reader, now), ensure_ascii=False, indent=1))
    put_in_place(folder / INDEX, _index(made, files))
    for old in folder.iterdir():
        if old.name not in {*files, "index.json", INDEX} and not old.is_dir():
            old.unlink()
    _hand_over(folder, wanted, reader)
    return folder


def _case_pages(reports_by_case: Mapping[str, SchoolReport], made: Published) -> dict[str, str | bytes]:
    return {html.case_file(case): html.render(report, held=made.line) for case, report in reports_by_case.items()}


def _files(work: Workplace, report: Report, made: Published, now: datetime) -> Iterator[tuple[str, str | bytes]]:
    yield _PAGE, html.render(report, held=made.line, with_case_pages=True)
    for form, name in _FORMS.items():
        if form == "ics" and not isinstance(report, SchoolReport):
            continue
        with suppress(MissingPart):  # a form whose extra is not installed is left out; the index shows what there is
            if form == "ics":
                yield name, reports.render(report, form, sequences=calendars.sequences(work, report, now))
            else:
                yield name, reports.render(report, form)


def _told(made: Published, files: Mapping[str, str | bytes], reader: str, now: datetime) -> dict[str, object]:
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "seen_at": made.seen_at.isoformat(timespec="seconds"),
        "holds_until": made.until.isoformat(timespec="seconds"),
        "whole": not made.warning,
        "reader": reader,
        "files": sorted(files),
    }


def _index(made: Published, files: Mapping[str, str | bytes]) -> str:
    """A page of links, without a style of its own: it is read on a file share as well as behind a sign-on."""
    title = _("Skolemiljøsakene")
    named = {
        _PAGE: _("Les rapporten"),
        _FORMS["pdf"]: _("Til utskrift og arkiv (PDF)"),
        _FORMS["xlsx"]: _("Regneark"),
        _FORMS["ics"]: _("Frister til kalenderen"),
        _FORMS["csv"]: _("Tabell (CSV)"),
        _FORMS["json"]: _("For programmer (JSON)"),
    }
    ordered = [name for name in named if name in files] + sorted(files.keys() - named)
    links = "".join(f'<li><a href="{name}">{escape(named.get(name, name))}</a></li>' for name in ordered)
    return (
        '<!doctype html>\n<html lang="nb"><head><meta charset="utf-8"><title>'
        f"{escape(title)}</title><meta name='viewport' content='width=device-width'>"
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'"></head>'
        f"<body><p>{escape(made.line)}</p><h1>{escape(title)}</h1><ul>{links}</ul></body></html>\n"
    )


def _hand_over(folder: Path, wanted: PublishSection, reader: str) -> None:
    """Gives the folder to the group that may read it; without one it stays its owner's alone."""
    group = wanted.groups.get(reader)
    if group is None:
        return
    try:
        for path in (*folder.iterdir(), folder):
            shutil.chown(path, group=group)
            path.chmod(0o750 if path.is_dir() else 0o640)
    except LookupError:
        raise SettingsError(
            _("[publish] groups: gruppa til {reader} finnes ikke på denne maskinen").format(reader=reader)
        ) from None


def _remove_schools_no_longer_there(folder: Path, kept: set[str]) -> None:
    """Folders that an earlier publishing made for a school that is closed now; whatever else lies here is left alone."""
    for other in folder.iterdir():
        if other.is_dir() and other.name not in kept and (other / "index.json").is_file():
            shutil.rmtree(other)
