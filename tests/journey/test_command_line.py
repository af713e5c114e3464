"""The command line's contract: JSON keys, exit statuses, one sentence for every error."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from linkstead.cli import main, read_arguments
from tests import vendor_files
from tests.loopback.web import Answer, LoopbackWeb

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.77.0.1"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LINKSTEAD_ALLOWED_PRIVATE_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("LINKSTEAD_HOST_DELAY", "0")
    monkeypatch.setenv("LINKSTEAD_CANARIES", "none")


def told(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


def test_inspect_tells_what_a_file_is_and_stores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = vendor_files.write("ahrefs-backlinks", tmp_path / "export.csv", 20)
    assert main(["inspect", str(path), "--json"]) == 0
    facts = told(capsys)
    keys = "source encoding delimiter rows quarantined mapped unmapped first_seen_range"
    assert set(keys.split()) <= facts.keys()
    assert (facts["source"], facts["rows"], facts["quarantined"]) == ("ahrefs-backlinks", 20, 0)
    assert not (tmp_path / "data").exists()


def test_page_lists_the_links_of_a_saved_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "saved.html"
    path.write_text(
        '<html lang="en"><title>Lamps</title><link rel=canonical href=/c><base href="/dir/">'
        '<nav><a href=a rel="noopener nofollow">one</a></nav>',
        encoding="utf-8",
    )
    header = "X-Robots-Tag: noindex"
    assert main(["page", str(path), "--base", "https://example.com/x", "--header", header, "--json"]) == 0
    page = told(capsys)
    assert {"title", "language", "base", "canonical", "robots", "links"} <= page.keys()
    assert (page["title"], page["language"], page["base"]) == ("Lamps", "en", "https://example.com/dir/")
    assert page["canonical"] == "https://example.com/c"
    assert page["robots"]["noindex"] is True
    link = next(link for link in page["links"] if link["type"] == "a")
    assert {"url", "anchor_text", "rel", "type", "placement", "hidden"} <= link.keys()
    assert link["url"] == "https://example.com/dir/a"
    assert link["rel"] == ["noopener", "nofollow"]
    assert (link["placement"], link["hidden"]) == ("navigation", False)


@pytest.mark.parametrize(
    ("path", "status", "outcome", "followed"),
    [
        ("/good", 0, "found", True),
        ("/nofollow", 0, "found", False),
        ("/none", 1, "missing", None),
        ("/closed", 1, "blocked", None),
        ("/absent", 1, "missing", None),
    ],
)
def test_verify_looks_at_one_link(
    path: str, status: int, outcome: str, followed: bool | None, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = {
        (HOST, "/good"): Answer.html('<a href="https://example.com/?utm_source=x">x</a>'),
        (HOST, "/nofollow"): Answer.html('<a rel=nofollow href="https://example.com/">x</a>'),
        (HOST, "/none"): Answer.html("<p>" + "words " * 80),
        (HOST, "/closed"): Answer.html("no", status=403),
    }
    with LoopbackWeb(pages) as web:
        assert main(["verify", web.url(HOST, path), "https://example.com/", "--json"]) == status
    verdict = told(capsys)
    keys = (
        "outcome reason followed nofollow_from indexable noindex_from links final_url redirects http_status"
    )
    assert {*keys.split(), "rendered"} <= verdict.keys()
    assert (verdict["outcome"], verdict["followed"]) == (outcome, followed)
    assert verdict["explanation"]


def test_links_lists_what_an_audit_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = vendor_files.write("ahrefs-backlinks", tmp_path / "export.csv", 30)
    main(["audit", "example.com", str(path), "--no-verify"])
    capsys.readouterr()
    assert main(["links", "example.com", "--sort", "authority", "--limit", "5", "--json"]) == 0
    page = told(capsys)
    assert page["total"] == 30
    assert len(page["rows"]) == 5
    assert main(["links", "example.com", "--text", "no such words", "--json"]) == 0
    assert told(capsys)["total"] == 0


def test_rows_that_were_set_aside_can_be_had_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "latest.csv"
    rows = ["Linking page,Last crawled", "https://blog.example.org/a,2026-05-01", "=1+1,2026-05-01"]
    path.write_text("\n".join(rows), encoding="utf-8")
    aside = tmp_path / "aside.csv"
    main(["audit", "example.com", str(path), "--no-verify", "--quarantine", str(aside)])
    lines = list(csv.reader(aside.read_text(encoding="utf-8").splitlines()))
    assert [line[:2] for line in lines] == [["file", "row"], ["latest.csv", "3"]]
    assert lines[1][2]
    assert not lines[1][3].startswith("=")


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["inspect", "nowhere.csv"], 3, "is not there"),
        (["page", "nowhere.html", "--base", "https://example.com/"], 3, "cannot be read"),
        (["page", "nowhere.html", "--base", "example"], 3, "not a web address"),
        (["verify", "not a page", "https://example.com/"], 3, "not a web address"),
        (["audit", "not a site"], 3, "not a site"),
        (["audit", "example.com", "nowhere.csv"], 3, "is not there"),
        (["audit", "example.com", "--html", "/no/such/folder/report.html"], 2, "no folder"),
        (["audit", "example.com", "--map", "nonsense"], 2, "no mapping"),
        (["links", "example.com"], 3, "Nothing is kept"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_errors_are_one_sentence_and_have_their_status(
    arguments: list[str], status: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.startswith("linkstead: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["inspect"], ["inspect", "a", "b"], ["audit"]])
def test_wrong_use_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_an_unknown_setting_names_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINKSTEAD_HOST_DELAI", "1")
    assert main(["links", "example.com"]) == 2
    assert "LINKSTEAD_HOST_DELAY" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit", "example.com", "a.csv", "--no-verify", "b.csv", "--json"],
        ["audit", "--no-verify", "--json", "example.com", "a.csv", "b.csv"],
        ["audit", "example.com", "--json", "a.csv", "b.csv", "--no-verify"],
    ],
)
def test_files_and_options_may_stand_in_any_order(arguments: list[str]) -> None:
    options = read_arguments(arguments)
    assert [str(path) for path in options.files] == ["a.csv", "b.csv"]
    assert (options.site, options.json, options.verify) == ("example.com", "-", False)


def test_the_command_line_starts_without_importing_the_server_or_the_crawler() -> None:
    heavy = "{'django', 'aiohttp', 'altair', 'numpy'}"
    code = f"import sys, linkstead.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "many.html"
    path.write_text("<a href=/x>x</a>" * 15_000, encoding="utf-8")
    command = f"{sys.executable} -m linkstead.cli page {path} --base https://example.com/ | head -n 1"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1
