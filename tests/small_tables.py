"""Small link tables, written and read in one line each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.errors import FileRefused
from linkstead.sources import inspect_file, open_source

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.link import Batch, DomainSighting, Sighting

JAN_5 = 1_767_571_200  # 2026-01-05T00:00:00Z
NOW = 1_800_000_000


def table(tmp_path: Path, header: str, *rows: str, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """A small file; `|` stands for the delimiter."""
    path = tmp_path / "links.csv"
    lines = [line.replace("|", delimiter) for line in (header, *rows)]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def batch_of(path: Path, site: str = "example.com") -> Batch:
    (batch,) = open_source(path, site=site, now=NOW).batches()
    return batch


def only(path: Path) -> Sighting:
    (one,) = batch_of(path).sightings
    return one


def only_domain(path: Path) -> DomainSighting:
    (one,) = batch_of(path).domains
    return one


def metrics(one: Sighting | DomainSighting) -> dict[str, Any]:
    return json.loads(one.metrics or "{}")


def read_whole(path: Path, site: str | None) -> None:
    opened = open_source(path, site=site, now=0)
    for part in opened.parts or (opened,):
        list(part.batches())


def refused(path: Path, *, site: str | None = "example.com") -> FileRefused:
    """The refusal of a file, by inspection and by opening and reading it alike."""
    with pytest.raises(FileRefused) as inspected:
        inspect_file(path, site=site)
    with pytest.raises(FileRefused) as read:
        read_whole(path, site)
    assert str(inspected.value) == str(read.value)
    assert str(inspected.value).endswith(".")
    return inspected.value
