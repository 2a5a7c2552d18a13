"""What the doctor asks of the systems outside: do they answer, do the clocks agree, can a page of cases be read?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from gettext import gettext as _
from gettext import ngettext
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..adapters.connect import case_adapter, cycle_adapter, roster_adapter
from ..adapters.ports import CaseProblem
from ..domain.errors import Skippable
from ..domain.fault_words import called
from ..judging.judged import school_years
from ..sync.sender import CasePlace
from .doctor_line import Line, State

if TYPE_CHECKING:
    from ..settings import HttpSection, Settings
    from ..store import Store
    from .workplace import Workplace

_CLOCK_LOOK, _CLOCK_FAULT = 60.0, 600.0
"""Seconds. Ten minutes wrong can put what was done before midnight on the day after."""
_BUDGET = 30.0
"""Seconds at most for one call: whoever asks the doctor waits for the answer."""
_OFTEN = 5
"""A label that nobody has mapped is shown when it came so often: then it is a template's, and nobody's words."""
_SAMPLE = 20
"""Records that are read back, where somebody asks for it."""
HTTP = ("sikker_sak", "annual_cycle", "oneroster")


class Systems:
    """The systems that the settings of ``work`` name. Nothing is written, and each call has one try."""

    def __init__(self, work: Workplace, at: datetime) -> None:
        self._work = work
        self._at = at

    def named(self) -> Iterator[tuple[str, str]]:
        """The adapters that the settings name, each with what it is for."""
        settings = self._work.settings
        yield settings.source, "cases"
        if settings.cycle != settings.source:
            yield settings.cycle, "cycle"
        if settings.roster is not None:
            yield settings.roster, "roster"

    def asks(self, name: str, role: str) -> Callable[[], Iterator[Line]]:
        """The question whether the system ``name`` answers."""
        ask = {"cases": self._cases, "cycle": self._cycle, "roster": self._roster}[role]
        return lambda: ask(f"system:{name}")

    @cached_property
    def _hurried(self) -> Settings:
        """The settings, with one try for each call and no more time than a person has."""
        settings = self._work.settings

        def quick(section: HttpSection) -> HttpSection:
            return section.model_copy(update={"attempts": 1, "budget": min(section.budget, _BUDGET)})

        return settings.model_copy(update={name: quick(getattr(settings, name)) for name in HTTP} | {"roster": None})

    def _cases(self, check: str) -> Iterator[Line]:
        source = case_adapter(self._hurried)
        schools = [school.organisation_number for school in source.schools()]
        yield Line(
            check,
            State.OK,
            ngettext("svarer; {contract}{n} skole", "svarer; {contract}{n} skoler", len(schools)).format(
                contract=_contract(self._work.settings.source), n=len(schools)
            ),
        )
        yield from _clock(check, source)
        if not schools:
            yield Line(
                check, State.FAULT, _("viser ingen skoler"), _("Be leverandøren gi integrasjonen tilgang til skolene.")
            )
            return
        page = list(islice(source.changed_cases(schools[0], None), self._work.settings.sikker_sak.page_size))
        kinds = Counter(item.kind for item in page if isinstance(item, CaseProblem))
        if kinds:
            told = ", ".join(f"{called(kind)}: {number}" for kind, number in sorted(kinds.items()))
            what = _("{total} av {n} saker kan ikke leses ({told})").format(total=kinds.total(), n=len(page), told=told)
            yield Line(check, State.LOOK, what, _("skolemiljo sync sier hvilke saker og felt det er."))
        elif page:
            can = ngettext("en side med {n} sak kan leses", "en side med {n} saker kan leses", len(page))
            yield Line(check, State.OK, can.format(n=len(page)))
        else:
            yield Line(
                check,
                State.LOOK,
                _("ingen saker ved {school}").format(school=schools[0]),
                _("Er det riktig? Ellers mangler det tilgang."),
            )
        yield from _unmapped(check, source)
        for note in getattr(source, "notes", ()):
            yield Line(check, State.LOOK, note, _("Se etter der, og rett det hvis det ikke er meningen."))
        if getattr(source, "by_hand", None) is not None:
            yield from self._by_hand(check)
        if self._work.settings.cycle == self._work.settings.source:
            yield from self._facts(check, source, schools[0])

    def _by_hand(self, check: str) -> Iterator[Line]:
        """What was handed over to be entered by hand, and is not yet."""
        from .hand_entry import ByHand, waiting

        left = waiting(ByHand(self._work, self._at))
        what = ngettext("{n} rad er ikke ført for hånd ennå", "{n} rader er ikke ført for hånd ennå", left)
        if left:
            do = _("skolemiljo workbook handover lager arket; skolemiljo workbook receipt leser det tilbake.")
            yield Line(check, State.LOOK, what.format(n=left), do)

    def flags(self, store: Store | None) -> Iterator[Line]:
        """Whether some of the records that we wrote, from all over the list of them, stand as they were written."""
        stand = sorted(store.written_fingerprints().items()) if store is not None else []
        if not stand:
            yield Line("flags", State.OK, _("ingen flagg er skrevet ennå"))
            return
        sample = stand[:: max(len(stand) // _SAMPLE, 1)][:_SAMPLE]
        place, differs = CasePlace(case_adapter(self._hurried)), []
        for case, fingerprint in sample:
            try:
                if place.standing(case) != fingerprint:
                    differs.append(case)
            except Skippable:
                differs.append(case)
        if differs:
            what = _("{n} av {total} som ble sett på, står ikke som vi skrev dem: {cases}").format(
                n=len(differs), total=len(sample), cases=", ".join(differs)
            )
            yield Line("flags", State.LOOK, what, _("skolemiljo sync --full leser alle, og skriver det som er borte."))
        else:
            yield Line("flags", State.OK, _("{total} som ble sett på, står som vi skrev dem").format(total=len(sample)))

    def _cycle(self, check: str) -> Iterator[Line]:
        cycle = cycle_adapter(self._hurried)
        yield from self._facts(check, cycle, None)
        yield from _clock(check, cycle)

    def _facts(self, check: str, cycle: Any, school: str | None) -> Iterator[Line]:
        year = school_years(self._at)[-1]
        facts = cycle.facts(school, year)
        contract = _contract(self._work.settings.cycle)
        if facts.found:
            yield Line(
                check,
                State.OK,
                _("årshjulet svarer; {contract}skoleåret {year} er der").format(contract=contract, year=year),
            )
        else:
            what = _("årshjulet svarer; {contract}skoleåret {year} finnes ikke").format(contract=contract, year=year)
            yield Line(
                check,
                State.LOOK,
                what,
                _("Opprett skoleåret i årshjulet (i ei arbeidsbok: skriv rader for det i arket Årshjul)."),
            )

    def _roster(self, check: str) -> Iterator[Line]:
        hurried = self._hurried.model_copy(update={"roster": self._work.settings.roster})
        roster = roster_adapter(hurried)
        number = len(list(roster.schools()))
        yield Line(check, State.OK, ngettext("svarer; {n} skole", "svarer; {n} skoler", number).format(n=number))
        for name in getattr(roster, "odd", ()):
            odd = _("{name} i listen over skoler har ikke noe organisasjonsnummer")
            yield Line(check, State.FAULT, odd.format(name=name), _("Rett den der: ingen ser på en skole uten nummer."))
        yield from _clock(check, roster)


def _contract(adapter: str) -> str:
    """Which contract the adapter keeps; nothing where it is no contract of ours."""
    package = files("skolemiljo.adapters")
    contract = package / adapter / "contract.openapi.yaml"
    if not contract.is_file():
        return ""
    with contract.open(encoding="utf-8") as lines:
        number = next((line.split(":")[1].strip() for line in lines if line.startswith("  version:")), "?")
    assumed = f" ({_('antatt')})"
    return _("kontrakt {number}").format(number=number.replace("-assumed", assumed)) + ", "


def _clock(check: str, adapter: Any) -> Iterator[Line]:
    """The system's clock beside ours."""
    heard = getattr(adapter, "heard", None)
    if heard is None:
        return
    if heard.mock:
        yield Line(check, State.LOOK, _("dette er etterligningen, som har sin egen klokke"), _("Bare til prøving."))
    elif heard.clock_offset is None:
        yield Line(check, State.OK, _("sier ikke hva klokka er"))
    else:
        server = f" ({heard.server})" if heard.server is not None else ""
        ahead = abs(round(heard.clock_offset))
        if heard.clock_offset > 0:
            what = _("klokka der{server} går {n} s foran vår").format(server=server, n=ahead)
        else:
            what = _("klokka der{server} går {n} s etter vår").format(server=server, n=ahead)
        state = State.OK if ahead <= _CLOCK_LOOK else State.LOOK if ahead <= _CLOCK_FAULT else State.FAULT
        do = _("Still klokka på denne maskinen (NTP); er den riktig, meld det til leverandøren.")
        yield Line(check, state, what, None if state is State.OK else do)


def _unmapped(check: str, adapter: Any) -> Iterator[Line]:
    """Labels of log types that nobody has mapped to a kind."""
    labels: Counter[str] | None = getattr(getattr(adapter, "labels", None), "unmapped", None)
    if not labels:
        return
    known = sorted(repr(label) for label, number in labels.items() if number >= _OFTEN)
    rare = len(labels) - len(known)
    shown = [*known, *([_("{n} som er sjeldne og ikke vises").format(n=rare)] if rare else [])]
    do = _("Sett dem under [{system}.labels].").format(system=check.partition(":")[2])
    yield Line(check, State.LOOK, _("loggtyper som ikke er kjent: {names}").format(names=", ".join(shown)), do)
