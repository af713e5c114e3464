"""What people ask for on the pages: import, name the columns, check, cancel, run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from linkstead.errors import InputError, StoreError, UsageError
from linkstead.server.tracking import runs, tasks
from linkstead.server.tracking.models import OPEN, ImportRun, RunState, VerifyRun
from linkstead.server.tracking.uploads import has_stored, keep, remove_stored
from linkstead.sources import LINK_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import QuerySet

    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import Project

#: fields that say where a link or domain stands; a table without one of them says nothing
WHERE_FIELDS = frozenset({"source_url", "source_domain", "title_and_url"})
MOST_CHOSEN = 1_000
#: checks of chosen links that may be open in one project
MOST_OPEN = 20


def imports_of(project: Project) -> QuerySet[ImportRun]:
    """The imports of a project, newest first."""
    return ImportRun.objects.filter(project=project).select_related("asked_by").order_by("-pk")


def last_check(project: Project) -> VerifyRun | None:
    """The newest verification of a project."""
    return VerifyRun.objects.filter(project=project).order_by("-pk").first()


def receive(project: Project, user: User, file: UploadedFile[bytes]) -> ImportRun:
    """Keep an uploaded file and have it imported."""
    stored_name, size = keep(file)
    try:
        with transaction.atomic():
            run = ImportRun.objects.create(
                project=project,
                asked_by=user,
                shown_name=_shown(file.name),
                stored_name=stored_name,
                size=size,
            )
            tasks.import_upload.enqueue(run.pk, project.pk)
    except BaseException:
        remove_stored(stored_name)
        raise
    return run


def crawls_with_links(project: Project) -> list[tuple[str, int]]:
    """Each crawl of this server's link index with links to the project's site, the newest first."""
    from linkstead.index.questions import Filters, link_count, scope_of
    from linkstead.index.store import open_index

    try:
        index = open_index(settings.LINKSTEAD.index)
        scope = scope_of(project.site)
        found = [(name, link_count(index, scope, Filters(crawl=name))) for name in reversed(index.crawls())]
    except (StoreError, InputError):
        return []  # no index, or one that cannot be read: the doctor says so
    return [(name, links) for name, links in found if links]


def pull(project: Project, user: User, crawl: str) -> ImportRun:
    """Have the links of one crawl taken into the project. Raises `UsageError` when there are none."""
    if crawl not in dict(crawls_with_links(project)):
        raise UsageError("The link index has no links to this site in that crawl.")
    with transaction.atomic():
        running = ImportRun.objects.filter(project=project, crawl=crawl, state__in=OPEN).first()
        if running is not None:
            return running
        run = ImportRun.objects.create(
            project=project, asked_by=user, shown_name=f"Common Crawl {crawl}", size=0, crawl=crawl
        )
        tasks.import_upload.enqueue(run.pk, project.pk)
    return run


def _shown(name: str | None) -> str:
    """The user's name of a file, for people to read; never part of a path."""
    plain = "".join(letter for letter in (name or "") if letter.isprintable())
    return plain[:200] or "unnamed file"


def confirm_mapping(run: ImportRun, mapping: Mapping[str, str]) -> None:
    """Take a person's word for what the columns mean and import the file. Raises `UsageError`."""
    if run.state != RunState.NEEDS_MAPPING or not run.unknown_table:
        raise UsageError("This file waits for no columns to be named.")
    named = {column: field for column, field in mapping.items() if field}
    unknown = set(named) - set(run.unknown_table["columns"]) or set(named.values()) - LINK_FIELDS
    if unknown:
        raise UsageError(
            f"“{min(unknown)[:80]}” is neither a column of this file nor a field; choose from the list."
        )
    if len(set(named.values())) != len(named):
        raise UsageError("Two columns cannot mean the same; choose one of them.")
    if not WHERE_FIELDS & set(named.values()):
        raise UsageError("Say which column holds the referring page or the referring domain.")
    _again(run, mapping=named)


def run_again(run: ImportRun) -> None:
    """Go on with a cancelled or failed import. Raises `UsageError` when its file is gone."""
    if run.state not in {RunState.CANCELLED, RunState.FAILED}:
        raise UsageError("Only a cancelled or failed import can be run again.")
    if not run.crawl and not has_stored(run.stored_name):
        raise UsageError("The uploaded file is not kept any more; upload it again, nothing will count twice.")
    _again(run)


def _again(run: ImportRun, **facts: object) -> None:
    with transaction.atomic():
        if runs.ask_again(run, **facts):
            tasks.import_upload.enqueue(run.pk, run.project_id)


def cancel(run: ImportRun | VerifyRun) -> None:
    """Stop a run. What it has brought stays. Raises `UsageError` when it had ended."""
    if not runs.ask_to_cancel(run):
        raise UsageError("This had already ended.")


def request_check(
    project: Project, user: User | None, backlink_ids: Sequence[int] | None = None
) -> VerifyRun:
    """Have the links of a project looked at: all that are due, or those chosen, which come before all others.

    One check of the whole project at a time: asking again gives the open one.
    """
    if backlink_ids is not None:
        return _request_chosen(project, user, backlink_ids)
    try:
        with transaction.atomic():
            return VerifyRun.objects.create(project=project, asked_by=user)
    except IntegrityError:
        running = VerifyRun.objects.filter(project=project, backlink_ids__isnull=True, state__in=OPEN).first()
        if running is None:
            raise UsageError("A check of this project has just ended; ask once more.") from None
        return running


def _request_chosen(project: Project, user: User | None, backlink_ids: Sequence[int]) -> VerifyRun:
    if len(backlink_ids) > MOST_CHOSEN:
        raise UsageError(f"At most {MOST_CHOSEN:,} links can be chosen; check the whole project instead.")
    waiting = VerifyRun.objects.filter(project=project, state__in=OPEN, backlink_ids__isnull=False).count()
    if waiting >= MOST_OPEN:
        raise UsageError(f"{waiting} checks of chosen links are open already; wait for one, or cancel it.")
    return VerifyRun.objects.create(project=project, asked_by=user, backlink_ids=list(backlink_ids))
