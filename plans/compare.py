"""A revised plan put in the place of another, so that cases already judged can be judged by the new words."""

from __future__ import annotations

from ..domain.plan import MunicipalPlan


def in_place_of(new: MunicipalPlan, old: MunicipalPlan) -> MunicipalPlan:
    """``new`` as if it had held for as long as ``old``: its own words and readings, the other's days of validity.

    Without this nothing could be compared in June: no case is yet of the revised plan's time, and before its approval its
    own rows only ask.
    """
    dates = ("approved", "valid_from", "valid_to", "law_in_force")
    document = new.document.model_copy(update={name: getattr(old.document, name) for name in dates})
    return new.model_copy(update={"document": document, "earlier": ()})
