"""Exports in, a verified and audited profile out: the main job on a web of our own.

Hosts are loopback addresses, so that the command line reaches them without any name server.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from linkstead.cli import main
from linkstead.journey import Chosen, find_or_create_project, import_file, verify_links
from linkstead.link import Outcome
from linkstead.monitor.evidence import Kept, read_kept, verify_files
from linkstead.profile import tallies
from linkstead.profile.figures import counts, summary
from linkstead.profile.filters import LinkFilter
from linkstead.profile.queries import links
from linkstead.profile.store import Store, open_workspace
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE = "127.77.0.1"
BLOG = "127.77.0.2"
FORUM = "127.77.0.3"
CLOSED = "127.77.0.4"
GONE = "127.77.0.5"
HOSTS = (SITE, BLOG, FORUM, CLOSED, GONE)
NOW = 1_800_000_000


@dataclass
class World:
    web: LoopbackWeb
    folder: Path

    def url(self, host: str, path: str) -> str:
        return self.web.url(host, path)

    def export(self, name: str, rows: list[tuple[str, str, str, str]]) -> Path:
        """An Ahrefs-like export of (page, target, anchor, nofollow)."""
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(
                (
                    "Referring page title",
                    "Referring page URL",
                    "Domain rating",
                    "Target URL",
                    "Anchor",
                    "Nofollow",
                    "Lost status",
                    "First seen",
                    "Last seen",
                    "Lost",
                )
            )
            for number, (page, target, anchor, nofollow) in enumerate(rows):
                seen = ["2026-01-02 03:04:05", "2026-02-03 04:05:06", ""]
                writer.writerow([f"Page {number}", page, 60 - number, target, anchor, nofollow, "", *seen])
        return path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with LoopbackWeb(names=HOSTS) as web:
        here = World(web, tmp_path)
        link = here.url(SITE, "/guide")
        pages = {
            (SITE, "/guide"): Answer.html("<title>Guide</title><p>The guide.</p>"),
            (SITE, "/old"): Answer.redirect("/older", 302),
            (SITE, "/older"): Answer.redirect("/guide", 301),
            (BLOG, "/good"): Answer.html(f'<main><p>Read <a href="{link}">the guide</a> today.</p></main>'),
            (BLOG, "/turned"): Answer.html(f'<p><a rel="nofollow ugc" href="{link}">the guide</a></p>'),
            (BLOG, "/removed"): Answer.html(
                "<article><p>" + "An article without it. " * 50 + "</p></article>"
            ),
            (BLOG, "/to-old"): Answer.html(f'<p><a href="{here.url(SITE, "/old")}">old address</a></p>'),
            (BLOG, "/to-missing"): Answer.html(f'<p><a href="{here.url(SITE, "/missing")}">x</a></p>'),
            (FORUM, "/thread"): Answer.html("<p>Sign in</p>", status=403),
            (CLOSED, "/robots.txt"): Answer.text("User-agent: *\nDisallow: /"),
            (CLOSED, "/page"): Answer.html(f'<a href="{link}">never seen</a>'),
        }
        web.pages.update(pages)
        yield here


@pytest.fixture
def export(world: World) -> Path:
    guide = world.url(SITE, "/guide")
    return world.export(
        "export.csv",
        [
            (world.url(BLOG, "/good"), guide, "the guide", "false"),
            (world.url(BLOG, "/turned"), guide, "the guide", "false"),
            (world.url(BLOG, "/removed"), guide, "the guide", "false"),
            (world.url(BLOG, "/to-old"), world.url(SITE, "/old"), "old address", "false"),
            (world.url(BLOG, "/to-missing"), world.url(SITE, "/missing"), "x", "false"),
            (world.url(FORUM, "/thread"), guide, "the guide", "true"),
            (world.url(CLOSED, "/page"), guide, "never seen", "false"),
            (world.url(GONE, "/gone"), guide, "the guide", "false"),
        ],
    )


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LINKSTEAD_ALLOWED_PRIVATE_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("LINKSTEAD_HOST_DELAY", "0")
    monkeypatch.setenv("LINKSTEAD_CANARIES", "none")


def states(store: Store, project: int) -> dict[str, str]:
    return {
        listed.row.page_url.rpartition("/")[2]: listed.row.state
        for listed in links(store, project, limit=100).rows
    }


def test_one_command_imports_verifies_and_audits(
    world: World, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html, out = tmp_path / "report.html", tmp_path / "out.json"
    status = main(["audit", SITE, str(export), "--html", str(html), "--json", str(out)])
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["counts"]["backlinks"] == 8
    assert told["counts"]["live"] == 4
    assert told["counts"]["in_doubt"] == 2
    assert told["counts"]["lost"] == 0
    assert told["counts"]["blocked"] == 2
    assert {target["url"]: target["outcome"] for target in told["targets"]} == {
        world.url(SITE, "/guide"): "ok",
        world.url(SITE, "/old"): "redirected",
        world.url(SITE, "/missing"): "broken",
    }
    turned = [change for change in told["changes"] if change["what"] == "rel"]
    assert [change["page_url"] for change in turned] == [world.url(BLOG, "/turned")]
    rules = {finding["rule"] for finding in told["findings"]}
    assert rules
    for finding in told["findings"]:
        assert finding["title"]
        assert finding["action"]
    assert status == 1
    assert "8 backlinks from 4 domains" in capsys.readouterr().out
    page = html.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "broken" in page.lower()


def test_what_a_page_was_is_kept_beside_the_workspace(
    world: World, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = tmp_path / "mine.sqlite3"
    main(["audit", SITE, str(export), "--workspace", str(workspace)])
    folder = tmp_path / "mine.sqlite3.evidence"
    assert f"copies of the pages in {folder}" in capsys.readouterr().out
    assert verify_files(folder) == []
    with open_workspace(workspace) as store:
        rows = store.query("SELECT kind, file, place, length, sha256, payload FROM evidence")
        looks = store.query("SELECT count(*) FROM look WHERE http_status = 200 AND evidence_id IS NULL")
    bodies = [read_kept(folder, Kept(*row)).body for row in rows]
    assert any(b"the guide</a> today" in body for body in bodies)
    assert looks == [(0,)]


def test_a_run_that_looks_at_nothing_keeps_nothing(export: Path, tmp_path: Path) -> None:
    main(["audit", SITE, str(export), "--no-verify", "--workspace", str(tmp_path / "mine.sqlite3")])
    assert not (tmp_path / "mine.sqlite3.evidence").exists()


def test_a_second_run_looks_at_nothing_again_and_adds_nothing(
    world: World, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["audit", SITE, str(export)])
    world.web.hits.clear()
    main(["audit", SITE, str(export), "--json"])
    out = capsys.readouterr().out
    told = json.loads(out[out.index("\n{") if not out.startswith("{") else 0 :])
    assert told["imports"][0]["already_imported"] is True
    assert told["imports"][0]["new_links"] == 0
    assert world.web.hits == []


def test_a_page_is_fetched_once_for_all_links_expected_on_it(world: World, store: Store) -> None:
    project = find_or_create_project(store, SITE, now=NOW)
    guide, old = world.url(SITE, "/guide"), world.url(SITE, "/old")
    world.web.pages[BLOG, "/both"] = Answer.html(f'<a href="{guide}">one</a> <a href="{old}">two</a>')
    page = world.url(BLOG, "/both")
    export = world.export("both.csv", [(page, guide, "one", ""), (page, old, "two", "")])
    import_file(store, project, export, now=NOW)
    report = verify_links(store, project, world.web.settings(), now=lambda: NOW)
    assert (report.pages, report.links) == (1, 2)
    assert world.web.paths(BLOG) == ["/both"]
    assert counts(store, project).live == 2


def test_a_stopped_verification_goes_on_where_it_was(world: World, export: Path, store: Store) -> None:
    project = find_or_create_project(store, SITE, now=NOW)
    import_file(store, project, export, now=NOW)
    seen: list[int] = []
    first = verify_links(
        store,
        project,
        world.web.settings(concurrency=1),
        now=lambda: NOW,
        progress=lambda progress: seen.append(progress.done) if progress.unit == "pages" else None,
        should_stop=lambda: len(seen) >= 3,
    )
    assert first.stopped
    assert 3 <= first.pages < 8
    done = set(world.web.paths(BLOG) + world.web.paths(FORUM))
    second = verify_links(store, project, world.web.settings(), now=lambda: NOW)
    assert first.pages + second.pages == 8
    assert counts(store, project).unverified == 0
    again = world.web.paths(BLOG) + world.web.paths(FORUM)
    assert len(again) == len(set(again)), "no page was fetched twice"
    assert done <= set(again)


def test_a_miss_becomes_a_loss_only_after_spaced_looks_and_comes_back_when_seen(
    world: World, export: Path, store: Store
) -> None:
    project = find_or_create_project(store, SITE, now=NOW)
    import_file(store, project, export, now=NOW)
    hours = (0, 2, 20, 26)
    for hour in hours:
        at = NOW + hour * 3600
        verify_links(
            store, project, world.web.settings(), now=lambda at=at: at, chosen=Chosen(recheck_after=3600)
        )
        state = states(store, project)
        assert state["removed"] == ("lost" if hour >= 24 else "in doubt")
        assert state["gone"] == ("lost" if hour >= 24 else "in doubt")
        assert state["thread"] == state["page"] == "blocked"
    assert counts(store, project).lost == 2
    world.web.pages[BLOG, "/removed"] = world.web.pages[BLOG, "/good"]
    verify_links(store, project, world.web.settings(), now=lambda: NOW + 100 * 3600)
    assert states(store, project)["removed"] == "live"
    assert tallies.differences(store, project) == []


def test_links_without_a_named_target_learn_it_from_our_look(world: World, store: Store) -> None:
    project = find_or_create_project(store, SITE, now=NOW)
    path = world.folder / "latest.csv"
    path.write_text(f"Linking page,Last crawled\n{world.url(BLOG, '/good')},2026-05-01\n", encoding="utf-8")
    import_file(store, project, path, now=NOW)
    assert links(store, project).rows[0].row.target_url is None
    verify_links(store, project, world.web.settings(), now=lambda: NOW)
    row = links(store, project).rows[0].row
    assert (row.state, row.target_url, row.anchor_text) == ("live", world.url(SITE, "/guide"), "the guide")


def test_chosen_links_are_looked_at_whether_due_or_not(world: World, export: Path, store: Store) -> None:
    project = find_or_create_project(store, SITE, now=NOW)
    import_file(store, project, export, now=NOW)
    verify_links(store, project, world.web.settings(), now=lambda: NOW)
    one = links(store, project, LinkFilter(state="live")).rows[0]
    world.web.hits.clear()
    report = verify_links(
        store, project, world.web.settings(), now=lambda: NOW + 60, chosen=Chosen(backlink_ids=[one.id])
    )
    assert report.outcomes == {str(Outcome.FOUND): 1}
    assert len(world.web.paths()) == 1


def test_pages_of_a_host_that_asked_us_to_wait_stay_due(world: World, store: Store) -> None:
    project = find_or_create_project(store, SITE, now=NOW)
    world.web.pages[FORUM, "/1"] = Answer.html("slow down", ("Retry-After", "3600"), status=429)
    guide = world.url(SITE, "/guide")
    rows = [(world.url(FORUM, f"/{n}"), guide, "x", "") for n in (1, 2, 3)]
    import_file(store, project, world.export("held.csv", rows), now=NOW)
    report = verify_links(store, project, world.web.settings(), now=lambda: NOW)
    assert (report.pages, report.held, report.left) == (1, 2, 2)
    assert world.web.paths(FORUM) == ["/1"]
    assert (counts(store, project).blocked, counts(store, project).unverified) == (1, 2)


def test_a_private_address_is_not_contacted_unless_it_is_allowed(
    world: World, export: Path, store: Store
) -> None:
    project = find_or_create_project(store, SITE, now=NOW)
    import_file(store, project, export, now=NOW)
    report = verify_links(store, project, world.web.settings(allowed_private_networks=()), now=lambda: NOW)
    assert report.outcomes == {str(Outcome.UNREACHABLE): 8}
    assert world.web.accepted == []
    assert summary(store, project, now=NOW).reasons == {"address_refused": 8}


def test_an_import_that_is_stopped_goes_on_behind_the_last_committed_row(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.journey import importing
    from tests import vendor_files

    monkeypatch.setattr(importing, "ROWS_A_BATCH", 50)
    monkeypatch.setattr(importing, "BATCHES_A_COMMIT", 2)
    path = vendor_files.write("ahrefs-backlinks", tmp_path / "export.csv", 1_000)
    project = find_or_create_project(store, "example.com", now=NOW)
    rows: list[int] = []
    first = import_file(
        store,
        project,
        path,
        now=NOW,
        progress=lambda progress: rows.append(progress.rows),
        should_stop=lambda: len(rows) >= 5,
    )
    assert first.stopped
    assert 0 < first.rows < 1_000
    second = import_file(store, project, path, now=NOW)
    assert second.rows == 1_000
    assert first.new_links + second.new_links == counts(store, project).backlinks
    third = import_file(store, project, path, now=NOW)
    assert third.already
    assert third.new_links == 0
    assert tallies.differences(store, project) == []


def test_a_large_file_read_in_another_process_gives_the_same_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.sources import streaming
    from tests import vendor_files
    from tests.profile_samples import dump

    path = vendor_files.write("ahrefs-backlinks", tmp_path / "export.csv", 2_000)
    found = []
    for worth in (1, 1 << 40):
        monkeypatch.setattr(streaming, "WORTH_A_PROCESS", worth)
        with open_workspace(tmp_path / f"{worth}.sqlite3") as store:
            project = find_or_create_project(store, "example.com", now=NOW)
            report = import_file(store, project, path, now=NOW)
            found.append((report.rows, report.new_links, report.skipped, dump(store, project)))
    assert found[0] == found[1]
    assert found[0][0] == 2_000


def test_one_refused_file_does_not_hold_up_the_others(
    world: World, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "keywords.csv"
    wrong.write_text("Keyword,Volume\nlamps,90\n", encoding="utf-8")
    status = main(["audit", SITE, str(wrong), str(export), "--no-verify", "--json"])
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert status == 3
    assert told["counts"]["backlinks"] == 8
    assert [each["file"] for each in told["refused"]] == [str(wrong)]
    assert "keyword" in err


def test_an_unknown_table_is_imported_once_its_columns_are_named_and_remembered(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def table(name: str, path: str) -> str:
        file = tmp_path / name
        file.write_text(
            f"Where,What\n{world.url(BLOG, path)},{world.url(SITE, '/guide')}\n", encoding="utf-8"
        )
        return str(file)

    first = table("one.csv", "/good")
    assert main(["audit", SITE, first, "--no-verify"]) == 3
    assert "--map" in capsys.readouterr().err
    assert (
        main(["audit", SITE, first, "--no-verify", "--map", "Where=source_url", "--map", "What=target_url"])
        != 3
    )
    assert main(["audit", SITE, table("two.csv", "/turned"), "--no-verify", "--json"]) != 3
    out = capsys.readouterr().out
    assert json.loads(out[out.index("{\n") :])["counts"]["backlinks"] == 2


def test_json_never_writes_over_an_export(
    world: World, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = export.read_bytes()
    main(["audit", SITE, "--no-verify", "--json", str(export)])
    assert export.read_bytes() == before
    assert json.loads(capsys.readouterr().out)["counts"]["backlinks"] == 8
