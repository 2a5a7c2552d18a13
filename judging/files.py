"""Judging exported files, in this process or in several: each case by itself, and let go of when its answer is there."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from ..adapters.case_file import place_of, read_case_file, told
from ..adapters.ports import CaseProblem
from ..adapters.references import known_as
from ..domain.base import ReadingContext, is_pseudonym
from ..domain.case import Case
from ..domain.errors import SourceError, UnreadableCase
from ..domain.problem import ProblemKind
from ..domain.verdict import Assessment
from . import processes
from .policy import Judging
from .problems import kept_apart, problem_of

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

SHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
"""How files of sheets end. Not all of them can be read; then it is said what to do."""
_AT_A_TIME = 32
"""Case files that one process is given at a time."""
_TOLD_AT_MOST = 20
"""Files whose case has a pseudonym that are told one by one."""
_AHEAD = 3
"""So many pieces wait for each process: it never stands still, and no more than these are held."""
T = TypeVar("T")


def reading_files(
    zone: ZoneInfo | None = None, *, key: bytes = b"", no_names: frozenset[str] = frozenset()
) -> ReadingContext:
    """How files that people bring are read: ``zone`` of times without offset, and how case numbers that may tell who are known."""
    return ReadingContext(zone=zone, by_people=True, names_nobody=True, reference_key=key, no_names=no_names)


@dataclass(frozen=True)
class Telling(Generic[T]):
    """What is done with each case, by whichever process: it is judged, and ``tell`` makes of the assessment what is kept."""

    judging: Judging
    as_of: datetime
    tell: Callable[[Assessment], T]
    reading: ReadingContext = field(default_factory=lambda: reading_files())
    begin: Callable[[], None] | None = None
    """Called first in each process of its own."""

    def of(self, item: Case | CaseProblem) -> T | CaseProblem:
        """What is kept of one case. Where judging or telling breaks, the case is the problem; the others go on."""
        if isinstance(item, CaseProblem):
            return item
        return kept_apart(lambda: self.tell(self.judging.case(item, self.as_of)), item.id)


@dataclass(frozen=True)
class _Piece:
    """Case files, or (``sheets``) one workbook or folder of sheets."""

    files: tuple[str, ...]
    """Their names: of many thousands, paths would be most of what is in memory."""
    folder: Path | None = None
    """Where they were looked for; ``None`` where each was named by itself."""
    sheets: bool = False


def told_of_files(
    paths: Iterable[Path], telling: Telling[T], *, jobs: int = 1, notes: list[str] | None = None
) -> Iterator[T | CaseProblem]:
    """What ``telling`` makes of each case in ``paths`` (case files, folders of them, workbooks), in the order of the files'
    names; a broken one as the problem it is. ``jobs``: processes. ``notes``: gets what a person should know of workbooks.

    The answers are the same for any number of processes and any order of ``paths``. A process that dies takes one case
    with it, which is then a problem; all of them are gone when this ends, however it does.
    """
    pieces = _pieces(paths)
    answered = (
        ((piece, _answers(piece, telling)) for piece in pieces) if jobs == 1 else _in_processes(pieces, telling, jobs)
    )
    renamed = _Renamed()
    for piece, (answers, said, pseudonyms) in answered:
        if notes is not None:
            notes += said
            renamed.add(piece, pseudonyms)
        for number, answer in enumerate(answers):
            if isinstance(answer, CaseProblem) and not piece.sheets:
                file = Path(piece.files[number])
                folder = file if piece.folder is None else piece.folder
                among = (
                    [] if told(file.stem) == file.stem else case_paths(folder)
                )  # only then is it asked where it lies
                yield _placed(answer, file, folder, among)
            else:
                yield answer
    if notes is not None:
        notes += renamed.told()


class _Renamed:
    """Files whose case is known by a pseudonym, told so that a person finds them."""

    def __init__(self) -> None:
        self._files: list[tuple[Path, Path | None, str]] = []
        self._more = 0

    def add(self, piece: _Piece, pseudonyms: Mapping[int, str]) -> None:
        """Those of ``piece``: number of the file → pseudonym."""
        for number, case in pseudonyms.items():
            if len(self._files) < _TOLD_AT_MOST:
                self._files.append((Path(piece.files[number]), piece.folder, case))
            else:
                self._more += 1

    def told(self) -> Iterator[str]:
        """A line for each of the first, and how many more there are."""
        for file, folder, case in self._files:
            among = case_paths(file if folder is None else folder)
            yield known_as(place_of(file, among, _folder(folder or file)) or told(file.stem), case)
        if self._more:
            words = ngettext(
                "… og {n} sak til har et slikt dekknavn", "… og {n} saker til har slike dekknavn", self._more
            )
            yield words.format(n=self._more)


def case_paths(path: Path) -> list[Path]:
    """The case files at ``path``: itself, or those in it; none where it is sheets."""
    if path.suffix.casefold() in SHEETS:
        return []
    return sorted(path.rglob("*.json")) if path.is_dir() else [path]


def case_files(path: Path, reading: ReadingContext) -> Iterator[Case | CaseProblem]:
    """The case in the file ``path``, or those in the folder or the workbook; a broken one as the problem it is."""
    files = case_paths(path)
    if not files:
        yield from _in_sheets(path, reading, None)
    for file in files:
        item = _read(file, reading)
        yield _placed(item, file, path, files) if isinstance(item, CaseProblem) else item


def _pieces(paths: Iterable[Path]) -> Iterator[_Piece]:
    """What is at ``paths``, in the order of their names, each file once."""
    taken: set[str] = set()
    for is_folder, some in groupby(sorted(set(paths)), Path.is_dir):
        if is_folder:
            for folder in some:
                files = sorted(map(str, folder.rglob("*.json")))
                yield from _in_pieces(files, folder, taken) if files else [_Piece((str(folder),), sheets=True)]
        else:
            named = list(some)
            sheets = [file for file in named if not case_paths(file)]
            yield from (_Piece((str(file),), sheets=True) for file in sheets)
            yield from _in_pieces([str(file) for file in named if file not in sheets], None, taken)


def _in_pieces(files: Sequence[str], folder: Path | None, taken: set[str]) -> Iterator[_Piece]:
    fresh = [file for file in files if file not in taken]
    taken.update(fresh)
    for start in range(0, len(fresh), _AT_A_TIME):
        yield _Piece(tuple(fresh[start : start + _AT_A_TIME]), folder)


def _read(file: Path, reading: ReadingContext) -> Case | CaseProblem:
    try:
        return read_case_file(file, context=replace(reading, unknown_fields=Counter(), numbers={}))
    except UnreadableCase as error:
        return CaseProblem(error.case or told(file.stem), error.kind, error.fields, error.what_to_do)


def _placed(problem: CaseProblem, file: Path, folder: Path, among: Sequence[Path]) -> CaseProblem:
    """``problem`` with where the file is found, where its name is not told."""
    return replace(problem, place=place_of(file, among, _folder(folder)))


def _folder(folder: Path) -> str:
    return folder.name if told(folder.name) == folder.name else _("mappa")


def _in_sheets(path: Path, reading: ReadingContext, notes: list[str] | None) -> Iterator[Case | CaseProblem]:
    """The cases in a workbook, or in a folder of sheets."""
    from ..adapters.workbook import Workbook, holds_sheets

    if not holds_sheets(path):
        return
    key = reading.reference_key or _key_of(path)  # nothing is kept of it: the sheets are key enough
    workbook = Workbook(path, context=ReadingContext(names_nobody=True, reference_key=key, no_names=reading.no_names))
    try:
        yield from workbook.items()
    except SourceError as error:
        yield replace(problem_of(error), case=told(path.stem))
    else:
        if notes is not None:
            notes += workbook.notes


def _key_of(path: Path) -> bytes:
    digest = hashlib.sha256()
    for file in sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]:
        with suppress(OSError):  # what can't be read is told when it is read
            digest.update(file.read_bytes())
    return digest.digest()


_Answers = tuple[list[T | CaseProblem], list[str], dict[int, str]]
"""What is kept of each case of a piece, file by file; what a person should know of it; number of a file → pseudonym of its case."""


def _answers(piece: _Piece, telling: Telling[T]) -> _Answers[T]:
    notes: list[str] = []
    if piece.sheets:
        return [telling.of(item) for item in _in_sheets(Path(piece.files[0]), telling.reading, notes)], notes, {}
    answers: list[T | CaseProblem] = []
    pseudonyms: dict[int, str] = {}
    for number, file in enumerate(piece.files):
        item = _read(Path(file), telling.reading)
        if not isinstance(item, CaseProblem) and is_pseudonym(item.id) and not is_pseudonym(Path(file).stem):
            pseudonyms[number] = item.id
        answers.append(telling.of(item))
    return answers, notes, pseudonyms


# --- in several processes --------------------------------------------------------------------------------------------

_telling: Telling[Any]
"""What this process was begun for."""


def _in_processes(pieces: Iterator[_Piece], telling: Telling[T], jobs: int) -> Iterator[tuple[_Piece, _Answers[T]]]:
    from concurrent.futures.process import BrokenProcessPool

    sent = deque[tuple[_Piece, "Future[_Answers[T]]"]]()
    pool = _pool(telling, jobs)
    try:
        while True:
            while len(sent) < jobs * _AHEAD and (piece := next(pieces, None)) is not None:
                sent.append((piece, _send(pool, piece)))
            if not sent:
                break
            piece, answer = sent.popleft()
            try:
                answers = answer.result()
            except BrokenProcessPool:  # one of the pieces on their way took its process with it
                answers = _alone(piece, telling)
                pool = _pool(telling, jobs)
                sent = deque((other, its if _is_answered(its) else _send(pool, other)) for other, its in sent)
            yield piece, answers
    except BaseException:
        processes.stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)  # waits for its thread: the interpreter's end would trip over it


def _pool(telling: Telling[T], jobs: int) -> ProcessPoolExecutor:
    return processes.beside(jobs, partial(_begin, telling))


def _send(pool: ProcessPoolExecutor, piece: _Piece) -> Future[_Answers[T]]:
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    try:
        return pool.submit(_answers_here, piece)
    except BrokenProcessPool as broken:
        failed: Future[_Answers[T]] = Future()
        failed.set_exception(broken)
        return failed


def _is_answered(answer: Future[_Answers[T]]) -> bool:
    return answer.done() and answer.exception() is None


def _alone(piece: _Piece, telling: Telling[T]) -> _Answers[T]:
    """The answers of ``piece`` from a process that has nothing else to do: so it is found which case it is that takes it down."""
    from concurrent.futures.process import BrokenProcessPool

    pool = _pool(telling, 1)
    try:
        return pool.submit(_answers_here, piece).result()
    except BrokenProcessPool:
        if len(piece.files) > 1:
            one_by_one = [_alone(replace(piece, files=(file,)), telling) for file in piece.files]
            named = {number: name for number, (_a, _n, its) in enumerate(one_by_one) for name in its.values()}
            return [answer for answers, _notes, _names in one_by_one for answer in answers], [], named
        what = _("vurderingen av fila stanset uten svar: meld det til dem som lager verktøyet")
        return [CaseProblem(told(Path(piece.files[0]).stem), ProblemKind.JUDGEMENT_FAILED, (), what)], [], {}
    except BaseException:
        processes.stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(telling: Telling[Any]) -> None:
    global _telling
    _telling = telling
    if telling.begin is not None:
        telling.begin()


def _answers_here(piece: _Piece) -> _Answers[Any]:
    return _answers(piece, _telling)
