"""Ranks of a whole graph: computed kind by kind, each kept with what made it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from linkstead.errors import StoreError, UsageError
from linkstead.graph.authority import ANCHORS, anchored_rank, authority
from linkstead.graph.hyperball import REGISTERS, harmonic_centrality
from linkstead.graph.kinds import KINDS
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

    A kind that was finished is kept when a later one is stopped. Raises `StoreError` for a graph without
    arcs, `UsageError` for unknown kinds and for seeds that are missing.
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
        self.iterated: dict[str, Any] = {
            "damping": options.damping,
            "tolerance": options.tolerance,
            **self.hooks,
        }
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
        groups = self.graph.domain_groups() if self.graph.manifest.level == "host" else None
        run = pagerank(self.graph.backward, self.out, groups=groups, **self.iterated)
        self._keep("pagerank", run, one_vote_a_domain=groups is not None)

    def _harmonic(self) -> None:
        run = harmonic_centrality(self.graph.backward, registers=self.options.registers, **self.hooks)
        if not run.stopped:
            said = {"registers": self.options.registers, "distances": run.iterations}
            write_rank(
                self.graph.folder, "harmonic", run.values, {**said, "relative_error": run.relative_error}
            )

    def _authority(self) -> None:
        basis, harmonic = self._best_harmonic()
        run = anchored_rank(self.graph.backward, self.out, harmonic, **self.iterated)
        if run.stopped:
            return
        self._keep("anchored", run, anchors=ANCHORS, anchors_by=basis)
        said = {"basis": "anchored", "anchors_by": basis, "nodes": self.graph.nodes}
        write_rank(self.graph.folder, "authority", authority(run.values), said)

    def _best_harmonic(self) -> tuple[str, NDArray[np.floating[Any]]]:
        """Ours, else the published one, else ours made now."""
        for _ in range(2):
            graph = open_graph(self.graph.folder)
            for kind in ("harmonic", "published-harmonic"):
                values = graph.rank(kind)
                if values is not None:
                    return kind, values
            self._harmonic()
        raise StoreError("Ranking was stopped before harmonic centrality was known; run it again.")

    def _trust(self) -> None:
        run = trust(self.graph.backward, self.out, self.options.seeds, **self.iterated)
        self._keep("trust", run, seeds=len(self.options.seeds))

    def _distrust(self) -> None:
        run = distrust(
            self.graph.forward, self.graph.backward.degrees(), self.options.bad_seeds, **self.iterated
        )
        self._keep("distrust", run, seeds=len(self.options.bad_seeds))

    def _keep(self, kind: str, run: RankRun, **said: str | float) -> None:
        if run.stopped:
            return
        made = {key: asdict(self.options)[key] for key in ("damping", "tolerance")}
        write_rank(
            self.graph.folder,
            kind,
            run.values,
            {**made, **said, "iterations": run.iterations, "l1_step": run.error},
        )
