"""The process that reads a large file for another one: `python -m linkstead.sources.streaming_child`.

It is told what to read as JSON on standard input and sends length-prefixed marshal frames: batches, then
the end or a refusal. It also makes the pages' identity keys, which the one who merges needs next.
"""

from __future__ import annotations

import gc
import json
import marshal
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from linkstead.errors import LinksteadError
from linkstead.sources.reading import open_source
from linkstead.sources.streaming import BATCH, END, LENGTH, REFUSED
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from linkstead.link import Batch


def read_for_parent(told: bytes, out: IO[bytes]) -> None:
    """Open the file anew and send its batches, or why it cannot be read."""
    gc.disable()  # rows make no cycles
    path, site, mapping, now, name, place, after_row, size = json.loads(told)

    def send(kind: int, value: Any) -> None:  # noqa: ANN401 - plain values, nested
        frame = marshal.dumps((kind, value))
        out.write(LENGTH.pack(len(frame)) + frame)
        out.flush()

    try:
        source = open_source(Path(path), site=site, mapping=mapping, now=now, name=name)
        part = (source.parts or (source,))[place]
        for batch in part.batches(after_row=after_row, size=size):
            send(BATCH, (part.bytes_read, _pack(batch)))
        send(END, (part.grouped, part.capped))
    except LinksteadError as error:
        send(REFUSED, (str(error), getattr(error, "kind", ""), getattr(error, "seems_to_be", "")))


def _pack(batch: Batch) -> tuple[Any, ...]:
    """A batch as plain tuples, in the order of the Batch's fields."""
    return (
        batch.last_row,
        [tuple(row) for row in batch.sightings],
        [tuple(row) for row in batch.domains],
        [tuple(row) for row in batch.quarantined],
        {str(reason): count for reason, count in batch.skipped.items()},
        [identity_key(row.page_url) for row in batch.sightings],
    )


if __name__ == "__main__":
    try:
        read_for_parent(sys.stdin.buffer.read(), sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # nobody wants the rest; closing the pipe properly would only complain
