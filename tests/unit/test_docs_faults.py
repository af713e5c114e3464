"""docs/faults.md names tests that exist, and every fault of its list has one."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "faults.md"
#: The faults that are injected so far; the others are about parts that do not exist yet.
FAULTS: Final = tuple(f"F{number:02}" for number in (*range(1, 24), 33, 34, 35, 38, 40, 41, 42))


def rows() -> dict[str, list[tuple[str, str]]]:
    """The table: fault, or faults, to the (file, test) pairs named in its row."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| F"):
            fault, rest = line.removeprefix("| ").split(" |", 1)
            found[fault] = re.findall(r"`([\w/]+\.py)::(\w+)`", rest)
    return found


def names_in(file: str) -> set[str]:
    path = TESTS / file
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("fault", "named"), rows().items())
def test_every_test_that_the_page_names_exists(fault: str, named: list[tuple[str, str]]) -> None:
    assert named, f"{fault} names no test"
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_row_and_each_file_named_there_says_that_it_is_about_it(fault: str) -> None:
    assert fault in rows(), f"{fault} has no row in {PAGE.name}"
    silent = {
        file
        for file, test in rows()[fault]
        if fault not in (TESTS / file).read_text(encoding="utf-8")
        and not test.startswith(f"test_{fault.lower()}_")
    }
    assert silent <= RELATED.get(fault, set())


#: Files that are about more than a fault, and so do not name it.
RELATED: Final = {"F05": {"faults/test_evidence.py"}}


def test_no_file_of_fault_tests_is_left_out_of_its_fault_s_row() -> None:
    """A test named for a fault stands in a file that the fault's row names."""
    named = {(fault, file) for fault, pairs in rows().items() for file, _ in pairs}
    there = {
        (match[1].upper(), path.relative_to(TESTS).as_posix())
        for path in TESTS.rglob("test_*.py")
        for test in names_in(path.relative_to(TESTS).as_posix())
        if (match := re.match(r"test_(f\d\d)_", test))
    }
    assert len(there) > len(FAULTS)
    assert there - named == set()
