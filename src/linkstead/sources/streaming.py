"""Reading a large file in a process of its own, while this one merges.

The reader is a program of its own (`streaming_child.py`; a fork or spawn would drag along what the
caller's main module does). It shares nothing with us but two pipes: batches come as plain tuples
(marshal, which is several times quicker than pickle for these), it reads at most one batch ahead, and it
ends when its pipe does.
"""

from __future__ import annotations

import json
import marshal
import os
import struct
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Any, Final

from linkstead.errors import FileRefused, InputError, LinksteadError, StoreError
from linkstead.link import Batch, DomainSighting, Quarantined, Sighting

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from linkstead.sources.reading import OpenSource

#: Below this size a second process costs more than it brings.
WORTH_A_PROCESS: Final = 8 << 20

BATCH: Final = 0
END: Final = 1
REFUSED: Final = 2
LENGTH: Final = struct.Struct(">Q")


class BatchReader:
    """The batches of one part of a file, and how far the reading is.

    `grouped` and `capped` are known once the last batch was read.
    """

    def __init__(self, part: OpenSource, path: Path, mapping: Mapping[str, str] | None, place: int) -> None:
        self._part = part
        self._path = path
        self._mapping = mapping
        self._place = place
        self.size_bytes = part.size_bytes
        self.bytes_read = 0
        self.grouped = False
        self.capped = False

    def batches(self, after_row: int, size: int) -> Generator[Batch, None, None]:
        """The batches behind a row; read in another process where that pays."""
        if self._part.size_bytes < WORTH_A_PROCESS:
            yield from self._here(after_row, size)
        else:
            yield from self._elsewhere(after_row, size)

    def _here(self, after_row: int, size: int) -> Iterator[Batch]:
        for batch in self._part.batches(after_row=after_row, size=size):
            self.bytes_read = self._part.bytes_read
            yield batch
        self.grouped, self.capped = self._part.grouped, self._part.capped

    def _elsewhere(self, after_row: int, size: int) -> Iterator[Batch]:
        part = self._part
        mapping = None if self._mapping is None else dict(self._mapping)
        told = [str(self._path), part.site, mapping, part.now, part.name, self._place, after_row, size]
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "linkstead.sources.streaming_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is our business, not the reader's
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        ) as reader:
            try:
                _ask(reader, told)
                while (batch := self._receive(reader.stdout)) is not None:
                    yield batch
            finally:
                reader.kill()

    def _receive(self, pipe: IO[bytes] | None) -> Batch | None:
        frame = _read_frame(pipe)
        if frame is None:
            raise StoreError(
                "The process that read the file ended early; import the file again, it goes on where it was."
            )
        kind, value = marshal.loads(frame)  # noqa: S302 - our own child wrote it
        if kind == REFUSED:
            raise _error(value)
        if kind == END:
            self.grouped, self.capped = value
            return None
        self.bytes_read, packed = value
        return _unpack(packed)


def _ask(reader: subprocess.Popen[bytes], told: list[Any]) -> None:
    if reader.stdin is not None:
        reader.stdin.write(json.dumps(told).encode())
        reader.stdin.close()


def _read_frame(pipe: IO[bytes] | None) -> bytes | None:
    head = pipe.read(LENGTH.size) if pipe else b""
    if pipe is None or len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    frame = pipe.read(length)
    return frame if len(frame) == length else None


def _error(told: tuple[str, str, str]) -> LinksteadError:
    message, kind, seems_to_be = told
    if kind:
        return FileRefused(message, kind=kind, seems_to_be=seems_to_be)
    return InputError(message)


def _unpack(packed: tuple[Any, ...]) -> Batch:
    last_row, sightings, domains, quarantined, skipped, page_keys = packed
    return Batch(
        last_row,
        list(map(Sighting._make, sightings)),
        list(map(DomainSighting._make, domains)),
        list(map(Quarantined._make, quarantined)),
        skipped,
        page_keys,
    )
