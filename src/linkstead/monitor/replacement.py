"""Where a broken backlink could lead instead: pages of our own, by the words of address and texts.

A page that moved keeps most of its words: those of its last part above all, often its folder, and what
linking pages call it. So each candidate gets a score from 0 to 100:

    address   0.75 * likeness of the last parts + 0.25 * likeness of the whole paths
    texts     likeness of the page's former title, or of the best anchor text, to title and address
    score     the best of: address, 0.45 * address + 0.55 * texts, 0.85 * texts

Likeness of two lists of words is 0.6 * the share of ours that is in theirs + 0.4 * the share of theirs
that is in ours, each word weighing the more the rarer it is on the site; words match when they are
equal or nearly so (rapidfuzz's normalised indel likeness). Numbers that differ (`model-12`, `model-13`)
take a quarter off. The section that a page stood in comes after every page that is alike, and the home
page only when there is nothing else.

Candidates are found through an index of words first, and only the best of them are compared in full:
a thousand broken pages against two hundred thousand take seconds, not minutes (decision 7).
"""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz, process

from linkstead.page.slugs import Slugs, slugs_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    Weigh: TypeAlias = Callable[[str], float]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: From here on a suggestion is offered, and from there on it is probably the page that is meant. Both
#: were chosen on the labelled moves of tests/unit/test_monitor_replacement.py, which say how often they hold.
POSSIBLE: Final = 45.0
LIKELY: Final = 68.0

#: The section of a page, where nothing is alike: a shelf of things is near to one of them, a stream of
#: posts is not.
_SECTION: Final = 55.0
_STREAM: Final = 46.0
_FURTHER_UP: Final = 5.0
_STREAMS: Final = _set(
    "blog news article articles post posts archive archives press story stories magazine magazin journal "
    "aktuelles actualites noticias"
)
HOME_SCORE: Final = 10.0
HOME_WHY: Final = (
    "Only the home page remains; search engines may treat a redirect to it as a soft 404, "
    "so restoring the page is better."
)

#: Two words are one from here on (0-100): `lamp` and `lamps` 89, `guide` and `guides` 91, a letter swapped
#: in eight 88; `winter` and `winner` 83.
_ALIKE: Final = 84.0
#: So do long words with the same first letters, `choose` and `choosing`, or one that begins the other.
_SAME_START: Final = 5
_ALIKE_BY_START: Final = 0.85

#: Words that hold sentences together; they say little wherever they stand.
_LITTLE: Final = _set(
    "a an and are as at by for from how in is it its of on or our the this to what who why with you your "
    "der die das den dem des ein eine und oder fur mit von zu im am ist le la les un une et ou des du de "
    "en el los las y o con por para il lo gli e di da per che"
)
_LITTLE_WEIGHT: Final = 0.15
#: Anchor texts that name no page.
_EMPTY_WORDS: Final = _set(
    "click here read more this link website web site page article blog post source see visit homepage home "
    "learn full www http https com weiterlesen hier mehr quelle lire suite ici lien leer mas aqui"
)
_SHORTLIST: Final = 60
_VARIANTS: Final = 12
_ANCHORS: Final = 5
_CLASH: Final = 0.75
_ONE_SIDED: Final = 0.95


class Suggestion(NamedTuple):
    """A page that could take a broken one's place: how alike it is (0-100), and why, for a person."""

    url: str
    score: float
    why: str


@dataclass(slots=True)
class Candidates:
    """The pages that could be suggested, found by their words. Make it with `Candidates.of`."""

    urls: list[str] = field(default_factory=list)
    titles: list[str | None] = field(default_factory=list)
    by_word: dict[str, array[int]] = field(default_factory=dict)
    by_start: dict[str, list[str]] = field(default_factory=dict)
    by_path: dict[tuple[str, str], int] = field(default_factory=dict)
    homes: list[int] = field(default_factory=list)
    locales: Counter[str] = field(default_factory=Counter)
    vocabulary: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, pages: Iterable[tuple[str, str | None]]) -> Candidates:
        """From (URL in normal form, title or None); of a URL that comes twice the first title stays."""
        made = cls()
        seen: dict[str, int] = {}
        for url, title in pages:
            at = seen.setdefault(url, len(made.urls))
            if at < len(made.urls):
                made.titles[at] = made.titles[at] or title
            else:
                made.urls.append(url)
                made.titles.append(title)
        for at, url in enumerate(made.urls):
            made._index(at, slugs_of.__wrapped__(url))
        made.vocabulary = list(made.by_word)
        for word in made.vocabulary:
            made.by_start.setdefault(word[:_SAME_START], []).append(word)
        return made

    def _index(self, at: int, slugs: Slugs) -> None:
        self.locales[slugs.locale] += 1
        if slugs.is_home:
            self.homes.append(at)
            return
        self.by_path.setdefault(_place(slugs), at)
        for word in {*slugs.words, *words_of(self.titles[at] or "")}:
            self.by_word.setdefault(word, array("I")).append(at)

    def weight(self, word: str) -> float:
        """What a word says: more the rarer it is (inverse document frequency, 1 for one in a hundred)."""
        if word in _LITTLE:
            return _LITTLE_WEIGHT
        among = len(self.by_word.get(word, ()))
        return min(2.0, 0.5 + math.log10((len(self.urls) + 10) / (among + 1)) / 2)


