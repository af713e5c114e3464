"""What a person may ask of the backlinks, as conditions on columns that the indexes hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from linkstead.profile import search, tallies
from linkstead.profile.codes import FOLLOW_UNKNOWN, FOLLOWED, NOT_FOLLOWED, PLACEMENT_CODE, STATE_CODE
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from linkstead.profile.store import Store


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """A question in words; every part is optional and all parts must hold.

    `state` is a LinkStatus word; `followed` is `yes`, `no` or `unknown`; `placement` a Placement word
    or `unknown`; `source` a source slug; `tld`, `domain`, `anchor` exact texts; `target` a URL or, with
    `*` at its end, a prefix; times in epoch seconds, `first_seen_to` exclusive; `text` is looked for in
    pages' URLs (and so in their domains) and in anchor texts, whatever its case.
    """

    state: str | None = None
    followed: str | None = None
    placement: str | None = None
    source: str | None = None
    tld: str | None = None
    domain: str | None = None
    target: str | None = None
    anchor: str | None = None
    first_seen_from: int | None = None
    first_seen_to: int | None = None
    metric_from: float | None = None
    text: str | None = None

    def asked(self) -> dict[str, Any]:
        """The parts that are set, by name."""
        return {
            part.name: getattr(self, part.name)
            for part in fields(self)
            if getattr(self, part.name) not in (None, "")
        }


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE clause; `count` is how many backlinks hold it, where that is known.

    `few` says that so few rows match that they are better fetched and sorted, and how SQLite finds them;
    `counted_by` is the index that counts its rows quickest; `slow` says that testing one row costs a
    look-up, so that matches should not be counted far. `never` says that nothing can match.
    """

    sql: str
    values: tuple[Any, ...] = ()
    count: int | None = None
    few: str | None = None
    counted_by: str | None = None
    slow: bool = False

    @property
    def never(self) -> bool:
        return self.count == 0


#: Up to so many matches are fetched and sorted; more of them are met soon while walking in the order.
FEW: Final = 5_000

#: Of so many pages, this share (at least) holds a common text.
_SAMPLED: Final = 500
_COMMON: Final = 0.05

NEVER: Final = Condition("1 = 0", (), 0)

_FOLLOW_CODES: Final = {"yes": FOLLOWED, "no": NOT_FOLLOWED, "unknown": FOLLOW_UNKNOWN}


def conditions(store: Store, project_id: int, asked: LinkFilter) -> list[Condition]:
    """The conditions of a filter. Unknown words match nothing, which is the honest answer."""
    question = _Question(store, project_id)
    found = [getattr(question, f"_{name}")(value) for name, value in asked.asked().items()]
    return [condition for condition in found if condition is not None]


