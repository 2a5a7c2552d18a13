"""Identity numbers that belong to nobody."""

from __future__ import annotations

from random import Random

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def synthetic_identity_number(rng: Random) -> str:
    """A number of the synthetic series (month + 80), with right control digits; it is never given to a person."""
    while True:
        digits = [int(d) for d in f"{rng.randrange(1, 29):02d}{rng.randrange(81, 93)}{rng.randrange(10, 19)}"]
        digits += [int(d) for d in f"{rng.randrange(500, 1000)}"]
        for weights in (_FIRST, _SECOND):
            rest = sum(w * d for w, d in zip(weights, digits, strict=False)) % 11
            digits.append((11 - rest) % 11)
        if max(digits) < 10:
            return "".join(map(str, digits))
