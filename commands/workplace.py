"""What a command works with, put together from the settings when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from ..domain.errors import SettingsError, StoreError
from ..domain.school import School
from ..journal.run_log import BrokenRunLog, Kind, RunLog
from ..plans.loader import load_plans
from ..reports.report_language import plain
from ..settings import Settings, load_settings

if TYPE_CHECKING:
    from ..adapters.connect import CasePort
    from ..adapters.ports import AnnualCycle
    from ..domain.base import ReadingContext
    from ..domain.plan import MunicipalPlan
    from ..judging.policy import Judging
    from ..plans.calendars import Calendars
    from ..store import Store


class Workplace:
    """Settings, source, annual cycle, judgement and store, each made once."""

    def __init__(self, settings_file: Path | None = None, secrets: Path | None = None) -> None:
        self.settings_file = settings_file
        self.secrets = secrets

    @cached_property
    def settings(self) -> Settings:
        """The settings. Raises SettingsError."""
        return load_settings(self.settings_file, self.secrets)

    @property
    def reading(self) -> ReadingContext:
        """How files that people bring are read. Raises SettingsError."""
        from ..judging.files import reading_files

        settings = self.settings
        return reading_files(settings.zone, key=settings.reference_key, no_names=settings.no_names)

    @cached_property
    def judging(self) -> Judging:
        """The judgement as the settings say."""
        from ..judging.policy import Judging

        settings = self.settings
        return Judging(
            self.plans,
            self.calendar_of,
            settings.read_text,
            settles=True,
            copies_key=settings.copies_key,
        )

    @cached_property
    def calendar_of(self) -> Calendars:
        """The calendar of each school. Raises SettingsError."""
        from ..plans.calendars import calendars

        return calendars(self.settings.school_calendar)

    @cached_property
    def plans(self) -> tuple[MunicipalPlan, ...]:
        """The versions of the municipality's plan, oldest first. Raises SettingsError."""
        return load_plans(self.settings.plan)

    @cached_property
    def plan(self) -> MunicipalPlan:
        """The plan as reports show it: the municipality is called what the settings call it."""
        plan, name = self.plans[-1], self.settings.municipality
        if not name:
            return plan
        return plan.model_copy(update={"document": plan.document.model_copy(update={"municipality": name})})

    @cached_property
    def source(self) -> CasePort:
        """Where cases come from and flags go to. Raises SettingsError."""
        from ..adapters.connect import case_adapter
        from . import reference_key

        with suppress(StoreError), self._looked_into() as store:  # who needs the store is told so
            reference_key.held(self.settings, store)
        return case_adapter(self.settings)

    @cached_property
    def cycle(self) -> AnnualCycle:
        """The annual cycle: the same object as the source where one adapter is both."""
        if self.settings.cycle == self.settings.source:
            from ..adapters.ports import AnnualCycle

            if isinstance(self.source, AnnualCycle):
                return self.source
        from ..adapters.connect import cycle_adapter

        return cycle_adapter(self.settings)

    @cached_property
    def schools(self) -> tuple[School, ...]:
        """The schools of the source."""
        # A name may hold what moves a terminal's cursor; here is the one place where every command gets it from.
        return tuple(school.model_copy(update={"name": plain(school.name)}) for school in self.source.schools())

    @cached_property
    def store(self) -> Store:
        """The store, opened and brought up to date; that it was is in the run log. Whoever may only read it, reads it."""
        from ..store import Store

        store = Store.open_as_allowed(self.settings.store_address)
        _note_upgrade(store, self.settings.run_log_path)
        return store

    @property
    def remembered(self) -> Store | None:
        """The store, if there is one already: a report never makes one."""
        from ..store import Store

        return self.store if Store.is_there(self.settings.store_address) else None

    @contextmanager
    def _looked_into(self) -> Iterator[Store | None]:
        """The store as it is, for a question: never made, and never brought up to date."""
        from ..store import Store

        where = self.settings.store_address
        if "store" in self.__dict__ or not Store.is_there(where):
            yield self.__dict__.get("store")
        else:
            store = Store.open(where, read_only=True)
            try:
                yield store
            finally:
                store.close()

    def school(self, wanted: str) -> School:
        """The school with this organisation number, or of this name. Raises SettingsError when the source has no such school."""
        for school in self.schools:
            if is_called(wanted, school.organisation_number, school.name):
                return school
        known = ", ".join(f"{s.organisation_number} {s.name}" for s in self.schools[:10])
        raise SettingsError(_("ingen skole har det nummeret eller navnet; kilden har {schools}").format(schools=known))


def is_called(wanted: str, number: str, name: str) -> bool:
    """Whether a person who writes ``wanted`` means the school of this number and name."""
    return wanted.replace(" ", "") == number or wanted.strip().casefold() == name.casefold()


def _note_upgrade(store: Store, log: Path) -> None:
    """Writes in the run log that the store's schema was upgraded: from which, to which and when.

    The news lies in the store until it is in the log, so that neither a crash between the two nor a log that can't be
    written loses it; and whoever only reads goes on.
    """
    done = store.upgraded()
    if done is None:
        return
    facts = {"from_schema": done.before, "to_schema": done.after, "upgraded_at": done.at}
    with suppress(StoreError, BrokenRunLog):
        RunLog(log, who="store", memory=store).add_and_anchor(Kind.STORE, action="upgrade", **facts)
        store.upgrade_is_noted()
