"""What a file would cut: against a slow count, and where nothing is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linkstead.disavow.entries import EntryKind
from linkstead.disavow.file import read
from linkstead.disavow.simulate import ProfileLink, Whole, simulate
from linkstead.urls import domain_of_host

HOSTS = ("a.com", "www.a.com", "b.org", "x.b.org", "c.net")
LINKS = st.lists(
    st.builds(
        lambda host, page, followed, live, authority: ProfileLink(
            f"https://{host}/{page}",
            host,
            domain_of_host(host),
            "https://me.com/",
            followed,
            live,
            authority,
            page,
        ),
        st.sampled_from(HOSTS),
        st.integers(0, 3),
        st.sampled_from([True, False, None]),
        st.booleans(),
        st.sampled_from([None, 10.0, 50.0]),
    ),
    max_size=20,
)
FILES = st.lists(
    st.sampled_from(
        ["domain:a.com", "domain:b.org", "domain:x.b.org", "https://a.com/1", "https://c.net/2", "# c"]
    ),
    unique=True,
)


@given(LINKS, FILES)
def test_the_cut_is_what_a_slow_count_says(links: list[ProfileLink], lines: list[str]) -> None:
    document = read("\n".join(lines).encode())
    entries = list(document.entries())

    def covered(link: ProfileLink) -> bool:
        return any(
            entry.value == link.page_url
            if entry.kind is EntryKind.URL
            else f".{link.host}".endswith(f".{entry.value}")
            for entry in entries
        )

    found = simulate(links, document, shown=3)
    gone = [link for link in links if covered(link)]
    assert found.links == (len(gone), len(links))
    assert found.followed == (
        sum(bool(one.followed) for one in gone),
        sum(bool(one.followed) for one in links),
    )
    assert found.live == (sum(one.live for one in gone), sum(one.live for one in links))
    left = {one.domain for one in links if not covered(one)}
    assert found.domains == (len({one.domain for one in gone} - left), len({one.domain for one in links}))
    assert found.traffic == (sum(one.traffic or 0 for one in gone), sum(one.traffic or 0 for one in links))
    best = sorted((one.authority or 0.0 for one in gone), reverse=True)[:3]
    assert [one.authority or 0.0 for one in found.best] == best
    assert 0 <= found.authority.share <= 1


def test_entries_without_links_are_named() -> None:
    found = simulate([], read(b"domain:a.com\nhttps://b.org/x\n"))
    assert [entry.text for entry in found.unmatched] == ["domain:a.com", "https://b.org/x"]
    assert found.links.share == 0


def test_a_domain_whose_links_are_cut_page_by_page_counts_as_cut() -> None:
    links = [
        ProfileLink(f"https://a.com/{number}", "a.com", "a.com", None, True, True, 40.0)
        for number in range(2)
    ]
    assert simulate(links, read(b"https://a.com/0\n")).domains.cut == 0
    both = simulate(links, read(b"https://a.com/0\nhttps://a.com/1\n"))
    assert (both.domains.cut, both.authority.share) == (1, 1.0)


@given(LINKS, FILES)
def test_only_the_touched_domains_with_the_sums_of_the_whole_say_the_same(
    links: list[ProfileLink], lines: list[str]
) -> None:
    document = read("\n".join(lines).encode())
    everything = simulate(links, document)
    touched = {domain_of_host(entry.host) for entry in document.entries()}
    whole = Whole(*(getattr(everything, name).whole for name in Whole._fields))
    assert simulate([link for link in links if link.domain in touched], document, whole) == everything
