"""What the parts of `linkstead index` share: the index's folder, whom is asked about, filters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from linkstead.cli.output import add_json
from linkstead.cli.surroundings import current_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from linkstead.index.questions import Filters, Scope
    from linkstead.index.store import LinkIndex


def add_part(
    parts: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    part = parts.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    part.add_argument("--index", type=Path, metavar="FOLDER", help="default: index in the data folder")
    add_json(part)
    part.set_defaults(run=run)
    return part


def add_filters(part: argparse.ArgumentParser) -> None:
    part.add_argument("--crawl", metavar="NAME", help="default: the newest")
    followed = part.add_mutually_exclusive_group()
    followed.add_argument("--followed", action="store_const", const=True, dest="followed", default=None)
    followed.add_argument("--not-followed", action="store_const", const=False, dest="followed")
    part.add_argument("--anchor", metavar="TEXT", help="a part of the anchor text")
    part.add_argument("--from-domain", metavar="DOMAIN", help="only links from this domain")
    part.add_argument("--language", metavar="CODE")
    part.add_argument("--placement", metavar="PLACE")
    part.add_argument("--type", dest="link_type", choices=("a", "area", "image"))
    part.add_argument("--min-authority", type=int, metavar="N")
    part.add_argument("--one-per-domain", action="store_true")


def filters_of(options: argparse.Namespace) -> Filters:
    from linkstead.index.questions import Filters

    return Filters(
        crawl=options.crawl,
        followed=options.followed,
        anchor=options.anchor,
        placement=options.placement,
        language=options.language,
        type=options.link_type,
        source_domain=options.from_domain,
        min_authority=options.min_authority,
        one_per_domain=options.one_per_domain,
    )


def scope_named(text: str, kind: str | None = None) -> Scope:
    from linkstead.index.questions import scope_of

    return scope_of(text, kind)


def index_of(options: argparse.Namespace) -> LinkIndex:
    from linkstead.index.store import open_index

    return open_index(folder_of(options))


def folder_of(options: argparse.Namespace) -> Path:
    folder: Path = options.index or current_settings().index
    return folder
