"""The browser's chart scripts: Vega, Vega-Lite and Vega-Embed, bundled from our own packages.

No CDN and no build step: vl-convert carries the scripts, we write its bundle once into a cache
folder and serve it under an address with its version, so a browser may keep it for ever. It is made
in a process of its own, since the engine inside vl-convert would hold some 200 MB for good.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from linkstead.errors import LinksteadError

_MAKE = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"


@lru_cache(maxsize=1)
def bundle_version() -> str:
    """What the bundle's address carries: it changes with the package."""
    return version("vl-convert-python")


@lru_cache(maxsize=1)
def bundle(folder: Path) -> bytes:
    """The scripts, gzipped (about 280 kB); made on the first call, read from `folder` afterwards."""
    return make_bundle(folder).read_bytes()


def make_bundle(folder: Path) -> Path:
    """The file with the scripts, made when it is missing. Raises `LinksteadError` when it cannot be."""
    kept = folder / f"vega-{bundle_version()}.js.gz"
    if not kept.is_file():
        try:
            write_whole(kept, gzip.compress(_made(), 9))
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LinksteadError(f"The chart scripts could not be kept in {folder}: {error}.") from error
    return kept


def _made() -> bytes:
    done = subprocess.run([sys.executable, "-c", _MAKE], capture_output=True, check=False, timeout=120)
    if done.returncode or not done.stdout:
        raise LinksteadError("The chart scripts could not be made; install Linkstead's packages again.")
    return done.stdout


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in its place at once, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # another process may do the same at this moment: each writes its own file, the last rename wins
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
