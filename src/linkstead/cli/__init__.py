"""The command line: a thin door over the stages, one file per verb family.

Scripts rely on this much: `--json` prints one JSON object; errors are one sentence on stderr; the
exit status is 0 done, 1 findings (where a verb judges), 2 wrong use, 3 bad input.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from linkstead import __version__
from linkstead.cli import (
    anomalies,
    audit,
    audits,
    disavow,
    graph,
    index,
    inspect,
    links,
    pages,
    paid,
    quality,
    serving,
    triage,
    upkeep,
)
from linkstead.errors import LinksteadError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Every family adds its verbs; the order is that of the help text.
FAMILIES = (
    audit, audits, inspect, pages, links, anomalies, quality, triage, disavow, paid, graph, index, serving,
    upkeep,
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """All verbs with their options."""
    root = argparse.ArgumentParser(
        prog="linkstead",
        description="Know, prove, judge and defend a site's backlinks.",
        epilog="Exit status: 0 done, 1 findings, 2 wrong use, 3 bad input.",
    )
    root.add_argument("--version", action="version", version=f"linkstead {__version__}")
    verbs = root.add_subparsers(dest="verb", metavar="VERB", required=True)
    for family in FAMILIES:
        family.add_verbs(verbs)
    return root


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """Options and files in any order; argparse alone wants all files in one place."""
    root = parser()
    options, rest = root.parse_known_args(audit.json_apart(arguments))
    files = getattr(options, "files", None)
    if rest and (files is None or any(part.startswith("-") for part in rest)):
        root.error(f"unrecognised arguments: {' '.join(rest)}")
    if files is not None:
        files += [Path(part) for part in rest]
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; its exit status."""
    options = read_arguments(sys.argv[1:] if arguments is None else list(arguments))
    try:
        return int(options.run(options))
    except LinksteadError as error:
        print(f"linkstead: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("linkstead: stopped; what was done is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # the reader went away (`| head`): nothing is wrong, and nothing more can be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


__all__ = ["main", "parser", "read_arguments"]
