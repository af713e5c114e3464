"""`linkstead index`: pages' links to other sites, out of web archives, and questions to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linkstead.cli.index_build import add_build, add_captures, add_pull
from linkstead.cli.index_options import add_filters, add_part, filters_of, index_of, scope_named
from linkstead.cli.output import Bars, plain, print_json
from linkstead.cli.stopping import Stop
from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from linkstead.index.questions import Page

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
    add_build(parts)
    for name, what, run in (
        ("backlinks", "links to a domain, host, path prefix or URL, by authority", run_backlinks),
        ("domains", "referring domains", run_domains),
        ("anchors", "anchor texts", run_anchors),
        ("targets", "the pages that most domains link to", run_targets),
    ):
        add_filters(_add_question(parts, name, what, run))
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
    add_pull(parts)
    add_captures(parts)
    add_part(parts, "crawls", "the crawls in the index, with what was left out of each and why", run_crawls)
    compact = add_part(parts, "compact", "write the files of a crawl anew, one a bucket", run_compact)
    compact.add_argument("crawl", metavar="CRAWL")
    add_part(
        parts,
        "verify",
        "compare every file with its checksum, and each crawl with its content hash",
        run_verify,
    )


def _add_question(
    parts: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    part = add_part(parts, name, what, run)
    part.add_argument(
        "target", metavar="TARGET", help="example.com, blog.example.com, example.com/shop/ or a URL"
    )
    part.add_argument(
        "--as", dest="kind", choices=("domain", "host", "prefix", "url"), help="how TARGET is meant"
    )
    part.add_argument("--limit", type=int, default=50, metavar="N", help="rows (default: 50, most 10000)")
    part.add_argument("--start", type=int, default=0, metavar="N", help="begin after N rows")
    return part


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

    me, them = scope_named(options.target, options.kind), [scope_named(name) for name in options.them]
    page = gap(index_of(options), me, them, options.crawl, limit=options.limit, start=options.start)
    return _print(options, page, {"me": options.target, "them": options.them})


def run_intersect(options: argparse.Namespace) -> int:
    from linkstead.index.questions import intersect

    them = [scope_named(name) for name in (options.target, *options.them)]
    page = intersect(index_of(options), them, options.crawl, limit=options.limit, start=options.start)
    return _print(options, page, {"them": [options.target, *options.them]})


def run_summary(options: argparse.Namespace) -> int:
    from linkstead.index.questions import summary

    said = summary(index_of(options), scope_named(options.target, options.kind), options.crawl)
    if options.json:
        print_json({"target": options.target, **said})
        return 0
    for name, value in said.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        print(f"{name.replace('_', ' '):20} {shown}")
    return 0


def run_crawls(options: argparse.Namespace) -> int:
    crawls = index_of(options).manifest.crawls
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


def run_compact(options: argparse.Namespace) -> int:
    bars = Bars(quiet=options.json)
    with Stop() as stop:
        try:
            made = index_of(options).compact(options.crawl, progress=bars, should_stop=stop.asked)
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
    index = index_of(options)
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
    scope = scope_named(options.target, options.kind)
    page = question(index_of(options), scope, filters_of(options), limit=options.limit, start=options.start)
    return _print(options, page, {"target": options.target, "meant": scope.kind.value})


def _compare(options: argparse.Namespace, question: Callable[..., Page]) -> int:
    index = index_of(options)
    crawls = index.crawls()
    newer = options.newer or (crawls[-1] if crawls else "")
    before = [name for name in crawls if name < newer]
    older = options.older or (before[-1] if before else "")
    if not older or not newer:
        raise UsageError("There is one crawl only; two are needed to say what is new or lost.")
    scope = scope_named(options.target, options.kind)
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
