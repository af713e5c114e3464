"""Hostile files: refused quickly, in little memory, and nothing is written."""

from __future__ import annotations

import gzip
import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from linkstead.sources import inspect_file, limits
from tests.small_tables import refused
from tests.vendor_files import LAYOUTS, text_of

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024 * 1024


def zipped(path: Path, members: dict[str, bytes], **how: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, **how)  # type: ignore[arg-type]
    return path


LATEST = text_of(LAYOUTS["search-console-latest-links"], 50).encode()


def declared(path: Path, size: int) -> Path:
    """Say another unpacked size in the directory than what is there."""
    raw = bytearray(path.read_bytes())
    place = raw.rfind(b"PK\x01\x02")
    raw[place + 24 : place + 28] = struct.pack("<I", size)
    path.write_bytes(raw)
    return path


def with_flag(path: Path, flag: int) -> Path:
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        raw[raw.rfind(mark) + offset] |= flag
    path.write_bytes(raw)
    return path


def symlinked(path: Path) -> Path:
    entry = zipfile.ZipInfo("links.csv")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return path


def overlapping(path: Path, count: int = 30) -> Path:
    """Many directory entries that point at the same bytes, as a zip bomb without nesting does."""
    content = zlib.compress(b"a," * (4 * MIB))[2:-4]
    crc = zlib.crc32(b"a," * (4 * MIB))
    local = (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, crc, len(content), 8 * MIB, 5, 0)
        + b"a.csv"
    )
    directory = b"".join(
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02",
            20,
            20,
            0,
            8,
            0,
            0,
            crc,
            len(content),
            8 * MIB,
            5,
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + b"a.csv"
        for _ in range(count)
    )
    start = len(local) + len(content)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    path.write_bytes(local + content + directory + end)
    return path


def workbook(path: Path, rows: int) -> Path:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number in range(rows):
            sheet.write_row(number, 0, ["Linking page", "Last crawled"])
    return path


def sheet_of(path: Path, xml: bytes) -> Path:
    """A workbook whose only sheet is replaced by hostile XML."""
    source = workbook(path.with_suffix(".tmp.xlsx"), 1)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, xml if "sheet1.xml" in entry.filename else old.read(entry))
    return path


_SHEET = (
    b'<?xml version="1.0"?>%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%s</sheetData></worksheet>"
)
LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    + b"]>"
)


def hostile(kind: str, path: Path) -> Path:
    bomb = zlib.compress(b"\0" * (64 * MIB), 9)
    built = {
        "zip-bomb": lambda: zipped(path, {"links.csv": b"a," * (32 * MIB)}),
        "zip-overlap": lambda: overlapping(path),
        "zip-entries": lambda: zipped(path, {f"{n}.csv": b"x" for n in range(limits.ZIP_ENTRIES + 1)}),
        "zip-million": lambda: zipped(path, {f"{n}.csv": b"" for n in range(3_000)}),
        "zip-nested": lambda: zipped(
            path, {"a.zip": zipped(path.with_suffix(".b"), {"links.csv": LATEST}).read_bytes()}
        ),
        "zip-gz-inside": lambda: zipped(path, {"a.csv.gz": gzip.compress(LATEST)}),
        "zip-traversal": lambda: zipped(path, {"../../links.csv": LATEST}),
        "zip-absolute": lambda: zipped(path, {"/etc/links.csv": LATEST}),
        "zip-backslash": lambda: zipped(path, {"..\\links.csv": LATEST}),
        "zip-drive": lambda: zipped(path, {"C:\\links.csv": LATEST}),
        "zip-symlink": lambda: symlinked(path),
        "zip-encrypted": lambda: with_flag(zipped(path, {"links.csv": LATEST}), 1),
        "zip-declared-small": lambda: declared(zipped(path, {"links.csv": LATEST}), 100),
        "zip-cut": lambda: _cut(zipped(path, {"links.csv": LATEST}), 40),
        "zip-no-directory": lambda: _written(path, b"PK\x03\x04" + b"\0" * 500),
        "zip-empty": lambda: zipped(path, {}),
        "zip-directory-only": lambda: zipped(path, {"folder/": b""}),
        "gz-bomb": lambda: _written(path, gzip.compress(b"\0" * (256 * MIB), 9)),
        "gz-bomb-behind-a-table": lambda: _written(path, gzip.compress(LATEST * 200 + b"," * (256 * MIB), 9)),
        "gz-members": lambda: _written(path, gzip.compress(LATEST) + gzip.compress(b"") * 5_000),
        "gz-cut": lambda: _cut(_written(path, gzip.compress(LATEST)), 30),
        "gz-gz": lambda: _written(path, gzip.compress(gzip.compress(LATEST))),
        "gz-garbage": lambda: _written(path, b"\x1f\x8b\x08\0" + bomb[:500]),
        "xlsx-bomb": lambda: sheet_of(path, _SHEET % (b"", b"<row><c><v>1</v></c></row>" * (5 * MIB))),
        "xlsx-laughs": lambda: sheet_of(path, _SHEET % (LAUGHS, b"<row><c t='str'><v>&j;</v></c></row>")),
        "xlsx-far-cell": lambda: sheet_of(
            path,
            _SHEET
            % (
                b"",
                (
                    b'<row r="1"><c r="A1"><v>1</v></c></row>'
                    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
                ),
            ),
        ),
        "xlsx-garbage": lambda: sheet_of(path, b"<worksheet><sheetData><row"),
        "csv-columns": lambda: _written(path, b"a," * 1_000_000 + b"\n1\n"),
        "csv-columns-utf16": lambda: _written(path, ("a\t" * 1_000_000).encode("utf-16")),
        "json-deep": lambda: _written(path, b'[{"a":' + b"[" * 100_000),
    }
    return built[kind]()


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _cut(path: Path, count: int) -> Path:
    return _written(path, path.read_bytes()[:-count])


