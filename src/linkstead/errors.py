"""Every exception that Linkstead raises.

An exception says that the caller asked for something impossible or that the world under us is
broken. What merely happens out there (a 404, a missing link, a refusal by robots.txt) is a value,
never an exception. Each message is one sentence for a person: what is wrong and what to do.

    LinksteadError
    ├── UsageError            wrong use: exit status 2
    │   └── SettingError      a LINKSTEAD_* variable is unknown or unreadable
    ├── InputError            bad input: exit status 3
    │   ├── UrlError          a text is no http(s) URL
    │   ├── FileRefused       a file is not what was asked for, or hostile
    │   └── MappingNeeded     a table nobody knows: its columns must be named first
    └── StoreError            the profile store cannot be used (locked, newer, damaged, full)
"""

from __future__ import annotations

from typing import ClassVar


class LinksteadError(Exception):
    """The root; `exit_status` is what the command line ends with."""

    exit_status: ClassVar[int] = 1


class UsageError(LinksteadError):
    """The command or call was put together wrongly."""

    exit_status = 2


class SettingError(UsageError):
    """A setting is unknown or has a value that cannot be read."""


class InputError(LinksteadError):
    """What was handed in cannot be used."""

    exit_status = 3


class UrlError(InputError):
    """A text that should be an absolute http or https URL is none."""


class FileRefused(InputError):
    """A file was not imported; `seems_to_be` says in a few words what it looks like.

    `kind` is a short stable slug for scripts, such as `keyword-report`, `bomb` or `empty`.
    """

    def __init__(self, message: str, *, kind: str, seems_to_be: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.seems_to_be = seems_to_be


class MappingNeeded(InputError):
    """A readable table with a header that no importer knows.

    `columns` are the header names as found, `fingerprint` identifies the header, and `proposal`
    maps header names to canonical field names as far as they could be guessed.
    """

    def __init__(
        self, message: str, *, columns: tuple[str, ...], fingerprint: str, proposal: dict[str, str]
    ) -> None:
        super().__init__(message)
        self.columns = columns
        self.fingerprint = fingerprint
        self.proposal = proposal


class StoreError(LinksteadError):
    """The profile store cannot be read or written."""
