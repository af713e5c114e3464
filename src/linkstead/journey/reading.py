"""Reading a large file in a process of its own, while this one merges.

The reader shares nothing with us but a pipe: batches come as plain tuples (marshal, which is several
times quicker than pickle for these), it reads at most one batch ahead, and it ends when the pipe does.
"""

from __future__ import annotations

import gc
import marshal
import multiprocessing
from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import FileRefused, InputError, LinksteadError, StoreError
from linkstead.link import Batch, DomainSighting, Quarantined, Sighting
from linkstead.sources import open_source

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

    from linkstead.sources import OpenSource

#: Below this size a second process costs more than it brings.
WORTH_A_PROCESS: Final = 8 << 20

_BATCH: Final = 0
_END: Final = 1
_REFUSED: Final = 2


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
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        part = self._part
        arguments = (str(self._path), part.site, self._mapping, part.now, part.name, self._place)
        reader = context.Process(target=_read, args=(theirs, arguments, after_row, size), daemon=True)
        reader.start()
        theirs.close()
        try:
            while (batch := self._receive(ours)) is not None:
                yield batch
        finally:
            ours.close()
            reader.terminate()
            reader.join()

    def _receive(self, pipe: Connection) -> Batch | None:
        try:
            kind, value = marshal.loads(pipe.recv_bytes())  # noqa: S302 - our own child wrote it
        except EOFError:
            raise StoreError(
                "The process that read the file ended early; import the file again, it goes on where it was."
            ) from None
        if kind == _REFUSED:
            raise _error(value)
        if kind == _END:
            self.grouped, self.capped = value
            return None
        self.bytes_read, packed = value
        return _unpack(packed)


def _read(
    pipe: Connection, arguments: tuple[Any, ...], after_row: int, size: int
) -> None:  # pragma: no cover - runs in the child
    """Open the file anew and send its batches."""
    from pathlib import Path

    gc.disable()  # rows make no cycles
    path, site, mapping, now, name, place = arguments
    try:
        source = open_source(Path(path), site=site, mapping=mapping, now=now, name=name)
        part = (source.parts or (source,))[place]
        for batch in part.batches(after_row=after_row, size=size):
            pipe.send_bytes(marshal.dumps((_BATCH, (part.bytes_read, _pack(batch)))))
        pipe.send_bytes(marshal.dumps((_END, (part.grouped, part.capped))))
    except LinksteadError as error:
        kind = getattr(error, "kind", "")
        told = (str(error), kind, getattr(error, "seems_to_be", ""))
        pipe.send_bytes(marshal.dumps((_REFUSED, told)))
    except BrokenPipeError:
        return  # nobody wants the rest


def _error(told: tuple[str, str, str]) -> LinksteadError:
    message, kind, seems_to_be = told
    if kind:
        return FileRefused(message, kind=kind, seems_to_be=seems_to_be)
    return InputError(message)


def _pack(batch: Batch) -> tuple[Any, ...]:
    return (
        batch.last_row,
        [tuple(row) for row in batch.sightings],
        [tuple(row) for row in batch.domains],
        [tuple(row) for row in batch.quarantined],
        {str(reason): count for reason, count in batch.skipped.items()},
    )


def _unpack(packed: tuple[Any, ...]) -> Batch:
    last_row, sightings, domains, quarantined, skipped = packed
    return Batch(
        last_row,
        list(map(Sighting._make, sightings)),
        list(map(DomainSighting._make, domains)),
        list(map(Quarantined._make, quarantined)),
        skipped,
    )
