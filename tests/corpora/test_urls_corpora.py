"""The parser's own claims and the Public Suffix List's vectors, on the published cases."""

from __future__ import annotations

import json
import re

from upa_url import URL

from linkstead.urls import absolute_url, load_public_suffixes, parse_url
from tests.shared_data import shared

#: Cases of the suite that the chosen parser does not claim (its version decides differently).
NOT_CLAIMED = 2


def wpt_cases() -> list[dict]:
    cases = json.loads(shared("url-wpt-via-ada", "tests/wpt/urltestdata.json").read_text(encoding="utf-8"))
    return [case for case in cases if isinstance(case, dict)]


def is_right(case: dict) -> bool:
    base = case.get("base")
    if case.get("failure"):
        return parse_url(case["input"], base) is None
    parsed = parse_url(case["input"], base)
    if parsed is None:
        return False
    names = (
        "href",
        "protocol",
        "username",
        "password",
        "host",
        "hostname",
        "port",
        "pathname",
        "search",
        "hash",
    )
    return all(getattr(parsed, name) == case[name] for name in names if name in case)


def test_whatwg_url_cases_are_parsed_as_a_browser_does() -> None:
    cases = wpt_cases()
    wrong = [case for case in cases if not is_right(case)]
    assert len(cases) >= 800
    assert len(wrong) <= NOT_CLAIMED, [case["input"] for case in wrong]


def test_host_names_become_ascii_by_the_idna_cases() -> None:
    cases = json.loads(shared("url-wpt-via-ada", "tests/wpt/toascii.json").read_text(encoding="utf-8"))
    cases = [case for case in cases if isinstance(case, dict)]
    wrong = []
    for case in cases:
        parsed = URL.parse(f"https://{case['input']}/x")
        output = None if parsed is None else parsed.hostname
        if output != case["output"]:
            wrong.append(case["input"])
    assert len(cases) > 50
    assert not wrong


def psl_vectors(name: str) -> list[tuple[str, str | None]]:
    text = shared("psl-public-suffix", f"tests/{name}").read_text(encoding="utf-8")
    if name == "test_psl.txt":
        found = re.findall(r"(?m)^checkPublicSuffix\((null|'[^']*'), (null|'[^']*')\)", text)
        pairs = [tuple(None if part == "null" else part.strip("'") for part in pair) for pair in found]
    else:
        lines = [line.split() for line in text.splitlines() if line and not line.startswith("//")]
        pairs = [tuple(None if part == "null" else part for part in line) for line in lines]
    return [(host, domain) for host, domain in pairs if host is not None]


def ascii_host(host: str | None) -> str | None:
    parsed = None if host is None else URL.parse(f"https://{host}/")
    return None if parsed is None else str(parsed.hostname)


def test_all_public_suffix_vectors_hold_for_the_list_they_were_written_for() -> None:
    rules = shared("psl-public-suffix", "public_suffix_list.rules.dat").read_text(encoding="utf-8")
    suffixes = load_public_suffixes(rules).all
    for name in ("test_psl.txt", "tests.txt"):
        vectors = psl_vectors(name)
        assert len(vectors) > 60
        for host, domain in vectors:
            if host.startswith("."):
                continue  # a leading dot is no host; the vectors ask for "none", and a URL refuses it
            found = suffixes.registrable_domain(ascii_host(host) or host) or None
            assert found == ascii_host(domain), host


def test_every_case_with_a_base_resolves_like_the_case_says() -> None:
    cases = [case for case in wpt_cases() if case.get("base") and not case.get("failure")]
    wrong = [case["input"] for case in cases if absolute_url(case["input"], case["base"]) != case["href"]]
    assert len(cases) > 250
    assert len(wrong) <= NOT_CLAIMED, wrong
