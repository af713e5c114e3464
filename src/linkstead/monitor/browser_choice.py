"""Whether a page is worth a browser, whether there is one, and how much a rendered page may take.

A browser costs some hundred times a plain fetch, so it is asked only where the markup cannot answer:
the link is missing, and the page is an empty shell that scripts fill in.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from linkstead.link import Outcome, Reason

if TYPE_CHECKING:
    from linkstead.link import Verdict
    from linkstead.monitor.fetched import Fetched
    from linkstead.page import Page

#: What the program is called: Debian and Alpine, older Ubuntu and Fedora, Google's own packages.
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

#: Reasons that a shell without its scripts may have as well as a page without the link. A challenge, a
#: parked domain or a redirect are what they are in any browser.
_DOUBTFUL: Final = frozenset({Reason.REMOVED, Reason.SOFT_404})


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """What one rendered page may take, and how long a browser lives.

    Seconds, bytes and counts. `page_seconds` covers a page with all documents that its scripts move to
    (at most `moves`), the start of the browser left out (`start_seconds`). A page counts as built when
    neither its elements nor its requests have changed for `quiet_seconds`, at the latest after
    `settle_seconds`. `memory` is what the browser and all its processes may use together (private and
    shared memory, files left out). `requests` are those that are let through: pictures, fonts and media
    never are. `traffic` counts both directions. A browser ends after `pages` pages or `idle_seconds`
    without one. `sandbox` off lets Chromium run where the system offers it no sandbox.
    """

    page_seconds: float = 20.0
    settle_seconds: float = 8.0
    quiet_seconds: float = 1.5
    start_seconds: float = 20.0
    memory: int = 1024 * 1024 * 1024
    requests: int = 150
    connections: int = 300
    traffic: int = 20 * 1024 * 1024
    moves: int = 3
    pages: int = 50
    idle_seconds: float = 60.0
    sandbox: bool = True


def worth_rendering(verdict: Verdict, page: Page | None) -> bool:
    """Whether a browser may find what is missing: the page was read, and scripts fill it in."""
    if page is None or verdict.rendered or verdict.outcome is not Outcome.MISSING:
        return False
    return verdict.reason in _DOUBTFUL and page.script_built


def find_chromium() -> str | None:
    """The path of the system's Chromium, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name)) is not None), None)


def why_not(chromium: str | None = None) -> str | None:
    """Why pages cannot be rendered here, as a sentence with what to do; None when they can.

    `chromium` is the path of a program that is used instead of the one that `find_chromium` finds.
    """
    if not sys.platform.startswith("linux"):
        return "Pages are rendered on Linux only, where a browser's memory is watched; run the monitor there."
    if find_spec("playwright") is None:
        return (
            "Pages cannot be rendered without the package playwright; run `pip install 'linkstead[browser]'`."
        )
    if chromium is not None and shutil.which(chromium) is None:
        return f"Pages cannot be rendered: there is no program {chromium}; name the path of Chromium."
    if chromium is None and find_chromium() is None:
        return (
            "Pages cannot be rendered without Chromium; install it (on Debian: `apt-get install chromium`)."
        )
    return None


def rendered_after(plain: Fetched, rendered: Fetched) -> Fetched:
    """A rendered page as the look at what was asked for: the way there and what the plain fetch learnt.

    `rendered` is `Renderer.render(plain.final_url)`. A certificate that failed is known from the plain
    fetch only, and so is what robots.txt says.
    """
    return replace(
        rendered,
        url=plain.url,
        redirects=(*plain.redirects, *rendered.redirects),
        tls_invalid=plain.tls_invalid,
        robots=plain.robots,
        elapsed=plain.elapsed + rendered.elapsed,
        requests=plain.requests + rendered.requests,
        wire_bytes=plain.wire_bytes + rendered.wire_bytes,
        retry_at=plain.retry_at,
    )
