"""The program of a browser's child process: Playwright and Chromium, one page at a time.

Run as a file, so that it starts with the standard library only. It speaks JSON lines: first comes the
order (what to start, and how), answered with {"ready": version} or {"failed": text}; then each page is
asked for with one line and told with one. When the parent closes the pipe, or is gone, everything here
ends and the folder with the profile is removed. Limits in time and memory are the parent's to enforce.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import importlib
import json
import os
import resource
import shutil
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

    from linkstead.monitor.browser_words import Order

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_LINE_BYTES = 1 << 20
#: No file of the profile grows beyond this.
_MAX_FILE = 256 * 1024 * 1024
_CLOSE_SECONDS = 3.0
#: All that is imported later on.
_NEEDED = (
    "encodings.idna",
    "playwright.async_api",
    "linkstead.monitor.browser_tables",
    "linkstead.monitor.browser_view",
)


async def _serve(order: Order, source: BinaryIO, sink: BinaryIO) -> None:
    from playwright.async_api import async_playwright

    lines: asyncio.Queue[bytes] = asyncio.Queue()
    listening = asyncio.ensure_future(_listen(source, lines))
    async with async_playwright() as playwright:
        try:
            browser = await _launch(playwright, order)
        except Exception as error:  # noqa: BLE001 - whatever the start says is told to the parent
            _say(sink, {"failed": str(error)[:4000]})
            return
        _say(sink, {"ready": browser.version})
        working = asyncio.ensure_future(_work(browser, lines, sink))
        await asyncio.wait((listening, working), return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await browser.close()


async def _listen(source: BinaryIO, lines: asyncio.Queue[bytes]) -> None:
    """Put the parent's lines into the queue until it is gone."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
    while line := await reader.readline():
        lines.put_nowait(line)


async def _work(browser: Browser, lines: asyncio.Queue[bytes], sink: BinaryIO) -> None:
    from linkstead.monitor.browser_view import render

    while True:
        _say(sink, await render(browser, json.loads(await lines.get())))


async def _launch(playwright: Playwright, order: Order) -> Browser:
    from linkstead.monitor.browser_tables import NOT_WANTED, SWITCHES

    return await playwright.chromium.launch(
        executable_path=order["chromium"],
        args=list(SWITCHES),
        ignore_default_args=[switch for switch in NOT_WANTED if order["sandbox"] or "sandbox" not in switch],
        chromium_sandbox=order["sandbox"],
        proxy={"server": order["proxy"], "bypass": "<-loopback>"},
        timeout=order["seconds"] * 1000,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


def _say(sink: BinaryIO, message: Any) -> None:  # noqa: ANN401 (any JSON value)
    with contextlib.suppress(BrokenPipeError):
        sink.write(json.dumps(message).encode() + b"\n")
        sink.flush()


def _confine(order: Order) -> None:
    """Limits that the kernel keeps, orphans adopted, and no superuser."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE, _MAX_FILE))
    resource.setrlimit(resource.RLIMIT_DATA, (order["data"], order["data"]))
    if order["user"] is not None:
        os.setgroups([])
        os.setgid(order["user"][1])
        os.setuid(order["user"][0])


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes under new numbers; what else is printed or read goes nowhere."""
    source, sink = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    return source, sink


def _first_line(source: BinaryIO) -> bytes:
    """Byte by byte: what follows is for the event loop to read."""
    line = bytearray()
    while (byte := source.read(1)) and byte != b"\n":
        line += byte
    return bytes(line)


def main() -> None:
    """Start, serve, and clean up."""
    source, sink = _take_pipes()
    line = _first_line(source)
    if not line:
        return
    order: Order = json.loads(line)
    sys.path[:] = order["path"]
    try:
        for name in _NEEDED:  # before the rights to read them may be given away
            importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever an import raises is told to the parent
        _say(sink, {"failed": f"{type(error).__name__}: {error}"})
        return
    try:
        _confine(order)
        asyncio.run(_serve(order, source, sink))
    finally:
        shutil.rmtree(order["folder"], ignore_errors=True)


if __name__ == "__main__":
    main()
