"""The store: one small typed door to what is remembered between nights. What is behind it stands in a file for each topic."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..domain.errors import StoreError
from ..domain.files import write_whole
from ..domain.verdict import Assessment
from . import cases as _cases
from . import cycles as _cycles
from . import file
from . import outbox as _outbox
from . import queries as _queries
from . import withheld as _withheld
from .database_errors import damaged, plain_errors
from .plain import Plain
from .rows import Forgotten
from .transactions import Late, Transactions, keeps, looks, reads, writes

if TYPE_CHECKING:
    from . import acceptances as _acceptances
    from . import copies, opening
    from . import forgetting as _forgetting
    from . import meta as _meta
    from . import runs as _runs
    from . import told as _told
else:  # what needs SQLAlchemy
    _acceptances, _forgetting, _meta = Late(".acceptances"), Late(".forgetting"), Late(".meta")
    _runs, _told, copies, opening = Late(".runs"), Late(".told"), Late(".copies"), Late(".opening")


class OlderStore(StoreError):
    """The store is of an older release, and was opened for reading only: the next sync upgrades it."""


class Store(Transactions):
    """What is remembered between nights. One thread at a time; every method is one transaction or less.

    Every method raises StoreError (a fixed text without content) when the database will not do it: a full disk, a
    read-only or damaged file, a lock that is held too long. A transaction that fails leaves nothing half-done. What a
    method takes and gives is told where it stands, in the file of its topic.
    """

    # --- opening and closing -------------------------------------------------------------------------------------

    @classmethod
    def open(cls, where: str | Path, *, read_only: bool = False, check: bool = False) -> Self:
        """Opens the store at a path or database address, and makes it where there is none.

        An older schema is upgraded, after a backup beside the file; a newer one is refused. ``check`` reads the whole
        file for damage first. ``read_only``: changes nothing, and raises StoreError where there is nothing to read.
        """
        path = cls._file(where)
        if path is not None and not read_only:
            file.prepare_file(path)
        elif path is not None and not path.is_file():
            raise _nothing_there(path.name)
        store = cls(lambda: opening.connect(opening.url_of(where), read_only=read_only), path, read_only=read_only)
        try:
            store._begin_use(check=check)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def open_as_allowed(cls, where: str | Path) -> Self:
        """The store, for reading alone where it is there and this user may not write in it: a report needs no more."""
        path = cls._file(where)
        return cls.open(where, read_only=path is not None and path.is_file() and not file.may_write(path))

    @classmethod
    def is_there(cls, where: str | Path) -> bool:
        """Whether there is a store at a path or database address; nothing is made or changed."""
        path = cls._file(where)
        if path is not None:
            return path.is_file()
        url = opening.url_of(where)
        with cls(lambda: opening.connect(url, read_only=True), None, read_only=True) as looked_at:
            return looked_at.schema is not None

    @staticmethod
    def _file(where: str | Path) -> Path | None:
        """The file at a path or database address; ``None``: the store is none."""
        path = file.path_of(where)
        if path is not None or "://" not in str(where):
            return path
        url = opening.url_of(where)
        there = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return Path(str(url.database)) if there else None

    @classmethod
    def in_memory(cls) -> Self:
        """An empty store that is gone when it is closed."""
        return cls.open("sqlite://")

    def _begin_use(self, *, check: bool) -> None:
        if check and not self._is_whole():
            raise StoreError(damaged(self.name))
        version = self.schema
        if not file.check_version(version):
            with self.looking() as plain:
                file.check_columns(plain, self.name, is_file=not self.is_shared)
            return
        if self.read_only:
            if version is None:
                raise _nothing_there(self.name)
            older = _("lageret {name} er fra en eldre utgave: kjør skolemiljo sync, så blir det oppgradert")
            raise OlderStore(older.format(name=self.name))
        if version is not None and self.path is not None:
            copies.copy_sqlite(self.engine, copies.backup_name(self.path, "before-upgrade"))
        with plain_errors(self.name):
            opening.upgrade(self.engine)

    def _is_whole(self) -> bool:
        """Whether the database's own check finds no damage. Reads all of an SQLite file."""
        if self.path is None:
            return True
        with self.looking() as plain:
            return plain.column("PRAGMA integrity_check(1)") == ["ok"]

    # --- copies --------------------------------------------------------------------------------------------------

    def backup(self, target: Path) -> None:
        """A whole copy in the new file ``target`` (mode 0600), also while a run is writing. SQLite only.

        Raises StoreError where ``target`` is there already, and for other databases (they have their own tools).
        """
        if self.engine.dialect.name != "sqlite":
            raise StoreError(_("lageret er ikke en fil: ta kopi med databasens eget verktøy (pg_dump)"))
        copies.copy_sqlite(self.engine, target)

    def scratch(self) -> Store:
        """A copy in memory, to try things on: a dry run changes nothing here."""
        copy = type(self).in_memory()
        with plain_errors(self.name):
            copies.copy_all(self.engine, copy.engine)
        return copy

    def move_to(self, target: Store) -> dict[str, int]:
        """Everything here into ``target``, a store of another kind in which nothing has been kept: whole, or not at all. Gives the
        number of rows by table. Raises StoreError, also where there is something in it."""
        if target.schools() or target.runs() or target.cases() or target.acceptances():
            raise StoreError(_("databasen har alt et lager med noe i: gi et skjema som er tomt (?schema=…)"))
        with plain_errors(target.name), plain_errors(self.name):
            return copies.copy_all(self.engine, target.engine, compared=True)

    check = reads(copies.faults_in)

    # --- what is remembered --------------------------------------------------------------------------------------

    meta = looks(_queries.fact)
    set_meta = keeps(_queries.keep_fact)
    upgraded = looks(_queries.upgraded)
    upgrade_is_noted = writes(_meta.upgrade_is_noted)
    school = looks(_queries.school)
    schools = looks(_queries.schools)
    put_school = keeps(_queries.put_school)

    put_judged = keeps(_cases.put_judged)
    put_problem = keeps(_cases.put_problem)
    put_vanished = keeps(_cases.put_vanished)
    accept_gone = keeps(_cases.accept_gone)
    forget_unclaimed = keeps(_cases.forget_unclaimed)
    case = looks(_queries.case)
    cases = looks(_queries.cases)
    case_ids = looks(_queries.case_ids)
    number_unknown = looks(_queries.number_unknown)
    vanished = looks(_queries.vanished)
    due_cases = looks(_cases.due)
    standing_cases = looks(_cases.standing)
    changing_cases = looks(_cases.changing)
    leader_cases = looks(_queries.about_leaders)
    prints = looks(_queries.prints)
    standing = looks(_queries.standing)

    unwritten = looks(_outbox.unwritten)
    number_unwritten = looks(_outbox.number_unwritten)
    written = looks(_outbox.record)
    written_fingerprints = looks(_outbox.fingerprints)
    sent_before = looks(_outbox.sent_before)
    note_lost = keeps(_outbox.note_lost)
    note_changed = keeps(_outbox.note_changed)
    changed_by_others = looks(_queries.changed_by_others)
    intend = keeps(_outbox.intend)
    intentions = looks(_outbox.intentions)
    intention = looks(_outbox.intention)
    about_to_send = keeps(_outbox.about_to_send)
    new_key = keeps(_outbox.new_key)
    set_aside = keeps(_outbox.set_aside)
    drop_intention = keeps(_outbox.drop)
    confirm = keeps(_outbox.confirm)

    withheld = looks(_withheld.withheld)
    withhold = keeps(_withheld.withhold)
    first_write = looks(_withheld.first_write)
    keep_first_write = keeps(_withheld.keep_first_write)

    put_cycle = keeps(_cycles.put_cycle)
    note_year_changed = keeps(_cycles.note_year_changed)
    note_year_lost = keeps(_cycles.note_year_lost)
    years_changed_by_others = looks(_queries.years_changed_by_others)
    cycle_statuses = looks(_queries.cycle_statuses)

    add_acceptance = writes(_acceptances.keep)
    withdraw_acceptance = writes(_acceptances.withdraw)
    acceptances = looks(_queries.acceptances)

    begin_run = writes(_runs.begin)
    end_run = writes(_runs.end)
    runs = looks(_queries.runs)
    nights = looks(_queries.nights)
    tallies = looks(_queries.tallies)

    told = reads(_told.told)
    put_told = writes(_told.put_told)
    sequences = writes(_told.sequences)
    next_sequences = reads(_told.next_sequences)

    def assessments(self, school: str | None = None, *, years: Collection[str] | None = None) -> Iterator[Assessment]:
        """As :func:`.queries.assessments` tells; not all of them at once in memory."""
        with self.looking() as plain:
            yield from _queries.assessments(plain, school, years=years)

    def export_acceptances(self, target: Path, *, anew: bool = False) -> int:
        """Writes all decisions to the JSON file ``target`` (mode 0600, whole or not at all). Gives how many.

        What ``target`` holds already is merged first (:meth:`import_acceptances`): an export is never shortened by
        this, but ``anew``, where a person has said that something is to be forgotten.
        """
        if target.exists() and not anew:
            self.import_acceptances(target)
        with self.reading() as connection:
            content, number = _acceptances.as_export(connection)
        write_whole(target, content)
        return number

    def import_acceptances(self, source: Path) -> tuple[str, ...]:
        """Merges what :meth:`export_acceptances` wrote with what is here, as :func:`.acceptances.take_back` tells. Gives the
        ids that are new here, or changed. Raises BrokenExport."""
        rows, first = _acceptances.exported(source)
        with self.writing() as connection:
            if first is not None and _withheld.first_write(Plain(connection)) is None:
                _withheld.keep_first_write(Plain(connection), first)
            return _acceptances.take_back(connection, rows)

    def forget(self, before: date) -> Forgotten:
        """Removes what is older than the day ``before``, as :func:`.forgetting.forget` tells, and hands the space back."""
        with self.writing() as connection:
            gone = _forgetting.forget(connection, before)
        if self.engine.dialect.name == "sqlite":
            with plain_errors(self.name), self.engine.connect() as connection:
                # Deleted rows are still in the file until it has been written anew.
                copies.raw(connection).execute("VACUUM")
        return gone


def _nothing_there(name: str) -> StoreError:
    return StoreError(_("det finnes ikke noe lager i {name}: kjør skolemiljo sync først").format(name=name))
