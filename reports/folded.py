"""Sequences that take little room while nobody looks into them: of many cases only what is being told lies open."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar, cast, overload

T = TypeVar("T", covariant=True)
_ENOUGH = 4096
"""Bytes that show what is common to things of one kind: the names of their parts, the codes that come again and again."""
_COMMON: dict[type, bytes] = {}


class Anew(Iterable[T]):
    """What ``tell`` tells, told anew each time that it is asked for: none of it is kept. True where there is anything."""

    __slots__ = ("_tell",)

    def __init__(self, tell: Callable[[], Iterable[T]]) -> None:
        self._tell = tell

    def __iter__(self) -> Iterator[T]:
        return iter(self._tell())

    def __bool__(self) -> bool:
        return next((True for _ in self), False)


class Folded(Sequence[T]):
    """``items``, packed into one piece of memory: a tenth of what they are themselves. Whoever looks gets new ones, equal to them."""

    __slots__ = ("_common", "_length", "_packed")

    def __init__(self, items: Sequence[T]) -> None:
        self._length = len(items)
        written = pickle.dumps(tuple(items), pickle.HIGHEST_PROTOCOL)
        kind = type(items[0]) if items else tuple
        self._common = _COMMON.get(kind, b"")
        if len(self._common) < _ENOUGH:
            _COMMON[kind] = self._common + written
        packing = zlib.compressobj(wbits=-zlib.MAX_WBITS, zdict=self._common)
        self._packed = packing.compress(written) + packing.flush()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        written = zlib.decompressobj(-zlib.MAX_WBITS, zdict=self._common).decompress(self._packed)
        return iter(cast(tuple[T, ...], pickle.loads(written)))  # noqa: S301 - written above, by this very program

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        return tuple(self)[place]
