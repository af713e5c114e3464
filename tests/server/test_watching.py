"""What people see of the monitor and ask of it: hosts, checks, the plan, kept copies, the bot's page."""

from __future__ import annotations

import dataclasses
import gzip
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client, override_settings

from linkstead.events import Event, EventKind
from linkstead.journey.fetching import contact_url, fetch_settings
from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetched import Fetched
from linkstead.monitor.plan import DAY, DEFAULT_PLAN, HOUR, WatchPlan
from linkstead.profile import appointments, events, visited
from linkstead.settings import read_settings
from tests.profile_samples import merge, sighting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from linkstead.profile.store import Store
    from linkstead.server.projects.models import Project

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
TARGET = "https://example.com/"
PAGES = ("https://site1.example/post", "https://site2.example/post", "https://site2.example/more")


def _ask(question: str, *values: Any) -> list[Any]:
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        return store.query(question, values)


def _do(statement: str, *values: Any) -> None:
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        store.execute(statement, values)


def _filled(project: Project, *sightings: Any) -> None:
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        merge(store, project.pk, *sightings)


#: where the engines differ in what matters: joins, times, locks
BOTH = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """SQLite, or with BOTH also PostgreSQL."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite")))


@pytest.fixture
def project(engine: str, person: Callable[..., Any], project_of: Callable[..., Project]) -> Project:
    """A project with three links on two hosts, nobody watching."""
    made = project_of(person("ada"), editor=person("ed"), viewer=person("vi"))
    _filled(made, *(sighting(n, page_url=url) for n, url in enumerate(PAGES)))
    return made


@pytest.fixture
def editor(project: Project, signed_in: Callable[..., Client]) -> Client:
    return _client(signed_in, "ed")


def _client(signed_in: Callable[..., Client], name: str) -> Client:
    from linkstead.server.accounts.models import User

    return signed_in(User.objects.get(email=f"{name}@example.com"))


def _monitor(client: Client, project: Project, **asked: str) -> Any:
    return client.get(f"/p/{project.pk}/monitor/", asked)


def _host(project: Project) -> int:
    """The host with most links."""
    return int(
        _ask("SELECT id FROM domain WHERE project_id = ? ORDER BY links DESC LIMIT 1", project.pk)[0][0]
    )


def _due(domain_id: int) -> list[int | None]:
    return [row[0] for row in _ask("SELECT due_at FROM page WHERE domain_id = ?", domain_id)]


# -- watching, pausing, asking ----------------------------------------------------------------------


@BOTH
def test_watching_makes_appointments_and_ceasing_takes_them_back(editor: Client, project: Project) -> None:
    address = f"/p/{project.pk}/monitor/watch/"
    assert "Watch these links" in _monitor(editor, project).content.decode()
    editor.post(address, {"on": "yes"})
    project.refresh_from_db()
    assert project.watching == appointments.WATCHED
    assert None not in [row[0] for row in _ask("SELECT due_at FROM page WHERE project_id = ?", project.pk)]
    page = _monitor(editor, project).content.decode()
    assert "Stop watching" in page
    assert "looked at on schedule" in page
    editor.post(address, {"on": "no"})
    assert {row[0] for row in _ask("SELECT due_at FROM page WHERE project_id = ?", project.pk)} == {None}


@BOTH
def test_a_large_project_s_appointments_are_made_by_a_worker(
    editor: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.server.jobs.working import work
    from linkstead.server.watching import services

    monkeypatch.setattr(services, "_MOST_AT_ONCE", 2)
    editor.post(f"/p/{project.pk}/monitor/watch/", {"on": "yes"})
    project.refresh_from_db()
    assert project.watching == appointments.WATCHED
    assert {row[0] for row in _ask("SELECT due_at FROM page WHERE project_id = ?", project.pk)} == {None}
    work(until_idle=True)
    assert None not in [row[0] for row in _ask("SELECT due_at FROM page WHERE project_id = ?", project.pk)]
    editor.post(f"/p/{project.pk}/monitor/watch/", {"on": "no"})
    work(until_idle=True)
    assert {row[0] for row in _ask("SELECT due_at FROM page WHERE project_id = ?", project.pk)} == {None}


@BOTH
def test_a_paused_host_has_no_appointments_until_it_is_resumed(editor: Client, project: Project) -> None:
    editor.post(f"/p/{project.pk}/monitor/watch/", {"on": "yes"})
    host = _host(project)
    editor.post(f"/p/{project.pk}/monitor/hosts/{host}/pause/")
    assert set(_due(host)) == {None}
    others = _ask("SELECT due_at FROM page WHERE domain_id <> ? AND project_id = ?", host, project.pk)
    assert None not in [row[0] for row in others], "the other hosts go on"
    (row,) = _monitor(editor, project, show="paused").context["hosts"]
    assert (row.row.domain_id, row.kind, row.words) == (host, "paused", "paused by hand")
    editor.post(f"/p/{project.pk}/monitor/hosts/{host}/check/")
    assert _checks(project) == [], "a paused host is left alone even when somebody asks"
    editor.post(f"/p/{project.pk}/monitor/hosts/{host}/resume/")
    assert None not in _due(host)
    assert _monitor(editor, project, show="paused").context["hosts"] == ()


def _checks(project: Project) -> list[Any]:
    from linkstead.server.tracking.models import VerifyRun

    return list(VerifyRun.objects.filter(project=project).order_by("pk"))


@BOTH
def test_a_host_s_links_are_asked_for_those_first_that_have_waited_longest(
    editor: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.server.tracking import services as tracking

    host = _host(project)
    ids = [row[0] for row in _ask("SELECT id FROM backlink WHERE domain_id = ? ORDER BY id", host)]
    _do("UPDATE backlink SET last_checked = 5 WHERE id = ?", ids[0])
    editor.post(f"/p/{project.pk}/monitor/hosts/{host}/check/")
    assert sorted(_checks(project)[0].backlink_ids) == ids
    monkeypatch.setattr(tracking, "MOST_CHOSEN", 1)
    answer = editor.post(f"/p/{project.pk}/monitor/hosts/{host}/check/?show=due", follow=True)
    assert answer.redirect_chain[0][0].endswith("/monitor/?show=due"), "back to the list as it was asked"
    assert f"1 of the {len(ids)} links" in answer.content.decode()
    assert _checks(project)[1].backlink_ids[0] != ids[0]


def test_all_is_checked_once_and_each_check_can_be_stopped(editor: Client, project: Project) -> None:
    host = _host(project)
    for _ in range(2):
        editor.post(f"/p/{project.pk}/monitor/check/")
    editor.post(f"/p/{project.pk}/monitor/hosts/{host}/check/")
    whole, chosen = _checks(project)
    page = editor.get(f"/p/{project.pk}/monitor/now/").content.decode()
    assert page.count("<progress") == 2
    assert "delay:2s" in page, "soon again while something goes on"
    editor.post(f"/p/{project.pk}/monitor/check/{whole.pk}/cancel/")
    assert [check.state for check in _checks(project)] == ["cancelled", "waiting"]
    editor.post(f"/p/{project.pk}/monitor/check/{chosen.pk}/cancel/")
    assert "delay:10s" in editor.get(f"/p/{project.pk}/monitor/now/").content.decode()
    assert editor.post(f"/p/{project.pk}/monitor/check/999/cancel/").status_code == 404


@pytest.mark.parametrize("verb", ["pause", "resume", "check"])
def test_a_host_of_another_project_is_none(
    editor: Client,
    project: Project,
    person: Callable[..., Any],
    project_of: Callable[..., Project],
    verb: str,
) -> None:
    other = project_of(person("eve"), site="other.example")
    _filled(other, sighting(9, page_url=PAGES[0]))
    host = _host(other)
    for domain in (host, 2**62, 2**70):
        assert editor.post(f"/p/{project.pk}/monitor/hosts/{domain}/{verb}/").status_code == 404
    assert _ask("SELECT paused_at FROM domain WHERE id = ?", host) == [(None,)]


def test_a_viewer_sees_everything_and_is_offered_nothing(
    project: Project, signed_in: Callable[..., Client]
) -> None:
    viewer = _client(signed_in, "vi")
    page = _monitor(viewer, project).content.decode()
    assert "site1.example" in page
    for button in ("Check now", "Pause", "Check all now", "Watch these links"):
        assert f">{button}<" not in page
    plan = viewer.get(f"/p/{project.pk}/monitor/plan/").content.decode()
    assert "Keep this plan" not in plan
    assert "disabled" in plan
    assert viewer.post(f"/p/{project.pk}/monitor/plan/change/", {}).status_code == 403


# -- figures ----------------------------------------------------------------------------------------


def _state(project: Project, host: int, **facts: Any) -> None:
    from linkstead.profile import hosts
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        hosts.note_appointments(store, project.pk)
        sets = ", ".join(f"{name} = ?" for name in facts)
        store.execute(
            f"UPDATE crawl_host SET {sets} WHERE key = (SELECT key FROM domain WHERE id = ?)",
            (*facts.values(), host),
        )


@BOTH
@pytest.mark.parametrize(
    ("facts", "tab", "words"),
    [
        ({"holder": "m", "lease_until": 2**40}, "running", "being visited now"),
        ({"held_until": 2**40}, "waiting", "asked us to wait"),
        (
            {"last_outcome": "blocked", "last_reason": "challenge"},
            "blocked",
            "blocked: a challenge or captcha",
        ),
        ({"last_outcome": "unreachable", "last_reason": "timeout"}, "unreachable", "no answer in time"),
        ({"last_outcome": "unreadable", "last_reason": "not_html"}, "unreachable", "not a web page"),
        ({"last_outcome": "found", "last_seconds": 7.2}, "slow", "slow: 7.2 s"),
        ({"last_outcome": "found", "troubles": 3}, "slow", "too busy for us, 3 times in a row"),
    ],
)
def test_a_host_s_state_is_said_in_words(
    editor: Client, project: Project, facts: dict[str, Any], tab: str, words: str
) -> None:
    editor.post(f"/p/{project.pk}/monitor/watch/", {"on": "yes"})
    host = _host(project)
    assert _monitor(editor, project, show=tab).context["hosts"] == ()
    _state(project, host, **facts)
    (found,) = _monitor(editor, project, show=tab).context["hosts"]
    assert found.row.domain_id == host
    assert found.words.startswith(words)
    every = _monitor(editor, project).context["hosts"]
    assert {one.words for one in every if one.row.domain_id != host} <= {"resting", "due"}


def test_a_host_that_once_asked_us_to_wait_is_calm_when_that_is_over(
    editor: Client, project: Project
) -> None:
    editor.post(f"/p/{project.pk}/monitor/watch/", {"on": "yes"})
    _state(project, _host(project), held_until=int(time.time()) - 60, lease_until=1, holder="dead")
    assert {one.kind for one in _monitor(editor, project).context["hosts"]} <= {"resting", "due"}


def test_the_list_of_hosts_is_paged_and_found_by_name(editor: Client, project: Project) -> None:
    _filled(project, *(sighting(n, page_url=f"https://host-{n}.example/") for n in range(10, 130)))
    names: list[str] = []
    address = f"/p/{project.pk}/monitor/"
    answer = editor.get(address)
    names += [one.row.name for one in answer.context["hosts"]]
    while answer.context["next_url"]:
        answer = editor.get(address + answer.context["next_url"])
        names += [one.row.name for one in answer.context["hosts"]]
    assert len(names) == len(set(names)) == _ask("SELECT count(*) FROM domain")[0][0]
    (found,) = editor.get(address, {"name": "HOST-77."}).context["hosts"]
    assert found.row.name == "host-77.example"
    for odd in (
        {"name": "%"},
        {"name": "_' OR 1"},
        {"after": "x:y"},
        {"after": "9" * 40},
        {"show": "nonsense"},
    ):
        assert editor.get(address, odd).status_code == 200
    assert editor.get(address, {"name": "%"}).context["hosts"] == ()
    page = editor.get(address, {"name": HOSTILE}).content.decode()
    assert "<img" not in page
    assert "No such host" in page


@BOTH
def test_looks_of_the_day_are_counted_by_hour_and_outcome(editor: Client, project: Project) -> None:
    now = int(time.time())
    link = _ask("SELECT id FROM backlink ORDER BY id")[0][0]
    for age, outcome in ((1, "found"), (2, "blocked"), (2 * HOUR, "found"), (30 * HOUR, "missing")):
        _do(
            "INSERT INTO look (backlink_id, project_id, checked_at, outcome, reason, explanation, followed,"
            " placement) VALUES (?, ?, ?, ?, 'x', 'x', 2, 0)",
            link, project.pk, now - age, outcome,
        )  # fmt: skip
    answer = _monitor(editor, project)
    known = answer.context["known"]
    assert known.looks == {"found": 2, "blocked": 1}
    assert known.lately == 2
    assert sum(sum(counts.values()) for _, counts in known.by_hour) == 3
    assert len(answer.context["looks"].rows) == 24
    values = next(iter(answer.context["looks"].spec["datasets"].values()))
    assert sum(value["looks"] for value in values) == 3


def test_it_is_said_when_no_monitor_runs(editor: Client, project: Project) -> None:
    from linkstead.server.jobs.beats import beating

    told = "Nothing is looking at links now: start <code>linkstead monitor</code>"
    assert told in _monitor(editor, project).content.decode()
    with beating("work"):
        assert told in _monitor(editor, project).content.decode()
    with beating("monitor"):
        assert told not in _monitor(editor, project).content.decode()
        from linkstead.server.jobs.models import Beat

        Beat.objects.update(beat_at="2020-01-01T00:00:00Z")
        assert told in _monitor(editor, project).content.decode()


def test_doubt_about_our_own_network_is_told_and_remembered(editor: Client, project: Project) -> None:
    from linkstead.server.tracking.stores import profile_store

    now = int(time.time())
    with profile_store() as store:
        visited.begin_incident(store, visited.NETWORK, "Three of three canaries fail.", now=now - 60)
    page = _monitor(editor, project).content.decode()
    assert "Our own network is in doubt since" in page
    with profile_store() as store:
        visited.end_incident(store, visited.NETWORK, now=now)
    page = _monitor(editor, project).content.decode()
    assert "Our own network is in doubt since" not in page
    assert "Three of three canaries fail." in page


def test_nothing_imported_is_said_and_leads_to_the_sources(
    engine: str, person: Callable[..., Any], project_of: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    ada = person("ada")
    empty = project_of(ada)
    page = _monitor(signed_in(ada), empty).content.decode()
    assert "There is nothing to look at yet" in page
    assert "Check all now" not in page


# -- the plan ---------------------------------------------------------------------------------------


def _numbers(**changes: str) -> dict[str, str]:
    from linkstead.server.watching.plans import NUMBERS

    return {number.field: f"{number.of(DEFAULT_PLAN):g}" for number in NUMBERS} | changes


def test_a_plan_is_kept_as_what_differs_and_forgotten_again(editor: Client, project: Project) -> None:
    address = f"/p/{project.pk}/monitor/plan/"
    assert "The defaults hold." in editor.get(address).content.decode()
    editor.post(f"{address}change/", _numbers(normal_every="2.5", removed_misses="4", value_weight="0.5"))
    project.refresh_from_db()
    plan = WatchPlan.from_json(project.plan)
    assert (plan.normal_every, plan.value_weight) == (int(2.5 * DAY), 0.5)
    assert plan.confirmations.parked.misses == plan.confirmations.removed.misses == 4
    assert plan.confirmations.page_gone == DEFAULT_PLAN.confirmations.page_gone
    assert 'value="2.5"' in editor.get(address).content.decode()
    editor.post(f"{address}defaults/")
    project.refresh_from_db()
    assert project.plan is None


def test_the_form_as_it_is_shown_changes_nothing(editor: Client, project: Project) -> None:
    kept = WatchPlan(new_every=HOUR, normal_every=DAY + 1, after_blocked=(DAY,))
    type(project).objects.filter(pk=project.pk).update(plan=kept.to_json())
    form = editor.get(f"/p/{project.pk}/monitor/plan/").context["form"]
    editor.post(f"/p/{project.pk}/monitor/plan/change/", {name: form.initial[name] for name in form.fields})
    project.refresh_from_db()
    assert WatchPlan.from_json(project.plan) == kept, "also what the form does not show"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"removed_misses": "1"}, "From 2 to 10 is possible."),
        ({"normal_every": "31"}, "From one hour to 30 is possible."),
        ({"new_every": "soon"}, "That is no number."),
        ({"new_for": ""}, "Write a number."),
        ({"value_weight": "nan"}, "That is no number."),
        ({"recovery_looks": "1.5"}, "needs a whole number"),
    ],
)
def test_a_number_that_cannot_be_is_refused_in_a_sentence(
    editor: Client, project: Project, changes: dict[str, str], told: str
) -> None:
    answer = editor.post(f"/p/{project.pk}/monitor/plan/change/", _numbers(**changes))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    project.refresh_from_db()
    assert project.plan is None


def test_the_form_s_bounds_are_the_plan_s_own(settings: Any) -> None:
    from linkstead.server.watching.plans import NUMBERS, PlanForm

    for number in NUMBERS:
        for bound in (number.low, number.high):
            form = PlanForm(DEFAULT_PLAN, _numbers(**{number.field: repr(bound)}))
            assert form.is_valid(), (number.name, bound, form.errors)
            assert number.of(form.made) == pytest.approx(bound, abs=1e-5)


def test_a_plan_that_cannot_be_read_is_told_and_the_defaults_shown(editor: Client, project: Project) -> None:
    type(project).objects.filter(pk=project.pk).update(plan='{"nonsense": 1}')
    page = editor.get(f"/p/{project.pk}/monitor/plan/").content.decode()
    assert "cannot be read" in page
    assert "Back to the defaults" in page


# -- one backlink: looks, events, evidence ------------------------------------------------------------


@pytest.fixture
def folder(settings: Any) -> Path:
    """Where the installation keeps its evidence."""
    made: Path = settings.evidence
    made.mkdir(parents=True, exist_ok=True)
    return made


def _link(project: Project, number: int = 1) -> tuple[int, int, str]:
    return tuple(
        _ask(
            "SELECT b.id, b.page_id, p.url FROM backlink b JOIN page p ON p.id = b.page_id"
            " WHERE p.url LIKE ? AND b.project_id = ?",
            f"%site{number}.%/post", project.pk,
        )[0]
    )  # fmt: skip


_serial = iter(range(1_000_000))


def _keep(project: Project, folder: Path, body: bytes, *, times: int = 1, number: int = 1) -> list[int]:
    """Copies of a backlink's page as the monitor keeps them, the later ones unchanged; their ids."""
    from linkstead.server.tracking.stores import profile_store

    link, page, url = _link(project, number)
    now = int(time.time())
    made: list[int] = []
    with EvidenceBox(folder, f"t{next(_serial)}") as box, profile_store() as store:
        first = None
        for time_ in range(times):
            at = now - (times - time_) * DAY
            headers = (("Content-Type", "text/html; charset=utf-8"),)
            kept = box.keep(
                Fetched(url, url, status=200, headers=headers, body=body, fetched_at=at), earlier=first
            )
            row = visited.EvidenceRow(page, at, *kept, made[0] if made else None)
            made.append(visited.keep_evidence(store, project.pk, row))
            _look(store, project.pk, link, at, evidence_id=made[-1], found_url=TARGET)
            first = first or kept
    return made


