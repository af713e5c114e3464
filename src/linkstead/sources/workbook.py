"""XLSX sheets as rows, parsed by a bounded child process.

The ZIP directory is judged first (`container.judge_workbook`). The child limits its own memory and CPU;
the parent waits for a bounded time and ends a silent child. See `workbook_child.py` for what is sent.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from linkstead.errors import FileRefused
from linkstead.sources import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.sources.source import Row

_CHILD = Path(__file__).with_name("workbook_child.py")


class SheetHead(NamedTuple):
    """A sheet's name and its first rows."""

    name: str
    rows: list[Row]


def sheet_heads(path: Path) -> list[SheetHead]:
    """The first rows of every sheet. Raises `FileRefused` when the workbook cannot be read."""
    for sheets in _messages(path, "head"):
        return [SheetHead(sheet["name"], sheet["rows"]) for sheet in sheets]
    return []


def sheet_rows(path: Path, index: int) -> Iterator[Row]:
    """All rows of one sheet, blank ones included, streamed from the child."""
    for rows in _messages(path, str(index)):
        yield from rows


def _messages(path: Path, wanted: str) -> Iterator[Any]:
    with _child(path, wanted) as child:
        for line in _lines(child):
            yield json.loads(line)
        if child.wait(limits.XLSX_WAIT_SECONDS):
            raise _refusal(child)


@contextmanager
def _child(path: Path, wanted: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        *(sys.executable, "-I", str(_CHILD), str(path.resolve()), wanted),
        *(str(limits.XLSX_MEMORY_BYTES), str(limits.XLSX_CPU_SECONDS)),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()


def _lines(child: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """The child's lines; it is ended when it stays silent for too long."""
    if child.stdout is None:
        return
    pipe = child.stdout.fileno()
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(limits.XLSX_WAIT_SECONDS):
                child.kill()
            part = os.read(pipe, limits.MIB)
            if not part:
                return
            *whole, rest = (rest + part).split(b"\n")
            yield from whole


def _refusal(child: subprocess.Popen[bytes]) -> FileRefused:
    word = child.stderr.read(200).decode("ascii", "replace") if child.stderr else ""
    if word == "PasswordError":
        return FileRefused(
            "The workbook is locked by a password; save it without one.",
            kind="encrypted",
            seems_to_be="an encrypted workbook",
        )
    if word and child.returncode == 4:
        return FileRefused(
            "The workbook is damaged; open it in a spreadsheet program and save it again, or export CSV.",
            kind="broken-archive",
            seems_to_be="a damaged workbook",
        )
    return FileRefused(
        "The workbook takes too much memory or time to read; export CSV instead.",
        kind="bomb",
        seems_to_be="a workbook bomb",
    )
