"""Files of every vendor format, as large as one likes: `write("ahrefs-backlinks", path, 1_000_000)`.

Rows are made one by one from their number and the seed, so memory stays flat and the same call gives the
same file. The pages and targets of the links may be given, to point a file at a web of one's own.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from tests.vendor_layouts import LAYOUTS, Layout, Row

if TYPE_CHECKING:
    from pathlib import Path


def made(
    rows: int,
    *,
    site: str = "example.com",
    hosts: Sequence[str] | None = None,
    pages: Iterable[str] | None = None,
    targets: Iterable[str] | None = None,
    seed: int = 1,
) -> Iterator[Row]:
    """`rows` links to `site`; fewer if the given pages or targets (not a sequence) run out."""
    page_of = _from(pages, lambda number, mix: _page(number, mix, hosts))
    target_of = _from(
        targets, lambda _, mix: f"https://www.{site}/{('', 'shoes/', 'blog/sizes', 'about')[mix % 4]}"
    )
    for number_ in range(rows):
        mix = ((number_ + 1) * 2_654_435_761 ^ seed * 40_503_000_017) >> 5 & 0xFFFFFFFF
        page, target = page_of(number_, mix), target_of(number_, mix)
        if page is None or target is None:
            return
        yield Row(number_, mix, page, target, site)


def _page(number_: int, mix: int, hosts: Sequence[str] | None) -> str:
    host = (
        hosts[mix % len(hosts)]
        if hosts
        else f"www.blog{mix % 20_000}.{('org', 'net', 'co.uk', 'de')[mix % 4]}"
    )
    return f"https://{host}/{2015 + mix % 11}/{number_}/some-post-about-shoes"


def _from(given: Iterable[str] | None, make: Callable[[int, int], str]) -> Callable[[int, int], str | None]:
    if given is None:
        return make
    if isinstance(given, Sequence):
        return lambda number_, _: given[number_ % len(given)]
    flow = iter(given)
    return lambda *_: next(flow, None)


def write(
    format_slug: str | Layout,
    path: Path,
    rows: int,
    *,
    site: str = "example.com",
    hosts: Sequence[str] | None = None,
    pages: Iterable[str] | None = None,
    targets: Iterable[str] | None = None,
    seed: int = 1,
    encoding: str | None = None,
    delimiter: str | None = None,
    newline: str | None = None,
) -> Path:
    """Write a file of a format (a key of `LAYOUTS`, or a layout of one's own).

    The ending of `path` chooses the container: `.gz`, `.zip` (one member), `.xlsx`, `.jsonl`, else text.
    """
    layout = LAYOUTS[format_slug] if isinstance(format_slug, str) else format_slug
    layout = replace(
        layout,
        encoding=encoding or layout.encoding,
        delimiter=delimiter or layout.delimiter,
        newline=newline or layout.newline,
    )
    flow = made(rows, site=site, hosts=hosts, pages=pages, targets=targets, seed=seed)
    if path.suffix == ".xlsx":
        _write_xlsx(layout, path, flow)
        return path
    with _text(path, layout) as text:
        lines = _json_lines(layout, flow) if path.suffix == ".jsonl" else lines_of(layout, flow)
        while part := list(islice(lines, 2_000)):
            text.write("".join(part))
    return path


def text_of(layout: Layout, rows: int, **how: Any) -> str:
    """The whole text of a small file."""
    return "".join(lines_of(layout, made(rows, **how)))


def lines_of(layout: Layout, flow: Iterable[Row]) -> Iterator[str]:
    line = _LINES[layout.quoting](layout)
    yield from (one + layout.newline for one in layout.preamble)
    if layout.header:
        yield line(list(layout.names))
    cells = [cell for _, cell in layout.columns]
    for row in flow:
        yield line([cell(row) for cell in cells])


def _all_quoted(layout: Layout) -> Callable[[list[str]], str]:
    between, end = f'"{layout.delimiter}"', f'"{layout.newline}'

    def line(cells: list[str]) -> str:
        text = between.join(cells)
        if text.count('"') != 2 * (len(cells) - 1):
            text = between.join([cell.replace('"', '""') for cell in cells])
        return f'"{text}{end}'

    return line


def _minimal(layout: Layout) -> Callable[[list[str]], str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=layout.delimiter, lineterminator=layout.newline)

    def line(cells: list[str]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(cells)
        return buffer.getvalue()

    return line


def _unquoted(layout: Layout) -> Callable[[list[str]], str]:
    return lambda cells: layout.delimiter.join(cells) + layout.newline


def _lenient(layout: Layout) -> Callable[[list[str]], str]:
    return lambda cells: '"' + '","'.join(cells) + '"' + layout.newline


_LINES: dict[str, Callable[[Layout], Callable[[list[str]], str]]] = {
    "all": _all_quoted,
    "minimal": _minimal,
    "none": _unquoted,
    "lenient": _lenient,
}


@contextmanager
def _text(path: Path, layout: Layout) -> Iterator[io.TextIOWrapper]:
    with path.open("wb") as file:
        if path.suffix == ".gz":
            packed: Any = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0)
        elif path.suffix == ".zip":
            archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
            packed = archive.open(f"{path.stem}.csv", "w", force_zip64=True)
        else:
            packed = file
        text = io.TextIOWrapper(
            packed, encoding=layout.encoding, newline="", errors="replace", write_through=False
        )
        yield text
        text.close()
        if path.suffix == ".zip":
            archive.close()


def _json_lines(layout: Layout, flow: Iterable[Row]) -> Iterator[str]:
    for row in flow:
        yield json.dumps({name: cell(row) for name, cell in layout.columns}, ensure_ascii=False) + "\n"


def _write_xlsx(layout: Layout, path: Path, flow: Iterable[Row]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_urls": False, "strings_to_numbers": True}
    )
    sheet = book.add_worksheet("Links")
    sheet.write_row(0, 0, layout.names)
    for row in flow:
        sheet.write_row(row.number + 1, 0, [cell(row) for _, cell in layout.columns])
    book.close()
