"""A record and its fingerprint."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from skolemiljo.adapters.case_file import read_case
from skolemiljo.adapters.mock.municipality import AS_OF, Municipality
from skolemiljo.domain.flag import ComplianceRecord, Withheld, fingerprint_of
from skolemiljo.domain.verdict import Assessment

from ..reliability.vendor import judging


@pytest.fixture(scope="module")
def assessments() -> list[Assessment]:
    import json

    documents = (json.dumps(case).encode() for case in Municipality(cases=60).cases())
    return [judging().case(read_case(document, system="t"), AS_OF.astimezone(UTC)) for document in documents]


@pytest.mark.parametrize(
    "withheld",
    [Withheld(), Withheld(rules=frozenset({"VA-08", "UN-01"})), Withheld(everything=True)],
    ids=["all", "without two rules", "nothing"],
)
def test_the_fingerprint_of_an_assessment_is_that_of_the_record_it_becomes(
    assessments: list[Assessment], withheld: Withheld
) -> None:
    for assessment in assessments:
        record = withheld.left_of(ComplianceRecord.of(assessment, school="310000019"))
        assert fingerprint_of(assessment, "310000019", withheld) == record.fingerprint


def test_the_order_in_which_the_flags_come_back_changes_nothing_and_each_other_difference_does(
    assessments: list[Assessment],
) -> None:
    record = max(
        (ComplianceRecord.of(a, school="310000019") for a in assessments), key=lambda record: len(record.flags)
    )
    turned = record.model_copy(update={"flags": record.flags[::-1], "judged_at": record.judged_at + timedelta(days=1)})
    assert turned.flags != record.flags
    assert turned.fingerprint == record.fingerprint
    for other in ({"flags": record.flags[1:]}, {"plan": "another"}, {"complete": not record.complete}):
        assert record.model_copy(update=other).fingerprint != record.fingerprint
