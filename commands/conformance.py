"""Does a vendor's system keep the contract that we have assumed? Reads only, and tells where it differs: places and kinds, never a value.

For the day a real endpoint is there: what this tells is what to ask the vendor about, and what ``wire.py`` and ``mapping.toml`` must learn.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from gettext import gettext as _
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..adapters.connect import http_client
from ..domain.errors import CaseNotFound, SkolemiljoError, SourceError, optional_part
from ..domain.school import is_organisation_number
from ..judging.judged import school_years

if TYPE_CHECKING:
    from datetime import datetime

    from ..adapters.http import HttpClient, Response
    from .workplace import Workplace

_NAME = re.compile(r"[A-Za-z][A-Za-z_]{0,39}")
"""What a field may be called and be told: a name with a digit in it may be anybody's number."""
_NOBODYS = "SM-0000-0000"
"""A case number that no system has."""
_CASES = 5
_IN_A_LIST = "items[]."
_FAR_AHEAD = timedelta(days=3650)
_CLOCKS_APART = 600.0


@dataclass
class Conformance:
    """What one system was asked, and how its answers differ from the contract."""

    system: str
    asked: Counter[str] = field(default_factory=Counter)
    """Operation → answers that were looked at."""
    differs: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(Operation, place in the answer, what) → how often."""
    unknown: set[str] = field(default_factory=set)
    """Places that the contract does not have."""
    never_seen: list[str] = field(default_factory=list)
    """Places of the contract that no answer had."""
    unasked: list[tuple[str, str]] = field(default_factory=list)
    """(Operation, kind of problem): what could not be asked."""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "system": self.system,
            "asked": dict(self.asked),
            "differs": [
                {"operation": operation, "place": place, "what": what, "times": times}
                for (operation, place, what), times in sorted(self.differs.items())
            ],
            "unknown_places": sorted(self.unknown),
            "places_never_seen": self.never_seen,
            "not_asked": [{"operation": operation, "why": why} for operation, why in self.unasked],
        }


def examine(work: Workplace, system: str, url: str | None, at: datetime) -> Conformance:
    """Asks ``system`` (at ``url``, or where the settings say) all that can be asked without writing.

    Raises SettingsError, and MissingPart without the extra ``conformance``.
    """
    settings = work.settings
    section = getattr(settings, system)
    if url is not None:
        section = section.model_copy(update={"base_url": url})
    http = http_client(system, section, settings)
    contract = _Contract(system)
    told = Conformance(system)
    asking = _SikkerSak if system == "sikker_sak" else _AnnualCycle
    asking(http, contract, told, at).ask()
    heard = http.heard
    if heard is not None and heard.clock_offset is not None and abs(heard.clock_offset) > _CLOCKS_APART:
        told.differs["Date", "", _("klokka er mer enn ti minutter fra vår")] += 1
    told.never_seen = sorted(contract.places - contract.seen)
    return told


def text(told: Conformance) -> str:
    """The report as a person reads it, and sends it to the vendor."""
    lines = [
        _("{system}: holdt mot kontrakten vi har antatt. Ingenting er skrevet dit.").format(system=told.system),
        "",
    ]
    lines += [_("Spurt: {operation} ({n} svar)").format(operation=name, n=n) for name, n in sorted(told.asked.items())]
    lines += [
        _("IKKE SPURT: {operation} ({why})").format(operation=operation, why=why) for operation, why in told.unasked
    ]
    differs = sorted(told.differs.items())
    lines += ["", _("Annerledes enn kontrakten: {n} ting.").format(n=len(differs))]
    lines += [f"  {operation} {place}: {what} ({times})" for (operation, place, what), times in differs]
    for heading, places in (
        (_("Felt som kontrakten ikke har:"), told.unknown),
        (_("Felt i kontrakten som ingen av disse svarene hadde. Finnes de hos dere?"), told.never_seen),
    ):
        if places:
            lines += ["", heading, *_places(places)]
    return "\n".join(lines)


def _places(places: Iterable[str]) -> Iterator[str]:
    """The places in few lines: what holds others stands for them, one case and a list of cases are told once, and what is called
    the same in several objects is one line."""
    told = {_Place.of(place) for place in places}
    whole = {place.within for place in told if not place.listed}
    by_path: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for place in told:
        above = {replace(place, within=part) for part in place.above()}
        if not (above & told or (place.listed and place.within in whole)):
            parent, _dot, name = place.within.rpartition(".")
            by_path[place.path][name].add(parent)
    for path, names in sorted(by_path.items()):
        yield f"  {path}"
        for name, parents in sorted(names.items()):
            inside = sorted(parents - {""})
            yield f"    {name}" + (_(" (i {objects})").format(objects=", ".join(inside)) if inside else "")
            if inside and "" in parents:
                yield f"    {name}"


@dataclass(frozen=True)
class _Place:
    """A place in an answer, apart from whether the object came alone or in a list."""

    path: str
    within: str
    listed: bool

    @classmethod
    def of(cls, place: str) -> _Place:
        path, _space, within = place.partition(" ")
        return cls(path, within.removeprefix(_IN_A_LIST), within.startswith(_IN_A_LIST))

    def above(self) -> Iterator[str]:
        """What it lies in, from the outside."""
        parts = self.within.split(".")
        return (".".join(parts[:n]).removesuffix("[]") for n in range(1, len(parts)))


class _Contract:
    """Our contract of a system, and what has been seen of it."""

    def __init__(self, system: str) -> None:
        with optional_part("conformance"):
            import yaml
            from jsonschema import Draft202012Validator
        raw = (files("skolemiljo.adapters") / system / "contract.openapi.yaml").read_text("utf-8")
        self._whole: dict[str, Any] = yaml.safe_load(raw)
        self._validator = Draft202012Validator
        self.places: set[str] = set()
        self.seen: set[str] = set()

    def hold(self, told: Conformance, path: str, body: Any) -> None:
        """Holds the ``body`` of a 200 of GET ``path`` against the contract."""
        answer = self._whole["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        operation = f"GET {path}"
        told.asked[operation] += 1
        for fault in self._validator({**answer, "components": self._whole["components"]}).iter_errors(body):
            place = "".join(self._step(step) for step in fault.absolute_path).lstrip(".")
            for what in _words(fault):
                told.differs[operation, place, what] += 1
        self._walk(answer, body, path, told.unknown, depth=0)

    def _step(self, step: str | int) -> str:
        return "[]" if isinstance(step, int) else f".{step if _NAME.fullmatch(step) else '*'}"

    def _walk(self, schema: Mapping[str, Any], value: Any, at: str, unknown: set[str], *, depth: int) -> None:
        """Notes which places of the contract the answer has, and which of its places the contract does not have."""
        if depth > 12:
            return
        properties, items = self._parts(schema)
        before = f"{at}." if " " in at else f"{at} "
        self.places |= {before + name for name in properties}
        for name, inner in properties.items():
            place = before + name
            there = isinstance(value, dict) and name in value
            if there and value[name] not in (None, [], ""):
                self.seen.add(place)
            self._walk(inner, value[name] if there else None, place, unknown, depth=depth + 1)
        if isinstance(value, dict) and properties:
            unknown |= {before + (name if _NAME.fullmatch(name) else "*") for name in value.keys() - properties.keys()}
        if items is not None:
            for one in value if isinstance(value, list) else [None]:
                self._walk(items, one, f"{at}[]", unknown, depth=depth + 1)

    def _parts(self, schema: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any] | None]:
        """The properties of a schema and what its items are, its references and alternatives together."""
        while "$ref" in schema:
            schema = self._whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        properties: dict[str, Any] = dict(schema.get("properties", {}))
        items: Mapping[str, Any] | None = schema.get("items")
        for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
            more, its = self._parts(one)
            properties |= more
            items = items or its
        return properties, items


def _words(fault: Any) -> Iterator[str]:
    """What is wrong, in words without the value."""
    match fault.validator:
        case "required":
            yield from (
                _("mangler {name}").format(name=name) for name in fault.validator_value if name not in fault.instance
            )
        case "type":
            wanted = fault.validator_value
            kinds = " / ".join(wanted) if isinstance(wanted, list) else wanted
            yield _("skal være {wanted}, er {found}").format(wanted=kinds, found=_kind(fault.instance))
        case "additionalProperties" | "unevaluatedProperties":
            yield _("har felt som kontrakten ikke har")
        case "enum" | "const":
            yield _("verdien er ikke en av dem kontrakten har")
        case other:
            yield _("har ikke formen kontrakten sier ({rule})").format(rule=other)


def _kind(value: Any) -> str:
    names = {bool: "boolean", dict: "object", list: "array", str: "string", int: "integer", float: "number"}
    return names.get(type(value), "null")


class _Asking:
    """What is asked of one system, in the order in which one answer leads to the next."""

    def __init__(self, http: HttpClient, contract: _Contract, told: Conformance, at: datetime) -> None:
        self._http = http
        self._contract = contract
        self._told = told
        self._at = at

    def _get(
        self, path: str, *, case: str | None = None, query: dict[str, str] | None = None, **parts: str
    ) -> Response | None:
        """The answer, held against the contract; ``None`` where there is none, and why is told."""
        try:
            return self._ask(path, case=case, query=query, parts=parts)
        except CaseNotFound as error:
            self._told.unasked.append((f"GET {path}", str(error.kind)))
            return None

    def _ask(
        self, path: str, *, case: str | None, query: dict[str, str] | None, parts: dict[str, str]
    ) -> Response | None:
        try:
            answer = self._http.get(path.lstrip("/").format(**parts), params=query, case=case)
        except CaseNotFound:
            raise
        except SourceError as error:
            self._told.unasked.append((f"GET {path}", str(error.kind)))
            return None
        self._contract.hold(self._told, path, answer.body)
        return answer

    def _standing(self, path: str, case: str, **parts: str) -> None:
        """What stands there, where anything does yet."""
        with suppress(CaseNotFound):
            self._ask(path, case=case, query=None, parts=parts)

    def _differs(self, path: str, what: str) -> None:
        self._told.differs[f"GET {path}", "", what] += 1


def _items(answer: Response | None) -> list[Any]:
    found = answer.body.get("items") if answer is not None and isinstance(answer.body, dict) else None
    return found if isinstance(found, list) else []


def _total(answer: Response | None) -> object:
    return answer.body.get("totalCount") if answer is not None and isinstance(answer.body, dict) else None


class _SikkerSak(_Asking):
    def ask(self) -> None:
        """Schools, the first one's cases and numbers, some cases whole with what stands on them, and what must be refused."""
        page = {"pageSize": "50", "pageNumber": "1"}
        schools = [
            s.get("organizationNumber") for s in _items(self._get("/v1/schools", query=page)) if isinstance(s, dict)
        ]
        school = next(
            (number for number in schools if isinstance(number, str) and is_organisation_number(number)), None
        )
        if school is None:
            self._told.unasked.append(("GET /v1/schools/{school}/cases", _("ingen skole å spørre om")))
            return
        self._lists(school)
        self._refuses()

    def _lists(self, school: str) -> None:
        cases, numbers = "/v1/schools/{school}/cases", "/v1/schools/{school}/case-numbers"
        first = self._get(cases, query={"pageSize": str(_CASES), "pageNumber": "1"}, school=school)
        listed = self._get(numbers, query={"pageSize": "100", "pageNumber": "1"}, school=school)
        if first is not None and listed is not None and _total(first) != _total(listed):
            self._differs(numbers, _("totalCount er et annet enn for saker"))
        one = self._get(cases, query={"pageSize": "1", "pageNumber": "1"}, school=school)
        if len(_items(one)) > 1:
            self._differs(cases, _("pageSize blir ikke fulgt"))
        ahead = {"pageSize": "1", "pageNumber": "1", "modifiedSince": (self._at + _FAR_AHEAD).isoformat()}
        if _items(self._get(cases, query=ahead, school=school)):
            self._differs(cases, _("modifiedSince blir ikke fulgt"))
        for number in _items(listed)[:_CASES]:
            if isinstance(number, str):
                self._case(number)

    def _case(self, number: str) -> None:
        path = "/v1/cases/{caseNumber}"
        answer = self._get(path, case=number, caseNumber=number)
        if answer is not None and answer.etag is None:
            self._differs(path, _("mangler ETag"))
        elif answer is not None and answer.etag is not None and answer.etag.startswith("W/"):
            self._differs(path, _("har bare en svak ETag"))
        self._standing("/v1/cases/{caseNumber}/compliance", number, caseNumber=number)

    def _refuses(self) -> None:
        path = "/v1/cases/{caseNumber}"
        try:
            self._http.get(path.lstrip("/").format(caseNumber=_NOBODYS), case=_NOBODYS)
        except CaseNotFound:
            return
        except SkolemiljoError:
            pass
        self._differs(path, _("en sak som ikke finnes, gir ikke 404"))


class _AnnualCycle(_Asking):
    def ask(self) -> None:
        """The municipality's own entries of this school year, and the status that stands there."""
        year = school_years(self._at)[-1]
        self._get("/v1/cycles/{owner}/{schoolYear}/entries", owner="municipality", schoolYear=year)
        self._standing(
            "/v1/cycles/{owner}/{schoolYear}/status", f"municipality/{year}", owner="municipality", schoolYear=year
        )


def as_json(told: Conformance) -> str:
    """The report for a program."""
    return json.dumps(told.to_json(), ensure_ascii=False, indent=2)
