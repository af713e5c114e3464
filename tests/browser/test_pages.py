"""The pages in a real browser, from a real server process: what a person does, and what must not happen."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import harbour
import pytest
from axe import complaints

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from site_process import Site

    from watching import Watched

from seed import EMAIL, PASSWORD

AHREFS = (
    "Referring page title",
    "Referring page URL",
    "Domain rating",
    "UR",
    "Target URL",
    "Anchor",
    "Type",
    "Nofollow",
    "UGC",
    "Sponsored",
    "First seen",
    "Last seen",
)

pytestmark = pytest.mark.browser


def test_hostile_titles_and_anchors_stay_text(site: Site, watched: Watched) -> None:
    for path in (
        site.overview,
        site.backlinks,
        f"{site.backlinks}?q=onerror",
        site.hostile_backlink,
        "/look/style/",
    ):
        watched.go(path)
        assert watched.page.locator("img[src=x]").count() == 0
    watched.go(f"{site.backlinks}?q=onerror")
    assert watched.page.get_by_text(harbour.HOSTILE).first.is_visible()
    assert watched.page.locator("a[href^='javascript:']").count() == 0
    watched.assert_quiet()


def test_a_filter_is_a_sentence_in_the_address_bar(site: Site, watched: Watched) -> None:
    page = watched.go(site.backlinks)
    page.get_by_text("Filter", exact=True).click()
    page.locator(".filter-sheet input[name=state][value=lost]").check()
    page.get_by_role("button", name="Show these").click()
    page.wait_for_url(re.compile(r"\?.*state=lost"))
    chip = page.locator(".chip")
    chip.wait_for()
    assert chip.inner_text().split() == ["State", "lost"]
    states = set(page.locator("tbody .state").all_inner_texts())
    assert states == {"lost"}
    page.get_by_role("link", name="Remove: State lost").click()
    page.wait_for_url(re.compile(r"backlinks/\??$"))
    page.locator(".chip").wait_for(state="detached")
    page.go_back()
    page.locator(".chip").wait_for()
    watched.assert_quiet()


def test_columns_sort_and_pages_turn(site: Site, watched: Watched) -> None:
    page = watched.go(site.backlinks)
    page.get_by_role("link", name="Ahrefs DR").click()
    page.locator("th[aria-sort=descending]", has_text="Ahrefs DR").wait_for()
    first = page.locator("tbody tr").first.inner_text()
    assert "1,284,907" in first
    page.get_by_role("link", name="Next").click()
    page.get_by_text("51–100").wait_for()
    assert page.locator("tbody tr").first.inner_text() != first
    page.get_by_role("link", name="Previous").click()
    page.get_by_text("1–50").wait_for()
    assert page.locator("tbody tr").first.inner_text() == first
    watched.assert_quiet()


def test_the_list_works_without_scripts(site: Site, without_scripts: Watched) -> None:
    page = without_scripts.go(f"{site.backlinks}?state=lost&sort=authority")
    assert page.locator("tbody tr").count() > 5
    page.get_by_text("Filter", exact=True).click()
    page.locator("#f-placement").select_option("content")
    page.get_by_role("button", name="Show these").click()
    page.locator(".chip").first.wait_for()
    assert "placement=content" in page.url
    assert page.locator(".chip").count() == 2
    page.goto(f"{site.address}{site.overview}")
    assert page.locator("noscript img").count() in {0, 1}


def test_rows_are_chosen_by_mouse_and_keyboard_and_looked_at(site: Site, watched: Watched) -> None:
    page = watched.go(f"{site.backlinks}?domain=hostile.example")
    bar = page.locator(".chosen-bar")
    assert not bar.is_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert bar.get_by_text("1 chosen").is_visible()
    page.keyboard.press("x")
    assert not bar.is_visible()
    watched.go(f"{site.backlinks}?sort=authority")
    every = page.get_by_label("Choose all on this page")
    every.check()
    assert bar.get_by_text("50 chosen").is_visible()
    page.locator("[data-choose]").nth(1).uncheck()
    assert every.evaluate("box => box.indeterminate")
    assert complaints(watched) == [], "with rows chosen"
    page.get_by_role("link", name="Next").click()
    page.get_by_text("51–100").wait_for()
    assert not bar.is_visible(), "other rows are chosen anew"
    page.locator("[data-choose]").nth(0).check()
    bar.get_by_role("button", name="Check these").click()
    page.locator(".toast", has_text="1 link is being looked at").wait_for()
    page.get_by_text("51–100").wait_for()
    # no monitor runs here, so that the check waits until somebody stops it
    note = page.locator("#checking")
    assert "being looked at" in note.inner_text()
    stop = page.context.new_page()
    stop.goto(f"{site.address}/p/{site.full}/imports/")
    stop.get_by_role("button", name="Stop").click()
    stop.get_by_text("Cancelled.").wait_for()
    stop.close()
    note.get_by_role("link", name="Show the list as it is now").click()
    note.wait_for(state="detached")
    assert "51–100" in page.locator(".pager").inner_text()
    watched.assert_quiet()


def test_links_are_chosen_and_exported_without_scripts(site: Site, without_scripts: Watched) -> None:
    page = without_scripts.go(f"{site.backlinks}?domain=hostile.example")
    assert not page.locator(".chosen-bar").is_visible()
    page.locator("tbody input[type=checkbox]").first.check()
    page.locator(".chosen-bar").get_by_role("button", name="Check these").click()
    page.get_by_text("1 link is being looked at").wait_for()
    page.goto(f"{site.address}/p/{site.full}/imports/")
    page.get_by_role("button", name="Stop").click()
    page.goto(f"{site.address}{site.backlinks}?domain=hostile.example")
    with page.expect_download() as brought:
        page.get_by_role("link", name="Export").click()
    assert brought.value.suggested_filename == f"{harbour.SITE}-backlinks.csv"
    head, row = brought.value.path().read_text(encoding="utf-8").splitlines()
    assert head.startswith("referring page,page title")
    assert row.startswith('"https://hostile.example/?q=')


def test_a_finding_leads_to_its_backlinks(site: Site, watched: Watched) -> None:
    page = watched.go(site.overview)
    finding = page.locator(".todo li", has_text="worth having (Ahrefs DR of 20 or more)")
    finding.locator("summary").click()
    finding.get_by_role("link", name="all lost links").click()
    page.locator(".chip", has_text="State lost").wait_for()
    watched.go(site.overview)
    broken = page.locator(".todo li", has_text="of yours that fails")
    broken.locator("summary").click()
    broken.get_by_role("link", name="/press").click()
    page.locator(".chip", has_text="/press").wait_for()
    assert page.locator("tbody tr").count() > 5
    watched.assert_quiet()


def test_the_labels_of_a_chart_have_room_on_a_phone(site: Site, watched: Watched) -> None:
    page = watched.go(site.overview)
    page.locator(".chart-view[data-drawn] svg").wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(
        """() => {
            const texts = [...document.querySelectorAll(".chart-view .mark-text text")]
                .filter((one) => /^[A-Z][a-z]{2} \\d{4}$/.test(one.textContent))
                .map((one) => one.getBoundingClientRect());
            texts.sort((one, other) => one.left - other.left);
            return texts.length > 1 && texts.every((one, at) => !at || texts[at - 1].right < one.left);
        }"""
    )
    watched.assert_quiet()


def test_the_keyboard_reaches_rows_and_pages(site: Site, watched: Watched) -> None:
    page = watched.go(site.backlinks)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    rows = page.locator("tbody tr")
    assert rows.nth(0).get_attribute("data-current") == ""
    assert page.evaluate("document.activeElement.closest('tr') === document.querySelector('tbody tr')")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("jk?")
    assert page.locator("#find").input_value() == "jk?", "letters are letters in a field"
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("over")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{site.overview}")
    watched.assert_quiet()


def test_the_first_tab_skips_to_the_content(site: Site, watched: Watched) -> None:
    page = watched.go(site.overview)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_colours_are_chosen_and_stay(site: Site, watched: Watched) -> None:
    page = watched.go(site.overview)
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(paper) != light
    watched.go(site.backlinks)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="As the system has it").click()
    assert page.evaluate(paper) == light
    watched.assert_quiet()


def test_colours_are_chosen_without_scripts(site: Site, without_scripts: Watched) -> None:
    page = without_scripts.go(site.backlinks)
    page.get_by_role("button", name="Dark").click()
    assert page.url.endswith(site.backlinks)
    assert page.locator("html").get_attribute("data-theme") == "dark"
    token = page.locator("form.theme input[name=csrfmiddlewaretoken]").get_attribute("value") or ""
    sent = page.request.post(
        f"{site.address}/look/theme/",
        form={"theme": "light", "next": "https://evil.example/", "csrfmiddlewaretoken": token},
        headers={"Referer": site.address},
        max_redirects=0,
    )
    assert sent.headers["location"] == "/"


def test_the_chart_scripts_may_be_kept_for_ever(site: Site, watched: Watched) -> None:
    page = watched.go(site.overview)
    address = page.locator(".chart-view").get_attribute("data-bundle")
    answer = page.request.get(f"{site.address}{address}")
    assert answer.ok
    assert "immutable" in answer.headers["cache-control"]
    assert "vegaEmbed" in answer.text()


def test_charts_are_drawn_under_the_strict_policy(site: Site, watched: Watched) -> None:
    page = watched.go(site.overview)
    page.locator(".chart-view[data-drawn] svg").wait_for()
    before = page.locator(".chart-view svg").inner_html()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_function(
        "before => document.querySelector('.chart-view svg').innerHTML !== before", arg=before
    )
    page.get_by_text("As a table").click()
    assert page.locator(".chart table tbody tr").count() > 12
    watched.assert_quiet()


def test_long_texts_are_cut_and_shown_whole_on_focus(site: Site, watched: Watched) -> None:
    page = watched.go(f"{site.backlinks}?domain=long.example")
    title = page.locator("tbody .top.cut").first
    assert title.evaluate("e => e.scrollWidth > e.clientWidth")
    page.keyboard.press("j")
    assert title.evaluate("e => e.scrollWidth <= e.clientWidth")
    watched.assert_quiet()


def test_a_new_project_an_import_and_its_links(site: Site, watched: Watched) -> None:
    page = watched.go(site.new_project)
    page.get_by_label("Site").fill("newharbour.example")
    page.get_by_role("button", name="Create the project").click()
    page.get_by_role("heading", name="Nothing imported yet").wait_for()
    _drop(page, "ahrefs.csv", _export(80))
    row = page.locator(".job", has_text="ahrefs.csv")
    row.locator(".run.done").wait_for(timeout=60_000)
    assert "80 new links" in " ".join(row.locator(".counts").inner_text().split())
    _go(page, "Overview")
    assert page.locator(".figures .value").first.inner_text() == "80"
    page.get_by_role("heading", name="What to do").wait_for()
    _go(page, "Backlinks")
    assert "1–50 of 80" in page.locator(".pager").inner_text()
    page.get_by_label("Find in URLs").fill("quay3.")
    page.keyboard.press("Enter")
    page.get_by_text("1 of 80 links").wait_for()
    assert page.url.endswith("?q=quay3.")
    page.get_by_role("link", name=harbour.HOSTILE).click()
    page.get_by_role("heading", name="What the sources say").wait_for()
    watched.assert_quiet()


def test_a_table_nobody_knows_is_asked_about(site: Site, watched: Watched) -> None:
    page = watched.go(f"/p/{site.empty}/imports/")
    quoted = harbour.HOSTILE.replace('"', '""')
    table = "Seite;Ziel;Wort\n" + "".join(
        f'https://quay{n}.example/a;https://empty.example/;"{quoted}"\n' for n in range(9)
    )
    _drop(page, "unsere-liste.csv", table.encode())
    page.get_by_role("link", name="Name its columns").click()
    page.get_by_label("Seite").select_option("source_url")
    page.get_by_label("Ziel").select_option("source_url")
    page.get_by_role("button", name="Import").click()
    assert "cannot mean the same" in page.get_by_role("alert").inner_text()
    page.get_by_label("Ziel").select_option("target_url")
    page.get_by_label("Wort").select_option("anchor")
    page.get_by_role("button", name="Import").click()
    page.locator(".job", has_text="unsere-liste.csv").locator(".run.done").wait_for(timeout=60_000)
    _go(page, "Backlinks")
    assert "1–9 of 9" in page.locator(".pager").inner_text()
    assert [said for said in watched.complaints if "422" not in said] == []


def test_what_is_no_table_is_refused_in_a_sentence(site: Site, watched: Watched) -> None:
    page = watched.go(f"/p/{site.full}/imports/")
    _drop(page, "photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    row = page.locator(".job", has_text="photo.csv")
    row.locator(".run.refused").wait_for(timeout=60_000)
    assert len(row.locator("p.down").inner_text()) > 20
    watched.assert_quiet()


def test_an_unknown_address_says_so_kindly(site: Site, watched: Watched) -> None:
    for path in ("/nothing/", "/p/999/", f"{site.backlinks}999999/"):
        watched.page.goto(f"{site.address}{path}")
        watched.page.get_by_role("heading", name="There is no such page").wait_for()
        assert complaints(watched) == []


def test_somebody_who_signs_out_sees_nothing_more(site: Site, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site.address}{site.backlinks}")
    assert "/account/login/" in page.url
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".errors").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Backlinks").wait_for()
    page.get_by_label("Your account").first.click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site.address}{site.backlinks}")
    assert "/account/login/" in page.url
    context.close()


def _go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Project").get_by_role("link", name=name).click()
    page.wait_for_load_state("load")


def _drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the drop zone as a hand with a mouse does."""
    page.wait_for_function("'ready' in document.documentElement.dataset")
    carried = page.evaluate_handle(
        """([name, numbers]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(numbers)], name));
            return carried;
        }""",
        [name, list(content)],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("form.dropzone", event, {"dataTransfer": carried})
    page.locator(".job", has_text=name).wait_for()


def _export(rows: int) -> bytes:
    """A file with the columns of an Ahrefs backlinks export (UTF-16, tabs)."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t")
    writer.writerow(AHREFS)
    for number in range(rows):
        title = harbour.HOSTILE if number == 3 else f"Page {number}"
        seen = ("2026-05-01 10:00:00", "2026-11-01 10:00:00")
        page = f"https://quay{number}.example/post"
        target = "https://newharbour.example/"
        writer.writerow((title, page, 20, 10, target, "the harbour", "Text", *("FALSE",) * 3, *seen))
    return out.getvalue().encode("utf-16")
