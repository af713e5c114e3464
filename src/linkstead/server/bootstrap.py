"""From an empty folder to a server that somebody can sign in to; from an older one to this one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from linkstead.errors import LinksteadError, StoreError, UsageError
from linkstead.server.boot import start_django
from linkstead.server.locks import migration_lock
from linkstead.server.secret import ensure_secret

if TYPE_CHECKING:
    from linkstead.settings import Settings

logger = logging.getLogger(__name__)


def prepare(settings: Settings) -> None:
    """Make folder, secret key, tables and the first administrator, whatever of it is missing.

    Safe to call from many processes at once. Raises `StoreError` when the database cannot be reached or
    was written by a newer Linkstead, `UsageError` when the data folder cannot be used.
    """
    _make_folder(settings)
    ensure_secret(settings)
    start_django(settings)
    from django.db import Error

    try:
        with migration_lock(settings):
            _migrate()
    except Error as error:
        raise StoreError(f"The database cannot be used: {_one_line(error)}") from error
    except Exception as error:
        import psycopg

        if isinstance(error, psycopg.Error):
            raise StoreError(f"The database cannot be reached: {_one_line(error)}") from error
        raise
    from linkstead.server.accounts.services import create_first_user
    from linkstead.server.tracking.uploads import remove_orphans, remove_stale_parts

    create_first_user()
    remove_stale_parts()
    remove_orphans()
    _make_chart_scripts(settings)


def _make_chart_scripts(settings: Settings) -> None:
    """The first chart shall not wait for them; without them a chart is a table, and all else works."""
    from linkstead.server.look import vega

    try:
        vega.make_bundle(settings.data / "cache")
    except LinksteadError as error:
        logger.warning("%s Charts are shown as tables until then.", error)


def first_sign_in(settings: Settings) -> str:
    """The address that signs the first administrator in, once and within 15 minutes.

    Empty when somebody here has a password already. A new call takes the earlier address away.
    """
    start_django(settings)
    from linkstead.server.accounts.services import nobody_signed_in_yet

    user = nobody_signed_in_yet()
    return "" if user is None else sign_in_address(settings, user.email)


def sign_in_address(settings: Settings, email: str) -> str:
    """A one-time address for the person with this e-mail address. Raises `UsageError`."""
    start_django(settings)
    from django.urls import reverse
    from django.utils import timezone

    from linkstead.server.accounts.services import new_link, user_by_email

    user = user_by_email(email)
    if user is None:
        raise UsageError(f"Nobody here signs in with “{email}”; add them first.")
    link = new_link(user, now=timezone.now())
    return settings.address + reverse("accounts:sign_in_link", args=[link.token])


def add_person(settings: Settings, email: str, *, is_administrator: bool = False) -> str:
    """Add a person; the one-time address that lets them in. Raises `UsageError`."""
    start_django(settings)
    from linkstead.server.accounts.services import add_user

    return sign_in_address(settings, add_user(email, is_administrator=is_administrator).email)


def newer_parts() -> list[str]:
    """What the database holds that this Linkstead does not know: it was written by a newer one."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from linkstead.profile import schema

    loader = MigrationLoader(connection)
    ours = {app for app, _ in loader.disk_migrations}
    applied = loader.applied_migrations or {}
    unknown = [
        f"{app}.{name}" for app, name in applied if app in ours and (app, name) not in loader.disk_migrations
    ]
    if "profile_version" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(version) FROM profile_version")
            version = cursor.fetchone()[0]
        if version is not None and int(version) > schema.VERSION:
            unknown.append(f"profile schema {version}")
    return sorted(unknown)


def waiting_parts() -> list[str]:
    """Migrations that this Linkstead has and the database has not."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _migrate() -> None:
    from django.core.management import call_command

    if newer := newer_parts():
        raise StoreError(
            f"This data was written by a newer Linkstead ({newer[-1]}); start that version, or restore a "
            "backup made by this one."
        )
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def _make_folder(settings: Settings) -> None:
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.uploads.mkdir(mode=0o700, exist_ok=True)
        # whitenoise complains when it is missing, though nothing is collected there
        (settings.data / "cache" / "static").mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The data folder {settings.data} cannot be made: {error.strerror}; set LINKSTEAD_DATA to "
            "another one."
        ) from error


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
