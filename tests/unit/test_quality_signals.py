"""Each signal speaks on its case, is silent on a near one, and has its paragraph.

`python tests/unit/test_quality_signals.py` writes docs/signals.md anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import SettingError
from linkstead.quality.facts import Facts
from linkstead.quality.signals import SIGNALS, Direction, Family, registry
from tests.signal_cases import SILENT, SPEAKS

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "signals.md"
HEAD = """# Signals

What of a linking page, link, domain or network speaks for it or against it. No signal is a verdict: many
good pages trip several. `linkstead quality judge` shows those that speak, and
[spam-likelihood.md](spam-likelihood.md) says how they are weighed. Assumed weights are log-odds at full
strength; a measured weight takes their place where the model has one. The facts that a signal needs are
named as a file for `--facts` names them; when one is not known, the signal is silent.
"""


def paragraphs() -> str:
    lines = [HEAD]
    for family in Family:
        lines.append(f"## {family.value.capitalize()}\n")
        for signal in (each for each in SIGNALS.values() if each.family is family):
            weight = (
                f"{signal.assumed:g}, not measured"
                if signal.assumed
                else "none: it speaks only when measured"
            )
            lines.append(f"### {signal.id}\n")
            lines.append(
                f"*{signal.name[0].upper()}{signal.name[1:]}; speaks {signal.direction}.* "
                f"{signal.explanation}\n"
            )
            lines.append(
                f"Needs {', '.join(f'`{need}`' for need in signal.needs)}. Assumed weight {weight}.\n"
            )
            lines.append(f"Source: {signal.source}\n")
    return "\n".join(lines)


def test_the_page_of_signals_is_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == paragraphs(), "run: python tests/unit/test_quality_signals.py"


def test_every_signal_has_both_of_its_cases() -> None:
    assert set(SPEAKS) == set(SILENT) == set(SIGNALS)
    assert len(SIGNALS) >= 40


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_speaks_on_its_case_and_is_silent_on_a_near_one(name: str) -> None:
    signal = SIGNALS[name]
    sign = signal.look(SPEAKS[name])
    assert sign is not None
    assert 0 < sign.strength <= 1
    assert sign.said.endswith(".")
    assert all(map(SILENT[name].known, signal.needs)), "the near case is silent for want of facts"
    assert signal.look(SILENT[name]) is None


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_without_facts_is_silent(name: str) -> None:
    assert SIGNALS[name].look(Facts()) is None


@pytest.mark.parametrize("name", SIGNALS)
def test_the_names_of_known_facts_are_those_that_are_known_one_by_one(name: str) -> None:
    needs = {need for signal in SIGNALS.values() for need in signal.needs}
    for facts in (SPEAKS[name], SILENT[name], Facts()):
        assert facts.known_names() & needs == {need for need in needs if facts.known(need)}


def test_both_directions_and_all_families_are_there() -> None:
    assert {each.direction for each in SIGNALS.values()} == set(Direction)
    assert {each.family for each in SIGNALS.values()} == set(Family)
    assert not any(each.assumed > 1.5 for each in SIGNALS.values())


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """Entry points of the group, filled by the test."""
    found: list[EntryPoint] = []
    monkeypatch.setattr(
        registry, "entry_points", lambda *, group: [each for each in found if each.group == group]
    )
    registry.all_signals.cache_clear()
    yield found
    registry.all_signals.cache_clear()


class _Offers(EntryPoint):
    def load(self) -> object:
        from dataclasses import replace

        return replace(registry.PAGE_SIGNALS[0], id="page.acme") if self.attr == "good" else object()


def test_a_plugin_adds_a_signal_and_a_broken_one_is_named(plugins: list[EntryPoint]) -> None:
    plugins.append(_Offers("acme", "acme:good", registry.GROUP))
    assert "page.acme" in registry.all_signals()
    registry.all_signals.cache_clear()
    plugins.append(_Offers("broken", "acme:bad", registry.GROUP))
    with pytest.raises(SettingError, match="broken"):
        registry.all_signals()


if __name__ == "__main__":
    PAGE.write_text(paragraphs(), encoding="utf-8")
