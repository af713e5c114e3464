"""HTML bytes and headers in, everything that links say out.

`read_page` gives a `Page`; `BoundedCalls` (in `linkstead.page.bounded`) runs it, or anything else
that reads what strangers send, where a hostile input can only end a child process.
"""

from __future__ import annotations

from linkstead.page.read import Page, read_page
from linkstead.page.robots import SEARCH_ENGINE_AGENTS, RobotsDirectives, RobotsRule

__all__ = ["SEARCH_ENGINE_AGENTS", "Page", "RobotsDirectives", "RobotsRule", "read_page"]
