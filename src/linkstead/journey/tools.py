"""What a patrol uses beside its fetcher, as the settings say: canaries, evidence, a browser."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from linkstead.journey.patrol import Tools
from linkstead.monitor.browser import Renderer, RenderLimits, why_not
from linkstead.monitor.canary import NetworkWatch, read_canary
from linkstead.monitor.evidence import EvidenceBox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkstead.monitor.fetch import FetchSettings
    from linkstead.settings import Settings

_MEGABYTE: Final = 1 << 20


@contextmanager
def opened(
    settings: Settings, fetch: FetchSettings, holder: str, *, folder: Path | None = None
) -> Iterator[Tools]:
    """The tools of one process, named `holder`; evidence goes into `folder`, else into the data folder."""
    canaries = [read_canary(text) for text in settings.canaries]
    with EvidenceBox(
        folder or settings.evidence,
        re.sub(r"\W", "_", holder, flags=re.ASCII)[:64],
        rotate_bytes=settings.evidence_mb * _MEGABYTE,
        agent=fetch.agent,
    ) as box:
        yield Tools(
            network=NetworkWatch(canaries, fetch) if canaries else None,
            evidence=box,
            renderer=renderer_of(settings, fetch),
        )


def renderer_of(settings: Settings, fetch: FetchSettings) -> Renderer | None:
    """The browser tier, where the settings want it and Chromium is there."""
    if not settings.browser or why_not() is not None:
        return None
    return Renderer(fetch, RenderLimits(sandbox=settings.browser_sandbox))
