"""The child process that parses one workbook: `python workbook_child.py FILE head|SHEET`.

It imports nothing of Linkstead, limits its own memory and CPU before it opens the file, writes no
file, and sends JSON lines to its parent: `{"sheets": [...]}` with the first rows of each sheet, or lists
of rows. A workbook that breaks a limit ends this process alone.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ROWS_A_LINE: Final = 500
_CELL_CHARS: Final = 262_144


def limit(memory: int, seconds: int) -> None:
    """Bound this process; where the system has no such limits, the parent's clock remains."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def cell_text(value: object) -> str:
    """A cell as the text a CSV export would hold."""
    if isinstance(value, str):
        return value[:_CELL_CHARS]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value.total_seconds()) if isinstance(value, timedelta) else str(value)


def row_lists(sheet: Iterator[Sequence[object]]) -> Iterator[list[list[str]]]:
    """Rows as texts, some at a time."""
    rows: list[list[str]] = []
    for row in sheet:
        rows.append([cell_text(value) for value in row])
        if len(rows) >= _ROWS_A_LINE:
            yield rows
            rows = []
    if rows:
        yield rows


def main(path: str, wanted: str, memory: int, seconds: int) -> None:
    """Send what is wanted of the workbook at `path`."""
    limit(memory, seconds)
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    if wanted != "head":
        sheet = book.get_sheet_by_index(int(wanted))
        for rows in row_lists(sheet.iter_rows()):
            send(rows)
        return
    heads = []
    for index, name in enumerate(book.sheet_names):
        sheet = book.get_sheet_by_index(index)
        first = next(row_lists(sheet.iter_rows()), [])
        heads.append({"name": name, "rows": first})
        del sheet
    send(heads)


def send(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    except BrokenPipeError:
        sys.exit(0)
    except MemoryError:
        sys.exit(3)
    except Exception as error:  # noqa: BLE001 (whatever a hostile workbook provokes is told in one word)
        sys.stderr.write(type(error).__name__)
        sys.exit(4)
