"""The caps on what comes from outside, in one place.

A cap on a row sends that row to quarantine; a cap on a file refuses the file. Each number says why.
"""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

#: What is read to recognise a file: enough for a preamble, a header and a few hundred wide rows.
HEAD_BYTES: Final = 256 * 1024
#: Rows of the head that are looked at (dates that decide day-first, shapes of columns).
HEAD_ROWS: Final = 500
#: A header stands within these rows; vendors write at most six lines before it.
HEADER_ROWS: Final = 15
#: The widest vendor table known has 43 columns; link intersects add one per compared site.
MAX_COLUMNS: Final = 500
#: Longest redirect chains and contexts met are below 64 Ki characters.
FIELD_CHARS: Final = 256 * 1024
LINE_CHARS: Final = 1 * MIB
#: A record over several lines (line breaks inside quotes) stays below both of these.
RECORD_LINES: Final = 500
RECORD_CHARS: Final = 2 * MIB
#: How much text may be read a second time, behind unclosed quotation marks, before it is given up.
SECOND_READING_CHARS: Final = 64 * MIB
#: A quarantined row is kept as text, cut to this.
RAW_CHARS: Final = 2_000
#: URLs longer than this are no addresses that a browser or a server would take.
URL_CHARS: Final = 8_192
#: Anchor texts and titles are shown, sorted and compared: longer ones are cut.
TEXT_CHARS: Final = 2_000
METRIC_CHARS: Final = 500

#: Real exports shrink 5 to 60 times; deflate reaches 1,032 on a bomb.
GZIP_RATIO: Final = 250
#: The ratio is judged once this much has come out: short files may repeat themselves.
RATIO_FROM_BYTES: Final = 8 * MIB
#: A vendor's gzip file has one member; a few thousand empty ones are an attack.
GZIP_MEMBERS: Final = 1_000
#: The largest download known is 2 GB unpacked (Majestic); this leaves room.
UNPACKED_BYTES: Final = 16 * 1024 * MIB

#: A Search Console ZIP has about five tables; a public importer takes 40 at most.
ZIP_ENTRIES: Final = 40
#: A workbook has a few parts per sheet.
XLSX_ENTRIES: Final = 500
ZIP_DIRECTORY_BYTES: Final = 256 * 1024
ZIP_RATIO: Final = 250
#: ZIP members up to this size are read once in full, before any row, to prove their checksum.
ZIP_PROVED_BYTES: Final = 64 * MIB

#: A workbook is read into memory by its parser (about twice the size of its XML), so it is held much
#: smaller than text: 160 MiB are 80,000 rows of 37 columns and 300 MiB of memory, in a child process.
XLSX_UNPACKED_BYTES: Final = 160 * MIB
XLSX_RATIO: Final = 100
XLSX_MEMORY_BYTES: Final = 512 * MIB
XLSX_CPU_SECONDS: Final = 30
XLSX_WAIT_SECONDS: Final = 60.0

#: One JSON object is one row.
JSON_ROW_CHARS: Final = 256 * 1024

#: Distinct values remembered per column, to convert a repeated text once.
CACHE_ENTRIES: Final = 32_768
#: Longer texts hardly repeat, and would fill the memory.
CACHED_CHARS: Final = 500
#: Distinct combinations of flags and words remembered per table.
FACTS_ENTRIES: Final = 8_192
