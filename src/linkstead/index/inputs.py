"""Which archives a person means: files, folders, lists of paths, addresses."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from linkstead.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ARCHIVES: Final = ("*.warc", "*.wat", "*.warc.*", "*.wat.*", "*.arc", "*.arc.gz")
_LISTS: Final = (".paths", ".paths.gz")


def is_remote(address: str) -> bool:
    """Whether an address is not a file of this machine."""
    return address.startswith(("http://", "https://", "s3://"))


def expand(
    text: str, base: str | None = None, read_list: Callable[[str], bytes] | None = None
) -> Iterator[str]:
    """The archives that one argument means. `base` is put before relative paths of lists.

    A list is `@file`, or a file that ends in `.paths` or `.paths.gz` as Common Crawl publishes them; one on
    the web is read by `read_list`, and its relative paths need a `base`. Raises `InputError` with a sentence.
    """
    listed = text.startswith("@") or text.endswith(_LISTS)
    name = text.removeprefix("@")
    if is_remote(name):
        yield from _remote_list(name, base, read_list) if listed and read_list is not None else (name,)
        return
    path = Path(name)
    if path.is_dir():
        found = sorted({str(file) for pattern in _ARCHIVES for file in path.glob(pattern)})
        if not found:
            raise InputError(f"{path} holds no archives (.warc, .wat, .arc, plain or packed).")
        yield from found
    elif listed:
        for line in _local_lines(path):
            yield line if is_remote(line) or line.startswith("/") else _joined(line, base, path.parent)
    elif path.is_file():
        yield str(path)
    else:
        raise InputError(f"{path} is not there; check the name.")


def _joined(line: str, base: str | None, folder: Path) -> str:
    return f"{base.rstrip('/')}/{line}" if base else str(folder / line)


def _remote_list(address: str, base: str | None, read_list: Callable[[str], bytes]) -> Iterator[str]:
    for line in _lines(read_list(address), address):
        if is_remote(line):
            yield line
        elif base is None:
            raise InputError(
                f"{address} has relative paths; say with --base where they begin,"
                " such as https://data.commoncrawl.org/."
            )
        else:
            yield f"{base.rstrip('/')}/{line.lstrip('/')}"


def _local_lines(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read as a list of archives ({error}).") from error
    return _lines(raw, str(path))


def _lines(raw: bytes, name: str) -> list[str]:
    try:
        text = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
        return [line.strip() for line in text.decode("utf-8").splitlines() if line.strip()]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(f"{name} cannot be read as a list of archives ({error}).") from error
