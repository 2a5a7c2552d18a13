"""What the program ends with. A scheduler acts on the number, so that each means one thing, in every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Ended by a signal it is 128 and the signal's number, as everywhere."""

    DONE = 0
    FINDINGS = 1
    """Done, and it found what was asked about."""
    SETTINGS = 2
    """Usage, settings or plan: a person must mend them. click's own number for wrong usage, too."""
    UNCHECKED = 3
    """Not all could be seen, or done."""
    LATER = 75
    """What passes by itself: try again later (EX_TEMPFAIL)."""
    STOPPED = 130
    """Ctrl-C; what was begun is finished."""
    PIPE_CLOSED = 141
    """Whoever read the output reads no more."""
    TERMINATED = 143
    """SIGTERM; what was begun is finished."""
