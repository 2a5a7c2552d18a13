"""What every peer is asked, and how it is run. Only the standard library: each peer has an environment of its own.

The questions are put to the documents of cases as they are. A day is the first ten letters of a time: the documents' times carry
Oslo's own offset. A *current plan* is one whose status is ``current``. A field is *filled* when it holds words, and these are not one of
:data:`PLACEHOLDERS`. A measure's *own or its plan's*: the plan's field answers where the measure's does not, and where there is no measure.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

QUESTIONS = {
    "AP-A": "every current plan's problem is filled",
    "AP-B": "every current plan has its measures in words, or measures of which each has words",
    "AP-C": "every measure of a current plan has a start or an end, or is filled when, its own or its plan's",
    "AP-D": "every measure of a current plan has a role that is responsible, or is filled who, its own or its plan's",
    "AP-E": "every measure of a current plan has a day of evaluation, its own or its plan's",
    "TI-08": "every current plan's summary of the enquiry is filled",
    "VA-09": "where it was decided before today that the case is serious, and nobody who works at the school is suspected, "
    "the owner was told: an entry of that kind, or a notice that she received",
    "VA-08": "every affected pupil that a notice is about, and a notice that names none is about all of them, was told on the day that it "
    "came or, where that is later, that the pupil was identified, by an entry that is not deleted, or gave the notice to the rector by "
    "word of mouth; or that day is not over",
}
"""By the code of our own rule. What the answer no means: something of it is missing."""
IN_ONE_PLACE = tuple(code for code in QUESTIONS if code != "VA-08")
"""Those for which no two times are held against each other: all peers can say these."""
WITH_ROWS = tuple(code for code in QUESTIONS if code != "VA-09")
"""Those asked for scope, deadline and evidence too: which of several entries VA-09 rests on depends on more than the question says."""
PLACEHOLDERS = ("", "-", "kommer", "Kommer senere", "se over", "Se over!")
AT_THE_SCHOOL = ("staff", "leader")
"""Who may be suspected that works there."""
TODAY = "2026-11-20"
"""The day that all are asked on."""

Missing = dict[str, list[str]]
"""By question: the ids of the cases in which something is missing, in order."""


class Row(NamedTuple):
    """An answer that explains itself."""

    case: str
    question: str
    scope: str
    """The plan, the measure or the notice and pupil that it is about."""
    verdict: str
    """``met``, ``deviation`` or ``due``"""
    deadline: str | None
    evidence: tuple[str, ...]
    """Ids of what it rests on: a plan's or an entry's."""


class Peer(Protocol):
    """What a peer can do. ``load``: from a file with a document on each line to its own form."""

    questions: tuple[str, ...]

    def load(self, file: str) -> Any:
        """The cases in the peer's own form."""

    def missing(self, cases: Any) -> Missing:
        """Yes or no."""

    def rows(self, cases: Any) -> list[Row] | None:
        """The same with scope, deadline and evidence; ``None``: it has no way to say them."""


def serve(peer: Peer) -> None:
    """Does what is asked on each line of standard input (``load FILE``, ``missing``, ``rows``), and says what came and what CPU it took."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    cases: Any = None
    for line in sys.stdin:
        what, _, file = line.strip().partition(" ")
        begun = time.process_time()
        came: Any = None
        if what == "load":
            cases = peer.load(file)
        else:
            came = peer.missing(cases) if what == "missing" else peer.rows(cases)
        took = time.process_time() - begun
        told.write(json.dumps({"seconds": took, "came": came, "questions": peer.questions}) + "\n")
        told.flush()


def documents(file: str) -> Iterator[Any]:
    """The documents of ``file`` as Python's own reader gives them."""
    with open(file, encoding="utf-8") as lines:  # noqa: PTH123 - the fastest way there is
        for line in lines:
            yield json.loads(line)


class Vendor(NamedTuple):
    """Where a case system answers, and who asks."""

    base_url: str
    token_url: str
    client_id: str
    client_secret: str
    tenant_id: str
    scope: str
    page_size: int
    settings: str
    """This project's own file of settings, which says the same."""


def pulled(pull: Callable[[Vendor], list[str]]) -> None:
    """Pulls every case of every school of the vendor that the first argument tells, and says which came, and what time it took."""
    vendor = Vendor(**json.loads(sys.argv[1]))
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    begun, cpu = time.perf_counter(), time.process_time()
    cases = pull(vendor)
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu
    told.write(json.dumps({"seconds": took, "cpu": cpu, "came": sorted(set(cases))}))
    told.flush()


def filled(text: str | None) -> bool:
    """Whether there are words that are no placeholder."""
    return text is not None and text.strip() not in PLACEHOLDERS
