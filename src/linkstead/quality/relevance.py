"""Relevance of a link: does the referring page speak the site's language, and of the target's matter?

Two texts are compared by the words that they share, each weighed by how rare it is in the project's own pages
(TF-IDF with the cosine; Salton and Buckley 1988, doi.org/10.1016/0306-4573(88)90021-0):

    weight(word)    = (1 + ln(times in the text)) * ln((1 + pages) / (1 + pages with the word))
    likeness(a, b)  = sum of weight_a(w) * weight_b(w) over shared words / (|a| * |b|), from 0 to 1

Pages with a word are counted in buckets of a stable hash, so the counts of any number of pages fit into a
megabyte; two words in one bucket make a word look more common, never more telling. The words themselves are
kept for the two texts at hand: every likeness names the words that made it. A text in another language shares
hardly a word with its subject: then the answer is "unknown", not "unlike". The choice and its measurement:
docs/decisions/0012-relevance.md.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from linkstead.page.slugs import every_word_of, slugs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Buckets of the page counts: 262,144 of 4 bytes. A project's pages hold some 100,000 different words.
BUCKETS: Final = 1 << 18
#: Texts come from outside and may be endless: this many characters are read.
LONGEST_TEXT: Final = 20_000
#: Longer words are cut: addresses and tokens, not language.
LONGEST_WORD: Final = 40
#: With fewer different words a text says too little about its matter; our choice.
FEWEST_WORDS: Final = 5
#: With fewer pages nobody knows which words are common; our choice.
FEWEST_PAGES: Final = 20
#: From this likeness on two texts are called related, and from the lower one loosely related. Read off 48
#: articles and not validated on others: docs/decisions/0012-relevance.md.
RELATED: Final = 0.11
LOOSELY: Final = 0.06
#: So many of the words that made a likeness are named.
SHOWN_WORDS: Final = 8

_CJK: Final = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7af"), ("\u0e00", "\u0e7f"))


class WhyNot(StrEnum):
    """Why a likeness cannot be told. The words are part of stored databases."""

    FEW_PAGES = "few pages"
    NOT_READ = "not read"
    FEW_WORDS = "few words"
    FEW_WORDS_OF_TARGET = "few words of target"
    TWO_LANGUAGES = "two languages"


_WHY_NOT: Final[dict[WhyNot, str]] = {
    WhyNot.FEW_PAGES: (
        f"Not known: fewer than {FEWEST_PAGES} pages have been read, too few to tell common words from rare."
    ),
    WhyNot.NOT_READ: "Not known: no look of ours has kept the words of the page yet.",
    WhyNot.FEW_WORDS: "Not known: too few words stand around the link.",
    WhyNot.FEW_WORDS_OF_TARGET: "Not known: the target page says too little of itself.",
    WhyNot.TWO_LANGUAGES: (
        "Not known: the pages are in two languages, and words do not compare across them."
    ),
}


class SharedWord(NamedTuple):
    """A word on both sides and its part of the likeness; the parts of all shared words add up to it."""

    word: str
    part: float


@dataclass(frozen=True, slots=True)
class Referring:
    """What the referring page says at the link; None and empty texts are "not known"."""

    title: str | None = None
    heading: str | None = None
    around: str | None = None
    anchor_text: str | None = None
    language: str | None = None

    def text(self) -> str:
        return _joined(self.title, self.heading, self.around, self.anchor_text)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the target page says of itself."""

    url: str | None = None
    title: str | None = None
    description: str | None = None
    language: str | None = None

    def text(self) -> str:
        path = " ".join(slugs_of(self.url).words) if self.url else None
        return _joined(self.title, self.description, path)


@dataclass(frozen=True, slots=True)
class Relevance:
    """How relevant a link is, on two axes that are never blended.

    `same_language` is None where either language is not known. `likeness` goes from 0 to 1 and is None when
    it cannot be told; `why_not` then says why. `words` are those that made the likeness, heaviest first.
    """

    same_language: bool | None
    likeness: float | None
    words: tuple[SharedWord, ...]
    sentence: str
    why_not: WhyNot | None = None


