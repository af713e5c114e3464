"""Versions of a project's disavow file: kept as they are, the last one uploaded known."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkstead.errors import InputError

if TYPE_CHECKING:
    from linkstead.profile.store import Store

#: A larger body is no disavow file: Google takes 2 MB, and a longer one may still be kept to be mended.
MOST_BYTES: Final = 16 << 20
_LONGEST_NAME: Final = 200
_LONGEST_NOTE: Final = 500


class Version(NamedTuple):
    """One version without its body; times in epoch seconds, `size` in bytes."""

    id: int
    at: int
    name: str
    note: str | None
    who: str
    sha256: str
    entries: int
    size: int
    uploaded_at: int | None


class Described(NamedTuple):
    """What is said of a body that is kept: its file name, how many entries it has, why it was made."""

    name: str
    entries: int
    note: str = ""


def keep(
    store: Store,
    project_id: int,
    body: bytes,
    said: Described,
    *,
    who: str,
    now: int,
    uploaded: bool = False,
) -> Version:
    """Keep a version; the same bytes again are the same version. Raises `InputError` for too large ones."""
    if len(body) > MOST_BYTES:
        raise InputError(f"{len(body):,} bytes are too many for a disavow file; Google takes 2 MB.")
    digest = hashlib.sha256(body).hexdigest()
    name = said.name.replace("\0", "").strip()[:_LONGEST_NAME] or "disavow.txt"
    note = said.note.replace("\0", "").strip()[:_LONGEST_NOTE] or None
    text = base64.b64encode(body).decode("ascii")
    row = (project_id, now, name, note, who, digest, said.entries, len(body), text)
    with store.transaction():
        store.execute(
            "INSERT INTO disavow_file (project_id, at, name, note, who, sha256, entries, size, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project_id, sha256) DO NOTHING",
            row,
        )
        if uploaded:
            store.execute(
                "UPDATE disavow_file SET uploaded_at = ? WHERE project_id = ? AND sha256 = ?",
                (now, project_id, digest),
            )
        found = store.query(f"{_VERSIONS} WHERE project_id = ? AND sha256 = ?", (project_id, digest))
    return Version(*found[0])


def mark_uploaded(store: Store, project_id: int, version_id: int, *, now: int) -> bool:
    """Say that a version was given to the search engine; False when the project has no such version."""
    with store.transaction():
        touched = store.execute(
            "UPDATE disavow_file SET uploaded_at = ? WHERE project_id = ? AND id = ?",
            (now, project_id, version_id),
        )
    return touched > 0


def versions(store: Store, project_id: int, *, limit: int = 100) -> list[Version]:
    """The versions of a project, the newest first."""
    rows = store.query(
        f"{_VERSIONS} WHERE project_id = ? ORDER BY at DESC, id DESC LIMIT {int(limit)}", (project_id,)
    )
    return [Version(*row) for row in rows]


def body_of(store: Store, project_id: int, version_id: int) -> bytes | None:
    """The bytes of a version; None when the project has no such version."""
    row = store.one("SELECT body FROM disavow_file WHERE project_id = ? AND id = ?", (project_id, version_id))
    return _bytes(row)


def last_uploaded(store: Store, project_id: int) -> tuple[Version, bytes] | None:
    """The version that the search engine has, as far as anybody said so."""
    found = store.query(
        f"{_VERSIONS} WHERE project_id = ? AND uploaded_at IS NOT NULL"
        " ORDER BY uploaded_at DESC, id DESC LIMIT 1",
        (project_id,),
    )
    if not found:
        return None
    version = Version(*found[0])
    body = body_of(store, project_id, version.id)
    return None if body is None else (version, body)


_VERSIONS: Final = "SELECT id, at, name, note, who, sha256, entries, size, uploaded_at FROM disavow_file"


def _bytes(row: tuple[Any, ...] | None) -> bytes | None:
    return None if row is None else base64.b64decode(str(row[0]))
