"""`linkstead rebuild` and `linkstead shrink`: prove the present by its history, and give space back."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from linkstead.cli.output import Bars, add_json, must_exist, plain, print_json
from linkstead.cli.places import server_store
from linkstead.cli.surroundings import evidence_beside, workspace_of
from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from linkstead.profile.store import Store
    from linkstead.settings import Settings

#: So many differences are put into a JSON object; `found` counts them all.
_SHOWN: Final = 1_000
_DAY: Final = 86_400


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    rebuild = verbs.add_parser(
        "rebuild",
        help="rebuild what is known of links from the history of looks, or prove that it agrees",
        description="Work out the present state of every link from the looks that were kept, and write it."
        " With --verify nothing is written: every difference is printed, and the exit status is 1 when there"
        " is one.",
    )
    rebuild.add_argument("--verify", action="store_true", help="compare only, and print every difference")
    rebuild.add_argument(
        "--judge",
        action="store_true",
        help="with --verify: also name looks that would be judged otherwise today; after a change of the"
        " project's plan there may be many, and nothing is wrong",
    )
    _add_place(rebuild)
    rebuild.set_defaults(run=run_rebuild)
    shrink = verbs.add_parser(
        "shrink",
        help="roll up old looks and give unused space back to the disk",
        description="Count looks older than N days that say nothing new into months, delete them, and write"
        " the database anew without the space they took. What changed stays, and so does all that states"
        " rest on. Evidence older than LINKSTEAD_EVIDENCE_DAYS is removed, if that is set. Others wait while"
        " the database is written: minutes for a large one.",
    )
    shrink.add_argument(
        "--days",
        type=int,
        metavar="N",
        help="roll up what is older than N days (default: LINKSTEAD_KEEP_LOOKS_DAYS; 0 rolls up nothing)",
    )
    _add_place(shrink)
    shrink.set_defaults(run=run_shrink)


def _add_place(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "site",
        nargs="?",
        metavar="SITE",
        help="the site whose audits are kept here, or a project of the server; all projects when left out",
    )
    verb.add_argument("--workspace", type=Path, metavar="FILE", help="the file that `audit` keeps")
    add_json(verb)


# -- where the rows are --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """An opened store, what a person calls it, where its evidence lies, and the projects that are meant.

    Projects are (id, site).
    """

    store: Store
    name: str
    evidence: Path
    projects: tuple[tuple[int, str], ...]


@contextmanager
def _opened(options: argparse.Namespace, settings: Settings) -> Iterator[_Place]:
    """The file that is named, else the file of the site, else the server's database."""
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    site = site_of(options.site) if options.site else None
    file = workspace_of(site, options.workspace, must_exist=False) if site else options.workspace
    if options.workspace is not None:
        must_exist(options.workspace)
    if file is not None and file.exists():
        with open_workspace(file) as store:
            yield _Place(store, str(file), evidence_beside(file), _projects(store, site))
        return
    with server_store(settings) as (store, name):
        yield _Place(store, name, settings.evidence, _projects(store, site))


def _projects(store: Store, site: str | None) -> tuple[tuple[int, str], ...]:
    rows = store.query("SELECT id, site FROM project ORDER BY id")
    found = tuple((int(row_id), str(name)) for row_id, name in rows if site in (None, name))
    if not found:
        raise InputError(f"There is no project of {site} here." if site else "There is no project here yet.")
    return found


# -- rebuild -------------------------------------------------------------------------------------


def run_rebuild(options: argparse.Namespace) -> int:
    from linkstead.cli.surroundings import current_settings

    act = _verify if options.verify else _rebuild
    bars = Bars(quiet=False)
    with _opened(options, current_settings()) as place:
        results = [act(place.store, project, site, bars, options) for project, site in place.projects]
    bars.close()
    found = sum(result["found"] for result in results) if options.verify else 0
    if options.json:
        print_json({"store": place.name, "equal": not found, "verified": options.verify, "projects": results})
    else:
        _say_rebuilt(place.name, results, verified=options.verify)
    return 1 if found else 0


def _verify(
    store: Store, project_id: int, site: str, bars: Bars, options: argparse.Namespace
) -> dict[str, Any]:
    from linkstead.journey.upkeep import state_rule_of
    from linkstead.profile import history
    from linkstead.profile.slices import link_count

    found = history.differences(
        store,
        project_id,
        state_rule=state_rule_of(store, project_id) if options.judge else None,
        progress=_told(bars, f"Comparing {site}", "links"),
    )
    shown: list[str] = []
    count = 0
    for count, sentence in enumerate(found, 1):
        if not options.json:
            print(plain(f"{site}: {sentence}", 400))
        elif count <= _SHOWN:
            shown.append(sentence)
    links = link_count(store, project_id)
    return {"project": project_id, "site": site, "links": links, "found": count, "differences": shown}


def _rebuild(
    store: Store, project_id: int, site: str, bars: Bars, options: argparse.Namespace
) -> dict[str, Any]:
    from linkstead.profile import history
    from linkstead.profile.slices import link_count

    del options
    changed = history.rebuild(store, project_id, progress=_told(bars, f"Rebuilding {site}", "links"))
    links = link_count(store, project_id)
    return {"project": project_id, "site": site, "links": links, "changed": changed}


def _say_rebuilt(name: str, results: list[dict[str, Any]], *, verified: bool) -> None:
    links = sum(result["links"] for result in results)
    if verified:
        found = sum(result["found"] for result in results)
        said = f"{found:,} differences" if found else "history and present agree"
    else:
        said = f"{sum(result['changed'] for result in results):,} changed"
    print(f"{links:,} links in {name}: {said}.")


def _told(bars: Bars, step: str, unit: str) -> Callable[[int, int], None]:
    """Progress as stages tell it, for the bars."""
    from linkstead.progress import Progress

    def tell(done: int, total: int) -> None:
        bars(Progress(step, done, total, unit))

    return tell


# -- shrink --------------------------------------------------------------------------------------


def run_shrink(options: argparse.Namespace) -> int:
    from linkstead.cli.surroundings import current_settings
    from linkstead.journey.upkeep import expire_evidence
    from linkstead.profile.shrinking import shrink, size

    settings = current_settings()
    days = settings.keep_looks_days if options.days is None else options.days
    if days < 0:
        raise UsageError("--days needs a number of days, or 0 to roll up nothing.")
    bars = Bars(quiet=False)
    with _opened(options, settings) as place:
        before = size(place.store)
        gone = expire_evidence(place.store, place.evidence, settings.evidence_days, now=int(time.time()))
        rolled = sum(_roll_up(place.store, project, site, days, bars) for project, site in place.projects)
        after = shrink(place.store, progress=_told(bars, "Giving space back", "steps")).after
    bars.close()
    if options.json:
        told = {"store": place.name, "looks": rolled, "before_bytes": before, "after_bytes": after}
        print_json({**told, "evidence_files": gone.files, "evidence_bytes": gone.bytes})
    else:
        print(
            f"{place.name}: {rolled:,} old looks rolled up; {before / 1e6:,.1f} MB before,"
            f" {after / 1e6:,.1f} MB after, {before - after:,} bytes given back."
        )
        if gone.files:
            print(f"{gone.files:,} evidence files had had their time: {gone.bytes:,} bytes are free.")
    return 0


def _roll_up(store: Store, project_id: int, site: str, days: int, bars: Bars) -> int:
    from linkstead.profile.retention import roll_up

    if days == 0:
        return 0
    limit = int(time.time()) - days * _DAY
    told = _told(bars, f"Rolling up {site}", "links")
    return roll_up(store, project_id, older_than=limit, progress=told).looks
