"""What the graph knows, handed to the index: each referring domain's authority as a table to join with.

Stages never import each other; here they meet on the domain's name.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkstead.errors import InputError
from linkstead.graph import queries
from linkstead.graph.store import graphs_in, open_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkstead.graph.store import Graph

_AT_ONCE: Final = 1 << 18
_TABLE: Final = pa.schema([pa.field("domain", pa.string()), pa.field("authority", pa.uint8())])


@contextmanager
def authority_table(folder: Path | None) -> Iterator[Path | None]:
    """A temporary Parquet file of (reversed domain, authority) of a graph's domains; None without a graph.

    Raises `InputError` when the graph has no authority yet.
    """
    if folder is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "authority.parquet"
        _write(open_graph(folder), path)
        yield path


def newest_graph(folder: Path) -> Path | None:
    """The folder of the newest graph that has arcs and names; None without one."""
    return next((one.folder for one in graphs_in(folder) if one.has_arcs and one.names is not None), None)


def referrers(folder: Path, site: str, most: int) -> list[str]:
    """The referring domains of a site in a graph, the ones of most authority first, technical ones left out.

    Raises `InputError` when the graph does not know the site.
    """
    graph = open_graph(folder)
    node = graph.node(site)
    if node is None:
        raise InputError(queries.absent(graph, site).sentence)
    found = queries.referring_domains(graph, node, limit=most, technical=False)
    return [row.domain for row in found.rows]


def _write(graph: Graph, path: Path) -> None:
    worth = graph.rank("authority")
    if worth is None or graph.names is None:
        raise InputError(f"{graph.folder} has no authority yet; compute it with `linkstead graph rank`.")
    names: list[str] = []
    with pq.ParquetWriter(path, _TABLE, compression="zstd") as writer:
        first = 0
        for name in graph.names.all():
            names.append(name)
            if len(names) == _AT_ONCE:
                first = _flush(writer, names, worth, first)
        _flush(writer, names, worth, first)


def _flush(writer: pq.ParquetWriter, names: list[str], worth: np.ndarray, first: int) -> int:
    """Write the names so far with their values; domains without any authority are left out."""
    last = first + len(names)
    values = np.asarray(worth[first:last], np.float64)
    kept = np.flatnonzero(~np.isnan(values))
    chosen = pa.array([names[at] for at in kept], pa.string())
    rounded = pa.array(np.rint(values[kept]).astype(np.uint8), pa.uint8())
    writer.write_batch(pa.RecordBatch.from_arrays([chosen, rounded], schema=_TABLE))
    names.clear()
    return last
