"""Taking flags back from the cases, and letting them be written again: what stands outside is a person's to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING

from ..domain.errors import Fatal, Retryable, SettingsError, Skippable
from ..domain.flag import ComplianceRecord, Withheld
from ..journal.run_log import Kind
from ..sync.context import Night, Options, Stop
from ..sync.errands import Errands
from ..sync.holding import holding
from ..sync.sender import CasePlace, Sender, SendResult, intention_for
from ..validators import RULES
from . import rule_page
from .reasons import checked
from .run_log_lines import run_log

if TYPE_CHECKING:
    from ..adapters.ports import FlagSink
    from .workplace import Workplace


@dataclass(frozen=True, slots=True)
class What:
    """Which flags: of a rule, of a case (or a school year of the annual cycle), or all of them. One of the three."""

    rule: str | None = None
    case: str | None = None
    everything: bool = False

    @property
    def _facts(self) -> dict[str, str | bool]:
        return {"rule": self.rule} if self.rule else {"case": self.case} if self.case else {"all": True}

    def withheld(self) -> Withheld:
        """As what is withheld. Raises SettingsError where it is not one of the three, or no such rule."""
        if bool(self.rule) + bool(self.case) + self.everything != 1:
            raise SettingsError(_("si hvilke flagg: --rule, --case eller --all, én av dem"))
        rules = frozenset({rule_page.find(self.rule, RULES).code} if self.rule else ())
        return Withheld(rules=rules, cases=frozenset({self.case} if self.case else ()), everything=self.everything)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it, by case."""

    cleared: tuple[str, ...]
    left: tuple[str, ...]
    """Cases on which they may still stand: the system did not take it. To be asked for once more."""
    changed_by_others: tuple[str, ...]
    """Cases at which somebody else has put something: it was left as it is."""
    why: str | None = None
    """What ended the writing before it was done."""


def withdraw(work: Workplace, what: What, *, reason: str, at: datetime) -> Done:
    """Takes flags away from the cases, by the same way as they came: written, read back, noted. They are not written again
    before :func:`restore`. Raises SettingsError."""
    more, why = what.withheld(), checked(reason)[:200]
    store = work.store
    if what.case is not None and store.case(what.case) is None:
        raise SettingsError(_("ingen sak {case} er kjent: se etter at nummeret er riktig").format(case=what.case))
    with holding(store, work.settings.lock_path):
        now = store.withheld()
        store.withhold(
            Withheld(
                rules=now.rules | more.rules,
                cases=now.cases | more.cases,
                everything=now.everything or more.everything,
            )
        )
        run_log(work, "flags").add_and_anchor(Kind.FLAGS_WITHDRAWN, reason=why, **what._facts)
        return _write(work, at)


def _write(work: Workplace, at: datetime) -> Done:
    """Writes what is left of each record of ours that stands, where that is less."""
    import structlog

    store = work.store
    night = Night(
        run="flags",
        as_of=at,
        source=work.source,
        judging=work.judging,
        store=store,
        options=Options(write_back=True, tries=work.settings.sync.attempts_per_intention),
        run_log=run_log(work, "flags"),
        tell=lambda _progress: None,
        stop=Stop(),
        clock=lambda: at,
        log=structlog.get_logger("skolemiljo.flags"),
    )
    sender, kept_back, others = Sender(night), store.withheld(), store.changed_by_others()
    fewer: dict[str, ComplianceRecord] = {}
    for case in sorted(store.written_fingerprints().keys() - set(others)):
        stands = store.written(case)
        if stands is not None and kept_back.left_of(stands).flags != stands.flags:
            fewer[case] = kept_back.left_of(stands)
    cleared: list[str] = []
    why = None
    for case, record in fewer.items():
        if sender.system_is_down or why is not None:
            break
        try:
            if _is_written(night, work.source, sender, record):
                cleared.append(case)
        except Fatal as error:
            why = str(error)
    left = tuple(case for case in fewer if case not in cleared)
    return Done(tuple(cleared), left, tuple(case for case in others if kept_back.whole(case)), why)


def _is_written(night: Night, sink: FlagSink, sender: Sender, record: ComplianceRecord) -> bool:
    for _try in range(night.options.tries):
        try:
            etag = night.source.case(record.case).etag
        except Skippable:
            etag = None  # it can't be read now; whether it may be written is the system's to say
        except Retryable:
            return False
        item = intention_for(record, etag)
        night.store.intend([item])
        item = night.store.intention(item)
        with Errands(night.store, night.run_log, threads=0) as errands:
            result = errands.run(sender.send(item, CasePlace(sink), look_first=False))
        if result is not SendResult.CONFLICT:
            return result is not SendResult.SET_ASIDE
    return False


def restore(work: Workplace, what: What, *, reason: str) -> bool:
    """Lets the next night write again what was taken back, or what somebody else has changed. False: there was neither.
    Raises SettingsError where the reason won't do."""
    less, why = what.withheld(), checked(reason)[:200]
    store = work.store
    now = store.withheld()
    then = Withheld(
        rules=now.rules - less.rules,
        cases=now.cases - less.cases,
        everything=now.everything and not less.everything,
    )
    changed = [case for case in store.changed_by_others() if what.everything or case == what.case]
    years = [year for year in store.years_changed_by_others() if what.everything or year == what.case]
    if then == now and not changed and not years:
        return False
    if then != now:
        store.withhold(then)
    for case in changed:
        store.note_lost(case)
    for year in years:
        store.note_year_lost(year)
    run_log(work, "flags").add_and_anchor(Kind.FLAGS_RESTORED, reason=why, **what._facts)
    return True