def _look(store: Store, project_id: int, link: int, at: int, **facts: Any) -> None:
    known = {
        "backlink_id": link, "project_id": project_id, "checked_at": at, "outcome": "found",
        "reason": "link_present", "explanation": "As before.", "followed": 1, "placement": 1, "state": 1,
    } | facts  # fmt: skip
    names = ", ".join(known)
    store.execute(f"INSERT INTO look ({names}) VALUES ({', '.join('?' * len(known))})", tuple(known.values()))


BODY = (
    f"<!doctype html><p>See <a href='{TARGET}'>the\u202e lamps {HOSTILE.replace('<', '&lt;')}</a>.".encode()
)


def test_the_source_shows_the_link_marked_and_nothing_runs(
    editor: Client, project: Project, folder: Path
) -> None:
    (record,) = _keep(project, folder, BODY + b"</bdi></pre><script>alert(9)</script>")
    address = f"/p/{project.pk}/backlinks/{_link(project)[0]}/"
    page = editor.get(address).content.decode()
    assert f"{address}evidence/{record}/source/" in page
    answer = editor.get(f"{address}evidence/{record}/source/", headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert "<html" not in part
    assert "<mark>&lt;a href=&#x27;https://example.com/&#x27;&gt;the[U+202E] lamps" in part
    assert "<script>" not in part
    assert "&lt;script&gt;alert(9)" in part
    whole = editor.get(f"{address}evidence/{record}/source/").content.decode()
    assert "<html" in whole, "without scripts it is a page of its own"


def test_a_copy_downloads_as_a_web_archive_with_its_body(
    editor: Client, project: Project, folder: Path
) -> None:
    first, second = _keep(project, folder, BODY, times=2)
    for record, kinds in ((first, ["response"]), (second, ["response", "revisit"])):
        answer = editor.get(f"/p/{project.pk}/backlinks/{_link(project)[0]}/evidence/{record}/")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["Content-Disposition"].endswith('.warc.gz"')
        unpacked = gzip.decompress(answer.content)
        told = [
            line.partition(b": ")[2].strip().decode()
            for line in unpacked.split(b"\r\n")
            if line.startswith(b"WARC-Type")
        ]
        assert [kind for kind in told if kind != "metadata"] == kinds
        assert BODY in unpacked
    part = editor.get(f"/p/{project.pk}/backlinks/{_link(project)[0]}/evidence/{second}/source/")
    assert "<mark>" in part.content.decode(), "an unchanged page is read from the copy it refers to"


def test_the_copy_of_another_page_or_project_is_none(
    editor: Client, project: Project, folder: Path, person: Callable[..., Any], project_of: Callable[..., Any]
) -> None:
    other = project_of(person("eve"), site="other.example")
    _filled(other, sighting(1, page_url=PAGES[0]))
    (foreign,) = _keep(other, folder, BODY)
    (neighbour,) = _keep(project, folder, BODY, number=2)
    mine = _link(project)[0]
    for record in (foreign, neighbour, 999_999, 2**62, 2**70):
        for tail in ("", "source/"):
            address = f"/p/{project.pk}/backlinks/{mine}/evidence/{record}/{tail}"
            assert editor.get(address).status_code == 404, address
    theirs = _link(other)[0]
    assert editor.get(f"/p/{project.pk}/backlinks/{theirs}/evidence/{foreign}/").status_code == 404
    assert editor.get(f"/p/{other.pk}/backlinks/{theirs}/evidence/{foreign}/").status_code == 404


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_nothing_of_a_damaged_copy_is_shown(
    editor: Client, project: Project, folder: Path, damage: str
) -> None:
    (record,) = _keep(project, folder, BODY)
    path = folder / _ask("SELECT file FROM evidence WHERE id = ?", record)[0][0]
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-60] + (b"\0" * 60 if damage == "flipped" else b""))
    address = f"/p/{project.pk}/backlinks/{_link(project)[0]}/"
    part = editor.get(f"{address}evidence/{record}/source/", headers={"HX-Request": "true"}).content.decode()
    assert "is gone" in part if damage == "gone" else "is damaged" in part
    assert "<mark>" not in part
    answer = editor.get(f"{address}evidence/{record}/", follow=True)
    assert answer.redirect_chain[0][0] == address
    assert "evidence" in answer.content.decode()


