"""Fault F38, F19's part for browsers, and the pass line for pages built by scripts.

Chromium itself opens pages that misbehave, on a web of our own. Only that web's addresses are opened;
listeners stand on other loopback addresses, where nobody may come. The port rule is switched off, so
that the address rule stands alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import tempfile
import threading
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.link import Outcome, Reason
from linkstead.monitor import browser_proxy
from linkstead.monitor.browser import Renderer, RenderLimits, why_not
from linkstead.monitor.fetch import Fetched, _loop_factory
from linkstead.monitor.verify import look
from tests.faults.browser_pages import BUILT, PUT, TARGET, WAYS
from tests.faults.forbidden import AZURE, FORBIDDEN, in_url
from tests.loopback.web import Answer, Hit, LoopbackWeb

if TYPE_CHECKING:
    import ssl
    from collections.abc import Coroutine, Iterator, Sequence

_MISSING = why_not()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "there is a browser"),
]

OPEN = (ip_network("127.77.0.0/16"),)
APP, OTHER, SECURE = "app.example", "other.example", "secure.example"
INSIDE = ("127.0.0.1", "127.99.1.1")
LIMITS = RenderLimits(
    page_seconds=6.0, settle_seconds=2.0, quiet_seconds=0.3, memory=800 * 1024 * 1024, traffic=4_000_000
)


class Loop:
    """The engine's loop, in a thread."""

    def __init__(self) -> None:
        factory = _loop_factory() or asyncio.new_event_loop
        self._loop = factory()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(90)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


@dataclass
class Stage:
    """A web, a renderer, and doors at which nobody may knock."""

    web: LoopbackWeb
    loop: Loop
    renderer: Renderer
    tcp: dict[str, socket.socket] = field(default_factory=dict)
    udp: dict[str, socket.socket] = field(default_factory=dict)
    door: int = 0

    def show(self, script: str = "", markup: str = "", *headers: tuple[str, str]) -> Fetched:
        """Render a page with this script in it; then it adds an element that says that it came to its end."""
        body = f"<!doctype html><title>page</title><div id=root></div>{markup}<script>{script}</script>"
        self.web.pages[APP, "/page"] = self.web.pages[SECURE, "/page"] = Answer.html(body, *headers)
        return self.open(APP, "/page")

    def open(self, host: str, path: str, scheme: str = "http") -> Fetched:
        fetched = self.loop.run(self.renderer.render(self.web.url(host, path, scheme=scheme)))
        assert isinstance(fetched, Fetched)
        return fetched

    def inside(self, number: int = 0) -> str:
        return f"{INSIDE[number]}:{self.door}"

    def nobody_came(self) -> bool:
        return not any(_accepted(door) for door in (*self.tcp.values(), *self.udp.values()))


def _accepted(door: socket.socket) -> bool:
    try:
        if door.type & socket.SOCK_STREAM:
            door.accept()[0].close()
        else:
            door.recv(100)
    except BlockingIOError:
        return False
    return True


def _door(address: str, port: int, kind: socket.SocketKind) -> socket.socket:
    opened = socket.socket(socket.AF_INET, kind)
    opened.bind((address, port))
    if kind is socket.SOCK_STREAM:
        opened.listen()
    opened.setblocking(False)
    return opened


def _tls(folder: Path) -> dict[str, ssl.SSLContext]:
    certificates = pytest.importorskip("tests.loopback.certificates", reason="needs `cryptography`")
    context: ssl.SSLContext = certificates.Authority.new(folder).server(SECURE)
    return {SECURE: context}


async def _resolve_with_inner_names(web: LoopbackWeb, host: str, port: int) -> Sequence[str]:
    if host.startswith("a-"):  # a name for each forbidden address
        return (FORBIDDEN_ALL[int(host.partition(".")[0][2:])],)
    if host == "inside.example":
        return (INSIDE[0],)
    if host == "mixed.example":
        return (web.addresses[APP], INSIDE[1])
    return await web.resolve(host, port)


