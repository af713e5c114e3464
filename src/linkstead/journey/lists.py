"""Lists of domains that a user has loaded: referrer spam, malware, reputable sites and so on.

They lie as text, one domain a line, in `lists/KIND/NAME` of the data folder; judging asks them all. A list is
somebody else's opinion: its kind says what standing on it means (`quality.facts.ListKind`). A host of a list
stands for a domain only where it is that domain, with or without `www.`: that of a large platform's user says
nothing of the platform.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

import numpy as np

from linkstead.errors import InputError
from linkstead.journey.judging import read_domains
from linkstead.quality.facts import ListEntry, ListKind
from linkstead.urls import identity_key

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Of such letters is the name of a kept list, which is the name of its file.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class KeptList(NamedTuple):
    """A loaded list: what standing on it means, its name, its domains, when it was loaded (epoch seconds)."""

    kind: ListKind
    name: str
    domains: int
    at: int


@dataclass(frozen=True, slots=True)
class Lists:
    """Loaded lists, ready to be asked about many domains: each as its domains' sorted identity keys."""

    keys: tuple[tuple[ListEntry, NDArray[np.int64]], ...] = ()

    def of(self, domain: str) -> tuple[ListEntry, ...] | None:
        """The lists that name a domain; None where no list is loaded."""
        if not self.keys:
            return None
        key = identity_key(domain)
        return tuple(entry for entry, keys in self.keys if _holds(keys, key))


def _holds(keys: NDArray[np.int64], key: int) -> bool:
    place = int(np.searchsorted(keys, key))
    return place < len(keys) and int(keys[place]) == key


def add_list(folder: Path, kind: ListKind, path: Path) -> tuple[KeptList, int]:
    """Load a list under its file's name, in place of an older one; also how many lines held no domain.

    Raises `InputError` when it cannot be read or names nobody.
    """
    if not _NAME.fullmatch(path.name):
        raise InputError(
            f"“{path.name[:80]}” is no name for a list; use letters, digits, dots, hyphens and underscores."
        )
    hosts, lost = read_domains(path)
    domains = sorted({host.removeprefix("www.") for host in hosts})
    if not domains:
        raise InputError(f"{path} names no domain; write one a line, such as spam.example.")
    for older in _files(folder):
        if older.name == path.name:
            older.unlink()
    place = folder / kind / path.name
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.parent / f".{uuid4().hex}"
    draft.write_text("\n".join(domains) + "\n", encoding="utf-8")
    draft.rename(place)
    return _kept(place), lost


def remove_list(folder: Path, name: str) -> bool:
    """Forget a list; False when there is none of that name."""
    found = [path for path in _files(folder) if path.name == name]
    for path in found:
        path.unlink()
    return bool(found)


def kept_lists(folder: Path) -> list[KeptList]:
    """The loaded lists, by kind and name."""
    return [_kept(path) for path in _files(folder)]


def read_lists(folder: Path) -> Lists:
    """All loaded lists. Raises `InputError` when one cannot be read."""
    found = []
    for path in _files(folder):
        stat = path.stat()
        keys = _keys(path, stat.st_mtime_ns, stat.st_size)
        found.append((ListEntry(path.name, ListKind(path.parent.name)), keys))
    return Lists(tuple(found))


def _files(folder: Path) -> list[Path]:
    """The files of loaded lists; whatever else lies there is none of them."""
    return sorted(
        path
        for kind in ListKind
        for path in (folder / kind).glob("*")
        if path.is_file() and _NAME.fullmatch(path.name)
    )


def _kept(path: Path) -> KeptList:
    stat = path.stat()
    number = len(_keys(path, stat.st_mtime_ns, stat.st_size))
    return KeptList(ListKind(path.parent.name), path.name, number, int(stat.st_mtime))


@lru_cache(maxsize=32)
def _keys(path: Path, changed_at: int, size: int) -> NDArray[np.int64]:
    """The sorted keys of a list's domains, read anew when its file has changed."""
    del changed_at, size
    try:
        names = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeError) as error:
        raise InputError(
            f"The list {os.fspath(path)} cannot be read; load it again or remove the file."
        ) from error
    return np.unique(np.fromiter(map(identity_key, names), dtype=np.int64, count=len(names)))
