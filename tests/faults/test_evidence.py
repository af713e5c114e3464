"""F33 and its neighbours for evidence: bits that flip, processes that are killed, disks that are full."""

from __future__ import annotations

import errno
import os
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest

from linkstead.errors import StoreError
from linkstead.monitor.archive import archive_files
from linkstead.monitor.evidence import EvidenceBox, Kept, read_kept, verify_files
from linkstead.monitor.fetched import Fetched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkstead.monitor.warc import Record

NOW = 1_795_000_000
PAGE = "https://page.example/post"

#: Keeps evidence without end and says after each `sync` what is safe; argument: the folder.
WRITER = """
import os, random, sys
from pathlib import Path
from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetched import Fetched

box = EvidenceBox(Path(sys.argv[1]), f"w{os.getpid()}", rotate_bytes=2_000_000)
noise = random.Random(1)
for number in range(1_000_000):
    body = noise.randbytes(noise.randrange(1, 300_000))
    kept = box.keep(Fetched("https://page.example/", "https://page.example/", status=200, body=body,
                            fetched_at=1_795_000_000))
    if number % 8 == 7:
        box.sync()
        print(*kept, flush=True)
"""


def fetched(body: bytes) -> Fetched:
    headers = (("Content-Type", "text/html"),)
    return Fetched(PAGE, PAGE, status=200, headers=headers, body=body, fetched_at=NOW)


def whole_members(packed: bytes) -> list[int]:
    """The places of all complete gzip members from the beginning on."""
    places, at = [], 0
    while at < len(packed):
        unpacker = zlib.decompressobj(wbits=31)
        unpacker.decompress(packed[at:])
        if not unpacker.eof:
            break
        places.append(at)
        at = len(packed) - len(unpacker.unused_data)
    return places


def places_by_warcio(path: Path) -> list[int]:
    """The places of the records that warcio reads with good digests, up to the first trouble."""
    archive = pytest.importorskip("warcio.archiveiterator", reason="warcio is among the extras of [dev]")
    places = []
    with path.open("rb") as source:
        records = archive.ArchiveIterator(source, check_digests=True)
        try:
            for record in records:
                record.content_stream().read()
                if record.digest_checker.passed is False:
                    break
                places.append(records.get_record_offset())
        except (OSError, EOFError, ValueError, pytest.importorskip("warcio.exceptions").ArchiveLoadFailed):
            pass
    return places


@pytest.fixture
def small_file(tmp_path: Path) -> tuple[Path, list[tuple[Kept, Record]]]:
    """A file of a few small records, and what they hold."""
    noise = random.Random(33)
    with EvidenceBox(tmp_path, "flip") as box:
        kept = [box.keep(fetched(b"<p>" + noise.randbytes(150))) for _ in range(3)]
        kept.append(box.keep(fetched(b"<p>" * 1000)))
    return tmp_path / kept[0].file, [(one, read_kept(tmp_path, one)) for one in kept]


def test_every_flipped_bit_is_noticed_and_nothing_damaged_is_shown(
    small_file: tuple[Path, list[tuple[Kept, Record]]], tmp_path: Path
) -> None:
    path, looks = small_file
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, 11):  # all eight places of a byte in turn
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(damaged)
        for kept, record in looks:
            if kept.place <= bit // 8 < kept.place + kept.length:
                with pytest.raises(StoreError, match="is damaged"):
                    read_kept(tmp_path, kept)
            else:
                assert read_kept(tmp_path, kept) == record