def test_the_past_of_a_backlink_is_told_with_its_marks(editor: Client, project: Project) -> None:
    from linkstead.server.tracking.stores import profile_store

    link = _link(project)[0]
    now = int(time.time())
    with profile_store() as store:
        for age, facts in (
            (1, {"unchanged": 1}), (2, {"rendered": 1}),
            (3, {"via": "canonical"}), (4, {"via": "pagination"}),
            (5, {"outcome": "missing", "intermittent": 1, "state": 2}),
            *((age, {}) for age in range(6, 30)),
        ):  # fmt: skip
            _look(store, project.pk, link, now - age * HOUR, **facts)
        store.execute(
            "INSERT INTO look_month (backlink_id, month, project_id, found) VALUES (?, 674, ?, 4)",
            (link, project.pk),
        )
        store.execute("UPDATE page SET due_at = ?", (now + 3 * DAY + HOUR,))
        after = {"anchor_text": HOSTILE}
        with store.transaction():
            events.write(store, project.pk, [Event(EventKind.ANCHOR_CHANGED, now, link, None, None, after)])
    answer = editor.get(f"/p/{project.pk}/backlinks/{link}/")
    page = answer.content.decode()
    for words in (
        "unchanged, says its server", "built in a browser", "found at the page&#x27;s canonical address",
        "found on the next page of its series", "comes and goes", "in doubt", "Earlier looks", "2026-03",
        "4 found", "checked again", "in 3 days", "anchor changed", "The anchor text of the link on",
    ):  # fmt: skip
        assert words in page, words
    assert "<img" not in page
    assert len(answer.context["looks"]) + len(answer.context["earlier"]) == 29


