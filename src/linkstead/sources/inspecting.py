"""Inspecting a file: what it holds, told without storing anything."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from linkstead.errors import MappingNeeded
from linkstead.sources import values
from linkstead.sources.reading import OpenSource, open_source
from linkstead.sources.recognise import Unknown, recognise
from linkstead.sources.source import Header, Inspection, Quoting, Row
from linkstead.sources.tables import tables_of
from linkstead.sources.text import Shape
from linkstead.urls import site_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SAMPLES: Final = 5


def inspect_file(
    path: Path, *, site: str | None = None, mapping: Mapping[str, str] | None = None
) -> Inspection:
    """Read a file to its end and tell what it holds; stores nothing.

    A table that nobody knows comes back as source `unknown` with a proposal. Raises `FileRefused`.
    """
    try:
        opened = open_source(path, site=site, mapping=mapping, now=0)
    except MappingNeeded as needed:
        return _inspect_unknown(path, site, needed)
    if len(opened.parts) < 2:
        return _inspect_one(opened)
    parts = [_inspect_one(part) for part in opened.parts]
    return _joined(opened, parts)


def _inspect_one(opened: OpenSource) -> Inspection:
    skipped: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    sightings = domains = 0
    first_seen: list[int] = []
    for batch in opened.batches():
        sightings += len(batch.sightings)
        domains += len(batch.domains)
        skipped.update(batch.skipped)
        reasons.update(one.reason for one in batch.quarantined)
        moments = [one.first_seen for one in batch.sightings if one.first_seen is not None]
        moments += [one.first_seen for one in batch.domains if one.first_seen is not None]
        first_seen = _range(first_seen + moments)
    return Inspection(
        source=opened.source,
        vendor=opened.vendor,
        generation=opened.generation,
        container=opened.container,
        encoding=opened.encoding,
        delimiter=opened.delimiter,
        rows=opened.rows,
        quarantined=reasons.total(),
        mapped=dict(opened.mapped),
        unmapped=opened.unmapped,
        first_seen_range=[values.iso_date(one) for one in first_seen] or None,
        skipped=dict(skipped),
        unreadable=opened.unreadable,
        reasons=dict(reasons),
        sightings=sightings,
        domains=domains,
        grouped=opened.grouped,
        capped=opened.capped,
        fingerprint=opened.fingerprint,
        samples=_samples(opened.found.rows, opened.found.header),
        members=list(opened.members),
    )


def _range(moments: list[int]) -> list[int]:
    return [min(moments), max(moments)] if moments else []


def _samples(rows: list[Row], header: Header) -> list[Row]:
    width = len(header.names)
    return [[cell[:120] for cell in row[:width]] for row in rows if any(row)][:_SAMPLES]


def _inspect_unknown(path: Path, site: str | None, needed: MappingNeeded) -> Inspection:
    host = None if site is None else site_of(site)
    tables, _ = tables_of(path, path.name)
    for table in tables:
        found = recognise(table.head(), name=table.name, site=host, mapping=None)
        if not isinstance(found, Unknown):
            continue
        rows = table.rows(Shape(found.header, ragged=True), Quoting.CSV)
        counted = sum(1 for number, row in enumerate(rows, 1) if number > found.header.row and row)
        return Inspection(
            source="unknown",
            vendor=None,
            generation=None,
            container=table.container,
            encoding=table.encoding,
            delimiter=found.header.delimiter or None,
            rows=counted,
            quarantined=0,
            mapped={},
            unmapped=list(needed.columns),
            first_seen_range=None,
            fingerprint=needed.fingerprint,
            proposal=needed.proposal,
            samples=_samples(found.rows, found.header),
        )
    raise needed


def _joined(opened: OpenSource, parts: list[Inspection]) -> Inspection:
    """Several tables as one: counts add up, columns are those of the first; the rest is in `parts`."""
    ends = [text for part in parts for text in part.first_seen_range or ()]
    first = parts[0]
    return Inspection(
        source=first.source,
        vendor=first.vendor,
        generation=first.generation,
        container=first.container,
        encoding=first.encoding,
        delimiter=first.delimiter,
        rows=sum(part.rows for part in parts),
        quarantined=sum(part.quarantined for part in parts),
        mapped=first.mapped,
        unmapped=first.unmapped,
        first_seen_range=[min(ends), max(ends)] if ends else None,
        skipped=_added(part.skipped for part in parts),
        unreadable=_added(part.unreadable for part in parts),
        reasons=_added(part.reasons for part in parts),
        sightings=sum(part.sightings for part in parts),
        domains=sum(part.domains for part in parts),
        grouped=any(part.grouped for part in parts),
        capped=any(part.capped for part in parts),
        fingerprint=first.fingerprint,
        samples=first.samples,
        members=list(opened.members),
        parts=parts,
    )


def _added(counts: Iterator[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)
