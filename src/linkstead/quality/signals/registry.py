"""The table of signals, and the door for more: the entry-point group `linkstead.signals`.

An entry point names a signal or a function without arguments that returns one or several.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final, cast

from linkstead.errors import SettingError
from linkstead.quality.signals.domain_signals import STANDING_SIGNALS
from linkstead.quality.signals.link_signals import LINK_SIGNALS
from linkstead.quality.signals.name_signals import NAME_SIGNALS
from linkstead.quality.signals.network_signals import NETWORK_SIGNALS
from linkstead.quality.signals.page_signals import PAGE_SIGNALS

if TYPE_CHECKING:
    from linkstead.quality.signals.signal import SignalLike

GROUP: Final = "linkstead.signals"

_BUILT_IN: Final = (*PAGE_SIGNALS, *LINK_SIGNALS, *NAME_SIGNALS, *STANDING_SIGNALS, *NETWORK_SIGNALS)

#: id -> signal, the built-in ones.
SIGNALS: Final[dict[str, SignalLike]] = {signal.id: signal for signal in _BUILT_IN}


@lru_cache(maxsize=1)
def all_signals() -> dict[str, SignalLike]:
    """The built-in signals and those of installed plugins; a plugin never replaces a built-in one."""
    found = dict(SIGNALS)
    for point in entry_points(group=GROUP):
        for signal in _offered(point):
            found.setdefault(signal.id, signal)
    return found


def _offered(point: EntryPoint) -> tuple[SignalLike, ...]:
    try:
        offer = point.load()
        if callable(offer) and not hasattr(offer, "look"):
            offer = offer()
        offered = cast(
            "tuple[SignalLike, ...]", tuple(offer) if isinstance(offer, list | tuple) else (offer,)
        )
        for signal in offered:
            _ = (signal.id, signal.family, signal.needs, signal.look)
            if not 0 <= signal.assumed <= 1.5:
                raise ValueError("its weight is not between 0 and 1.5")
    except Exception as error:
        raise SettingError(
            f"The plugin “{point.name}” ({point.value}) offers no signal ({error}); remove or mend it."
        ) from error
    return offered
