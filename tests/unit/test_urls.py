"""URLs have one spelling, domains follow the Public Suffix List."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.errors import UrlError
from linkstead.urls import (
    TRACKING_PARAMETERS,
    absolute_url,
    domain_of,
    host_of,
    identity_key,
    is_within,
    load_public_suffixes,
    normalise_url,
    public_suffixes,
    registrable_domain,
    reverse_host,
    site_of,
    text_fragment,
    try_normalise_url,
)


@pytest.mark.parametrize(
    ("given_url", "normal"),
    [
        ("HTTP://WWW.Example.COM:80/a/../b", "http://www.example.com/b"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com:443/", "https://example.com/"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com.:8443/a", "https://example.com:8443/a"),
        ("https://user:secret@example.com/", "https://example.com/"),
        ("https://example.com/%7euser/%c3%bc", "https://example.com/~user/%C3%BC"),
        ("https://example.com/%%34%31", "https://example.com/A"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/?utm_source=x&id=7&fbclid=y", "https://example.com/?id=7"),
        ("https://example.com/?UTM_Campaign=x", "https://example.com/"),
        ("https://example.com/?b=2&a=1&b=", "https://example.com/?b=2&a=1&b="),
        ("https://example.com/?p=1&&q", "https://example.com/?p=1&&q"),
        ("https://example.com/A/B//c/", "https://example.com/A/B//c/"),
        (" https://example.com/a\tb ", "https://example.com/ab"),
        ("https:\\\\example.com\\a", "https://example.com/a"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
    ],
)
def test_a_url_is_put_into_its_normal_form(given_url: str, normal: str) -> None:
    assert normalise_url(given_url) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/a",
        "mailto:a@example.com",
        "javascript:1",
        "ftp://example.com/",
        "https://",
        "http://./",
    ],
)
def test_what_is_no_web_address_is_refused_with_a_sentence(text: str) -> None:
    assert try_normalise_url(text) is None
    with pytest.raises(UrlError, match="not a web address"):
        normalise_url(text)


def test_a_lone_surrogate_is_read_as_a_browser_reads_it() -> None:
    assert normalise_url("https://example.com/\ud800") == "https://example.com/%EF%BF%BD"
    assert try_normalise_url("\udfff") is None


def test_parameters_that_select_content_are_never_dropped() -> None:
    url = "https://example.com/?id=1&page=2&q=x&ref=home&source=list&lang=de&v=abc&campaign=7&gclid_x=1"
    assert normalise_url(url) == url


def test_every_tracking_parameter_has_a_source_and_is_dropped() -> None:
    for name, source in TRACKING_PARAMETERS.items():
        assert len(source) > 10
        assert (
            normalise_url(f"https://example.com/?{name.replace('*', 'x')}=1&a=1")
            == "https://example.com/?a=1"
        )


def test_scheme_and_www_are_kept() -> None:
    forms = {"http://example.com/", "https://example.com/", "https://www.example.com/"}
    assert {normalise_url(form) for form in forms} == forms


def test_text_fragments_can_be_read_though_fragments_are_dropped() -> None:
    assert text_fragment("https://example.com/#:~:text=lamp,light") == "text=lamp,light"
    assert text_fragment("https://example.com/#intro:~:text=lamp") == "text=lamp"
    assert text_fragment("https://example.com/#intro") is None


#: Any code point, lone surrogates included.
anything = st.text(st.characters(exclude_categories=()), max_size=40)


@given(anything, anything, st.sampled_from(["http://", "https://", ""]))
def test_normalising_twice_is_normalising_once(host: str, rest: str, scheme: str) -> None:
    once = try_normalise_url(f"{scheme}{host}/{rest}")
    if once is not None:
        assert try_normalise_url(once) == once


@given(st.text(alphabet="%0123456789abcdefABCDEF/?&=.utm_", max_size=60))
def test_escapes_and_queries_are_normalised_once_and_for_all(rest: str) -> None:
    once = normalise_url(f"https://example.com/{rest}")
    assert normalise_url(once) == once


@pytest.mark.parametrize(
    ("host", "both", "icann"),
    [
        ("www.example.co.uk", "example.co.uk", "example.co.uk"),
        ("me.github.io", "me.github.io", "github.io"),
        ("github.io", None, "github.io"),
        ("co.uk", None, None),
        ("127.0.0.1", None, None),
        ("a.b.xn--bcher-kva.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_registrable_domains_follow_both_sections_of_the_list(
    host: str, both: str | None, icann: str | None
) -> None:
    assert registrable_domain(host) == both
    assert registrable_domain(host, private=False) == icann


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.example.co.uk/a", "example.co.uk"),
        ("https://WWW.Example.CO.UK/a", "example.co.uk"),
        ("https://github.io/", "github.io"),
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("http://[::1]/", "[::1]"),
        ("https://user@sub.example.org?x", "example.org"),
        ("https://b%C3%BCcher.example.org/", "example.org"),
    ],
)
def test_the_domain_of_a_url_is_its_registrable_domain_or_its_host(url: str, domain: str) -> None:
    assert domain_of(url) == domain


def test_the_shipped_list_says_its_date_and_an_empty_one_is_refused() -> None:
    assert public_suffixes().version[:2] == "20"
    with pytest.raises(UrlError, match="empty or damaged"):
        load_public_suffixes("// only a comment")


def test_reversing_a_host_twice_gives_it_back() -> None:
    assert reverse_host("www.example.com") == "com.example.www"
    for host in ("www.example.com", "127.0.0.1", "[::1]", "localhost"):
        assert reverse_host(reverse_host(host)) == host


@pytest.mark.parametrize(
    "text", ["example.com", "https://www.example.com/shop", " EXAMPLE.com ", "www.example.com."]
)
def test_a_site_is_understood_however_it_is_written(text: str) -> None:
    assert site_of(text) == "example.com"


@pytest.mark.parametrize("text", ["", "example", "not a site", "https://"])
def test_what_is_no_site_is_refused(text: str) -> None:
    with pytest.raises(UrlError):
        site_of(text)


def test_a_look_alike_host_is_not_within_the_site() -> None:
    assert is_within("https://shop.example.com/", "example.com")
    assert not is_within("https://notexample.com/", "example.com")
    assert not is_within("https://example.com.evil.example/", "example.com")


def test_a_url_without_host_has_no_host() -> None:
    with pytest.raises(UrlError):
        host_of("mailto:x@example.com")


def test_relative_addresses_resolve_as_in_a_browser() -> None:
    assert absolute_url("../b?x#y", "https://example.com/a/c") == "https://example.com/b?x#y"
    assert absolute_url("http://", "https://example.com/") is None


def test_keys_are_the_same_everywhere_and_tell_parts_apart() -> None:
    assert identity_key("https://example.com/") == 1493557592560457051
    assert identity_key("a", "bc") != identity_key("ab", "c")
    assert -(2**63) <= identity_key("x") < 2**63
