"""Files on their way into a profile: uploaded, read by a worker, watched, stopped, gone on with."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from linkstead.server import stopping

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project


def ahrefs(rows: int, *, bad: int = 0) -> bytes:
    """An export that is recognised, with some rows that are none."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["Referring page title", "Referring page URL", "Language", "Domain rating", "UR", "Domain traffic",
         "Target URL", "Left context", "Anchor", "Right context", "Type", "Nofollow", "First seen",
         "Last seen", "Lost"]
    )  # fmt: skip
    for row in range(rows):
        writer.writerow(
            [f"Post {row}", f"https://site{row % 50}.example.org/post-{row}", "en", 40, 10, 5,
             "https://example.com/", "", f"anchor {row % 7}", "", "text", "false",
             "2024-01-02 03:04:05", "2024-02-02 03:04:05", ""]
        )  # fmt: skip
    for row in range(bad):
        writer.writerow(["=cmd|' /C calc'!A0", f"no url {row}", *[""] * 13])
    return out.getvalue().encode()


@pytest.fixture
def owner(person: Callable[..., Any]) -> Any:
    return person("owner")


@pytest.fixture
def owners(owner: Any, signed_in: Callable[..., Client]) -> Client:
    return signed_in(owner)


def _work(*, until_idle: bool = False) -> int:
    from linkstead.server.jobs.working import work

    return work(until_idle=until_idle)


def _upload(owners: Client, project: Project, *files: SimpleUploadedFile) -> Any:
    return owners.post(f"/p/{project.pk}/imports/", {"file": list(files)})


def _runs(project: Project) -> list[Any]:
    from linkstead.server.tracking.services import imports_of

    return list(imports_of(project))


def test_an_upload_is_imported_by_a_worker(
    database: str, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    project = project_of(owner)
    assert _upload(owners, project, SimpleUploadedFile("my links.csv", ahrefs(120, bad=3))).status_code == 302
    assert _runs(project)[0].state == "waiting"
    assert _work(until_idle=True) == 2, "the import, then the audit"
    run = _runs(project)[0]
    assert (run.state, run.message) == ("done", "")
    assert (run.new_links, run.quarantined, run.percent) == (120, 3, 100)
    told = owners.get(f"/p/{project.pk}/imports/{run.pk}/", headers={"accept": "application/json"}).json()
    assert (told["state"], told["new_links"], told["percent"]) == ("done", 120, 100)
    row = owners.get(f"/p/{project.pk}/imports/{run.pk}/").content.decode()
    assert "my links.csv" in row
    assert "every" not in row
    assert "delay:1s" not in row, "a row that is done asks no more"
    assert owners.get(f"/p/{project.pk}/").status_code == 200
    assert owners.get(f"/p/{project.pk}/backlinks/").status_code == 200


def test_several_files_come_in_one_drop_and_the_same_file_counts_once(
    sqlite: str, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    project = project_of(owner)
    _upload(owners, project, *(SimpleUploadedFile(f"{n}.csv", ahrefs(20)) for n in range(2)))
    _work(until_idle=True)
    second, first = _runs(project)
    assert (first.new_links, first.already) == (20, False)
    assert (second.new_links, second.already) == (0, True)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a/b\\c.csv",
        "nul\x00l.csv",
        "=1+1.csv",
        "x" * 300 + ".csv",
        "\u202egnp.csv",
        "<b>.csv",
    ],
)
def test_a_user_s_file_name_is_shown_and_never_a_path(
    sqlite: str, settings: Any, owner: Any, owners: Client, project_of: Callable[..., Project], name: str
) -> None:
    project = project_of(owner)
    before = {path for path in settings.data.parent.rglob("*") if path.is_file()}
    file = SimpleUploadedFile("x.csv", ahrefs(2))
    file._name = name
    assert _upload(owners, project, file).status_code == 302
    run = _runs(project)[0]
    new = {path for path in settings.data.parent.rglob("*") if path.is_file()} - before
    assert [path.name for path in new if path.parent == settings.uploads] == [run.stored_name]
    assert all(letter.isprintable() for letter in run.shown_name)
    assert len(run.shown_name) <= 200
    page = owners.get(f"/p/{project.pk}/imports/").content.decode()
    assert "<b>.csv" not in page
    assert (settings.uploads / run.stored_name).stat().st_mode & 0o077 == 0
    _work(until_idle=True)
    assert not (settings.uploads / run.stored_name).exists(), "what was imported is not kept twice"


