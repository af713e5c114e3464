"""From files to incidents, by the command line: an attack is told, an import is not one."""

from __future__ import annotations

import csv
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from linkstead.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SITE = "example.com"
TODAY = int(time.time()) // 86_400
HEADER = "source_url,target_url,anchor_text,first_seen"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "data"))


def row(ago: int, domain: str, anchor: str = "example", path: str = "") -> str:
    day = datetime.fromtimestamp((TODAY - ago) * 86_400, tz=UTC).date().isoformat()
    return f"https://{domain}/{path or 'about-' + domain},https://example.com/,{anchor},{day}"


def quiet(prefix: str = "site", weekly: float = 10, seed: int = 1, undated: bool = False) -> list[str]:
    lot = np.random.default_rng(seed)
    rows = [
        row(ago, f"{prefix}{ago}-{number}.org")
        for ago in range(1, 280)
        for number in range(lot.poisson(weekly / 7))
    ]
    return [line.rpartition(",")[0] + "," for line in rows] if undated else rows


def take_in(tmp_path: Path, name: str, rows: Iterable[str]) -> None:
    path = tmp_path / name
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    mapping = [
        "source_url=source_url",
        "target_url=target_url",
        "anchor_text=anchor",
        "first_seen=first_seen",
    ]
    arguments = [part for each in mapping for part in ("--map", each)]
    assert main(["audit", SITE, str(path), "--no-verify", *arguments]) in (0, 1)


def found(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict]:
    capsys.readouterr()
    status = main(["anomalies", SITE, "--json", *options])
    return status, json.loads(capsys.readouterr().out)


def test_an_attack_is_told_with_evidence_that_runs_in_no_spreadsheet(tmp_path, capsys) -> None:
    bad = [row(8 - n // 40, f"bad{n}.kr", "=cmd()|casino", "all/938/13.html") for n in range(240)]
    take_in(tmp_path, "links.csv", [*quiet(), *bad])
    out = tmp_path / "evidence.csv"
    status, told = found(capsys, "--evidence", str(out))
    (incident,) = told["incidents"]
    assert (status, incident["severity"]) == (1, "warning")
    assert {f"bad{n}.kr" for n in range(240)} <= set(incident["domains"])
    assert {entry["domain"] for entry in incident["prepared_entries"]} >= {"bad0.kr"}
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(line["referring_domain"].startswith("bad") for line in rows) == 240
    anchors = {line["anchor_text"] for line in rows if line["referring_domain"] == "bad0.kr"}
    assert anchors == {"'=cmd()|casino"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in rows for cell in line.values())
    capsys.readouterr()
    assert main(["anomalies", SITE]) == 1
    assert "Watch it, do nothing yet" in capsys.readouterr().out


def test_a_quiet_site_is_quiet(tmp_path, capsys) -> None:
    take_in(tmp_path, "links.csv", quiet())
    status, told = found(capsys)
    assert (status, told["incidents"]) == (0, [])
    assert len(told["judged"]) == 1


@pytest.mark.parametrize("undated", [False, True])
def test_another_file_with_many_more_links_is_no_attack(tmp_path, capsys, undated: bool) -> None:
    take_in(tmp_path, "links.csv", quiet())
    take_in(tmp_path, "more.csv", quiet("other", 120, seed=2, undated=undated))
    status, told = found(capsys)
    assert (status, told["incidents"]) == (0, [])
    if undated:
        assert any("undated" in reasons for reasons in told["left_out"].values())


def test_few_weeks_are_too_thin_and_it_says_so(tmp_path, capsys) -> None:
    take_in(tmp_path, "links.csv", [row(n % 40 + 1, f"site{n}.org") for n in range(200)])
    status, told = found(capsys)
    assert (status, told["judged"]) == (0, [])
    assert "are needed to know what is usual" in told["too_thin"][0]["why"]


def test_the_simulation_tells_rates_with_intervals(capsys) -> None:
    assert main(["anomalies", "--simulate", "--sites", "2", "--json"]) == 0
    rates = json.loads(capsys.readouterr().out)["rates"]
    assert {each["weekly_mean"] for each in rates} >= {None, 5.0, 100.0}
    assert all(each["found_within_7_days"]["low"] <= each["found_within_7_days"]["value"] for each in rates)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["anomalies"], 2, "Name a site"),
        (["anomalies", SITE], 3, "Nothing is kept of example.com yet"),
        (["anomalies", SITE, "--weeks", "0"], 2, "--weeks takes"),
        (["anomalies", "--simulate", "--sites", "0"], 2, "--sites takes"),
    ],
)
def test_wrong_use_gets_one_sentence(arguments, status: int, says: str, capsys) -> None:
    assert main(arguments) == status
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
