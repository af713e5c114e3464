"""Every page for everybody: nothing that axe calls serious, in light, in dark and on a phone.

A module of its own, since it takes as long as all other pages' tests together and runs beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe import complaints

if TYPE_CHECKING:
    from site_process import Site

    from watching import Watched

pytestmark = pytest.mark.browser


@pytest.mark.timeout(300)
def test_no_page_shuts_anybody_out(site: Site, watched: Watched) -> None:
    """Light, dark and on a phone: nothing that axe calls serious, and nothing scrolls sideways."""
    page = watched.page
    for path in site.every_page():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        watched.go(path)
        assert complaints(watched) == [], f"{path}, light"
        page.emulate_media(color_scheme="dark")
        assert complaints(watched) == [], f"{path}, dark"
        page.set_viewport_size({"width": 390, "height": 844})
        if path in {site.overview, site.backlinks}:  # their tables become lists there
            assert complaints(watched) == [], f"{path}, on a phone"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} scrolls sideways"
    watched.assert_quiet()
