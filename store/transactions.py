"""A database and its transactions, and how what a topic does becomes a method of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, wraps
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from . import file
from .database_errors import plain_errors
from .plain import Plain

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

P = ParamSpec("P")
R = TypeVar("R")


class Late:
    """A module of topics, imported when one of them is first used: a report needs none that needs SQLAlchemy."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def topic(*args: Any, **kwargs: Any) -> Any:
            return getattr(import_module(self._module, __package__), name)(*args, **kwargs)

        topic.__name__ = topic.__qualname__ = name
        return topic


class Transactions:
    """An open database. One thread at a time."""

    def __init__(self, engine: Engine | Callable[[], Engine], path: Path | None, *, read_only: bool = False) -> None:
        """``engine``: SQLAlchemy's, or what makes it when it is first needed. An SQLite file is read without."""
        self._engine = engine
        self._idle: list[sqlite3.Connection] = []
        self.path = path
        """The file, where the store is one."""
        self.read_only = read_only
        self._joined: Plain | None = None
        """The transaction that everything is part of for now."""

    @cached_property
    def engine(self) -> Engine:
        """SQLAlchemy's engine."""
        return self._engine() if callable(self._engine) else self._engine

    def close(self) -> None:
        """Lets go of the database."""
        while self._idle:
            self._idle.pop().close()
        if "engine" in self.__dict__ or not callable(self._engine):
            self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def name(self) -> str:
        """The store's name in messages: the file's, or the kind of database."""
        return self.path.name if self.path is not None else self.engine.dialect.name

    @property
    def is_shared(self) -> bool:
        """Whether the store is in a database that other hosts reach too."""
        return self.path is None and self.engine.dialect.name != "sqlite"

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Whether no other run is at work in a store that is shared, for as long as the block lasts."""
        from . import shared

        with plain_errors(self.name), shared.held(self.engine) as ours:
            yield ours

    @property
    def schema(self) -> str | None:
        """The migration that the database stands at."""
        if self.path is not None:
            with self.looking() as plain:
                return file.schema_of(plain)
        from . import opening

        with self.reading() as connection:
            return opening.schema_of(connection)

    @contextmanager
    def looking(self) -> Iterator[Plain]:
        """A transaction that only reads, in plain SQL."""
        if self._joined is not None:
            yield self._joined
        elif self.path is None:
            with self.reading() as connection:
                yield Plain(connection)
        else:
            with self._directly("BEGIN") as plain:
                yield plain

    @contextmanager
    def keeping(self) -> Iterator[Plain]:
        """A transaction in plain SQL that is kept whole, or not at all."""
        if self._joined is not None:
            yield self._joined
        elif self.path is None:
            with self.writing() as connection:
                yield Plain(connection)
        else:
            with self._directly("BEGIN IMMEDIATE") as plain:
                yield plain

    @contextmanager
    def _directly(self, begin: str) -> Iterator[Plain]:
        """A transaction on a connection of its own to the file."""
        assert self.path is not None  # noqa: S101 - nobody asks else
        with plain_errors(self.name):
            if self._idle:
                connection = self._idle.pop()
            else:
                connection = file.open_file(self.path, read_only=self.read_only)
                file.settle(connection, read_only=self.read_only)
            try:
                connection.execute(begin)
                yield Plain(connection)
                connection.commit()
            except BaseException:
                connection.close()  # and with it what was begun
                raise
            self._idle.append(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        if self._joined is not None:
            yield self._joined.other
            return
        with plain_errors(self.name), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole, or not at all."""
        if self._joined is not None:
            yield self._joined.other
            return
        with (
            plain_errors(self.name),
            self.engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is read and kept in here is one transaction: one wait for the disk. In a file it is what is said in plain SQL."""
        with self.keeping() as plain:
            self._joined = plain
            try:
                yield
            finally:
                self._joined = None


def looks(topic: Callable[Concatenate[Plain, P], R]) -> Callable[Concatenate[Any, P], R]:
    """``topic`` as a method of the store, in a transaction in plain SQL that only reads."""

    @wraps(topic)
    def method(store: Transactions, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with store.looking() as plain:
            return topic(plain, *args, **kwargs)

    return method


def keeps(topic: Callable[Concatenate[Plain, P], R]) -> Callable[Concatenate[Any, P], R]:
    """``topic`` as a method of the store, in a transaction in plain SQL of its own: all of it is kept, or nothing."""

    @wraps(topic)
    def method(store: Transactions, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with store.keeping() as plain:
            return topic(plain, *args, **kwargs)

    return method


def reads(topic: Callable[Concatenate[Connection, P], R]) -> Callable[Concatenate[Any, P], R]:
    """``topic`` as a method of the store, in a transaction of SQLAlchemy's that only reads."""

    @wraps(topic)
    def method(store: Transactions, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with store.reading() as connection:
            return topic(connection, *args, **kwargs)

    return method


def writes(topic: Callable[Concatenate[Connection, P], R]) -> Callable[Concatenate[Any, P], R]:
    """``topic`` as a method of the store, in a transaction of SQLAlchemy's: all of it is kept, or nothing."""

    @wraps(topic)
    def method(store: Transactions, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with store.writing() as connection:
            return topic(connection, *args, **kwargs)

    return method
