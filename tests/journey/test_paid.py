"""`linkstead paid` as a person uses it: a table read, bad rows set aside, the list, what an audit says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkstead.cli import main
from linkstead.errors import InputError
from linkstead.journey import payments
from linkstead.journey.payments import end_of, read_payments
from linkstead.link import Decision
from linkstead.profile import decisions, disavow_files, domain_facts, judgements
from linkstead.profile.codes import STATE_CODE
from linkstead.profile.store import open_workspace
from tests.profile_samples import merge, new_project, sighting

SITE = "example.com"
HEAD = "url,cost,currency,until,note\n"


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def workspace(home: Path) -> Path:
    return home / "sites" / f"{SITE}.sqlite3"


@pytest.fixture
def profile(workspace: Path) -> Path:
    """A followed link, one that is sponsored, one that is lost."""
    with open_workspace(workspace) as store:
        project = new_project(store)
        merge(
            store,
            project,
            sighting(1, page_url="https://followed.org/p"),
            sighting(2, page_url="https://marked.org/p", sponsored=True),
            sighting(3, page_url="https://gone.org/p"),
        )
        store.execute(
            "UPDATE backlink SET state = ? WHERE page_id = (SELECT id FROM page WHERE url LIKE ?)",
            (STATE_CODE["lost"], "%gone.org%"),
        )
    return workspace


def write(text: str | bytes, name: str = "paid.csv") -> str:
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    return name


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def set_aside(text: str | bytes) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in read_payments(Path(write(text))).set_aside]


def test_good_rows_are_kept_and_bad_ones_named_with_what_to_do(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(
        f"{HEAD}https://followed.org/p,1250.50,eur,{day(9)},spring\n"
        "followed.org/p,1,EUR,,\n"
        "https://a.org/,12 EUR,EUR,,\n\n"
        "https://b.org/,12,EURO,,\n"
        "https://c.org/,12,EUR,31.12.2027,\n"
        "blog.d.co.uk,,,,\n"
        "WWW.magazine.org,90,,,all pages\n"
    )
    assert main(["paid", SITE, path, "--json"]) == 0
    told = said(capsys)
    assert told["kept"] == 2
    assert [(row["url"], row["cost"], row["currency"], row["days_left"]) for row in told["rows"]] == [
        ("https://followed.org/p", 1250.5, "EUR", 9),
        ("magazine.org", 90.0, None, None),
    ]
    reasons = {one["row"]: one["reason"] for one in told["set_aside"]}
    assert set(reasons) == {3, 4, 6, 7, 8}
    assert "https:// before it" in reasons[3]
    assert "1250.50" in reasons[4]
    assert "ISO 4217" in reasons[6]
    assert "2027-03-31" in reasons[7]
    assert "d.co.uk for all of its pages" in reasons[8]
    assert main(["paid", SITE]) == 0
    assert "no backlink known" in capsys.readouterr().out


def test_the_list_says_state_and_days_left(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        f"Page URL;Price;Currency;Paid until\nhttps://followed.org/p;90;EUR;{day(0)}\n"
        f"https://marked.org/p;9;USD;{day(-2)}\ngone.org;;;\n"
    )
    assert main(["paid", SITE, path]) == 0
    printed = capsys.readouterr().out
    assert "3 paid links kept" in printed
    lines = {line.split()[-1]: line for line in printed.splitlines()}
    assert "over for 2 days" in lines["https://marked.org/p"]
    assert "sponsored" in lines["https://marked.org/p"]
    assert "last day" in lines["https://followed.org/p"]
    assert "unverified, followed" in lines["https://followed.org/p"]
    assert "lost" in lines["gone.org"]
    assert main(["paid", SITE, "--remove", "www.gone.org", "--json"]) == 0
    told = said(capsys)
    assert (told["removed"], len(told["rows"])) == ("gone.org", 2)
    assert main(["paid", SITE, "--remove", "gone.org"]) == 3
    assert "Nothing paid is kept" in capsys.readouterr().err


def test_a_page_named_twice_counts_by_its_last_row(workspace: Path) -> None:
    path = Path(write(f"{HEAD}https://a.org/p#x,1,,,\nb.org,2,,,\nhttps://A.org/p,3,,,\n"))
    read = read_payments(path)
    assert [(one.page_url, one.cost) for one in read.rows] == [("https://a.org/p", 3.0), ("b.org", 2.0)]
    assert [(one.row, "row 4" in one.reason) for one in read.set_aside] == [(2, True)]


@pytest.mark.parametrize(
    "body",
    [
        "url\tcost\nhttps://é.example/p\t5\n".encode("utf-16"),
        "URL;Betrag;cost\nhttps://xn--9ca.example/p;;5\n".encode("utf-8-sig"),
        "Cost,Domain\n5,https://é.example/p\n".encode("cp1252"),
    ],
)
def test_any_usual_encoding_and_delimiter_is_read(body: bytes) -> None:
    (one,) = read_payments(Path(write(body))).rows
    assert (one.page_url, one.cost) == ("https://xn--9ca.example/p", 5.0)


@pytest.mark.parametrize(
    ("cell", "cost"),
    [("0", 0.0), ("1,250", 1250.0), ("1,234,567.89", 1234567.89), ("12.5", 12.5), ("", None)],
)
def test_costs_are_plain_numbers(cell: str, cost: float | None) -> None:
    (one,) = read_payments(Path(write(f'url,cost\na.org,"{cell}"\n'))).rows
    assert one.cost == cost


@pytest.mark.parametrize("cell", ["-5", "nan", "inf", "1e9", "12,5", "€5", "9" * 40, "１２x"])
def test_what_is_no_cost_is_set_aside(cell: str) -> None:
    ((row, reason),) = set_aside(f'url,cost\na.org,"{cell}"\nb.org,1\n')
    assert row == 2
    assert "write it like 1250.50" in reason


@pytest.mark.parametrize(
    "cell", ["2027-02-30", "27-01-01", "0001-01-01", "9999-12-31", "tomorrow", "20270101"]
)
def test_what_is_no_day_is_set_aside(cell: str) -> None:
    assert [row for row, _ in set_aside(f"url,until\na.org,{cell}\nb.org,\n")] == [2]


def test_the_last_paid_day_is_paid_for_to_its_end() -> None:
    assert end_of("2027-03-31") == int(datetime(2027, 4, 1, tzinfo=UTC).timestamp())
    assert end_of("") is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "no column url"),
        ("url,page url\na,b\n", "two columns for url"),
        (HEAD, "header alone"),
        (f"{HEAD}javascript:alert(1),,,,\n", "row 2"),
        (b"\x00\x01\x02\x03\xff\xfe\x00\x00" * 50, "binary"),
    ],
)
def test_a_file_without_a_usable_row_is_refused_and_makes_no_workspace(
    body: str | bytes, told: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["paid", SITE, write(body)]) == 3
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not workspace.exists()


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments, "MOST_ROWS", 2)
    with pytest.raises(InputError, match="more than 2 rows"):
        read_payments(Path(write("url\na.org\nb.org\nc.org\n")))
    monkeypatch.setattr(payments, "MOST_BYTES", 5)
    with pytest.raises(InputError, match="cut it into parts"):
        read_payments(Path(write("url\na.org\n")))


def test_an_unclosed_quotation_mark_costs_its_own_row() -> None:
    read = read_payments(Path(write('url,note\na.org,"never closed\nb.org,fine\n')))
    assert [one.page_url for one in read.rows] == ["b.org"]
    assert read.set_aside[0].reason.startswith("a quotation mark is not closed")


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (HEAD + text).encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path_factory: Any, body: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "paid.csv"
    path.write_bytes(body)
    said = ""
    try:
        read = read_payments(path)
    except InputError as error:
        said = str(error)
    else:
        assert read.rows
        assert all(one.cost is None or one.cost >= 0 for one in read.rows)
        said = "".join(one.reason for one in read.set_aside)
    assert said.isprintable()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["paid", SITE], 3, "Nothing is kept of example.com"),
        (["paid", SITE, "nowhere.csv"], 3, "cannot be read"),
        (["paid", SITE, "a.csv", "--remove", "b.org"], 2, "exclude each other"),
        (["paid", "not a site", "a.csv"], 3, "not a site"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == status
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["audit", SITE, "--no-verify", "--no-judge", "--json"]) in {0, 1}
    return {each["rule"]: each for each in said(capsys)["findings"]}


def test_an_audit_speaks_of_paid_links(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        f"{HEAD}https://followed.org/p,90,EUR,{day(9)},\nhttps://marked.org/p,9,USD,{day(-2)},\n"
        f"gone.org,120,EUR,{day(90)},\nhttps://nobody.org/,,,,\n"
    )
    main(["paid", SITE, path])
    capsys.readouterr()
    found = findings(capsys)
    assert [found[rule]["count"] for rule in ("LS042", "LS043", "LS044", "LS045")] == [2, 1, 1, 1]
    assert "(90 EUR)" in found["LS042"]["title"]
    assert "(120 EUR)" in found["LS043"]["title"]
    assert found["LS043"]["evidence"][0]["state"] == "lost"
    assert found["LS044"]["evidence"][0]["page"] == "https://followed.org/p"


def test_an_audit_holds_the_disavow_file_against_decisions_and_links(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_workspace(profile) as store:
        ids = {name: row_id for row_id, name in store.query("SELECT id, name FROM domain")}
        decisions.decide(store, 1, [ids["followed.org"]], Decision.DISAVOW, who="ed", now=1)
        decisions.decide(store, 1, [ids["marked.org"]], Decision.WHITELIST, who="ed", now=1)
    found = findings(capsys)
    assert "no disavow file is kept" in found["LS047"]["title"]
    assert not {"LS048", "LS049", "LS050"} & set(found)
    main(["disavow", "keep", write("domain:marked.org\ndomain:https://x.org\n", "disavow.txt"), SITE])
    capsys.readouterr()
    found = findings(capsys)
    assert found["LS047"]["severity"] == "notice"
    assert found["LS048"]["evidence"][0]["why"] == "you whitelisted it"
    assert "never been marked as uploaded" in found["LS049"]["title"]
    assert found["LS050"]["evidence"][0]["line"] == 2
    main(["triage", SITE, "--manual-action", "notified"])
    main(["disavow", "keep", write("domain:followed.org\n# fine\n", "better.txt"), SITE, "--uploaded"])
    main(["disavow", "keep", write("domain:more.org\n", "newest.txt"), SITE])
    capsys.readouterr()
    with open_workspace(profile) as store:
        store.execute("UPDATE disavow_file SET at = at + id")  # kept within one second, in this order
    found = findings(capsys)
    assert found["LS049"]["severity"] == found["LS047"]["severity"] == "warning"
    assert (found["LS049"]["count"], "1 added, 1 left out" in found["LS049"]["title"]) == (2, True)
    with open_workspace(profile) as store:
        disavow_files.mark_uploaded(store, 1, disavow_files.versions(store, 1)[0].id, now=9_999_999_999)
    assert "LS049" not in findings(capsys)


def test_an_audit_tells_the_share_of_flagged_domains_and_how_little_that_means(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_workspace(workspace) as store:
        project = new_project(store)
        merge(store, project, *(sighting(row, page_url=f"https://s{row}.org/") for row in range(1, 41)))
        rows = [int(row[0]) for row in store.query("SELECT id FROM domain ORDER BY id")]
        judged = judgements.Judged(0.97, 0.97, True, "do nothing", {}, 1)
        fine = judged._replace(likelihood=0.1, flagged=False)
        thin = judged._replace(likelihood=None, flagged=False)
        judgements.write(
            store,
            project,
            [(each, judged if at < 5 else fine if at < 32 else thin) for at, each in enumerate(rows)],
        )
        decisions.decide(store, project, rows[:1], Decision.KEEP, who="ed", now=1)
    found = findings(capsys)["LS046"]
    assert found["title"].startswith("4 of 31 referring domains judged on enough evidence (13%)")
    assert (found["severity"], "nothing need be done" in found["title"]) == ("notice", True)
    with open_workspace(workspace) as store:
        domain_facts.set_manual_action(store, 1, "expected")
    found = findings(capsys)["LS046"]
    assert (found["severity"], "manual action: look" in found["title"]) == ("warning", True)
