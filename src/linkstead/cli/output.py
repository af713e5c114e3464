"""What verbs print: one JSON object, or lines for people."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from linkstead.errors import InputError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from linkstead.progress import Progress


def add_json(verb: argparse.ArgumentParser) -> None:
    """The option that every verb has."""
    verb.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def print_json(value: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    print()


def plain(text: object, width: int = 100) -> str:
    """A stranger's text for a terminal: one line, no control characters, cut to `width`."""
    line = " ".join(str(text).split())
    safe = "".join(
        "�" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character for character in line
    )
    return safe if len(safe) <= width else safe[: width - 1] + "…"


def read_bytes(path: Path) -> bytes:
    """A file's content. Raises `InputError` with a sentence when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def must_exist(path: Path) -> None:
    """Raise `InputError` when there is no such file."""
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "is not there"
        raise InputError(f"{path} {what}; check the name.")


class Bars:
    """Progress bars on stderr, one per step, with rate and time left; silent when not a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet or not sys.stderr.isatty()
        self._bar: tqdm[Any] | None = None
        self._step = ""

    def __call__(self, progress: Progress, /) -> None:
        if self._quiet:
            return
        if progress.step != self._step:
            self.close()
            self._step = progress.step
            self._bar = tqdm(
                total=progress.total,
                desc=progress.step,
                unit="B" if progress.unit == "bytes" else f" {progress.unit}",
                unit_scale=progress.unit == "bytes",
                dynamic_ncols=True,
                leave=True,
                file=sys.stderr,
            )
        if self._bar is not None:
            if progress.total is not None:
                self._bar.total = progress.total
            self._bar.set_postfix_str(progress.note, refresh=False)
            self._bar.update(progress.done - self._bar.n)

    def close(self) -> None:
        """End the bar that is shown."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def many(number: int, one: str, more: str | None = None) -> str:
    """A number with its noun: `1 domain`, `2,000 domains`, and by `more` `0 entries`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"
