"""Malformed payloads from a seed: documents broken in their structure, in their bytes, and in the answer around them."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

MARK = "Kvitlyng Sjokolade"
"""Planted wherever a free text may stand. With a space, as a name has it: no id can hold it."""
NUMBER = "15831012345"
"""Eleven digits like an identity number (month + 80: nobody's)."""
PLANTED = (MARK, NUMBER)


@dataclass(frozen=True)
class Raw:
    """Something written as it stands, which no JSON value can be."""

    text: str


@dataclass(frozen=True)
class Pairs:
    """An object whose keys may come twice."""

    pairs: tuple[tuple[str, Any], ...]


def written(value: Any) -> str:
    """The JSON text of a tree that may hold what JSON does not allow."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        value = Pairs(tuple(value.items()))
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(key)}:{written(item)}" for key, item in value.pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**19, -(10**19), 2**31, "", " ", [], {}, [[]], [None], [{}]),
    *(Raw("9" * 400), Raw("1e999"), Raw("-1e999"), Raw("1E-9999"), Raw("NaN"), Raw("Infinity"), Raw("-Infinity")),
    *(Raw("01"), Raw("0x1F"), Raw("undefined"), Raw("'a'")),
    *(Raw('"\\ud800"'), Raw('"\\udfff x"'), Raw('"\\udc00\\ud800"'), Raw('"\\u0000"'), Raw('"\\x41"'), Raw('"a\tb"')),
    *(Raw("[" * 40_000 + "]" * 40_000), Raw('{"a":' * 20_000 + "1" + "}" * 20_000), Raw("[" * 900 + "]" * 900)),
    *(MARK, f"{MARK} {NUMBER}", NUMBER, [MARK], {MARK: MARK}, {"text": MARK}, [{"id": MARK, "kind": MARK}]),
    *("a" * 200_000, f"{MARK} " * 5_000, "\x1b[2J\x1b]0;x\x07", "<script>alert(1)</script>", "=cmd|' /C calc'!A0"),
    *(
        "\u202eeverS",
        "æ\u0301",
        "\ufeff",
        "\U0001f9d2",
        "ﬁ",
        "²",
        "٣",
        "\r\nX-Injected: 1",
        "../../../etc/passwd",
        "a/b",
    ),
    *("2026-02-30", "2026-13-01T00:00:00+01:00", "2026-10-25T02:30:00", "2026-03-29T02:30:00", "9999-12-31T23:59:59Z"),
    *(
        "0001-01-01T00:00:00+14:00",
        "1900-01-01",
        "2200-12-31T23:59:59-12:00",
        "２０２６-01-01",
        "2026-W10-1",
        "20260309",
    ),
    *("2026-03-09T10:15:00+99:99", "2026-03-09T24:00:00+01:00", "2026-03-09T10:15:60+01:00", "1e3", "310000019"),
    *("open", "note", "rector", "municipality", "2025-2026", "2026-2025", "0000-0001", "elev-1", "l1"),
)

Site = tuple[Any, Any]


def _sites(value: Any) -> Iterator[Site]:
    """Every place in the tree: its container and its key there."""
    keys: Sequence[Any] = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _sites(value[key])


def _replaced(rng: Random, sites: list[Site], _: Any) -> None:
    container, key = rng.choice(sites)
    container[key] = copy.deepcopy(rng.choice(STRANGE))


def _planted(rng: Random, sites: list[Site], _: Any) -> None:
    texts = [(c, k) for c, k in sites if isinstance(c[k], str)]
    container, key = rng.choice(texts or sites)
    container[key] = rng.choice((MARK, NUMBER, f"{container[key]} {MARK}", f"{MARK}{container[key]}"))


def _taken_out(rng: Random, sites: list[Site], _: Any) -> None:
    container, key = rng.choice(sites)
    del container[key]


def _repeated(rng: Random, sites: list[Site], _: Any) -> None:
    container, key = rng.choice(sites)
    times = rng.choice((1, 1, 2, 50, 400))
    if isinstance(container, list):
        container.extend(copy.deepcopy(container[key]) for _ in range(times))
    elif isinstance(container[key], dict) and container[key]:
        pairs = list(container[key].items())
        pairs += rng.choices(pairs, k=times)
        container[key] = Pairs(tuple(pairs))
    else:
        container[key] = [copy.deepcopy(container[key])] * times


def _renamed(rng: Random, sites: list[Site], _: Any) -> None:
    named = [(c, k) for c, k in sites if isinstance(c, dict)]
    if named:
        container, key = rng.choice(named)
        fresh = rng.choice(
            (MARK, NUMBER, key.upper(), f"{key}_", "__proto__", "model_config", "id", "text", "hidden", "")
        )
        container[fresh] = container.pop(key)


def _swapped(rng: Random, sites: list[Site], _: Any) -> None:
    (one, here), (other, there) = rng.choice(sites), rng.choice(sites)
    one[here], other[there] = copy.deepcopy(other[there]), copy.deepcopy(one[here])


def _from_another(rng: Random, sites: list[Site], other: Any) -> None:
    container, key = rng.choice(sites)
    inner, place = rng.choice(list(_sites(other)) or [([other], 0)])
    container[key] = copy.deepcopy(inner[place])


def _wrapped(rng: Random, sites: list[Site], _: Any) -> None:
    container, key = rng.choice(sites)
    inner = container[key]
    container[key] = rng.choice(([inner], {"value": inner}, json.dumps(inner, default=str), [[inner]]))


def _turned(rng: Random, sites: list[Site], _: Any) -> None:
    lists = [c[k] for c, k in sites if isinstance(c[k], list) and len(c[k]) > 1]
    if lists:
        chosen = rng.choice(lists)
        rng.shuffle(chosen)


STRUCTURE: tuple[Callable[[Random, list[Site], Any], None], ...] = (
    *(_replaced, _replaced, _replaced, _planted, _taken_out, _repeated, _renamed, _swapped, _from_another, _wrapped),
    _turned,
)

_NOT_UTF8 = (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x80", b"\xe6")


def _slice(rng: Random, data: bytes) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 1, 2, 8, 64, 1_000)))


def _in_bytes(rng: Random, data: bytes) -> bytes:
    """``data`` with something done to its bytes."""
    start, end = _slice(rng, data)
    part = data[start:end]
    match rng.randrange(14):
        case 0:
            return data[:start]
        case 1:
            return data[:start] + data[end:]
        case 2:
            return data[:start] + rng.randbytes(end - start) + data[end:]
        case 3:
            return data[:start] + rng.choice(_NOT_UTF8) + data[end:]
        case 4:
            return data[:start] + b"\x00" * rng.choice((1, 100)) + data[start:]
        case 5:
            return data[:end] + part * rng.choice((1, 20)) + data[end:]
        case 6:
            return data + rng.choice((b"}", b"]", data, b"\x00", b" " * 100_000, b"//", MARK.encode()))
        case 7:
            return rng.choice(
                (b"", b" ", b"null", b"true", b"0", b'""', b"[]", b"{}", b"\xef\xbb\xbf", b"<html>", MARK.encode())
            )
        case 8:
            return data.decode("utf-8", "replace").encode(
                rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "utf-8-sig"))
            )
        case 9:
            return data.decode("utf-8", "replace").encode("latin-1", "replace")
        case 10:
            other, until = _slice(rng, data)
            return data[:start] + data[other:until] + data[end:]
        case 11:
            return data.replace(
                rng.choice((b'"', b":", b",", b"{", b"[")), rng.choice((b"", b"'", b";", b"\n")), rng.choice((1, -1))
            )
        case 12:
            return data[:start] + bytes(byte ^ (1 << rng.randrange(8)) for byte in part) + data[end:]
        case _:
            return gzip.compress(data, mtime=0)


def broken(rng: Random, document: Any, other: Any) -> bytes:
    """``document`` as bytes that are no longer what it was. ``other``: another document, to mix it up with."""
    holder = [copy.deepcopy(document)]
    structure = rng.random() < 0.85
    if structure:
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            sites = list(_sites(holder[0])) if isinstance(holder[0], dict | list) else []
            if rng.random() < 0.03 or not sites:
                sites = [(holder, 0)]
            rng.choice(STRUCTURE)(rng, sites, other)
            if not holder:
                break
    data = written(holder[0] if len(holder) == 1 else holder).encode("utf-8", "surrogatepass")
    if not structure or rng.random() < 0.05:
        data = _in_bytes(rng, data)
    return data


# --- the answer around the document ----------------------------------------------------------------------------------

_STATUSES = (
    *(
        "200 OK",
        "200",
        "200 " + MARK,
        "201 Created",
        "202 Accepted",
        "204 No Content",
        "206 Partial",
        "226 IM",
        "299 x",
    ),
    *(
        "300 x",
        "301 Moved",
        "302 Found",
        "304 Not Modified",
        "307 x",
        "308 x",
        "400 x",
        "401 x",
        "402 x",
        "403 x",
        "404 x",
    ),
    *(
        "405 x",
        "408 x",
        "409 x",
        "410 x",
        "412 x",
        "413 x",
        "415 x",
        "418 x",
        "422 x",
        "425 x",
        "428 x",
        "429 x",
        "431 x",
    ),
    *(
        "451 x",
        "500 x",
        "501 x",
        "502 x",
        "503 x",
        "504 x",
        "511 x",
        "599 x",
        "600 x",
        "999 x",
        "0 x",
        "-1 x",
        "abc",
        "",
    ),
)
_HEADERS: tuple[bytes, ...] = (
    *(b"Location: \xff\xfe", b"Location: /next", b"Location: http://[::1", b"Location: //elsewhere.example/\xc3\xa6"),
    *(b"Location: javascript:x", b"Location: ", b"Location: https://user:pass@x.example:99999/"),
    *(
        b"Retry-After: -1",
        b"Retry-After: nan",
        b"Retry-After: 1e309",
        b"Retry-After: " + MARK.encode(),
        b"Retry-After: \xb2",
    ),
    *(b"Retry-After: Thu, 99 Foo 2026 99:99:99 GMT", b"Retry-After: Fri, 31 Dec 9999 23:59:59 -9999", b"Retry-After: "),
    *(b"X-RateLimit-Reset: " + b"9" * 5_000, b"X-RateLimit-Reset: \xb2", b"X-RateLimit-Reset: -5"),
    *(
        b"X-Total-Count: -1",
        b"X-Total-Count: 999999999",
        b"X-Total-Count: 9999999999999",
        b"X-Total-Count: \xb2",
        b"X-Total-Count: x",
    ),
    *(
        b"X-Request-Id: " + MARK.encode(),
        b"X-Request-Id: " + NUMBER.encode(),
        b"X-Request-Id: \x1b[31m",
        b"X-Request-Id: ",
    ),
    *(b"ETag: ", b'ETag: "\xff"', b"ETag: " + b"e" * 20_000, b"ETag: " + MARK.encode(), b'ETag: W/"1"', b"ETag: \x00"),
    *(
        b"Content-Encoding: gzip",
        b"Content-Encoding: deflate",
        b"Content-Encoding: br",
        b"Content-Encoding: gzip, gzip",
    ),
    *(b"Content-Encoding: \xff", b"Content-Encoding: x" + MARK.encode(), b"Content-Type: text/html; charset=utf-16"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Content-Length: -5", b"Content-Length: x"),
    *(
        b"Content-Length: 99999999999999999999",
        b"Content-Length: 1",
        b"Set-Cookie: a=" + MARK.encode() + b"; Domain=.no",
    ),
    *(b"no colon at all", b": no name", b"\xff\xff: \xff", b" folded: line", b"X: " + b"x" * 70_000, b"X-Mock: 1"),
    *(
        b"Connection: keep-alive",
        b"Upgrade: h2c",
        b"Trailer: X",
        b"X-Null: \x00\x00",
        b"WWW-Authenticate: Basic realm=" + MARK.encode(),
    ),
)


def answer(rng: Random, body: bytes, *, strange: float = 0.2) -> bytes:
    """A whole HTTP answer with ``body``; ``strange``: how often what is around it is wrong too."""
    status, headers = "200 OK", [f"Content-Length: {len(body)}".encode(), b"Connection: close"]
    if rng.random() >= strange:
        return _answer(status, headers, body)
    if rng.random() < 0.5:
        status = rng.choice(_STATUSES)
    if rng.random() < 0.2:
        body = gzip.compress(rng.choice((body, b"\0" * 3_000_000)), mtime=0)
        headers = [f"Content-Length: {len(body)}".encode(), b"Content-Encoding: gzip"]
    if rng.random() < 0.2:
        headers = headers[1:]
    headers += rng.choices(_HEADERS, k=rng.choice((1, 1, 2, 5, 120)))
    rng.shuffle(headers)
    whole = _answer(status, headers, body)
    return _in_bytes(rng, whole) if rng.random() < 0.2 else whole


def _answer(status: str, headers: list[bytes], body: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status.encode(), *headers, b"", b""]) + body
