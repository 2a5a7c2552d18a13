"""Bars for page and paper: what is drawn, where each bar stands, and the table of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from .model import AuditReport
from .privacy import counted
from .sentences import Sentences
from .trend import weekly

WEEKS_IN_A_CHART = 26
_WIDE, _LETTER = 640, 7.5
"""Units of a picture's width, and of a letter in it."""


@dataclass(frozen=True)
class Bar:
    """One bar. ``shown`` is its number as it may be shown, ``label`` stands under it, ``name`` and ``more`` in the table."""

    name: str
    label: str
    shown: str
    number_stands: bool
    """Whether there is room for the number over the bar."""
    more: tuple[str, ...]
    kind: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def labelled_from(self) -> float:
        """Where the middle of the label stands: not so near an edge that the edge cuts it."""
        half = _LETTER * len(self.label) / 2
        return round(min(max(self.middle, half), _WIDE - half), 1)


@dataclass(frozen=True)
class Chart:
    """Bars with a title, a sentence that says the point, and the heads of its table: what is counted by, and the numbers."""

    id: str
    title: str
    description: str
    heads: tuple[str, ...]
    bars: tuple[Bar, ...]
    width: int = _WIDE
    height: int = 200

    @property
    def base(self) -> int:
        return self.height - 24

    def drawn(self, kind: str) -> list[Bar]:
        """The bars of ``kind`` that have a height."""
        return [bar for bar in self.bars if bar.kind == kind and bar.height]


@dataclass(frozen=True)
class Value:
    """What becomes a bar: ``number`` its height, ``shown`` the number as it may be shown."""

    name: str
    label: str
    number: int
    shown: str
    kind: str = "bar"
    more: tuple[str, ...] = ()


_ROOM = 28
"""Units of the picture that a number of three digits needs."""


def _chart(name: str, title: str, description: str, heads: tuple[str, ...], values: list[Value]) -> Chart:
    """Where bars are too narrow, every second or third has its number."""
    chart = Chart(name, title, description, heads, ())
    step = chart.width / max(len(values), 4)
    highest = max((value.number for value in values), default=0) or 1
    every = ceil(_ROOM / step)
    bars = []
    for place, value in enumerate(values):
        height = round((chart.base - 24) * value.number / max(highest, 4), 1)
        bars.append(
            Bar(
                value.name,
                value.label,
                value.shown,
                (len(values) - 1 - place) % every == 0,
                value.more,
                value.kind,
                round(place * step + step * 0.15, 1),
                round(chart.base - height, 1),
                round(step * 0.7, 1),
                height,
            )
        )
    return Chart(name, title, description, heads, tuple(bars))


def trend_chart(report: AuditReport, say: Sentences) -> Chart | None:
    weeks = weekly(report.trend)[-WEEKS_IN_A_CHART:]
    if len(weeks) < 2:
        return None
    words = say.words
    label_every = max(1, len(weeks) // 8)
    values = []
    for place, week in enumerate(weeks):
        name = words.gettext("uke {number}").format(number=week.monday.isocalendar().week)
        full = f"{name}, {words.date(week.monday)}"
        if not week.nights:
            full = f"{full} ({words.gettext('ingen nattkjøring')})"
        elif not week.complete:
            full = f"{full} ({words.gettext('ikke alt sjekket')})"
        label = name if (len(weeks) - 1 - place) % label_every == 0 else ""
        numbers = (str(week.deviations), str(week.too_late)) if week.nights else ("–", "–")
        shown = tuple(counted(number, week.complete or not week.nights) for number in numbers)
        values.append(Value(full, label, week.deviations if week.nights else 0, shown[0], more=shown[1:]))
    description = words.gettext("Fra {first} til {last} avvik på {weeks} uker.").format(
        first=counted(str(weeks[0].deviations), weeks[0].complete),
        last=counted(str(weeks[-1].deviations), weeks[-1].complete),
        weeks=len(weeks),
    )
    heads = (words.gettext("Uke"), words.gettext("Avvik som kan rettes"), words.gettext("Gjort for sent"))
    return _chart("trend", words.gettext("Avvik som kan rettes, uke for uke, alle skolene"), description, heads, values)
