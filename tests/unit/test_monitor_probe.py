from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.errors import UsageError
from linkstead.monitor.probe import probe_address, says_the_same
from linkstead.urls import host_of, try_normalise_url

TOKEN = "x7k2m9q4w1z8"


@pytest.mark.parametrize(
    ("url", "probe"),
    [
        ("https://a.example/blog/post", f"https://a.example/blog/{TOKEN}"),
        ("https://a.example/blog/post/", f"https://a.example/blog/{TOKEN}/"),
        ("https://a.example/post.html?x=1#y", f"https://a.example/{TOKEN}.html"),
        ("http://a.example:8080/a/index.php?id=7", f"http://a.example:8080/a/{TOKEN}.php"),
        ("https://a.example/?p=12", f"https://a.example/{TOKEN}"),
        ("https://[2606:4700::1111]/a", f"https://[2606:4700::1111]/{TOKEN}"),
        ("https://a.example/.well-known", f"https://a.example/{TOKEN}"),
        ("https://a.example/", None),
        ("https://a.example", None),
        ("https://a.example/?utm_source=x", None),
        ("ftp://a.example/x", None),
        ("mailto:a@b.example", None),
        ("", None),
    ],
)
def test_the_probe_stands_beside_the_page(url: str, probe: str | None) -> None:
    assert probe_address(url, TOKEN) == probe


@pytest.mark.parametrize(
    "token", ["", "short", "x" * 65, "../../etc/passwd", "with blank 123", "a\r\nb" * 5, "é" * 12]
)
def test_a_token_that_is_no_random_name_is_refused(token: str) -> None:
    with pytest.raises(UsageError, match="letters and digits"):
        probe_address("https://a.example/x", token)


@given(st.from_regex(r"https?://[a-z]{1,9}\.example(:\d{2,4})?(/[ -~]{0,30})?", fullmatch=True))
def test_a_probe_never_leaves_the_host_and_is_never_the_page(url: str) -> None:
    probe = probe_address(url, TOKEN)
    if probe is not None:
        assert host_of(probe) == host_of(url)
        assert probe == try_normalise_url(probe)
        assert probe != try_normalise_url(url)
        assert "?" not in probe


@pytest.mark.parametrize(
    ("page", "probe", "same"),
    [
        ((200, 0b1111), (200, 0b1111), True),
        ((200, 0b1111), (200, 0b1000), True),
        ((200, 0b1111), (200, 0b0000), False),
        ((200, -1), (200, -8), True),
        ((200, -1), (200, -16), False),
        ((200, 5), (404, 5), False),
        ((200, None), (200, None), False),
        ((200, 5), (200, None), False),
        ((None, 5), (None, 5), False),
    ],
)
def test_a_page_is_shown_for_anything_when_status_and_text_agree(
    page: tuple[int | None, int | None], probe: tuple[int | None, int | None], same: bool
) -> None:
    assert says_the_same(*page, *probe) is same