# -- the crawler's own page ---------------------------------------------------------------------------


def test_the_bot_s_page_needs_no_sign_in_and_says_how_to_block_it(engine: str) -> None:
    page = Client().get("/bot").content.decode()
    for words in ("User-agent: Linkstead", "Disallow: /", "Crawl-delay", "Retry-After", "robots.txt"):
        assert words in page
    assert "have not left an address" in page
    assert "Go to…" not in page


def test_the_bot_s_page_names_the_people_behind_it(engine: str) -> None:
    from django.conf import settings

    told = dataclasses.replace(
        settings.LINKSTEAD, contact_email="webmaster@example.com", contact_url="https://example.com/about-bot"
    )
    with override_settings(LINKSTEAD=told):
        page = Client().get("/bot").content.decode()
    assert 'href="mailto:webmaster@example.com"' in page
    assert 'href="https://example.com/about-bot"' in page


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({}, "https://github.com/linkstead/linkstead"),
        ({"LINKSTEAD_BASE_URL": "https://links.example.com"}, "https://links.example.com/bot"),
        (
            {
                "LINKSTEAD_BASE_URL": "https://links.example.com",
                "LINKSTEAD_CONTACT_URL": "https://example.com/us",
            },
            "https://example.com/us",
        ),
    ],
)
def test_the_crawler_names_the_page_that_site_owners_can_open(given: dict[str, str], about: str) -> None:
    settings = read_settings(given)
    assert contact_url(settings) == about
    assert f"(+{about}" in fetch_settings(settings).user_agent
