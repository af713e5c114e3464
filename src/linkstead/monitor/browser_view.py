"""One page in the browser, from its address to its markup. Runs in the browser's child process.

Every request of the page is asked for here first: documents in frames, pictures, methods that change
something and whatever exceeds the count go no further. What may go on still has to pass the proxy.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from linkstead.monitor.browser_tables import LOADED, METHODS, SERIALISED, SIGN, TROUBLE

if TYPE_CHECKING:
    from playwright.async_api import (
        Browser,
        BrowserContext,
        CDPSession,
        Dialog,
        Page,
        Request,
        Response,
        Route,
        WebSocketRoute,
    )

    from linkstead.monitor.browser_words import Asked, Told

#: A page may reload itself so often (to set a cookie, mostly).
_RELOADS: Final = 2
#: Dialogs that are dismissed before the page is given up.
_DIALOGS: Final = 50
_POLL_SECONDS: Final = 0.1
_CLOSE_SECONDS: Final = 3.0


async def render(browser: Browser, asked: Asked) -> Told:
    view = View(asked)
    context = None
    try:
        async with asyncio.timeout(asked["seconds"]):
            context = await _context(browser, asked)
            await view.look(context)
    except TimeoutError:
        view.spent = True
        view.fail("timeout", "the page was not built in time")
    except Exception as error:  # noqa: BLE001 - whatever the browser says becomes a value
        view.failed_with(str(error))
        view.spent |= not browser.is_connected()
    if context is not None and not view.spent:
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await context.close()
        except Exception:  # noqa: BLE001 - it will be killed instead
            view.spent = True
    return view.told()


async def _context(browser: Browser, asked: Asked) -> BrowserContext:
    """A fresh context: nothing of an earlier page is in it, and nothing of this one survives it."""
    return await browser.new_context(
        accept_downloads=False,
        ignore_https_errors=True,  # as the crawler does: nothing secret is sent, and it noted the fault
        service_workers="block",
        user_agent=asked["agent"],
        viewport={"width": 1280, "height": 3000},  # tall: much is built only when it comes into view
        proxy={"server": asked["proxy"], "username": asked["user"], "password": asked["secret"]},
    )


class View:
    """One page on its way from its address to its markup."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._page: Page | None = None
        self._main: Response | None = None
        self._request: Request | None = None  # for the main document, behind all redirects
        self._reloads = 0
        self._let_through = 0
        self._documents = 0
        self._in_flight = 0
        self._html: tuple[str, bool] = ("", False)
        self._headers: list[tuple[str, str]] = []
        self._redirects: list[tuple[str, int, str]] = []
        self._failure: tuple[str, str] | None = None
        self._moved: str | None = None
        self._quiet = True
        self._counts: Counter[str] = Counter()
        self._over = asyncio.Event()
        self.spent = False

    async def look(self, context: BrowserContext) -> None:
        """Open the page, let it be built, keep its markup. Ends early when it moves on or crashes."""
        context.on("page", self._on_page)
        context.on("request", self._on_request)
        context.on("requestfinished", lambda _: self._flying(-1))
        context.on("requestfailed", lambda _: self._flying(-1))
        context.on("response", self._on_response)
        await context.route("**/*", self._on_route)
        await context.route_web_socket("**/*", self._on_web_socket)
        reading = asyncio.ensure_future(self._read(context))
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait((reading, over), return_when=asyncio.FIRST_COMPLETED)
            if not self._over.is_set():
                reading.result()
        finally:
            for task in (reading, over):
                task.cancel()
            await asyncio.gather(reading, over, return_exceptions=True)
        await self._note_way()

    def fail(self, reason: str, detail: str) -> None:
        if self._failure is None:
            self._failure = reason, detail

    def failed_with(self, message: str) -> None:
        """Put an error of the browser into our words."""
        known = next(((why, words) for sign, why, words in TROUBLE if sign in message), None)
        self.fail(*(known or ("bad_answer", "the browser could not show it")))

    def told(self) -> Told:
        html, cut = self._html
        reason, detail = self._failure or (None, "")
        return {
            "status": None if self._main is None else self._main.status,
            "headers": self._headers,
            "redirects": self._redirects,
            "final_url": self._asked["url"] if self._request is None else self._request.url,
            "html": html,
            "cut": cut,
            "requests": self._let_through + self._documents,
            "capped": self._let_through > self._asked["requests"],
            "quiet": self._quiet,
            "moved": self._moved,
            "failure": reason,
            "detail": detail,
            "spent": self.spent,
            "counts": dict(self._counts),
        }

    async def _read(self, context: BrowserContext) -> None:
        page = self._page = await context.new_page()
        page.on("dialog", self._on_dialog)
        page.on("crash", lambda _: self._end("bad_answer", "the page broke the browser"))
        page.on("download", lambda _: self._count("download"))
        await page.goto(self._asked["url"], wait_until="commit", timeout=self._asked["seconds"] * 1000)
        world = _World(await context.new_cdp_session(page))
        await self._settled(world)
        text, cut = await world.ask(SERIALISED.replace("LIMIT", str(self._asked["characters"])))
        self._html = str(text), bool(cut)

    async def _settled(self, world: _World) -> None:
        """Wait until the page changes no more and asks for nothing, or long enough."""
        loop = asyncio.get_running_loop()
        now = quiet_since = loop.time()
        until, last = now + self._asked["settle"], ""
        while now < until and now - quiet_since < self._asked["quiet"]:
            sign = str(await world.ask(SIGN))
            now = loop.time()
            if sign != last or self._in_flight > 0 or not sign.startswith("complete"):
                last, quiet_since = sign, now
            await asyncio.sleep(_POLL_SECONDS)
        self._quiet = now < until

    async def _note_way(self) -> None:
        """The headers of the main answer, and the redirects that the server sent before it."""
        if self._main is not None:
            headers = await self._main.headers_array()
            self._headers = [(header["name"], header["value"]) for header in headers]
        request, hops = self._request, []
        while request is not None and (before := request.redirected_from) is not None:
            answer = await before.response()
            hops.append((before.url, 302 if answer is None else answer.status, request.url))
            request = before
        self._redirects = hops[::-1]

    async def _on_route(self, route: Route) -> None:
        request = route.request
        word = self._navigation(request) if request.is_navigation_request() else self._refusal(request)
        if word is None:
            await route.continue_()
            return
        self._count(word)
        await route.abort("blockedbyclient")

    def _refusal(self, request: Request) -> str | None:
        """Why something that a page wants to load is not loaded, or None."""
        if request.resource_type not in LOADED:
            return request.resource_type
        if request.method not in METHODS:
            return "method"
        self._let_through += 1
        return "too many requests" if self._let_through > self._asked["requests"] else None

    def _navigation(self, request: Request) -> str | None:
        """The page's first document and its own reloads are let through; any other ends this view."""
        if not self._is_main(request):
            return "frame"
        if request.method not in METHODS:
            return "form"
        if self._request is None or self._is_reload(request, self._request):
            self._request, self._main = request, None
            self._documents += 1
            return None
        self._moved = request.url
        self._over.set()
        return "moved"

    def _is_reload(self, request: Request, last: Request) -> bool:
        self._reloads += _plain(request.url) == _plain(last.url)
        return _plain(request.url) == _plain(last.url) and self._reloads <= _RELOADS

    def _is_main(self, request: Request) -> bool:
        try:
            return self._page is not None and request.frame == self._page.main_frame
        except Exception:  # noqa: BLE001 - Playwright's own error: a window that is not there yet
            return False

    async def _on_page(self, page: Page) -> None:
        if self._page is not None and page != self._page:
            self._count("window")
            await page.close()

    async def _on_dialog(self, dialog: Dialog) -> None:
        self._count("dialog")
        if self._counts["dialog"] > _DIALOGS:
            self._end("timeout", "dialogs without end")
        await dialog.dismiss()

    def _on_web_socket(self, route: WebSocketRoute) -> None:
        self._count("websocket")
        _keep(asyncio.ensure_future(route.close()))

    def _on_request(self, request: Request) -> None:
        self._flying(1)
        if self._request is not None and request.redirected_from == self._request:
            self._request, self._main = request, None

    def _on_response(self, response: Response) -> None:
        if response.request == self._request:
            self._main = response

    def _flying(self, change: int) -> None:
        self._in_flight += change

    def _count(self, word: str) -> None:
        self._counts[word] += 1

    def _end(self, reason: str, detail: str) -> None:
        self.spent = True
        self.fail(reason, detail)
        self._over.set()


