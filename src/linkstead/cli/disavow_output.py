"""What `linkstead disavow` prints: complaints, lists, simulations."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from linkstead.cli.output import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.disavow.codes import Complaint
    from linkstead.disavow.file import Document
    from linkstead.disavow.simulate import Share
    from linkstead.journey.disavowing import Simulation
    from linkstead.profile.disavow_files import Version

_SHOWN: Final = 60
_MARKS: Final = {"error": "error", "warning": "warn ", "notice": "note "}


def print_versions(versions: Iterable[Version]) -> None:
    for one in versions:
        when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(one.at))
        sent = time.strftime(", uploaded %Y-%m-%d", time.gmtime(one.uploaded_at)) if one.uploaded_at else ""
        by = f"{plain(one.name, 40)} by {plain(one.who, 30)}{sent}"
        print(f"{one.id:>5}  {when}  {one.entries:>7,} entries  {by}")


def text_of(document: Document) -> str:
    return document.to_bytes().decode("utf-8", "replace")


def complaint_json(one: Complaint) -> dict[str, Any]:
    said = one._asdict() | {"severity": str(one.severity)}
    return said if one.fixed is not None else {name: said[name] for name in said if name != "fixed"}


def print_complaints(found: list[Complaint], document: Document) -> None:
    for one in found[:_SHOWN]:
        place = f"line {one.line}" if one.line else "file"
        print(f"  {_MARKS[str(one.severity)]} {place:>11}  {one.code:20} {plain(one.message, 160)}")
    if len(found) > _SHOWN:
        print(f"  … and {len(found) - _SHOWN:,} more (--json has all)")
    if not found:
        print("Nothing to complain of." if document.lines else "The file is empty.")


def print_some(lines: list[str]) -> None:
    for line in lines[:_SHOWN]:
        print(f"  {plain(line, 120)}")
    if len(lines) > _SHOWN:
        print(f"  … and {len(lines) - _SHOWN:,} more (--json has all)")


def simulation_json(said: Simulation) -> dict[str, Any]:
    cut = said.cut
    shares = ("links", "followed", "live", "domains", "authority", "traffic")
    return {
        **{name: {"cut": getattr(cut, name).cut, "of": getattr(cut, name).whole} for name in shares},
        "authority_of": said.scale,
        "best": [link._asdict() for link in cut.best],
        "unmatched": [entry.text for entry in cut.unmatched],
        "rank": None if said.rank is None else said.rank._asdict(),
    }


def print_simulation(said: Simulation) -> None:
    cut = said.cut

    def line(name: str, share: Share) -> None:
        print(f"  {name:28} {share.cut:>12,.0f} of {share.whole:>12,.0f}  {share.share:6.1%}")

    line("links", cut.links)
    line("followed links", cut.followed)
    line("live links", cut.live)
    line("domains with no link left", cut.domains)
    if said.scale:
        line(f"authority ({said.scale})"[:28], cut.authority)
    if cut.traffic.whole:
        line("traffic (vendor's)", cut.traffic)
    if said.rank is not None:
        rank = said.rank
        print(
            f"  {rank.cut:,} of {rank.referrers:,} referring domains in the graph, {rank.share:.1%} of the"
            f" site's {rank.kind} rank; domain authority {rank.authority_before:.1f} to"
            f" {rank.authority_after:.1f}"
        )
    if cut.best:
        print("The best links that would go:")
        for link in cut.best[:10]:
            worth = "     -" if link.authority is None else f"{link.authority:6.1f}"
            print(f"  {worth}  {plain(link.page_url, 90)}")
    if cut.unmatched:
        print(f"{len(cut.unmatched):,} entries cover no known link:")
        print_some([entry.text for entry in cut.unmatched[:10]])
    if not cut.links.cut:
        print("The file would cut nothing that is known.")
