"""What a graph's folder says of itself: manifest.json, written last and replaced at once.

A folder without a manifest is an import that was not finished, and no graph.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from linkstead.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = "linkstead-graph"
VERSION: Final = 1
FILE: Final = "manifest.json"
_CHUNK: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Manifest:
    """A graph in a few words.

    `level` is `domain`, `host` or `other` (nodes are numbers); `www` says whether host names keep a
    leading `www.` (`kept`, `stripped`, `unknown`); `files` has each file's bytes and CRC-32; `ranks` each
    rank's parameters, iterations and errors.
    """

    release: str
    level: str
    www: str
    nodes: int
    arcs: int
    made_at: int
    sources: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, int]] = field(default_factory=dict)
    ranks: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: str = FORMAT
    version: int = VERSION

    def with_files(self, files: dict[str, dict[str, int]]) -> Manifest:
        """The same with these files beside those it has."""
        return replace(self, files={**self.files, **files})

    def with_rank(self, kind: str, said: dict[str, Any]) -> Manifest:
        """The same with one rank more, or another one of its kind."""
        return replace(self, ranks={**self.ranks, kind: said})


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a graph. Raises `StoreError` when the folder is no finished graph."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(
            f"{folder} is no finished graph; import one with `linkstead graph import`."
        ) from None
    except (OSError, ValueError) as error:
        raise StoreError(
            f"The manifest of {folder} cannot be read ({error}); import the graph again."
        ) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise StoreError(f"{folder} holds something else than a graph; name the folder of a graph.")
    if said.get("version") != VERSION:
        raise StoreError(f"{folder} was written by another version of Linkstead; import the graph again.")
    try:
        return Manifest(**said)
    except TypeError as error:
        raise StoreError(
            f"The manifest of {folder} lacks something ({error}); import the graph again."
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in its place in one step."""
    beside = folder / f"{FILE}.new"
    beside.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    beside.replace(folder / FILE)


def checksum(path: Path) -> int:
    """The CRC-32 of a file, read in pieces."""
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            value = zlib.crc32(chunk, value)
    return value


def described(path: Path) -> dict[str, int]:
    """A file's bytes and CRC-32, as the manifest has them."""
    return {"bytes": path.stat().st_size, "crc32": checksum(path)}


def damaged_files(folder: Path, manifest: Manifest) -> list[str]:
    """The names of files that are missing or do not match their checksums; empty when all is well."""
    return [name for name, said in manifest.files.items() if not _matches(folder / name, said)]


def _matches(path: Path, said: dict[str, int]) -> bool:
    return path.is_file() and path.stat().st_size == said["bytes"] and checksum(path) == said["crc32"]


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Raise `StoreError` when a file is missing or has another length than the manifest says."""
    for name, said in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != said["bytes"]:
            raise StoreError(f"{path} is missing or was cut; import the graph again.")