class _World:
    """Questions to a page from outside its own scripts: an isolated world, which they cannot tamper with."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._context: int | None = None

    async def ask(self, expression: str) -> Any:  # noqa: ANN401 (any JSON value)
        for _ in range(_RELOADS + 2):
            try:
                return await self._ask(expression)
            except Exception as error:  # Playwright's own error: the document was replaced
                self._context = None
                if "crash" in str(error) or "closed" in str(error):
                    raise
                await asyncio.sleep(_POLL_SECONDS)
        return await self._ask(expression)

    async def _ask(self, expression: str) -> Any:  # noqa: ANN401 (any JSON value)
        if self._context is None:
            tree = await self._session.send("Page.getFrameTree")
            frame = tree["frameTree"]["frame"]["id"]
            made = await self._session.send("Page.createIsolatedWorld", {"frameId": frame})
            self._context = made["executionContextId"]
        answer = await self._session.send(
            "Runtime.evaluate",
            {"expression": expression, "contextId": self._context, "returnByValue": True},
        )
        return answer["result"]["value"]


_kept: set[asyncio.Future[Any]] = set()


def _keep(task: asyncio.Future[Any]) -> None:
    """A task that nobody waits for: kept until it is done, its trouble swallowed."""
    _kept.add(task)
    task.add_done_callback(_kept.discard)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())


def _plain(url: str) -> str:
    return url.partition("#")[0]
