"""A page that is watched: no dialog, no error, no breach of the policy may pass unseen."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seed import EMAIL, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from site_process import Site


@dataclass
class Watched:
    """A browser page and everything it complained about."""

    page: Page
    address: str
    scripts: bool = True
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self._note(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("response", lambda answer: self._answer(answer.status, answer.url))
        self.page.on("dialog", self._dialog)

    def go(self, path: str) -> Page:
        """Open a path of the site and wait until its scripts have started."""
        self.page.goto(f"{self.address}{path}")
        if self.scripts:
            self.page.wait_for_function("'ready' in document.documentElement.dataset")
        return self.page

    def assert_quiet(self) -> None:
        assert self.complaints == []

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")

    def _answer(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"{status} {url}")

    def _dialog(self, dialog: object) -> None:
        self.complaints.append("a dialog opened: a script from outside ran")
        dialog.dismiss()  # type: ignore[attr-defined]


def cookies_of(site: Site, chromium: Browser) -> dict[str, object]:
    """The cookies of somebody who came in by the sign-in page."""
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{site.address}/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Projects").wait_for()
    state = context.storage_state()
    context.close()
    return dict(state)


@contextmanager
def visiting(
    site: Site, chromium: Browser, cookies: dict[str, object], *, scripts: bool = True
) -> Iterator[Watched]:
    """A signed-in page that remembers every complaint, with scripts or without."""
    context = chromium.new_context(
        storage_state=cookies,  # type: ignore[arg-type]
        viewport={"width": 1440, "height": 900},
        locale="en-GB",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(15_000)
    yield Watched(context.new_page(), site.address, scripts=scripts)
    context.close()
