from __future__ import annotations

import asyncio
import base64
import contextlib
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.errors import UsageError
from linkstead.link import REASON_OUTCOME, Outcome, Reason, Redirect, Verdict
from linkstead.monitor import browser_choice, browser_proxy
from linkstead.monitor.browser import Renderer, agent_of, rendered_after, why_not, worth_rendering
from linkstead.monitor.browser_proxy import USER, GuardedProxy, Ledger
from linkstead.monitor.browser_tables import METHODS, TROUBLE
from linkstead.monitor.browser_watch import Tree
from linkstead.monitor.fetched import Fetched, RobotsSaid
from linkstead.page import read_page
from tests.faults.forbidden import AZURE, FORBIDDEN, in_url
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import Iterator

SHELL = read_page(b"<div id=root></div><script src=/app.js></script>", url="https://a.example/")
ARTICLE = read_page(b"<p>" + b"words " * 500 + b"<script>1</script>", url="https://a.example/")
OPEN = (ip_network("127.77.0.0/16"),)
APP = "app.example"


def _verdict(reason: Reason, *, rendered: bool = False) -> Verdict:
    return Verdict(
        REASON_OUTCOME[reason], reason, "", "https://a.example/", "https://b.example/", 0, rendered=rendered
    )


@pytest.mark.parametrize("reason", [Reason.REMOVED, Reason.SOFT_404])
def test_a_shell_without_the_link_is_worth_a_browser(reason: Reason) -> None:
    assert worth_rendering(_verdict(reason), SHELL)


@given(st.sampled_from(Reason), st.booleans(), st.booleans())
def test_a_browser_is_never_asked_for_what_the_markup_answers(
    reason: Reason, is_shell: bool, rendered: bool
) -> None:
    worth = worth_rendering(_verdict(reason, rendered=rendered), SHELL if is_shell else ARTICLE)
    assert not worth or (is_shell and not rendered and REASON_OUTCOME[reason] is Outcome.MISSING)


def test_a_page_that_was_not_read_is_not_worth_a_browser() -> None:
    assert not worth_rendering(_verdict(Reason.REMOVED), None)


def test_the_agent_says_chromium_and_our_own_name() -> None:
    told = agent_of("Linkstead/1.0 (+https://me.example/bot)", "156.0.8078.79")
    assert told.startswith("Mozilla/5.0 ")
    assert "Chrome/156.0.0.0" in told
    assert told.endswith(" Linkstead/1.0 (+https://me.example/bot)")
    assert "Headless" not in told


def test_a_missing_browser_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_choice, "find_spec", lambda _: None)
    assert "linkstead[browser]" in (why_not() or "")
    monkeypatch.setattr(browser_choice, "find_spec", lambda name: name)
    assert "no program /no/such/chromium" in (why_not("/no/such/chromium") or "")
    monkeypatch.setenv("PATH", "/no/such/folder")
    assert "apt-get install chromium" in (why_not() or "")


def test_a_rendered_page_keeps_what_the_plain_fetch_learnt() -> None:
    hop = Redirect("https://a.example/", 301, "https://a.example/b")
    said = RobotsSaid(search_engines=False)
    plain = Fetched(
        "https://a.example/",
        "https://a.example/b",
        (hop,),
        200,
        elapsed=1.0,
        robots=said,
        tls_invalid="expired",
    )
    later = Redirect("https://a.example/b", 200, "https://a.example/c")
    rendered = Fetched(
        "https://a.example/b", "https://a.example/c", (later,), 200, body=b"<p>", elapsed=2.0, fetched_at=5
    )
    joined = rendered_after(plain, rendered)
    assert (joined.url, joined.final_url, joined.redirects) == (plain.url, rendered.final_url, (hop, later))
    assert (joined.robots, joined.tls_invalid, joined.elapsed) == (said, "expired", 3.0)
    assert (joined.body, joined.fetched_at) == (b"<p>", 5)


def test_every_trouble_of_the_browser_has_a_reason() -> None:
    assert {Reason(reason) for _, reason, _ in TROUBLE} <= set(Reason)


