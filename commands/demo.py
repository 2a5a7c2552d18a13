"""A municipality's night from end to end, told as it happens; everything it makes is left in one folder."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import reports
from ..domain.errors import MissingPart, SettingsError, optional_part
from ..domain.fault_words import why_not
from ..domain.flag import ComplianceRecord
from ..domain.moment import OSLO
from ..domain.verdict import Verdict
from ..reports.html import pages
from ..validators.verdict_words import REASONS, VERDICTS
from . import cycles, mocking, night, reports_for
from .command_language import value_word
from .workplace import Workplace

if TYPE_CHECKING:
    from ..domain.school import School
    from ..reports.model import Report
    from ..sync.summary import RunSummary

Echo = Callable[[str], Any]
EARLIER = tuple(datetime(2026, month, day, 4, 15, tzinfo=OSLO) for month, day in ((10, 20), (11, 3), (11, 17)))
"""Nights in which the tool only looked: what it is like now can be held against what it was like then."""
FIRST = datetime(2026, 11, 20, 16, 0, tzinfo=OSLO)
LATER = datetime(2026, 11, 24, 4, 15, tzinfo=OSLO)
_FORMS = {"text": "txt", "json": "json", "html": "html", "xlsx": "xlsx", "csv": "csv", "ics": "ics", "pdf": "pdf"}
_MARK = ".skolemiljo-demo"
"""By this file a demo knows a folder that one made before."""
_QUICK = {form: ending for form, ending in _FORMS.items() if form != "pdf"}


def run_demo(out: Path, echo: Echo, *, stress: bool = False) -> None:
    """Plays the night and leaves settings, store, flags read back and reports in ``out``. ``stress``: in a municipality where
    most cases lack something. Raises SettingsError."""
    with optional_part("mock"):
        from ..adapters.mock.municipality import Municipality
        from ..adapters.mock.running import start
    _make_room(out)
    with start(Municipality(calm=not stress), as_of=FIRST) as mock:
        file = _settings(out, mock)
        looking = Workplace(file, out / "secrets")
        _look(looking, mock, echo)
        looking.store.close()
        file.write_text(file.read_text("utf-8").replace("write_back = false", "write_back = true"), "utf-8")
        _tell(Workplace(file, out / "secrets"), mock, out, echo, stress=stress)


def _make_room(out: Path) -> None:
    """An empty folder ``out``. What stood there is taken away only where an earlier demo made it."""
    try:
        if out.exists() and not (out / _MARK).is_file() and (not out.is_dir() or any(out.iterdir())):
            raise SettingsError(
                _("--out: {file} finnes fra før og er ikke laget av demoen: velg en annen mappe").format(file=out.name)
            )
        if out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True)
        (out / _MARK).touch()
    except OSError as error:
        raise SettingsError(_("fila kan ikke skrives ({kind})").format(kind=why_not(error))) from None


def _settings(out: Path, mock: Any) -> Path:
    from ..adapters.mock.municipality import skolerute_path

    credentials = mock.mock.credentials
    secrets = out / "secrets"
    secrets.mkdir(mode=0o700)
    (secrets / "client_secret").write_text(credentials.client_secret, "utf-8")
    shutil.copyfile(skolerute_path(), out / "skolerute.toml")
    common = f'token_url = "{mock.token_url}"\nclient_id = "{credentials.client_id}"\ntenant_id = "{credentials.tenant_id}"\n'
    file = out / "settings.toml"
    file.write_text(
        'municipality = "Fjellgløtt kommune"\nsource = "sikker_sak"\ncycle = "annual_cycle"\n'
        'school_calendar = "skolerute.toml"\nstore = "lager.sqlite"\n\n[sync]\nwrite_back = false\nwrite_from = 2024-08-01\n\n'
        f'[sikker_sak]\nbase_url = "{mock.sikker_sak_url}"\n{common}\n'
        f'[annual_cycle]\nbase_url = "{mock.annual_cycle_url}"\n{common}',
        "utf-8",
    )
    return file


def _look(work: Workplace, mock: Any, echo: Echo) -> None:
    echo(_("Fjellgløtt kommune er oppdiktet. Alle saker, skoler og mennesker i den er oppdiktet."))
    answers = _("Etterligningene av Visma Sikker Sak og 1310.no svarer over ekte HTTP på {url}.")
    echo(answers.format(url=mock.url) + "\n")
    for moment in EARLIER:
        mock.mock.state.go_on(moment)
        night.run(work, as_of=moment, handle_signals=False)
    looked = _("Siden {day} har verktøyet sett på sakene uten å skrive noe; det må noen be det om.")
    echo(_at(looked, EARLIER[0]) + "\n")


def _tell(work: Workplace, mock: Any, out: Path, echo: Echo, *, stress: bool) -> None:
    names = {school.organisation_number: school.name for school in work.schools}
    mock.mock.state.go_on(FIRST)
    first_night = _(
        "1. Fredag {day} kl. {time}: hent sakene, vurder dem mot planen, skriv flaggene, og les dem tilbake."
    )
    echo(_at(first_night, FIRST) + "\n")
    first = _night(work, FIRST, names, echo, first_write=True)

    echo("\n" + _("2. En gang til: ingenting er nytt, så ingenting blir skrevet.") + "\n")
    _night(work, FIRST, names, echo)

    later = _("3. Natt til tirsdag {day} kl. {time}: skolene har arbeidet videre, og noen frister har gått ut.")
    echo("\n" + _at(later, LATER) + "\n")
    before = _verdicts(work)
    mock.mock.state.go_on(LATER)
    _night(work, LATER, names, echo)
    _turned(before, _verdicts(work), echo)

    echo("\n" + _("4. Flaggene slik de nå står i Sikker Sak, lest tilbake derfra:") + "\n")
    _read_back(work, out, echo)

    school = work.schools[0]
    echo("\n" + _("5. Årshjulet til {school}, slik det nå står i 1310.no:").format(school=school.name) + "\n")
    echo(_indented(cycles.status(work, school.organisation_number, LATER, "text").split("\n\n")[-1]))

    echo("\n" + _("6. Rektor ved {school} spør: hva må jeg gjøre?").format(school=school.name) + "\n")
    without: dict[str, str] = {}
    _rektor(work, school, LATER, out, without, echo)

    echo("\n" + _("7. Skoleeier ser alle skolene:") + "\n")
    _owner(work, LATER, out, without, echo)

    (out / "run.json").write_text(json.dumps(first.to_json(), ensure_ascii=False, indent=2), "utf-8")
    mocking.folder(out / "eksport", seed=7, schools=3, cases=20, calm=not stress)
    _where(out, without, echo)


def _at(text: str, moment: datetime) -> str:
    return text.format(day=f"{moment:%d.%m.%Y}", time=f"{moment:%H.%M}")


def _where(out: Path, without: dict[str, str], echo: Echo) -> None:
    """What lies in the folder now, and which forms do not."""
    echo("\n" + _("Alt ligger i {folder}:").format(folder=f"{out}/"))
    pages = _("sidene rektorene skriver ut; også som txt, json, csv, xlsx og ics, og én som pdf")
    echo(f"  rektor-*.html  {pages}")
    echo("  skoleeier/index.html  " + _("oversikten over skolene, og en side for hver"))
    echo("  flagg/  " + _("flaggene slik de ble lest tilbake, en fil for hver sak"))
    echo("  lager.sqlite, runlog.jsonl  " + _("det som huskes, og hvem som gjorde hva"))
    echo("  eksport/  " + _("samme slags saker som filer:") + f" skolemiljo assess {out / 'eksport' / 'cases'}")
    for form, why in without.items():
        echo("  " + _("Uten {form}: {why}").format(form=form, why=why))


def _night(
    work: Workplace, as_of: datetime, names: dict[str, str], echo: Echo, *, first_write: bool = False
) -> RunSummary:
    summary = night.run(work, as_of=as_of, first_write=first_write, handle_signals=False)
    echo(_indented(night.text(summary, names)))
    return summary


def _verdicts(work: Workplace) -> dict[tuple[str, str, str, str], Verdict]:
    return {f.identity: f.verdict for a in work.store.assessments() for f in a.findings}


def _turned(before: dict[Any, Verdict], after: dict[Any, Verdict], echo: Echo) -> None:
    pairs = Counter((old, after[key]) for key, old in before.items() if key in after and after[key] is not old)
    echo("")
    for (old, new), number in pairs.most_common():
        echo(f"   {value_word(old, VERDICTS)} -> {value_word(new, VERDICTS)}: {number}")


def _read_back(work: Workplace, out: Path, echo: Echo) -> None:
    folder = out / "flagg"
    folder.mkdir()
    records: list[ComplianceRecord] = []
    for school in work.schools:
        for case_id in work.source.case_ids(school.organisation_number):
            record = work.source.read(case_id)
            if record is not None:
                records.append(record)
                (folder / f"{case_id}.json").write_text(record.model_dump_json(indent=1), "utf-8")
    counts = Counter(flag.verdict for record in records for flag in record.flags)
    total = ", ".join(f"{number} {value_word(verdict, VERDICTS)}" for verdict, number in counts.most_common())
    echo("   " + _("{n} saker har flagg: {counts}.").format(n=len(records), counts=total))
    one = next((r for r in records if any(f.verdict is Verdict.DEVIATION for f in r.flags)), None)
    if one is not None:
        echo("   " + _("For eksempel {case}:").format(case=one.case))
        for flag in one.flags:
            if flag.verdict in (Verdict.DEVIATION, Verdict.DUE):
                reason = f" ({value_word(flag.reason, REASONS)})" if flag.reason else ""
                day = f"{flag.deadline:%d.%m.%Y}" if flag.deadline else ""
                deadline = ", " + _("frist {day}").format(day=day) if day else ""
                echo(f"     {flag.rule:<7} {value_word(flag.verdict, VERDICTS)}{reason}{deadline}  [{flag.scope}]")


def _rektor(work: Workplace, school: School, as_of: datetime, out: Path, without: dict[str, str], echo: Echo) -> None:
    for one in work.schools:
        report = reports_for.for_rector(work, one.organisation_number, as_of=as_of)[0]
        _write(report, out / f"rektor-{one.organisation_number}", _FORMS if one is school else _QUICK, without)
        if one is school:
            shown = str(reports.render(report, "text", width=92, color=False))
            echo(_indented("\n".join(shown.splitlines()[:40])))
            rest = out / f"rektor-{one.organisation_number}.txt"
            echo("   " + _("… resten står i {file}").format(file=rest))


def _owner(work: Workplace, as_of: datetime, out: Path, without: dict[str, str], echo: Echo) -> None:
    report = reports_for.for_owner(work, as_of=as_of)[0]
    _write(report, out / "skoleeier", _QUICK, without)
    folder = out / "skoleeier"
    folder.mkdir()
    for name, page in pages(report).items():
        (folder / name).write_text(page, "utf-8")
    shown = str(reports.render(report, "text", width=92, color=False))
    echo(_indented("\n".join(shown.splitlines()[:30])))


def _write(report: Report, stem: Path, forms: dict[str, str], without: dict[str, str]) -> None:
    """The report in these forms. One that something is missing for is left out, and why is noted in ``without``."""
    for form, ending in forms.items():
        try:
            content = reports.render(report, form)
        except MissingPart as error:
            without[form] = str(error)
            continue
        stem.with_suffix(f".{ending}").write_bytes(content if isinstance(content, bytes) else content.encode())


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" if line else "" for line in text.splitlines())
