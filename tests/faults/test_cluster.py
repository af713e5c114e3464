"""The index on a cluster: a worker killed in mid-job changes no row."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkstead.cli import main
from linkstead.errors import InputError, UsageError
from linkstead.index.build import build
from linkstead.index.store import open_index
from tests.archives import a, packed, response, wat
from tests.faults.spark_cluster import CONFIG, SlowOpener, cluster

if TYPE_CHECKING:
    from pathlib import Path

CRAWL = "C-1"
LONG = bool(os.environ.get("LINKSTEAD_LONG_TESTS"))
ARCHIVES = 240 if LONG else 16


def write_archives(folder: Path) -> list[str]:
    """WAT and WARC files with links that repeat from one file to another, and one that is no archive."""
    folder.mkdir()
    for number in range(ARCHIVES):
        pages = [
            wat(
                f"https://s{(page + number) % 13}.org/p{page + number * 7}",
                [
                    a(
                        f"https://t{page % 7}.com/{page % 3}",
                        f"text {page % 4}",
                        rel="ugc" if page % 2 else "",
                    ),
                    a("https://example.com/", f"Example {number % 3}"),
                    a("https://example.com/ü", "Ü"),
                ],
                headers={"X-Robots-Tag": "nofollow"} if page % 11 == 0 else {},
            )
            for page in range(40)
        ]
        pages.append(
            response(f"https://w{number}.net/", '<html lang=de><a href="https://example.com/">E</a>')
        )
        (folder / f"{number:03}.warc.gz").write_bytes(packed(pages))
    (folder / "foreign.warc.gz").write_bytes(b"%PDF-1.7 no archive")
    return sorted(str(path) for path in folder.iterdir())


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    path = tmp_path / "authority.parquet"
    names = [f"org.s{number}" for number in range(0, 13, 2)]
    table = {"domain": names, "authority": pa.array([number * 9 for number in range(7)], pa.uint8())}
    pq.write_table(pa.table(table), path)
    return path


@pytest.mark.timeout(400)
def test_a_worker_killed_in_mid_job_leaves_the_rows_of_one_machine(tmp_path: Path, authority: Path) -> None:
    inputs = write_archives(tmp_path / "archives")
    alone = build(inputs, tmp_path / "alone", CRAWL, now=1, authority=authority)
    with cluster(tmp_path / "cluster") as spark:
        from linkstead.index.cluster import build_on_spark

        begun = tmp_path / "begun"
        begun.mkdir()
        killed: list[int] = []

        def kill() -> None:
            while len(list(begun.iterdir())) < 4 or not spark.is_busy(0, begun, seconds=0.2):
                time.sleep(0.02)
            killed.append(len(list(begun.iterdir())))
            spark.kill_worker(0)

        threading.Thread(target=kill, daemon=True).start()
        together = build_on_spark(
            inputs,
            tmp_path / "together",
            CRAWL,
            now=1,
            master=spark.master,
            opener=SlowOpener(begun, 0.5),
            authority=authority,
            config=CONFIG,
        )
    assert killed, "the worker was killed while archives were being read"
    assert killed[0] < ARCHIVES
    tries = [path.name.rpartition(".")[0] for path in begun.iterdir()]
    assert len(tries) > len(set(tries)), "an archive that died with its worker was read again"
    assert alone.crawl is not None
    assert together.crawl is not None
    assert (together.crawl.rows, together.crawl.content_hash) == (alone.crawl.rows, alone.crawl.content_hash)
    assert together.crawl.counts == alone.crawl.counts
    assert together.failed == alone.failed
    assert list(together.failed) == [inputs[-1]]
    order = "SELECT * FROM read_parquet($files)"
    for bucket in {file.bucket for file in alone.crawl.files}:
        rows = [
            index.rows(
                order, {"files": [str(index.folder / f.path) for f in crawl.files if f.bucket == bucket]}
            )
            for crawl, index in (
                (alone.crawl, open_index(tmp_path / "alone")),
                (together.crawl, open_index(tmp_path / "together")),
            )
        ]
        assert rows[0] == rows[1], "sorted alike, too"
    assert not list((tmp_path / "together").glob(".spark*"))
    assert open_index(tmp_path / "together").damaged() == []


@pytest.mark.timeout(400)
def test_the_command_builds_on_spark_and_adds_to_a_crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    monkeypatch.setenv("LINKSTEAD_DATA", str(tmp_path / "home"))
    inputs = write_archives(tmp_path / "archives")[:6]
    given = ["index", "build", "--crawl", CRAWL, "--engine", "spark"]
    assert main([*given, *inputs]) == UsageError.exit_status
    assert "--master" in capsys.readouterr().err
    ways = ["--master", "local[2]", "--spark", "spark.driver.host=127.0.0.1"]
    assert main([*given, *ways, *inputs[:4]]) == 0
    assert main([*given[:-2], *inputs[2:]]) == 0
    both = open_index(tmp_path / "home" / "index")
    whole = build(inputs, tmp_path / "whole", CRAWL, now=1)
    assert whole.crawl is not None
    assert both.content_hash(CRAWL) == whole.crawl.content_hash
    nothing = tmp_path / "nothing.warc.gz"
    nothing.write_bytes(b"nonsense")
    capsys.readouterr()
    assert main([*given, *ways, str(nothing)]) == InputError.exit_status
    assert "The index is as it was" in capsys.readouterr().err
    assert both.content_hash(CRAWL) == whole.crawl.content_hash