def test_the_browser_and_its_proxy_agree_on_methods() -> None:
    assert METHODS == browser_proxy.METHODS


def test_a_renderer_that_is_not_open_says_so() -> None:
    with LoopbackWeb() as web, pytest.raises(UsageError):
        asyncio.run(Renderer(web.settings()).render("https://a.example/"))


# --- the tree of processes ------------------------------------------------------------------------

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
_FAMILY = (
    "import subprocess, sys, time\n"
    "fill = bytearray(b'x') * 50_000_000\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; print(1, flush=True); time.sleep(600)'],"
    " start_new_session=True)\n"
    "time.sleep(600)"
)


@pytest.fixture
def family() -> Iterator[subprocess.Popen[bytes]]:
    """A process with 50 MB and a child in a session of its own."""
    process = subprocess.Popen([sys.executable, "-c", _FAMILY], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@linux
def test_a_tree_counts_and_ends_what_left_the_process_group(family: subprocess.Popen[bytes]) -> None:
    tree = Tree(family.pid)
    usage = tree.usage()
    assert usage.processes == 2
    assert usage.memory > 50_000_000
    assert usage.cpu >= 0.0
    below = max(set(tree._known) - {family.pid})
    assert tree.kill()
    family.wait()
    assert not _is_alive(below)
    assert tree.usage().processes == 0


@linux
def test_a_tree_ends_orphans_that_it_has_seen(family: subprocess.Popen[bytes]) -> None:
    tree = Tree(family.pid)
    tree.usage()
    orphan = max(set(tree._known) - {family.pid})
    family.kill()
    family.wait()
    assert _is_alive(orphan)
    assert tree.kill()
    assert not _is_alive(orphan)


def _is_alive(pid: int) -> bool:
    """Whether it runs; one that was killed and that nobody has waited for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


# --- the proxy ------------------------------------------------------------------------------------


async def _ask(proxy: GuardedProxy, message: str | bytes, *more: bytes) -> bytes:
    """Say something to the proxy and hear all that it answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    with contextlib.suppress(OSError):
        writer.write(message.encode() if isinstance(message, str) else message)
        for part in more:
            await asyncio.sleep(0.05)
            writer.write(part)
        await writer.drain()
    try:
        return await reader.read()
    except OSError:
        return b""
    finally:
        writer.close()


def _request(ledger: Ledger, line: str, *headers: str) -> str:
    lines = [line, "Host: x.example", f"Proxy-Authorization: {ledger.authorization}", *headers]
    return "\r\n".join(lines) + "\r\n\r\n"


class _Running:
    """A proxy, one page's ledger, and the web behind them."""

    def __init__(self, web: LoopbackWeb, traffic: int = 1_000_000, **changes: object) -> None:
        self.web = web
        self._traffic = traffic
        self._changes = {"allowed_private_networks": OPEN} | changes

    async def __aenter__(self) -> tuple[GuardedProxy, Ledger]:
        self.proxy = GuardedProxy(self.web.settings(**self._changes))
        await self.proxy.open()
        self._page = self.proxy.page(self._traffic, 100)
        return self.proxy, self._page.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self._page.__exit__(None, None, None)
        await asyncio.sleep(0)
        await self.proxy.close()


@pytest.fixture(scope="module")
def web() -> Iterator[LoopbackWeb]:
    with LoopbackWeb({(APP, "/"): Answer.html("<p>hello")}) as opened:
        yield opened


@pytest.fixture(autouse=True)
def fresh(web: LoopbackWeb) -> None:
    web.hits.clear()
    web.accepted.clear()


def test_the_proxy_passes_one_request_and_only_one(web: LoopbackWeb) -> None:
    async def main() -> bytes:
        async with _Running(web) as (proxy, ledger):
            asked = _request(
                ledger, f"GET {web.url(APP)} HTTP/1.1", "X-Own: 1", "Proxy-Connection: keep-alive"
            )
            return await _ask(proxy, asked + asked.replace(" HTTP", "second HTTP"))

    answer = asyncio.run(main())
    assert answer.endswith(b"<p>hello")
    assert b"Connection: close" in answer
    hit, *others = web.hits
    assert others == []
    assert (hit.path, hit.headers["host"], hit.headers["x-own"]) == ("/", f"{APP}:{web.port}", "1")
    assert not any("proxy" in name for name in hit.headers)


@pytest.mark.parametrize("given", ["", "Proxy-Authorization: Basic cGFnZTp4", "Proxy-Authorization: page"])
def test_the_proxy_turns_away_who_has_no_page(web: LoopbackWeb, given: str) -> None:
    async def main() -> bytes:
        async with _Running(web) as (proxy, _):
            return await _ask(proxy, f"GET {web.url(APP)} HTTP/1.1\r\n{given}\r\n\r\n")

    assert asyncio.run(main()).startswith(b"HTTP/1.1 407 ")
    assert web.accepted == []


def test_the_proxy_turns_away_a_page_that_has_ended(web: LoopbackWeb) -> None:
    async def main() -> bytes:
        async with _Running(web) as (proxy, _):
            with proxy.page(1000, 10) as ended:
                pass
            return await _ask(proxy, _request(ended, f"GET {web.url(APP)} HTTP/1.1"))

    assert asyncio.run(main()).startswith(b"HTTP/1.1 407 ")


def test_every_page_has_a_secret_of_its_own(web: LoopbackWeb) -> None:
    proxy = GuardedProxy(web.settings())
    with proxy.page(1, 1) as one, proxy.page(1, 1) as other:
        assert one.secret != other.secret
        assert base64.b64decode(one.authorization.split()[1]).decode() == f"{USER}:{one.secret}"


#: Requests that go nowhere, and the word by which they are counted.
REFUSED = [
    ("POST {app}/ HTTP/1.1", "method"),
    ("DELETE {app}/ HTTP/1.1", "method"),
    ("GET https://app.example:{port}/ HTTP/1.1", "method"),
    ("GET / HTTP/1.1", "address"),
    ("GET ftp://app.example/ HTTP/1.1", "address"),
    ("GET http://user:word@app.example:{port}/ HTTP/1.1", "address"),
    ("GET http://metadata.google.internal/ HTTP/1.1", "address"),
    ("CONNECT user@app.example:{port} HTTP/1.1", "address"),
    ("GET http://nowhere.example/ HTTP/1.1", "name"),
    ("GET http://127.0.0.1:{port}/ HTTP/1.1", "address"),
    ("GET http://2130706433:{port}/ HTTP/1.1", "address"),
    ("GET http://0x7f.1:{port}/ HTTP/1.1", "address"),
    ("CONNECT 127.0.0.1:{port} HTTP/1.1", "address"),
    ("CONNECT [::ffff:127.0.0.1]:{port} HTTP/1.1", "address"),
    ("CONNECT 93.184.216.34:25 HTTP/1.1", "address"),
    ("GET http://127.77.9.9:{port}/ HTTP/1.1", "connection"),
]


@pytest.mark.parametrize(("line", "word"), REFUSED)
def test_the_proxy_refuses_without_a_word(web: LoopbackWeb, line: str, word: str) -> None:
    async def main() -> tuple[bytes, dict[str, int]]:
        async with _Running(web) as (proxy, ledger):
            told = line.format(app=f"http://{APP}:{web.port}", port=web.port)
            return await _ask(proxy, _request(ledger, told)), dict(ledger.counts)

    assert asyncio.run(main()) == (b"", {word: 1})
    assert web.hits == []


@pytest.mark.parametrize("form", ["GET http://{to}/ HTTP/1.1", "CONNECT {to} HTTP/1.1"])
@pytest.mark.parametrize("named", [False, True])
def test_f19_the_proxy_opens_no_forbidden_address(
    web: LoopbackWeb, form: str, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All forbidden addresses on one connection attempt each, the port rule switched off."""
    opened: list[str] = []

    async def never(found: tuple[str, ...], port: int) -> None:
        opened.extend(found)
        raise OSError

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return (addresses[int(host.partition(".")[0][1:])],)

    async def main() -> dict[str, int]:
        async with _Running(web, resolver=resolve) as (proxy, ledger):
            for number, address in enumerate(addresses):
                to = f"n{number}.example:80" if named else f"{in_url(address)}:80"
                ledger.connections_left = 100
                assert await _ask(proxy, _request(ledger, form.format(to=to))) == b""
            return dict(ledger.counts)

    addresses = [*FORBIDDEN, AZURE]
    monkeypatch.setattr(browser_proxy, "judge_port", lambda *_: None)
    monkeypatch.setattr(browser_proxy, "_first", never)
    assert asyncio.run(main()) == {"address": len(addresses)}
    assert opened == []


def test_the_proxy_is_no_target_even_where_loopback_is_open(web: LoopbackWeb) -> None:
    async def main() -> tuple[bytes, dict[str, int]]:
        async with _Running(web, allowed_private_networks=(ip_network("127.0.0.0/8"),)) as (proxy, ledger):
            line = f"GET http://127.0.0.1:{proxy.port}/ HTTP/1.1"
            return await _ask(proxy, _request(ledger, line)), dict(ledger.counts)

    assert asyncio.run(main()) == (b"", {"address": 1})


def test_the_peer_is_judged_again(web: LoopbackWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Had the system connected us elsewhere, nothing would be said there."""

    async def elsewhere(_: tuple[str, ...], port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(web.addresses[APP], port)

    async def main() -> dict[str, int]:
        async with _Running(web, allowed_private_networks=(ip_network("127.88.0.0/16"),)) as (proxy, ledger):
            await _ask(proxy, _request(ledger, f"GET http://127.88.0.1:{web.port}/ HTTP/1.1"))
            return dict(ledger.counts)

    monkeypatch.setattr(browser_proxy, "_first", elsewhere)
    assert asyncio.run(main()) == {"address": 1}
    assert web.hits == []


def test_a_tunnel_is_for_tls_alone(web: LoopbackWeb) -> None:
    async def main() -> tuple[bytes, dict[str, int]]:
        async with _Running(web) as (proxy, ledger):
            asked = _request(ledger, f"CONNECT {APP}:{web.port} HTTP/1.1")
            answer = await _ask(proxy, asked, b"GET / HTTP/1.1\r\nHost: app.example\r\n\r\n")
            return answer, dict(ledger.counts)

    answer, counts = asyncio.run(main())
    assert answer == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert counts == {"tunnel without TLS": 1}
    assert web.hits == []


def test_a_page_that_loads_too_much_is_cut(web: LoopbackWeb) -> None:
    web.pages[APP, "/big"] = Answer.text(b"x" * 400_000)

    async def main() -> tuple[list[int], str | None]:
        async with _Running(web, traffic=500_000) as (proxy, ledger):
            asked = _request(ledger, f"GET {web.url(APP, '/big')} HTTP/1.1")
            return [len(await _ask(proxy, asked)) for _ in range(3)], ledger.exceeded

    (first, second, third), exceeded = asyncio.run(main())
    assert first > 400_000 > second
    assert third == 0
    assert exceeded == "more bytes than a page may load"
    assert len(web.hits) == 2


def test_endless_interim_answers_are_left(web: LoopbackWeb) -> None:
    web.pages[APP, "/hints"] = Answer(raw=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)

    async def main() -> tuple[bytes, Reason]:
        async with _Running(web) as (proxy, ledger):
            answer = await _ask(proxy, _request(ledger, f"GET {web.url(APP, '/hints')} HTTP/1.1"))
            return answer, ledger.troubles[APP, web.port].reason

    assert asyncio.run(main()) == (b"", Reason.BAD_ANSWER)


@pytest.mark.parametrize("rubbish", [b"\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", b"x" * 100_000])
def test_rubbish_ends_its_own_connection(web: LoopbackWeb, rubbish: bytes) -> None:
    async def main() -> bytes:
        async with _Running(web) as (proxy, ledger):
            await _ask(proxy, rubbish)
            return await _ask(proxy, _request(ledger, f"GET {web.url(APP)} HTTP/1.1"))

    assert asyncio.run(main()).endswith(b"<p>hello")
