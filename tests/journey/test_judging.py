"""`linkstead quality` from files to what it prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.cli import main
from linkstead.errors import InputError
from linkstead.journey.judging import cases_of, facts_of, read_domains

if TYPE_CHECKING:
    from pathlib import Path


def judged(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = main(["quality", "judge", "--json", *arguments])
    return status, json.loads(capsys.readouterr().out)["judgements"][0]


def test_a_name_alone_is_not_enough_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    status, made = judged(capsys, "kredit-bonus-777.xyz")
    assert status == 0
    assert made["spam_likelihood"] is None
    assert made["enough_evidence"] is False
    assert len(made["missing"]) == 4
    assert made["estimate"] > 0.9
    assert sum(each["log_odds"] for each in made["reasons"]) + made["base"] == pytest.approx(made["log_odds"])


def test_facts_and_lists_make_a_judgement_and_own_sites_are_left_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    facts, hosts = tmp_path / "facts.json", tmp_path / "hosts.txt"
    facts.write_text(
        json.dumps({"page": {"words": 20, "outlinks": 300}, "link": {"anchor_text": "online casino"}})
    )
    hosts.write_text("# bad\nkredit-bonus-777.xyz\n")
    asked = ("kredit-bonus-777.xyz", "--facts", str(facts), "--lists", f"malware={hosts}")
    status, made = judged(capsys, *asked)
    assert (status, made["flagged"], made["enough_evidence"]) == (1, True, True)
    assert {"domain.malware", "link.risky-anchor"} <= {each["signal"] for each in made["reasons"]}
    status, made = judged(capsys, *asked, "--site", "kredit-bonus-777.xyz")
    assert (status, made["flagged"]) == (0, False)
    assert "your own" in made["exempt"]


def test_the_lines_for_people_name_measured_and_assumed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"link": {"anchor_text": "online \u202ecasino"}}))
    main(["quality", "judge", "a-lamp.example", "--facts", str(facts)])
    said = capsys.readouterr().out
    assert "not enough evidence" in said
    assert "measured in" in said
    assert "assumed, not measured" in said
    assert "kappa" in said
    assert "\u202e" not in said


@pytest.mark.parametrize(
    "told",
    [
        {"pages": {}}, {"page": 3}, {"page": {"wrods": 3}}, {"page": {"words": "many"}},
        {"page": {"words": 1e300}},
        {"domain": {"lists": [{"name": "x", "kind": "disavow"}]}}, {"domain": {"metrics": 4}},
        {"page": {"parked": "maybe"}}, {"now": "today"},
    ],
)  # fmt: skip
def test_facts_that_are_none_get_one_sentence(told: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        facts_of(told)
    assert str(caught.value).endswith(".")


def test_lists_are_read_as_lines_or_columns_and_nothing_vanishes(tmp_path: Path) -> None:
    lines, table = tmp_path / "a.txt", tmp_path / "b.csv"
    lines.write_bytes(b"\xef\xbb\xbfA.example\n# no\n\nnot a domain\nhttps://www.b.example/x # why\n")
    table.write_text("Rank,Domain\n1,c.example\n2,a.example\n")
    assert read_domains(lines) == (["a.example", "www.b.example"], 1)
    cases, left = cases_of([lines], [table], [])
    assert {case.domain for case in cases} == {"b.example", "c.example"}
    assert left["called good and bad"] == 1
    assert left["not a domain"] == 1


def test_a_table_gives_labels_and_facts(tmp_path: Path) -> None:
    table = tmp_path / "judged.csv"
    table.write_text("domain,label,page.words\na.example,spam,30\nb.example,good,\nc.example,perhaps,3\n")
    cases, left = cases_of([], [], [table])
    assert [(case.domain, case.bad, case.facts.page.words) for case in cases] == [
        ("a.example", True, 30),
        ("b.example", False, None),
    ]
    assert left["no label"] == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["fit"], 2), (["fit", "--bad", "x", "--good", "y"], 3), (["judge", "no domain"], 3),
        (["judge", "a.example", "--lists", "x"], 3), (["fit", "--table", "x", "--prior", "2"], 2),
    ],
)  # fmt: skip
def test_wrong_use_and_bad_input_end_with_their_status(
    arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quality", *arguments]) == status
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "many"), [("github.com", True), ("github.io", True), ("me.github.io", False)]
)
def test_platforms_are_left_alone(name: str, many: bool, capsys: pytest.CaptureFixture[str]) -> None:
    _, made = judged(capsys, name)
    assert (made["exempt"] is not None) is many
