"""The published disavow lists of the shared data: written back as they are, complaints checked by hand."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from linkstead.disavow.comparing import difference
from linkstead.disavow.file import read
from linkstead.disavow.lint import Facts, lint, repaired
from tests.shared_data import shared

#: (folder, file) -> complaints by code, each kind checked by hand: `covered` are www. twins of an entry or
#: hosts below one, `public-suffix` is org.br, `foreign-script` three internationalised names.
FILES = {
    ("disavow-coolrecep-2026", "disavow.txt"): {"covered": 1_622, "foreign-script": 2, "public-suffix": 1},
    ("disavow-maesitos-tool", "samples/disavowed.cvs"): {"covered": 15, "foreign-script": 1, "wrong-name": 1},
    ("disavow-maesitos-tool", "samples/disavowed2.cvs"): {
        "covered": 13,
        "foreign-script": 1,
        "wrong-name": 1,
    },
}


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_a_published_list_is_read_and_written_back_as_it_is(folder: str, name: str) -> None:
    body = shared(folder, name).read_bytes()
    assert read(body).to_bytes() == body


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_a_published_list_earns_these_complaints_and_no_other(folder: str, name: str) -> None:
    document = read(shared(folder, name).read_bytes())
    found = lint(document, Facts(site="example.com", name=name))
    assert Counter(one.code for one in found) == FILES[folder, name]
    hosts = {entry.value for entry in document.entries()}
    for one in found:
        if one.code == "covered":
            host = document.lines[one.line - 1].bare.removeprefix("domain:").lower()
            parents = {".".join(host.split(".")[start:]) for start in range(1, host.count(".") + 1)}
            assert parents & hosts, one


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_a_repaired_list_covers_what_it_covered(folder: str, name: str) -> None:
    document = read(shared(folder, name).read_bytes())
    fixed = repaired(document)
    assert difference(document, fixed).taken_back == []
    assert {one.code for one in lint(fixed)} <= {"foreign-script", "public-suffix"}


def test_a_top_site_on_a_published_list_is_named() -> None:
    with shared("majestic-million-excerpt", "majestic_million.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        top = {row["Domain"] for row in csv.DictReader(file)}
    document = read(shared("disavow-coolrecep-2026", "disavow.txt").read_bytes())
    found = {one.line for one in lint(document, Facts(top=top)) if one.code == "top-site"}
    assert {document.lines[line - 1].bare for line in found} == {
        "domain:mitsui-shopping-park.com",
        "domain:paltalk.com",
        "domain:pastelink.net",
        "domain:sites.google.com",
        "domain:webclap.com",
    }