HOSTILE = {
    "zip-bomb": "bomb",
    "zip-overlap": "bomb",
    "zip-entries": "bomb",
    "zip-million": "bomb",
    "zip-nested": "nested-archive",
    "zip-gz-inside": "nested-archive",
    "zip-traversal": "path-traversal",
    "zip-absolute": "path-traversal",
    "zip-backslash": "path-traversal",
    "zip-drive": "path-traversal",
    "zip-symlink": "symlink",
    "zip-encrypted": "encrypted",
    "zip-declared-small": "broken-archive",
    "zip-cut": "broken-archive",
    "zip-no-directory": "broken-archive",
    "zip-empty": "empty",
    "zip-directory-only": "empty",
    "gz-bomb": "binary",
    "gz-bomb-behind-a-table": "bomb",
    "gz-members": "bomb",
    "gz-cut": "broken-archive",
    "gz-gz": "nested-archive",
    "gz-garbage": "broken-archive",
    "xlsx-bomb": "bomb",
    "xlsx-laughs": "",
    "xlsx-far-cell": "",
    "xlsx-garbage": "",
    "csv-columns": "too-many-columns",
    "csv-columns-utf16": "too-many-columns",
    "json-deep": "",
}

_CHILD = """
import json, os, sys, time
from pathlib import Path
from linkstead.errors import LinksteadError
from linkstead.sources import inspect_file
def peak():
    return max(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
before = set(os.listdir("."))
started = time.process_time() + sum(os.times()[2:4])
try:
    inspect_file(Path(sys.argv[1]), site="example.com")
    told = "read"
except LinksteadError as error:
    told = getattr(error, "kind", type(error).__name__)
spent = time.process_time() + sum(os.times()[2:4]) - started
print(json.dumps([told, peak() // 1024, spent, sorted(set(os.listdir(".")) - before)]))
"""


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_little_time_and_memory_and_writes_nothing(
    kind: str, tmp_path: Path
) -> None:
    path = hostile(kind, tmp_path / "links.csv")
    (tmp_path / "here").mkdir()
    answer = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path)],
        cwd=tmp_path / "here",
        capture_output=True,
        text=True,
        check=True,
    )
    told, peak, _, written = json.loads(answer.stdout)
    assert told == HOSTILE[kind] or (not HOSTILE[kind] and told != "read")
    assert peak < 300
    assert written == []


def test_bytes_behind_the_last_gzip_member_are_ignored(tmp_path: Path) -> None:
    path = _written(tmp_path / "links.gz", gzip.compress(LATEST) + b"\0" * 500 + b"signature")
    assert inspect_file(path).rows == 50


def test_several_gzip_members_are_one_table(tmp_path: Path) -> None:
    half = LATEST.index(b"\n", 1_000) + 1
    path = _written(tmp_path / "links.gz", gzip.compress(LATEST[:half]) + gzip.compress(LATEST[half:]))
    assert inspect_file(path).rows == 50


def test_a_workbook_too_large_for_its_parser_says_to_export_csv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "XLSX_UNPACKED_BYTES", 1_000)
    refusal = refused(workbook(tmp_path / "links.xlsx", 50))
    assert (refusal.kind, "export CSV" in str(refusal)) == ("too-large", True)


def test_a_workbook_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "XLSX_WAIT_SECONDS", 0.001)
    assert refused(workbook(tmp_path / "links.xlsx", 50)).kind == "bomb"


def test_other_spreadsheets_are_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "links.xlsx", {"content.xml": b"<x/>", "mimetype": b"application/vnd.oasis"})
    assert refused(path).kind == "spreadsheet"


def test_a_refusal_inside_a_zip_of_one_table_is_that_tables(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.csv": b"Keyword,Volume\nshoes,3\n"})
    assert refused(path).kind == "keyword-report"


def test_a_head_that_is_cut_in_the_middle_of_a_character_is_read(tmp_path: Path) -> None:
    buffer = io.StringIO()
    buffer.write("Linking page,Last crawled\n")
    for number in range(3_000):
        buffer.write(f"https://a.org/{'é' * 40}{number},2026-01-05\n")
    for shift in range(3):
        path = _written(tmp_path / "links.csv", b" " * shift + buffer.getvalue().encode())
        assert inspect_file(path).rows == 3_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits for a process of one's own")
def test_the_process_that_parses_a_workbook_has_no_more_memory_than_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "XLSX_MEMORY_BYTES", 24 * MIB)
    assert refused(workbook(tmp_path / "links.xlsx", 50_000)).kind == "bomb"
