"""For each signal the facts on which it speaks, and near ones on which it is silent."""

from __future__ import annotations

from typing import Any

from linkstead.journey.judging import facts_of

DAY = 86_400
NOW = 2_000_000_000
OURS = {"site": "harborlight.example", "languages": ["en"]}


def _page(**values: Any) -> dict[str, Any]:
    return {"page": values, "site": OURS}


def _link(text: str | None = None, **values: Any) -> dict[str, Any]:
    return {"link": {"anchor_text": text, **values}, "site": OURS}


def _domain(**values: Any) -> dict[str, Any]:
    return {"domain": values, "now": NOW}


def _named(name: str, host: str | None = None) -> dict[str, Any]:
    return {"domain": {"name": name, "host": host or name}}


def _net(**values: Any) -> dict[str, Any]:
    return {"network": values}


def _on(kind: str) -> dict[str, Any]:
    return _domain(lists=[{"name": "hosts.txt", "kind": kind}])


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "page.outlinks": (_page(outlinked_domains=100), _page(outlinked_domains=99)),
    "page.external-share": (_page(external_share=0.8, links=30), _page(external_share=0.8, links=29)),
    "page.links-to-text": (_page(outlinks=20, words=200), _page(outlinks=20, words=201)),
    "page.thin": (_page(words=99, outlinks=3), _page(words=100, outlinks=3)),
    "page.scattered": (_page(outlinks=50, outlinked_domains=50), _page(outlinks=50, outlinked_domains=40)),
    "page.hidden-links": (_page(hidden_links=10, links=30), _page(hidden_links=10, links=40)),
    "page.soft-404": (_page(soft_404=True), _page(soft_404=False)),
    "page.parked": (_page(parked=True), _page(parked=False)),
    "page.foreign-language": (_page(language="de-AT"), _page(language="en-GB")),
    "page.same-language": (_page(language="en-GB"), _page(language="de-AT")),
    "page.repeated-text": (_page(repeated_share=0.35, words=200), _page(repeated_share=0.34, words=200)),
    "page.open-comments": (_page(placements={"comment": 30}), _page(placements={"comment": 29})),
    "page.forum-profile": (
        _page(url="https://a.example/members/42"), _page(url="https://a.example/remember/42")
    ),
    "page.directory": (
        _page(outlinks=20, title="Free web directory"), _page(outlinks=20, title="The director of the web")
    ),
    "page.sells-links": (_page(opening="Guest posts for sale"), _page(opening="Guests write to us")),
    "page.risky-title": (_page(title="Online casino bonus"), _page(title="Casinoeske music")),
    "page.text-to-read": (_page(words=400, outlinks=8), _page(words=400, outlinks=9)),
    "page.few-outlinks": (_page(outlinked_domains=10, words=150), _page(outlinked_domains=11, words=150)),
    "page.menu": (
        _page(placements={"navigation": 3}, external_share=0.5),
        _page(placements={"navigation": 3}, external_share=0.6)
    ),
    "link.brand-anchor": (_link("Harbor Light"), _link("harbour lamps")),
    "link.address-anchor": (_link("https://harborlight.example/"), _link("our address")),
    "link.generic-anchor": (_link("click here"), _link("click there")),
    "link.topical-anchor": (
        _link("tide tables", placement="content"), _link("tide tables", placement="footer")
    ),
    "link.money-anchor": (_link("buy cheap lamps"), _link("cheapside lamps")),
    "link.risky-anchor": (_link("online casino"), _link("pokerface")),
    "link.foreign-anchor": (_link("купить лампу"), _link("Lampe kaufen")),
    "link.stuffed-anchor": (_link("a one, b two, c three, d four"), _link("a one, b two, c three")),
    "link.qualified": (_link(nofollow=True), _link(nofollow=False, ugc=False, sponsored=False)),
    "link.posted-keyword": (
        _link("buy lamps", placement="comment"), _link("Harborlight", placement="comment")
    ),
    "link.hidden": (_link(hidden=True), _link(hidden=False)),
    "link.sitewide-keyword": (_link("buy lamps", pages=50), _link("buy lamps", pages=49)),
    "link.template-keyword": (
        _link("buy lamps", placement="footer"), _link("buy lamps", placement="content")
    ),
    "link.in-sentence": (
        _link(placement="content", left="x" * 30, right="y" * 30),
        _link(placement="content", left="x" * 30, right="y")
    ),
    "link.bare-image": (_link("", type="image"), _link("a lamp", type="image")),
    "domain.bulk-suffix": (_named("lamps.xyz"), _named("lamps.ru")),
    "domain.institution": (_named("oxford.ac.uk"), _named("oxford.co.uk")),
    "domain.hyphens": (_named("a-lamp.com"), _named("alamp.com")),
    "domain.digits": (_named("lamp4.com"), _named("4444.com")),
    "domain.long-name": (_named("a" * 16 + ".com"), _named("a" * 15 + ".com")),
    "domain.short-name": (_named("lampion.com"), _named("lampions.com")),
    "domain.risky-name": (_named("my-casino.com"), _named("my-cassini.com")),
    "domain.selling-name": (_named("best-seo.com"), _named("lamps.com")),
    "domain.odd-letters": (_named("xkcdqwrtpl.com"), _named("lampsandmore.com")),
    "domain.mixed-scripts": (_named("xn--pypal-4ve.com"), _named("paypal.com")),
    "domain.deep-host": (_named("lamps.com", "a.b.c.lamps.com"), _named("lamps.com", "www.b.c.lamps.com")),
    "domain.open-host": (_named("me.github.io"), _named("github.com")),
    "domain.letters-odd": (_domain(letters=0.1), _domain(letters=-0.1)),
    "domain.letters-usual": (_domain(letters=-0.1), _domain(letters=0.1)),
    "domain.authority": (_domain(authority=40), _domain(authority=39)),
    "domain.many-referrers": (_domain(in_degree=200), _domain(in_degree=199)),
    "domain.authority-mismatch": (_domain(authority=9, links=100), _domain(authority=10, links=100)),
    "domain.nobody-refers": (_domain(in_degree=3, out_degree=100), _domain(in_degree=4, out_degree=100)),
    "domain.gives-away": (_domain(in_degree=25, out_degree=500), _domain(in_degree=26, out_degree=500)),
    "domain.new": (_domain(first_seen=NOW - 59 * DAY), _domain(first_seen=NOW - 60 * DAY)),
    "domain.long-known": (_domain(first_seen=NOW - 1_100 * DAY), _domain(first_seen=NOW - 1_000 * DAY)),
    "domain.sudden-links": (_domain(new_links=50, usual_links=10), _domain(new_links=49, usual_links=1)),
    "domain.one-anchor": (_domain(pages=20, anchors=1), _domain(pages=20, anchors=2)),
    "domain.platform": (_domain(platform=True), _domain(platform=False)),
    "domain.referrer-spam": (_on("referrer-spam"), _on("shortener")),
    "domain.malware": (_on("malware"), _on("shortener")),
    "domain.disposable": (_on("disposable"), _on("shortener")),
    "domain.shortener": (_on("shortener"), _on("malware")),
    "domain.reputable": (_on("reputable"), _on("malware")),
    "domain.moz-spam": (_domain(metrics={"moz.spam_score": 31}), _domain(metrics={"moz.spam_score": 30})),
    "domain.semrush-toxicity": (
        _domain(metrics={"semrush.toxicity": 60}), _domain(metrics={"semrush.toxicity": 59})
    ),
    "domain.ahrefs-spam": (_domain(metrics={"ahrefs.is_spam": 1}), _domain(metrics={"ahrefs.is_spam": 0})),
    "domain.majestic-flow": (
        _domain(metrics={"majestic.tf": 2, "majestic.cf": 14}),
        _domain(metrics={"majestic.tf": 2, "majestic.cf": 13})
    ),
    "network.same-block": (_net(same_block=5), _net(same_block=5, block_share=0.01)),
    "network.same-ids": (_net(same_ids=2), _net(same_ids=1)),
    "network.own-ids": (_net(ids_of_ours=True), _net(ids_of_ours=False)),
    "network.same-template": (_net(same_template=5), _net(same_template=4)),
    "network.same-outlinks": (_net(outlink_overlap=0.5), _net(outlink_overlap=0.49)),
    "network.reciprocal": (_net(reciprocal=True), _net(reciprocal=False)),
    "network.three-way": (_net(three_way=3), _net(three_way=2)),
    "network.stands-alone": (
        _net(same_ids=0, same_template=0, same_block=0), _net(same_ids=0, same_template=1, same_block=0)
    ),
}  # fmt: skip

SPEAKS = {name: facts_of(speaks) for name, (speaks, _) in CASES.items()}
SILENT = {name: facts_of(silent) for name, (_, silent) in CASES.items()}
