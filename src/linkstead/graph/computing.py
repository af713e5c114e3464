"""Ranks of a whole graph: computed kind by kind, each kept with what made it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkstead.errors import StoreError, UsageError
from linkstead.graph.authority import ANCHORS, anchored_rank, authority
from linkstead.graph.hyperball import REGISTERS, harmonic_centrality
from linkstead.graph.kinds import KINDS
from linkstead.graph.manifest import read_manifest
from linkstead.graph.ranking import DAMPING, TOLERANCE, RankRun, pagerank
from linkstead.graph.store import open_graph, write_rank
from linkstead.graph.trust import distrust, trust
from linkstead.progress import ProgressSink, StopAsked, never, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from linkstead.graph.store import Graph


@dataclass(frozen=True, slots=True)
class RankOptions:
    """How to rank. `seeds` are the nodes that trust starts from, `bad_seeds` those that distrust does."""

    damping: float = DAMPING
    tolerance: float = TOLERANCE
    registers: int = REGISTERS
    seeds: tuple[int, ...] = ()
    bad_seeds: tuple[int, ...] = ()


def rank_graph(
    graph: Graph,
    kinds: Sequence[str],
    options: RankOptions = RankOptions(),
    *,
    progress: ProgressSink = silent,
    should_stop: StopAsked = never,
) -> Graph:
    """Compute the kinds that were asked for and keep them; the graph as it is then.

    A kind that stands there already, made in the same way, is left as it is: a run that was stopped goes on
    behind its last finished kind. On a graph of hosts, a domain's hosts have one vote together. Raises
    `StoreError` for a graph without arcs, `UsageError` for unknown kinds and for seeds that are missing.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise UsageError(f"There is no rank “{unknown[0]}”; there are {', '.join(KINDS)}.")
    if not graph.has_arcs:
        raise StoreError(
            "Only ranks were imported into this graph, and no arcs to rank by; import its edges."
        )
    run = _Ranking(graph, options, progress, should_stop)
    for kind in KINDS:
        if kind in kinds and not should_stop():
            run.compute(kind)
    return open_graph(graph.folder)


class _Ranking:
    def __init__(
        self, graph: Graph, options: RankOptions, progress: ProgressSink, should_stop: StopAsked
    ) -> None:
        self.graph = graph
        self.options = options
        self.hooks: dict[str, Any] = {"progress": progress, "should_stop": should_stop}
        self.made: dict[str, Any] = {"damping": options.damping, "tolerance": options.tolerance}
        self.is_of_hosts = graph.manifest.level == "host"
        self.iterated: dict[str, Any] = {
            **self.made,
            "groups": graph.domain_groups() if self.is_of_hosts else None,
            **self.hooks,
        }
        self.made["one_vote_a_domain"] = self.is_of_hosts
        self.out = graph.forward.degrees()

    def compute(self, kind: str) -> None:
        ways: dict[str, Callable[[], None]] = {
            "pagerank": self._pagerank,
            "harmonic": self._harmonic,
            "authority": self._authority,
            "trust": self._trust,
            "distrust": self._distrust,
        }
        ways[kind]()

    def _pagerank(self) -> None:
        if not self._stands("pagerank", self.made):
            self._keep("pagerank", pagerank(self.graph.backward, self.out, **self.iterated), self.made)

    def _harmonic(self) -> None:
        made = {"registers": self.options.registers}
        if self._stands("harmonic", made):
            return
        run = harmonic_centrality(self.graph.backward, registers=self.options.registers, **self.hooks)
        if not run.stopped:
            said = {**made, "distances": run.iterations, "relative_error": run.relative_error}
            write_rank(self.graph.folder, "harmonic", run.values, said)

    def _authority(self) -> None:
        by, harmonic = self._best_harmonic()
        made = {**self.made, "anchors": ANCHORS, "anchors_by": by}
        if self._stands("anchored", made) and self._stands("authority", {"anchors_by": by}):
            return
        run = anchored_rank(self.graph.backward, self.out, harmonic, **self.iterated)
        if run.stopped:
            return
        self._keep("anchored", run, made)
        said = {"basis": "anchored", "anchors_by": by, "nodes": self.graph.nodes}
        write_rank(self.graph.folder, "authority", authority(run.values), said)

    def _best_harmonic(self) -> tuple[str, NDArray[np.floating[Any]]]:
        """Ours, else the published one, else ours made now; with what it was made of."""
        for _ in range(2):
            graph = open_graph(self.graph.folder)
            for kind in ("harmonic", "published-harmonic"):
                values = graph.rank(kind)
                if values is not None:
                    registers = graph.manifest.ranks[kind].get("registers")
                    return f"{kind}, {registers} registers" if registers else kind, values
            self._harmonic()
        raise StoreError("Ranking was stopped before harmonic centrality was known; run it again.")

    def _trust(self) -> None:
        made = {**self.made, **_named(self.options.seeds)}
        if not self._stands("trust", made):
            run = trust(self.graph.backward, self.out, self.options.seeds, **self.iterated)
            self._keep("trust", run, made)

    def _distrust(self) -> None:
        made = {**self.made, **_named(self.options.bad_seeds)}
        if not self._stands("distrust", made):
            into = self.graph.backward.degrees()
            run = distrust(self.graph.forward, into, self.options.bad_seeds, **self.iterated)
            self._keep("distrust", run, made)

    def _stands(self, kind: str, made: dict[str, Any]) -> bool:
        """Whether a rank made like this is kept already."""
        kept = read_manifest(self.graph.folder).ranks.get(kind)
        return kept is not None and {name: kept.get(name) for name in made} == made

    def _keep(self, kind: str, run: RankRun, made: dict[str, Any]) -> None:
        if not run.stopped:
            said = {**made, "iterations": run.iterations, "l1_step": run.error}
            write_rank(self.graph.folder, kind, run.values, said)


def _named(seeds: Sequence[int]) -> dict[str, Any]:
    """How many seeds, and a hash of which."""
    which = hashlib.sha256(",".join(map(str, sorted(set(seeds)))).encode()).hexdigest()[:16]
    return {"seeds": len(set(seeds)), "seeds_hash": which}
