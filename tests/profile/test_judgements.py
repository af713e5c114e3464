"""What is made of domains: kept once a domain, and the worst come first in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.errors import UsageError
from linkstead.profile import judgements, triage
from linkstead.profile.judgements import Judged
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store


def judged(estimate: float, *, thin: bool = False, at: int = 1) -> Judged:
    return Judged(estimate, None if thin else estimate, estimate > 0.9, "do nothing", {"why": "\0<b>"}, at)


@pytest.fixture
def project(store: Store) -> int:
    project_id = new_project(store)
    merge(store, project_id, *(sighting(n, page_url=f"https://site{n}.org/") for n in range(1, 6)))
    return project_id


def test_the_worst_come_first_and_those_that_nobody_judged_last_page_by_page(
    store: Store, project: int
) -> None:
    ids = {row.name: row.domain_id for row in triage.queue(store, project).rows}
    judgements.write(
        store,
        project,
        [
            (ids["site2.org"], judged(0.95)),
            (ids["site4.org"], judged(0.2)),
            (ids["site5.org"], judged(0.3, thin=True)),
        ],
    )
    names, after = [], None
    while True:
        page = triage.queue(store, project, sort="worst", after=after, limit=2)
        names += [row.name for row in page.rows]
        after = page.after
        if after is None:
            break
    assert names[:3] == ["site2.org", "site5.org", "site4.org"]
    assert sorted(names[3:]) == ["site1.org", "site3.org"]
    rows = {row.name: row for row in triage.queue(store, project, sort="worst").rows}
    first = rows["site2.org"].judged
    assert first is not None
    assert (first.flagged, first.likelihood, first.said) == (True, 0.95, {"why": "<b>"})
    assert rows["site5.org"].judged == judged(0.3, thin=True)._replace(said={"why": "<b>"})
    assert rows["site1.org"].judged is None


def test_judging_anew_replaces_what_was_made_before(store: Store, project: int) -> None:
    domain = triage.queue(store, project).rows[0].domain_id
    assert judgements.last_judged(store, project) is None
    judgements.write(store, project, [(domain, judged(0.5, at=10))])
    judgements.write(store, project, [(domain, judged(0.1, at=20))])
    assert judgements.of_domains(store, [domain])[domain].estimate == 0.1
    assert judgements.last_judged(store, project) == 20


def test_an_order_that_is_none_is_refused(store: Store, project: int) -> None:
    with pytest.raises(UsageError, match="cannot be sorted"):
        triage.queue(store, project, sort="name; DROP TABLE domain")
