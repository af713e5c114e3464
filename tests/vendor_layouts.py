"""What every vendor's file looks like: `vendor_files.py` writes them."""

from __future__ import annotations

from tests.vendor_cells import (
    AHREFS,
    AHREFS_2019,
    AHREFS_OPTIONAL,
    BUZZSTREAM,
    FROG,
    LATER,
    MAJESTIC,
    MOZ,
    SEMRUSH,
    SEMRUSH_2018,
    SEMRUSH_API,
    Layout,
    Row,
    ahrefs,
    ahrefs_broken,
    ahrefs_domains,
    const,
    day,
    flag,
    number,
)

__all__ = ["LAYOUTS", "Layout", "Row"]

LAYOUTS: dict[str, Layout] = {
    "ahrefs-backlinks": Layout(
        "ahrefs-backlinks", ahrefs(AHREFS), "utf-16", "\t", "all", optional=AHREFS_OPTIONAL
    ),
    "ahrefs-backlinks-utf8": Layout("ahrefs-backlinks", ahrefs(AHREFS), optional=AHREFS_OPTIONAL),
    "ahrefs-backlinks-earlier": Layout(
        "ahrefs-backlinks",
        ahrefs(one for one in AHREFS if one not in LATER),
        "utf-16",
        "\t",
        "all",
        optional=AHREFS_OPTIONAL,
    ),
    "ahrefs-backlinks-2019": Layout("ahrefs-backlinks", AHREFS_2019),
    "ahrefs-broken-backlinks": Layout("ahrefs-broken-backlinks", ahrefs_broken(), "utf-16", "\t", "all"),
    "ahrefs-referring-domains": Layout(
        "ahrefs-referring-domains",
        ahrefs_domains("New links", "Lost links"),
        "utf-16",
        "\t",
        "all",
        optional=frozenset({"Is spam", "Traffic ", "Keywords ", "New links", "Lost links"}),
    ),
    "ahrefs-referring-domains-11": Layout("ahrefs-referring-domains", ahrefs_domains(), "utf-8-sig"),
    "semrush-backlinks": Layout(
        "semrush-backlinks",
        SEMRUSH,
        "utf-8-sig",
        optional=frozenset(
            {"Sponsored", "Ugc", "Text", "Frame", "Form", "Image", "Sitewide", "New link", "Lost link"}
        ),
    ),
    "semrush-backlinks-2018": Layout("semrush-backlinks", SEMRUSH_2018),
    "semrush-api": Layout("semrush-backlinks", SEMRUSH_API, delimiter=";", quoting="none", newline="\n"),
    "semrush-referring-domains": Layout(
        "semrush-referring-domains",
        (
            ("Domain ascore", number(5, 100)),
            ("Domain", lambda r: r.host),
            ("Backlinks", const("1,240")),
            ("IP Address", const("192.0.2.7")),
            ("Country", const("nl")),
            ("First seen", lambda r: day(r.first)),
            ("Last seen", lambda r: day(r.last)),
        ),
        optional=frozenset({"IP Address", "Country", "First seen", "Last seen"}),
    ),
    "semrush-backlink-audit": Layout(
        "semrush-backlink-audit",
        (
            ("Source title", lambda r: r.title),
            ("Source url", lambda r: r.page),
            ("Target url", lambda r: r.target),
            ("Anchor", lambda r: r.anchor),
            ("Toxicity Score", number(5, 100)),
            ("Toxic markers", const("3")),
            ("First seen", lambda r: day(r.first)),
            ("Last seen", lambda r: day(r.last)),
            ("Nofollow", lambda r: flag(r.nofollow).upper()),
        ),
    ),
    "moz-inbound-links": Layout(
        "moz-inbound-links",
        MOZ,
        preamble=("Open Site Explorer", "Report: Inbound Links", "-----", "Target: example.com", ""),
    ),
    "majestic-backlinks": Layout("majestic-backlinks", MAJESTIC, newline="\n"),
    "majestic-referring-domains": Layout(
        "majestic-referring-domains",
        (
            ("Domain", lambda r: r.host),
            ("TrustFlow", number(7, 60)),
            ("CitationFlow", number(5, 60)),
            ("Backlinks", const("12")),
            ("RefDomains", const("88")),
            ("IP", const("192.0.2.7")),
            ("CountryCode", const("NL")),
        ),
    ),
    "search-console-latest-links": Layout(
        "search-console-latest-links",
        (("Linking page", lambda r: r.page), ("Last crawled", lambda r: day(r.last))),
    ),
    "search-console-latest-links-es": Layout(
        "search-console-latest-links",
        (("Página de enlace", lambda r: r.page), ("Último rastreo", lambda r: day(r.last))),
        "utf-8-sig",
        ";",
        by_content=True,
    ),
    "search-console-latest-links-he": Layout(
        "search-console-latest-links",
        (("דף מקשר", lambda r: r.page), ("נסרק לאחרונה", lambda r: day(r.last))),
        by_content=True,
    ),
    "search-console-sample-links": Layout(
        "search-console-sample-links", (("Linking page", lambda r: r.page),), by_content=True
    ),
    "search-console-top-linking-sites": Layout(
        "search-console-top-linking-sites",
        (("Site", lambda r: r.host), ("Linking pages", const("1,240")), ("Target pages", const("3"))),
    ),
    "search-console-top-linking-sites-he": Layout(
        "search-console-top-linking-sites",
        (("אתר", lambda r: r.host), ("דפים מקשרים", const("1 240")), ("דפי יעד", const("3"))),
        by_content=True,
    ),
    "bing-backlinks": Layout(
        "bing-backlinks",
        (
            ("Source Url", lambda r: r.page),
            ("Anchor text", lambda r: r.anchor),
            ("Target Url", lambda r: r.target),
        ),
        "utf-8-sig",
        quoting="lenient",
        by_content=True,
    ),
    "bing-referring-domains": Layout(
        "bing-referring-domains",
        (("Domain", lambda r: f"https://{r.host}"), ("Backlinks Count", const("12"))),
        "utf-8-sig",
        quoting="lenient",
        by_content=True,
    ),
    "linkody": Layout(
        "linkody",
        (
            ("URL FROM", lambda r: r.page),
            ("TAGS", const("guest")),
            ("NOTES", const("")),
            ("EXPECTED LANDING PAGE URL", lambda r: r.target),
            ("EXPECTED FOLLOW", const("yes")),
            ("EXPECTED ANCHOR", lambda r: r.anchor),
            ("ADDED", lambda r: day(r.first)),
            ("EXPIRES", const("2027-12-31")),
            ("COST", const("120.00")),
        ),
        optional=frozenset(
            {"TAGS", "NOTES", "EXPECTED FOLLOW", "EXPECTED ANCHOR", "ADDED", "EXPIRES", "COST"}
        ),
    ),
    "tracelinker": Layout(
        "tracelinker",
        (
            ("source_url", lambda r: r.page),
            ("target_url", lambda r: r.target),
            ("anchor_text", lambda r: r.anchor),
            ("rel", lambda r: "nofollow" if r.nofollow else "noopener"),
            ("first_seen", lambda r: day(r.first)),
            ("last_seen", lambda r: day(r.last)),
            ("dr", number(5, 100)),
            ("note", const("")),
        ),
        optional=frozenset({"rel", "first_seen", "last_seen", "dr", "note"}),
    ),
    "buzzstream": Layout("buzzstream", BUZZSTREAM),
    "screaming-frog-links": Layout("screaming-frog-links", FROG, "utf-8-sig", quoting="all"),
    "ubersuggest": Layout(
        "ubersuggest",
        (
            ("source_url", lambda r: r.page),
            ("target_url", lambda r: r.target),
            ("anchor_text", lambda r: r.anchor),
            ("domain_score", number(5, 100)),
            ("page_score", number(7, 60)),
            ("link_type", lambda r: "nofollow" if r.nofollow else "dofollow"),
            ("first_seen", lambda r: day(r.first)),
            ("last_seen", lambda r: day(r.last)),
        ),
        "utf-8-sig",
    ),
    "se-ranking-backlinks": Layout(
        "se-ranking-backlinks",
        (
            ("url_from", lambda r: r.page),
            ("url_to", lambda r: r.target),
            ("title", lambda r: r.title),
            ("anchor", lambda r: r.anchor),
            ("alt", const("")),
            ("nofollow", lambda r: flag(r.nofollow)),
            ("image", lambda r: flag(r.image)),
            ("inlink_rank", number(7, 100)),
            ("domain_inlink_rank", number(5, 100)),
            ("first_seen", lambda r: day(r.first)),
            ("last_visited", lambda r: day(r.last)),
        ),
    ),
    "url-list": Layout("url-list", (("", lambda r: r.page),), newline="\n", header=False, by_content=True),
}