def suggest(
    broken_url: str, title: str | None, anchors: Sequence[str], candidates: Candidates, limit: int = 3
) -> tuple[Suggestion, ...]:
    """The best pages to redirect a broken one to, the best first; empty when nothing at all is known.

    `title` is the page's title from the time when it answered, `anchors` the anchor texts of its
    backlinks, the most frequent first. What scores under `POSSIBLE` is left out, except the home page.
    """
    broken = _Broken.of(broken_url, title, anchors, candidates)
    found = {at: _judged(broken, at, candidates) for at in _shortlist(broken, candidates)}
    for at, score in _sections(broken, candidates):
        if at not in found or found[at].score < score:
            found[at] = Suggestion(
                candidates.urls[at], score, "It is the section that the broken page stood in."
            )
    offered = [each for each in found.values() if each.score >= POSSIBLE]
    offered.sort(key=lambda each: (-each.score, len(each.url), each.url))
    return tuple(offered[:limit]) or _home(broken, candidates)


class _Broken(NamedTuple):
    """The broken page in words; `texts` are its former title and anchor texts with what they are."""

    url: str
    slugs: Slugs
    texts: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, url: str, title: str | None, anchors: Sequence[str], candidates: Candidates) -> _Broken:
        told = [("page’s former title", title)] if title else []
        told += [("links’ anchor text", anchor) for anchor in anchors[:_ANCHORS]]
        texts = ((what, _telling(words_of(text), candidates)) for what, text in told)
        return cls(url, slugs_of(url), tuple(dict.fromkeys(each for each in texts if each[1])))


