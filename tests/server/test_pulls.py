"""Links of the server's own link index, taken into a project like an import."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from linkstead.graph.store import write_rank
from linkstead.index.build import build
from tests.archives import a, packed, wat
from tests.graph_samples import graph_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client

    from linkstead.server.projects.models import Project
    from linkstead.settings import Settings


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A link index with 30 links to example.com in one crawl, none in the other; made once."""
    folder = tmp_path_factory.mktemp("index")
    for crawl, target in (("CC-0", "rival.com"), ("CC-1", "example.com")):
        path = folder / f"{crawl}.wat.gz"
        path.write_bytes(
            packed(wat(f"https://s{n}.org/p", [a(f"https://{target}/{n}", f"t {n}")]) for n in range(30))
        )
        build([str(path)], folder / "index", crawl, now=1)
    return folder / "index"


@pytest.fixture
def index(settings: Settings, built: Path) -> Iterator[None]:
    """The index in the data folder, taken away again."""
    shutil.copytree(built, settings.index, dirs_exist_ok=True)
    yield
    shutil.rmtree(settings.index)


@pytest.fixture
def owner(request: pytest.FixtureRequest, person: Callable[..., Any]) -> Any:
    """Somebody with a project, in the database that the test asked for."""
    request.getfixturevalue("database" if "database" in request.fixturenames else "sqlite")
    return person("owner")


def _work() -> None:
    from linkstead.server.jobs.working import work

    work(until_idle=True)


def _runs(project: Project) -> list[Any]:
    from linkstead.server.tracking.models import ImportRun

    return list(ImportRun.objects.filter(project=project).order_by("pk"))


@pytest.mark.usefixtures("index", "database")
def test_the_links_of_a_crawl_are_taken_over_once(
    owner: Any, project_of: Callable[..., Project], signed_in: Callable[..., Client]
) -> None:
    mine = project_of(owner)
    client = signed_in(owner)
    page = client.get(f"/p/{mine.pk}/imports/").content.decode()
    assert "30 links" in page
    assert "CC-1" in page
    assert "CC-0" not in page, "a crawl without links to the site is not offered"
    assert client.post(f"/p/{mine.pk}/imports/pull/", {"crawl": "CC-1"}).status_code == 302
    client.post(f"/p/{mine.pk}/imports/pull/", {"crawl": "CC-1"})
    assert len(_runs(mine)) == 1, "asked for twice, waiting once"
    _work()
    (run,) = _runs(mine)
    assert (run.state, run.new_links, run.sources, run.message) == ("done", 30, ["common-crawl"], "")
    row = client.get(f"/p/{mine.pk}/imports/{run.pk}/").content.decode()
    assert "Common Crawl CC-1" in row
    client.post(f"/p/{mine.pk}/imports/pull/", {"crawl": "CC-1"})
    _work()
    assert [(one.state, one.new_links, one.already) for one in _runs(mine)][1] == ("done", 0, True)
    links = client.get(f"/p/{mine.pk}/backlinks/?source=common-crawl").content.decode()
    assert "30 of 30" in links


@pytest.mark.usefixtures("index")
def test_a_crawl_without_links_and_a_viewer_bring_nothing(
    owner: Any,
    person: Callable[..., Any],
    project_of: Callable[..., Project],
    signed_in: Callable[..., Client],
) -> None:
    from linkstead.server.projects.models import Membership

    mine = project_of(owner)
    viewer = person("viewer")
    Membership.objects.create(user=viewer, project=mine, role="viewer")
    for crawl in ("CC-0", "../..", ""):
        answer = signed_in(owner).post(f"/p/{mine.pk}/imports/pull/", {"crawl": crawl}, follow=True)
        assert "no links to this site" in answer.content.decode()
    client = signed_in(viewer)
    assert "Take over" not in client.get(f"/p/{mine.pk}/imports/").content.decode()
    assert client.post(f"/p/{mine.pk}/imports/pull/", {"crawl": "CC-1"}).status_code == 403
    assert signed_in(person("stranger")).post(f"/p/{mine.pk}/imports/pull/").status_code == 404
    assert _runs(mine) == []


@pytest.mark.usefixtures("index")
def test_an_index_that_went_away_is_a_sentence_and_the_import_can_be_run_again(
    owner: Any, settings: Settings, project_of: Callable[..., Project], signed_in: Callable[..., Client]
) -> None:
    mine = project_of(owner)
    client = signed_in(owner)
    client.post(f"/p/{mine.pk}/imports/pull/", {"crawl": "CC-1"})
    away = settings.index.with_name("away")
    settings.index.rename(away)
    _work()
    (run,) = _runs(mine)
    assert run.state == "failed"
    assert "no link index" in run.message
    away.rename(settings.index)
    client.post(f"/p/{mine.pk}/imports/{run.pk}/again/")
    _work()
    assert [(one.state, one.new_links) for one in _runs(mine)] == [("done", 30)]


@pytest.mark.usefixtures("index")
def test_a_referring_domain_shows_its_authority_and_leads_to_the_open_index(
    owner: Any, settings: Settings, project_of: Callable[..., Project], signed_in: Callable[..., Client]
) -> None:
    mine = project_of(owner)
    client = signed_in(owner)
    client.post(f"/p/{mine.pk}/imports/pull/", {"crawl": "CC-1"})
    _work()
    graph = graph_of(settings.graphs / "sample", ["com.example", "org.s7"], [(1, 0)], release="cc-sample")
    write_rank(graph.folder, "authority", np.array([90.0, 41.6]), {})
    try:
        listed = client.get(f"/p/{mine.pk}/backlinks/?domain=s7.org").content.decode()
        assert "domain authority <b>42</b>" in listed
        assert "/domains/s7.org/" in listed
        links = client.get(f"/p/{mine.pk}/backlinks/?domain=s8.org").content.decode()
        assert "domain authority" not in links
        number = re.search(rf"/p/{mine.pk}/backlinks/(\d+)/", listed)
        assert number is not None
        page = client.get(number[0]).content.decode()
        assert "cc-sample" in page
        assert "<b>42</b>" in page
    finally:
        shutil.rmtree(settings.graphs)
