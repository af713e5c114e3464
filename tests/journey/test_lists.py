"""Lists of domains that a user loads: kept by kind and name, asked by every judging."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.cli import main
from linkstead.errors import InputError
from linkstead.journey import lists
from linkstead.journey.judged_domains import judge_domains
from linkstead.journey.lists import Lists, read_lists
from linkstead.profile import triage
from linkstead.profile.store import open_workspace
from linkstead.quality.facts import ListEntry, ListKind
from tests.profile_samples import merge, new_project, sighting

if TYPE_CHECKING:
    from pathlib import Path

SPAM = ListEntry("spam.txt", ListKind.REFERRER_SPAM)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    status = main(["quality", "lists", *arguments, "--json"])
    out = capsys.readouterr().out
    return status, json.loads(out) if out else None


def test_a_list_is_loaded_shown_replaced_and_removed(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        tmp_path,
        "spam.txt",
        "# a comment\nwww.Bad.example\nbad.example\nworse.example # why\n\nnot a domain\n",
    )
    status, told = said(capsys, "--add", "referrer-spam=spam.txt")
    assert status == 0
    assert told["lines_without_a_domain"] == 1
    assert [(one["kind"], one["name"], one["domains"]) for one in told["lists"]] == [
        ("referrer-spam", "spam.txt", 2)
    ]
    assert read_lists(home / "lists").of("bad.example") == (SPAM,)
    assert read_lists(home / "lists").of("user.bad.example") == ()
    write(tmp_path, "spam.txt", "other.example\n")
    _, told = said(capsys, "--add", "malware=spam.txt")
    assert [(one["kind"], one["domains"]) for one in told["lists"]] == [("malware", 1)]
    assert read_lists(home / "lists").of("bad.example") == ()
    assert said(capsys, "--remove", "spam.txt") == (0, {"lists": [], "lines_without_a_domain": 0})
    assert read_lists(home / "lists").of("bad.example") is None, "with no list nothing is known"
    assert main(["quality", "lists"]) == 0
    assert "--add referrer-spam=FILE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--add", "nonsense=spam.txt"], "Say what a list is"),
        (["--add", "spam.txt"], "Say what a list is"),
        (["--add", "malware=missing.txt"], "cannot be read"),
        (["--add", "malware=empty.txt"], "names no domain"),
        (["--add", "malware=a name.txt"], "is no name for a list"),
        (["--remove", "missing.txt"], "No list is called"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    write(tmp_path, "empty.txt", "# nobody\n")
    write(tmp_path, "a name.txt", "bad.example\n")
    assert main(["quality", "lists", *arguments]) == 3
    assert why in capsys.readouterr().err
    assert lists.kept_lists(home / "lists") == []


def test_a_list_that_was_damaged_by_hand_is_named(home: Path) -> None:
    folder = home / "lists" / "malware"
    folder.mkdir(parents=True)
    (folder / "hosts.txt").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match=r"hosts\.txt cannot be read"):
        read_lists(home / "lists")


def test_judging_asks_the_lists_and_says_which_one_names_a_domain(tmp_path: Path) -> None:
    lists.add_list(tmp_path, ListKind.MALWARE, write(tmp_path, "hosts.txt", "site1.org\n"))
    with open_workspace(tmp_path / "profile.sqlite3") as store:
        project = new_project(store)
        merge(store, project, *(sighting(n, page_url=f"https://site{n}.org/") for n in (1, 2)))
        judge_domains(store, project, now=1, lists=read_lists(tmp_path))
        rows = {row.name: row.judged for row in triage.queue(store, project, kind="all").rows}
    one, other = rows["site1.org"], rows["site2.org"]
    assert one is not None
    assert other is not None
    (reason,) = [each for each in one.said["reasons"] if "hosts.txt" in each["said"]]
    assert reason["log_odds"] > 0
    assert one.estimate > other.estimate


@given(st.sets(st.integers(-(2**63), 2**63 - 1)), st.integers(-(2**63), 2**63 - 1))
def test_a_domain_is_found_where_its_key_stands(keys: set[int], key: int) -> None:
    import numpy as np

    made = Lists(((SPAM, np.array(sorted(keys), dtype=np.int64)),))
    assert lists._holds(made.keys[0][1], key) is (key in keys)
