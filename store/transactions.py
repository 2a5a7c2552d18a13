"""A database and its transactions, and how what a topic does becomes a method of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine

from . import opening, shared
from .database_errors import plain_errors

P = ParamSpec("P")
R = TypeVar("R")
Topic = Callable[Concatenate[Connection, P], R]
"""What a topic does with a connection that is in a transaction."""


class Transactions:
    """An open database. One thread at a time."""

    def __init__(self, engine: Engine, path: Path | None, *, read_only: bool = False) -> None:
        self.engine = engine
        self.path = path
        """The file, where the store is one."""
        self.read_only = read_only
        self._joined: Connection | None = None
        """The transaction that everything is part of for now."""

    def close(self) -> None:
        """Lets go of the database."""
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
        return self.engine.dialect.name != "sqlite"

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Whether no other run is at work in a store that is shared, for as long as the block lasts."""
        with plain_errors(self.name), shared.held(self.engine) as ours:
            yield ours

    @property
    def schema(self) -> str | None:
        """The migration that the database stands at."""
        with self.reading() as connection:
            return opening.schema_of(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        if self._joined is not None:
            yield self._joined
            return
        with plain_errors(self.name), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole, or not at all."""
        if self._joined is not None:
            yield self._joined
            return
        with (
            plain_errors(self.name),
            self.engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is read and written in here is one transaction: one wait for the disk."""
        with self.writing() as connection:
            self._joined = connection
            try:
                yield
            finally:
                self._joined = None


def reads(topic: Topic[P, R]) -> Callable[Concatenate[Any, P], R]:
    """``topic`` as a method of the store, in a transaction that only reads."""

    @wraps(topic)
    def method(store: Transactions, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with store.reading() as connection:
            return topic(connection, *args, **kwargs)

    return method


def writes(topic: Topic[P, R]) -> Callable[Concatenate[Any, P], R]:
    """``topic`` as a method of the store, in a transaction of its own: all of it is kept, or nothing."""

    @wraps(topic)
    def method(store: Transactions, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with store.writing() as connection:
            return topic(connection, *args, **kwargs)

    return method