FORBIDDEN_ALL = (*FORBIDDEN, AZURE)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    tls = _tls(tmp_path_factory.mktemp("tls"))
    folder = Path(tempfile.mkdtemp(prefix="ls-"))  # short: Chromium keeps a socket in it
    folder.chmod(0o755)
    patch = pytest.MonkeyPatch()
    patch.setattr(browser_proxy, "judge_port", lambda *_: None)
    patch.setattr(tempfile, "tempdir", str(folder))
    loop = Loop()
    with LoopbackWeb(names=[APP, OTHER], tls=tls) as web:
        settings = web.settings(
            allowed_private_networks=OPEN,
            resolver=lambda host, port: _resolve_with_inner_names(web, host, port),
        )
        stage = Stage(web, loop, Renderer(settings, LIMITS))
        for address in INSIDE:
            opened = stage.tcp[address] = _door(address, stage.door, socket.SOCK_STREAM)
            stage.door = opened.getsockname()[1]
            stage.udp[address] = _door(address, stage.door, socket.SOCK_DGRAM)
        loop.run(stage.renderer.__aenter__())
        yield stage
        loop.run(stage.renderer.__aexit__())
        for door in (*stage.tcp.values(), *stage.udp.values()):
            door.close()
        assert list(folder.iterdir()) == []
    loop.end()
    folder.rmdir()
    patch.undo()


@pytest.fixture(autouse=True)
def nobody_inside(stage: Stage) -> Iterator[None]:
    """After every test of this file: no connection and no datagram came to a forbidden address."""
    stage.web.hits.clear()
    stage.renderer.kept_out.clear()
    yield
    assert stage.nobody_came()


def _is_fine_again(stage: Stage) -> bool:
    fetched = stage.show("root.innerHTML = '<p>fine again'")
    return fetched.failure is None and b"<p>fine again" in fetched.body


# --- pages that misbehave -------------------------------------------------------------------------


def test_f38_a_page_that_opens_100_windows_opens_none(stage: Stage) -> None:
    fetched = stage.show(
        f"for (let i = 0; i < 100; i++) window.open('http://{stage.inside()}/' + i);"
        f"for (let i = 0; i < 100; i++) window.open('http://{OTHER}:{stage.web.port}/' + i);"
        "for (let i = 0; i < 20; i++) { const a = document.createElement('a'); a.target = '_blank';"
        f" a.href = 'http://{OTHER}:{stage.web.port}/click'; root.append(a); a.click() }}"
    )
    assert fetched.failure is None
    assert stage.web.paths(OTHER) == []


def test_f38_downloads_save_nothing(stage: Stage) -> None:
    stage.web.pages[APP, "/file"] = Answer(
        200, b"x" * 100_000, (("Content-Disposition", "attachment; filename=evil.exe"),)
    )
    fetched = stage.show(
        "for (let i = 0; i < 20; i++) { const a = document.createElement('a'); a.download = 'evil' + i;"
        " a.href = i % 2 ? '/file' : URL.createObjectURL(new Blob(['x'.repeat(100000)])); a.click() }"
    )
    assert fetched.status == 200
    folder = Path(tempfile.gettempdir())
    assert [file for file in folder.rglob("*evil*") if file.is_file()] == []


def test_f38_a_page_that_is_a_download_is_no_page(stage: Stage) -> None:
    stage.web.pages[APP, "/file"] = Answer(
        200, b"x" * 1000, (("Content-Type", "application/zip"), ("Content-Disposition", "attachment"))
    )
    fetched = stage.open(APP, "/file")
    assert (fetched.failure, fetched.body) == (Reason.NOT_HTML, b"")


def test_f38_an_alert_loop_is_ended(stage: Stage) -> None:
    fetched = stage.show("for (;;) { alert(1); confirm(2); prompt(3) }")
    assert fetched.failure is Reason.TIMEOUT
    assert _is_fine_again(stage)


def test_f38_an_endless_script_is_ended(stage: Stage) -> None:
    fetched = stage.show("for (;;);")
    assert (fetched.failure, fetched.status) == (Reason.TIMEOUT, 200)
    assert _is_fine_again(stage)


def test_f38_a_hundred_busy_workers_are_ended(stage: Stage) -> None:
    before = _chromiums()
    fetched = stage.show(
        "for (let i = 0; i < 100; i++) new Worker(URL.createObjectURL(new Blob(['for(;;);']))); for (;;);"
    )
    assert fetched.failure in (Reason.TIMEOUT, Reason.TOO_LARGE, Reason.BAD_ANSWER)
    assert len(_chromiums() - before) == 0


def test_f38_a_page_that_eats_memory_is_killed(stage: Stage) -> None:
    fetched = stage.show("const kept = []; for (;;) kept.push(new Uint8Array(1 << 22).fill(7))")
    assert (fetched.failure, fetched.failure_detail) == (Reason.TOO_LARGE, "more memory than a page may use")
    assert stage.renderer.last is not None
    assert stage.renderer.last.memory < LIMITS.memory * 2
    assert _is_fine_again(stage)


