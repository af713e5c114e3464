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


def test_doctor_says_what_is_wrong_and_what_to_do(linkstead) -> None:
    told = linkstead("doctor", "--json")
    checks = json.loads(told.stdout)
    assert told.returncode == 1
    assert not checks["ok"]
    worker = next(check for check in checks["checks"] if check["name"] == "worker")
    assert not worker["ok"]
    assert "linkstead" in worker["do"]
