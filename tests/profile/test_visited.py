"""What a visit leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkstead.profile import visited
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store


def test_a_record_that_had_its_time_while_the_visit_went_on_is_pointed_to_no_more(store: Store) -> None:
    project = new_project(store)
    merge(store, project, sighting(1))
    page = int(store.query("SELECT id FROM page WHERE project_id = ?", (project,))[0][0])
    row = visited.EvidenceRow(page, 5, "response", "2026-01/x.warc.gz", 0, 9, "", "sha1:X", None)
    record = visited.keep_evidence(store, project, row)
    visit = visited.PageVisit(page, None, 9, read=True, read_at=5, payload="sha1:X", evidence_id=record)
    question = "SELECT evidence_id FROM page WHERE id = ?"
    visited.keep_visits(store, project, [visit])
    assert store.one(question, (page,)) == (record,)
    store.execute("DELETE FROM evidence WHERE id = ?", (record,))
    visited.keep_visits(store, project, [visit])
    assert store.one(question, (page,)) == (None,)
