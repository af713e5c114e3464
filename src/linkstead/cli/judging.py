"""Judging of a site's referring domains and links from the command line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from linkstead.cli.stopping import Stop
from linkstead.cli.surroundings import current_settings

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from linkstead.cli.output import Bars
    from linkstead.profile.store import Store


def judge_site(
    store: Store, project_id: int, bars: Bars, *, graph: Path | None = None, everything: bool = False
) -> Counter[str]:
    """Judge what changed, or everything, with `graph` or the newest one and all lists.

    Answers how many domains by what to do. Ctrl-C ends it after the part at hand; what was judged is kept.
    """
    from linkstead.graph.store import open_graph
    from linkstead.journey.judged_domains import judge_domains
    from linkstead.journey.lists import read_lists
    from linkstead.journey.standing import newest_graph

    folder = graph or newest_graph(current_settings().graphs)
    with Stop() as stop:
        return judge_domains(
            store,
            project_id,
            now=int(time.time()),
            graph=None if folder is None else open_graph(folder),
            lists=read_lists(current_settings().lists),
            everything=everything,
            progress=bars,
            should_stop=stop.asked,
        )
