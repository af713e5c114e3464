"""`linkstead graph`: the web as a graph of domains, on this machine."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from linkstead.cli.output import Bars, add_json, plain, print_json
from linkstead.cli.stopping import Stop
from linkstead.cli.surroundings import current_settings
from linkstead.errors import InputError, StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from linkstead.graph.queries import Absent, Listing, Profile
    from linkstead.graph.store import Graph

_SHOWN: Final = 10


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    graph = verbs.add_parser(
        "graph",
        help="the web graph: any domain's referring domains and authority",
        description="Import Common Crawl's web graph (or another in its formats), rank it, and ask it.",
    )
    parts = graph.add_subparsers(dest="part", metavar="PART", required=True)
    _add_import(parts)
    _add_rank(parts)
    domain = _add(parts, "domain", "what the graph knows of one domain", run_domain, paged=True)
    domain.add_argument("name", metavar="DOMAIN")
    domain.add_argument(
        "--no-technical", action="store_true", help="leave CDNs and tag managers out of the list"
    )
    gap = _add(parts, "gap", "who refers to them and not to me", run_gap, paged=True)
    gap.add_argument("name", metavar="ME")
    gap.add_argument("them", metavar="THEM", nargs="+")
    overlap = _add(parts, "overlap", "what two domains' referrers have in common", run_overlap, paged=True)
    overlap.add_argument("name", metavar="A")
    overlap.add_argument("other", metavar="B")
    _add(parts, "list", "the graphs that are here", run_list)
    _add(parts, "verify", "compare every file of a graph with its checksum", run_verify)


def _add(
    parts: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    run: Callable[[argparse.Namespace], int],
    *,
    paged: bool = False,
) -> argparse.ArgumentParser:
    part = parts.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    part.add_argument(
        "--graph",
        type=Path,
        metavar="FOLDER",
        help="the graph's folder (default: the newest in the data folder)",
    )
    if paged:
        part.add_argument("--limit", type=int, default=50, metavar="N", help="rows of a list (default: 50)")
        part.add_argument("--start", type=int, default=0, metavar="N", help="begin a list after N rows")
    add_json(part)
    part.set_defaults(run=run)
    return part


def _add_import(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "import",
        help="import a release from its text or BVGraph files",
        description="Import one release: vertices and edges as text (plain or gzip; part files, folders or"
        " .paths lists), or BVGraph files (.graph and .properties, given by their common beginning), with or"
        " without vertices for the names; published ranks beside them or alone. An import that was stopped"
        " goes on when it is called again.",
    )
    part.add_argument("--vertices", type=Path, nargs="+", default=[], metavar="FILE")
    part.add_argument("--edges", type=Path, nargs="+", default=[], metavar="FILE")
    part.add_argument("--bvgraph", type=Path, metavar="BASE", help="BASE.graph and BASE.properties")
    part.add_argument("--ranks", type=Path, metavar="FILE", help="Common Crawl's published ranks")
    part.add_argument(
        "--release", metavar="NAME", help="such as cc-main-2026-apr-may-jun (default: from the files)"
    )
    part.add_argument("--level", choices=("domain", "host", "other"), default=None)
    part.add_argument(
        "--to", type=Path, metavar="FOLDER", help="default: graphs/RELEASE-LEVEL in the data folder"
    )
    part.add_argument(
        "--memory", type=int, default=4096, metavar="MB", help="for the transpose (default: 4096)"
    )
    add_json(part)
    part.set_defaults(run=run_import)


def _add_rank(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from linkstead.graph.kinds import DEFAULT, KINDS

    part = _add(parts, "rank", "compute PageRank, harmonic centrality, authority, trust, distrust", run_rank)
    part.add_argument(
        "--kind", action="append", choices=KINDS, help=f"may be repeated (default: {', '.join(DEFAULT)})"
    )
    part.add_argument("--damping", type=float, default=0.85)
    part.add_argument("--tolerance", type=float, default=None, help="L1 norm of the last step")
    part.add_argument("--registers", type=int, default=64, help="of HyperBall: 16 to 4096 (default: 64)")
    part.add_argument("--seeds", type=Path, metavar="FILE", help="trusted domains, one a line")
    part.add_argument("--bad-seeds", type=Path, metavar="FILE", help="domains to warn of, one a line")


def run_import(options: argparse.Namespace) -> int:
    from linkstead.graph.importing import Wanted, disk_need, import_graph

    level = options.level or _level(options)
    release = options.release or _release(options)
    folder = options.to or current_settings().graphs / f"{release}-{level}"
    wanted = Wanted(release, level, options.vertices, options.edges, options.bvgraph, options.ranks)
    if not options.json and (needed := disk_need(wanted)):
        print(f"The graph will take about {needed / 1e6:,.1f} MB in {folder}.", flush=True)
    bars = Bars(quiet=options.json)
    with Stop() as stop:
        try:
            made = import_graph(
                wanted,
                folder,
                now=int(time.time()),
                memory=options.memory << 20,
                progress=bars,
                should_stop=stop.asked,
            )
        finally:
            bars.close()
    if made is None:
        raise InputError("The import was stopped; call it again and it goes on.")
    size = sum(file["bytes"] for file in made.files.values())
    said = {"folder": str(folder), "nodes": made.nodes, "arcs": made.arcs, "bytes": size, "release": release}
    if options.json:
        print_json({**said, "level": made.level, "www": made.www, "ranks": made.ranks})
    else:
        print(f"{made.nodes:,} nodes and {made.arcs:,} arcs in {folder} ({size / 1e6:,.1f} MB).")
        print("Next: linkstead graph rank" if made.arcs else "Next: linkstead graph domain example.com")
    return 0


def run_rank(options: argparse.Namespace) -> int:
    from linkstead.graph.computing import RankOptions, rank_graph
    from linkstead.graph.kinds import DEFAULT
    from linkstead.graph.ranking import TOLERANCE

    graph = _graph(options)
    good, unknown_good = _seeds(graph, options.seeds)
    bad, unknown_bad = _seeds(graph, options.bad_seeds)
    kinds = options.kind or [*DEFAULT, *(["trust"] if good else []), *(["distrust"] if bad else [])]
    bars = Bars(quiet=options.json)
    with Stop() as stop:
        try:
            ranked = rank_graph(
                graph,
                kinds,
                RankOptions(options.damping, options.tolerance or TOLERANCE, options.registers, good, bad),
                progress=bars,
                should_stop=stop.asked,
            )
        finally:
            bars.close()
    unknown = [*unknown_good, *unknown_bad]
    if options.json:
        manifest = ranked.manifest
        print_json(
            {
                "nodes": manifest.nodes,
                "arcs": manifest.arcs,
                "ranks": manifest.ranks,
                "seeds_not_in_graph": unknown,
            }
        )
        return 0
    for kind, said in ranked.manifest.ranks.items():
        print(f"{kind:12} " + ", ".join(f"{name} {value}" for name, value in said.items()))
    if unknown:
        print(f"Not in the graph: {', '.join(plain(name, 60) for name in unknown[:20])}")
    return 0


def run_domain(options: argparse.Namespace) -> int:
    from linkstead.graph import queries

    graph = _graph(options)
    found = queries.profile(graph, options.name)
    if isinstance(found, queries.Absent):
        return _not_there(found, options)
    lists = {
        "referring_domains": queries.referring_domains(
            graph, found.node, limit=options.limit, start=options.start, technical=not options.no_technical
        ),
        "linked_domains": queries.linked_domains(graph, found.node, limit=options.limit, start=options.start),
        "in_common": queries.alike(graph, found.node, limit=min(options.limit, _SHOWN)),
    }
    if options.json:
        print_json(_profile_json(found, lists))
        return 0
    _print_profile(found)
    for title, listing in lists.items():
        _print_list(title.replace("_", " "), listing)
    print("\nSeen by Common Crawl in any kind of reference; only a look proves a backlink.")
    return 0


def run_gap(options: argparse.Namespace) -> int:
    from linkstead.graph import queries

    graph = _graph(options)
    me, *them = [_node(graph, name) for name in (options.name, *options.them)]
    listing = queries.gap(graph, me, them, limit=options.limit, start=options.start)
    if options.json:
        print_json({"domain": options.name, "them": options.them, **_list_json(listing)})
    else:
        _print_list(f"refer to them and not to {options.name}", listing)
    return 0


def run_overlap(options: argparse.Namespace) -> int:
    from linkstead.graph import queries

    graph = _graph(options)
    found = queries.overlap(
        graph,
        _node(graph, options.name),
        _node(graph, options.other),
        limit=options.limit,
        start=options.start,
    )
    if options.json:
        said = {
            "first": found.first,
            "second": found.second,
            "shared": found.shared,
            "jaccard": found.jaccard,
        }
        print_json({"domains": [options.name, options.other], **said, **_list_json(found.rows)})
        return 0
    print(f"{options.name}: {found.first:,} referring domains; {options.other}: {found.second:,};")
    print(f"shared: {found.shared:,} (Jaccard similarity {found.jaccard:.3f})")
    _print_list("shared", found.rows)
    return 0


def run_list(options: argparse.Namespace) -> int:
    from linkstead.graph.store import graphs_in

    folder = options.graph or current_settings().graphs
    graphs = graphs_in(folder)
    if options.json:
        print_json({"graphs": [{"folder": str(one.folder), **asdict(one.manifest)} for one in graphs]})
        return 0
    for one in graphs:
        said = one.manifest
        ranks = ", ".join(said.ranks) or "no ranks yet: linkstead graph rank"
        print(f"{one.folder.name}: {said.nodes:,} nodes, {said.arcs:,} arcs; {ranks}")
    if not graphs:
        print(f"No graph in {folder} yet; begin with `linkstead graph import --help`.")
    return 0


def run_verify(options: argparse.Namespace) -> int:
    graph = _graph(options)
    damaged = graph.damaged()
    if options.json:
        print_json({"folder": str(graph.folder), "damaged": damaged})
    else:
        print(
            f"Damaged: {', '.join(damaged)}. Import the graph again." if damaged else "Every file is whole."
        )
    return 1 if damaged else 0


def _graph(options: argparse.Namespace) -> Graph:
    """The graph that was named, else the newest that is here."""
    from linkstead.graph.store import graphs_in, open_graph

    if options.graph is not None:
        return open_graph(options.graph)
    folder = current_settings().graphs
    graphs = graphs_in(folder)
    if not graphs:
        raise StoreError(f"There is no graph in {folder} yet; import one with `linkstead graph import`.")
    return graphs[0]


def _node(graph: Graph, name: str) -> int:
    from linkstead.graph.queries import absent

    node = graph.node(name)
    if node is None:
        raise InputError(absent(graph, name).sentence)
    return node


def _seeds(graph: Graph, path: Path | None) -> tuple[tuple[int, ...], list[str]]:
    """The nodes of a file of domains, and the names that are not there."""
    if path is None:
        return (), []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a list of domains ({error}).") from error
    names = [line.split("#")[0].strip() for line in lines]
    found = {name: graph.node(name) for name in names if name}
    return (
        tuple(node for node in found.values() if node is not None),
        [name for name, node in found.items() if node is None],
    )


def _inputs(options: argparse.Namespace) -> Sequence[Path]:
    given = [*options.vertices, *options.edges, options.bvgraph, options.ranks]
    return [path for path in given if path is not None]


def _level(options: argparse.Namespace) -> str:
    names = [path.name for path in _inputs(options)]
    found = next((level for level in ("domain", "host") if any(level in name for name in names)), None)
    return found or ("domain" if options.vertices or options.ranks else "other")


def _release(options: argparse.Namespace) -> str:
    """The beginning of the first file's name, up to its level."""
    inputs = _inputs(options)
    if not inputs:
        raise UsageError("Name what to import: --vertices and --edges, --bvgraph, or --ranks.")
    name = inputs[0].name
    for mark in ("-domain", "-host", ".txt", ".graph", ".json", ".gz"):
        name = name.split(mark)[0]
    return name


