"""`linkstead triage`: referring domains judged, listed worst first, and decided about."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkstead.cli.judging import judge_site
from linkstead.cli.output import Bars, add_json, many, plain, print_json
from linkstead.cli.surroundings import whoever, workspace_of
from linkstead.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from linkstead.profile.store import Store
    from linkstead.profile.triage import DomainRow


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from linkstead.profile.triage import KINDS, SORTS

    verb = verbs.add_parser(
        "triage",
        help="referring domains: judged, listed worst first, decided about",
        description="List the referring domains of SITE with what we make of them. --judge works that out"
        " anew; --decide keeps a decision on domains; --undo takes a batch of decisions back.",
    )
    verb.add_argument("site", metavar="SITE")
    verb.add_argument(
        "--workspace", type=Path, metavar="FILE", help="the site's profile (default: as `audit`)"
    )
    verb.add_argument("--judge", action="store_true", help="judge every referring domain anew, first")
    verb.add_argument("--graph", type=Path, metavar="FOLDER", help="a web graph (default: the newest)")
    verb.add_argument("--show", default="open", metavar="LIST", help=f"{', '.join(KINDS)} (default: open)")
    verb.add_argument("--sort", default="worst", choices=tuple(SORTS), help="default: worst")
    verb.add_argument("--name", default="", metavar="TEXT", help="only domains with it in their names")
    verb.add_argument("--limit", type=int, default=50, metavar="N")
    verb.add_argument(
        "--decide",
        nargs="+",
        metavar=("DECISION", "DOMAIN"),
        help="keep, watch, remove, disavow, whitelist, or none to take back; then the domains",
    )
    verb.add_argument("--note", default="", metavar="TEXT", help="why, kept beside the decision")
    verb.add_argument("--undo", type=int, metavar="BATCH", help="bring back what stood before a batch")
    verb.add_argument(
        "--manual-action",
        choices=("none", "expected", "notified"),
        help="what the search engine has told of a manual action for links; recommendations follow it",
    )
    add_json(verb)
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from linkstead.journey.projects import find_or_create_project
    from linkstead.profile import domain_facts
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    site = site_of(options.site)
    workspace = workspace_of(site, options.workspace)
    with open_workspace(workspace) as store:
        project_id = find_or_create_project(store, site, now=int(time.time()))
        if options.manual_action is not None:
            domain_facts.set_manual_action(store, project_id, options.manual_action)
        said = _decided(store, project_id, options)
        if options.judge:
            said["judged"] = _judge(store, project_id, options)
        return _list(store, project_id, said, options)


def _decided(store: Store, project_id: int, options: argparse.Namespace) -> dict[str, Any]:
    """What was decided or undone, for the answer."""
    from linkstead.link import Decision
    from linkstead.profile import decisions
    from linkstead.urls import domain_of_host, site_of

    now, who = int(time.time()), whoever()
    if options.undo is not None:
        undone = decisions.undo(store, project_id, options.undo, who=who, now=now)
        return {"restored": undone.restored, "left": undone.left}
    if options.decide is None:
        return {}
    word, *names = options.decide
    if word != "none" and word not in set(Decision):
        raise UsageError(f"“{plain(word, 40)}” is no decision; say {', '.join(Decision)}, or none.")
    if not names:
        raise UsageError("Name the domains too, such as --decide watch a.example b.example.")
    domains = [domain_of_host(site_of(name)) for name in names]
    ids = decisions.ids_of(store, project_id, domains)
    batch = decisions.decide(
        store,
        project_id,
        ids,
        None if word == "none" else Decision(word),
        who=who,
        now=now,
        note=options.note,
    )
    return {"batch": batch, "decided": len(ids), "not_known": len(set(domains)) - len(ids)}


def _judge(store: Store, project_id: int, options: argparse.Namespace) -> dict[str, int]:
    bars = Bars(quiet=options.json)
    try:
        return dict(judge_site(store, project_id, bars, graph=options.graph, everything=True))
    finally:
        bars.close()


def _list(store: Store, project_id: int, said: dict[str, Any], options: argparse.Namespace) -> int:
    from linkstead.profile import decisions, triage

    page = triage.queue(
        store,
        project_id,
        kind=options.show,
        sort=options.sort,
        name=options.name,
        limit=max(1, min(options.limit, 10_000)),
    )
    counts = decisions.counts(store, project_id)
    if options.json:
        print_json({**said, "counts": counts, "rows": [_json(row) for row in page.rows]})
        return 0
    if "batch" in said:
        print(f"{many(said['decided'], 'domain')} decided; --undo {said['batch']} takes it back.")
    if said.get("not_known"):
        print(f"{said['not_known']:,} of the domains do not link to this site, as far as is known.")
    if "restored" in said:
        print(f"{said['restored']:,} domains as before; {said['left']:,} were decided about since.")
    print(f"{counts['open']:,} of {counts['all']:,} referring domains are open.")
    for row in page.rows:
        print(_line(row))
    if page.rows and all(row.judged is None for row in page.rows):
        print("Nobody has judged them yet: --judge does.")
    if page.after is not None:
        print("  … and more: --limit shows them")
    return 0


def _line(row: DomainRow) -> str:
    judged = row.judged
    if judged is None:
        figure = "      –"
    elif judged.likelihood is None:
        figure = "   thin"
    else:
        figure = f"{judged.likelihood:7.0%}"
    told = str(row.decided.decision) if row.decided is not None else (judged.action if judged else "")
    return f"  {figure}  {row.links:>8,}  {plain(row.name, 50):50}  {told}"


def _json(row: DomainRow) -> dict[str, Any]:
    decided = None if row.decided is None else row.decided._asdict()
    judged = None if row.judged is None else row.judged._asdict()
    return row._asdict() | {"decided": decided, "judged": judged}