def test_f38_4_gb_of_webassembly_memory_are_not_had(stage: Stage) -> None:
    fetched = stage.show(
        "const memories = []; for (let i = 0; i < 8; i++) {"
        " try { memories.push(new WebAssembly.Memory({initial: 8192})) } catch (error) {} }"
        " for (const one of memories) new Uint8Array(one.buffer).fill(1);"
    )
    assert fetched.failure in (Reason.TOO_LARGE, Reason.BAD_ANSWER)
    assert stage.renderer.last is not None
    assert stage.renderer.last.memory < LIMITS.memory * 2
    assert _is_fine_again(stage)


def test_f38_strings_without_end_are_ended(stage: Stage) -> None:
    fetched = stage.show("let s = 'x'; const kept = []; for (;;) kept.push([...s.padEnd(1e5, kept.length)])")
    assert fetched.failure in (Reason.TIMEOUT, Reason.TOO_LARGE, Reason.BAD_ANSWER)
    assert _is_fine_again(stage)


def test_f38_a_million_elements_are_cut(stage: Stage) -> None:
    fetched = stage.show("root.innerHTML = '<p>0123456789</p>'.repeat(400000)")
    assert fetched.failure in (Reason.TOO_LARGE, Reason.TIMEOUT)
    assert len(fetched.body) <= 3 * 1024 * 1024


def test_f38_a_killed_browser_is_a_value_and_the_next_page_is_shown(stage: Stage) -> None:
    async def killed_meanwhile() -> Fetched:
        page = asyncio.ensure_future(stage.renderer.render(stage.web.url(APP, "/slow")))
        await _until_asked(stage, "/slow")
        for pid in _chromiums():
            with contextlib.suppress(ProcessLookupError):  # its parent was killed a moment ago
                os.kill(pid, 9)
        return await page

    stage.web.pages[APP, "/slow"] = Answer.html("late").but(wait=30.0)
    assert _is_fine_again(stage)
    fetched = stage.loop.run(killed_meanwhile())
    assert fetched.failure in (Reason.BAD_ANSWER, Reason.CONNECTION)
    assert _is_fine_again(stage)


async def _until_asked(stage: Stage, path: str) -> None:
    while path not in stage.web.paths(APP):  # noqa: ASYNC110 - the web lives in another thread
        await asyncio.sleep(0.05)


def _chromiums() -> set[int]:
    """Living Chromium processes of our own renderer, by the folder in their arguments."""
    folder = os.fsencode(tempfile.gettempdir())
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and folder + b"/linkstead-browser-" in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except OSError:
            continue
    return found


def test_f38_an_early_end_of_the_engine_ends_the_browser(stage: Stage) -> None:
    async def given_up() -> None:
        task = asyncio.ensure_future(stage.renderer.render(stage.web.url(APP, "/slow")))
        await _until_asked(stage, "/slow")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stage.web.pages[APP, "/slow"] = Answer.html("late").but(wait=30.0)
    stage.loop.run(given_up())
    assert _chromiums() == set()
    assert _is_fine_again(stage)


def test_f38_a_page_may_ask_for_so_much_and_no_more(stage: Stage) -> None:
    stage.web.pages[APP, "/n"] = Answer.text("n")
    fetched = stage.show("for (let i = 0; i < 400; i++) fetch('/n?' + i)")
    assert (fetched.failure, fetched.failure_detail) == (
        Reason.TOO_LARGE, "more requests than a page may make",
    )  # fmt: skip
    assert len(stage.web.paths(APP)) <= LIMITS.requests + 1


def test_f38_a_page_may_load_so_many_bytes_and_no_more(stage: Stage) -> None:
    stage.web.pages[APP, "/big"] = Answer.text(b"x" * 1_000_000)
    fetched = stage.show("(async () => { for (let i = 0; i < 20; i++) await fetch('/big?' + i) })()")
    assert (fetched.failure, fetched.failure_detail) == (Reason.TOO_LARGE, "more bytes than a page may load")
    assert len(stage.web.paths(APP)) <= 8


def test_f38_nothing_is_kept_from_page_to_page(stage: Stage) -> None:
    script = "document.cookie = 'seen=1; max-age=9999'; localStorage.seen = 1"
    stage.show(f"root.append(document.cookie + localStorage.seen); {script}")
    fetched = stage.show("root.append('found ' + document.cookie + localStorage.seen)")
    assert b"found undefined" in fetched.body


