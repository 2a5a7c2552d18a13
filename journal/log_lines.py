"""Logs for machines: one JSON object per line on stderr, with ids, codes and counts, and no word of content.

What is logged on purpose are short events with named facts. Of an exception only the types and the places in the code are
told, never its text and never the variables. Of other libraries' messages only where they came from is told: nobody can
know what is in them. Addresses lose everything after the path.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_LONGEST = 500
_OURS = "skolemiljo"

Facts = MutableMapping[str, Any]


def configure_logging(*, level: str = "info", stream: TextIO | None = None) -> None:
    """Sends everything that is logged in this process to ``stream`` (standard: stderr) as JSON lines.

    ``level``: debug, info, warning or error. May be called again; the last call counts.
    """
    import structlog  # it brings half of rich and asyncio with it: a tenth of a second that only a logging run should pay

    number = logging.getLevelNamesMapping()[level.upper()]
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        types_not_texts,
        plain_values,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[others_without_words, *before],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
            ],
            keep_exc_info=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(number)
    logging.captureWarnings(True)


def log_nothing() -> None:
    """For commands that log nothing themselves: libraries' messages, whose words nobody may see, go nowhere."""
    logging.getLogger().handlers[:] = [logging.NullHandler()]
    logging.captureWarnings(True)


def types_not_texts(_: Any, __: str, facts: Facts) -> Facts:
    """Replaces an exception by the chain of its types and the places it went through."""
    info = facts.pop("exc_info", None)
    facts.pop("stack_info", None)
    facts.pop("exception", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        facts["error"] = [type(link).__name__ for link in _chain(error)]
        facts["places"] = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)][-8:]
    return facts


def plain_values(_: Any, __: str, facts: Facts) -> Facts:
    """Short plain values only: addresses without query, exceptions as their types, long texts cut."""
    for name, value in facts.items():
        if name not in ("_record", "_from_structlog", "_logger", "_name"):
            facts[name] = _plain(value)
    return facts


def others_without_words(_: Any, __: str, facts: Facts) -> Facts:
    """Of another library's message: which library, which module and which line."""
    record = facts.get("_record")
    if isinstance(record, logging.LogRecord):
        facts["event"] = "message of a library"
        facts["logger"], facts["place"] = record.name, f"{record.module}:{record.lineno}"
    facts.pop("positional_args", None)
    return facts


def without_query(text: str) -> str:
    """``text`` with every address in it cut after its path; user names and passwords in it go too."""
    return _ADDRESS.sub(lambda found: _bare(found.group()), text)


def _bare(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "(an address)"
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}{parts.path}"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return without_query(value)[:_LONGEST]
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key)[:_LONGEST]: _plain(item) for key, item in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return type(value).__name__  # a model or another object of ours may hold content: its type is enough


def _chain(error: BaseException) -> list[BaseException]:
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links and len(links) < 10:
        links.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return links


def crash_without_words() -> None:
    """Lets an error that nobody caught end the program with its types and places, and not with its text."""
    sys.excepthook = _last_words
    threading.excepthook = lambda crash: _last_words(crash.exc_type, crash.exc_value, crash.exc_traceback)


def _last_words(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    links = " < ".join(type(link).__name__ for link in _chain(error)) if error is not None else kind.__name__
    places = ", ".join(f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-12:])
    # The text and the variables may hold what a case says; types and places are enough to find the fault.
    sys.stderr.write(f"Programfeil: {links}\n  {places}\n")
