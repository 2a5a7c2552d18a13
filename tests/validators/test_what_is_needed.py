"""What a rule needs (needs.py), asked of tables made for it: the whole table is held by test_needs.py, which is slow."""

from __future__ import annotations

import pytest

from skolemiljo.domain.facts import Mark, kind_marks
from skolemiljo.domain.log import LogKind
from skolemiljo.validators.needs import Needs

OCCASION = next(kind for kind in LogKind if kind_marks()[kind] is Mark.OCCASION)
PROOF = next(kind for kind in LogKind if kind_marks()[kind] is Mark.PROOF)
OTHER = next(kind for kind in reversed(LogKind) if kind_marks()[kind] is Mark.PROOF)


def test_a_list_of_which_it_asks_only_whether_anything_is_there_is_one_it_needs() -> None:
    needs = Needs.of(f"log:{PROOF}", whether_any=("incidents",))
    assert needs.lists == {"log", "incidents"}
    assert needs.touches("incidents")
    assert needs.touches("incidents.deleted_at")
    assert not needs.touches("incidents.description")
    assert not needs.touches("notices")


def test_a_duty_may_begin_with_what_is_an_occasion_or_what_the_rule_names() -> None:
    needs = Needs.of(f"log:{OCCASION}", f"log:{PROOF}")
    assert needs.may_begin_with(f"log:{OCCASION}")
    assert not needs.may_begin_with(f"log:{PROOF}")
    assert not needs.may_begin_with(f"log:{OTHER}")
    named = Needs.of(f"log:{OCCASION}", f"log:{PROOF}", decided_by=(f"log:{PROOF}",))
    assert named.may_begin_with(f"log:{PROOF}")
    assert not Needs.of(f"log:{PROOF}", decided_by=(f"log:{OTHER}",)).may_begin_with(f"log:{OTHER}")
    assert not Needs.of(f"log:{PROOF}").may_begin_with(f"log:{OCCASION}")


@pytest.mark.parametrize(
    ("path", "touched"),
    [
        ("log", True),
        (f"log:{PROOF}", True),
        (f"log:{PROOF}.channel", True),
        ("log.channel", True),
        ("log.to", True),
        ("log.to.role", True),
        (f"log:{OTHER}.to", True),
        (f"log:{OTHER}.channel", False),
        (f"log:{OCCASION}", False),
        (f"log:{OCCASION}.to", False),
        ("log.methods", False),
        ("notices.channel", False),
        ("evaluations", False),
        ("evaluations:any", False),
        ("evaluations.deleted_at", True),
        ("evaluations.result", False),
    ],
)
def test_what_it_says_hangs_on_its_own_fields_of_its_own_kinds(path: str, touched: bool) -> None:
    needs = Needs.of(
        f"log:{PROOF}",
        f"log:{PROOF}.channel",
        f"log:{OTHER}",
        f"log:{OTHER}.to",
        "evaluations",
        settles=("evaluations",),
    )
    assert needs.touches(path) is touched
