"""`linkstead inspect`: what a file is, without storing anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkstead.cli.output import add_json, must_exist, plain, print_json

if TYPE_CHECKING:
    import argparse

    from linkstead.sources import Inspection


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser(
        "inspect",
        help="say what an export file is and what would be read from it",
        description="Say which vendor's report a file is, how it is written, which columns are understood and"
        " how many rows would be read. Nothing is stored.",
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument(
        "--site", help="your site; its own pages and links to other sites are then counted apart"
    )
    add_json(verb)
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from linkstead.sources import inspect_file
    from linkstead.urls import site_of

    must_exist(options.file)
    inspection = inspect_file(options.file, site=site_of(options.site) if options.site else None)
    if options.json:
        print_json(inspection.as_json())
    else:
        print("\n".join(_lines(options.file, inspection)))
    return 0


def _lines(path: Path, inspection: Inspection) -> list[str]:
    facts: dict[str, Any] = inspection.as_json()
    first, last = facts["first_seen_range"] or ("unknown", "unknown")
    lines = [
        f"{plain(path.name)}: {facts['source']}",
        f"  written in   {facts['encoding']}, fields separated by {facts['delimiter']!r}",
        f"  rows         {facts['rows']:,} read, {facts['quarantined']:,} set aside",
        f"  first seen   {first} to {last}",
        f"  understood   {', '.join(plain(name, 40) for name in facts['mapped']) or 'no column'}",
        f"  not read     {', '.join(plain(name, 40) for name in facts['unmapped']) or 'none'}",
    ]
    lines += [
        f"  left out     {count:,} rows: {reason}" for reason, count in facts.get("skipped", {}).items()
    ]
    if facts["source"] == "unknown":
        lines.append(
            "  Nobody knows this header: say what its columns mean with"
            " `linkstead audit SITE FILE --map 'Column=field'`."
        )
    return lines
