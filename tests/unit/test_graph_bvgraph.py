"""BVGraph files: an encoder of our own, slow and simple, against the compiled decoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkstead.errors import FileRefused
from linkstead.graph.bvgraph import arcs_of, read_properties

if TYPE_CHECKING:
    from pathlib import Path

Lists = list[list[int]]
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Bits:
    """A bit stream written as text; clarity before speed."""

    def __init__(self) -> None:
        self.text = ""

    def unary(self, value: int) -> None:
        self.text += "0" * value + "1"

    def gamma(self, value: int) -> None:
        digits = f"{value + 1:b}"
        self.unary(len(digits) - 1)
        self.text += digits[1:]

    def delta(self, value: int) -> None:
        digits = f"{value + 1:b}"
        self.gamma(len(digits) - 1)
        self.text += digits[1:]

    def zeta(self, value: int, k: int) -> None:
        value += 1
        high = (value.bit_length() - 1) // k
        self.unary(high)
        left = 1 << (high * k)
        width = high * k + k
        rest = value - left
        short = (1 << width) - ((1 << width) - left)
        if rest < short:
            self.text += format(rest, f"0{width - 1}b") if width > 1 else ""
        else:
            self.text += format(rest + short, f"0{width}b")

    def nibble(self, value: int) -> None:
        digits = f"{value:o}"
        for place, digit in enumerate(digits):
            self.text += ("1" if place == len(digits) - 1 else "0") + format(int(digit), "03b")

    def code(self, name: str, value: int, k: int) -> None:
        if name == "ZETA":
            self.zeta(value, k)
        else:
            getattr(self, name.lower())(value)

    def as_bytes(self) -> bytes:
        text = self.text + "0" * (-len(self.text) % 8)
        return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))


def natural(value: int) -> int:
    return 2 * value if value >= 0 else -2 * value - 1


def encode(lists: Lists, *, window: int, shortest: int, k: int, codes: dict[str, str]) -> bytes:
    bits = Bits()
    for node, targets in enumerate(lists):
        bits.code(codes["OUTDEGREES"], len(targets), k)
        if not targets:
            continue
        left = targets
        if window:
            reference = next((r for r in range(1, min(window, node) + 1) if lists[node - r]), 0)
            bits.code(codes["REFERENCES"], reference, k)
            if reference:
                left = write_copy(bits, lists[node - reference], targets, codes, k)
        if left and shortest:
            left = write_intervals(bits, node, left, shortest)
        before = None
        for target in left:
            gap = natural(target - node) if before is None else target - before - 1
            bits.code(codes["RESIDUALS"], gap, k)
            before = target
    return bits.as_bytes()


def write_copy(
    bits: Bits, referred: list[int], targets: list[int], codes: dict[str, str], k: int
) -> list[int]:
    flags = [one in set(targets) for one in referred]
    blocks, want = [], True
    for flag in flags:
        if not blocks or flag != want:
            if not blocks and not flag:
                blocks.append(0)
                want = False
                blocks.append(0)
            else:
                blocks.append(0)
                want = flag
        blocks[-1] += 1
    # the last block is left out: it follows from the length
    written = blocks[:-1] if blocks else []
    bits.code(codes["BLOCK_COUNT"], len(written), k)
    for place, block in enumerate(written):
        bits.code(codes["BLOCKS"], block if place == 0 else block - 1, k)
    return [one for one in targets if one not in set(referred)]


def write_intervals(bits: Bits, node: int, left: list[int], shortest: int) -> list[int]:
    runs: list[list[int]] = []
    for one in left:
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    intervals = [run for run in runs if len(run) >= shortest]
    bits.gamma(len(intervals))
    end = None
    for run in intervals:
        bits.gamma(natural(run[0] - node) if end is None else run[0] - end - 1)
        bits.gamma(len(run) - shortest)
        end = run[-1] + 1
    inside = {one for run in intervals for one in run}
    return [one for one in left if one not in inside]


CODES = {
    "OUTDEGREES": "GAMMA",
    "REFERENCES": "UNARY",
    "BLOCK_COUNT": "GAMMA",
    "BLOCKS": "GAMMA",
    "RESIDUALS": "ZETA",
}


def write(
    folder: Path, lists: Lists, *, window: int = 7, shortest: int = 4, k: int = 3, **others: str
) -> Path:
    base = folder / "g"
    codes = {**CODES, **others}
    (folder / "g.graph").write_bytes(encode(lists, window=window, shortest=shortest, k=k, codes=codes))
    flags = " | ".join(f"{what}_{how}" for what, how in others.items())
    (folder / "g.properties").write_text(
        f"#BVGraph properties\nnodes={len(lists)}\narcs={sum(map(len, lists))}\nwindowsize={window}\n"
        f"minintervallength={shortest}\nzetak={k}\ncompressionflags={flags}\n"
        "graphclass=it.unimi.dsi.webgraph.BVGraph\n"
    )
    return base


def read(base: Path) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for froms, tos in arcs_of(base) for a, b in zip(froms, tos, strict=True)]


def pairs_of(lists: Lists) -> list[tuple[int, int]]:
    return [(node, target) for node, targets in enumerate(lists) for target in targets]


GRAPHS = st.integers(1, 40).flatmap(
    lambda nodes: st.lists(
        st.sets(st.integers(0, nodes - 1), max_size=nodes).map(sorted), min_size=nodes, max_size=nodes
    )
)


@FEW
@given(lists=GRAPHS, window=st.integers(0, 5), shortest=st.sampled_from([0, 2, 3, 4]), k=st.integers(1, 5))
def test_what_was_encoded_is_decoded(
    tmp_path_factory: pytest.TempPathFactory, lists: Lists, window: int, shortest: int, k: int
) -> None:
    if not any(lists):
        return
    base = write(tmp_path_factory.mktemp("bv"), lists, window=window, shortest=shortest, k=k)
    assert read(base) == pairs_of(lists)


@pytest.mark.parametrize("what", list(CODES))
@pytest.mark.parametrize("how", ["UNARY", "GAMMA", "DELTA", "ZETA", "NIBBLE"])
def test_every_code_may_be_used_for_everything(tmp_path: Path, what: str, how: str) -> None:
    rng = np.random.default_rng(5)
    lists = [sorted({int(one) for one in rng.integers(0, 60, rng.integers(0, 20))}) for _ in range(60)]
    assert read(write(tmp_path, lists, **{what: how})) == pairs_of(lists)


LISTS: Lists = [[1, 2, 3, 4, 9], [1, 2, 3, 9], [], [0, 5, 6, 7, 8], [5, 6, 7, 8], [9], [1], [], [2], [0]]


@pytest.mark.parametrize("cut", [1, 2, 4])
def test_a_clipped_file_is_refused(tmp_path: Path, cut: int) -> None:
    base = write(tmp_path, LISTS)
    data = (tmp_path / "g.graph").read_bytes()
    (tmp_path / "g.graph").write_bytes(data[:-cut])
    with pytest.raises(FileRefused, match=r"clipped|properties say"):
        read(base)


def test_flipped_bits_end_in_a_graph_of_valid_nodes_or_in_a_refusal(tmp_path: Path) -> None:
    base = write(tmp_path, LISTS)
    data = (tmp_path / "g.graph").read_bytes()
    refused = 0
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 128 >> bit % 8
        (tmp_path / "g.graph").write_bytes(bytes(changed))
        try:
            assert all(a < 10 and b < 10 for a, b in read(base))
        except FileRefused:
            refused += 1
    assert refused > len(data) * 4


@pytest.mark.parametrize(
    "text", ["", "nodes=3\n", "graphclass=other\nnodes=1\narcs=1\n", "graphclass=BVGraph\nnodes=x\narcs=1\n"]
)
def test_properties_of_something_else_are_refused(tmp_path: Path, text: str) -> None:
    base = write(tmp_path, LISTS)
    (tmp_path / "g.properties").write_text(text)
    with pytest.raises(FileRefused):
        read_properties(base)


def test_an_unknown_code_is_refused_by_its_name(tmp_path: Path) -> None:
    base = write(tmp_path, LISTS)
    text = (tmp_path / "g.properties").read_text().replace("flags=", "flags=RESIDUALS_GOLOMB")
    (tmp_path / "g.properties").write_text(text)
    with pytest.raises(FileRefused, match="RESIDUALS_GOLOMB"):
        read_properties(base)


def test_files_come_as_a_pair(tmp_path: Path) -> None:
    base = write(tmp_path, LISTS)
    (tmp_path / "g.graph").unlink()
    with pytest.raises(FileRefused, match="pair"):
        read(base)
