"""`linkstead disavow` as a person uses it: exit statuses, JSON, files on disk, the profile and the graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from linkstead.cli import main
from linkstead.graph.computing import RankOptions, rank_graph
from linkstead.graph.kinds import DEFAULT
from linkstead.link import Decision
from linkstead.profile import decisions, triage
from linkstead.profile.store import open_workspace
from tests.graph_samples import graph_of
from tests.profile_samples import merge, new_project, sighting

SITE = "example.com"


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def profile(home: Path) -> Path:
    """Links of three domains; two are decided about."""
    path = home / "sites" / f"{SITE}.sqlite3"
    with open_workspace(path) as store:
        project = new_project(store)
        merge(
            store,
            project,
            *(
                sighting(
                    number, page_url=f"https://www.site{number}.org/p{page}", domain_metric=number * 10.0
                )
                for number in range(1, 4)
                for page in range(number)
            ),
        )
        known = {row.name: row.domain_id for row in triage.queue(store, project).rows}
        decisions.decide(
            store, project, [known["site1.org"]], Decision.DISAVOW, who="ed", now=1, note="paid\n#"
        )
        decisions.decide(store, project, [known["site2.org"]], Decision.WHITELIST, who="ed", now=1)
    return path


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_lint_speaks_json_and_ends_with_one_where_something_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = write("disavow.txt", "domain:a.org\ndomain:https://b.org/\nhttps://c.org/x\n")
    assert main(["disavow", "lint", path, "--site", SITE, "--json"]) == 1
    found = said(capsys)
    assert (found["entries"], found["domains"], found["urls"]) == (2, 1, 1)
    assert [(one["line"], one["code"], one["severity"]) for one in found["complaints"]] == [
        (2, "domain-with-scheme", "error")
    ]
    assert found["complaints"][0]["fixed"] == "domain:b.org"
    assert main(["disavow", "lint", write("fine.txt", "domain:a.org\n"), "--site", SITE]) == 0
    assert "Nothing to complain of." in capsys.readouterr().out


def test_fix_writes_what_was_meant_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    path = write("disavow.txt", "# mine\r\n\r\nDomain:A.org\r\nb.org\r\n")
    main(["disavow", "lint", path, "--site", SITE, "--fix", "out.txt"])
    assert Path("out.txt").read_bytes() == b"# mine\r\n\r\ndomain:a.org\r\ndomain:b.org\r\n"
    assert main(["disavow", "lint", "out.txt", "--site", SITE]) == 0


def test_the_profile_knows_whitelisted_and_linkless_domains(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("disavow.txt", "domain:site1.org\ndomain:site2.org\ndomain:nobody.net\n")
    assert main(["disavow", "lint", path, "--site", SITE, "--json"]) == 1
    codes = {(one["line"], one["code"]) for one in said(capsys)["complaints"]}
    assert codes == {(2, "whitelisted"), (3, "without-links")}


def test_build_adds_what_was_decided_to_the_file_and_keeps_the_rest(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("old.txt", "# mine\ndomain:old.org\n")
    assert main(["disavow", "build", SITE, "--merge", path, "--to", "new.txt"]) == 0
    assert Path("new.txt").read_text() == "# mine\ndomain:old.org\n# paid\ndomain:site1.org\n"
    assert "1 entry added" in capsys.readouterr().err
    assert main(["disavow", "build", SITE, "--merge", "new.txt", "--json"]) == 0
    assert said(capsys)["added"] == 0


def test_a_version_that_was_uploaded_is_the_one_before_and_is_built_upon(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write("up.txt", "domain:up.org\n")
    assert main(["disavow", "keep", "up.txt", SITE, "--uploaded", "--json"]) == 0
    version = said(capsys)
    assert main(["disavow", "build", SITE, "--to", "next.txt"]) == 0
    assert Path("next.txt").read_text() == "domain:up.org\n# paid\ndomain:site1.org\n"
    assert main(["disavow", "lint", write("less.txt", "domain:site1.org\n"), "--site", SITE, "--json"]) == 1
    capsys_out = said(capsys)
    assert [one["code"] for one in capsys_out["complaints"]] == ["taken-back"]
    assert main(["disavow", "history", SITE, "--json"]) == 0
    assert [one["id"] for one in said(capsys)["versions"]] == [version["id"]]


def test_diff_names_what_would_count_again(capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write("old.txt", "domain:www.a.org\ndomain:b.org\n"), write("new.txt", "domain:a.org\n")
    assert main(["disavow", "diff", old, new, "--json"]) == 0
    assert said(capsys) == {
        "added": ["domain:a.org"],
        "removed": ["domain:www.a.org", "domain:b.org"],
        "kept": 0,
        "taken_back": ["domain:b.org"],
    }


def test_simulate_counts_what_goes_and_shows_the_best(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("disavow.txt", "domain:site3.org\nhttps://www.site2.org/p0\ndomain:nobody.net\n")
    assert main(["disavow", "simulate", path, SITE, "--json"]) == 0
    found = said(capsys)
    assert found["links"] == {"cut": 4, "of": 6}
    assert found["domains"] == {"cut": 1, "of": 3}
    assert found["authority"] == {"cut": 30, "of": 60}
    assert found["best"][0]["page_url"] == "https://www.site3.org/p0"
    assert found["unmatched"] == ["domain:nobody.net"]
    assert found["rank"] is None
    assert main(["disavow", "simulate", path, SITE]) == 0
    assert "66.7%" in capsys.readouterr().out


def test_simulate_says_what_the_sites_rank_would_lose(
    profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["com.example", "net.z", "org.site1", "org.site2", "org.site3"]
    pairs = [(2, 0), (3, 0), (4, 0), (1, 2), (1, 3), (1, 4), (0, 1)]
    graph = graph_of(tmp_path / "graph", names, pairs, release="cc-main-test")
    rank_graph(graph, DEFAULT, RankOptions(registers=16))
    path = write("disavow.txt", "domain:site3.org\ndomain:site1.org\n")
    assert main(["disavow", "simulate", path, SITE, "--graph", str(tmp_path / "graph"), "--json"]) == 0
    found = said(capsys)
    assert found["authority_of"] == "cc-main-test"
    assert (found["rank"]["referrers"], found["rank"]["cut"]) == (3, 2)
    assert 0 < found["rank"]["share"] < 1
    assert found["rank"]["authority_after"] <= found["rank"]["authority_before"]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["lint", "missing.txt", "--site", SITE], 3, "cannot be read"),
        (["build", "nowhere.example"], 3, "Nothing is kept of nowhere.example"),
        (["history", "nowhere.example"], 3, "Nothing is kept of nowhere.example"),
        (["simulate", "missing.txt", SITE], 3, "cannot be read"),
        (["lint", "missing.txt", "--site", "not a site"], 3, "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["disavow", *arguments]) == status
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_triage_lists_judges_decides_and_takes_back(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["triage", SITE]) == 0
    assert "--judge does" in capsys.readouterr().out
    assert main(["triage", SITE, "--judge", "--show", "all", "--json"]) == 0
    found = said(capsys)
    assert found["counts"] == {"open": 1, "all": 3, "disavow": 1, "whitelist": 1}
    assert {row["name"]: row["judged"]["action"] for row in found["rows"]} == {
        "site1.org": "disavow",
        "site2.org": "keep",
        "site3.org": "do nothing",
    }
    assert (
        main(["triage", SITE, "--decide", "watch", "www.site3.org", "nobody.net", "--note", "new", "--json"])
        == 0
    )
    found = said(capsys)
    assert (found["decided"], found["not_known"]) == (1, 1)
    assert found["rows"] == []
    assert main(["triage", SITE, "--undo", str(found["batch"])]) == 0
    assert "1 domains as before" in capsys.readouterr().out
    assert main(["triage", SITE, "--decide", "burn", "site3.org"]) == 2
    assert "is no decision" in capsys.readouterr().err
    assert main(["triage", SITE, "--decide", "watch"]) == 2
    assert main(["triage", SITE, "--manual-action", "notified", "--judge", "--json"]) == 0
    assert [row["judged"]["action"] for row in said(capsys)["rows"]] == ["watch"]
