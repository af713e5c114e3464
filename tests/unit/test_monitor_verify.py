from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.link import REASON_OUTCOME, Outcome, Reason, Redirect, Verdict
from linkstead.monitor import wording
from linkstead.monitor.fetched import Fetched, RobotsSaid
from linkstead.monitor.verify import in_doubt_verdict, is_elsewhere, judge, look
from linkstead.page import read_page
from linkstead.page.fingerprint import fingerprint

TARGET = "https://example.com/page"
PAGE = "https://blog.example/post"
TYPE = ("Content-Type", "text/html; charset=utf-8")
FILLER = "<p>" + "words about boats and the sea " * 60


def _look(
    body: str,
    *headers: tuple[str, str],
    target: str | None = TARGET,
    status: int | None = 200,
    **changes: object,
) -> Verdict:
    given: dict[str, object] = {"url": PAGE, "final_url": PAGE, "status": status}
    fetched = Fetched(headers=(TYPE, *headers), body=body.encode(), **(given | changes))  # type: ignore[arg-type]
    return look(fetched, target=target, site="example.com", now=1_700_000_000)


def _link(rel: str = "", href: str = TARGET) -> str:
    return f'<a rel="{rel}" href="{href}">x</a>'


def test_a_verdict_on_a_found_link_says_everything_that_is_known() -> None:
    verdict = _look(f"<html lang=de><title>T</title>{_link('ugc')}", robots=RobotsSaid(search_engines=False))
    assert verdict.outcome is Outcome.FOUND
    assert (verdict.page_url, verdict.final_url, verdict.target_url) == (PAGE, PAGE, TARGET)
    assert (verdict.page_title, verdict.page_language, verdict.http_status) == ("T", "de", 200)
    assert (verdict.followed, verdict.nofollow_from) == (False, ("link",))
    assert (verdict.indexable, verdict.noindex_from) == (False, ("robots.txt",))
    assert verdict.checked_at == 1_700_000_000


def test_without_a_target_every_link_to_the_site_counts() -> None:
    links = (
        _link(href="https://www.example.com/a") + _link("nofollow", "http://example.com/b") + _link(href="/c")
    )
    verdict = _look(links, target=None)
    assert [link.url for link in verdict.links] == ["https://www.example.com/a", "http://example.com/b"]
    assert verdict.target_url == "https://www.example.com/a"


def test_without_a_target_and_a_link_the_site_is_named() -> None:
    assert _look(FILLER, target=None).target_url == "example.com"


def test_a_look_from_a_network_in_doubt_says_nothing_and_why() -> None:
    verdict = in_doubt_verdict(PAGE, TARGET, 1_700_000_000, "Only 0 of 3 canary pages answered.")
    assert (verdict.outcome, verdict.reason) == (Outcome.UNREACHABLE, Reason.SELF)
    assert (verdict.page_url, verdict.target_url, verdict.checked_at) == (PAGE, TARGET, 1_700_000_000)
    assert (verdict.followed, verdict.indexable, verdict.http_status) == (None, None, None)
    assert verdict.explanation == (
        "Our own network was in doubt at that moment, so this look says nothing "
        "(only 0 of 3 canary pages answered)."
    )


def test_a_verdict_has_the_fingerprint_of_the_page_that_was_read() -> None:
    assert _look(FILLER).fingerprint == fingerprint(read_page(FILLER.encode(), url=PAGE).text)
    assert _look("<p>two words").fingerprint is None
    assert _look(FILLER, status=404).fingerprint is None


def test_http_and_www_count_only_where_they_are_proven_the_same() -> None:
    body = _link(href="http://www.example.com/page")
    fetched = Fetched(url=PAGE, final_url=PAGE, status=200, headers=(TYPE,), body=body.encode())

    def proven(one: str, other: str) -> bool:
        return {one, other} == {"http://www.example.com/page", TARGET}

    said = look(fetched, target=TARGET, site="example.com", now=0)
    same = look(fetched, target=TARGET, site="example.com", now=0, same_target=proven)
    assert (said.outcome, same.outcome) == (Outcome.MISSING, Outcome.FOUND)
    assert "another link to the same site" in said.explanation