def test_a_check_of_everything_names_the_damaged_record_and_goes_on(
    small_file: tuple[Path, list[tuple[Kept, Record]]], tmp_path: Path
) -> None:
    path, looks = small_file
    whole = path.read_bytes()
    damaged = bytearray(whole)
    for kept, _ in (looks[0], looks[2]):
        damaged[kept.place + kept.length // 2] ^= 0x10
    path.write_bytes(damaged)
    complaints = verify_files(tmp_path)
    assert len(complaints) == 2
    for complaint, (kept, _) in zip(complaints, (looks[0], looks[2]), strict=True):
        assert kept.file in complaint
        assert f"is damaged at byte {kept.place}" in complaint


@pytest.mark.parametrize("fill", [b"", b"\0" * 4096, b"\xff" * 100])
def test_a_torn_tail_costs_only_the_last_record(
    small_file: tuple[Path, list[tuple[Kept, Record]]], tmp_path: Path, fill: bytes
) -> None:
    path, looks = small_file
    whole = path.read_bytes()
    last = looks[-1][0]
    for cut in range(last.place + 1, len(whole) - 3):  # the very last bytes are zeros anyway
        path.write_bytes(whole[:cut] + fill)
        assert [read_kept(tmp_path, kept) for kept, _ in looks[:-1]] == [record for _, record in looks[:-1]]
        with pytest.raises(StoreError):
            read_kept(tmp_path, last)
        (complaint,) = verify_files(tmp_path)[:1]
        assert f"byte {last.place}" in complaint
    path.write_bytes(whole[: last.place + 9])
    assert "ends in the middle of a record" in verify_files(tmp_path)[0]


def test_an_empty_file_is_told(small_file: tuple[Path, list[tuple[Kept, Record]]], tmp_path: Path) -> None:
    small_file[0].write_bytes(b"")
    assert "is empty" in verify_files(tmp_path)[0]


def read_lines(process: subprocess.Popen[bytes], count: int) -> list[str]:
    """So many lines of a process, or as many as it gives within a minute."""
    lines: list[bytes] = []
    buffer = b""
    assert process.stdout is not None
    while len(lines) < count and select.select([process.stdout], [], [], 60)[0]:
        part = os.read(process.stdout.fileno(), 65_536)
        if not part:
            break
        *whole, buffer = (buffer + part).split(b"\n")
        lines += whole
    return [line.decode() for line in lines]


@pytest.mark.parametrize("rounds", [3, 9, 20])
def test_a_killed_process_leaves_every_record_that_it_called_safe(tmp_path: Path, rounds: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        safe = read_lines(process, rounds)
    finally:
        process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0].decode().splitlines()
    rows = [line.split(" ") for line in (*safe, *rest) if line.count(" ") == 5]
    assert len(rows) >= rounds
    for kind, file, place, length, sha256, payload in rows:
        kept = Kept(kind, file, int(place), int(length), sha256, payload)
        assert read_kept(tmp_path, kept).payload == payload
    for file in archive_files(tmp_path):
        path = tmp_path / file
        assert places_by_warcio(path)[: len(whole_members(path.read_bytes()))] == whole_members(
            path.read_bytes()
        )
    with EvidenceBox(tmp_path, "after") as box:  # and the next one does not mind
        assert box.keep(fetched(b"<p>after")).file not in {row[1] for row in rows}
    assert all("ends in the middle" in complaint for complaint in verify_files(tmp_path))


#: Dies in the middle of its n-th write, after so many bytes; arguments: the folder, n, the bytes.
DYING_WRITER = """
import os, signal, sys
from pathlib import Path
from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetched import Fetched

left, write = int(sys.argv[2]), os.write

def last_write(descriptor, content):
    global left
    left -= 1
    if left:
        return write(descriptor, content)
    write(descriptor, content[: int(sys.argv[3])])
    os.kill(os.getpid(), signal.SIGKILL)

os.write = last_write
box = EvidenceBox(Path(sys.argv[1]), "dying", rotate_bytes=600)
while True:
    box.keep(Fetched("https://page.example/", "https://page.example/", status=200, body=b"<p>" * 99,
                     fetched_at=1_795_000_000))
"""


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("written", [0, 1, 40])
def test_a_process_killed_in_any_write_leaves_no_file_that_holds_nothing(
    tmp_path: Path, number: int, written: int
) -> None:
    dying = [sys.executable, "-c", DYING_WRITER, str(tmp_path), str(number), str(written)]
    assert subprocess.run(dying, check=False).returncode == -signal.SIGKILL
    assert all((tmp_path / file).stat().st_size for file in archive_files(tmp_path))
    assert all("ends in the middle" in complaint for complaint in verify_files(tmp_path))
    with EvidenceBox(tmp_path, "dying") as box:  # even one of the same name goes on
        kept = box.keep(fetched(b"<p>after"))
        assert read_kept(tmp_path, kept).body == b"<p>after"


# --- full disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0 or subprocess.run([mount, *options], check=False).returncode:
        pytest.skip("a small disk can only be mounted by root, on Linux")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said_in_a_sentence_and_the_box_goes_on_when_there_is_room(small_disk: Path) -> None:
    filler = small_disk / "filler"
    noise = random.Random(7)
    with EvidenceBox(small_disk, "full") as box:
        first = box.keep(fetched(noise.randbytes(200_000)))
        box.sync()
        filler.write_bytes(bytes(600_000))
        for _ in range(3):
            with pytest.raises(StoreError, match=r"is full.*free some space"):
                box.keep(fetched(noise.randbytes(400_000)))
        small = box.keep(fetched(b"<p>fits"))
        filler.unlink()
        second = box.keep(fetched(noise.randbytes(400_000)))
        box.sync()
        for kept in (first, small, second):
            assert read_kept(small_disk, kept).kind == "response"
        assert first.place + first.length == small.place  # nothing of what failed is left in the file
    assert verify_files(small_disk) == []
    assert places_by_warcio(small_disk / first.file)[1:] == [first.place, small.place, second.place]


def test_a_disk_that_is_full_from_the_start_leaves_no_file_behind(small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space left") as full:
        (small_disk / "filler").write_bytes(bytes(4_000_000))
    assert full.value.errno == errno.ENOSPC
    box = EvidenceBox(small_disk, "none")
    with pytest.raises(StoreError, match="is full"):
        box.keep(fetched(b"<p>"))
    assert archive_files(small_disk) == []
    (small_disk / "filler").unlink()
    assert read_kept(small_disk, box.keep(fetched(b"<p>"))).body == b"<p>"
    box.close()


def test_a_write_that_fails_halfway_is_taken_back(tmp_path: Path) -> None:
    noise = random.Random(7)
    with EvidenceBox(tmp_path, "half") as box:
        first = box.keep(fetched(b"<p>first"))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        # the kernel writes up to the limit, and refuses the rest
        resource.setrlimit(resource.RLIMIT_FSIZE, (first.place + first.length + 10_000, before[1]))
        try:
            with pytest.raises(StoreError, match="could not be written"):
                box.keep(fetched(noise.randbytes(50_000)))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)
        assert (tmp_path / first.file).stat().st_size == first.place + first.length
        second = box.keep(fetched(b"<p>second"))
    assert second.place == first.place + first.length
    assert verify_files(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    box = EvidenceBox(tmp_path / "evidence", "none")
    with pytest.raises(StoreError, match="check the disk and who may write there"):
        box.keep(fetched(b"<p>"))
    box.close()


def test_after_a_failed_sync_the_file_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # no real disk fails on demand; what matters is that nobody goes on with a file in doubt
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    box = EvidenceBox(tmp_path, "doubt")
    first = box.keep(fetched(b"<p>first"))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        with pytest.raises(StoreError, match="Input/output error"):
            box.sync()
    second = box.keep(fetched(b"<p>second"))
    box.close()
    assert second.file != first.file
    assert read_kept(tmp_path, second).body == b"<p>second"