def _not_there(found: Absent, options: argparse.Namespace) -> int:
    if options.json:
        print_json({"domain": found.asked, "found": False, "message": found.sentence, "near": found.near})
    else:
        print(plain(found.sentence, 300))
        if found.near:
            print("There are: " + ", ".join(plain(name) for name in found.near))
    return 1


def _profile_json(found: Profile, lists: dict[str, Listing]) -> dict[str, Any]:
    ranks = {kind: asdict(one) for kind, one in found.ranks.items()}
    value = {kind: one.value for kind, one in found.ranks.items()}
    return {
        "domain": found.domain,
        "found": True,
        "release": found.release,
        "domain_authority": found.domain_authority,
        "pagerank": value.get("pagerank", value.get("published-pagerank")),
        "harmonic_centrality": value.get("harmonic", value.get("published-harmonic")),
        "ranks": ranks,
        "in_degree": found.in_degree,
        "out_degree": found.out_degree,
        "hosts": found.hosts,
        **{name: [asdict(row) for row in listing.rows] for name, listing in lists.items()},
        "more": {name: listing.more for name, listing in lists.items()},
    }


def _list_json(listing: Listing) -> dict[str, Any]:
    return {"total": listing.total, "rows": [asdict(row) for row in listing.rows], "more": listing.more}


def _print_profile(found: Profile) -> None:
    print(f"{found.domain} in {found.release}")
    if found.domain_authority is not None:
        print(f"  domain authority      {found.domain_authority}")
    for kind, one in found.ranks.items():
        if kind != "authority":
            place = "" if one.position is None else f", place {one.position:,} of {one.ranked:,}"
            print(f"  {kind:20}  {one.value:.6g}{place}")
    print(f"  referring domains     {found.in_degree:,}")
    print(f"  domains linked to     {found.out_degree:,}")
    if found.hosts:
        print(f"  hosts                 {found.hosts:,}")


def _print_list(title: str, listing: Listing) -> None:
    note = f" ({listing.note})" if listing.note else ""
    print(f"\n{title}: {listing.total:,}{note}")
    for row in listing.rows:
        worth = "" if row.authority is None else f"{row.authority:6.1f}"
        shared = "" if row.shared is None else f"  {row.shared:,} shared"
        print(f"  {worth:>6}  {plain(row.domain, 70)}{shared}")
    if listing.more:
        print(f"  … and more: --start {listing.start + len(listing.rows)}")