def _telling(words: tuple[str, ...], candidates: Candidates) -> tuple[str, ...]:
    """The words of a text if they can name a page; the site's own name, on every title, cannot."""
    most = max(3, len(candidates.urls) // 3)
    kept = tuple(word for word in words if len(candidates.by_word.get(word, ())) <= most or word in _LITTLE)
    return kept if any(word not in _EMPTY_WORDS and word not in _LITTLE for word in kept) else ()


# -- finding ------------------------------------------------------------------------------------


def _shortlist(broken: _Broken, candidates: Candidates) -> list[int]:
    """The candidates that share the most telling words with the broken page."""
    wanted = dict.fromkeys((*broken.slugs.slug, *(word for _, text in broken.texts for word in text)), 1.0)
    for word in broken.slugs.words:
        wanted.setdefault(word, 0.4)
    points: dict[int, float] = {}
    most = max(2_000, len(candidates.urls) // 50)
    for word, factor in wanted.items():
        for variant, likeness in _variants(word, candidates):
            places = candidates.by_word[variant]
            worth = factor * likeness * candidates.weight(variant)
            for at in islice(places, most):
                points[at] = points.get(at, 0.0) + worth
    best = heapq.nlargest(_SHORTLIST + 1, points, key=points.__getitem__)
    return [at for at in best if candidates.urls[at] != broken.url]


def _variants(word: str, candidates: Candidates) -> Iterable[tuple[str, float]]:
    """The candidates' words that a word means; only one that no page has is looked for by likeness."""
    if word in candidates.by_word:
        yield word, 1.0
    near = candidates.by_start.get(word[:_SAME_START], ()) if len(word) >= _SAME_START else ()
    for other in islice(near, _VARIANTS):
        if other != word:
            yield other, likeness(word, other)
    if word not in candidates.by_word and len(word) > 3 and not word.isdigit():
        for other, score, _ in process.extract(
            word, candidates.vocabulary, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_VARIANTS
        ):
            if other not in near:
                yield other, score / 100


def _sections(broken: _Broken, candidates: Candidates) -> Iterable[tuple[int, float]]:
    """The folders above the broken page that are pages themselves, the nearest first."""
    folders = broken.slugs.folders
    for depth in range(len(folders), 0, -1):
        at = candidates.by_path.get(
            _place(Slugs(folders[: depth - 1], folders[depth - 1], broken.slugs.locale))
        )
        if at is not None and candidates.urls[at] != broken.url:
            stream = set(folders[depth - 1]) <= _STREAMS
            yield at, (_STREAM if stream else _SECTION) - _FURTHER_UP * (len(folders) - depth)


def _place(slugs: Slugs) -> tuple[str, str]:
    return slugs.locale, "/".join(" ".join(words) for words in (*slugs.folders, slugs.slug))


def _home(broken: _Broken, candidates: Candidates) -> tuple[Suggestion, ...]:
    """The front page, of the broken page's language where there is one."""
    homes = [at for at in candidates.homes if candidates.urls[at] != broken.url]
    if not homes or broken.slugs.is_home:
        return ()
    wanted = broken.slugs.locale
    spoken = {at: slugs_of(candidates.urls[at]).locale for at in homes}
    best = min(homes, key=lambda at: (spoken[at] != wanted, spoken[at] != "", len(candidates.urls[at])))
    return (Suggestion(candidates.urls[best], HOME_SCORE, HOME_WHY),)


# -- judging ------------------------------------------------------------------------------------


def _judged(broken: _Broken, at: int, candidates: Candidates) -> Suggestion:
    url, title = candidates.urls[at], candidates.titles[at]
    slugs = slugs_of(url)
    address = _address(broken.slugs, slugs, candidates)
    what, text, texts = _texts(broken, slugs, title, candidates)
    score = max(address, 0.45 * address + 0.55 * texts, 0.85 * texts)
    score *= _numbers(broken, slugs, title) * _language(broken.slugs.locale, slugs.locale, candidates)
    why = _why(broken, slugs, what, text, texts if texts > address else 0.0)
    return Suggestion(url, round(min(score, 100.0), 1), why)


def _address(ours: Slugs, theirs: Slugs, candidates: Candidates) -> float:
    if not ours.slug:
        return 0.0
    slug = overlap(ours.slug, theirs.slug, candidates.weight)
    joined = fuzz.ratio("".join(ours.slug), "".join(theirs.slug))  # light-house and lighthouse
    return 0.75 * max(slug, joined if joined >= 88 else 0.0) + 0.25 * overlap(
        ours.words, theirs.words, candidates.weight
    )


def _texts(
    broken: _Broken, slugs: Slugs, title: str | None, candidates: Candidates
) -> tuple[str, tuple[str, ...], float]:
    """(what it is, its words, 0-100) of the text that fits a candidate best."""
    best: tuple[str, tuple[str, ...], float] = ("", (), 0.0)
    named = words_of(title or "")
    for what, text in broken.texts:
        score = max(
            overlap(text, slugs.slug, candidates.weight),
            overlap(text, named, candidates.weight) if named else 0.0,
        )
        if len([word for word in text if word not in _LITTLE]) < 2:
            score *= 0.6  # one word fits many pages
        if score > best[2]:
            best = (what, text, score)
    return best


def overlap(ours: Sequence[str], theirs: Sequence[str], weight: Weigh) -> float:
    """How alike two lists of words are (0-100): see the head of this module."""
    if not ours or not theirs:
        return 0.0
    return 100 * (0.6 * _share(ours, theirs, weight) + 0.4 * _share(theirs, ours, weight))


def _share(ours: Sequence[str], theirs: Sequence[str], weight: Weigh) -> float:
    among = frozenset(theirs)
    whole = found = 0.0
    for word in ours:
        heavy = weight(word)
        whole += heavy
        found += heavy if word in among else heavy * max(likeness(word, other) for other in theirs)
    return found / whole if whole else 0.0


@lru_cache(maxsize=65_536)
def likeness(one: str, other: str) -> float:
    """How alike two words are (0-1); 0 for words that are merely near."""
    if one.isdigit() or other.isdigit():
        return float(one == other)
    score = fuzz.ratio(one, other, score_cutoff=_ALIKE) / 100
    if score or min(len(one), len(other)) < _SAME_START:
        return score
    if one[:_SAME_START] != other[:_SAME_START]:
        return 0.0
    near = abs(len(one) - len(other)) <= 4 or one.startswith(other) or other.startswith(one)
    return _ALIKE_BY_START if near else 0.0


def _numbers(broken: _Broken, slugs: Slugs, title: str | None) -> float:
    """What differing numbers take off: model 12 is not model 13."""
    ours = {word for word in broken.slugs.slug if word.isdigit()}
    theirs = {word for word in (*slugs.slug, *words_of(title or "")) if word.isdigit()}
    if ours <= theirs and (ours or not theirs):
        return 1.0
    return _CLASH if ours and theirs else _ONE_SIDED


def _language(ours: str, theirs: str, candidates: Candidates) -> float:
    """A page of another language comes after the same in ours; without one, the site's usual language."""
    if ours == theirs:
        return 1.0
    if ours and theirs:
        return 0.85
    usual = max((name for name in candidates.locales if name), key=candidates.locales.__getitem__, default="")
    return 0.99 if theirs in ("", usual) else 0.97


def _why(broken: _Broken, slugs: Slugs, what: str, text: tuple[str, ...], texts: float) -> str:
    shared = _shared(broken.slugs.slug, slugs.slug)
    if texts and text:
        among = _shared(text, slugs.words) or list(text[:6])
        return f"It fits the {what}: {', '.join(among[:6])}."
    if broken.slugs.slug == slugs.slug:
        return f"The same name in another place: {' '.join(slugs.slug[:8])}."
    if shared:
        return f"Its address shares with the broken one: {', '.join(shared[:6])}."
    return f"Its address is written almost like the broken one: {' '.join(slugs.slug[:8])}."


def _shared(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    return [
        word
        for word in dict.fromkeys(ours)
        if word not in _LITTLE and any(word == other or likeness(word, other) for other in theirs)
    ]
