"""Signals: what of a linking page, link, domain or network speaks for it or against it.

How to add a signal
-------------------

1. Write a function from `Facts` to `Sign | None` in the file of its family (`page_signals`, `link_signals`,
   `name_signals`, `domain_signals`, `network_signals`) and a `Signal` in the table there: id, name,
   direction, explanation, source, the facts it needs, and a hand weight in log-odds (at most 1.5). A
   package of its own names the object as an entry point of the group `linkstead.signals` instead.
2. Add its two cases to `tests/signal_cases.py`: facts on which it speaks, near ones on which it is silent.
3. Run `python tests/unit/test_quality_signals.py`, which writes its paragraph in docs/signals.md.
"""

from __future__ import annotations

from linkstead.quality.signals.registry import GROUP, SIGNALS, all_signals
from linkstead.quality.signals.signal import Direction, Family, Sign, Signal, SignalLike

__all__ = ["GROUP", "SIGNALS", "Direction", "Family", "Sign", "Signal", "SignalLike", "all_signals"]
