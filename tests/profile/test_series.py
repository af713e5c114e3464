"""What the detection of anomalies reads is what the sources said, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.link import Outcome, Reason
from linkstead.profile import series
from linkstead.profile.series import ArrivalRow, DatedFile, EvidenceLink
from tests.profile_histories import DAY, START, Look, live_through
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

FIRST = 19_000
MISSED = Look(DAY, Outcome.MISSING, Reason.REMOVED)


def seen(day: int) -> int:
    return day * 86_400 + 3_600


def test_arrivals_are_dated_by_the_source_itself(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, first_seen=seen(FIRST), domain_metric=7.0, nofollow=True))
    merge(store, project, sighting(1, first_seen=seen(FIRST + 9)), source="semrush-backlinks", file_id=2)
    rows = list(series.arrivals(store, project, "ahrefs-backlinks", since=FIRST))
    page = "https://site1.example.org/post"
    assert rows == [
        ArrivalRow(FIRST, "example.org", page, "example", "org", "en", "content", 7.0, followed=False)
    ]
    (other,) = series.arrivals(store, project, "semrush-backlinks", since=FIRST)
    assert (other.day, other.authority, other.followed) == (FIRST + 9, None, True)
    assert list(series.arrivals(store, project, "ahrefs-backlinks", since=FIRST + 1)) == []
    assert series.first_days(store, project) == {"example.org": FIRST}


def test_links_are_told_by_the_import_that_brought_them_first(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1, first_seen=seen(FIRST)), sighting(2, first_seen=None), file_id=1)
    merge(store, project, sighting(1, first_seen=seen(FIRST)), sighting(3, first_seen=seen(FIRST)), file_id=2)
    told = series.told_per_day(store, project)
    assert told == {"ahrefs-backlinks": {(1, FIRST): 1, (1, None): 1, (2, FIRST): 1}}


def test_other_projects_are_not_read(store: Store) -> None:
    project, other = new_project(store), new_project(store)
    merge(store, project, sighting(1))
    merge(store, other, sighting(2), sighting(3))
    assert len(list(series.arrivals(store, project, "ahrefs-backlinks", since=0))) == 1
    assert sum(series.told_per_day(store, project)["ahrefs-backlinks"].values()) == 1
    assert series.told_per_day(store, new_project(store)) == {}


def test_slices_of_ids_lose_nothing(store: Store, monkeypatch) -> None:
    monkeypatch.setattr(series, "_IDS_A_SLICE", 2)
    project = new_project(store)
    merge(store, project, *(sighting(row) for row in range(1, 8)))
    rows = list(series.arrivals(store, project, "ahrefs-backlinks", since=0))
    assert len({row.page_url for row in rows}) == len(rows) == 7


def test_imports_without_dates_are_not_among_the_dated_files(store: Store) -> None:
    project = new_project(store)
    for name, low in (("dated", seen(FIRST)), ("undated", None)):
        store.execute(
            "INSERT INTO import_file (project_id, name, sha256, size, source, state, created_at,"
            " first_seen_min, first_seen_max) VALUES (?, ?, ?, 1, 'x', 'done', ?, ?, ?)",
            (project, name, name, seen(FIRST + 3), low, low),
        )
    ((source, _, at, first, last),) = series.dated_files(store, project)
    assert DatedFile(source, 0, at, first, last) == DatedFile("x", 0, FIRST + 3, FIRST, FIRST)


def test_only_confirmed_losses_count_and_once_for_each_domain(store: Store) -> None:
    project = new_project(store)
    found = Look(DAY, Outcome.FOUND, Reason.LINK_PRESENT)
    gone = [found, *[MISSED] * 6]
    live_through(
        store, project, [gone, gone, [found, MISSED], [found, Look(DAY, Outcome.BLOCKED, Reason.ROBOTS)]]
    )
    # a source's word stands beside links that our looks have not confirmed
    store.execute(
        "UPDATE backlink SET lost_at = ? WHERE lost_at IS NULL AND project_id = ?", (START, project)
    )
    losses = series.losses_per_day(store, project)
    assert sum(losses.values()) == 1, "two pages of one domain are one loss; one miss is none"
    looks = series.looks_per_day(store, project)
    assert sum(looks.values()) == 7 + 7 + 2 + 1, "a refusal says nothing of the link"
    assert min(looks) >= START // 86_400


def test_evidence_names_every_link_of_the_domains_within_the_days(store: Store) -> None:
    project = new_project(store)
    merge(
        store,
        project,
        *(
            sighting(n, page_url=f"https://bad{n}.kr/x", first_seen=seen(FIRST + n), anchor_text="=1+1")
            for n in range(4)
        ),
    )
    links = list(
        series.evidence_links(store, project, ["bad1.kr", "bad2.kr", "bad3.kr"], first=FIRST, last=FIRST + 2)
    )
    assert [link.domain for link in links] == ["bad1.kr", "bad2.kr"]
    assert links[0] == EvidenceLink(
        "bad1.kr",
        "https://bad1.kr/x",
        "https://example.com/",
        "=1+1",
        "ahrefs-backlinks",
        seen(FIRST + 1),
        followed=True,
    )
