"""Signals of the host name alone: the only facts that every domain has.

A name proves nothing. A model that reads names only must say so, and `toxicity` answers "not enough
evidence" then. No country's suffix and no language counts against a domain here.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from linkstead.quality.signals.signal import Direction, Sign, Signal, ramp, sign
from linkstead.quality.vocabulary import risky_trade
from linkstead.urls import registrable_domain

if TYPE_CHECKING:
    from linkstead.quality.facts import Facts

_MOZ: Final = "Moz Spam Score, one of its 27 features"

#: Generic suffixes that are sold in bulk for little. Compiled by hand from registries' price
#: campaigns; no country is among them.
BULK_SUFFIXES: Final = frozenset(
    (
        "xyz", "top", "online", "site", "shop", "club", "icu", "buzz", "rest", "fun", "space", "website",
        "store", "live", "pro", "win", "bid", "loan", "download", "stream", "trade", "review", "party",
        "racing", "date", "faith", "science", "men", "work", "click", "link", "guru", "host", "press",
        "tech", "vip", "life", "world", "today", "news", "mobi", "info", "biz", "cyou", "sbs", "cfd",
        "bond", "monster", "quest", "beauty", "hair", "skin", "makeup", "lol", "pics", "mom", "autos",
        "boats", "homes", "yachts", "best", "one", "uno", "blog", "agency", "services", "company",
        "email", "solutions", "support",
    )
)  # fmt: skip

#: Suffixes that are given only to schools, authorities and the like (IANA root zone database).
_INSTITUTIONS = re.compile(
    r"(?:^|\.)(?:edu|gov|mil|int|museum|(?:ac|edu|gov|gob|gouv|go|sch|mil)\.[a-z]{2})$"
)

#: Words in names that were registered to sell or to draw traffic. Compiled by hand.
_SELLING: Final = (
    "seo", "backlink", "traffic", "promo", "bonus", "cheap", "discount", "kredit", "credit", "loan", "zaim",
    "forex", "crypto", "bitcoin", "payday", "income", "earn", "rank", "monetiz", "button", "share-buttons",
    "kupit", "zakaz", "kabinet", "lk-", "-lk", "torrent", "replica", "escort", "dating", "prostitut",
    "intim", "sexy", "porn", "xxx", "casin", "cazino", "kazino", "vulkan", "slot", "poker", "bet-", "-bet",
    "betting", "viagra", "cialis", "pharm", "pills",
)  # fmt: skip
_VOWELS: Final = frozenset("aeiouyáéíóúäöüаеёиоуыэюя")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}")


@lru_cache(maxsize=2_048)
def label_of(domain: str) -> str:
    """The name without its suffix, in letters: `münchen` for xn--mnchen-3ya.de."""
    label = domain.partition(".")[0][:63]
    with suppress(UnicodeError):
        label = label.encode("ascii").decode("idna")
    return label


def suffix_of(domain: str) -> str:
    """Everything behind the first label of a registrable domain."""
    return domain.partition(".")[2]


def bulk_suffix(facts: Facts) -> Sign | None:
    suffix = suffix_of(facts.domain.name or "")
    said = f"The name ends in .{suffix}, which is sold in bulk for little."
    return sign(float(suffix in BULK_SUFFIXES), said, suffix=suffix)


def institution(facts: Facts) -> Sign | None:
    suffix = suffix_of(facts.domain.name or "")
    said = f"The name ends in .{suffix}, which only institutions get."
    return sign(float(_INSTITUTIONS.search(suffix) is not None), said, suffix=suffix)


def hyphens(facts: Facts) -> Sign | None:
    name = label_of(facts.domain.name or "")
    count = name.count("-")
    return sign(ramp(count, 1, 3), f"The name has {count} hyphen{'s' if count > 1 else ''}.", hyphens=count)


def digits(facts: Facts) -> Sign | None:
    name = label_of(facts.domain.name or "")
    count = sum(char.isdigit() for char in name)
    if not count or count == len(name):
        return None
    return sign(
        ramp(count, 1, 4),
        f"The name has {count} digit{'s' if count > 1 else ''} among letters.",
        digits=count,
    )


def long_name(facts: Facts) -> Sign | None:
    length = len(label_of(facts.domain.name or ""))
    return sign(ramp(length, 16, 30), f"The name has {length} characters.", characters=length)


def short_name(facts: Facts) -> Sign | None:
    length = len(label_of(facts.domain.name or ""))
    if not 0 < length <= 7:
        return None
    said = f"The name has no more than {length} characters; such names were taken long ago."
    return sign(1.0 - (length - 3) / 10 if length > 3 else 1.0, said, characters=length)


def risky_name(facts: Facts) -> Sign | None:
    name = label_of(facts.domain.name or "")
    trade = risky_trade(name.replace("-", " "))
    return sign(float(trade is not None), f"The name has words of {trade}.", trade=trade)


def selling_name(facts: Facts) -> Sign | None:
    name = label_of(facts.domain.name or "")
    found = [word for word in _SELLING if word in name]
    return sign(float(bool(found)), f"The name holds “{'”, “'.join(found[:3])}”.", words=" ".join(found[:5]))


def odd_letters(facts: Facts) -> Sign | None:
    name = label_of(facts.domain.name or "").lower()
    letters = [char for char in name if char.isalpha()]
    if len(letters) < 8 or not name.isascii():
        return None
    share = sum(char in _VOWELS for char in letters) / len(letters)
    odd = share < 0.2 or _CONSONANTS.search(name) is not None
    return sign(float(odd), "The letters of the name make no words.", vowels=round(share, 2))


def mixed_scripts(facts: Facts) -> Sign | None:
    letters = [char for char in label_of(facts.domain.name or "") if char.isalpha()]
    scripts = {unicodedata.name(char, "UNKNOWN").partition(" ")[0] for char in letters}
    both = "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK"})
    return sign(
        float(both), "The name mixes scripts whose letters look alike.", scripts=" ".join(sorted(scripts))
    )


def deep_host(facts: Facts) -> Sign | None:
    host, name = facts.domain.host or "", facts.domain.name or ""
    extra = host.removesuffix(name).strip(".").removeprefix("www").strip(".")
    count = extra.count(".") + 1 if extra else 0
    return sign(ramp(count, 3, 5), f"The host stands {count} levels below its domain.", levels=count)


def private_suffix(facts: Facts) -> Sign | None:
    name = facts.domain.name or ""
    inner = registrable_domain(name, private=False) if name.isascii() else None  # hosts are ASCII (IDNA)
    below = bool(inner) and inner != name
    return sign(
        float(below), f"The site lies on a host for many ({inner}), open to everybody.", platform=inner
    )


def letters_odd(facts: Facts) -> Sign | None:
    value = facts.domain.letters or 0.0
    said = "The letters of the name are like those of names on the spam list that the model learnt from."
    return sign(min(1.0, value / LETTERS_FULL), said, log_odds=round(value, 2)) if value > 0 else None


def letters_usual(facts: Facts) -> Sign | None:
    value = -(facts.domain.letters or 0.0)
    said = "The letters of the name are like those of the reputable names that the model learnt from."
    return sign(min(1.0, value / LETTERS_FULL), said, log_odds=round(-value, 2)) if value > 0 else None


#: Log-odds of the letters at which the two signals are at full strength.
LETTERS_FULL: Final = 4.0
_AGAINST, _FOR = Direction.AGAINST, Direction.FOR
_NAME: Final = ("domain.name",)
_FLOOR: Final = "Character n-grams of host names, the floor that a spam model must clear; measured by the fit"

NAME_SIGNALS: Final = (
    Signal(
        "domain.bulk-suffix", "a suffix sold in bulk", _AGAINST,
        "The suffix is one of the newer generic ones that are sold in bulk for little. No country's suffix "
        "counts.",
        f"{_MOZ} (suffix correlated with spam); our own table.", _NAME, 0.5, bulk_suffix,
    ),
    Signal(
        "domain.institution", "an institution's suffix", _FOR,
        "The suffix is given only to schools, authorities and the like.", "IANA root zone database.", _NAME,
        0.6, institution,
    ),
    Signal("domain.hyphens", "hyphens in the name", _AGAINST, "The name has one hyphen or more.",
           f"{_MOZ} (hyphens in the domain).", _NAME, 0.2, hyphens),
    Signal("domain.digits", "digits in the name", _AGAINST, "The name has digits among its letters.",
           f"{_MOZ} (numerals in the domain).", _NAME, 0.2, digits),
    Signal("domain.long-name", "a long name", _AGAINST,
    "The name has 16 characters or more without its suffix.",
           f"{_MOZ} (length of the name).", _NAME, 0.2, long_name),
    Signal("domain.short-name", "a short name", _FOR,
    "The name has at most seven characters without its suffix.",
           f"The reverse of {_MOZ} (length of the name).", _NAME, 0.2, short_name),
    Signal("domain.risky-name", "a risky trade in the name", _AGAINST,
           "The name has words of gambling, pharmacy or adult trades.", f"{_MOZ} (poison words).", _NAME,
           0.6, risky_name),
    Signal("domain.selling-name", "a selling name", _AGAINST,
           "The name holds a word that sells or draws traffic (seo, bonus, kredit…). Trades that are named "
           "so exist.",
           f"{_MOZ} (poison words); our own table.", _NAME, 0.3, selling_name),
    Signal("domain.odd-letters", "letters that make no words", _AGAINST,
           "Eight letters or more with hardly a vowel, or five consonants in a row. Abbreviations and some "
           "languages are so.",
           f"{_MOZ} (vowels and consonants).", _NAME, 0.2, odd_letters),
    Signal("domain.mixed-scripts", "mixed scripts", _AGAINST,
    "The name mixes Latin with Cyrillic or Greek letters.",
           "Unicode Technical Standard 39, confusable detection.", _NAME, 0.6, mixed_scripts),
    Signal("domain.deep-host", "far below its domain", _AGAINST,
    "The host stands three levels or more below its domain.",
           "Fetterly et al., Spam, damn spam, and statistics, WebDB 2004 (host names).",
           ("domain.name", "domain.host"), 0.2, deep_host),
    Signal("domain.open-host", "a site on a host for many", _AGAINST,
           "The site lies below a host where anybody can open one. Most of them are honest, so it weighs "
           "little.",
           "Public Suffix List, private section; our choice of weight.", _NAME, 0.1, private_suffix),
    Signal("domain.letters-odd", "letters like those of spam names", _AGAINST,
           "The letters of the name, two to four in a row, are commoner among the spam names of the fit.",
           f"{_FLOOR}.",
           ("domain.letters",), 0.0, letters_odd),
    Signal("domain.letters-usual", "letters like those of reputable names", _FOR,
           "The letters of the name, two to four in a row, are commoner among the reputable names of the "
           "fit.", f"{_FLOOR}.",
           ("domain.letters",), 0.0, letters_usual),
)  # fmt: skip
