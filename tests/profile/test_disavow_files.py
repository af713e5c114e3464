"""Versions of the disavow file, and the links that simulations read, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.errors import InputError
from linkstead.profile import disavow_files, known_links
from linkstead.profile.disavow_files import Described
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from linkstead.profile.store import Store

BODY = "# ü\r\ndomain:a.com\n".encode("latin-1") + b"\x00"


def test_a_version_is_kept_byte_for_byte_and_once(store: Store) -> None:
    project = new_project(store)
    first = disavow_files.keep(store, project, BODY, Described("a.txt", 1, "why\0"), who="ed", now=10)
    again = disavow_files.keep(store, project, BODY, Described("b.txt", 1), who="ida", now=20)
    assert first == again
    assert (first.name, first.note, first.size) == ("a.txt", "why", len(BODY))
    assert disavow_files.body_of(store, project, first.id) == BODY
    assert len(disavow_files.versions(store, project)) == 1


def test_the_last_uploaded_version_is_not_the_newest_one(store: Store) -> None:
    project = new_project(store)
    assert disavow_files.last_uploaded(store, project) is None
    one = disavow_files.keep(
        store, project, b"domain:a.com\n", Described("a.txt", 1), who="ed", now=10, uploaded=True
    )
    two = disavow_files.keep(store, project, b"domain:b.com\n", Described("b.txt", 1), who="ed", now=20)
    found = disavow_files.last_uploaded(store, project)
    assert found is not None
    assert (found[0].id, found[1]) == (one.id, b"domain:a.com\n")
    assert disavow_files.mark_uploaded(store, project, two.id, now=30)
    found = disavow_files.last_uploaded(store, project)
    assert found is not None
    assert found[0].id == two.id
    assert [version.id for version in disavow_files.versions(store, project)] == [two.id, one.id]


def test_versions_of_another_project_are_not_there(store: Store) -> None:
    mine, theirs = new_project(store), new_project(store, "other.example")
    version = disavow_files.keep(store, theirs, BODY, Described("a.txt", 1), who="ed", now=1)
    assert disavow_files.body_of(store, mine, version.id) is None
    assert not disavow_files.mark_uploaded(store, mine, version.id, now=2)
    assert disavow_files.versions(store, mine) == []


def test_a_body_that_is_no_disavow_file_by_its_size_is_refused(store: Store) -> None:
    project, body = new_project(store), b"x" * (disavow_files.MOST_BYTES + 1)
    with pytest.raises(InputError, match="too many"):
        disavow_files.keep(store, project, body, Described("a", 0), who="e", now=1)


def test_every_link_is_read_once_with_what_the_vendor_says(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_links, "_AT_ONCE", 2)
    project, other = new_project(store), new_project(store, "other.example")
    merge(
        store,
        project,
        *(
            sighting(
                number,
                page_url=f"https://site{number}.org/",
                domain_metric=float(number),
                nofollow=number == 2,
                metrics='{"ahrefs.page_traffic": 120}' if number == 3 else None,
            )
            for number in range(1, 6)
        ),
    )
    merge(store, other, sighting(9, page_url="https://x.org/", target_url="https://other.example/"))
    found = list(known_links.every_link(store, project))
    assert sorted(link.page_url for link in found) == [f"https://site{n}.org/" for n in range(1, 6)]
    by_page = {link.domain: link for link in found}
    assert by_page["site2.org"].followed is False
    assert (by_page["site3.org"].traffic, by_page["site3.org"].metric) == (120.0, 3.0)
    assert by_page["site1.org"].traffic is None
    assert known_links.domains_by_loss(store, project).alive == {f"site{n}.org" for n in range(1, 6)}
