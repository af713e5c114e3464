"""The table of sources and the door for plugins."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import SettingError
from linkstead.sources import SOURCES, Signature, TableSource, inspect_file, registry
from linkstead.sources.source import LINK_FIELDS, Refusal, column, header_key, scored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLUGIN = TableSource(
    slug="acme-links",
    vendor="Acme",
    report="Links",
    prefix="acme",
    columns=(column("source_url", "From where"), scored("acme.rank", "Rank")),
    signatures=(Signature(1_000, "current", ("From where", "Rank")),),
)


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """Entry points of the group, filled by the test."""
    found: list[EntryPoint] = []
    monkeypatch.setattr(
        registry, "entry_points", lambda *, group: [one for one in found if one.group == group]
    )
    registry.all_sources.cache_clear()
    registry.rules.cache_clear()
    yield found
    registry.all_sources.cache_clear()
    registry.rules.cache_clear()


class _Offers(EntryPoint):
    """An entry point whose object is at hand: test modules are not importable by name."""

    def load(self) -> object:
        return {"one": PLUGIN, "several": lambda: [replace(PLUGIN, slug="linkody"), PLUGIN]}[self.attr]


class _Broken(EntryPoint):
    def load(self) -> object:
        raise ImportError("no such module")


@pytest.mark.parametrize("attribute", ["one", "several"])
def test_a_plugin_adds_sources_and_never_replaces_a_built_in_one(
    attribute: str, plugins: list[EntryPoint], tmp_path: Path
) -> None:
    plugins.append(_Offers("acme", f"acme:{attribute}", registry.GROUP))
    path = tmp_path / "links.csv"
    path.write_text("Rank,From where\n3,https://a.org/\n")
    assert inspect_file(path).source == "acme-links"
    assert registry.all_sources()["linkody"] is SOURCES["linkody"]


def test_a_plugin_that_offers_nothing_is_named(plugins: list[EntryPoint]) -> None:
    plugins.append(_Broken("acme", "acme:PLUGIN", registry.GROUP))
    with pytest.raises(SettingError, match="acme"):
        registry.all_sources()


def test_no_two_signatures_share_an_order() -> None:
    orders = [rule.signature.order for rule in registry.rules()]
    assert len(orders) == len(set(orders))


@pytest.mark.parametrize("slug", SOURCES)
def test_each_field_is_canonical_or_a_metric_of_the_vendor(slug: str) -> None:
    source = SOURCES[slug]
    for one in source.columns:
        assert one.field in LINK_FIELDS or one.field.startswith(f"{source.prefix}.")
        assert one.names == tuple(map(header_key, one.names))
    fields = [one.field for one in source.columns]
    assert len(fields) == len(set(fields))
    assert {source.page_metric, source.domain_metric} <= {None, *fields}
    assert {flag.metric for flag in source.type_flags} <= {"", *fields}


@pytest.mark.parametrize("refusal", registry.REFUSALS, ids=lambda one: one.seems_to_be)
def test_a_refusal_is_one_sentence_with_what_to_do(refusal: Refusal) -> None:
    assert refusal.sentence.startswith("This is ")
    assert refusal.sentence.endswith(".")
    assert refusal.sentence.count(". ") == 0
