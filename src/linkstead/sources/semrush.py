"""Semrush: Backlink Analytics, Backlink Audit and the text dumps of its API.

Link attributes are columns of their own; there is no rel text, no HTTP status and no domain score in
the backlinks file. Dumps of the API are split by `;`, never quoted, and tell times in Unix seconds.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import (
    Column,
    Header,
    Quoting,
    Refusal,
    Row,
    Signature,
    TableSource,
    TypeFlag,
    column,
    counted,
    header_key,
    raised,
    scored,
    worded,
)

#: Columns of an API dump that are free text, so that a `;` in them belongs to the text.
_FREE_TEXT: Final = frozenset(map(header_key, ("anchor", "source_title", "image_alt")))


def rejoin(row: Row, header: Header) -> Row | None:
    """Put the surplus fields of an API row back into its one free-text column.

    None when there are several such columns (nobody can tell which), none, or too few fields.
    """
    if header.delimiter != ";":
        return None
    places = [place for place, key in enumerate(header.keys) if key in _FREE_TEXT]
    surplus = len(row) - len(header.names)
    if len(places) != 1 or surplus < 1:
        return None
    start = places[0]
    return [*row[:start], ";".join(row[start : start + surplus + 1]), *row[start + surplus + 1 :]]


def quoting(header: Header) -> Quoting:
    """The API's dumps know no quotes; a spreadsheet's `;` file does."""
    snake = any("_" in name for name in header.names)
    return Quoting.NONE if header.delimiter == ";" and snake else Quoting.CSV


_LINK_COLUMNS: Final[tuple[Column, ...]] = (
    column("source_url", "Source url", "source_url"),
    column("source_title", "Source title"),
    column("target_url", "Target url"),
    column("anchor", "Anchor"),
    column("alt", "Image alt"),
    column("nofollow", "Nofollow"),
    column("sponsored", "Sponsored"),
    column("ugc", "Ugc"),
    column("http_code", "Response code"),
    column("first_seen", "First seen"),
    column("last_seen", "Last seen"),
    column("lost_flag", "Lost link", "lostlink"),
    scored("semrush.page_ascore", "Page ascore", "Page AS"),
    scored("semrush.domain_ascore", "Domain ascore"),
    scored("semrush.page_score", "Page score"),
    scored("semrush.page_trust_score", "Page trust score"),
    counted("semrush.external_links", "External links", "external_num"),
    counted("semrush.internal_links", "Internal links", "internal_num"),
    raised("semrush.text", "Text"),
    raised("semrush.frame", "Frame"),
    raised("semrush.form", "Form"),
    raised("semrush.image", "Image"),
    raised("semrush.sitewide", "Sitewide"),
    raised("semrush.new", "New link", "newlink"),
    raised("semrush.lost", "Lost link", "lostlink"),
    scored("semrush.toxicity", "Toxicity Score", "Toxic Score", "TS"),
    worded("semrush.toxic_markers", "Toxic markers"),
    worded("semrush.list", "List"),
    worded("semrush.status", "Status"),
)

#: Which flag tells what, in order of what it says most about.
_TYPE_FLAGS: Final = (
    TypeFlag("semrush.frame", "frame"),
    TypeFlag("semrush.form", "form"),
    TypeFlag("semrush.image", "image"),
    TypeFlag("semrush.text", "a"),
)

BACKLINKS: Final = TableSource(
    slug="semrush-backlinks",
    vendor="Semrush",
    report="Backlink Analytics > Backlinks",
    prefix="semrush",
    columns=_LINK_COLUMNS,
    page_metric="semrush.page_ascore",
    domain_metric="semrush.domain_ascore",
    type_flags=_TYPE_FLAGS,
    mend=rejoin,
    quotes=quoting,
    caps=(50_000,),
    signatures=(
        Signature(10, "current", ("Page ascore", "Source url", "Target url", "Anchor"), underscored=False),
        Signature(11, "2018 to 2020", ("Page score", "Page trust score", "Source url")),
        Signature(
            13,
            "API dump",
            ("source_url", "target_url"),
            absent=("anchor_text", "url_from"),
            delimiter=";",
            underscored=True,
        ),
        Signature(13.1, "API dump", ("Page ascore", "Source url", "Target url")),
    ),
)

AUDIT: Final = TableSource(
    slug="semrush-backlink-audit",
    vendor="Semrush",
    report="Backlink Audit",
    prefix="semrush",
    columns=_LINK_COLUMNS,
    page_metric="semrush.page_ascore",
    domain_metric="semrush.domain_ascore",
    type_flags=_TYPE_FLAGS,
    signatures=(Signature(9, "current", ("Source url", "Target url", "Toxicity Score|Toxic Score")),),
)

REFERRING_DOMAINS: Final = TableSource(
    slug="semrush-referring-domains",
    vendor="Semrush",
    report="Backlink Analytics > Referring Domains",
    prefix="semrush",
    rows="domains",
    domain_metric="semrush.domain_ascore",
    quotes=quoting,
    columns=(
        column("source_domain", "Domain"),
        column("links_count", "Backlinks", "backlinks_num"),
        column("first_seen", "First seen"),
        column("last_seen", "Last seen"),
        scored("semrush.domain_ascore", "Domain ascore"),
        worded("semrush.ip", "IP Address", "ip"),
        worded("semrush.country", "Country"),
    ),
    signatures=(
        Signature(12, "current", ("Domain ascore", "Domain"), absent=("Source url",), underscored=False),
        Signature(13.2, "API dump", ("Domain ascore", "Domain"), absent=("Source url",), underscored=True),
    ),
)

SOURCES: Final = (BACKLINKS, AUDIT, REFERRING_DOMAINS)

REFUSALS: Final = (
    Refusal(
        "anchors",
        "Semrush's anchors, which name no linking pages",
        "in Semrush open Backlink Analytics > Backlinks and export that table.",
        (Signature(13.5, "API dump", ("anchor", "domains_num", "backlinks_num")),),
    ),
    Refusal(
        "own-pages",
        "Semrush's indexed pages, a list of your own pages",
        "in Semrush open Backlink Analytics > Backlinks and export that table.",
        (
            Signature(
                13.4, "API dump", ("source_url", "backlinks_num", "domains_num"), absent=("target_url",)
            ),
        ),
    ),
)
