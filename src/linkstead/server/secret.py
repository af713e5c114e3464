"""The installation's secret key: given by a setting, or made once and kept in the data folder."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from linkstead.errors import SettingError

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.settings import Settings

NAME = "secret-key"


def secret_path(settings: Settings) -> Path:
    """Where a key of our own making lies."""
    return settings.data / NAME


def read_secret(settings: Settings) -> str | None:
    """The key of this installation, or None when none was made yet."""
    if settings.secret_key:
        return settings.secret_key
    try:
        return secret_path(settings).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingError(f"The secret key cannot be read: {error}; give its owner the right to.") from None


def ensure_secret(settings: Settings) -> str:
    """The key of this installation; made with mode 0600 when there is none. Many may ask at once."""
    known = read_secret(settings)
    if known is not None:
        return known
    draft = secret_path(settings).with_name(f"{NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        # a link, not a rename: whoever comes second finds the first one's key
        os.link(draft, secret_path(settings))
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return read_secret(settings) or ensure_secret(settings)
