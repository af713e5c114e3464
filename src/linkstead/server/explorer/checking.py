"""Having links of the list looked at: the rows that were chosen, or the first of all that is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.errors import UsageError
from linkstead.profile import queries
from linkstead.server.tracking import services
from linkstead.server.tracking.services import MOST_CHOSEN
from linkstead.server.tracking.stores import profile_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkstead.profile.queries import LinkPage
    from linkstead.server.accounts.models import User
    from linkstead.server.explorer.asked import Asked
    from linkstead.server.projects.models import Project
    from linkstead.server.tracking.models import VerifyRun

_LONGEST_ID = 18  # digits that a column of the database holds for certain


def label(page: LinkPage) -> str:
    """What the button over the list promises: how many of the links that are asked it takes."""
    if page.total > MOST_CHOSEN:
        return f"Check the first {MOST_CHOSEN:,}"
    if not page.total_is_exact:
        return "Check these"
    return f"Check these {page.total:,}" if page.total > 1 else "Check this link"


def check_chosen(project: Project, user: User, chosen: Sequence[str]) -> str:
    """Have the chosen links looked at; what was begun, in a sentence. Raises `UsageError`."""
    if not chosen:
        raise UsageError("No link is chosen; mark some rows first.")
    if not all(text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID for text in chosen):
        raise UsageError("Something among the chosen is no link of this list; choose again.")
    ids = list(dict.fromkeys(int(text) for text in chosen))
    services.request_check(project, user, ids)
    return _begun(len(ids))


def check_asked(project: Project, user: User, asked: Asked) -> str:
    """Have what is asked looked at, the first of the list's order when it is more than one check takes.

    Says in a sentence what was begun. Raises `UsageError`, also for a question that was only half
    understood: nobody meant to have other links looked at than those.
    """
    if asked.complaints:
        raise UsageError(asked.complaints[0])
    with profile_store() as store:
        page = queries.links(
            store,
            project.pk,
            asked.filter,
            sort=asked.sort,
            descending=asked.descending,
            limit=MOST_CHOSEN,
        )
    if not page.rows:
        raise UsageError("No link matches; take a part of the question away.")
    services.request_check(project, user, [link.id for link in page.rows])
    if page.after is None:
        return _begun(len(page.rows))
    of = f"{'' if page.total_is_exact else 'more than '}{max(page.total, MOST_CHOSEN):,}"
    return (
        f"The first {len(page.rows):,} of {of} links are being looked at, in the order of the list. "
        "Filter further to reach the others."
    )


def _begun(count: int) -> str:
    return "1 link is being looked at." if count == 1 else f"{count:,} links are being looked at."


def shown_check(project: Project, wanted: str) -> VerifyRun | None:
    """The check that the list tells of: one that goes on, or the one a page saw go on (its id)."""
    newest = services.last_check(project)
    if newest is None or not (newest.is_open or str(newest.pk) == wanted):
        return None
    return newest
