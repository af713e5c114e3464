"""JSON as rows: one object a line, or one array of objects.

Keys of the first objects are the header. Objects are parsed one by one out of a growing buffer, so that
memory stays flat however long the array is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from linkstead.sources import limits
from linkstead.sources.text import Broken

if TYPE_CHECKING:
    import io
    from collections.abc import Generator, Iterator

    from linkstead.sources.source import Row

_STEP: Final = 64 * 1024
#: `{"backlinks": [{` as APIs answer: the array inside is meant.
_WRAPPED: Final = re.compile(r'\s*\{\s*"[^"\\]{1,60}"\s*:\s*(?=\[\s*\{)')
_BETWEEN: Final = re.compile(r"[\s,\[\]\ufeff]*")
_NEXT_OBJECT: Final = re.compile(r"\n\s*\{|\}\s*,\s*\{")
_DECODER: Final = json.JSONDecoder()


def looks_like_objects(text: str) -> bool:
    """Whether a text begins like JSON objects or an array of them."""
    start = text.lstrip("\ufeff \t\r\n")[:200]
    return re.match(r'\{\s*"|\[\s*\{\s*"', start) is not None


def objects(stream: io.TextIOBase) -> Iterator[dict[str, Any] | Broken]:
    """The objects of a text; what is none comes as `Broken` and the reading goes on behind it."""
    buffer = stream.read(_STEP)
    wrapped = _WRAPPED.match(buffer)
    if wrapped:
        buffer = buffer[wrapped.end() :]
    ended = False
    while True:
        buffer, found = yield from _whole(buffer)
        if ended and not found:
            if buffer.strip("]}, \t\r\n"):
                yield Broken("no readable JSON object", buffer[: limits.RAW_CHARS])
            return
        if len(buffer) > limits.JSON_ROW_CHARS or (buffer and not found and ended):
            yield Broken("no readable JSON object", buffer[: limits.RAW_CHARS])
            buffer = _behind(buffer)
        more = stream.read(_STEP)
        ended = not more
        buffer += more


def _whole(buffer: str) -> Generator[dict[str, Any] | Broken, None, tuple[str, int]]:
    """Yield the complete objects at the start of a buffer; returns what is left and their number."""
    place, found = 0, 0
    while True:
        place = _skip(buffer, place)
        try:
            value, place = _DECODER.raw_decode(buffer, place)
        except (ValueError, RecursionError) as error:
            rest = buffer[place:]
            behind = None if _only_cut(error, buffer) else _NEXT_OBJECT.search(rest)
            if behind is None:
                return rest, found
            # An object that does not end before the next begins is broken.
            cut = behind.end() - 1
            yield Broken("no readable JSON object", rest[: min(cut, limits.RAW_CHARS)])
            place, found = place + cut, found + 1
            continue
        found += 1
        yield value if isinstance(value, dict) else Broken("no JSON object", str(value)[: limits.RAW_CHARS])


def _only_cut(error: Exception, buffer: str) -> bool:
    """Whether an object fails to parse only because the buffer ends inside it."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated") or error.pos >= len(buffer) - 12


def _skip(buffer: str, place: int) -> int:
    between = _BETWEEN.match(buffer, place)
    return place if between is None else between.end()


def _behind(buffer: str) -> str:
    found = _NEXT_OBJECT.search(buffer, 1)
    return "" if found is None else buffer[found.end() - 1 :]


def keys_of(found: list[dict[str, Any]]) -> list[str]:
    """The keys of some objects in the order they first come."""
    return list(dict.fromkeys(key for one in found for key in one))


def row_of(one: dict[str, Any], keys: list[str]) -> Row:
    """An object as a row under the given keys."""
    return [_cell(one.get(key)) for key in keys]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
