"""URLs and domains: one spelling for each, by the WHATWG URL standard and the Public Suffix List.

The normal form decides identity: two URLs are the same page when their normal forms are equal.
It is made by small steps that never change what a server would answer:

* parsed as a browser would (https://url.spec.whatwg.org/): case of scheme and host, IDNA, default
  ports, dot segments, backslashes;
* a dot at the end of the host is dropped, and a user name or password;
* percent-encoded unreserved characters are decoded, other escapes are written in capitals
  (RFC 3986, section 6.2.2);
* parameters that only track a visitor are dropped (TRACKING_PARAMETERS), all others keep their
  order and their values;
* the fragment is dropped; a text fragment can be read with `text_fragment`.

Scheme and `www.` stay: `http` and `https`, or with and without `www.`, are one page only where the
target's own redirects prove it, and that is for those who have looked.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from upa_url import PSL, URL

from linkstead.errors import UrlError

#: Parameters that identify a visit, never the content. A name with `*` at its end is a prefix.
TRACKING_PARAMETERS: Final[dict[str, str]] = {
    "utm_*": "Google Analytics campaigns, support.google.com/analytics/answer/1033863",
    "gclid": "Google Ads, support.google.com/google-ads/answer/9744275",
    "gclsrc": "Google Ads, Search Ads 360",
    "dclid": "Google Display & Video 360",
    "gbraid": "Google Ads on iOS, support.google.com/google-ads/answer/10417364",
    "wbraid": "Google Ads on iOS, support.google.com/google-ads/answer/10417364",
    "srsltid": "Google Merchant Center auto-tagging, support.google.com/merchants/answer/11127659",
    "_gl": "Google cross-domain linker, support.google.com/analytics/answer/10071811",
    "_ga": "Google cross-domain linker, older form",
    "fbclid": "Facebook click identifier",
    "fb_action_ids": "Facebook Open Graph actions",
    "fb_action_types": "Facebook Open Graph actions",
    "fb_source": "Facebook Open Graph actions",
    "igshid": "Instagram share identifier",
    "msclkid": "Microsoft Advertising, help.ads.microsoft.com (auto-tagging)",
    "twclid": "X (Twitter) click identifier",
    "ttclid": "TikTok click identifier",
    "li_fat_id": "LinkedIn click identifier",
    "epik": "Pinterest click identifier",
    "yclid": "Yandex Direct click identifier",
    "ysclid": "Yandex search click identifier",
    "_openstat": "Openstat advertising statistics",
    "mc_cid": "Mailchimp campaign",
    "mc_eid": "Mailchimp recipient",
    "_hsenc": "HubSpot e-mail tracking",
    "_hsmi": "HubSpot e-mail tracking",
    "__hssc": "HubSpot cross-domain tracking",
    "__hstc": "HubSpot cross-domain tracking",
    "__hsfp": "HubSpot cross-domain tracking",
    "hsctatracking": "HubSpot call-to-action tracking",
    "vero_id": "Vero e-mail tracking",
    "vero_conv": "Vero e-mail tracking",
    "mkt_tok": "Marketo e-mail tracking",
    "oly_anon_id": "Omeda visitor identifier",
    "oly_enc_id": "Omeda visitor identifier",
    "wickedid": "Wicked Reports click identifier",
    "s_cid": "Adobe Analytics campaign",
    "irclickid": "impact.com click identifier",
    "rb_clickid": "Russian ad networks' click identifier",
    "matomo_*": "Matomo campaigns, matomo.org/docs/tracking-campaigns",
    "mtm_*": "Matomo campaigns, matomo.org/docs/tracking-campaigns",
    "pk_campaign": "Matomo (Piwik) campaigns, older names",
    "pk_kwd": "Matomo (Piwik) campaigns, older names",
    "pk_source": "Matomo (Piwik) campaigns, older names",
    "pk_medium": "Matomo (Piwik) campaigns, older names",
    "pk_content": "Matomo (Piwik) campaigns, older names",
    "phpsessid": "PHP session identifier, php.net/manual/session.configuration",
    "jsessionid": "Java servlet session identifier",
}

_EXACT = frozenset(name for name in TRACKING_PARAMETERS if not name.endswith("*"))
_PREFIXES = tuple(name[:-1] for name in TRACKING_PARAMETERS if name.endswith("*"))
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TEXT_DIRECTIVE = ":~:"
_SCHEMES = frozenset({"http:", "https:"})
_ICANN_END = "// ===END ICANN DOMAINS==="


class PublicSuffixes(NamedTuple):
    """The Public Suffix List as loaded: both sections, the ICANN section alone, and its date."""

    all: PSL
    icann: PSL
    version: str


def load_public_suffixes(text: str) -> PublicSuffixes:
    """Build the matchers from the text of a public_suffix_list.dat.

    Raises `UrlError` when the text holds no rules.
    """
    everything, icann, inside, rules = PSL(), PSL(), True, 0
    version = "unknown"
    for line in text.splitlines():
        if line.startswith("// VERSION:"):
            version = line.partition(":")[2].strip()
        inside = inside and not line.startswith(_ICANN_END)
        if not line or line.startswith("//"):
            continue
        rules += 1
        everything.push_line(line)
        if inside:
            icann.push_line(line)
    if not rules or not everything.finalize() or not icann.finalize():
        raise UrlError("The public suffix list is empty or damaged; fetch it again.")
    return PublicSuffixes(everything, icann, version)


@lru_cache(maxsize=1)
def public_suffixes() -> PublicSuffixes:
    """The list that the installed `publicsuffixlist` package ships; upgrading it refreshes it."""
    shipped = resources.files("publicsuffixlist").joinpath("public_suffix_list.dat")
    return load_public_suffixes(shipped.read_text(encoding="utf-8"))


def parse_url(text: str, base: str | None = None) -> URL | None:
    """Parse as a browser does, against `base` if given; None when it is no URL."""
    try:
        parsed: URL | None = URL.parse(text, base) if base is not None else URL.parse(text)
    except (TypeError, UnicodeError):
        # a lone surrogate is no text that can be encoded; a browser reads it as U+FFFD
        return parse_url(_scalar(text), None if base is None else _scalar(base))
    return parsed


def _scalar(text: str) -> str:
    """A text as Unicode scalar values (https://infra.spec.whatwg.org/#javascript-string-convert)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def absolute_url(text: str, base: str) -> str | None:
    """The absolute URL that `text` means on a page at `base`, fragment kept, or None."""
    parsed = parse_url(text, base)
    return None if parsed is None else str(parsed.href)


def normalise_url(text: str, base: str | None = None) -> str:
    """The normal form of an http(s) URL, as text.

    Raises `UrlError` when the text is no absolute http(s) URL with a host.
    """
    normal = try_normalise_url(text, base)
    if normal is None:
        shown = text.strip()[:120]
        raise UrlError(f"“{shown}” is not a web address; write it like https://example.com/page.")
    return normal


def try_normalise_url(text: str, base: str | None = None) -> str | None:
    """As `normalise_url`, with None instead of the error."""
    parsed = parse_url(text, base)
    if parsed is None or parsed.protocol not in _SCHEMES:
        return None
    host: str = parsed.host
    if parsed.hostname.endswith("."):
        host = _without_final_dot(parsed.hostname, parsed.port)
    if not host:
        return None
    path: str = parsed.pathname
    query: str = parsed.search
    if "%" in path:
        path = _normal_escapes(path)
    if query:
        query = _content_query(query)
    return f"{parsed.protocol}//{host}{path}{query}"


def _without_final_dot(hostname: str, port: str) -> str:
    bare = hostname.rstrip(".")
    return f"{bare}:{port}" if port and bare else bare


def _normal_escapes(text: str) -> str:
    """Decode escaped unreserved characters; repeated, since decoding may complete an escape."""
    while True:
        normal = _ESCAPE.sub(_normal_escape, text)
        if normal == text:
            return normal
        text = normal


def _normal_escape(match: re.Match[str]) -> str:
    value = int(match[1], 16)
    return chr(value) if value in _UNRESERVED else f"%{value:02X}"


def _content_query(query: str) -> str:
    """The query without tracking parameters; order, empty values and repeats stay."""
    if "%" in query:
        query = _normal_escapes(query)
    kept = [part for part in query[1:].split("&") if not is_tracking_parameter(part)]
    joined = "&".join(kept)
    return f"?{joined}" if joined else ""


def is_tracking_parameter(part: str) -> bool:
    """Whether `name=value` (or a bare name) only tracks a visit."""
    name = part.partition("=")[0].lower()
    return name in _EXACT or name.startswith(_PREFIXES)


def text_fragment(text: str) -> str | None:
    """The text directive of a URL (`#:~:text=...`), without its mark, or None."""
    parsed = parse_url(text)
    if parsed is None or _TEXT_DIRECTIVE not in parsed.hash:
        return None
    return str(parsed.hash).partition(_TEXT_DIRECTIVE)[2] or None


def host_of(url: str) -> str:
    """The host of an absolute URL in its ASCII form, without the port.

    Raises `UrlError` when it has none.
    """
    parsed = parse_url(url)
    if parsed is None or not parsed.hostname:
        raise UrlError(f"“{url[:120]}” has no host; write it like https://example.com/page.")
    return str(parsed.hostname).rstrip(".")


@lru_cache(maxsize=65_536)
def registrable_domain(host: str, *, private: bool = True) -> str | None:
    """The registrable domain of a host (`example.co.uk`), None for suffixes and IP addresses.

    With `private`, suffixes that companies registered count too: `me.github.io` is a domain of its
    own. Source: publicsuffix.org.
    """
    suffixes = public_suffixes()
    found = (suffixes.all if private else suffixes.icann).registrable_domain(host.rstrip("."))
    return found or None


@lru_cache(maxsize=65_536)
def domain_of_host(host: str) -> str:
    """The domain that a host counts for: its registrable domain, else the host itself."""
    return registrable_domain(host) or host.rstrip(".")


def domain_of(url: str) -> str:
    """The referring domain of an absolute URL: registrable domain, else the host.

    Raises `UrlError` for a text without a host.
    """
    return domain_of_host(_host_of_normal(url) or host_of(url))


def _host_of_normal(url: str) -> str:
    """The host of a URL in normal form by cutting, which is many times faster than parsing."""
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in ("http", "https") or "\\" in rest:
        return ""
    authority = rest.partition("/")[0]
    if "@" in authority or "[" in authority or "?" in authority or "#" in authority:
        return ""
    if not authority.isascii() or "%" in authority or authority != authority.lower():
        return ""
    return authority.partition(":")[0]


def reverse_host(host: str) -> str:
    """`www.example.com` as `com.example.www`; its own inverse. IP addresses stay as they are."""
    if host.startswith("[") or host.replace(".", "").isdigit():
        return host
    return ".".join(reversed(host.split(".")))


def is_within(url: str, site: str) -> bool:
    """Whether a URL's host is the site's host or below it. `site` is a host such as example.com."""
    host = _host_of_normal(url) or host_of(url)
    return host == site or host.endswith(f".{site}")


def site_of(text: str) -> str:
    """What a person means by a site (`example.com`, `https://www.example.com/`) as a host.

    A leading `www.` is dropped: a site includes all its subdomains. Raises `UrlError`.
    """
    given = text.strip()
    url = given if "://" in given else f"https://{given}"
    parsed = parse_url(url)
    host = "" if parsed is None else str(parsed.hostname).rstrip(".").removeprefix("www.")
    if "." not in host and host != "localhost":
        raise UrlError(f"“{given[:120]}” is not a site; write its domain, such as example.com.")
    return host


def identity_key(*parts: str | int) -> int:
    """A 64-bit signed key of some texts, the same on every machine (BLAKE2b, RFC 7693).

    Two different texts share a key with probability 2^-64; a million pages collide somewhere with
    probability 3e-8.
    """
    text = "\x00".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)
