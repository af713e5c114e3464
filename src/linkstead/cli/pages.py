"""`linkstead page` and `linkstead verify`: one saved page, one live link."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkstead.cli.output import add_json, plain, print_json, read_bytes
from linkstead.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from linkstead.link import Link, Verdict
    from linkstead.page import Page


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    page = verbs.add_parser(
        "page",
        help="read a saved HTML page and list its links",
        description="Read a saved HTML page as a search engine would and list every link on it.",
    )
    page.add_argument("file", type=Path, metavar="FILE")
    page.add_argument("--base", required=True, metavar="URL", help="the address that the page came from")
    page.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="a response header, such as 'X-Robots-Tag: nofollow'; may be repeated",
    )
    add_json(page)
    page.set_defaults(run=run_page)
    verify = verbs.add_parser(
        "verify",
        help="look at one page now and say whether it links to a target",
        description="Fetch one page and judge one link. Exit status 0 when the link was found, 1 when not.",
    )
    verify.add_argument("page", metavar="PAGE", help="the referring page's address")
    verify.add_argument("target", metavar="TARGET", help="the address that it should link to")
    add_json(verify)
    verify.set_defaults(run=run_verify)


def run_page(options: argparse.Namespace) -> int:
    from linkstead.page import read_page
    from linkstead.urls import normalise_url

    normalise_url(options.base)  # a sentence instead of a page without links
    headers = [_header(text) for text in options.header]
    page = read_page(read_bytes(options.file), url=options.base, headers=headers)
    if options.json:
        print_json(page_json(page))
    else:
        print("\n".join(_page_lines(page)))
    return 0


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise UsageError(f"“{plain(text, 60)}” is no header; write it like 'X-Robots-Tag: nofollow'.")
    return name.strip(), value.strip()


def page_json(page: Page) -> dict[str, Any]:
    """A page as the command line prints it."""
    return {
        "title": page.title,
        "language": page.language,
        "url": page.url,
        "base": page.base,
        "charset": page.charset,
        "charset_from": page.charset_from,
        "canonical": page.canonical,
        "robots": {
            "noindex": bool(page.robots.noindex_from(None)),
            "nofollow": bool(page.robots.nofollow_from()),
            "noindex_from": list(page.robots.noindex_from(None)),
            "nofollow_from": list(page.robots.nofollow_from()),
            "rules": [
                {"agent": rule.agent, "directive": rule.directive, "origin": rule.origin}
                for rule in page.robots.rules
            ],
        },
        "meta_refresh": page.meta_refresh[1] if page.meta_refresh else None,
        "words": page.words,
        "truncated": page.truncated,
        "links": [link_json(link) for link in page.links],
    }


def link_json(link: Link) -> dict[str, Any]:
    """A link as the command line prints it."""
    return {
        "url": link.url,
        "anchor_text": link.anchor_text,
        "rel": list(link.rel),
        "type": str(link.type),
        "placement": str(link.placement),
        "hidden": link.hidden is not None,
        "hidden_by": link.hidden,
        "position": link.position,
        "left": link.left,
        "right": link.right,
    }


def _page_lines(page: Page) -> list[str]:
    robots = ", ".join(sorted({f"{rule.directive} ({rule.origin})" for rule in page.robots.rules}))
    lines = [
        plain(page.title or "(no title)"),
        (
            f"  language {page.language or 'unknown'} · {page.charset} · robots: {robots or 'nothing said'}"
            f" · canonical {plain(page.canonical or 'not named')}"
        ),
        f"  {len(page.links)} links",
    ]
    lines += [
        f"  {link.placement!s:10} {link.type!s:12} {' '.join(link.rel) or '-':20}"
        f" {plain(link.anchor_text or '(no text)', 40):40} {plain(link.url)}"
        + (f"  hidden: {link.hidden}" if link.hidden else "")
        for link in page.links
    ]
    return lines


def run_verify(options: argparse.Namespace) -> int:
    from linkstead.link import Outcome
    from linkstead.urls import normalise_url

    verdict = asyncio.run(_verify(normalise_url(options.page), normalise_url(options.target)))
    if options.json:
        print_json(verdict_json(verdict))
    else:
        print("\n".join(_verdict_lines(verdict)))
    return 0 if verdict.outcome is Outcome.FOUND else 1


async def _verify(page_url: str, target: str) -> Verdict:
    from linkstead.cli.surroundings import current_settings
    from linkstead.journey.fetching import fetch_settings
    from linkstead.journey.looking import look_once
    from linkstead.journey.tools import renderer_of
    from linkstead.urls import host_of

    settings = current_settings()
    fetch = fetch_settings(settings)
    return await look_once(page_url, target, host_of(target), fetch, renderer_of(settings, fetch))


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the command line prints it."""
    return {
        "page": verdict.page_url,
        "target": verdict.target_url,
        "outcome": str(verdict.outcome),
        "reason": str(verdict.reason),
        "explanation": verdict.explanation,
        "followed": verdict.followed,
        "nofollow_from": list(verdict.nofollow_from),
        "indexable": verdict.indexable,
        "noindex_from": list(verdict.noindex_from),
        "links": [link_json(link) for link in verdict.links],
        "final_url": verdict.final_url,
        "redirects": [
            {"url": hop.url, "status": hop.status, "location": hop.location} for hop in verdict.redirects
        ],
        "http_status": verdict.http_status,
        "rendered": verdict.rendered,
        "via": verdict.via,
        "tls_invalid": verdict.tls_invalid,
        "checked_at": verdict.checked_at,
    }


def _verdict_lines(verdict: Verdict) -> list[str]:
    lines = [f"{verdict.outcome} ({verdict.reason})", f"  {plain(verdict.explanation, 300)}"]
    if verdict.http_status is not None:
        lines.append(f"  answered {verdict.http_status} at {plain(verdict.final_url)}")
    lines += [
        f"  redirect {hop.status}: {plain(hop.url)} -> {plain(hop.location)}" for hop in verdict.redirects
    ]
    if verdict.followed is not None:
        why = f", said by {', '.join(verdict.nofollow_from)}" if verdict.nofollow_from else ""
        lines.append(f"  {'followed' if verdict.followed else 'not followed'}{why}")
    if verdict.indexable is False:
        lines.append(f"  the page is kept out of search, said by {', '.join(verdict.noindex_from)}")
    lines += [
        f"  link: “{plain(link.anchor_text, 60)}” in {link.placement}, rel {' '.join(link.rel) or 'none'}"
        for link in verdict.links
    ]
    return lines