@pytest.mark.parametrize(
    "reason", [reason for reason in Reason if REASON_OUTCOME[reason] not in (Outcome.FOUND, Outcome.MISSING)]
)
def test_a_failed_fetch_is_told_as_it_failed(reason: Reason) -> None:
    fetched = Fetched(url=PAGE, final_url=PAGE, failure=reason, failure_detail="a detail")
    verdict = look(fetched, target=TARGET, site="example.com", now=0)
    assert (verdict.reason, verdict.outcome) == (reason, REASON_OUTCOME[reason])
    assert (verdict.followed, verdict.indexable) == (None, None)


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.BAD_ANSWER, Reason.TOO_LARGE])
def test_part_of_a_page_proves_a_link_and_never_its_absence(reason: Reason) -> None:
    assert _look(_link(), failure=reason, truncated=True).outcome is Outcome.FOUND
    assert _look(FILLER, failure=reason, truncated=True).reason is reason


def test_a_page_longer_than_is_read_is_unreadable_when_the_link_is_not_in_its_beginning() -> None:
    assert _look("<p>x</p>" * 600_000).reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "status",
    [400, 402, 404, 405, 406, 410, 418, 421, 430, 444, 451, 499, 500, 530, 599, 600, 999, 304, 300, 101],
)
def test_every_status_has_a_verdict_that_is_never_found(status: int) -> None:
    verdict = _look(_link(), status=status)
    assert verdict.outcome is not Outcome.FOUND
    assert verdict.followed is None


def test_no_status_at_all_is_a_bad_answer() -> None:
    assert _look("", status=None).reason is Reason.BAD_ANSWER


def test_an_empty_body_is_unreadable() -> None:
    assert _look("").reason is Reason.EMPTY


def test_a_page_built_by_scripts_stays_missing_with_a_warning() -> None:
    verdict = _look('<div id="root"></div><script src="/app.js"></script>')
    assert verdict.reason is Reason.REMOVED
    assert "script" in verdict.explanation


def test_a_text_that_goes_on_elsewhere_is_mentioned() -> None:
    assert "another address" in _look(f'<link rel="next" href="/post?page=2">{FILLER}').explanation


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<title>Page not found</title>" + FILLER, Reason.SOFT_404),
        ("<title>404 Not Found</title>", Reason.SOFT_404),
        ("<title>Error 404 (Not Found)!!1</title>" + FILLER, Reason.REMOVED),
        ("<title>404 – Page not found | My site</title>" + FILLER, Reason.SOFT_404),
        ("<title>Page introuvable - Mon site</title>" + FILLER, Reason.SOFT_404),
        ("<title>ページが見つかりませんでした | サイト</title>" + FILLER, Reason.SOFT_404),
        ("<title>Страница не найдена — Сайт</title>" + FILLER, Reason.SOFT_404),
        ("<title>Página no encontrada</title>" + FILLER, Reason.SOFT_404),
        ("<title>How to design a page not found page</title>" + FILLER, Reason.REMOVED),
        ("<title>The lighthouse was not found for years</title>" + FILLER, Reason.REMOVED),
        ("<title>Page not found</title>" + FILLER * 4, Reason.REMOVED),
        ("<title>Blog</title><h1>The page you requested could not be found.</h1>", Reason.REMOVED),
        ("<title>Blog</title><h1>The requested page could not be found.</h1>", Reason.SOFT_404),
        ("<title>a.example</title>This domain is for sale! Buy it now.", Reason.PARKED),
        ("<title>Diese Domain steht zum Verkauf</title>", Reason.PARKED),
        ("<title>A novel</title>" + FILLER * 2 + "this domain is for sale", Reason.REMOVED),
        ("<title>x</title><script src='//www.google.com/adsense/domains/caf.js'></script>", Reason.PARKED),
        ("<title>Just a moment...</title><p>wait", Reason.CHALLENGE),
        ("<title>Just a moment in time</title><p>a poem", Reason.REMOVED),
        ("<title>Just a moment...</title>" + FILLER, Reason.REMOVED),
        ("<title>Captcha – a glossary entry</title>" + FILLER, Reason.REMOVED),
        ("<title>Captcha - Glossary</title>" + "a word on it " * 20, Reason.REMOVED),
        ("<title>Captcha - Glossary</title>" + "a word on it " * 5, Reason.CHALLENGE),
        (FILLER + "<div class='g-recaptcha'></div><script src=/recaptcha/api.js>", Reason.REMOVED),
        (FILLER + '<script src="/cdn-cgi/challenge-platform/x.js"></script>', Reason.REMOVED),
        ("<title>Access to this page has been denied.</title><div id='px-captcha'></div>", Reason.CHALLENGE),
        ("<script>var dd={}</script><script src=//ct.captcha-delivery.com/c.js></script>", Reason.CHALLENGE),
    ],
)  # fmt: skip
def test_a_page_that_is_no_page_is_told_from_one_that_lost_the_link(body: str, reason: Reason) -> None:
    assert _look(body).reason is reason