def test_f38_pictures_fonts_and_frames_are_not_loaded(stage: Stage) -> None:
    stage.show("", "<img src=/i.png><iframe src=/frame></iframe><video src=/v.mp4></video><embed src=/e>")
    assert stage.web.paths(APP) == ["/page"]
    assert stage.renderer.kept_out["frame"] >= 1


def test_f38_a_form_that_sends_itself_is_not_sent(stage: Stage) -> None:
    stage.show("f.submit(); navigator.sendBeacon('/beacon', 'x'); fetch('/post', {method: 'POST'})",
               "<form id=f method=post action=/form></form>")  # fmt: skip
    assert {hit.method for hit in stage.web.hits} == {"GET"}


def test_f38_permissions_are_denied(stage: Stage) -> None:
    fetched = stage.show(
        "(async () => { const told = []; for (const name of ['geolocation', 'notifications'])"
        " told.push((await navigator.permissions.query({name})).state); root.textContent = told })()"
    )
    assert b"granted" not in fetched.body


# --- ways inside ----------------------------------------------------------------------------------


def _to(way: str, address: str) -> str:
    return WAYS[way].replace("TO", address)


@pytest.mark.parametrize("way", WAYS)
def test_f38_no_way_leads_to_an_inner_address(stage: Stage, way: str) -> None:
    scripts = (f"{{ {_to(way, stage.inside(door))} }}" for door in range(len(INSIDE)))
    fetched = stage.show("\n".join(scripts))
    assert b"reached" not in fetched.body
    assert fetched.failure in (None, Reason.ADDRESS_REFUSED)
    assert stage.nobody_came()


def test_f38_a_name_of_an_inner_address_leads_nowhere(stage: Stage) -> None:
    to = f"inside.example:{stage.door}"
    stage.show(";".join(_to(way, to) for way in ("fetch", "websocket", "worker", "tls")))
    assert stage.renderer.kept_out["address"] >= 2


def test_f38_a_name_with_one_inner_address_is_refused_as_a_whole(stage: Stage) -> None:
    fetched = stage.open("mixed.example", "/page")
    assert fetched.failure is Reason.ADDRESS_REFUSED
    assert stage.web.hits == []


def test_f38_a_redirect_inside_leads_nowhere(stage: Stage) -> None:
    stage.web.pages[APP, "/in"] = Answer.redirect(f"http://{stage.inside()}/", 302)
    stage.show("fetch('/in', {mode: 'no-cors'}).then(() => root.append('rea' + 'ched'))")
    assert stage.renderer.kept_out["address"] >= 1
    fetched = stage.open(APP, "/in")
    assert fetched.failure is Reason.ADDRESS_REFUSED


def test_f38_the_proxy_is_no_door_to_itself(stage: Stage) -> None:
    proxy = stage.renderer._proxy
    assert proxy is not None
    fetched = stage.show(
        f"for (const host of ['127.0.0.1', 'localhost', '[::1]']) fetch('http://' + host + ':{proxy.port}/',"
        " {mode: 'no-cors'}).then(() => root.append('rea' + 'ched'))"
    )
    assert b"reached" not in fetched.body


def test_f38_a_service_worker_is_not_registered(stage: Stage) -> None:
    stage.web.pages[SECURE, "/worker.js"] = Answer(
        200, b"self.addEventListener('fetch', () => 0)", (("Content-Type", "text/javascript"),)
    )
    stage.show(
        "navigator.serviceWorker.register('/worker.js'); ServiceWorkerContainer.prototype.register.call("
        "navigator.serviceWorker, '/worker.js').then(() => setTimeout(() => root.append('d' + 'one'), 300))"
    )
    fetched = stage.open(SECURE, "/page", "https")
    assert fetched.failure is None
    assert stage.web.paths(SECURE) == ["/page"]


def test_f38_no_datagram_leaves_a_secure_page(stage: Stage) -> None:
    """WebTransport and WebRTC speak UDP, past any proxy; the first is for secure pages only."""
    stage.show(
        f"try {{ new WebTransport('https://{stage.inside(1)}/') }} catch (error) {{}};"
        + _to("webrtc", stage.inside(1))
    )
    fetched = stage.open(SECURE, "/page", "https")
    assert fetched.failure is None
    assert stage.nobody_came()


