"""Notices: someone says that a pupil may not have a safe and good school environment."""

from __future__ import annotations

from enum import StrEnum

from .base import Ref
from .log import Channel, Recorded
from .moment import Moment
from .people import Actor


class NoticeSource(StrEnum):
    """Whose notice it is. The plan has routes for staff, parents and others; the law adds the pupil (L-01)."""

    STAFF = "staff"
    GUARDIAN = "guardian"
    PUPIL = "pupil"
    OTHER = "other"
    ANONYMOUS = "anonymous"


class Notice(Recorded):
    """One notice. ``happened_at`` is when it arrived at the receiver (requirements A-02); ``registered_at`` its log."""

    source: NoticeSource
    notifier: Actor | None = None
    learned_at: Moment | None = None
    """When the notifier came to know or suspect."""
    read_at: Moment | None = None
    """When the receiver in fact read or heard it, if that was later than its arrival."""
    rector_told_at: Moment | None = None
    """When rektor was told, where another received it."""
    receiver: Actor | None = None
    channel: Channel = Channel.UNKNOWN
    suspicion_only: bool | None = None
    """True where a member of staff wants to look closer into a suspicion first."""
    pupils: tuple[Ref, ...] = ()
    """Pseudonyms of the pupils it is about; empty = the affected pupils of the case, or not identified yet."""
    accuses_staff: bool | None = None
    """Whether it says that someone who works at the school violates a pupil."""

    @property
    def arrived_at(self) -> Moment | None:
        """When it arrived: the plan's «melding er mottatt»."""
        return self.happened_at
