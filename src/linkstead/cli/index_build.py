"""The parts of `linkstead index` that bring links in, and take them into a profile."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkstead.cli.index_options import add_filters, add_part, filters_of, folder_of, index_of, scope_named
from linkstead.cli.output import Bars, plain, print_json
from linkstead.cli.stopping import Stop
from linkstead.cli.surroundings import current_settings, workspace_of
from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    import argparse

    from linkstead.index.build import Built
    from linkstead.journey.captures import CaptureJob, Gathered


def add_pull(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    pull = add_part(
        parts, "pull", "take the links to a site into its profile, to be verified like any others", run_pull
    )
    pull.add_argument("site", metavar="SITE", help="your site, such as example.com")
    pull.add_argument(
        "--workspace", type=Path, metavar="FILE", help="the site's profile (default: as `audit`)"
    )
    add_filters(pull)


def add_captures(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = add_part(
        parts,
        "captures",
        "from the graph to pages: fetch just the pages of chosen referring domains out of a crawl",
        run_captures,
    )
    part.add_argument("site", metavar="SITE", help="links to this site are looked for")
    part.add_argument("--crawl", required=True, metavar="NAME", help="such as CC-MAIN-2026-21")
    whom = part.add_mutually_exclusive_group()
    whom.add_argument("--domains", nargs="+", metavar="DOMAIN", help="pages of these domains")
    whom.add_argument("--domains-from", type=Path, metavar="FILE", help="a list of domains, one a line")
    part.add_argument(
        "--graph",
        type=Path,
        metavar="FOLDER",
        help="a graph whose referring domains of SITE are taken (default: the newest), and whose authority",
    )
    part.add_argument("--top", type=int, default=50, metavar="N", help="so many of them (default: 50)")
    part.add_argument(
        "--pages", type=int, default=100, metavar="N", help="most pages a domain (default: 100)"
    )
    part.add_argument("--url-index", metavar="ADDRESS", help="the CDX API (default: Common Crawl's)")
    part.add_argument(
        "--columnar", nargs="+", default=[], metavar="FILE", help="files of the columnar index instead"
    )
    part.add_argument("--data", metavar="ROOT", help="root of the archives (default: Common Crawl's)")
    part.add_argument(
        "--into", default="", metavar="NAME", help="name of the crawl made (default: NAME-captures)"
    )
    part.add_argument("--requests", type=int, metavar="N", help="most requests of this call")
    part.add_argument("--megabytes", type=int, metavar="N", help="most megabytes of this call")
    part.add_argument("--pause", type=float, metavar="S", help="seconds between two requests (default: 1)")


def add_build(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = add_part(parts, "build", "read archives and add their links to a crawl", run_build)
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
    part.add_argument("--engine", choices=("local", "spark"), default="local", help="default: local")
    part.add_argument("--master", metavar="ADDRESS", help="Spark's, such as spark://head:7077 or local[4]")
    part.add_argument(
        "--staging",
        type=Path,
        metavar="FOLDER",
        help="a folder that all machines of the cluster see (default: in the index)",
    )
    part.add_argument(
        "--spark",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of Spark, such as spark.executor.memory=4g; may be repeated",
    )


def run_build(options: argparse.Namespace) -> int:
    from linkstead.index.build import inputs_of
    from linkstead.journey.archives import archive_opener
    from linkstead.journey.standing import authority_table

    folder, opener = folder_of(options), archive_opener(current_settings())
    inputs = inputs_of(options.inputs, options.base, opener.read_list)
    only = {scope_named(name).domain for name in options.only} if options.only else None
    folder.mkdir(parents=True, exist_ok=True)
    bars = Bars(quiet=options.json)
    with Stop() as stop:
        try:
            with authority_table(options.graph) as table:
                built = _built(
                    options,
                    inputs,
                    {
                        "now": int(time.time()),
                        "opener": opener,
                        "only": only,
                        "authority": table,
                        "progress": bars,
                        "should_stop": stop.asked,
                    },
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


def _built(options: argparse.Namespace, inputs: list[str], others: dict[str, Any]) -> Built:
    """Build with the engine that was asked for."""
    folder = folder_of(options)
    if options.engine == "local":
        from linkstead.index.build import build

        return build(
            inputs, folder, options.crawl, workers=options.workers, memory_mb=options.memory, **others
        )
    from linkstead.index.cluster import build_on_spark

    if not options.master:
        raise UsageError("Spark needs a --master, such as spark://head:7077, or local[4] for this machine.")
    pairs = [text.partition("=") for text in options.spark]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise UsageError(f"“{wrong[0][:60]}” is no setting; write it as NAME=VALUE.")
    config = {name: value for name, _, value in pairs}
    return build_on_spark(
        inputs, folder, options.crawl, master=options.master, staging=options.staging, config=config, **others
    )


def run_pull(options: argparse.Namespace) -> int:
    from linkstead.journey.projects import find_or_create_project
    from linkstead.journey.pulling import pull_links
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    site, now = site_of(options.site), int(time.time())
    workspace = workspace_of(site, options.workspace, must_exist=False)
    index, filters = index_of(options), filters_of(options)
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


def run_captures(options: argparse.Namespace) -> int:
    from linkstead.journey import captures
    from linkstead.journey.archives import archive_opener
    from linkstead.journey.standing import authority_table, newest_graph, referrers
    from linkstead.urls import site_of

    settings, site = current_settings(), site_of(options.site)
    graph: Path | None = options.graph or newest_graph(settings.graphs)
    domains = [site_of(name) for name in options.domains or ()]
    if options.domains_from is not None:
        domains = captures.read_domains(_text(options.domains_from))
    if not domains:
        if graph is None:
            raise InputError(
                "There is no graph to take referring domains from; import one with `linkstead graph import`,"
                " or name domains with --domains."
            )
        domains = referrers(graph, site, options.top)
    job = captures.CaptureJob(
        site,
        options.crawl,
        tuple(domains),
        pages=options.pages,
        index=options.url_index or captures.INDEX,
        columnar=tuple(options.columnar),
        data=options.data or captures.DATA,
        into=options.into,
    )
    pause = captures.PAUSE if options.pause is None else options.pause
    bars = Bars(quiet=options.json)
    with Stop() as stop, authority_table(graph) as table:
        try:
            said = captures.gather(
                job,
                folder_of(options),
                archive_opener(settings, pause=pause),
                now=int(time.time()),
                budget=captures.Budget(options.requests, options.megabytes),
                authority=table,
                progress=bars,
                should_stop=stop.asked,
            )
        finally:
            bars.close()
    return _print_gathered(options, job, said)


def _print_gathered(options: argparse.Namespace, job: CaptureJob, said: Gathered) -> int:
    rows = said.crawl.rows if said.crawl is not None else 0
    if options.json:
        print_json(
            {
                "site": job.site,
                "crawl": job.name,
                "rows": rows,
                "domains_done": said.done,
                "domains_left": said.left,
                "ended": said.ended,
                "counts": dict(said.counts),
            }
        )
        return 0
    print(f"{said.done:,} of {len(job.domains):,} domains looked into; crawl {job.name} has {rows:,} links.")
    for reason, count in sorted(said.counts.items()):
        print(f"  {reason:36} {count:>12,}")
    if said.left:
        print(f"Ended early: {said.ended or 'domains are left'}. Call it again and it goes on.")
    elif rows:
        print(f"Next: linkstead index pull {job.site} --crawl {job.name}")
    else:
        print("No link to it on these pages. Raise --pages, or name other domains.")
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}).") from error
