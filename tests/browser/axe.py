"""What axe has against a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watching import Watched


def complaints(watched: Watched) -> list[str]:
    """Everything on the page that axe calls serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    # a colour half way to another one is no finding, nor is a message that is just coming up; what turns
    # without end is none to wait for
    watched.page.evaluate(
        """() => Promise.all(document.getAnimations()
            .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
            .map((one) => one.finished))"""
    )
    found = Axe().run(watched.page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['target']}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
