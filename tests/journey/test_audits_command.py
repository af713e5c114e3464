"""`linkstead audits`: what was kept is listed and shown; a rule is suppressed, and heard again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from linkstead.cli import main
from tests import vendor_files

if TYPE_CHECKING:
    from pathlib import Path

SITE = "example.com"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "data"))


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main(["audits", SITE, *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def audited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    path = vendor_files.write("ahrefs-backlinks", tmp_path / "export.csv", 40)
    assert main(["audit", SITE, str(path), "--no-verify"]) in {0, 1}
    return capsys.readouterr().out


def test_an_audit_prints_its_health_and_the_next_one_what_has_changed(
    audited: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "of 100" in audited
    assert "Since the last audit" not in audited
    page = tmp_path / "report.html"
    main(["audit", SITE, "--no-verify", "--html", str(page)])
    assert "Since the last audit" in capsys.readouterr().out
    written = page.read_text(encoding="utf-8")
    assert 'id="health"' in written
    assert 'id="since-last"' in written
    assert [run["number"] for run in told(capsys)["audits"]] == [2, 1]
    shown = told(capsys, "--show", "1")
    assert shown["number"] == 1
    assert shown["comparison"] is None
    assert shown["health"]["deductions"]


def test_a_suppressed_rule_is_off_the_list_until_it_is_heard_again(
    audited: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "LS017" in audited
    told(capsys, "--suppress", "ls017", "--reason", "we look next week")
    assert told(capsys)["suppressions"][0]["reason"] == "we look next week"
    main(["audit", SITE, "--no-verify"])
    output = capsys.readouterr().out
    assert "Suppressed\n  LS017" in output
    assert "we look next week" in output
    assert told(capsys, "--unsuppress", "LS017")["ended"] == 1
    assert told(capsys)["suppressions"] == []


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--suppress", "LS017"], 2, "add --reason"),
        (["--suppress", "LS999", "--reason", "x"], 2, "There is no rule"),
        (["--suppress", "LS017", "--reason", "x", "--until", "soon"], 2, "2027-01-31"),
        (["--reason", "x"], 2, "name the rule"),
        (["--unsuppress", "LS017"], 3, "is not suppressed"),
        (["--show", "99"], 3, "no audit number 99"),
    ],
)
def test_wrong_use_gets_one_sentence(
    audited: str, arguments: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audits", SITE, *arguments]) == status
    said = capsys.readouterr().err.strip()
    assert words in said
    assert "\n" not in said


def test_a_site_that_nobody_audited_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audits", "nobody.example"]) == 3
    assert "Nothing is kept" in capsys.readouterr().err