def test_f19_no_forbidden_address_is_asked_by_script_name_or_redirect(stage: Stage) -> None:
    """Every address as a literal, as a name and behind a redirect: the proxy refuses each of them."""
    count = len(FORBIDDEN_ALL)
    for number, address in enumerate(FORBIDDEN_ALL):
        stage.web.pages[APP, f"/to/{number}"] = Answer.redirect(
            f"http://{in_url(address)}:{stage.door}/", 302
        )
    literals = [f"http://{in_url(address)}:{stage.door}/" for address in FORBIDDEN_ALL]
    names = [f"http://a-{number}.example:{stage.door}/" for number in range(count)]
    redirects = [f"/to/{number}" for number in range(count)]
    for urls in (literals, names, redirects):
        stage.renderer.kept_out.clear()
        fetched = stage.show(
            f"for (const url of {urls!r}) fetch(url, {{mode: 'no-cors'}})"
            ".then(() => root.append('rea' + 'ched'), () => 0)"
        )
        assert b"reached" not in fetched.body
        # Chromium itself refuses addresses such as 0.0.0.0 and broadcasts a moment earlier
        assert count - 3 <= stage.renderer.kept_out["address"] <= 3 * count


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", AZURE])
@pytest.mark.parametrize("way", ["meta refresh", "location", "itself"])
def test_f19_no_document_comes_from_a_forbidden_address(stage: Stage, address: str, way: str) -> None:
    to = f"http://{in_url(address)}:{stage.door}/"
    if way == "itself":
        fetched = stage.loop.run(stage.renderer.render(to))
    elif way == "location":
        fetched = stage.show(f"location.replace('{to}')")
    else:
        fetched = stage.show("", f"<meta http-equiv=refresh content='0;url={to}'>")
    assert fetched.failure is Reason.ADDRESS_REFUSED


# --- pages that are built by scripts --------------------------------------------------------------

_MODULE = f"document.getElementById('root').innerHTML = '<a href=\"{TARGET}\">Words</a>'"


def test_links_of_pages_built_by_scripts_are_found_in_98_percent(stage: Stage) -> None:
    script = Answer(200, _MODULE.encode(), (("Content-Type", "text/javascript"),))
    data = Answer(200, f'{{"items": [{{"url": "{TARGET}", "name": "Words"}}]}}'.encode(),
                  (("Content-Type", "application/json"),))  # fmt: skip
    moved = Answer.html(f"<div id=root></div><script>{PUT} put()</script>")
    stage.web.pages |= {
        (APP, "/data.json"): data, (APP, "/slow.json"): data.but(wait=0.8), (APP, "/module.js"): script,
        (OTHER, "/module.js"): script, (APP, "/moved"): moved,
        (APP, "/style.css"): Answer(200, b"p{}", (("Content-Type", "text/css"),)),
    }  # fmt: skip
    urls = []
    for number, built in enumerate(BUILT.values()):
        body = f"<!doctype html><title>built</title><div id=root></div>{built}"
        body = body.replace("PORT", str(stage.web.port))
        stage.web.pages[APP, f"/built/{number}"] = Answer.html(body, ("X-Robots-Tag", "noindex"))
        urls.append(stage.web.url(APP, f"/built/{number}"))
    found = stage.loop.run(_found(stage, urls))
    missed = [name for name, url in zip(BUILT, urls, strict=True) if url not in found]
    assert len(missed) <= len(BUILT) * 0.02, missed


async def _found(stage: Stage, urls: list[str]) -> set[str]:
    """Those with the link, seen by three browsers at a time with the limits as they are by default."""

    async def some(part: list[str]) -> set[str]:
        async with Renderer(stage.renderer._settings) as renderer:
            return {url for url in part if _has_link(await renderer.render(url))}

    return set().union(*await asyncio.gather(*(some(urls[start::3]) for start in range(3))))


def _has_link(fetched: Fetched) -> bool:
    verdict = look(fetched, target=TARGET, site="example.com", now=0)
    return verdict.outcome is Outcome.FOUND and verdict.speaks is not None


