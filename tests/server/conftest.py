"""A real installation in a temporary folder; every test gets a database of its own, SQLite or PostgreSQL.

Rows are really committed: workers, monitor and threads see them over connections of their own, as they
do outside of tests.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.postgres import Server, fresh_postgresql_url, new_database, postgresql_server, postgresql_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from linkstead.server.accounts.models import User
    from linkstead.server.projects.models import Project
    from linkstead.settings import Settings

__all__ = ["fresh_postgresql_url", "postgresql_server", "postgresql_url"]

PASSWORD = "a long and unlikely sentence"


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """The installation's settings; its tables are made."""
    from linkstead.server.bootstrap import prepare
    from linkstead.settings import read_settings

    for name in [name for name in os.environ if name.startswith("LINKSTEAD_")]:
        if name != "LINKSTEAD_SHARED_DATA":
            del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="ls-data-"))
    made = read_settings(
        {
            "LINKSTEAD_DATA": str(folder / "data"),
            "LINKSTEAD_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
            "LINKSTEAD_HOST_DELAY": "0",
            "LINKSTEAD_CANARIES": "none",
            "LINKSTEAD_MAX_UPLOAD_MB": "5",
        }
    )
    prepare(made)
    from django.db import connections
    from django.test.utils import setup_test_environment

    setup_test_environment()
    connections.close_all()
    yield made
    connections.close_all()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def prepared(settings: Settings, tmp_path: Path) -> Path:
    """A data folder of its own that was prepared before, as after a first start."""
    return Path(shutil.copytree(settings.data, tmp_path / "data"))


@pytest.fixture
def chart_scripts(settings: Settings, tmp_path: Path) -> Path:
    """A new data folder that holds the chart scripts and nothing else: making them takes seconds."""
    (tmp_path / "data" / "cache").mkdir(parents=True)
    for made in (settings.data / "cache").glob("vega-*"):
        shutil.copy(made, tmp_path / "data" / "cache")
    return tmp_path / "data"


def _use(entry: dict[str, Any]) -> None:
    """Point Django at another database, in this thread and in those to come."""
    from django.db import connections

    connections.close_all()
    connections.settings["default"] = connections.configure_settings({"default": entry})["default"]
    if hasattr(connections._connections, "default"):
        del connections["default"]


@pytest.fixture
def sqlite(settings: Settings, tmp_path: Path) -> Iterator[str]:
    """A SQLite file of its own."""
    from linkstead.server.databases import django_database

    path = tmp_path / "linkstead.sqlite3"
    shutil.copyfile(settings.sqlite_path, path)
    _use(django_database(settings) | {"NAME": str(path)})
    yield "sqlite"
    _use(django_database(settings))


@pytest.fixture(scope="session")
def postgresql_template(settings: Settings, postgresql_server: Server) -> Iterator[str]:
    """A PostgreSQL database with all tables, to be copied."""
    from django.core.management import call_command
    from django.db import connections

    from linkstead.server.accounts.services import create_first_user
    from linkstead.server.databases import _postgresql, django_database

    with new_database(postgresql_server) as url:
        _use(_postgresql(url))
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        create_first_user()
        connections.close_all()
        _use(django_database(settings))
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def postgresql(settings: Settings, postgresql_server: Server, postgresql_template: str) -> Iterator[str]:
    """A PostgreSQL database of its own."""
    from linkstead.server.databases import _postgresql, django_database

    with new_database(postgresql_server, template=postgresql_template) as url:
        _use(_postgresql(url))
        yield "postgresql"
        _use(django_database(settings))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> str:
    """The test runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(autouse=True)
def _nobody_asked_to_stop() -> Iterator[None]:
    from linkstead.server import stopping

    yield
    stopping.ASKED.clear()
    assert not [thread for thread in threading.enumerate() if thread.name == "beat"]


@pytest.fixture(scope="session")
def hashed_password(settings: Settings) -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


@pytest.fixture
def person(settings: Settings, hashed_password: str) -> Callable[..., User]:
    """Make somebody with a password."""

    def make(name: str, **more: Any) -> User:
        from django.db import connection

        assert connection.settings_dict["NAME"] != str(settings.sqlite_path), (
            "ask for `database` or `sqlite` first"
        )
        from linkstead.server.accounts.models import User

        return User.objects.create(email=f"{name}@example.com", password=hashed_password, **more)

    return make


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser of somebody who is signed in."""

    def make(user: User) -> Client:
        from django.test import Client

        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def project_of() -> Callable[..., Project]:
    """Make a project, with members by role."""

    def make(owner: User, site: str = "example.com", **roles: User) -> Project:
        from linkstead.server.projects import services
        from linkstead.server.projects.models import Role

        project = services.create_project(owner, site=site)
        for role, user in roles.items():
            services.set_member(project, user, Role(role))
        return project

    return make
