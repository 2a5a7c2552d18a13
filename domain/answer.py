"""The answers a duty can get, and what they are told with: closed lists of words. No model stands here: a rule's page needs none."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The six answers. Only ``met`` means «i orden», and only facts make it so."""

    MET = "met"
    DEVIATION = "deviation"
    DUE = "due"
    REVIEW = "review"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a verdict is a deviation, or why it is unknown."""

    UNDOCUMENTED = "undocumented"
    LATE = "late"
    INCOMPLETE = "incomplete"
    WRONG_ROLE = "wrong_role"
    ORDER = "order"
    NOT_ALLOWED = "not_allowed"
    """something is there that must not be"""
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"
    UNDATED = "undated"
    """it hangs on an entry that carries no time at all"""
    NOT_CARRIED = "not_carried"
    """it hangs on what the source never has; which, says the outcome's question, as a path of the case format"""
    CRASHED = "crashed"


NOT_TO_BE_UNDONE = frozenset({Reason.LATE, Reason.ORDER})
"""Deviations that no act can undo: done, but too late or in the wrong order."""


class Severity(StrEnum):
    """How much hangs on a rule; the catalogue's K, H, M, L and I."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATION = "information"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for information."""
        return _RANKS[self]


_RANKS = {severity: 4 - place for place, severity in enumerate(Severity)}


class Basis(StrEnum):
    """Where the duty stands: in the law, in the municipality's plan, in both, or only in the tool."""

    LAW = "lov"
    PLAN = "plan"
    BOTH = "lov+plan"
    INTERNAL = "intern"


class Reading(StrEnum):
    """How days are counted."""

    CALENDAR_DAY = "calendar_day"
    SCHOOL_DAY = "school_day"


class RemarkCode(StrEnum):
    """What a reader should know beside the verdict. The words, nb and nn, are in validators/verdict_words.toml."""

    REGISTERED_LATE = "registered_late"
    TIME_ASSUMED = "time_assumed"
    """only the time of registration is known; it was used"""
    TIME_EDITED = "time_edited"
    OUTSIDE_SCHOOL_HOURS = "outside_school_hours"
    OTHER_READING_MET = "other_reading_met"
    """the other way of counting days would have given «i orden»"""
    OTHER_READING_LATE = "other_reading_late"
    TOLERANCE_USED = "tolerance_used"
    WITHIN_TOLERANCE = "within_tolerance"
    """the setting for tolerance is off; had it been on, this would have been «i orden»"""
    PLAN_NOT_YET_APPROVED = "plan_not_yet_approved"
    CALENDAR_MISSING = "calendar_missing"
    HINT = "hint"
    """a free note may say that it was done; its id is among the evidence"""
    PRESENCE_ONLY = "presence_only"
    """texts are not read (read_text = false): only that the field is filled in was seen"""
    WEAKLY_SHOWN = "weakly_shown"
    """shown, but weakly: the answer stands elsewhere than in its field"""
    REVISION_OVERDUE = "revision_overdue"
    """the plan is past its revision date; it still applies"""
    OLD_VERSION = "old_version"
    """the version shown is from ``day``, longer ago than the plan's readings accept without a word"""
    OWN_DATE = "own_date"
    """the school's own annual cycle has ``day`` for it, which is passed or was passed when it was done"""
    DELEGATE = "delegate"
    DAYS_ELAPSED = "days_elapsed"
    MAY_BE_REPORTED_TO_STATE = "may_be_reported_to_state"
    NOT_DOCUMENTED = "not_documented"
    DECLINED = "declined"
    IDENTITY_NUMBER = "identity_number"
    """found in a text; ``number`` is the place of its first character, from 1. The number itself is never repeated."""
    D_NUMBER = "d_number"
    SYNTHETIC_IDENTITY_NUMBER = "synthetic_identity_number"
    """of a test series: no real person, but a sign of how the entry was made"""
    IDENTITY_NUMBER_2032 = "identity_number_2032"
    """right by the control digits that numbers issued from 2032 have, and not by today's"""
    SENSITIVE_WORD = "sensitive_word"
    """a word that may tell of health and the like; ``number`` is the place of its first character, from 1"""
    UNLABELLED = "unlabelled"
    """``number`` entries that nobody has labelled may be the missing one: they are the last of the evidence"""
    ANOTHER_FIELD = "another_field"
    """what is told after this was found in other fields of the entry than its text; places are counted within the field"""
