"""The one tree of errors, by what the caller can do about it.

::

    SkolemiljoError                 exit 3 unless said otherwise
    ├── SettingsError               mend settings or plan; exit 2
    │   └── MissingPart             (extra) an optional part is not installed, or cannot load
    ├── StoreError                  the store on this machine: a person must mend it
    │   └── BusyStore               held by another program; exit 75
    └── SourceError                 an outside system (system, case, request id)
        ├── Retryable               try later; exit 75 (retry_after, seconds)
        │   ├── RateLimited
        │   ├── ServerUnavailable
        │   └── ConnectionLost
        ├── Fatal                   a person must act
        │   ├── AuthenticationFailed
        │   ├── AccessDenied
        │   └── FlagRejected
        ├── Skippable               this case only; it is named, the others go on
        │   ├── UnreadableCase      (fields)
        │   ├── CaseForbidden
        │   └── CaseNotFound
        ├── Conflict                somebody changed the case: pull it and judge again
        └── IncompleteAnswer        a page was cut or ran in a ring: the school is not complete tonight
            └── AnswerTooLarge      more than the settings allow to be read at once

A message names ids, fields and what to do. It never holds a name, a text or any other content.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from typing import Any, ClassVar

from .exit_code import ExitCode
from .problem import ProblemKind


class SkolemiljoError(Exception):
    """Anything this project raises on purpose. ``str()`` is bokmål, fit for a terminal and a log line."""

    exit_code = ExitCode.UNCHECKED

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is, whatever its class asks for when it is made: so it comes whole from another process."""
        return _made_again, (type(self), self.args, self.__dict__)


def _made_again(kind: type[SkolemiljoError], args: tuple[Any, ...], facts: dict[str, Any]) -> SkolemiljoError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


class SettingsError(SkolemiljoError):
    """Settings, plan or arguments are wrong."""

    exit_code = ExitCode.SETTINGS


class MissingPart(SettingsError):
    """An optional part is not installed here, or a library of it cannot be loaded. ``extra``: the name to install it by."""

    def __init__(self, extra: str, library: str) -> None:
        needed = _("dette trenger {library}, som mangler eller ikke kan lastes: pip install {package}")
        super().__init__(needed.format(library=library, package=f"'skolemiljo[{extra}]'"))
        self.extra = extra


@contextmanager
def optional_part(extra: str) -> Iterator[None]:
    """Around the imports of what ``extra`` installs. Raises :class:`MissingPart` where one of them does not load."""
    try:
        yield
    except (ImportError, OSError) as error:  # OSError: a library of the system that a package wants is not there
        library = str(getattr(error, "name", None) or extra).partition(".")[0]
        if library == "skolemiljo":  # a fault of ours: nothing to install mends it
            raise
        raise MissingPart(extra, library) from None


class StoreError(SkolemiljoError):
    """The store on this machine, or a file beside it, can't be used as it is: a person must mend it."""


class BusyStore(StoreError):
    """Another program holds it, or a database does not answer: that passes by itself."""

    exit_code = ExitCode.LATER


class SourceError(SkolemiljoError):
    """An outside system did not do what was asked."""

    kind: ClassVar[ProblemKind] = ProblemKind.SOURCE_FAULT
    """What it is called in the store, the night's JSON and reports."""

    def __init__(self, message: str, *, system: str, case: str | None = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.system = system
        self.case = case
        self.request_id = request_id

    def __str__(self) -> str:
        where = [self.system, *([_("sak {case}").format(case=self.case)] if self.case else [])]
        where += [_("forespørsel {id}").format(id=self.request_id)] if self.request_id else []
        return f"{', '.join(where)}: {self.what_to_do}"

    @property
    def what_to_do(self) -> str:
        """What is wrong and what to do about it, without where."""
        return str(self.args[0])


class Retryable(SourceError):
    """Worth trying again later: after ``retry_after`` seconds, where the system says how long (``None`` = it does not)."""

    exit_code = ExitCode.LATER

    def __init__(
        self,
        message: str,
        *,
        system: str,
        case: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, system=system, case=case, request_id=request_id)
        self.retry_after = retry_after

    @property
    def what_to_do(self) -> str:
        """As ever, and to try again later."""
        return _("{what}; prøv igjen senere").format(what=super().what_to_do)


class RateLimited(Retryable):
    """The system asks us to wait."""

    kind = ProblemKind.RATE_LIMITED


class ServerUnavailable(Retryable):
    """The system answered with a fault of its own (5xx)."""

    kind = ProblemKind.SERVER_UNAVAILABLE


class ConnectionLost(Retryable):
    """No whole answer came: refused, cut or timed out."""

    kind = ProblemKind.CONNECTION_LOST


class Fatal(SourceError):
    """A person must act; trying again changes nothing."""


class AuthenticationFailed(Fatal):
    """The credentials were refused."""

    kind = ProblemKind.AUTHENTICATION_FAILED


class AccessDenied(Fatal):
    """The credentials are right, but may not do this."""

    kind = ProblemKind.ACCESS_DENIED


class FlagRejected(Fatal):
    """The system refuses a compliance record as such."""

    kind = ProblemKind.FLAG_REJECTED


class Skippable(SourceError):
    """Concerns one case; the others go on."""


class UnreadableCase(Skippable):
    """A case came in a form that can't be read. ``fields``: where, as paths such as ``log.3.happened_at``; ``place``: where
    the file lies, where its name is not told."""

    kind = ProblemKind.UNREADABLE

    def __init__(
        self,
        message: str,
        *,
        system: str,
        case: str | None = None,
        request_id: str | None = None,
        fields: tuple[str, ...] = (),
        place: str = "",
    ) -> None:
        super().__init__(message, system=system, case=case, request_id=request_id)
        self.fields = fields
        self.place = place


class CaseForbidden(Skippable):
    """The reader may not see this case: «kunne ikke sjekkes»."""

    kind = ProblemKind.FORBIDDEN


class CaseNotFound(Skippable):
    """The case is not there (any more)."""

    kind = ProblemKind.GONE


class Conflict(SourceError):
    """The case was changed since it was read."""

    kind = ProblemKind.CONFLICT


class IncompleteAnswer(SourceError):
    """What came is not all there is."""

    kind = ProblemKind.INCOMPLETE_ANSWER


class AnswerTooLarge(IncompleteAnswer):
    """More came than the settings allow to be read at once; what is asked for in smaller parts may come."""
