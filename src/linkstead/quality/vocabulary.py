"""What kind of text an anchor is: a name, an address, "click here", a selling phrase, a risky trade.

The tables are small and multilingual on purpose: they hold words that hardly ever mean something
else. Doubtful words are left out (`slots` are also free appointments, `wetten` are laws in Dutch,
`escort` is a car), so that absence here means "not recognised", never "clean".
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from typing import Final

from linkstead.urls import domain_of_host


class AnchorKind(StrEnum):
    """The kinds of anchor text, told apart in this order."""

    EMPTY = "empty"
    ADDRESS = "address"
    BRAND = "brand"
    GENERIC = "generic"
    RISKY = "risky"
    COMMERCIAL = "commercial"
    OTHER = "other"


#: "Click here" in the languages most of the web is written in. Compiled by hand.
GENERIC: Final = frozenset(
    """click here|here|this|link|website|web site|site|homepage|home|source|sources|via|visit|visit website
    visit site|visit the site|read more|more|more info|learn more|see more|this site|this page|this article|go
    details|download|view|official site|official website|url|web|page|article|original|reference|website link
    hier|hier klicken|mehr|mehr erfahren|weiterlesen|webseite|zur webseite|quelle|zum artikel|startseite
    ici|cliquez ici|en savoir plus|lire la suite|site web|le site|source originale
    aquí|aqui|haga clic aquí|leer más|ver más|más información|sitio web|página web|fuente|enlace
    clique aqui|leia mais|saiba mais|fonte|qui|clicca qui|leggi tutto|sito web|sito|scopri di più
    klik hier|lees meer|meer info|tutaj|kliknij tutaj|więcej|strona|źródło|zde|více|här|läs mer|her|læs mere
    здесь|тут|сайт|ссылка|источник|подробнее|читать далее|перейти|buraya tıklayın|buradan|devamı|kaynak
    klik di sini|di sini|selengkapnya|xem thêm|tại đây|ที่นี่|اضغط هنا|هنا|المصدر|כאן|לחצו כאן
    点击这里|这里|查看更多|更多|网站|链接|來源|こちら|詳細|詳しくはこちら|続きを読む|公式サイト|여기|더보기|바로가기""".replace(
        "\n", "|"
    ).split("|")
)

#: Words that sell. A text with one of them is what somebody would place, not what somebody would write.
COMMERCIAL: Final = tuple(
    """buy|buy online|cheap|cheapest|discount|coupon|promo code|for sale|best price|low price|free shipping
    order online|affordable|near me|kaufen|günstig|günstige|billig|rabatt|gutschein|preisvergleich|acheter
    pas cher|bon plan|code promo|comprar|barato|barata|baratos|baratas|descuento|oferta|cupom|acquistare
    acquista|economico|sconto|offerta|kopen|goedkoop|goedkope|korting|kupić|tanie|promocja|köpa|billiga
    купить|дешево|недорого|скидка|заказать|satın al|ucuz|indirim|murah|giá rẻ""".replace("\n", "|").split("|")
)

#: Trades whose anchors appear on hacked pages and link farms of unrelated sites, by trade.
RISKY: Final[dict[str, tuple[str, ...]]] = {
    "gambling": (
        "casino", "casinos", "online casino", "poker", "baccarat", "roulette", "blackjack", "sportsbook",
        "sports betting", "betting odds", "online slots", "slot machines", "slot gacor", "slot online",
        "judi", "judi online", "togel", "sbobet", "bandarqq", "situs slot", "apuestas", "apuestas deportivas",
        "casas de apostas", "sportwetten", "spielautomaten", "paris sportifs", "bahis", "kumarhane",
        "casibom", "казино", "букмекер", "вулкан казино", "nhà cái", "cá cược",
    ),
    "pharmacy": (
        "viagra", "cialis", "levitra", "sildenafil", "tadalafil", "kamagra", "tramadol", "xanax", "ambien",
        "phentermine", "oxycodone", "modafinil", "online pharmacy", "canadian pharmacy", "без рецепта",
        "ohne rezept", "виагра", "сиалис",
    ),
    "adult": (
        "porn", "porno", "xxx", "hentai", "milf", "sex cam", "sex cams", "sex chat", "sexcam", "free sex",
        "live sex", "escort service", "escort girls", "escorts", "порно", "проститутки", "escort bayan",
    ),
}  # fmt: skip

#: The same trades in scripts that do not put blanks between words: found anywhere in the text.
RISKY_ANYWHERE: Final[dict[str, tuple[str, ...]]] = {
    "gambling": (
        "博彩",
        "赌场",
        "百家乐",
        "老虎机",
        "カジノ",
        "카지노",
        "바카라",
        "토토사이트",
        "คาสิโน",
        "สล็อต",
    ),
    "pharmacy": ("伟哥", "バイアグラ", "비아그라"),
    "adult": ("色情", "成人视频", "アダルト動画", "야동"),
}

_ADDRESS = re.compile(r"(?:https?:|www\.)\S*|[^\s@]+\.[^\s@.\d]{2,24}(?:[/?#:]\S*)?", re.IGNORECASE)
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_LONGEST_READ = 500  # an anchor is judged by its beginning: texts come from outside and may be endless


def _whole_words(terms: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(term.strip()) for term in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


_GENERIC = frozenset(term.strip() for term in GENERIC)
_COMMERCIAL = _whole_words(COMMERCIAL)
_RISKY = {trade: _whole_words(terms) for trade, terms in RISKY.items()}


def folded(text: str) -> str:
    """A text as it is compared: compatibility forms, case and runs of blanks made equal."""
    return " ".join(unicodedata.normalize("NFKC", text[:_LONGEST_READ]).casefold().split())


@lru_cache(maxsize=2_048)
def risky_trade(text: str) -> str | None:
    """The risky trade that a text names, or None."""
    plain = folded(text)
    for trade, pattern in _RISKY.items():
        if pattern.search(plain) or any(term in plain for term in RISKY_ANYWHERE[trade]):
            return trade
    return None


@lru_cache(maxsize=16)
def brand_of(site: str) -> str:
    """The name in a site's domain: `harborlight` for shop.harborlight.co.uk."""
    # a lone surrogate, which JSON can hold, is no text that can be encoded
    label = domain_of_host(site.encode("utf-8", "replace").decode()).partition(".")[0]
    with suppress(UnicodeError):
        label = label.encode("ascii").decode("idna")  # xn--mnchen-3ya is written münchen in anchors
    return _NO_LETTER_OR_DIGIT.sub("", label.casefold())


def _is_brand(plain: str, brand: str) -> bool:
    # A short name stands inside too many words, so it has to be a word of its own.
    if len(brand) <= 3:
        return bool(brand) and re.search(rf"(?<!\w){re.escape(brand)}(?!\w)", plain) is not None
    return brand in _NO_LETTER_OR_DIGIT.sub("", plain)


@lru_cache(maxsize=2_048)
def anchor_kind(text: str, site: str) -> AnchorKind:
    """Which kind of anchor text this is for a site (a host such as example.com)."""
    plain = folded(text)
    checks = (
        (AnchorKind.EMPTY, not _NO_LETTER_OR_DIGIT.sub("", plain)),
        (AnchorKind.ADDRESS, _ADDRESS.fullmatch(plain) is not None),
        (AnchorKind.BRAND, _is_brand(plain, brand_of(site))),
        (AnchorKind.GENERIC, plain.strip(" .:!>»→[]()") in _GENERIC),
        (AnchorKind.RISKY, risky_trade(plain) is not None),
        (AnchorKind.COMMERCIAL, _COMMERCIAL.search(plain) is not None),
    )
    return next((kind for kind, holds in checks if holds), AnchorKind.OTHER)