class _Question:
    def __init__(self, store: Store, project_id: int) -> None:
        self.store = store
        self.project_id = project_id

    def _tally(self, dim: int, item: int) -> int:
        row = self.store.one(
            "SELECT links FROM tally WHERE project_id = ? AND dim = ? AND item = ?",
            (self.project_id, dim, item),
        )
        return 0 if row is None else int(row[0])

    def _coded(self, column: str, dim: int, code: int | None) -> Condition:
        if code is None:
            return NEVER
        return Condition(f"{column} = ?", (code,), self._tally(dim, code))

    def _state(self, word: str) -> Condition:
        return self._coded("state", tallies.STATE, STATE_CODE.get(word))

    def _followed(self, word: str) -> Condition:
        return self._coded("followed", tallies.FOLLOW, _FOLLOW_CODES.get(word))

    def _placement(self, word: str) -> Condition:
        code = 0 if word == "unknown" else PLACEMENT_CODE.get(word)
        return self._coded("placement", tallies.PLACEMENT, code)

    def _source(self, slug: str) -> Condition:
        row = self.store.one("SELECT id FROM source WHERE slug = ?", (slug,))
        if row is None:
            return NEVER
        bit = 1 << (int(row[0]) - 1)
        return Condition("(sources & ?) <> 0", (bit,), self._tally(tallies.SOURCE, int(row[0])))

    def _tld(self, name: str) -> Condition:
        row = self.store.one("SELECT id FROM tld WHERE name = ?", (name.lstrip(".").lower(),))
        return NEVER if row is None else self._coded("tld_id", tallies.TLD, int(row[0]))

    def _owned(self, owner: str, text: str) -> Condition:
        row = self.store.one(
            f"SELECT id, links FROM {owner} WHERE project_id = ? AND key = ?",
            (self.project_id, identity_key(text)),
        )
        if row is None:
            return NEVER
        few = f"INDEXED BY backlink_{owner}" if row[1] <= FEW else None
        return Condition(f"{owner}_id = ?", (row[0],), int(row[1]), few)

    def _domain(self, name: str) -> Condition:
        return self._owned("domain", name.lower())

    def _anchor(self, text: str) -> Condition:
        return self._owned("anchor", text)

    def _target(self, url: str) -> Condition:
        if not url.endswith("*"):
            return self._owned("target", url)
        return Condition(
            "target_id IN (SELECT id FROM target WHERE project_id = ? AND url LIKE ? ESCAPE '\\')",
            (self.project_id, like_text(url[:-1]) + "%"),
            counted_by="INDEXED BY backlink_target",
        )

    def _first_seen_from(self, moment: int) -> Condition:
        return Condition("first_seen >= ?", (moment,))

    def _first_seen_to(self, moment: int) -> Condition:
        return Condition("first_seen < ?", (moment,))

    def _metric_from(self, least: float) -> Condition:
        return Condition("metric >= ?", (least,), counted_by="INDEXED BY backlink_by_metric")

    def _text(self, text: str) -> Condition | None:
        words = text.strip()
        if not words:
            return None
        if self.store.dialect != "sqlite":
            return self._text_by_lookup(words)
        if len(words) >= 3 and not search.is_current(self.store):
            return self._text_by_scan(words)
        match = search.match_text(words)
        if match is not None and search.candidates(self.store, match) <= search.MANY:
            return self._text_by_index(words, match)
        return self._text_by_walk(words)

    def _text_by_index(self, words: str, match: str) -> Condition:
        """Few candidates: the index names them, LIKE decides."""
        like = f"%{like_text(words)}%"
        pages = self._matching("page", "url", "SELECT rowid", "> 0", (match, like))
        anchors = self._matching("anchor", "text", "SELECT -rowid", "< 0", (match, like))
        return self._of_either(pages, anchors)

    def _text_by_lookup(self, words: str) -> Condition:
        """PostgreSQL looks up the first that match, by their trigrams where it has an index of these."""
        like = f"%{like_text(words)}%"
        if self._is_common(like):
            return self._text_by_walk(words)
        # one or two characters have no trigram: an expression keeps the index out of it
        any_way = " || ''" if len(words) < 3 else ""
        pages, anchors = (
            self.store.query(
                f"SELECT id FROM {table} WHERE project_id = ? AND {column}{any_way} ILIKE ? ESCAPE '\\'"
                f" LIMIT {search.MANY + 1}",
                (self.project_id, like),
            )
            for table, column in (("page", "url"), ("anchor", "text"))
        )
        if max(len(pages), len(anchors)) > search.MANY:
            return self._text_by_walk(words)
        return self._of_either([int(row[0]) for row in pages], [int(row[0]) for row in anchors])

    def _is_common(self, like: str) -> bool:
        """Whether many URLs match, by a sample: keys are hashes, and the least ones are like all others."""
        row = self.store.one(
            f"SELECT count(*) FROM (SELECT url FROM page WHERE project_id = ? ORDER BY key LIMIT {_SAMPLED})"
            " AS sample WHERE url ILIKE ? ESCAPE '\\'",
            (self.project_id, like),
        )
        return row is not None and int(row[0]) >= _COMMON * _SAMPLED

    def _of_either(self, pages: list[int], anchors: list[int]) -> Condition:
        """Links of these pages or with these anchors, looked up by id if they are few."""
        (pages_in, *page_values), (anchors_in, *anchor_values) = map(self._among, (pages, anchors))
        values = (*page_values, *anchor_values)
        if len(pages) + self._links_of_anchors(anchors) > search.MANY:
            return Condition(f"(page_id {pages_in} OR anchor_id {anchors_in})", values)
        return Condition(
            f"id IN (SELECT id FROM backlink WHERE page_id {pages_in} UNION"
            f" SELECT id FROM backlink WHERE anchor_id {anchors_in})",
            values,
            few="NOT INDEXED",
        )

    def _among(self, ids: list[int]) -> tuple[Any, ...]:
        """A comparison with many ids, and its values: one list where the engine knows lists."""
        if self.store.dialect == "postgresql":
            return "= ANY(CAST(? AS BIGINT[]))", ids
        return f"IN ({','.join('?' * len(ids))})", *ids

    def _matching(self, table: str, column: str, named: str, side: str, values: tuple[str, str]) -> list[int]:
        rows = self.store.query(
            f"SELECT id FROM {table} WHERE id IN ({named} FROM link_words WHERE link_words MATCH ?"
            f" AND rowid {side}) AND project_id = ? AND {column} LIKE ? ESCAPE '\\'",
            (values[0], self.project_id, values[1]),
        )
        return [int(row[0]) for row in rows]

    def _links_of_anchors(self, anchors: list[int]) -> int:
        rows = self.store.lookup("SELECT links FROM anchor WHERE id IN {keys}", anchors)
        return sum(int(row[0]) for row in rows)

    def _text_by_walk(self, words: str) -> Condition:
        """Many matches, or a text of one or two characters: they are met soon while walking."""
        like = f"%{like_text(words)}%"
        operator = "ILIKE" if self.store.dialect == "postgresql" else "LIKE"
        # as values, since PostgreSQL would gather all that match of an EXISTS before it looks at any link
        return Condition(
            f"((SELECT url FROM page WHERE page.id = backlink.page_id) {operator} ? ESCAPE '\\'"
            f" OR (SELECT text FROM anchor WHERE anchor.id = backlink.anchor_id) {operator} ? ESCAPE '\\')",
            (like, like),
            slow=True,
        )

    def _text_by_scan(self, words: str) -> Condition:
        """While an import has brought words that the index does not have yet."""
        like = f"%{like_text(words)}%"
        return Condition(
            "(page_id IN (SELECT id FROM page WHERE project_id = ? AND url LIKE ? ESCAPE '\\')"
            " OR anchor_id IN (SELECT id FROM anchor WHERE project_id = ? AND text LIKE ? ESCAPE '\\'))",
            (self.project_id, like, self.project_id, like),
        )


def like_text(text: str) -> str:
    """A text as a literal part of a LIKE pattern (escape character: backslash)."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
