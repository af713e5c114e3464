"""Triage pages: what is listed, who decides, what is refused in words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project


@pytest.fixture
def project(sqlite: str, person: Callable[..., Any], project_of: Callable[..., Any]) -> Project:
    """A project with links of three domains."""
    from linkstead.server.tracking.stores import profile_store
    from tests.profile_samples import merge, sighting

    made: Project = project_of(person("ed"), viewer=person("vi"))
    with profile_store() as store:
        merge(
            store,
            made.pk,
            *(
                sighting(number, page_url=f"https://site{number}.org/{page}", anchor_text="<b>bold</b>")
                for number in range(1, 4)
                for page in range(number)
            ),
        )
    return made


@pytest.fixture
def client(project: Project, signed_in: Callable[..., Client]) -> Client:
    from linkstead.server.accounts.models import User

    return signed_in(User.objects.get(email="ed@example.com"))


def ids(project: Project) -> dict[str, int]:
    from linkstead.profile import triage
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        return {row.name: row.domain_id for row in triage.queue(store, project.pk, kind="all").rows}


def test_a_decision_moves_a_domain_to_its_list_and_undo_brings_it_back(
    project: Project, client: Client
) -> None:
    base = f"/p/{project.pk}/triage/"
    chosen = ids(project)["site2.org"]
    asked = {"decision": "disavow", "domain": [chosen], "note": "bought <i>links</i>", "at": "1"}
    answer = client.post(f"{base}decide/", asked)
    assert answer.status_code == 302
    assert "at=1" in answer.url
    page = client.get(answer.url).content.decode()
    assert "site2.org" not in page
    assert "1 domain is marked for the disavow file." in page
    kept = client.get(f"{base}?show=disavow").content.decode()
    assert "site2.org" in kept
    assert "bought &lt;i&gt;links&lt;/i&gt;" in kept
    assert "ed@example.com" in kept
    batch = answer.url.rpartition("batch=")[2]
    assert client.post(f"{base}undo/{batch}/").status_code == 302
    assert "site2.org" in client.get(base).content.decode()


def test_anchors_of_strangers_are_shown_as_text(project: Project, client: Client) -> None:
    page = client.get(f"/p/{project.pk}/triage/").content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"decision": "burn", "domain": ["1"]}, "That is no decision"),
        ({"decision": "keep"}, "No domain was chosen"),
        ({"decision": "keep", "domain": ["x", "-1", "9" * 30]}, "No domain was chosen"),
        ({"decision": "keep", "domain": ["987654"]}, "None of these domains belongs to this project"),
    ],
)
def test_what_cannot_be_decided_is_told(
    project: Project, client: Client, posted: dict[str, Any], told: str
) -> None:
    answer = client.post(f"/p/{project.pk}/triage/decide/?show=all", posted, follow=True)
    assert told in answer.content.decode()
    assert answer.redirect_chain[0][0].endswith("?show=all")


@pytest.mark.parametrize(
    "question", ["?show=nonsense", "?after=a-b", "?at=99999999", "?name=%00", "?batch=x"]
)
def test_an_address_that_is_spelled_wrong_is_the_open_list(
    project: Project, client: Client, question: str
) -> None:
    answer = client.get(f"/p/{project.pk}/triage/{question}")
    assert answer.status_code == 200
    assert "site3.org" in answer.content.decode()


def test_a_viewer_reads_and_sees_no_button(project: Project, signed_in: Callable[..., Client]) -> None:
    from linkstead.server.accounts.models import User

    viewer = signed_in(User.objects.get(email="vi@example.com"))
    page = viewer.get(f"/p/{project.pk}/triage/").content.decode()
    assert "site3.org" in page
    assert 'name="decision"' not in page


def test_what_we_make_of_a_domain_is_shown_with_its_reasons(project: Project, client: Client) -> None:
    from linkstead.server.tracking.importing import refresh_audit

    base = f"/p/{project.pk}/triage/"
    assert "not judged" in client.get(base).content.decode()
    refresh_audit(project.pk)
    page = client.get(f"{base}?sort=worst").content.decode()
    assert "thin evidence" in page
    domain = client.get(f"{base}domains/{ids(project)['site2.org']}/").content.decode()
    assert "There is not enough evidence for a spam likelihood." in domain
    assert "Recommended: do nothing." in domain
    assert client.post(f"{base}manual/", {"manual": "notified"}).status_code == 302
    refresh_audit(project.pk)
    domain = client.get(f"{base}domains/{ids(project)['site2.org']}/").content.decode()
    assert "Recommended: watch." in domain
    told = client.post(f"{base}manual/", {"manual": "maybe"}, follow=True).content.decode()
    assert "That is no answer" in told


def judge_all(project: Project) -> None:
    """Estimates in the order of the names: site1 is the worst, and has fewest links."""
    from linkstead.profile import judgements
    from linkstead.profile.judgements import Judged
    from linkstead.server.tracking.stores import profile_store

    known = ids(project)
    with profile_store() as store:
        rows = [
            (known[f"site{n}.org"], Judged(1 - n / 10, 1 - n / 10, False, "watch", {}, 1_700_000_000))
            for n in (1, 2, 3)
        ]
        judgements.write(store, project.pk, rows)


def names(client: Client, address: str) -> list[str]:
    return [row.name for row in client.get(address).context["rows"]]


def test_the_worst_come_first_once_domains_are_judged_unless_somebody_chose_otherwise(
    project: Project, client: Client
) -> None:
    base = f"/p/{project.pk}/triage/"
    by_links = ["site3.org", "site2.org", "site1.org"]
    assert names(client, base) == by_links
    judge_all(project)
    assert names(client, base) == by_links[::-1]
    assert names(client, f"{base}?sort=links") == by_links
    page = client.get(f"{base}?sort=links").content.decode()
    assert "?show=all&amp;sort=links" in page, "the choice goes along to the other lists"
    assert 'name="sort" value="links"' in page
    assert 'name="sort"' not in client.get(base).content.decode()


def test_a_page_that_was_begun_in_one_order_goes_on_in_it(
    project: Project, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.server.triage import views

    base = f"/p/{project.pk}/triage/"
    monkeypatch.setattr(views, "PAGE_ROWS", 2)
    second = client.get(base).context["next_url"]
    judge_all(project)
    assert names(client, f"{base}{second}") == ["site1.org"]
    assert names(client, f"{base}{client.get(base).context['next_url']}") == ["site3.org"]
    assert names(client, f"{base}?after=2.0_{ids(project)['site2.org']}") == ["site1.org"], "an old address"


def waiting() -> list[Any]:
    from django_tasks_db.models import DBTaskResult

    return list(DBTaskResult.objects.filter(task_path__endswith="audit_project"))


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_whether_a_project_is_being_judged_is_known(engine: str, request: pytest.FixtureRequest) -> None:
    from linkstead.server.tracking.judging import Judging, judge_soon, judging_of

    request.getfixturevalue(engine)
    assert judging_of(7) is Judging.NONE
    assert judge_soon(7)
    assert judging_of(7) is Judging.WAITING
    assert judging_of(77) is Judging.NONE
    assert not judge_soon(7), "once at a time"
    (task,) = waiting()
    task.status = "RUNNING"
    task.save()
    assert judging_of(7) is Judging.RUNNING
    task.status = "SUCCESSFUL"
    task.save()
    assert judging_of(7) is Judging.NONE
    assert judge_soon(7)


def test_a_project_that_changed_is_judged_anew_a_day_later_without_an_audit(project: Project) -> None:
    from django_tasks_db.models import DBTaskResult

    from linkstead.profile import audits, judgements, unjudged
    from linkstead.server.jobs.monitoring import ask_for_judging
    from linkstead.server.tracking import tasks
    from linkstead.server.tracking.importing import refresh_audit
    from linkstead.server.tracking.stores import profile_store

    def age(days: float) -> None:
        with profile_store() as store:
            at = int(time.time() - days * 86_400)
            store.execute("UPDATE domain_judgement SET judged_at = ?", (at,))
            store.execute("UPDATE project SET judged_at = ?", (at,))

    assert ask_for_judging() == 0, "its first import is followed by a judging"
    refresh_audit(project.pk)
    age(2)
    assert ask_for_judging() == 0, "nothing has changed"
    with profile_store() as store:
        unjudged.mark(store, project.pk, [ids(project)["site2.org"]])
    assert ask_for_judging() == 1
    assert ask_for_judging() == 0, "it waits for its turn already"
    tasks.judge_project.func(project.pk)
    DBTaskResult.objects.all().delete()
    assert ask_for_judging() == 0
    with profile_store() as store:
        when = {one.judged_at for one in judgements.of_domains(store, list(ids(project).values())).values()}
        assert len(when) == 2, "site2.org alone was judged again"
        assert len(audits.runs(store, project.pk, limit=9)) == 1
    age(8)
    assert ask_for_judging() == 1, "judgements last a week"
    tasks.judge_project.func(10**9)


def test_an_editor_has_the_domains_judged_and_hears_of_it(project: Project, client: Client) -> None:
    from linkstead.server.tracking.importing import refresh_audit

    base = f"/p/{project.pk}/triage/"
    page = client.get(base).content.decode()
    assert "No domain is judged yet" in page
    assert page.count("Judge now") == 1
    answer = client.post(f"{base}judge/?show=all", follow=True)
    assert answer.redirect_chain[0][0].endswith("?show=all")
    page = answer.content.decode()
    assert "A worker will judge the domains" in page
    assert "wait to be judged" in page
    assert "Judge now" not in page
    assert "being judged already" in client.post(f"{base}judge/", follow=True).content.decode()
    (task,) = waiting()
    refresh_audit(project.pk)
    task.status = "SUCCESSFUL"
    task.save()
    page = client.get(base).content.decode()
    assert "Judged <time" in page
    assert page.count("Judge now") == 1
    assert "not judged" not in page
    assert 'id="judging"' not in page
    assert "changed since" not in page
    client.post(f"{base}decide/", {"decision": "watch", "domain": ids(project)["site2.org"]})
    assert "1 domain changed since" in client.get(base).content.decode()
    polled = client.get(base, headers={"HX-Request": "true"}).content.decode()
    assert "Show the list anew" in polled


def test_a_domain_that_is_not_judged_says_where_to_have_it_done(
    project: Project, client: Client, signed_in: Callable[..., Client]
) -> None:
    from linkstead.server.accounts.models import User

    address = f"/p/{project.pk}/triage/domains/{ids(project)['site1.org']}/"
    assert "triage</a> can have it done now" in client.get(address).content.decode()
    viewer = signed_in(User.objects.get(email="vi@example.com")).get(address).content.decode()
    assert "It is not judged yet" in viewer
    assert "done now" not in viewer


def test_viewers_cannot_have_domains_judged_and_strangers_find_nothing(
    project: Project, person: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    from linkstead.server.accounts.models import User

    base = f"/p/{project.pk}/triage/"
    viewer = signed_in(User.objects.get(email="vi@example.com"))
    page = viewer.get(base).content.decode()
    assert "somebody who may edit this project" in page
    assert "triage/judge" not in page
    assert viewer.post(f"{base}judge/").status_code == 403
    judge_all(project)
    page = viewer.get(base).content.decode()
    assert "Judged <time" in page
    assert "triage/judge" not in page
    assert signed_in(person("stranger")).post(f"{base}judge/").status_code == 404
    assert waiting() == []
