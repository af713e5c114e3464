"""The table of sources, and the door for more: the entry-point group `linkstead.sources`.

An entry point names a `Source` or a function without arguments that returns one or several.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from linkstead.errors import SettingError
from linkstead.sources import (
    ahrefs,
    bing,
    buzzstream,
    linkody,
    majestic,
    moz,
    refusals,
    screaming_frog,
    se_ranking,
    search_console,
    semrush,
    shapes,
    tracelinker,
    ubersuggest,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.sources.source import Refusal, Signature, Source

GROUP: Final = "linkstead.sources"

_BUILT_IN: Final[tuple[Source, ...]] = (
    *ahrefs.SOURCES,
    *semrush.SOURCES,
    *moz.SOURCES,
    *majestic.SOURCES,
    *search_console.SOURCES,
    *bing.SOURCES,
    *linkody.SOURCES,
    *tracelinker.SOURCES,
    *buzzstream.SOURCES,
    *screaming_frog.SOURCES,
    *ubersuggest.SOURCES,
    *se_ranking.SOURCES,
    shapes.URL_LIST,
)

#: slug -> source, the built-in ones.
SOURCES: Final[dict[str, Source]] = {source.slug: source for source in _BUILT_IN}

REFUSALS: Final[tuple[Refusal, ...]] = (
    *ahrefs.REFUSALS,
    *semrush.REFUSALS,
    *search_console.REFUSALS,
    *bing.REFUSALS,
    *refusals.REFUSALS,
)


class Rule(NamedTuple):
    """One way to recognise a header, and what it is then."""

    signature: Signature
    what: Source | Refusal


@lru_cache(maxsize=1)
def all_sources() -> dict[str, Source]:
    """The built-in sources and those of installed plugins; a plugin never replaces a built-in one."""
    found = dict(SOURCES)
    for point in entry_points(group=GROUP):
        for source in _offered(point):
            found.setdefault(source.slug, source)
    return found


def _offered(point: EntryPoint) -> Iterable[Source]:
    try:
        offer = point.load()
        offer = offer() if callable(offer) else offer
        offered = cast("tuple[Source, ...]", tuple(offer) if isinstance(offer, list | tuple) else (offer,))
        for source in offered:
            _ = (source.slug, source.signatures, source.columns)
    except Exception as error:
        raise SettingError(
            f"The plugin “{point.name}” ({point.value}) offers no source ({error}); remove or mend it."
        ) from error
    return offered


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Every signature in the order in which it is tried."""
    whats: tuple[Source | Refusal, ...] = (*all_sources().values(), *REFUSALS)
    found = [Rule(signature, what) for what in whats for signature in what.signatures]
    return tuple(sorted(found, key=lambda rule: rule.signature.order))