@pytest.mark.parametrize(
    ("final", "reason"),
    [
        ("http://blog.example/post", Reason.REMOVED),
        ("https://www.blog.example/post/", Reason.REMOVED),
        ("https://blog.example/2024/post.html", Reason.REMOVED),
        ("https://blog.example/", Reason.PAGE_REDIRECTED),
        ("https://blog.example/category", Reason.PAGE_REDIRECTED),
        ("https://other.example/post", Reason.PAGE_REDIRECTED),
        ("https://blog.example/404.html", Reason.SOFT_404),
        ("https://blog.example/users/sign_in", Reason.LOGIN),
        ("https://consent.youtube.com/m?continue=x", Reason.CHALLENGE),
        ("https://www.google.com/sorry/index?continue=x", Reason.CHALLENGE),
        ("https://www.hugedomains.com/domain_profile.cfm?d=blog", Reason.PARKED),
    ],
)
def test_where_a_redirect_ends_says_what_became_of_the_page(final: str, reason: Reason) -> None:
    redirects = (Redirect(PAGE, 301, final),)
    assert _look(FILLER, final_url=final, redirects=redirects).reason is reason
    assert _look(FILLER + _link(), final_url=final, redirects=redirects).outcome is Outcome.FOUND


@pytest.mark.parametrize(
    ("asked", "final", "elsewhere"),
    [
        ("https://a.example/x/index.html", "https://a.example/x/", False),
        ("https://a.example/x?utm_source=b", "https://a.example/x", False),
        ("https://a.example/x?id=1", "https://a.example/x?id=2", False),
        ("https://old.a.example/x", "https://new.a.example/x", False),
        ("https://a.example/x", "https://a.example/y", True),
    ],
)
def test_a_new_spelling_is_no_redirect_away(asked: str, final: str, elsewhere: bool) -> None:
    assert is_elsewhere(asked, final) is elsewhere


@pytest.mark.parametrize(
    ("canonical", "elsewhere"),
    [
        (PAGE, False),
        ("http://www.blog.example/post/", False),
        ("/post?utm_campaign=x#y", False),
        ("https://blog.example/", True),
        ("https://other.example/post", True),
        ("/post?page=2", True),
        ("mailto:x@y.example", False),
    ],
)
def test_a_canonical_elsewhere_keeps_the_page_out_of_the_index(canonical: str, elsewhere: bool) -> None:
    verdict = _look(f'<link rel="canonical" href="{canonical}">{_link()}')
    assert verdict.outcome is Outcome.FOUND
    assert verdict.noindex_from == (("canonical elsewhere",) if elsewhere else ())


def test_a_canonical_that_names_the_address_we_came_from_is_the_pages_own() -> None:
    body = f'<link rel="canonical" href="{PAGE}">{_link()}'
    final = "https://blog.example/post/amp"
    assert _look(body, final_url=final, redirects=(Redirect(PAGE, 302, final),)).indexable is True


def test_the_first_followed_link_speaks() -> None:
    verdict = _look(_link("nofollow") + _link("noopener") + _link())
    assert verdict.speaks is not None
    assert verdict.speaks.position == 1
    assert verdict.followed is True
    assert len(verdict.links) == 3


def test_a_link_in_an_inert_template_is_none() -> None:
    page = read_page(_link().encode(), url=PAGE, headers=[TYPE])
    inert = replace(page, links=(replace(page.links[0], hidden="template"),))
    fetched = Fetched(url=PAGE, final_url=PAGE, status=200, body=b"x")
    verdict = judge(fetched, inert, target=TARGET, site="example.com", now=0)
    assert (verdict.outcome, verdict.links) == (Outcome.MISSING, ())


def test_every_reason_has_its_sentence() -> None:
    assert set(wording.SENTENCES) == set(Reason)


@given(st.text(max_size=300), st.sampled_from([200, 403, 404, 503]))
def test_any_page_gets_a_verdict_of_one_sentence(body: str, status: int) -> None:
    text = body.encode("utf-8", "replace").decode()
    verdict = _look(text, status=status)
    assert verdict.outcome is REASON_OUTCOME[verdict.reason]
    assert verdict.explanation.endswith(".")
