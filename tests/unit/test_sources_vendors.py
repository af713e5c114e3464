"""What is particular about the files of link tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkstead.sources import inspect_file
from tests.small_tables import JAN_5, NOW, batch_of, metrics, only, only_domain, table
from tests.vendor_files import LAYOUTS, made, write

if TYPE_CHECKING:
    from pathlib import Path

    from linkstead.link import Sighting

AHREFS = "Referring page URL|Target URL|Anchor"


def ahrefs(tmp_path: Path, columns: str, cells: str) -> Sighting:
    page = "https://blog.example.org/post|https://example.com/|shop"
    return only(table(tmp_path, f"{AHREFS}|{columns}", f"{page}|{cells}", delimiter="\t"))


def test_ahrefs_lost_is_a_date_and_empty_means_live(tmp_path: Path) -> None:
    lost = ahrefs(tmp_path, "Lost status|Lost", "Removed from HTML|2026-01-05 00:00:10")
    assert (lost.lost_at, lost.lost_reason) == (JAN_5 + 10, "Removed from HTML")
    assert ahrefs(tmp_path, "Lost status|Lost", "|").lost_at is None


def test_ahrefs_numbers_keep_their_names_and_two_of_them_sort(tmp_path: Path) -> None:
    one = ahrefs(
        tmp_path, "Domain rating|UR|Domain traffic|Keywords|Is spam|Platform", "61|12|1,240||TRUE|wordpress"
    )
    assert metrics(one) == {
        "ahrefs.dr": 61,
        "ahrefs.ur": 12,
        "ahrefs.domain_traffic": 1240,
        "ahrefs.is_spam": True,
        "ahrefs.platform": "wordpress",
    }
    assert (one.page_metric, one.domain_metric) == (12.0, 61.0)


@pytest.mark.parametrize(
    ("cells", "told"), [("true|FALSE|", (True, False, None)), ("FALSE|true|TRUE", (False, True, True))]
)
def test_ahrefs_booleans_in_any_case_and_empty_is_unknown(cells: str, told: object, tmp_path: Path) -> None:
    one = ahrefs(tmp_path, "Nofollow|UGC|Sponsored", cells)
    assert (one.nofollow, one.ugc, one.sponsored) == told


def test_ahrefs_content_is_a_placement_and_type_a_kind(tmp_path: Path) -> None:
    one = ahrefs(tmp_path, "Content|Type|Referring page HTTP code|Language", "true|image|404|de, en")
    assert (one.placement, one.link_type, one.http_status, one.language) == ("content", "image", 404, "de")


def test_ahrefs_old_type_is_a_list_that_also_tells_nofollow(tmp_path: Path) -> None:
    header = "Referring Page URL|Link URL|Link Anchor|Type|Found"
    row = "https://a.org/|https://example.com/|x|Nofollow, UGC, Image|2020-01-05"
    path = table(tmp_path, header, row, delimiter="\t")
    one = only(path)
    assert (one.nofollow, one.ugc, one.sponsored, one.link_type) == (True, True, False, "image")
    assert inspect_file(path).generation == "2019 to 2021"


def test_a_link_that_redirects_to_us_in_the_end_is_ours(tmp_path: Path) -> None:
    header = "Referring page URL|Target URL|Anchor|Redirect Chain URLs|Type"
    path = table(
        tmp_path,
        header,
        'https://a.org/1|https://short.example/x|y|"https://mid.example/,https://www.example.com/shop"|text',
        'https://a.org/2|https://short.example/x|y|"https://mid.example/,https://elsewhere.example/"|text',
        delimiter="\t",
    )
    batch = batch_of(path)
    assert [(one.row, one.link_type, one.target_url) for one in batch.sightings] == [
        (2, "redirect", "https://short.example/x")
    ]
    assert batch.skipped == {"target is another site": 1}


@pytest.mark.parametrize(
    ("groups", "grouped"), [(("1", "1"), False), (("1", "12"), True), (("", "0"), False)]
)
def test_a_grouped_ahrefs_file_says_so(groups: tuple[str, ...], grouped: bool, tmp_path: Path) -> None:
    rows = [f"https://a.org/{n}|https://example.com/|x|{group}" for n, group in enumerate(groups)]
    assert inspect_file(table(tmp_path, f"{AHREFS}|Links in group", *rows, delimiter="\t")).grouped is grouped


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Referring page title|Referring page URL|Domain rating|Target URL|Anchor",
            "t|https://a.org/|61|https://example.com/|x",
        ),
        ("Referring page title|Referring page URL|Links To", "t|https://a.org/|https://example.com/"),
        ("Ref. page URL|DR|Anchor and target URL", "https://a.org/|61|the shop https://example.com/"),
    ],
)
def test_trimmed_and_copied_ahrefs_tables_are_read(header: str, row: str, tmp_path: Path) -> None:
    path = table(tmp_path, header, row, delimiter="\t")
    assert inspect_file(path).source == "ahrefs-backlinks"
    assert only(path).target_url == "https://example.com/"


def test_text_and_address_in_one_cell_are_told_apart(tmp_path: Path) -> None:
    header = "Ref. page URL|DR|Anchor and target URL"
    one = only(table(tmp_path, header, "https://a.org/|61|the shop https://example.com/", delimiter="\t"))
    assert one.anchor_text == "the shop"


def test_broken_backlinks_are_never_lost(tmp_path: Path) -> None:
    header = f"{AHREFS}|Target page HTTP code|Lost|Target checked|Ref. page checked"
    row = "https://a.org/|https://example.com/x|y|404|2026-01-05|2026-01-05 10:00:00|2026-01-05 00:00:00"
    path = table(tmp_path, header, row, delimiter="\t")
    assert inspect_file(path).source == "ahrefs-broken-backlinks"
    one = only(path)
    assert (one.lost_at, one.last_seen, metrics(one)["ahrefs.target_http_status"]) == (None, JAN_5, 404)


def test_ahrefs_domains_with_trailing_blanks_in_their_names(tmp_path: Path) -> None:
    header = (
        '"Domain"|"DR"|"Dofollow ref. domains"|"Dofollow linked domains"|"Traffic "|"Keywords "|'
        '"Links to target"|"Dofollow links"|"First seen"|"Lost"'
    )
    row = '"blog.example.co.uk"|"61"|"900"|"12"|"1 240"|"7"|"5"|"0"|"2026-01-05 00:00:00"|""'
    one = only_domain(table(tmp_path, header, row, delimiter="\t", encoding="utf-16"))
    assert (one.domain, one.links, one.followed_links, one.domain_metric) == ("example.co.uk", 5, 0, 61.0)
    assert metrics(one)["ahrefs.domain_traffic"] == 1240
    assert (one.first_seen, one.lost_at) == (JAN_5, None)


SEMRUSH = "Page ascore|Source url|Target url|Anchor|Nofollow |Text|Frame|Form|Image|Last seen|Lost link"


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ("true|false|false|false", "a"),
        ("FALSE|false|false|TRUE", "image"),
        ("false|true|false|false", "frame"),
        ("|||", None),
    ],
)
def test_semrush_tells_the_kind_of_link_by_flags(flags: str, kind: str | None, tmp_path: Path) -> None:
    row = f"12|https://a.org/|https://example.com/|x|false|{flags}|2026-01-05|false"
    one = only(table(tmp_path, SEMRUSH, row))
    assert (one.link_type, one.nofollow, one.page_metric) == (kind, False, 12.0)


@pytest.mark.parametrize(("seen", "lost_at"), [("2026-01-05", JAN_5), ("", NOW)])
def test_a_link_that_semrush_calls_lost_was_lost_when_last_seen(
    seen: str, lost_at: int, tmp_path: Path
) -> None:
    one = only(table(tmp_path, SEMRUSH, f"1|https://a.org/|https://example.com/|x|true|||||{seen}|true"))
    assert (one.lost_at, one.lost_reason) == (lost_at, "lost")


def test_a_semicolon_inside_the_anchor_of_an_api_dump_is_put_back(tmp_path: Path) -> None:
    header = "source_url|target_url|anchor|nofollow|first_seen|last_seen"
    row = "https://a.org/|https://example.com/|shoes; boots; more|true|1767571200|1767571200"
    path = table(tmp_path, header, row, delimiter=";")
    one = only(path)
    assert (one.anchor_text, one.nofollow, one.first_seen) == ("shoes; boots; more", True, JAN_5)
    assert inspect_file(path).generation == "API dump"


def test_an_api_dump_with_two_free_texts_cannot_be_mended(tmp_path: Path) -> None:
    header = "page_ascore|source_title|source_url|target_url|anchor|last_seen"
    rows = (
        "1|a; b|https://a.org/|https://example.com/|x|1767571200",
        "1|a|https://a.org/|https://example.com/|x|1767571200",
    )
    batch = batch_of(table(tmp_path, header, *rows, delimiter=";"))
    assert [(one.row, one.reason) for one in batch.quarantined] == [(2, "7 fields where the header has 6")]
    assert len(batch.sightings) == 1


def test_quotation_marks_in_an_api_dump_are_plain_characters(tmp_path: Path) -> None:
    row = 'https://a.org/|https://example.com/|"the" shop|1767571200'
    one = only(table(tmp_path, "source_url|target_url|anchor|last_seen", row, delimiter=";"))
    assert one.anchor_text == '"the" shop'


def test_moz_pages_come_without_scheme_and_repeat(tmp_path: Path) -> None:
    header = (
        "URL|Title|Anchor Text|Spam Score|Page Authority|Domain Authority|"
        "Target URL|Only rel=nofollow|Only follow|301"
    )
    cells = "blog.example.org/a|t|x|1|20|30|www.example.com/|Yes|No|No"
    path = table(tmp_path, "Open Site Explorer\nsome text\n----\nkey: value\n\n" + header, cells, cells)
    batch = batch_of(path)
    assert [one.page_url for one in batch.sightings] == ["http://blog.example.org/a"] * 2
    assert (batch.sightings[0].nofollow, batch.sightings[0].domain_metric) == (True, 30.0)
    assert metrics(batch.sightings[0])["moz.source_url_text"] == "blog.example.org/a"


MAJESTIC = (
    "Target URL|Source URL|Anchor Text|Source Crawl Date|"
    "FlagNoFollow|FlagImageLink|FlagRedirect|FlagAltText|FlagMention"
)


@pytest.mark.parametrize(
    ("flags", "kind", "nofollow"),
    [
        ("||||", "a", False),
        ("+||||", "a", True),
        ("|+|||", "image", False),
        ("||+||", "redirect", None),
        ("||||+", "mention", None),
        ("|||+|", "image", None),
        ("+||+||", "redirect", True),
    ],
)
def test_majestic_claims_nothing_about_following_what_is_no_plain_link(
    flags: str, kind: str, nofollow: bool | None, tmp_path: Path
) -> None:
    cells = flags[: flags.rindex("|") + 1] if flags.count("|") > 4 else flags
    one = only(table(tmp_path, MAJESTIC, f"https://example.com/|https://a.org/|x|2026-01-05|{cells}"))
    assert (one.link_type, one.nofollow, one.last_seen) == (kind, nofollow, JAN_5)


def test_majestics_odd_rows_are_kept_or_quarantined(tmp_path: Path) -> None:
    rows = (
        "https://example.com/|https://a.org/with blank|x|2026-01-05|||||",
        "https://example.com/|https://medium.com/@user/post|x|2026-01-05|||||",
        "https://example.com/|https://a.org/|broken, with a comma|2026-01-05|||||",
        "https://example.com/|https://a.org/",
    )
    batch = batch_of(table(tmp_path, MAJESTIC, *rows))
    assert [one.page_url for one in batch.sightings] == [
        "https://a.org/with%20blank",
        "https://medium.com/@user/post",
    ]
    assert [one.row for one in batch.quarantined] == [4, 5]


def test_underscored_majestic_names_are_the_same(tmp_path: Path) -> None:
    header = "Target_URL|Source_URL|Anchor_Text|Source_Crawl_Date|FlagNoFollow"
    assert (
        only(table(tmp_path, header, "https://example.com/|https://a.org/|x|2026-01-05|")).anchor_text == "x"
    )


def test_linkody_expectations_are_kept_beside_and_never_taken_as_seen(tmp_path: Path) -> None:
    header = "URL FROM|TAGS|EXPECTED LANDING PAGE URL|EXPECTED FOLLOW|EXPECTED ANCHOR|ADDED|EXPIRES|COST"
    row = "https://a.org/|guest|https://example.com/x|no|our shop|2026-01-05|2027-01-05|120.00"
    one = only(table(tmp_path, header, row))
    assert (one.target_url, one.anchor_text, one.nofollow, one.first_seen) == (
        "https://example.com/x",
        None,
        None,
        JAN_5,
    )
    assert metrics(one) == {
        "linkody.expected_landing_page": "https://example.com/x",
        "linkody.expected_follow": False,
        "linkody.expected_anchor": "our shop",
        "linkody.tags": "guest",
        "linkody.expires": "2027-01-05",
        "linkody.cost": 120,
    }


@pytest.mark.parametrize(
    ("rel", "told"),
    [("nofollow ugc", (True, True, False)), ("noopener", (False, False, False)), ("", (None, None, None))],
)
def test_tracelinker_tells_rel_words(rel: str, told: object, tmp_path: Path) -> None:
    one = only(
        table(
            tmp_path, "source_url|target_url|anchor_text|rel", f"https://a.org/|https://example.com/|x|{rel}"
        )
    )
    assert (one.nofollow, one.ugc, one.sponsored) == told


FROG = "Type|Source|Destination|Alt Text|Anchor|Status Code|Follow|Target|Rel|Link Position"


def test_screaming_frog_links_to_us_with_place_and_rel(tmp_path: Path) -> None:
    rows = (
        "Hyperlink|https://a.org/|https://example.com/|||404|false|_blank|sponsored nofollow|Footer",
        "Hyperlink|https://a.org/|https://example.com/|a picture||200|true|||Aside",
        "Hyperlink|https://a.org/|https://elsewhere.example/|||200|true|||Content",
        "Image|https://a.org/|https://example.com/a.png|||200|true|||Content",
        "Canonical|https://a.org/|https://example.com/|||200|true|||Head",
    )
    batch = batch_of(table(tmp_path, FROG, *rows))
    first, second, third = batch.sightings
    assert (first.nofollow, first.sponsored, first.placement, first.http_status) == (
        True,
        True,
        "footer",
        None,
    )
    assert metrics(first)["screaming_frog.target_http_status"] == 404
    assert (second.anchor_text, second.placement, second.nofollow) == ("a picture", "sidebar", False)
    assert third.link_type == "canonical"
    assert batch.skipped == {"target is another site": 1, "no link": 1}


def test_an_ubersuggest_cell_holds_title_and_address(tmp_path: Path) -> None:
    header = "Source Page Title & URL|Target Page|Domain Authority|Link Type"
    one = only(
        table(tmp_path, header, "A post about shoes https://a.org/post|https://example.com/|61|Nofollow")
    )
    assert (one.page_url, one.title, one.nofollow) == ("https://a.org/post", "A post about shoes", True)


def test_a_plain_list_holds_addresses_domains_and_comments(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "# my links",
        "https://a.org/x;y",
        "blog.example.org",
        "*.spam.icu",
        "example.org/page",
        "https://www.example.com/",
    )
    batch = batch_of(path)
    assert [one.page_url for one in batch.sightings] == ["https://a.org/x;y", "http://example.org/page"]
    assert [one.domain for one in batch.domains] == ["example.org", "spam.icu"]
    assert batch.skipped == {"comment": 1, "own site": 1}


@pytest.mark.parametrize(("rows", "capped"), [(999, False), (1_000, True), (1_001, False)])
def test_a_file_as_long_as_its_vendor_cuts_is_capped(rows: int, capped: bool, tmp_path: Path) -> None:
    assert inspect_file(write("search-console-latest-links", tmp_path / "a.csv", rows)).capped is capped


def test_a_spreadsheets_round_trip_changes_nothing(tmp_path: Path) -> None:
    layout = LAYOUTS["semrush-backlinks"]
    lines = [[cell(row) for _, cell in layout.columns] for row in made(20)]
    loud = [[cell.upper() if cell in ("true", "false") else cell for cell in line] for line in lines]
    path = tmp_path / "links.csv"
    text = [";".join(f'"{cell}"' for cell in line) for line in (list(layout.names), *loud)]
    path.write_text("\r\n".join(text), encoding="utf-8-sig")
    assert batch_of(path).sightings == batch_of(write(layout, tmp_path / "b.csv", 20)).sightings


def test_json_as_an_array_or_inside_an_answer_is_read_like_json_lines(tmp_path: Path) -> None:
    write("se-ranking-backlinks", tmp_path / "a.jsonl", 30)
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    (tmp_path / "b.json").write_text("[" + ",\n".join(lines) + "]")
    (tmp_path / "c.json").write_text('{"backlinks": [' + ", ".join(lines) + "]}")
    plain = batch_of(tmp_path / "a.jsonl").sightings
    assert len(plain) == 30
    assert [batch_of(tmp_path / name).sightings for name in ("b.json", "c.json")] == [plain, plain]


def test_a_broken_json_object_is_quarantined_and_the_file_goes_on(tmp_path: Path) -> None:
    write("se-ranking-backlinks", tmp_path / "a.jsonl", 5)
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    lines.insert(2, '{"url_from": "https://x.org/", broken}')
    (tmp_path / "b.jsonl").write_text("\n".join(lines))
    batch = batch_of(tmp_path / "b.jsonl")
    assert [one.reason for one in batch.quarantined] == ["no readable JSON object"]
    assert len(batch.sightings) == 5