class PageCounts:
    """In how many of a project's pages each word stands, by bucket. Add every page once."""

    def __init__(self) -> None:
        self.pages = 0
        self._counts = np.zeros(BUCKETS, dtype=np.uint32)

    def add(self, text: str) -> None:
        """Count one page."""
        buckets = {_bucket(word) for word in terms(text)}
        self._counts[np.fromiter(buckets, dtype=np.int64, count=len(buckets))] += 1
        self.pages += 1

    def rarity(self, words: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """ln((1 + pages) / (1 + pages with the word)), 0 for a word that stands on every page."""
        buckets = np.fromiter((_bucket(word) for word in words), dtype=np.int64)
        return np.log((1 + self.pages) / (1.0 + self._counts[buckets]))


def counts_of(texts: Iterable[str]) -> PageCounts:
    """The counts of many pages."""
    counts = PageCounts()
    for text in texts:
        counts.add(text)
    return counts


def terms(text: str) -> Counter[str]:
    """The words of a text and how often each stands there.

    Words of one or two letters and bare numbers are left out: they hardly tell a matter. Scripts that put no
    blanks between words are read as pairs of characters.
    """
    found: Counter[str] = Counter()
    for word in every_word_of(text[:LONGEST_TEXT]):
        if _is_cjk(word[0]):
            found.update(word[start : start + 2] for start in range(max(1, min(len(word), 200) - 1)))
        elif len(word) > 2 and not word.isdigit():
            found[word[:LONGEST_WORD]] += 1
    return found


def likeness(first: Counter[str], second: Counter[str], counts: PageCounts) -> tuple[SharedWord, ...]:
    """The shared words of two texts, heaviest first; their parts add up to the cosine."""
    left, right = _weights(first, counts), _weights(second, counts)
    length = math.sqrt(_square(left) * _square(right))
    if not length:
        return ()
    shared = (SharedWord(word, left[word] * right[word] / length) for word in left.keys() & right.keys())
    return tuple(sorted((each for each in shared if each.part > 0), key=lambda each: (-each.part, each.word)))


def relevance(referring: Referring, subject: Subject, counts: PageCounts) -> Relevance:
    """How relevant a link on this page is for this target, and which words say so."""
    same = same_language(referring.language, subject.language)
    here, there = terms(referring.text()), _terms_of(subject)
    why_not = _unknown(here, there, counts, same)
    if why_not is not None:
        return not_known(why_not, same)
    words = likeness(here, there, counts)
    total = min(1.0, sum(each.part for each in words))
    shown = words[:SHOWN_WORDS]
    return Relevance(same, total, shown, sentence(total, [each.word for each in shown], same))


def not_known(why: WhyNot, same: bool | None = None) -> Relevance:
    """The relevance of a link of which nothing can be said, with the reason."""
    return Relevance(same, None, (), _WHY_NOT[why], why)


@lru_cache(maxsize=2_048)
def _terms_of(subject: Subject) -> Counter[str]:
    """A target is the subject of many links."""
    return terms(subject.text())


def same_language(page: str | None, site: str | None) -> bool | None:
    """Whether two language tags (BCP 47) name one language, in whatever country; None: one is missing."""
    tags = [(tag or "").strip().lower().replace("_", "-").partition("-")[0] for tag in (page, site)]
    if not all(tag.isalpha() and len(tag) in (2, 3) and tag != "und" for tag in tags):
        return None
    return tags[0] == tags[1]


def _joined(*texts: str | None) -> str:
    return " \n ".join(text[:LONGEST_TEXT] for text in texts if text)


def _bucket(word: str) -> int:
    # surrogates cannot be encoded; crc32 is the same on every machine, hash() is not
    return zlib.crc32(word.encode("utf-8", "replace")) & (BUCKETS - 1)


def _is_cjk(character: str) -> bool:
    return any(first <= character <= last for first, last in _CJK)


def _weights(words: Counter[str], counts: PageCounts) -> dict[str, float]:
    rarity = counts.rarity(words)
    return {
        word: (1 + math.log(times)) * float(rare)
        for (word, times), rare in zip(words.items(), rarity, strict=True)
    }


def _square(weights: dict[str, float]) -> float:
    return sum(weight * weight for weight in weights.values())


def _unknown(here: Counter[str], there: Counter[str], counts: PageCounts, same: bool | None) -> WhyNot | None:
    if counts.pages < FEWEST_PAGES:
        return WhyNot.FEW_PAGES
    if len(here) < FEWEST_WORDS:
        return WhyNot.FEW_WORDS
    if len(there) < FEWEST_WORDS:
        return WhyNot.FEW_WORDS_OF_TARGET
    return WhyNot.TWO_LANGUAGES if same is False else None


def sentence(total: float, words: Sequence[str], same: bool | None) -> str:
    """A likeness in words; `words` are those that made it, heaviest first."""
    tongue = "; both pages are in one language" if same else ""
    if total < LOOSELY:
        return f"The texts have little in common ({total:.2f} of 1){tongue}."
    degree = "Related" if total >= RELATED else "Loosely related"
    named = ", ".join(f"“{word}”" for word in words[:SHOWN_WORDS])
    return f"{degree} ({total:.2f} of 1) by the words {named}{tongue}."