def test_a_rendered_page_brings_the_headers_the_status_and_the_way(stage: Stage) -> None:
    stage.web.pages[APP, "/old"] = Answer.redirect("/new", 302)
    stage.web.pages[APP, "/new"] = Answer.html(
        "<script>document.write('<p>\\u00e4')</script>",
        ("X-Robots-Tag", "noindex"),
        ("ETag", '"shell"'),
        status=404,
        charset="cp1252",
    )
    fetched = stage.open(APP, "/old")
    assert (fetched.status, fetched.header("x-robots-tag")) == (404, "noindex")
    assert (fetched.header("etag"), fetched.requests) == ("", 1)
    assert fetched.header("content-type") == "text/html; charset=utf-8"
    assert "<p>ä".encode() in fetched.body
    assert fetched.final_url == stage.web.url(APP, "/new")
    assert [(hop.url, hop.status) for hop in fetched.redirects] == [(stage.web.url(APP, "/old"), 302)]


def test_every_request_carries_our_name_and_none_a_cookie_of_the_last_page(stage: Stage) -> None:
    stage.show("fetch('/n')")
    agents = {hit.headers["user-agent"] for hit in stage.web.hits}
    assert all(agent.endswith(stage.renderer._settings.agent) for agent in agents)
    assert len(agents) == 1
    assert not any("proxy" in name for hit in stage.web.hits for name in hit.headers)


def test_a_page_of_an_invalid_certificate_is_shown_as_the_crawler_reads_it(stage: Stage) -> None:
    stage.show("root.innerHTML = '<p>shown'")
    fetched = stage.open(SECURE, "/page", "https")
    assert b"<p>shown" in fetched.body


def test_troubles_have_the_words_of_the_crawler(stage: Stage) -> None:
    async def dropped(writer: asyncio.StreamWriter, _: Hit) -> None:
        writer.transport.abort()

    stage.web.pages[APP, "/drop"] = Answer(write=dropped)
    stage.web.pages[APP, "/round"] = Answer.redirect("/round", 302)
    stage.web.pages[APP, "/picture"] = Answer(200, b"\x89PNG", (("Content-Type", "image/png"),))
    told = [
        stage.open(APP, "/drop").failure,
        stage.open(APP, "/round").failure,
        stage.open(APP, "/picture").failure,
        stage.open("nowhere.example", "/").failure,
        stage.loop.run(stage.renderer.render("ftp://app.example/")).failure,
    ]
    assert told == [
        Reason.CONNECTION,
        Reason.TOO_MANY_REDIRECTS,
        Reason.NOT_HTML,
        Reason.DNS,
        Reason.ADDRESS_REFUSED,
    ]


def test_a_page_that_moves_on_and_on_is_left(stage: Stage) -> None:
    for number in range(10):
        stage.web.pages[APP, f"/hop/{number}"] = Answer.html(f"<script>location='/hop/{number + 1}'</script>")

    async def one() -> Fetched:
        async with Renderer(stage.renderer._settings) as renderer:
            return await renderer.render(stage.web.url(APP, "/hop/0"))

    assert stage.loop.run(one()).failure is Reason.TOO_MANY_REDIRECTS
    assert len(stage.web.paths()) == RenderLimits().moves + 1


def test_robots_txt_is_asked_before_a_page_moves(stage: Stage) -> None:
    asked = []

    async def may_visit(url: str) -> bool:
        asked.append(url)
        return False

    async def one() -> Fetched:
        async with Renderer(stage.renderer._settings, LIMITS, may_visit=may_visit) as renderer:
            return await renderer.render(stage.web.url(APP, "/page"))

    stage.show("location = '/private'")
    stage.web.hits.clear()
    assert stage.loop.run(one()).failure is Reason.ROBOTS
    assert asked == [stage.web.url(APP, "/private")]
    assert "/private" not in stage.web.paths()


def test_a_browser_that_nobody_asks_ends(stage: Stage) -> None:
    async def one() -> None:
        async with Renderer(stage.renderer._settings, RenderLimits(idle_seconds=0.1)) as renderer:
            await renderer.render(stage.web.url(APP, "/page"))
            browser = renderer._browser
            assert browser is not None
            assert await browser.process.wait() == 0
            assert renderer._ending is not None
            await renderer._ending
            assert not browser.folder.exists()
            again = await renderer.render(stage.web.url(APP, "/page"))
            assert again.failure is None

    stage.show()
    stage.loop.run(one())


def test_a_browser_that_does_not_start_is_a_value(stage: Stage) -> None:
    async def one() -> Fetched:
        async with Renderer(stage.renderer._settings, LIMITS, chromium="/bin/false") as renderer:
            return await renderer.render(stage.web.url(APP, "/page"))

    assert stage.loop.run(one()).failure is Reason.SELF
