"""The shell's navigation: only what exists. An entry whose page is not installed is left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import Project

#: (name, URL name) of the pages of one project, in the order of the journey
PROJECT_PAGES: tuple[tuple[str, str], ...] = (
    ("Overview", "explorer:overview"),
    ("Backlinks", "explorer:backlinks"),
    ("Audits", "audits:newest"),
    ("Incidents", "incidents:report"),
    ("Triage", "triage:queue"),
    ("Disavow file", "disavow:file"),
    ("Alerts", "alerts:inbox"),
    ("Monitor", "watching:monitor"),
    ("Sources", "tracking:imports"),
    ("Settings", "projects:settings"),
)
#: (name, URL name) of the pages beside the projects
PAGES: tuple[tuple[str, str], ...] = (
    ("All projects", "projects:list"),
    ("New project", "projects:new"),
    ("Domains", "atlas:search"),
)
ACCOUNT_PAGES: tuple[tuple[str, str], ...] = (
    ("Change password", "account_change_password"),
    ("Two steps to sign in", "mfa_index"),
)
#: what only an administrator of the server sees
ADMINISTRATOR_PAGES: tuple[tuple[str, str], ...] = (("People", "accounts:people"),)


#: URL name -> how many things behind it somebody has not seen; filled by the apps that know (see alerts.apps)
COUNTS: dict[str, Callable[[User, Project], int]] = {}
#: a larger count is shown as "99+"; nobody needs to have more than this counted
MOST_COUNTED = 99


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the rail: where it leads, whether it is here, and what waits there unseen."""

    name: str
    url: str
    current: bool = False
    count: int = 0

    @property
    def count_shown(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


@dataclass(frozen=True, slots=True)
class Rail:
    """Everything that the shell needs to know about where one can go."""

    projects: tuple[Entry, ...] = ()
    pages: tuple[Entry, ...] = ()
    project_pages: tuple[Entry, ...] = ()
    account: tuple[Entry, ...] = ()
    sign_out: str | None = None

    @property
    def places(self) -> list[dict[str, str]]:
        """What the command palette offers."""
        return [
            {"name": entry.name, "url": entry.url, "kind": kind}
            for kind, entries in (
                ("this project", self.pages),
                ("project", self.projects),
                ("page", self.project_pages),
                ("your account", self.account),
            )
            for entry in entries
        ]


def address(name: str, *arguments: object) -> str | None:
    """A page's address, or None when there is no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return None


def entries(
    table: Iterable[tuple[str, str]], path: str, arguments: tuple[object, ...] = ()
) -> tuple[Entry, ...]:
    """The lines of a table that lead somewhere. The line whose address begins `path` longest is here."""
    found = [(name, url) for name, view in table if (url := address(view, *arguments))]
    here = max((url for _, url in found if path.startswith(url)), key=len, default="")
    return tuple(Entry(name, url, url == here) for name, url in found)


def counted(entries: Iterable[Entry], user: User, project: Project) -> tuple[Entry, ...]:
    """The lines of a project, with what waits unseen behind them."""
    by_url = {address(name, project.pk): count for name, count in COUNTS.items()}
    return tuple(
        replace(entry, count=by_url[entry.url](user, project)) if entry.url in by_url else entry
        for entry in entries
    )


def build(
    path: str,
    projects: Iterable[Project],
    project: Project | None,
    *,
    is_administrator: bool = False,
    user: User | None = None,
) -> Rail:
    """The rail at `path`, with the projects that the person may see and the one they look at."""
    pages = entries(PROJECT_PAGES, path, (project.pk,)) if project is not None else ()
    account = (*ACCOUNT_PAGES, *(ADMINISTRATOR_PAGES if is_administrator else ()))
    return Rail(
        projects=tuple(
            Entry(one.name, url, project is not None and one.pk == project.pk)
            for one in projects
            if (url := address("explorer:overview", one.pk))
        ),
        pages=counted(pages, user, project) if user is not None and project is not None else pages,
        project_pages=entries(PAGES, path),
        account=entries(account, path),
        sign_out=address("account_logout"),
    )
