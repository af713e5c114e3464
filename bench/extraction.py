"""Links out of a WAT file: ours against warcio + ujson + urljoin, and against gunzip alone.

    python -m bench.extraction [--short]

The peer does as Common Crawl's example jobs are documented to: warcio reads records, ujson decodes each,
every anchor is joined to the page's address, and those of another registrable domain are kept. It decides
domains by the same function as we do, with the same cache, and gives the same (page, target) pairs before
normalising; the bench stops if the number of pages or of external links differs. Each runs in a process of
its own that has read a file of 20 other pages before, since a worker reads archive after archive; CPU seconds
are measured, rounds take turns. The file is `bench.archives`'; the recipe stands there. A WAT file of Common
Crawl is ten times as large.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bench.archives import write_wat
from bench.racing import Figure, ratio_text, show

_PATHS = frozenset({"A@/href", "AREA@/href"})


def ours(path: str) -> tuple[int, int]:
    """(pages, external links)."""
    from linkstead.index.records import harvest

    pages = links = 0
    with Path(path).open("rb") as stream:
        for rows, counts in harvest(stream, path):
            pages += counts["pages"]
            links += counts["rows"] + counts["same target again"]
            del rows
    return pages, links


def peer(path: str) -> tuple[int, int]:
    """(pages, external links) the usual way."""
    import ujson
    from warcio.archiveiterator import ArchiveIterator

    from linkstead.urls import domain_of_host

    pages = links = 0
    rows: list[tuple[str, str, str, list[str]]] = []
    with Path(path).open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "metadata" or record.content_type != "application/json":
                continue
            envelope = ujson.loads(record.content_stream().read())["Envelope"]
            said = envelope["WARC-Header-Metadata"]
            if said["WARC-Type"] != "response":
                continue
            url = said["WARC-Target-URI"]
            found = envelope["Payload-Metadata"]["HTTP-Response-Metadata"]["HTML-Metadata"]
            base = urljoin(url, found["Head"].get("Base", ""))
            domain = domain_of_host(urlsplit(url).hostname or "")
            pages += 1
            for link in found["Links"]:
                if link["path"] in _PATHS and "url" in link:
                    target = urljoin(base, link["url"])
                    host = urlsplit(target).hostname or ""
                    if host and domain_of_host(host) != domain:
                        rows.append((url, target, link.get("text", ""), link.get("rel", "").lower().split()))
            links, rows = links + len(rows), []
    return pages, links


def measured(way: str, path: Path, warm: Path) -> tuple[float, float, tuple[int, int]]:
    """(CPU seconds, peak MB, what was found) of one way in its own process, after a file of 20 pages."""
    code = (
        "import resource, sys, ujson, warcio.archiveiterator, linkstead.index.records\n"
        "from bench.extraction import ours, peer\nfrom linkstead.urls import domain_of_host\n"
        "domain_of_host('example.com')\n"  # loads the list of public suffixes
        f"{way}({str(warm)!r})\n"
        f"before = resource.getrusage(resource.RUSAGE_SELF)\nfound = {way}({str(path)!r})\n"
        "after = resource.getrusage(resource.RUSAGE_SELF)\n"
        "cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime\n"
        "print(cpu, after.ru_maxrss / 1024, *found)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    return float(said[0]), float(said[1]), (int(said[2]), int(said[3]))


def gunzipped(path: Path) -> float:
    """CPU seconds of the gzip program on the same file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["gzip", "-dc", str(path)], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows(short: bool) -> list[tuple[str, str, str, bool]]:
    pages, rounds = (1_000, 2) if short else (6_000, 5)
    with tempfile.TemporaryDirectory() as folder:
        path, warm = Path(folder) / "generated.warc.wat.gz", Path(folder) / "warm.warc.wat.gz"
        write_wat(warm, 20, seed=8)
        write_wat(path, pages)
        mine, theirs, floor, peaks, links = [], [], [], [], 0
        for _ in range(rounds):
            cpu, peak, found = measured("ours", path, warm)
            peer_cpu, _, peer_found = measured("peer", path, warm)
            if found != peer_found:
                raise SystemExit(f"not the same: {found} and {peer_found} (pages, external links)")
            mine.append(cpu)
            theirs.append(peer_cpu)
            floor.append(gunzipped(path))
            peaks.append(peak)
            links = found[1]
        size = path.stat().st_size / 1e6
    times, times_text = ratio_text(list(zip(theirs, mine, strict=True)))
    cost, cost_text = ratio_text(list(zip(mine, floor, strict=True)))
    best = min(mine)
    what = f"WAT of {pages:,} pages ({size:.0f} MB packed), {links:,} external links"
    return [
        (f"{what}: links per CPU second against warcio + ujson", times_text, "at least 4x", times >= 4),
        ("  cost against gunzip alone", cost_text, "at most 4x", cost <= 4),
        ("  external links a CPU second", f"{links / best:,.0f}", "reported", True),
        ("  peak memory of a worker", f"{max(peaks):.0f} MB", "under 350 MB", max(peaks) < 350),
    ]


if __name__ == "__main__":
    show([Figure(*row) for row in rows("--short" in sys.argv)])
