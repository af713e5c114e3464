"""Domains of a project judged: thin evidence is said, decisions win, a web graph makes the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.graph.computing import RankOptions, rank_graph
from linkstead.graph.exchange import Exchange
from linkstead.graph.kinds import DEFAULT
from linkstead.journey.judged_domains import judge_domains
from linkstead.link import Decision
from linkstead.profile import decisions, domain_facts, targets, triage
from linkstead.profile.targets import SaidOfItself, TargetCheck
from linkstead.urls import identity_key
from tests.graph_samples import graph_of
from tests.page_fact_samples import keep_facts
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.profile.judgements import Judged
    from linkstead.profile.store import Store

BAD, GOOD = "cheap-casino-slots-777.xyz", "gardening.org"


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


def farm(number: int) -> bytes:
    links = b"".join(b"<li><a href='https://t%d-%d.com/'>casino</a></li>" % (number, n) for n in range(60))
    return FARM % (b"buy cheap slots " * 20, links)


def test_pages_that_were_read_make_evidence_and_tell_what_domains_have_in_common(
    store: Store, project: int
) -> None:
    farms = [sighting(50 + n, page_url=f"https://farm{n}.info/", anchor_text="slots") for n in range(4)]
    merge(store, project, *farms)
    bodies = {f"farm{n}.info": farm(n) for n in range(4)}
    bodies[GOOD] = b"<html lang=en><title>Roses</title><p>" + b"A rose is a rose. " * 60 + b"</p>"
    keep_facts(store, project, bodies)
    judge_domains(store, project, now=1_750_000_000)
    found = judged(store, project)
    one = found["farm1.info"]
    assert one.likelihood is not None, "the page and the link are two kinds of evidence"
    assert found[GOOD].likelihood is not None
    assert one.likelihood > found[GOOD].likelihood
    signals = {reason["signal"] for reason in one.said["reasons"]}
    assert signals & {"network.same-ids", "network.same-template"}
    assert found[BAD].likelihood is None, "nobody has looked at a page of it"


def test_a_parked_domain_is_told_when_most_of_its_pages_say_so(store: Store, project: int) -> None:
    keep_facts(store, project, {GOOD: b"<p>" + b"word " * 100})
    keep_facts(store, project, {BAD: b"<p>This domain is for sale</p>"}, parked=True)
    judge_domains(store, project, now=1)
    found = judged(store, project)
    assert "page.parked" in {reason["signal"] for reason in found[BAD].said["reasons"]}
    assert "page.parked" not in {reason["signal"] for reason in found[GOOD].said["reasons"]}


def test_our_own_pages_say_whom_we_link_back_and_whose_accounts_are_ours(store: Store, project: int) -> None:
    body = b"<html><script>gtag('config', 'G-ABCDEF1234')</script><p>" + b"word " * 100
    keep_facts(store, project, {GOOD: body})
    (target_id,) = store.query("SELECT id FROM target WHERE url <> ''")[0]
    said = SaidOfItself("en", "Words of ours", ("G-ABCDEF1234",), (BAD,))
    check = TargetCheck(target_id, 5, "ok", 200, "https://example.com/", (), said=said)
    with store.transaction():
        targets.record_targets(store, [check])
        targets.keep_links_to(store, project, [check])
    judge_domains(store, project, now=6)
    reasons = {
        name: {each["signal"] for each in one.said["reasons"]} for name, one in judged(store, project).items()
    }
    assert "network.reciprocal" in reasons[BAD]
    assert "network.reciprocal" not in reasons[GOOD]
    assert "network.own-ids" in reasons[GOOD]


def test_a_web_graph_shows_links_back_and_chains(store: Store, project: int, tmp_path: Path) -> None:
    names = sorted(["com.example", "org.gardening", "org.a", "org.b", "org.c", "xyz.cheap-casino-slots-777"])
    place = {name: number for number, name in enumerate(names)}
    site, bad = place["com.example"], place["xyz.cheap-casino-slots-777"]
    arcs = [(site, place[f"org.{third}"]) for third in "abc"] + [
        (place[f"org.{third}"], bad) for third in "abc"
    ]
    graph = graph_of(
        tmp_path / "graph", names, [*arcs, (bad, site), (site, bad), (place["org.gardening"], site)]
    )
    exchange = Exchange(graph, "example.com")
    assert exchange.with_domain(BAD) == (True, 3)
    assert exchange.with_domain(GOOD) == (False, 0)
    assert exchange.with_domain("unknown.example") == (None, None)
    assert Exchange(graph, "not-there.example").with_domain(BAD) == (None, None)


def test_a_sudden_burst_of_links_from_an_old_acquaintance_is_seen(store: Store, project: int) -> None:
    now = 1_700_000_000 + 40 * 7 * 86_400
    sudden = [
        sighting(100 + n, page_url=f"https://{GOOD}/new{n}", anchor_text="Example", first_seen=now - 3_600)
        for n in range(80)
    ]
    merge(store, project, *sudden)
    ids = [int(row[0]) for row in store.query("SELECT id FROM domain")]
    known = {each.name: each for each in domain_facts.known_domains(store, ids, now=now)}
    assert (known[GOOD].new_links, round(known[GOOD].usual_links or 0, 3)) == (80, round(1 / 39, 3))
    assert known[BAD].new_links == 0
    early = domain_facts.known_domains(store, ids, now=1_700_000_000 + 7 * 86_400)
    assert {each.new_links for each in early} == {None}, "a domain that has just come up has no usual week"
    crawls = domain_facts.known_domains(store, ids, now=now, crawl_dated={"ahrefs-backlinks"})
    assert {each.new_links for each in crawls} == {None}, "a crawl's day is no day on which links came"


def test_each_link_has_a_worth_that_grows_with_what_is_known_of_it(store: Store, project: int) -> None:
    judge_domains(store, project, now=1)
    rows = dict(
        store.query(
            "SELECT p.url, j.worth FROM link_judgement j JOIN backlink b ON b.id = j.backlink_id"
            " JOIN page p ON p.id = b.page_id"
        )
    )
    assert len(rows) == 30
    assert rows[f"https://{GOOD}/roses"] > rows[f"https://{BAD}/1.html"], (
        "the text is worth more than the foot"
    )


def test_a_link_that_was_paid_for_is_worth_more_than_its_like(store: Store, project: int) -> None:
    store.execute(
        "INSERT INTO paid_link (project_id, key, page_url, cost, who, at) VALUES (?, ?, ?, 900, 'me', 1)",
        (project, identity_key(f"https://{BAD}/1.html"), f"https://{BAD}/1.html"),
    )
    judge_domains(store, project, now=1)
    one, other = (
        store.query(
            "SELECT j.worth FROM link_judgement j JOIN backlink b ON b.id = j.backlink_id"
            " JOIN page p ON p.id = b.page_id WHERE p.url = ?",
            (f"https://{BAD}/{number}.html",),
        )[0][0]
        for number in (1, 2)
    )
    assert one > other


def test_a_relevant_page_is_told_by_the_words_that_it_shares_with_the_target(
    store: Store, project: int
) -> None:
    filler = [sighting(200 + n, page_url=f"https://other{n}.org/") for n in range(25)]
    merge(store, project, *filler)
    words = b"pruning climbing roses needs sharp secateurs and patience with thorny canes in spring"
    keep_facts(
        store,
        project,
        {GOOD: b"<html lang=en><title>Pruning climbing roses with sharp secateurs</title><p>" + words}
        | {
            f"other{n}.org": b"<html lang=en><title>Steel prices number %d</title><p>ore market" % n
            for n in range(25)
        },
    )
    said = SaidOfItself("en", "Secateurs for pruning climbing roses and other thorny canes", (), ())
    target_id = store.query("SELECT target_id FROM backlink LIMIT 1")[0][0]
    with store.transaction():
        check = TargetCheck(target_id, 5, "ok", 200, "https://example.com/", (), title="Roses", said=said)
        targets.record_targets(store, [check])
    judge_domains(store, project, now=6)
    rows = {
        url: (relevance, words)
        for url, relevance, words in store.query(
            "SELECT p.url, j.relevance, j.words FROM link_judgement j JOIN backlink b ON b.id = j.backlink_id"
            " JOIN page p ON p.id = b.page_id"
        )
    }
    near, shared = rows[f"https://{GOOD}/roses"]
    far, _ = rows["https://other3.org/"]
    assert near is not None
    assert near > 0.11 > (far or 0.0)
    assert {"pruning", "climbing", "roses"} <= set(shared.split())
    assert rows[f"https://{BAD}/1.html"] == (None, "not read")


def test_judging_twice_writes_nothing_anew(store: Store, project: int) -> None:
    judge_domains(store, project, now=1)
    before = store.query("SELECT * FROM link_judgement ORDER BY backlink_id")
    changes = store.query("SELECT total_changes()")[0][0]
    assert judge_domains(store, project, now=1, everything=True).total() == 2
    assert store.query("SELECT * FROM link_judgement ORDER BY backlink_id") == before
    written = store.query("SELECT total_changes()")[0][0] - changes
    assert written == 3 * 2 + 2, "for each domain its mark, its judgement, the mark's end; no link"
