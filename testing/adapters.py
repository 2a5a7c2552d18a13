"""The contract every adapter keeps, ours and those that others write. An adapter is tested by one subclass that says how to make it.

Subclass :class:`CaseAdapterContract` (source and sink) or :class:`CycleAdapterContract`, give the fixtures, and name in
``exempt`` what does not apply, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from ..adapters.ports import AnnualCycle, CaseProblem, CaseSource, FlagSink
from ..domain.annual_cycle import CycleState
from ..domain.case import Case
from ..domain.errors import CaseNotFound, Conflict
from ..domain.flag import ComplianceRecord
from ..domain.problem import ProblemKind
from ..judging.policy import Judging
from ..plans.calendars import load_calendar
from ..plans.loader import load_plan

AS_OF = datetime(2026, 11, 20, 15, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FUTURE = datetime(2099, 1, 1, tzinfo=UTC)


def judging() -> Judging:
    """The judgement the contract's records are made with."""
    calendar = load_calendar(None)
    return Judging((load_plan("oyer-2024"),), lambda _: calendar)


class _Contract:
    exempt: ClassVar[Mapping[str, str]] = {}
    """Name of a test → why it does not apply to this adapter; it is then not among the adapter's tests."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, reason in cls.exempt.items():
            if not (hasattr(cls, name) and reason):
                raise TypeError(f"{cls.__name__}.exempt: «{name}» is no test of the contract, or says no reason")
            setattr(cls, name, None)


class CaseAdapterContract(_Contract):
    """Fixtures to give: ``adapter`` (source and sink) and ``truth`` (the cases in the case format, by id)."""

    def test_it_is_both_ports(self, adapter: Any) -> None:
        assert isinstance(adapter, CaseSource)
        assert isinstance(adapter, FlagSink)

    def test_all_cases_come_once_and_whole(self, adapter: CaseSource, truth: dict[str, Any]) -> None:
        found: dict[str, Case] = {}
        for school in adapter.schools():
            for item in adapter.changed_cases(school.organisation_number, None):
                assert isinstance(item, Case), item
                assert item.id not in found
                assert item.school == school.organisation_number
                found[item.id] = item
        assert found.keys() == truth.keys()
        for case_id, raw in truth.items():
            assert _comparable(found[case_id]) == _comparable(Case.model_validate(raw)), case_id

    def test_the_count_and_the_ids_agree_with_the_cases(self, adapter: CaseSource, truth: dict[str, Any]) -> None:
        ids = {s.organisation_number: list(adapter.case_ids(s.organisation_number)) for s in adapter.schools()}
        assert sorted(i for part in ids.values() for i in part) == sorted(truth)
        for school, part in ids.items():
            assert adapter.count(school) in (None, len(part))

    def test_a_cursor_long_ago_gives_all(self, adapter: CaseSource, truth: dict[str, Any]) -> None:
        schools = [s.organisation_number for s in adapter.schools()]
        assert sum(1 for s in schools for _ in adapter.changed_cases(s, LONG_AGO)) == len(truth)

    def test_a_cursor_in_the_future_gives_nothing(self, adapter: CaseSource) -> None:
        schools = [s.organisation_number for s in adapter.schools()]
        assert [c for s in schools for c in adapter.changed_cases(s, FUTURE)] == []

    def test_one_case_is_the_same_as_in_the_list(self, adapter: CaseSource, truth: dict[str, Any]) -> None:
        for case_id in sorted(truth)[:3]:
            one = adapter.case(case_id)
            assert _comparable(one) == _comparable(Case.model_validate(truth[case_id]))
            assert one.etag

    def test_a_case_that_is_not_there_says_so(self, adapter: CaseSource) -> None:
        with pytest.raises(CaseNotFound) as raised:
            adapter.case("SM-1999-9999")
        assert "SM-1999-9999" in str(raised.value)

    def test_every_time_has_a_zone_and_a_date_in_oslo(self, adapter: CaseSource, truth: dict[str, Any]) -> None:
        case = adapter.case(min(truth))
        assert all(n.happened_at is None or n.happened_at.day is not None for n in case.notices)

    def test_a_record_is_read_back_as_it_was_written(self, adapter: Any, truth: dict[str, Any]) -> None:
        case = adapter.case(min(truth))
        record = ComplianceRecord.of(judging().case(case, AS_OF))
        assert adapter.read(case.id) is None
        adapter.write(record, if_match=case.etag, idempotency_key="kontrakt-0001")
        assert adapter.read(case.id) == record
        adapter.write(record, if_match=case.etag, idempotency_key="kontrakt-0001")
        assert adapter.read(case.id) == record

    def test_a_later_record_takes_the_place_of_an_earlier_one(self, adapter: Any, truth: dict[str, Any]) -> None:
        case = adapter.case(max(truth))
        for number, as_of in enumerate((AS_OF, AS_OF + timedelta(days=30))):
            record = ComplianceRecord.of(judging().case(case, as_of))
            adapter.write(record, if_match=case.etag, idempotency_key=f"kontrakt-1{number:03}")
            read = adapter.read(case.id)
            assert read == record
            assert read.fingerprint == record.fingerprint

    def test_a_case_changed_since_it_was_read_is_a_conflict(self, adapter: Any, truth: dict[str, Any]) -> None:
        case = adapter.case(sorted(truth)[1])
        record = ComplianceRecord.of(judging().case(case, AS_OF))
        with pytest.raises(Conflict):
            adapter.write(record, if_match='"en-annen"', idempotency_key="kontrakt-2000")
        assert adapter.read(case.id) is None

    def test_nothing_of_a_case_is_in_its_repr_as_an_item(self, adapter: CaseSource) -> None:
        problem = CaseProblem("S-1", ProblemKind.UNREADABLE, ("log.3",), "mend log.3")
        assert "S-1" in repr(problem)
        assert "***" in repr(adapter) or "object at" in repr(adapter)


class CycleAdapterContract(_Contract):
    """Fixtures to give: ``adapter`` and ``facts`` (the annual cycle's facts in our own format)."""

    def test_it_is_the_port(self, adapter: Any) -> None:
        assert isinstance(adapter, AnnualCycle)

    def test_the_facts_come_as_they_stand(self, adapter: AnnualCycle, facts: list[dict[str, Any]]) -> None:
        assert facts
        for raw in facts:
            found = adapter.facts(raw["school"], raw["school_year"])
            assert [e.id for e in found.entries] == [e["id"] for e in raw.get("entries", ())]
            assert found.found is raw.get("found", True)

    def test_a_year_nobody_knows_is_told_apart_from_an_empty_one(self, adapter: AnnualCycle) -> None:
        assert adapter.facts("310000019", "1999-2000").found is False

    def test_a_status_is_read_back_as_it_was_written(self, adapter: AnnualCycle, facts: list[dict[str, Any]]) -> None:
        for raw in facts:
            assert adapter.read_status(raw["school"], raw["school_year"]) is None
            _, status = judging().cycle(adapter.facts(raw["school"], raw["school_year"]), AS_OF)
            assert status.items
            adapter.write_status(status, idempotency_key=f"kontrakt-{raw['school']}-{raw['school_year']}")
            assert adapter.read_status(raw["school"], raw["school_year"]) == status

    def test_no_state_is_made_up(self, adapter: AnnualCycle, facts: list[dict[str, Any]]) -> None:
        for raw in facts[:2]:
            _, status = judging().cycle(adapter.facts(raw["school"], raw["school_year"]), AS_OF)
            assert {item.state for item in status.items} <= set(CycleState)


def _comparable(case: Case) -> Any:
    """A case without what only a source adds: etag, labels of its own, and the time it was last changed."""
    data = case.model_dump(mode="json", exclude={"etag", "modified_at"})
    data["hidden"] = sorted(data["hidden"])
    for entry in data["log"]:
        entry.pop("source_label")
    return data
