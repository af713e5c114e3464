"""What speaks for keeping domains, and how many are flagged, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.link import Decision
from linkstead.profile import decisions, judgements, valued
from linkstead.profile.codes import STATE_CODE
from linkstead.profile.judgements import Judged
from linkstead.summary import DomainRow
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

SPAM = Judged(0.96, 0.96, True, "do nothing", {}, 5)
FINE = Judged(0.1, 0.1, False, "keep", {}, 5)
THIN = Judged(0.97, None, False, "do nothing", {}, 5)


def profile(store: Store) -> tuple[int, dict[str, int]]:
    """Six domains with a link each, the second of the first one not followed; their ids by name."""
    project = new_project(store)
    merge(
        store,
        project,
        *(sighting(n, page_url=f"https://s{n}.org/", domain_metric=n * 10.0) for n in range(1, 7)),
        sighting(7, page_url="https://s1.org/b", domain_metric=99.0, nofollow=True),
    )
    rows = store.query("SELECT name, id FROM domain WHERE project_id = ? ORDER BY name", (project,))
    return project, {str(name): int(row_id) for name, row_id in rows}


def lose(store: Store, domain_id: int) -> None:
    store.execute("UPDATE backlink SET state = ? WHERE domain_id = ?", (STATE_CODE["lost"], domain_id))
    store.execute("UPDATE domain SET lost = links WHERE id = ?", (domain_id,))


def test_only_links_that_are_in_place_and_followed_speak_for_a_domain(store: Store) -> None:
    project, ids = profile(store)
    lose(store, ids["s2.org"])
    judgements.write(store, project, [(ids["s3.org"], SPAM), (ids["s1.org"], FINE)])
    decisions.decide(store, project, [ids["s4.org"]], Decision.DISAVOW, who="ed", now=1)
    names = ["s1.org", "s2.org", "s3.org", "s4.org", "nobody.org"]
    found = {one.name: one for one in valued.of_names(store, project, names, sure=0.5)}
    assert sorted(found) == names[:4]
    assert found["s1.org"][1:] == (2, None, False, "keep", 1, 10.0, None)
    assert (found["s2.org"].voting, found["s2.org"].metric) == (0, None)
    assert (found["s3.org"].flagged, found["s4.org"].decision) == (True, "disavow")


def test_a_worth_counts_where_enough_is_known_of_it(store: Store) -> None:
    project, ids = profile(store)
    for name, worth, sure in (("s1.org", 60.0, 0.5), ("s2.org", 90.0, 0.4), ("s3.org", None, 0.9)):
        store.execute(
            "INSERT INTO link_judgement (backlink_id, project_id, worth, sure, action)"
            " SELECT id, ?, ?, ?, 'keep' FROM backlink WHERE domain_id = ? AND followed = 1",
            (project, worth, sure, ids[name]),
        )
    found = valued.of_names(store, project, ids, sure=0.5)
    assert {one.name: one.worth for one in found if one.worth is not None} == {"s1.org": 60.0}


def test_the_flagged_are_counted_among_those_that_were_judged_on_enough_evidence(store: Store) -> None:
    project, ids = profile(store)
    assert judgements.flagged(store, project, 10) is None
    one = SPAM._replace(likelihood=0.99)
    rows = zip(ids.values(), (SPAM, one, THIN, FINE, SPAM, SPAM), strict=True)
    judgements.write(store, project, rows)
    lose(store, list(ids.values())[4])
    decisions.decide(store, project, list(ids.values())[5:], Decision.WHITELIST, who="ed", now=1)
    found = judgements.flagged(store, project, 1)
    assert found is not None
    assert (found.judged, found.flagged) == (3, 2)
    assert found.domains == (DomainRow("s2.org", 1, 0.99),)


def test_links_are_counted_by_name(store: Store) -> None:
    project, _ = profile(store)
    assert dict(decisions.links_of(store, project, ["s1.org", "s3.org", "nobody.org"])) == {
        "s1.org": 2,
        "s3.org": 1,
    }
