"""Import of an Ahrefs export against the floor: csv reader + bulk insert into one plain table.

    python -m bench.importing [--short]

Ours reads, recognises, normalises, merges, indexes and counts; the floor copies 37 columns of text
into a table without an index, in one transaction, with the engine's default settings. PostgreSQL's floor
is COPY. Both sides read the same file in the same run, taking turns.
"""

from __future__ import annotations

import csv
import resource
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from bench.racing import Figure, paired, ratio_text, show
from linkstead.journey import find_or_create_project, import_file
from linkstead.profile.store import Store, create_tables, open_workspace
from tests import vendor_files

AIM = 4.0
NOW = 1_800_000_000


def reader(path: Path):  # noqa: ANN201
    """The plain csv reader behind the header."""
    rows = csv.reader(path.open(encoding="utf-16", newline=""), delimiter="\t")
    header = next(rows)
    return header, rows


def sqlite_floor(path: Path, database: Path) -> None:
    database.unlink(missing_ok=True)
    header, rows = reader(path)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"CREATE TABLE plain ({', '.join(f'c{n} TEXT' for n in range(len(header)))})")
        with connection:
            connection.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * len(header))})", rows)


def sqlite_ours(path: Path, database: Path) -> None:
    for part in database.parent.glob(database.name + "*"):
        part.unlink()
    with open_workspace(database) as store:
        project = find_or_create_project(store, "example.com", now=NOW)
        import_file(store, project, path, now=NOW)


def postgresql_floor(path: Path, url: str) -> None:
    import psycopg

    header, rows = reader(path)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plain")
        cursor.execute(f"CREATE TABLE plain ({', '.join(f'c{n} TEXT' for n in range(len(header)))})")
        with cursor.copy("COPY plain FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def postgresql_ours(path: Path, url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        store = Store(connection, "postgresql")
        create_tables(store)
        project = find_or_create_project(store, "example.com", now=NOW)
        import_file(store, project, path, now=NOW)


def rows(short: bool) -> list[Figure]:
    count, rounds = (50_000, 3) if short else (1_000_000, 3)
    with tempfile.TemporaryDirectory() as folder:
        path = vendor_files.write("ahrefs-backlinks", Path(folder) / "export.csv", count)
        ours, floor = Path(folder) / "ours.sqlite3", Path(folder) / "floor.sqlite3"
        pairs = paired(lambda: sqlite_ours(path, ours), lambda: sqlite_floor(path, floor), rounds)
        median, text = ratio_text(pairs)
        rate = count / min(mine for mine, _ in pairs)
        figures = [
            Figure(
                f"import of {count:,} Ahrefs rows, SQLite",
                f"{text} the floor, {rate:,.0f} rows/s",
                f"at most {AIM:.0f}x",
                median <= AIM,
            )
        ]
        figures += _postgresql(path, count, rounds)
    return figures


def _postgresql(path: Path, count: int, rounds: int) -> list[Figure]:
    from tests.postgres import NoPostgres, new_database, running_server

    name = f"import of {count:,} Ahrefs rows, PostgreSQL"
    try:
        with running_server() as server, new_database(server) as url:
            pairs = paired(lambda: postgresql_ours(path, url), lambda: postgresql_floor(path, url), rounds)
    except NoPostgres as reason:
        return [Figure(name, f"skipped: {reason}", f"at most {AIM:.0f}x", True)]
    median, text = ratio_text(pairs)
    return [Figure(name, f"{text} the floor", f"at most {AIM:.0f}x", median <= AIM)]


def memory(count: int) -> Figure:
    """Peak memory of the two processes that import `count` rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = vendor_files.write("ahrefs-backlinks", Path(folder) / "export.csv", count)
        done = subprocess.run(
            [sys.executable, "-m", "bench.importing", "--peak", str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
    peak = float(done.stdout)
    name = f"peak memory of importing {count:,} rows"
    return Figure(name, f"{peak:.0f} MiB", "at most 300 MiB", peak <= 300)


def _peak(path: Path) -> None:
    sqlite_ours(path, path.with_name("peak.sqlite3"))
    high = Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()
    kib = int(high[0]) if high else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kib += resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # the process that reads
    print(kib / 1024)


if __name__ == "__main__":
    if "--peak" in sys.argv:
        _peak(Path(sys.argv[-1]))
    else:
        short_form = "--short" in sys.argv
        show([*rows(short_form), memory(200_000 if short_form else 5_000_000)])
