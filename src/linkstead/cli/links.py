"""`linkstead links`: the backlinks of a site as kept, filtered and sorted, as JSON or CSV."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from linkstead.cli.output import add_json, plain, print_json

if TYPE_CHECKING:
    import argparse

    from linkstead.profile.queries import LinkPage


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser(
        "links",
        help="list a site's backlinks as kept by earlier audits",
        description="List the backlinks that earlier audits of SITE have kept.",
    )
    verb.add_argument("site", metavar="SITE")
    for name, hint in (
        ("state", "live, 'in doubt', lost, blocked, unreachable, unreadable, unverified"),
        ("followed", "yes, no or unknown"),
        ("placement", "content, navigation, header, footer, sidebar, comment"),
        ("source", "such as ahrefs-backlinks"),
        ("tld", "such as org"),
        ("domain", "a referring domain"),
        ("target", "a URL of yours; * at its end means: and everything below"),
        ("anchor", "an anchor text"),
        ("text", "words in URLs, titles, domains or anchors"),
    ):
        verb.add_argument(f"--{name}", help=hint)
    verb.add_argument(
        "--sort",
        default="first-seen",
        help="first-seen, checked, authority or worth (as `triage --judge` found it)",
    )
    verb.add_argument("--ascending", action="store_true")
    verb.add_argument("--after", metavar="MARK", help="the mark of the page before")
    verb.add_argument("--limit", type=int, default=50, metavar="N")
    add_json(verb)
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from linkstead.cli.surroundings import workspace_of
    from linkstead.journey import find_or_create_project
    from linkstead.profile import search
    from linkstead.profile.filters import LinkFilter
    from linkstead.profile.queries import links
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    site = site_of(options.site)
    workspace = workspace_of(site)
    parts = ("state", "followed", "placement", "source", "tld", "domain", "target", "anchor", "text")
    asked = LinkFilter(**{name: getattr(options, name) for name in parts})
    with open_workspace(workspace) as store:
        if options.text:
            search.refresh(store)
        page = links(
            store,
            find_or_create_project(store, site, now=0),
            asked,
            sort=options.sort,
            descending=not options.ascending,
            after=options.after,
            limit=max(1, min(options.limit, 10_000)),
        )
    if options.json:
        print_json(
            {
                "total": page.total,
                "total_is_exact": page.total_is_exact,
                "after": page.after,
                "rows": [asdict(listed.row) | {"id": listed.id} for listed in page.rows],
            }
        )
    else:
        _print_lines(page)
    return 0


def _print_lines(page: LinkPage) -> None:
    more = "" if page.total_is_exact else "more than "
    print(f"{len(page.rows):,} of {more}{page.total:,} links; the number is what a link is worth, 0 to 100")
    for listed in page.rows:
        row = listed.row
        worth = "" if row.worth is None else f"{row.worth:.0f}"
        print(
            f"  {row.state:11} {worth:>3} {plain(row.page_url, 80):80} “{plain(row.anchor_text or '', 30)}”"
        )
    if page.after:
        print(f"  the next page: --after '{page.after}'", file=sys.stderr)
