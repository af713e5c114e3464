"""Domains of a project judged: thin evidence is said, decisions win, a web graph makes the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.graph.computing import RankOptions, rank_graph
from linkstead.graph.kinds import DEFAULT
from linkstead.journey.judged_domains import judge_domains
from linkstead.journey.page_facts import read_pages
from linkstead.link import Decision
from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetched import Fetched
from linkstead.profile import decisions, domain_facts, triage, visited
from linkstead.profile.store import Store, open_workspace
from tests.graph_samples import graph_of
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkstead.profile.judgements import Judged

BAD, GOOD = "cheap-casino-slots-777.xyz", "gardening.org"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_workspace(tmp_path / "profile.sqlite3") as opened:
        yield opened


@pytest.fixture
def project(store: Store) -> int:
    project_id = new_project(store)
    merge(
        store,
        project_id,
        *(
            sighting(
                n, page_url=f"https://{BAD}/{n}.html", anchor_text="best online casino", placement="footer"
            )
            for n in range(1, 30)
        ),
        sighting(40, page_url=f"https://{GOOD}/roses", anchor_text="Example", placement="content"),
    )
    return project_id


def judged(store: Store, project: int) -> dict[str, Judged]:
    rows = triage.queue(store, project, kind="all", sort="worst").rows
    return {row.name: row.judged for row in rows if row.judged is not None}


def test_without_a_graph_the_evidence_is_thin_and_nothing_is_done(store: Store, project: int) -> None:
    counts = judge_domains(store, project, now=1_750_000_000)
    found = judged(store, project)
    assert counts.total() == len(found) == 2
    for one in found.values():
        assert one.likelihood is None
        assert not one.flagged
        assert one.action == "do nothing"
        assert one.said["missing"]
    assert found[BAD].estimate > found[GOOD].estimate
    assert any("gambling" in reason["said"] for reason in found[BAD].said["reasons"])


def test_with_a_graph_there_is_a_figure_whose_reasons_are_kept(
    store: Store, project: int, tmp_path: Path
) -> None:
    names = sorted(["com.example", "org.gardening", "xyz.cheap-casino-slots-777", "org.a", "org.b", "org.c"])
    place = {name: number for number, name in enumerate(names)}
    pairs = [(place[f"org.{one}"], place["org.gardening"]) for one in "abc"]
    pairs += [(place["org.gardening"], place["com.example"]), (place["com.example"], place["org.a"])]
    pairs.append((place["xyz.cheap-casino-slots-777"], place["com.example"]))
    graph = rank_graph(graph_of(tmp_path / "g", names, pairs), DEFAULT, RankOptions(registers=16))
    judge_domains(store, project, now=1_750_000_000, graph=graph)
    found = judged(store, project)
    assert found[GOOD].likelihood is not None
    assert found[BAD].likelihood is not None
    assert found[BAD].likelihood > found[GOOD].likelihood
    low, high = found[BAD].said["interval"]
    assert low < found[BAD].likelihood < high


def test_what_somebody_decided_wins_and_a_whitelisted_domain_is_never_flagged(
    store: Store, project: int
) -> None:
    ids = {row.name: row.domain_id for row in triage.queue(store, project, kind="all").rows}
    decisions.decide(store, project, [ids[BAD]], Decision.WHITELIST, who="ed", now=1)
    decisions.decide(store, project, [ids[GOOD]], Decision.DISAVOW, who="ed", now=1)
    judge_domains(store, project, now=1_750_000_000)
    found = judged(store, project)
    assert (found[BAD].action, found[GOOD].action) == ("keep", "disavow")
    assert found[BAD].said["exempt"] is not None
    assert "Without a manual action" in " ".join(found[GOOD].said["why"])


def test_a_manual_action_makes_one_look_instead_of_doing_nothing(store: Store, project: int) -> None:
    domain_facts.set_manual_action(store, project, "notified")
    judge_domains(store, project, now=1_750_000_000)
    assert {one.action for one in judged(store, project).values()} == {"watch"}


def test_domains_of_another_project_are_not_touched(store: Store, project: int) -> None:
    other = new_project(store, "other.example")
    merge(store, other, sighting(1, page_url="https://x.org/", target_url="https://other.example/"))
    judge_domains(store, project, now=1)
    assert judged(store, other) == {}


FARM = b"""<html lang=en><head><title>Links</title><script>ga('create','UA-123456-1')</script></head><body>
<div class=a><p class=b>%s</p></div><ul class=c>%s</ul>
<div class=d><span class=e>x</span></div></body></html>"""


def keep_pages(store: Store, project: int, folder: Path, bodies: dict[str, bytes]) -> None:
    """A kept copy of one page of each domain, as the monitor keeps it."""
    with EvidenceBox(folder, "watch1") as box, store.transaction():
        for name, body in bodies.items():
            found = store.one(
                "SELECT p.id, p.url FROM page p JOIN domain d ON d.id = p.domain_id WHERE d.name = ?", (name,)
            )
            assert found is not None
            page_id, url = found
            headers = (("Content-Type", "text/html"),)
            kept = box.keep(Fetched(url, url, status=200, headers=headers, body=body, fetched_at=10))
            record = visited.keep_evidence(store, project, visited.EvidenceRow(page_id, 10, *kept, None))
            store.execute("UPDATE page SET evidence_id = ? WHERE id = ?", (record, page_id))


def farm(number: int) -> bytes:
    links = b"".join(b"<li><a href='https://t%d-%d.com/'>casino</a></li>" % (number, n) for n in range(60))
    return FARM % (b"buy cheap slots " * 20, links)


def test_kept_pages_make_evidence_and_tell_what_domains_have_in_common(
    store: Store, project: int, tmp_path: Path
) -> None:
    farms = [sighting(50 + n, page_url=f"https://farm{n}.info/", anchor_text="slots") for n in range(4)]
    merge(store, project, *farms)
    bodies = {f"farm{n}.info": farm(n) for n in range(4)}
    bodies[GOOD] = b"<html lang=en><title>Roses</title><p>" + b"A rose is a rose. " * 60 + b"</p>"
    keep_pages(store, project, tmp_path / "evidence", bodies)
    judge_domains(store, project, now=1_750_000_000, evidence=tmp_path / "evidence")
    found = judged(store, project)
    one = found["farm1.info"]
    assert one.likelihood is not None, "the page and the link are two kinds of evidence"
    assert found[GOOD].likelihood is not None
    assert one.likelihood > found[GOOD].likelihood
    signals = {reason["signal"] for reason in one.said["reasons"]}
    assert signals & {"network.same-ids", "network.same-template"}
    assert found[BAD].likelihood is None, "nobody has looked at a page of it"


def test_a_damaged_copy_is_no_evidence_and_stops_nothing(store: Store, project: int, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    keep_pages(store, project, folder, {GOOD: b"<p>" + b"word " * 100, BAD: farm(1)})
    for path in folder.rglob("*.warc.gz"):
        body = bytearray(path.read_bytes())
        body[len(body) // 2] ^= 0xFF
        path.write_bytes(bytes(body))
    said = read_pages(store, project, folder)
    assert said.unreadable >= 1
    assert said.unreadable + len(said.pages) == 2
    assert judge_domains(store, project, now=1, evidence=folder).total() == 2
