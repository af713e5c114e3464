"""Files of every vendor's format, about one real web: one profile, each page looked at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from linkstead.cli import main
from tests import vendor_files
from tests.loopback.web import Answer, LoopbackWeb
from tests.vendor_layouts import LAYOUTS

if TYPE_CHECKING:
    from pathlib import Path

SITE = "127.77.0.1"
BLOG = "127.77.0.2"
PAGES = 6
#: Tables of domains: an address is no registrable domain, so that these name hosts of their own.
DOMAIN_TABLES = ("referring-domains", "referring-domains-11", "linking-sites", "linking-sites-he")
#: Moz writes no scheme, and a bare address is no host name; its files are audited by themselves.
WITHOUT_SCHEME = ("moz-inbound-links",)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LINKSTEAD_ALLOWED_PRIVATE_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("LINKSTEAD_HOST_DELAY", "0")


def test_one_audit_takes_files_of_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with LoopbackWeb(names=[SITE, BLOG]) as web:
        target = web.url(SITE, "/guide")
        web.pages[SITE, "/guide"] = Answer.html("<p>The guide.</p>")
        for number in range(PAGES):
            web.pages[BLOG, f"/{number}"] = Answer.html(f'<p>See <a href="{target}">the guide</a>.</p>')
        pages = [web.url(BLOG, f"/{number}") for number in range(PAGES)]
        domains = [f"https://blog{number}.example.org/" for number in range(PAGES)]
        files = []
        for slug, layout in LAYOUTS.items():
            if slug in WITHOUT_SCHEME:
                continue
            path = tmp_path / f"{slug}.{'txt' if slug == 'url-list' else 'csv'}"
            told_pages = domains if slug.partition("-")[2].endswith(DOMAIN_TABLES) else pages
            vendor_files.write(layout, path, PAGES, site=SITE, pages=told_pages, targets=[target])
            files.append(str(path))
        main(["audit", SITE, *files, "--json"])
        out = capsys.readouterr().out
        fetched = web.paths(BLOG)
    told = json.loads(out)
    assert told["refused"] == []
    assert len(told["imports"]) == len(LAYOUTS) - len(WITHOUT_SCHEME)
    for each in told["imports"]:
        assert each["rows"] == PAGES, each
    linked = {source["source"] for source in told["sources"]}
    assert linked >= {"ahrefs-backlinks", "semrush-backlinks", "majestic-backlinks", "linkody", "url-list"}
    assert told["counts"]["backlinks"] == PAGES, "one backlink a page, whatever the sources"
    assert told["counts"]["live"] == PAGES
    assert sorted(fetched) == [f"/{number}" for number in range(PAGES)]


@pytest.mark.parametrize("slug", WITHOUT_SCHEME)
def test_a_file_without_schemes_is_audited_too(
    slug: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = vendor_files.write(slug, tmp_path / "export.csv", PAGES, site="example.com")
    assert main(["audit", "example.com", str(path), "--no-verify", "--json"]) in (0, 1)
    told = json.loads(capsys.readouterr().out)
    assert (told["imports"][0]["rows"], told["counts"]["backlinks"]) == (PAGES, PAGES)
