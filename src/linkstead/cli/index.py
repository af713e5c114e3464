"""`linkstead index`: pages' links to other sites, out of web archives, and questions to them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from linkstead.cli.output import Bars, add_json, plain, print_json
from linkstead.cli.stopping import Stop
from linkstead.cli.surroundings import current_settings
from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from linkstead.index.questions import Filters, Page, Scope
    from linkstead.index.store import LinkIndex

_WIDTHS: Final = {"source_url": 70, "target_url": 60, "anchor": 40}
#: Columns that a table for people leaves out; JSON has all.
_LEFT_OUT: Final = frozenset({"rel", "robots", "type", "language", "links", "source_domain"})


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    index = verbs.add_parser(
        "index",
        help="the link index: page-level backlinks with anchors out of web archives",
        description="Build an index of links from WAT, WARC and ARC files, and ask it.",
    )
    parts = index.add_subparsers(dest="part", metavar="PART", required=True)
    _add_build(parts)
    for name, what, run in (
        ("backlinks", "links to a domain, host, path prefix or URL, by authority", run_backlinks),
        ("domains", "referring domains", run_domains),
        ("anchors", "anchor texts", run_anchors),
        ("targets", "the pages that most domains link to", run_targets),
    ):
        _add_filters(_add_question(parts, name, what, run))
    for name, what, run in (
        ("new", "links that a newer crawl has and an older has not", run_new),
        ("lost", "links that an older crawl has and a newer has not", run_lost),
    ):
        part = _add_question(parts, name, what, run)
        part.add_argument("--from", dest="older", metavar="CRAWL", help="default: the last but one")
        part.add_argument("--to", dest="newer", metavar="CRAWL", help="default: the newest")
    gap = _add_question(parts, "gap", "domains that link to them and not to me", run_gap)
    gap.add_argument("them", nargs="+", metavar="THEM")
    both = _add_question(parts, "intersect", "domains that link to all of them", run_intersect)
    both.add_argument("them", nargs="+", metavar="OTHER")
    for part in (gap, both):
        part.add_argument("--crawl", metavar="NAME", help="default: the newest")
    summary = _add_question(parts, "summary", "counts of a domain, host, prefix or URL", run_summary)
    summary.add_argument("--crawl", metavar="NAME", help="default: the newest")
    _add_pull(parts)
    _add(parts, "crawls", "the crawls in the index, with what was left out of each and why", run_crawls)
    compact = _add(parts, "compact", "write the files of a crawl anew, one a bucket", run_compact)
    compact.add_argument("crawl", metavar="CRAWL")
    _add(
        parts,
        "verify",
        "compare every file with its checksum, and each crawl with its content hash",
        run_verify,
    )


def _add(
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


def _add_question(
    parts: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    part = _add(parts, name, what, run)
    part.add_argument(
        "target", metavar="TARGET", help="example.com, blog.example.com, example.com/shop/ or a URL"
    )
    part.add_argument(
        "--as", dest="kind", choices=("domain", "host", "prefix", "url"), help="how TARGET is meant"
    )
    part.add_argument("--limit", type=int, default=50, metavar="N", help="rows (default: 50, most 10000)")
    part.add_argument("--start", type=int, default=0, metavar="N", help="begin after N rows")
    return part


def _add_filters(part: argparse.ArgumentParser) -> None:
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


def _add_pull(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    pull = _add(
        parts, "pull", "take the links to a site into its profile, to be verified like any others", run_pull
    )
    pull.add_argument("site", metavar="SITE", help="your site, such as example.com")
    pull.add_argument(
        "--workspace", type=Path, metavar="FILE", help="the site's profile (default: as `audit`)"
    )
    _add_filters(pull)


def _add_build(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = _add(parts, "build", "read archives and add their links to a crawl", run_build)
    part.add_argument(
        "inputs",
        nargs="+",
        metavar="ARCHIVE",
        help="WAT, WARC or ARC files, folders of them, lists (@list.txt, .paths, .paths.gz); http(s):// and"
        " s3:// addresses are read by parts",
    )
    part.add_argument("--base", metavar="ADDRESS", help="stands before the relative paths of lists")
    part.add_argument("--crawl", required=True, metavar="NAME", help="such as CC-MAIN-2026-21")
    part.add_argument("--only", nargs="+", metavar="DOMAIN", help="keep only links to these domains")
    part.add_argument(
        "--graph", type=Path, metavar="FOLDER", help="a graph that gives referring domains' authority"
    )
    part.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    part.add_argument("--memory", type=int, default=4096, metavar="MB", help="for sorting (default: 4096)")


def run_build(options: argparse.Namespace) -> int:
    from linkstead.index.build import build, inputs_of
    from linkstead.journey.archives import archive_opener
    from linkstead.journey.standing import authority_table

    folder, opener = _folder(options), archive_opener(current_settings())
    inputs = inputs_of(options.inputs, options.base, opener.read_list)
    only = {_scope(name).domain for name in options.only} if options.only else None
    folder.mkdir(parents=True, exist_ok=True)
    bars = Bars(quiet=options.json)
    with Stop() as stop:
        try:
            with authority_table(options.graph) as table:
                built = build(
                    inputs,
                    folder,
                    options.crawl,
                    now=int(time.time()),
                    workers=options.workers,
                    opener=opener,
                    only=only,
                    authority=table,
                    memory_mb=options.memory,
                    progress=bars,
                    should_stop=stop.asked,
                )
        finally:
            bars.close()
    if built.crawl is None:
        raise InputError("The build was stopped; call it again and it goes on with what is left.")
    said = {
        "crawl": built.crawl.name,
        "rows": built.crawl.rows,
        "content_hash": built.crawl.content_hash,
        "counts": built.crawl.counts,
        "failed": built.failed,
    }
    if options.json:
        print_json(said)
        return 0
    print(f"{built.crawl.rows:,} links in crawl {built.crawl.name}, index {folder}.")
    for reason, count in sorted(built.crawl.counts.items()):
        print(f"  {reason:24} {count:>14,}")
    for name, why in built.failed.items():
        print(f"  failed: {plain(name, 80)}: {plain(why, 160)}")
    return 0


def run_backlinks(options: argparse.Namespace) -> int:
    from linkstead.index.questions import backlinks

    return _ask(options, backlinks)


def run_domains(options: argparse.Namespace) -> int:
    from linkstead.index.questions import referring_domains

    return _ask(options, referring_domains)


def run_anchors(options: argparse.Namespace) -> int:
    from linkstead.index.questions import anchors

    return _ask(options, anchors)


def run_targets(options: argparse.Namespace) -> int:
    from linkstead.index.questions import top_targets

    return _ask(options, top_targets)


def run_new(options: argparse.Namespace) -> int:
    from linkstead.index.questions import new_links

    return _compare(options, new_links)


def run_lost(options: argparse.Namespace) -> int:
    from linkstead.index.questions import lost_links

    return _compare(options, lost_links)


def run_gap(options: argparse.Namespace) -> int:
    from linkstead.index.questions import gap

    me, them = _scope(options.target, options.kind), [_scope(name) for name in options.them]
    page = gap(_index(options), me, them, options.crawl, limit=options.limit, start=options.start)
    return _print(options, page, {"me": options.target, "them": options.them})


def run_intersect(options: argparse.Namespace) -> int:
    from linkstead.index.questions import intersect

    them = [_scope(name) for name in (options.target, *options.them)]
    page = intersect(_index(options), them, options.crawl, limit=options.limit, start=options.start)
    return _print(options, page, {"them": [options.target, *options.them]})


def run_summary(options: argparse.Namespace) -> int:
    from linkstead.index.questions import summary

    said = summary(_index(options), _scope(options.target, options.kind), options.crawl)
    if options.json:
        print_json({"target": options.target, **said})
        return 0
    for name, value in said.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        print(f"{name.replace('_', ' '):20} {shown}")
    return 0


def run_crawls(options: argparse.Namespace) -> int:
    crawls = _index(options).manifest.crawls
    if options.json:
        names = ("name", "rows", "content_hash", "added_at", "counts", "failed")
        print_json(
            {
                "crawls": [
                    {
                        **{name: getattr(one, name) for name in names},
                        "archives": len(one.sources),
                        "files": len(one.files),
                    }
                    for one in crawls
                ]
            }
        )
        return 0
    for one in crawls:
        size = sum(file.bytes for file in one.files)
        print(f"{one.name}: {one.rows:,} links from {len(one.sources):,} archives, {size / 1e6:,.1f} MB")
    if not crawls:
        print("The index is empty; add a crawl with `linkstead index build`.")
    return 0


def run_pull(options: argparse.Namespace) -> int:
    from linkstead.journey.projects import find_or_create_project
    from linkstead.journey.pulling import pull_links
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    site, now = site_of(options.site), int(time.time())
    workspace = options.workspace or current_settings().data / "sites" / f"{site}.sqlite3"
    index, filters = _index(options), _filters(options)
    bars = Bars(quiet=options.json)
    with open_workspace(workspace) as store, Stop() as stop:
        try:
            report = pull_links(
                store,
                find_or_create_project(store, site, now=now),
                index,
                now=now,
                filters=filters,
                progress=bars,
                should_stop=stop.asked,
            )
        finally:
            bars.close()
    said = {"rows": report.rows, "new_links": report.new_links, "already": report.already}
    if options.json:
        print_json({"site": site, "source": "common-crawl", **said, "stopped": report.stopped})
        return 0
    print(f"{report.rows:,} links of {report.name}, {report.new_links:,} of them new to {workspace}.")
    if report.stopped:
        print("Stopped; call it again and it goes on.")
    print(f"Next: linkstead audit {site}")
    return 0


def run_compact(options: argparse.Namespace) -> int:
    bars = Bars(quiet=options.json)
    with Stop() as stop:
        try:
            made = _index(options).compact(options.crawl, progress=bars, should_stop=stop.asked)
        finally:
            bars.close()
    if made is None:
        raise InputError("Compaction was stopped; the index is as it was.")
    said = {"crawl": made.name, "rows": made.rows, "files": len(made.files)}
    if options.json:
        print_json(said)
    else:
        print(f"Crawl {made.name}: {made.rows:,} links in {len(made.files)} files.")
    return 0


def run_verify(options: argparse.Namespace) -> int:
    index = _index(options)
    damaged = index.damaged()
    wrong = [
        one.name
        for one in index.manifest.crawls
        if not damaged and index.content_hash(one.name) != one.content_hash
    ]
    if options.json:
        print_json({"damaged": damaged, "crawls_that_differ": wrong})
    elif damaged or wrong:
        print(f"Damaged: {', '.join([*damaged, *wrong])}. Build these crawls again.")
    else:
        print("Every file is whole.")
    return 1 if damaged or wrong else 0


def _ask(options: argparse.Namespace, question: Callable[..., Page]) -> int:
    scope = _scope(options.target, options.kind)
    page = question(_index(options), scope, _filters(options), limit=options.limit, start=options.start)
    return _print(options, page, {"target": options.target, "meant": scope.kind.value})


def _compare(options: argparse.Namespace, question: Callable[..., Page]) -> int:
    index = _index(options)
    crawls = index.crawls()
    newer = options.newer or (crawls[-1] if crawls else "")
    before = [name for name in crawls if name < newer]
    older = options.older or (before[-1] if before else "")
    if not older or not newer:
        raise UsageError("There is one crawl only; two are needed to say what is new or lost.")
    scope = _scope(options.target, options.kind)
    page = question(index, scope, older, newer, limit=options.limit, start=options.start)
    return _print(options, page, {"target": options.target, "from": older, "to": newer})


def _print(options: argparse.Namespace, page: Page, said: dict[str, Any]) -> int:
    if options.json:
        print_json({**said, "rows": page.as_dicts(), "more": page.more, "next": page.next})
        return 0
    shown = [name for name in page.columns if name not in _LEFT_OUT]
    for row in page.as_dicts():
        print("  ".join(plain(_cell(row[name]), _WIDTHS.get(name, 30)) for name in shown))
    if not page.rows:
        print("Nothing in this crawl. A crawl is a sample of the web: no row here does not mean no link.")
    if page.more:
        print(f"… and more: --start {page.next}")
    return 0


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _filters(options: argparse.Namespace) -> Filters:
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


def _scope(text: str, kind: str | None = None) -> Scope:
    from linkstead.index.questions import scope_of

    return scope_of(text, kind)


def _index(options: argparse.Namespace) -> LinkIndex:
    from linkstead.index.store import open_index

    return open_index(_folder(options))


def _folder(options: argparse.Namespace) -> Path:
    folder: Path = options.index or current_settings().index
    return folder
