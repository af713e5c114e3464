"""The words in a page's address: what its folders and its last part say, without the technical rest.

    /de/blog/2019/05/tide-tables_guide-48213.html  ->  folders blog, slug tide tables guide, locale de

Left out: a locale at the front, file endings, names of a folder's own page, dates in folders, ids. What
is left is what an editor keeps when a page moves, so two addresses can be compared by it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote

from linkstead.urls import parse_url


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Endings of pages (web servers' and frameworks' defaults), the longest first.
_ENDING: Final = re.compile(r"\.(?:[psx]?html?|php\d?|aspx?|jspx?|cfm|cgi|do|action|amp)$", re.IGNORECASE)
#: Names of a folder's own page.
_OWN_PAGE: Final = frozenset({"index", "default", "home", "welcome", "main", "start"})
_LOCALE: Final = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
#: ISO 639-1 codes and countries in use as first folders; other pairs of letters (`/tv/`) are words.
_LANGUAGES: Final = _set(
    "ar bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko lt lv mk ms "
    "nb nl nn no pl pt ro ru sk sl sq sr sv th tr uk ur vi zh us gb at ch br mx"
)
#: A number with two letters at most before it: `48213`, `p1234`, `id48213`. Years are no ids.
_ID: Final = re.compile(r"[a-z]{0,2}\d{5,}|[a-z]{1,2}\d{4}|(?=(?:[a-f]*\d){3})[0-9a-f]{8,}")
_DATE_FOLDER: Final = re.compile(r"\d{1,4}(?:-\d{1,2}){0,2}")
_DATE_IN_FRONT: Final = re.compile(
    r"^(?:19|20)\d\d[-_.](?:0?[1-9]|1[0-2])(?:[-_.](?:0?[1-9]|[12]\d|3[01]))?[-_.]"
)
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")
#: Characters and parts that are looked at; more is noise, or an attack.
_MOST: Final = 500
_MOST_FOLDERS: Final = 8
_MOST_WORDS: Final = 24


class Slugs(NamedTuple):
    """An address in words: those of each folder, those of its last part, and its locale (or "").

    `is_home`: it is the front page of a site or of one of its languages.
    """

    folders: tuple[tuple[str, ...], ...]
    slug: tuple[str, ...]
    locale: str
    is_home: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """All words, those of the folders first."""
        return tuple(word for folder in self.folders for word in folder) + self.slug


def words_of(text: str) -> tuple[str, ...]:
    """The first words of any text, folded as in `every_word_of`."""
    return tuple(every_word_of(text[:_MOST])[:_MOST_WORDS])


def every_word_of(text: str) -> list[str]:
    """All words of a text, folded: case, accents and compatibility forms (Unicode NFKD) are one."""
    plain = text.casefold()
    if not plain.isascii():
        # twice, since compatibility forms may spell out capitals, and folding may compose
        spelt = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
        plain = "".join(letter for letter in spelt if not unicodedata.combining(letter))
    return _WORD.findall(plain)


@lru_cache(maxsize=16_384)
def slugs_of(url: str) -> Slugs:
    """The words of an absolute URL; those of its query's values count as part of the last part."""
    parsed = parse_url(url)
    if parsed is None:
        return Slugs((), (), "")
    parts = [unquote(part) for part in str(parsed.pathname)[:_MOST].split("/") if part]
    locale = ""
    if parts and _is_locale(parts[0]):
        locale = parts.pop(0).lower()[:2]
    last = parts.pop() if parts and not str(parsed.pathname).endswith("/") else ""
    if not last or _own_page(last):
        last = parts.pop() if parts else ""
    query = str(parsed.search)
    slug = _slug(last) + (_query_words(query) if query else ())
    is_home = not last and not query
    folders = tuple(
        words for part in parts[:_MOST_FOLDERS] if not _DATE_FOLDER.fullmatch(part) and (words := _slug(part))
    )
    return Slugs(folders, slug[:_MOST_WORDS], locale, is_home)


def _is_locale(part: str) -> bool:
    return _LOCALE.fullmatch(part) is not None and part[:2].lower() in _LANGUAGES


def _own_page(part: str) -> bool:
    return _ENDING.sub("", part).lower() in _OWN_PAGE


def _slug(part: str) -> tuple[str, ...]:
    bare = _DATE_IN_FRONT.sub("", _ENDING.sub("", part))
    return tuple(word for word in words_of(_HUMP.sub(" ", bare)) if not _ID.fullmatch(word))


def _query_words(query: str) -> tuple[str, ...]:
    """The words of a query's values: `?product=blue-lamp&id=7` says blue lamp."""
    values = (unquote(part.partition("=")[2]) for part in query[1:_MOST].split("&"))
    return tuple(word for value in values for word in _slug(value) if not word.isdigit())
