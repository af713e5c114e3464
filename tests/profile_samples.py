"""Sightings and stores for tests of the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkstead.link import Batch, Sighting
from linkstead.profile.merge import Merged, Merger
from linkstead.urls import domain_of

if TYPE_CHECKING:
    from linkstead.profile.store import Store

SITE = "example.com"


def sighting(row: int = 1, **told: Any) -> Sighting:
    """A followed link in the content, unless told otherwise."""
    page = told.get("page_url", f"https://site{row}.example.org/post")
    facts: dict[str, Any] = {
        "row": row,
        "page_url": page,
        "page_domain": domain_of(page),
        "target_url": "https://example.com/",
        "anchor_text": "example",
        "title": f"Post {row}",
        "language": "en",
        "nofollow": False,
        "ugc": False,
        "sponsored": False,
        "link_type": "a",
        "placement": "content",
        "first_seen": 1_700_000_000,
        "last_seen": 1_710_000_000,
        "lost_at": None,
        "lost_reason": None,
        "http_status": 200,
        "page_metric": None,
        "domain_metric": None,
        "metrics": None,
    }
    return Sighting(**(facts | told))


def new_project(store: Store, site: str = SITE) -> int:
    """An empty project; its id."""
    with store.transaction():
        row = store.one(
            "INSERT INTO project (name, site, created_at) VALUES (?, ?, 0) RETURNING id", (site, site)
        )
    assert row is not None
    return int(row[0])


def merge(
    store: Store, project_id: int, *sightings: Sighting, source: str = "ahrefs-backlinks", file_id: int = 1
) -> Merged:
    """Merge sightings as one batch of one source file."""
    with store.transaction():
        merger = Merger(store, project_id, source=source, file_id=file_id, use_metric=True)
        merged = merger.merge(Batch(last_row=len(sightings), sightings=list(sightings)))
        merger.flush()
        return merged


def dump(store: Store, project_id: int) -> list[tuple[Any, ...]]:
    """A project's backlinks and sightings in words, independent of ids and of order of arrival."""
    rows = store.query(
        "SELECT p.url, t.url, a.text, d.name, b.state, b.followed, b.rel, b.placement, b.sources,"
        " b.reported_lost, b.first_seen, b.last_seen, b.lost_at, s.slug, g.rel, g.first_seen, g.last_seen,"
        " ga.text FROM backlink b JOIN page p ON p.id = b.page_id JOIN target t ON t.id = b.target_id"
        " JOIN domain d ON d.id = b.domain_id LEFT JOIN anchor a ON a.id = b.anchor_id"
        " JOIN sighting g ON g.backlink_id = b.id JOIN source s ON s.id = g.source_id"
        " LEFT JOIN anchor ga ON ga.id = g.anchor_id WHERE b.project_id = ?",
        (project_id,),
    )
    return sorted(rows, key=repr)
