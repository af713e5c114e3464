"""`linkstead paid`: what was paid for links, read from a table, listed with the state of each."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from linkstead.cli.output import add_json, many, plain, print_json
from linkstead.cli.places import server_project
from linkstead.cli.surroundings import current_settings, whoever, workspace_of
from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from linkstead.journey.payments import SetAside
    from linkstead.profile.store import Store
    from linkstead.summary import PaidRow

#: Rows set aside that are named to a person; `--json` has them all.
_SHOWN: Final = 20


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser(
        "paid",
        help="what was paid for links, and what became of them",
        description="List what was paid for links of SITE: what they cost, how long they are paid for, and"
        " whether they are in place. With FILE, keep what it says first: a CSV with the columns url, cost,"
        " currency (EUR), until (YYYY-MM-DD, the last paid day) and note, of which only url must be there."
        " A url is a page's address, or a bare domain for all of its pages; said again, it replaces what was"
        " kept of it.",
    )
    verb.add_argument("site", metavar="SITE")
    verb.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a CSV of what was paid")
    verb.add_argument("--remove", metavar="URL", help="forget what was paid for a page or domain")
    where = verb.add_mutually_exclusive_group()
    where.add_argument(
        "--workspace", type=Path, metavar="FILE", help="the site's profile (default: as `audit`)"
    )
    where.add_argument("--server", action="store_true", help="the project of SITE on this machine's server")
    verb.add_argument(
        "--project", type=int, metavar="N", help="with --server, where it has several projects of SITE"
    )
    add_json(verb)
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from linkstead.journey.payments import read_payments
    from linkstead.profile import paid_links
    from linkstead.urls import site_of

    if options.file is not None and options.remove is not None:
        raise UsageError("A file and --remove exclude each other; run `linkstead paid` twice.")
    site, now = site_of(options.site), int(time.time())
    # a file that cannot be used makes no workspace
    read = None if options.file is None else read_payments(options.file)
    said: dict[str, Any] = {"site": site}
    aside: list[SetAside] = []
    with _opened(options, site, now) as (store, project_id):
        if read is not None:
            said["kept"] = paid_links.keep(store, project_id, read.rows, who=whoever(), now=now)
            aside = read.set_aside
        if options.remove is not None:
            said["removed"] = _removed(store, project_id, options.remove)
        rows = list(paid_links.states(store, project_id))
    if options.json:
        set_aside = [{"row": one.row, "reason": one.reason, "raw": one.raw} for one in aside]
        print_json({**said, "set_aside": set_aside, "rows": [_json(row, now) for row in rows]})
    else:
        print("\n".join([*_said(said), *_aside(aside), *_lines(rows, now)]))
    return 0


@contextmanager
def _opened(options: argparse.Namespace, site: str, now: int) -> Iterator[tuple[Store, int]]:
    """The profile of the site and its project."""
    from linkstead.journey.projects import find_or_create_project
    from linkstead.profile.store import open_workspace

    if options.server:
        with server_project(current_settings(), site, options.project) as found:
            yield found
        return
    if options.project is not None:
        raise UsageError("--project names a project of the server; say --server, too.")
    workspace = workspace_of(site, options.workspace, must_exist=options.file is None)
    with open_workspace(workspace) as store:
        yield store, find_or_create_project(store, site, now=now)


def _removed(store: Store, project_id: int, given: str) -> str:
    from linkstead.journey.payments import place_of
    from linkstead.profile import paid_links

    try:
        place = place_of(given.strip())
    except InputError as error:
        raise UsageError(f"--remove takes a page or domain: {error}") from None
    if not paid_links.remove(store, project_id, place):
        raise InputError(f"Nothing paid is kept of {plain(place, 120)}; `linkstead paid SITE` lists what is.")
    return place


def _said(said: dict[str, Any]) -> list[str]:
    lines = []
    if "kept" in said:
        lines.append(f"{many(said['kept'], 'paid link')} kept from the file.")
    if "removed" in said:
        lines.append(f"What was paid for {plain(said['removed'], 120)} is forgotten.")
    return lines


def _aside(rows: Sequence[SetAside]) -> list[str]:
    if not rows:
        return []
    lines = [f"{many(len(rows), 'row')} set aside, the others are kept:"]
    lines += [f"  row {one.row}: {plain(one.reason, 160)}" for one in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        lines.append(f"  … and {len(rows) - _SHOWN:,} more: --json has all of them")
    return lines


def _lines(rows: Sequence[PaidRow], now: int) -> list[str]:
    if not rows:
        return ["Nothing is kept that was paid for links; hand in a CSV with the columns url, cost, until."]
    lines = [f"{many(len(rows), 'paid link')}, those that end first on top (days in UTC)"]
    for row in rows:
        cost = "" if row.cost is None else f"{row.cost:,.2f} {row.currency or ''}".strip()
        lines.append(
            f"  {_end(row, now):>31}  {_state(row):32}  {cost:>16}  {plain(row.page_url, 120)}".rstrip()
        )
    return lines


def _end(row: PaidRow, now: int) -> str:
    from linkstead.quality.payments import days_left

    left = days_left(row, now)
    if left is None or row.until is None:
        return "without end"
    day = _last_day(row.until)
    if left < 0:
        return f"{day}, over for {many(-left, 'day')}"
    return f"{day}, last day" if left == 0 else f"{day}, {many(left, 'day')} left"


def _state(row: PaidRow) -> str:
    """The worst state, how many links are gone where that is not all, and how they are marked."""
    if row.state is None:
        return "no backlink known"
    gone = f" ({row.gone:,} of {many(row.links, 'link')} gone)" if 0 < row.gone < row.links else ""
    marked = " ".join(row.rel) or ("followed" if row.followed else "")
    return f"{row.state}{gone}" + (f", {marked}" if marked else "")


def _last_day(until: int) -> str:
    return datetime.fromtimestamp(until - 1, UTC).strftime("%Y-%m-%d")


def _json(row: PaidRow, now: int) -> dict[str, Any]:
    """A paid link as scripts read it: `until` is its last paid day."""
    from linkstead.quality.payments import days_left

    return {
        "url": row.page_url,
        "domain": row.domain,
        "cost": row.cost,
        "currency": row.currency,
        "until": None if row.until is None else _last_day(row.until),
        "days_left": days_left(row, now),
        "state": row.state,
        "links": row.links,
        "gone": row.gone,
        "lost": row.lost,
        "followed": row.followed,
        "rel": list(row.rel),
    }
