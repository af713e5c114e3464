"""Words in PostgreSQL: found by an index of trigrams, and without it where the extension may not be made."""

from __future__ import annotations

import pytest

from linkstead.profile.filters import LinkFilter
from linkstead.profile.queries import links
from linkstead.profile.store import Store, create_tables
from tests.profile_samples import merge, new_project, sighting

pytestmark = pytest.mark.postgresql


def indexes(store: Store) -> set[str]:
    rows = store.query("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'")
    return {str(row[0]) for row in rows}


def found(store: Store, project: int, text: str) -> list[str]:
    return sorted(each.row.page_url for each in links(store, project, LinkFilter(text=text)).rows)


def a_project(store: Store) -> int:
    project = new_project(store)
    merge(
        store,
        project,
        *(
            sighting(n, page_url=f"https://Blog{n}.org/Post-{n}", anchor_text=f"Lamp {n}")
            for n in range(1, 30)
        ),
    )
    return project


@pytest.mark.parametrize("text", ["BLOG12", "post-7", "lamp 3", "g1", "7", "nothing of it"])
def test_a_word_is_found_with_the_index_and_without(postgresql_store: Store, text: str) -> None:
    store = postgresql_store
    project = a_project(store)
    assert indexes(store) == {"page_words", "anchor_words"}
    with_index = found(store, project, text)
    store.execute("DROP INDEX page_words")
    store.execute("DROP INDEX anchor_words")
    assert found(store, project, text) == with_index
    store.execute("CREATE INDEX page_words ON page USING gin (url gin_trgm_ops)")
    store.execute("CREATE INDEX anchor_words ON anchor USING gin (text gin_trgm_ops)")
    expected = [f"https://Blog{n}.org/Post-{n}" for n in range(1, 30)]
    named = [url for n, url in enumerate(expected, 1) if text.lower() in f"{url.lower()} lamp {n}"]
    assert with_index == sorted(named)


def test_whoever_may_not_make_the_extension_goes_on_without(request: pytest.FixtureRequest) -> None:
    psycopg = pytest.importorskip("psycopg")
    from tests.postgres import new_database

    server = request.getfixturevalue("postgresql_server")
    with new_database(server) as url, psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS poor")
        owner.execute("CREATE ROLE poor")
        owner.execute("GRANT ALL ON SCHEMA public TO poor")
        owner.execute("SET ROLE poor")
        store = Store(owner, "postgresql")
        create_tables(store)
        assert indexes(store) == set()
        project = a_project(store)
        assert found(store, project, "blog12") == ["https://Blog12.org/Post-12"]
        owner.execute("RESET ROLE")
        owner.execute("DROP OWNED BY poor CASCADE")
        owner.execute("DROP ROLE poor")
