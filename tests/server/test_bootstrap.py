"""From an empty folder to a running installation, and what `doctor` says on the way."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.monitor.archive import archive_files
from linkstead.monitor.evidence import EvidenceBox
from linkstead.monitor.fetched import Fetched
from linkstead.server import doctor
from linkstead.server.secret import ensure_secret, read_secret
from linkstead.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server

_PREPARE = """
import os, sys
from linkstead.settings import read_settings
from linkstead.server.bootstrap import first_sign_in, prepare
settings = read_settings(os.environ)
prepare(settings)
from linkstead.server.accounts.models import User
print(User.objects.count(), first_sign_in(settings))
"""


def _prepare(**environ: str) -> subprocess.Popen[str]:
    env = {"PATH": "/usr/bin"} | environ
    return subprocess.Popen(
        [sys.executable, "-c", _PREPARE], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_several_processes_may_prepare_at_once(
    kind: str, chart_scripts: Path, request: pytest.FixtureRequest
) -> None:
    environ = {"LINKSTEAD_DATA": str(chart_scripts)}
    if kind == "postgresql":
        environ["LINKSTEAD_DATABASE"] = request.getfixturevalue("fresh_postgresql_url")
    started = [_prepare(**environ) for _ in range(2)]
    for process in started:
        out, err = process.communicate(timeout=100)
        assert process.returncode == 0, err
        assert err == ""
        assert out.startswith("1 http://127.0.0.1:8420/account/sign-in/")


def test_the_chart_scripts_are_there_before_anybody_asks(settings: Any) -> None:
    from linkstead.server.look.vega import bundle_version

    assert (settings.data / "cache" / f"vega-{bundle_version()}.js.gz").stat().st_size > 100_000


def test_a_server_without_chart_scripts_starts_and_says_so(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from linkstead.server import bootstrap
    from linkstead.server.look import vega

    elsewhere = replace(settings, data=tmp_path)
    monkeypatch.setattr(vega, "_MAKE", "raise SystemExit(1)")
    bootstrap._make_chart_scripts(elsewhere)
    (tmp_path / "cache").write_text("a file where a folder should be")
    monkeypatch.setattr(vega, "_made", lambda: b"scripts")
    bootstrap._make_chart_scripts(elsewhere)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "install Linkstead's packages again" in caplog.messages[0]
    assert "could not be kept" in caplog.messages[1]


def test_the_secret_key_is_made_once_with_mode_0600_whoever_asks_first(tmp_path: Path) -> None:
    settings = read_settings({"LINKSTEAD_DATA": str(tmp_path)})
    assert read_secret(settings) is None
    keys: set[str] = set()
    threads = [threading.Thread(target=lambda: keys.add(ensure_secret(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert keys == {read_secret(settings)}
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_migrations_say_everything_that_the_models_say(sqlite: str) -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_django_itself_finds_nothing_to_complain_about(sqlite: str) -> None:
    from django.core.management import call_command

    call_command("check", fail_level="WARNING", verbosity=0)


def _by_name(checks: list[doctor.Check]) -> dict[str, doctor.Check]:
    return {check.name: check for check in checks}


def test_doctor_finds_a_prepared_installation_well_but_for_processes_that_do_not_run(settings: Any) -> None:
    checks = _by_name(doctor.examine(settings))
    bad = {name for name, check in checks.items() if check.required and not check.ok}
    assert bad <= {"worker", "monitor", "free space"}
    assert {"worker", "monitor"} <= bad
    assert "linkstead work" in checks["worker"].what_to_do
    for check in checks.values():
        assert check.sentence.endswith(".")
        assert bool(check.what_to_do) is not check.ok


def test_doctor_reads_the_newest_evidence_and_says_how_much_there_is(settings: Any, tmp_path: Path) -> None:
    here = replace(settings, data=tmp_path, evidence_days=400)
    assert "0.0 GB and is kept for 400 days. 0 of its" in doctor._evidence(here).sentence
    url = "https://site1.example.org/post"
    for number in range(4):
        with EvidenceBox(here.evidence, f"watch{number}") as box:
            box.keep(Fetched(url, url, status=200, body=b"seen", fetched_at=1_800_000_000 + number * 86_400))
    files = archive_files(here.evidence)
    assert "3 of its newest files were read" in doctor._evidence(here).sentence
    assert doctor._evidence(here).ok
    newest = here.evidence / files[-1]
    newest.write_bytes(newest.read_bytes()[:-9])  # as while it is written to
    assert doctor._evidence(here).ok
    harmed = bytearray(newest.read_bytes())
    harmed[len(harmed) // 4] ^= 255
    newest.write_bytes(harmed)
    found = doctor._evidence(here)
    assert not found.ok
    assert files[-1] in found.sentence
    assert found.what_to_do


def test_doctor_asks_the_mail_server_that_is_set(settings: Any) -> None:
    from tests.smtp_sink import Sink

    assert _by_name(doctor.examine(settings))["mail"].ok
    with Sink() as sink:
        mail = replace(settings, mail_host="127.0.0.1", mail_port=sink.port, mail_tls="none")
        found = _by_name(doctor.examine(mail))["mail"]
        assert found.ok
        assert "sink.example" in found.sentence
        encrypted = _by_name(doctor.examine(replace(mail, mail_tls="starttls")))["mail"]
        assert not encrypted.ok
    gone = _by_name(doctor.examine(mail))["mail"]
    assert (gone.ok, gone.required) == (False, False)
    assert "LINKSTEAD_MAIL_HOST" in gone.what_to_do


def test_doctor_sees_a_worker_that_beats(database: str, settings: Any) -> None:
    from linkstead.server.jobs.beats import beating

    with beating("work"):
        assert _by_name(doctor.examine(settings))["worker"].ok


def test_doctor_sees_tables_that_are_older_or_newer(sqlite: str, settings: Any) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="jobs").delete()
    assert "wait" in _by_name(doctor.examine(settings))["tables"].sentence
    MigrationRecorder.Migration.objects.create(app="jobs", name="9999_future")
    assert "newer" in _by_name(doctor.examine(settings))["tables"].sentence


def test_a_newer_profile_schema_is_refused_too(sqlite: str) -> None:
    from linkstead.profile import schema
    from linkstead.server.bootstrap import newer_parts
    from linkstead.server.tracking.stores import profile_store

    assert newer_parts() == []
    with profile_store() as store:
        store.execute("UPDATE profile_version SET version = ?", (schema.VERSION + 1,))
    assert newer_parts() == [f"profile schema {schema.VERSION + 1}"]


def test_doctor_on_an_empty_folder_says_to_start_and_changes_nothing(tmp_path: Path) -> None:
    settings = read_settings({"LINKSTEAD_DATA": str(tmp_path / "none")})
    checks = _by_name(doctor.examine(settings))
    assert not checks["data folder"].ok
    assert not checks["database"].ok
    assert not (tmp_path / "none").exists()


def test_doctor_sees_a_secret_that_others_can_read(tmp_path: Path) -> None:
    settings = read_settings({"LINKSTEAD_DATA": str(tmp_path)})
    ensure_secret(settings)
    (tmp_path / "secret-key").chmod(0o644)
    assert "chmod 600" in _by_name(doctor.examine(settings))["secret key"].what_to_do


@pytest.mark.parametrize(
    ("environ", "ok"),
    [
        ({}, True),
        ({"BIND": "0.0.0.0"}, False),
        ({"BIND": "0.0.0.0", "BASE_URL": "http://localhost:8420"}, False),
        ({"BASE_URL": "https://links.example.com"}, False),
        ({"BASE_URL": "https://links.example.com", "TRUSTED_PROXY": "127.0.0.1"}, True),
        ({"BASE_URL": "http://links.example.com", "BIND": "0.0.0.0"}, True),
    ],
)
def test_doctor_compares_the_address_with_where_the_server_listens(
    tmp_path: Path, environ: dict[str, str], ok: bool
) -> None:
    given = {f"LINKSTEAD_{name}": value for name, value in environ.items()} | {
        "LINKSTEAD_DATA": str(tmp_path)
    }
    assert _by_name(doctor.examine(read_settings(given)))["address"].ok is ok


def test_doctor_names_settings_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings({"LINKSTEAD_DATA": str(tmp_path)})
    monkeypatch.setenv("LINKSTEAD_PROT", "1")
    found = _by_name(doctor.examine(settings))["settings"]
    assert not found.ok
    assert "LINKSTEAD_PORT" in found.sentence


@pytest.mark.parametrize(
    ("version", "date"), [("1.0.2.20261023", "2026-10-23"), ("1.0.2", None), ("1.0.99999999", None)]
)
def test_the_date_of_the_public_suffix_list_is_read_from_its_version(version: str, date: str | None) -> None:
    found = doctor._date_in(version)
    assert (found and found.isoformat()) == date


@pytest.mark.postgresql
def test_the_throw_away_server_is_a_real_one(postgresql_server: Server) -> None:
    import psycopg

    with psycopg.connect(postgresql_server.url()) as connection:
        row = connection.execute("SHOW server_version_num").fetchone()
    assert row is not None
    assert int(row[0]) >= 150_000
