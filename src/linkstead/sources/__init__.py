"""Sources: who says that a page links to us. Importers for every link file format.

    opened = open_source(path, site="example.com", now=now)
    for part in opened.parts or (opened,):
        for batch in part.batches():
            ...  # batch.sightings, batch.domains, batch.quarantined, batch.skipped

A file is recognised by its bytes and by the names in its header, never by its name or by the order of
its columns. Rows that cannot be used are quarantined with their number and a reason, rows that are left
out are counted by reason, and nothing aborts a file but a refusal of the whole of it.

How to add a source
-------------------

1. Write `sources/<vendor>.py` with a `TableSource`: `slug`, `vendor`, `report` (where to click),
   `columns` (`column` for a canonical field, `scored`, `counted`, `flagged`, `raised`, `worded` for the
   vendor's own metrics, named `vendor.metric`) and `signatures` (the header names that give the file
   away, and the order in which they are tried: see the numbers in `registry.rules`). Say in the module's
   head where the names come from: the vendor's documentation, a real file, another program.
2. Add its `SOURCES` to the table in `registry.py`; a package of its own names the same object as an
   entry point of the group `linkstead.sources` instead, and needs nothing else.
3. Add a `Layout` to `tests/vendor_files.py`, so that the shared tests (shuffled columns, encodings,
   unknown columns, resuming) run over it, and a test of what is particular about it.
4. Add a paragraph to `docs/sources.md`. A test fails as long as the layout or the paragraph is missing.

A source never blends, guesses or corrects what the vendor says: unknown is `None`, metrics keep their
names, a vendor's “lost” is a date and a reason, not a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping as _Mapping
from typing import TypeAlias

from linkstead.sources.inspecting import inspect_file
from linkstead.sources.reading import OpenSource, open_source
from linkstead.sources.registry import SOURCES, all_sources
from linkstead.sources.source import (
    LINK_FIELDS,
    Column,
    Inspection,
    Member,
    Signature,
    Source,
    TableSource,
)

#: Header name -> canonical field (`LINK_FIELDS`, or `name.metric`), as a person has confirmed it.
Mapping: TypeAlias = _Mapping[str, str]

__all__ = [
    "LINK_FIELDS",
    "SOURCES",
    "Column",
    "Inspection",
    "Mapping",
    "Member",
    "OpenSource",
    "Signature",
    "Source",
    "TableSource",
    "all_sources",
    "inspect_file",
    "open_source",
]
