"""What is reckoned from what was measured: how sizes are spread, the line through points, and who is done when. No clock, no files."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence


def sizes(municipalities: int, cases: int) -> list[int]:
    """So many ``cases`` over so many municipalities, the largest first: the second has half of what the first has, the third a third.
    Norway's are spread much like that: Oslo has an eighth of the pupils, half of the municipalities have a hundredth together."""
    weights = [1 / (place + 1) for place in range(municipalities)]
    whole = sum(weights)
    found = [int(cases * weight / whole) for weight in weights]
    found[0] += cases - sum(found)
    return found


def doubling(number: int, cases: int) -> list[int]:
    """``number`` sizes, each twice the one before, with ``cases`` together or a few more: growth shows over a wide span."""
    first = math.ceil(cases / (2**number - 1))
    return [first * 2**place for place in range(number)]


def line_through(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Where the straight line through ``points`` begins, never below 0, and how steep it is. Points are weighed by 1/x, so that the
    small ones count: a large one is off by more."""
    weights = [1 / x for x, _ in points]
    whole = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points, strict=True)) / whole
    mean_y = sum(w * y for w, (_, y) in zip(weights, points, strict=True)) / whole
    spread = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points, strict=True))
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points, strict=True)) / spread
    start = mean_y - slope * mean_x
    if start >= 0:
        return start, slope
    return 0.0, sum(w * x * y for w, (x, y) in zip(weights, points, strict=True)) / sum(
        w * x * x for w, (x, _) in zip(weights, points, strict=True)
    )


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The power of x that y grows with, by least squares over the logarithms."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def done_after(costs: Iterable[float], workers: int) -> float:
    """When the last of ``costs`` is done on so many workers, each taking the largest that is left when it is free."""
    free = [0.0] * workers
    for cost in sorted(costs, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + cost)
    return max(free)
