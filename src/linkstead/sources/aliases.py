"""The canonical alias table: guesses for tables that nobody knows.

A guess is a proposal that a person confirms; nothing is mapped by it alone. Words that mean different
things in different tools (`URL`, `Text`, `Target`, `Type`, `Domain`, `Lost`, `Follow`) are never guessed from
the name: only a column's content may propose them. Sources of the names: docs/sources.md.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from linkstead.sources.source import Column, Form, Row, TableSource, header_key
from linkstead.sources.values import boolean, json_count, lacks_scheme, read_date, web_address
from linkstead.urls import is_within

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Canonical field -> names (as compared). Metrics of nobody's own go under `mapped.`.
ALIASES: Final[dict[str, str]] = {
    "source_url": "referring page url|referring page|ref. page url|source url|source|sourceurl|linking page"
    "|linking from|url from|from url|backlink|referring url|source page",
    "source_title": "referring page title|source title|page title|title",
    "source_domain": "referring domain|site|link partner - domain",
    "target_url": "target url|target page|url to|to url|link url|links to|targeturl|linking to|destination"
    "|expected landing page url",
    "anchor": "anchor|anchor text|anchortext|link anchor|linking text|expected anchor",
    "alt": "alt|alt text",
    "nofollow": "nofollow|flagnofollow|only rel=nofollow|is nofollow",
    "follow": "is dofollow|dofollow|only follow|expected follow",
    "ugc": "ugc|is ugc",
    "sponsored": "sponsored|is sponsored",
    "rel": "rel|attributes|link attributes",
    "link_type": "link type|backlink type|item type",
    "placement": "link position|semantic location",
    "content": "content|is content",
    "http_code": "referring page http code|last http code|http code|http status code|response code"
    "|status code|page from status code",
    "first_seen": "first seen|found|discovered|source first found date|first seen link|firstindexeddate"
    "|date first seen|added",
    "last_seen": "last seen|last crawled|last check|source crawl date|last visited|date last seen"
    "|lastseendate",
    "lost_at": "date lost|day lost|datelost|date disappeared",
    "lost_reason": "lost status|drop reason|reasonlost",
    "lost_flag": "lost link",
    "links_count": "links to target|backlinks|backlinks num|linking pages|incoming links|backlinks count",
    "language": "language|languages",
    "mapped.page_metric": "ur|url rating|page ascore|page score|page authority|pa|sourcecitationflow"
    "|sourcetrustflow|inlink rank|page from rank",
    "mapped.domain_metric": "dr|domain rating|domain ascore|domain authority|da|domain inlink rank"
    "|domain from rank|authority score",
    "mapped.spam_metric": "spam score|toxicity score|toxic score|backlink spam score",
    "mapped.traffic": "domain traffic|page traffic|traffic",
    "mapped.keywords": "keywords|kw.|total keywords",
    "mapped.outlinks": "external links|external links count|linked domains|links external",
    "mapped.target_http_code": "target page http code|http code target",
    "mapped.ip": "ip address|ip|ip source",
    "mapped.country": "country|countrycode",
    "mapped.expires": "expires|payment - expiration date",
    "mapped.cost": "cost|payment - amount",
    "mapped.tags": "tags",
    "mapped.notes": "notes|note",
}

#: Words that only a detected format or a person may explain.
AMBIGUOUS: Final = frozenset({"url", "text", "target", "type", "domain", "lost", "follow", "link", "page"})

_FIELD_OF: Final = {name: field for field, names in ALIASES.items() for name in names.split("|")}

#: A date in words of another language: `15 sept 2026`, `15 de sept. de 2026`.
_LIKE_A_DATE: Final = re.compile(r"\d{1,2}\.? [^\d,;]{2,20} \d{4}|[^\d,;]{2,20} \d{1,2},? \d{4}")

#: How a metric of a mapped table is read; whatever is not here is text.
_FORMS: Final = {
    "mapped.page_metric": Form.SCORE,
    "mapped.domain_metric": Form.SCORE,
    "mapped.spam_metric": Form.SCORE,
    "mapped.traffic": Form.COUNT,
    "mapped.keywords": Form.COUNT,
    "mapped.outlinks": Form.COUNT,
    "mapped.target_http_code": Form.COUNT,
    "mapped.cost": Form.SCORE,
}


def known_word(key: str) -> bool:
    """Whether a header name, as compared, is an English word of the table."""
    return key in _FIELD_OF or key in AMBIGUOUS


def alias_field(key: str) -> str | None:
    """The canonical field that a header name, as compared, stands for without doubt."""
    return _FIELD_OF.get(key)


def known_names(header: Iterable[str]) -> int:
    """How many names of a row are known words: what a header has and data has not."""
    return sum(known_word(header_key(name)) for name in header)


def fingerprint(header: Iterable[str]) -> str:
    """Identifies a header: a hash of the normalised names in their order."""
    text = "\x1f".join(map(header_key, header))
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def propose(header: tuple[str, ...], rows: list[Row], site: str | None) -> dict[str, str]:
    """Header name -> canonical field, guessed from names and corrected by what the columns hold.

    A column of addresses on our own site is a target whatever its name; the first column of other
    addresses is the linking page. Each canonical field is proposed once.
    """
    told = {name: alias_field(header_key(name)) for name in header}
    kinds = {name: content_of(column_values(rows, place), site) for place, name in enumerate(header)}
    proposal: dict[str, str] = {}
    for wanted, kind in (("target_url", "own address"), ("source_url", "address")):
        name = _best_named(wanted, kind, told, kinds, proposal)
        if name is not None:
            proposal[name] = wanted
    for name, field in told.items():
        taken = name in proposal or field in proposal.values()
        if field is not None and field not in ("source_url", "target_url") and not taken:
            proposal[name] = field
    domains = [name for name, kind in kinds.items() if kind == "domain" and name not in proposal]
    if domains and not {"source_url", "source_domain"} & set(proposal.values()):
        proposal[domains[0]] = "source_domain"
    return {name: proposal[name] for name in header if name in proposal}


def _best_named(
    wanted: str,
    kind: str,
    told: dict[str, str | None],
    kinds: dict[str, str],
    taken: dict[str, str],
) -> str | None:
    fitting = [name for name, found in kinds.items() if found == kind and name not in taken]
    named = [name for name in fitting if told[name] == wanted]
    if named or fitting:
        return (named or fitting)[0]
    # Without a site, own addresses cannot be told from others: the name alone speaks.
    by_name = [name for name, field in told.items() if field == wanted and name not in taken]
    return by_name[0] if by_name and kinds[by_name[0]] in ("address", "empty") else None


def column_values(rows: list[Row], place: int) -> list[str]:
    """The non-empty cells of one column."""
    return [row[place].strip() for row in rows if place < len(row) and row[place].strip()]


def content_of(cells: list[str], site: str | None) -> str:
    """What a column holds: `address`, `own address`, `domain`, `date`, `count`, `flag`, `text`, `empty`.

    Nine of ten cells decide.
    """
    if not cells:
        return "empty"
    for kind, holds in (
        ("address", _is_absolute),
        ("domain", lacks_scheme),
        ("count", lambda text: bool(json_count(text)) and len(text) < 16),
        ("date", lambda text: read_date(text) is not None),
        ("date", lambda text: _LIKE_A_DATE.fullmatch(text) is not None),
        ("flag", lambda text: boolean(text) is not None),
    ):
        if sum(map(holds, cells)) >= 0.9 * len(cells):
            return _own_or_not(cells, site) if kind == "address" else kind
    return "text"


def _is_absolute(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def _own_or_not(cells: list[str], site: str | None) -> str:
    if site is None:
        return "address"
    urls = [url for url in map(web_address, cells) if url is not None]
    own = sum(is_within(url, site) for url in urls)
    return "own address" if urls and own > len(urls) / 2 else "address"


def mapped_source(mapping: dict[str, str]) -> TableSource:
    """A source for one table whose columns a person has named: header name -> field.

    A field is one of `LINK_FIELDS` or any `name.metric`; the table holds domains when it names no
    linking page.
    """
    columns = tuple(
        Column(field, (header_key(name),), _FORMS.get(field, Form.TEXT)) for name, field in mapping.items()
    )
    return TableSource(
        slug="mapped",
        vendor="",
        report="a table with columns named by hand",
        prefix="mapped",
        columns=columns,
        rows="links" if "source_url" in mapping.values() else "domains",
        page_metric="mapped.page_metric",
        domain_metric="mapped.domain_metric",
        ragged=True,
    )
