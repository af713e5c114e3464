"""What the browser's parent and its child say to each other: JSON objects, one a line."""

from __future__ import annotations

from typing import TypedDict


class Order(TypedDict):
    """How to start: paths, the proxy's address, and limits (`data` in bytes a process).

    `user` is the (user, group) to become, or None; `folder` is removed at the end.
    """

    path: list[str]
    chromium: str
    proxy: str
    sandbox: bool
    seconds: float
    data: int
    user: list[int] | None
    folder: str


class Asked(TypedDict):
    """One page: its address, the secret for the proxy, our name, and limits in seconds and counts."""

    url: str
    proxy: str
    user: str
    secret: str
    agent: str
    seconds: float
    settle: float
    quiet: float
    requests: int
    characters: int


class Told(TypedDict):
    """What became of a page.

    `redirects` are (url, status, location); `moved` is the document that the page's scripts went to,
    which was not opened; `failure` is a word of `Reason`; `cut` says that the markup was longer, `capped`
    that the page wanted more requests than it may make, `quiet` that it had stopped to change, `spent`
    that this browser must be replaced. `counts` are things that were kept from happening, by name.
    """

    status: int | None
    headers: list[tuple[str, str]]
    redirects: list[tuple[str, int, str]]
    final_url: str
    html: str
    cut: bool
    requests: int
    capped: bool
    quiet: bool
    moved: str | None
    failure: str | None
    detail: str
    spent: bool
    counts: dict[str, int]
