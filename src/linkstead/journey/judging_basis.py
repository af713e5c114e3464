"""What all judgements of a project rest on, as a short text: where it differs, everything is judged anew."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final
from zlib import crc32

from linkstead import __version__
from linkstead.journey.judging import default_model
from linkstead.journey.projects import project_metric, site_of_project
from linkstead.profile import domain_facts
from linkstead.quality.model_text import as_json

if TYPE_CHECKING:
    from linkstead.graph.store import Graph
    from linkstead.journey.lists import Lists
    from linkstead.profile.store import Store
    from linkstead.profile.targets import OwnTraits

#: Raised when judging would say something else of the same facts: signals, worth, relevance, advice.
RULES: Final = 1


def basis_of(
    store: Store, project_id: int, *, graph: Graph | None, lists: Lists | None, own: OwnTraits | None
) -> str:
    """Release and rules, model, web graph, lists, the site and what its pages say, the user's own word.

    Whom our pages link to and what they begin with change from day to day, and are left out.
    """
    said = {
        "release": __version__,
        "rules": RULES,
        "model": as_json(default_model()),
        "graph": None
        if graph is None
        else [graph.manifest.release, graph.manifest.ranks, graph.manifest.files],
        "lists": [
            [entry.kind, entry.name, crc32(keys.tobytes())] for entry, keys in (lists.keys if lists else ())
        ],
        "site": site_of_project(store, project_id),
        "metric": project_metric(store, project_id),
        "languages": None if own is None else sorted(own.languages),
        "ids": None if own is None else sorted(own.ids),
        "manual": domain_facts.manual_action(store, project_id),
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
