"""The one door to numba: functions over arrays, compiled when they first run and kept on disk.

Where neither the package's folder nor the user's cache can be written, they are compiled in every process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

_F = TypeVar("_F", bound="Callable[..., Any]")

#: A range whose turns run on several threads inside a `parallel` function.
prange = numba.prange


def compiled(function: _F) -> _F:
    """Compile for one thread; other Python threads run meanwhile."""
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


def parallel(function: _F) -> _F:
    """Compile with `prange` over all cores; sums may be added up in any order."""
    fast = {"reassoc", "contract", "nsz"}
    return cast("_F", numba.njit(cache=True, nogil=True, parallel=True, fastmath=fast)(function))