def test_an_upload_that_is_too_large_is_refused_with_a_sentence(
    sqlite: str, settings: Any, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    project = project_of(owner)
    answer = _upload(owners, project, SimpleUploadedFile("big.csv", b"x" * 5_100_000))
    assert answer.status_code == 413
    assert "5 MB at most" in answer.content.decode()
    assert _runs(project) == []
    assert [path for path in settings.uploads.iterdir() if path.suffix == ".part"] == []


def test_a_post_without_a_file_is_told_so(
    sqlite: str, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    answer = owners.post(f"/p/{project_of(owner).pk}/imports/")
    assert answer.status_code == 400
    assert "No file arrived" in answer.content.decode()


def test_what_is_no_table_is_refused_with_a_reason(
    sqlite: str, settings: Any, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    project = project_of(owner)
    _upload(owners, project, SimpleUploadedFile("a.csv", b"%PDF-1.7 \x00\x01\x02" * 50))
    _work(until_idle=True)
    run = _runs(project)[0]
    assert run.state == "refused"
    assert run.message.endswith(".")
    assert not (settings.uploads / run.stored_name).exists()


def test_quarantined_rows_come_back_as_csv_without_formulas(
    database: str, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    project = project_of(owner)
    _upload(owners, project, SimpleUploadedFile("a.csv", ahrefs(5, bad=1_500)))
    _work(until_idle=True)
    run = _runs(project)[0]
    answer = owners.get(f"/p/{project.pk}/imports/{run.pk}/quarantine.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert rows[0] == ["row", "reason", "content"]
    assert len(rows) == 1_501
    assert len({row[0] for row in rows}) == 1_501
    assert all(row[1] and not row[2].startswith(("=", "+", "-", "@")) for row in rows)


def _unknown_table() -> bytes:
    lines = ["Fundort;Ziel;Wort;Bemerkung"]
    lines += [f"https://blog{n}.example.org/a;https://example.com/;Wort {n};{n}" for n in range(4)]
    return "\n".join(lines).encode()


def test_an_unknown_table_waits_for_its_columns_and_the_answer_is_remembered(
    database: str, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    project = project_of(owner)
    _upload(owners, project, SimpleUploadedFile("unknown.csv", _unknown_table()))
    _work(until_idle=True)
    run = _runs(project)[0]
    assert run.state == "needs_mapping"
    address = f"/p/{project.pk}/imports/{run.pk}/mapping/"
    page = owners.get(address)
    assert [column["name"] for column in page.context["columns"]] == ["Fundort", "Ziel", "Wort", "Bemerkung"]
    told = {"column-0": "source_url", "column-1": "target_url", "column-2": "anchor", "column-3": ""}
    assert owners.post(address, told).status_code == 302
    _work(until_idle=True)
    assert (_runs(project)[0].state, _runs(project)[0].new_links) == ("done", 4)
    again = _unknown_table() + b"\nhttps://blog9.example.org/a;https://example.com/;Wort;9"
    _upload(owners, project, SimpleUploadedFile("next month.csv", again))
    _work(until_idle=True)
    assert (_runs(project)[0].state, _runs(project)[0].new_links) == ("done", 1)


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"column-1": "target_url"}, "referring page"),
        ({"column-0": "source_url", "column-1": "source_url"}, "same"),
        ({"column-0": "password"}, "password"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_explained(
    sqlite: str,
    owner: Any,
    owners: Client,
    project_of: Callable[..., Project],
    told: dict[str, str],
    complaint: str,
) -> None:
    project = project_of(owner)
    _upload(owners, project, SimpleUploadedFile("unknown.csv", _unknown_table()))
    _work(until_idle=True)
    run = _runs(project)[0]
    answer = owners.post(f"/p/{project.pk}/imports/{run.pk}/mapping/", told)
    assert answer.status_code == 422
    assert complaint in answer.context["error"]
    assert _runs(project)[0].state == "needs_mapping"


def test_every_field_is_offered_by_name_or_left_out_on_purpose() -> None:
    from linkstead.server.tracking.fields import FIELD_LABELS, NOT_OFFERED
    from linkstead.sources import LINK_FIELDS

    assert {value for value, _ in FIELD_LABELS} | NOT_OFFERED == LINK_FIELDS
    assert not {value for value, _ in FIELD_LABELS} & NOT_OFFERED


def test_a_waiting_import_is_cancelled_at_once_and_can_be_run_again(
    database: str, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    project = project_of(owner)
    _upload(owners, project, SimpleUploadedFile("a.csv", ahrefs(10)))
    run = _runs(project)[0]
    owners.post(f"/p/{project.pk}/imports/{run.pk}/cancel/")
    assert _runs(project)[0].state == "cancelled"
    _work(until_idle=True)
    assert _runs(project)[0].state == "cancelled"
    owners.post(f"/p/{project.pk}/imports/{run.pk}/again/")
    _work(until_idle=True)
    assert (_runs(project)[0].state, _runs(project)[0].new_links) == ("done", 10)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit every ten rows and ask at every commit, so that an import can be stopped in the middle."""
    from linkstead.journey import importing
    from linkstead.server.tracking import watching

    monkeypatch.setattr(importing, "BATCHES_A_COMMIT", 1)
    monkeypatch.setattr(importing, "ROWS_A_BATCH", 10)
    monkeypatch.setattr(watching, "EVERY_SECONDS", 0.0)


def _after_commits(monkeypatch: pytest.MonkeyPatch, count: int, act: Callable[[], None]) -> None:
    """Do something once an import has made so many commits."""
    from linkstead.server.tracking.watching import Watch

    real, calls = Watch.should_stop, [0]

    def should_stop(watch: Watch) -> bool:
        calls[0] += 1
        if calls[0] == count + 1:
            act()
        return real(watch)

    monkeypatch.setattr(Watch, "should_stop", should_stop)


@pytest.mark.usefixtures("small_steps")
def test_a_running_import_is_cancelled_and_goes_on_where_it_was(
    database: str,
    owner: Any,
    owners: Client,
    project_of: Callable[..., Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = project_of(owner)
    _upload(owners, project, SimpleUploadedFile("a.csv", ahrefs(95)))
    run = _runs(project)[0]
    _after_commits(monkeypatch, 3, lambda: owners.post(f"/p/{project.pk}/imports/{run.pk}/cancel/") and None)
    _work(until_idle=True)
    run = _runs(project)[0]
    assert (run.state, run.new_links) == ("cancelled", 30)
    owners.post(f"/p/{project.pk}/imports/{run.pk}/again/")
    _work(until_idle=True)
    run = _runs(project)[0]
    assert (run.state, run.rows, run.new_links) == ("done", 95, 95)
    assert _link_count(project) == 95


@pytest.mark.usefixtures("small_steps")
def test_a_worker_that_is_asked_to_end_hands_its_import_on(
    database: str,
    owner: Any,
    owners: Client,
    project_of: Callable[..., Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = project_of(owner)
    _upload(owners, project, SimpleUploadedFile("a.csv", ahrefs(95)))
    _after_commits(monkeypatch, 3, stopping.ASKED.set)
    _work()
    assert (_runs(project)[0].state, _link_count(project)) == ("waiting", 30)
    stopping.ASKED.clear()
    _work(until_idle=True)
    assert (_runs(project)[0].state, _link_count(project)) == ("done", 95)


@pytest.mark.usefixtures("small_steps")
def test_an_import_whose_worker_died_is_taken_up_again_and_the_dead_one_writes_no_more(
    database: str,
    owner: Any,
    owners: Client,
    project_of: Callable[..., Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first worker hangs in the middle, is thought dead, and wakes up after the second has finished."""
    from linkstead.server.jobs.models import Beat
    from linkstead.server.tracking.importing import run_import
    from linkstead.server.tracking.models import ImportRun
    from linkstead.server.tracking.stores import profile_store

    project = project_of(owner)
    _upload(owners, project, SimpleUploadedFile("a.csv", ahrefs(95)))
    run = _runs(project)[0]
    states: list[Any] = []

    def another_takes_over() -> None:
        Beat.objects.all().delete()
        states.append(run_import(run.pk, "second"))
        with profile_store() as store:  # whoever writes after this leaves a trace
            store.execute("UPDATE import_file SET rows = 123456")

    _after_commits(monkeypatch, 3, another_takes_over)
    # throttled: the first worker does not notice by asking, only the fence stops it
    monkeypatch.setattr("linkstead.server.tracking.watching.EVERY_SECONDS", 3_600.0)
    states.append(run_import(run.pk, "first"))
    assert states == ["done", None]
    after = ImportRun.objects.get(pk=run.pk)
    assert (after.state, after.worker, after.attempt, after.rows) == ("done", "second", 2, 95)
    with profile_store() as store:
        assert store.query("SELECT rows FROM import_file") == [(123456,)]
    assert _link_count(project) == 95


def _link_count(project: Project) -> int:
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        return int(store.query("SELECT count(*) FROM backlink WHERE project_id = ?", (project.pk,))[0][0])


def test_the_same_project_in_two_databases_tells_the_same_numbers_after_deleting_another(
    database: str, owner: Any, owners: Client, project_of: Callable[..., Project]
) -> None:
    from linkstead.server.projects import services
    from linkstead.server.tracking.stores import profile_store

    kept, dropped = project_of(owner), project_of(owner)
    for project in (kept, dropped):
        _upload(owners, project, SimpleUploadedFile("a.csv", ahrefs(30, bad=2)))
    _work(until_idle=True)
    services.delete_project(dropped)
    assert _link_count(kept) == 30
    tables = ("backlink", "page", "target", "domain", "anchor", "import_file", "tally", "summary_cache")
    with profile_store() as store:
        for table in tables:
            assert (
                store.query(f"SELECT count(*) FROM {table} WHERE project_id = ?", (dropped.pk,))[0][0] == 0
            ), table
        for table, parent, column in (
            ("sighting", "backlink", "backlink_id"),
            ("quarantine", "import_file", "file_id"),
        ):
            orphans = f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT id FROM {parent})"
            assert store.query(orphans)[0][0] == 0, table


def test_what_broken_uploads_left_behind_is_cleared_after_a_day(settings: Any) -> None:
    import os

    from linkstead.server.tracking.uploads import remove_stale_parts

    old, fresh, kept = (settings.uploads / name for name in ("old.part", "fresh.part", "a" * 32))
    for path in (old, fresh, kept):
        path.write_bytes(b"x")
    os.utime(old, (1, 1))
    os.utime(kept, (1, 1))
    assert remove_stale_parts() == 1
    assert [path.exists() for path in (old, fresh, kept)] == [False, True, True]
    fresh.unlink()
    kept.unlink()
