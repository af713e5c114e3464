"""The server's verbs of the command line, as a person at a terminal uses them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(scope="module")
def linkstead(folder: Path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("LINKSTEAD_")}
    env["LINKSTEAD_DATA"] = str(folder / "data")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "linkstead.cli", *arguments]
        return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=False)

    return run


def test_a_new_installation_is_prepared_with_a_sample_and_hands_out_sign_in_addresses(linkstead) -> None:
    made = linkstead("prepare", "--sample")
    assert made.returncode == 0, made.stderr
    assert "harborlight.example" in made.stdout
    again = linkstead("prepare", "--sample")
    assert (again.returncode, again.stdout) == (0, "")
    first = linkstead("sign-in")
    assert first.stdout.startswith("http://127.0.0.1:8420/account/sign-in/")
    new = linkstead("sign-in", "--new", "ines@example.org")
    assert new.stdout.startswith("http://127.0.0.1:8420/account/sign-in/")
    assert new.stdout != linkstead("sign-in", "ines@example.org").stdout
    nobody = linkstead("sign-in", "nobody@example.org")
    assert nobody.returncode == 2
    assert "nobody@example.org" in nobody.stderr


def test_the_domains_of_the_sample_are_judged_from_the_start(linkstead, folder: Path) -> None:
    linkstead("prepare", "--sample")
    with closing(sqlite3.connect(folder / "data" / "linkstead.sqlite3")) as database:
        judged = database.execute("SELECT count(*) FROM domain_judgement").fetchone()[0]
        domains = database.execute("SELECT count(*) FROM domain").fetchone()[0]
    assert judged == domains > 20


def test_what_was_paid_for_links_is_kept_with_the_server_s_project(linkstead, folder: Path) -> None:
    linkstead("prepare", "--sample")
    (folder / "paid.csv").write_text("url,cost,currency,until\nblog.example,200,EUR,2031-01-31\n")
    alone = linkstead("paid", "harborlight.example", "--project", "1")
    assert (alone.returncode, "say --server" in alone.stderr) == (2, True)
    said = json.loads(linkstead("paid", "harborlight.example", "paid.csv", "--server", "--json").stdout)
    assert (said["kept"], [row["url"] for row in said["rows"]]) == (1, ["blog.example"])
    with closing(sqlite3.connect(folder / "data" / "linkstead.sqlite3")) as database:
        assert database.execute("SELECT page_url, cost FROM paid_link").fetchall() == [
            ("blog.example", 200.0)
        ]
        database.execute(
            "INSERT INTO project (name, site, created_at) VALUES ('two', 'harborlight.example', 1)"
        )
        database.commit()
    two = linkstead("paid", "harborlight.example", "--server")
    assert (two.returncode, "say which: --project N" in two.stderr) == (2, True)
    assert linkstead("paid", "harborlight.example", "--server", "--project", "1").returncode == 0
    nobody = linkstead("paid", "nobody.example", "--server")
    assert (nobody.returncode, "no such project of nobody.example" in nobody.stderr) == (3, True)


def test_doctor_says_what_is_wrong_and_what_to_do(linkstead) -> None:
    told = linkstead("doctor", "--json")
    checks = json.loads(told.stdout)
    assert told.returncode == 1
    assert not checks["ok"]
    worker = next(check for check in checks["checks"] if check["name"] == "worker")
    assert not worker["ok"]
    assert "linkstead" in worker["do"]
