"""What is done with a list of backlinks: looked at again, taken along as a file, drawn as a picture."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from linkstead.server.projects.models import Project

FORMULA = "=cmd|' /C calc'!A0"
#: page, anchor text, first seen; the list shows the newest first
ROWS = (
    ("https://a.example.org/1", "lamps", "2026-01-05 00:00:00"),
    ("https://b.example.org/2", FORMULA, "2026-01-04 00:00:00"),
    ("https://c.example.org/3", "lamps", "2026-01-03 00:00:00"),
    ("https://d.example.org/4", "@SUM(1+1)", "2026-01-02 00:00:00"),
    ("https://e.example.org/5", "lamps", "2026-01-01 00:00:00"),
)
HEADER = (
    "Referring page title", "Referring page URL", "Language", "Domain rating", "UR", "Domain traffic",
    "Target URL", "Left context", "Anchor", "Right context", "Type", "Nofollow", "First seen", "Last seen",
    "Lost",
)  # fmt: skip


def _file(rows: tuple[tuple[str, str, str], ...] = ROWS) -> SimpleUploadedFile:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number, (page, anchor, seen) in enumerate(rows):
        told = [f"Page {number}", page, "en", 10 * number, 10, 5, "https://example.com/", "", anchor, ""]
        writer.writerow([*told, "text", "false", seen, "2026-02-01 00:00:00", ""])
    return SimpleUploadedFile("a.csv", out.getvalue().encode())


@pytest.fixture
def people(sqlite: str, person: Callable[..., Any]) -> dict[str, Any]:
    return {name: person(name) for name in ("admin", "editor", "viewer")}


@pytest.fixture
def clients(people: dict[str, Any], signed_in: Callable[..., Client]) -> dict[str, Client]:
    return {name: signed_in(user) for name, user in people.items()}


@pytest.fixture
def project(
    people: dict[str, Any], clients: dict[str, Client], project_of: Callable[..., Project]
) -> Project:
    from linkstead.server.jobs.working import work

    made = project_of(people["admin"], editor=people["editor"], viewer=people["viewer"])
    clients["admin"].post(f"/p/{made.pk}/imports/", {"file": _file()})
    work(until_idle=True)
    return made


def _ids() -> list[int]:
    """The links' ids as the list shows them."""
    from linkstead.server.tracking.stores import profile_store

    with profile_store() as store:
        return [int(row[0]) for row in store.query("SELECT id FROM backlink ORDER BY first_seen DESC")]


def _checks() -> list[Any]:
    from linkstead.server.tracking.models import VerifyRun

    return list(VerifyRun.objects.order_by("pk"))


def _check(client: Client, project: Project, query: str = "", **posted: Any) -> str:
    """Ask for a check; what the page says afterwards."""
    answer = client.post(f"/p/{project.pk}/backlinks/check/{query}", posted, follow=True)
    assert answer.redirect_chain[-1] == (f"/p/{project.pk}/backlinks/{query}", 302)
    (said,) = answer.context["messages"]
    return str(said)


def test_the_chosen_rows_are_looked_at(project: Project, clients: dict[str, Client]) -> None:
    first, _, third, *_ = _ids()
    query = "?anchor=lamps&sort=authority"
    said = _check(clients["editor"], project, query, which="chosen", backlink=[first, third, third])
    assert said == "2 links are being looked at."
    (run,) = _checks()
    assert run.backlink_ids == [first, third]
    assert run.asked_by.email == "editor@example.com"


def test_without_a_choice_everything_that_is_asked_is_looked_at(
    project: Project, clients: dict[str, Client]
) -> None:
    first, _, third, _, fifth = _ids()
    assert _check(clients["admin"], project, "?anchor=lamps&way=up", which="all").startswith("3 links")
    assert _checks()[0].backlink_ids == [fifth, third, first]


def test_of_too_many_the_first_are_looked_at_and_the_page_says_so(
    project: Project, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.server.explorer import checking

    monkeypatch.setattr(checking, "MOST_CHOSEN", 2)
    page = clients["admin"].get(f"/p/{project.pk}/backlinks/").content.decode()
    assert "Check the first 2</button>" in page
    said = _check(clients["admin"], project, which="all")
    assert said.startswith("The first 2 of 5 links are being looked at")
    assert _checks()[0].backlink_ids == _ids()[:2]


@pytest.mark.parametrize(
    ("query", "posted", "said"),
    [
        ("", {"which": "chosen"}, "No link is chosen; mark some rows first."),
        ("", {}, "No link is chosen; mark some rows first."),
        ("", {"backlink": "1 OR 1=1"}, "Something among the chosen is no link of this list; choose again."),
        ("", {"backlink": "9" * 40}, "Something among the chosen is no link of this list; choose again."),
        ("?q=nothing+is+called+so", {"which": "all"}, "No link matches; take a part of the question away."),
    ],
)
def test_a_check_of_nothing_is_not_begun(
    project: Project, clients: dict[str, Client], query: str, posted: dict[str, Any], said: str
) -> None:
    assert _check(clients["admin"], project, query, **posted) == said
    assert _checks() == []


def test_a_question_that_is_half_understood_checks_and_exports_nothing(
    project: Project, clients: dict[str, Client]
) -> None:
    answer = clients["admin"].post(
        f"/p/{project.pk}/backlinks/check/?anchor=lamps&state=dead", {"which": "all"}, follow=True
    )
    assert "was left out" in str(next(iter(answer.context["messages"])))
    assert _checks() == []
    refused = clients["admin"].get(f"/p/{project.pk}/backlinks/export.csv?state=dead")
    assert refused.status_code == 400
    assert "was left out" in refused.content.decode()


def test_chosen_links_are_looked_at_beside_a_check_that_goes_on(
    project: Project, clients: dict[str, Client]
) -> None:
    assert "5 links" in _check(clients["admin"], project, which="all")
    assert "5 links" in _check(clients["editor"], project, which="all")
    assert len(_checks()) == 2


def test_too_many_open_checks_are_refused(
    project: Project, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from linkstead.server.tracking import services

    monkeypatch.setattr(services, "MOST_OPEN", 1)
    assert "5 links" in _check(clients["admin"], project, which="all")
    assert "are open already" in _check(clients["editor"], project, which="all")
    assert len(_checks()) == 1


def test_links_of_another_project_are_not_looked_at(
    project: Project, clients: dict[str, Client], people: dict[str, Any], project_of: Callable[..., Project]
) -> None:
    from linkstead.server.tracking.stores import profile_store
    from linkstead.server.tracking.verifying import open_waiting

    other = project_of(people["editor"], site="other.example")
    _check(clients["editor"], other, which="chosen", backlink=_ids())
    assert open_waiting() == 1
    with profile_store() as store:
        assert store.query("SELECT count(*) FROM page WHERE due_at IS NOT NULL") == [(0,)]
    _check(clients["editor"], project, which="chosen", backlink=_ids())
    assert open_waiting() == 1
    with profile_store() as store:
        assert store.query("SELECT count(*) FROM page WHERE due_at IS NOT NULL") == [(5,)]


def test_a_viewer_sees_no_button_that_would_be_refused(project: Project, clients: dict[str, Client]) -> None:
    page = f"/p/{project.pk}/backlinks/"
    for asker, sees in (("viewer", False), ("editor", True), ("admin", True)):
        html = clients[asker].get(page).content.decode()
        assert ('name="backlink"' in html) is sees, asker
        assert ("/backlinks/check/" in html) is sees, asker
        assert "/backlinks/export.csv" in html, asker


def test_the_list_tells_of_a_check_until_it_has_ended(project: Project, clients: dict[str, Client]) -> None:
    from linkstead.server.tracking.models import VerifyRun

    _check(clients["admin"], project, "?anchor=lamps", which="all")
    (run,) = _checks()
    page = f"/p/{project.pk}/backlinks/?anchor=lamps"
    assert "Pages are being looked at" in clients["viewer"].get(page).content.decode()
    VerifyRun.objects.filter(pk=run.pk).update(state="done", outcomes={"found": 2, "missing": 1})
    assert 'id="checking"' not in clients["viewer"].get(page).content.decode()
    told = clients["viewer"].get(f"{page}&check={run.pk}").content.decode()
    assert "The pages were looked at. 2 found, 1 missing." in told
    assert f'href="{page}"' in told, "the way back asks the same question"


def _exported(client: Client, project: Project, query: str = "") -> list[list[str]]:
    answer = client.get(f"/p/{project.pk}/backlinks/export.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="example.com-backlinks.csv"'
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))


def test_what_is_exported_is_worked_out_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from linkstead.profile import queries
    from linkstead.server.explorer import asked as questions
    from linkstead.server.explorer.export import as_csv

    asked: list[Any] = []
    real = queries.conditions
    monkeypatch.setattr(queries, "conditions", lambda *about: asked.append(about) or real(*about))
    rows = "".join(as_csv(project.pk, questions.read({"q": "example"}), "Authority", page_rows=1))
    assert rows.count("\n") == 6
    assert len(asked) == 1


def test_an_export_holds_what_is_listed_in_its_order(project: Project, clients: dict[str, Client]) -> None:
    head, *rows = _exported(clients["viewer"], project)
    assert [row[0] for row in rows] == [page for page, _, _ in ROWS]
    first = dict(zip(head, rows[0], strict=True))
    assert first["first seen"] == "2026-01-05T00:00:00Z"
    assert first["state"] == "unverified"
    assert first["last checked"] == ""
    assert first["followed"] == "yes"
    assert first["known from"] == "ahrefs-backlinks"
    assert first["Ahrefs DR"] == "0"
    asked = _exported(clients["viewer"], project, "?anchor=lamps&way=up")[1:]
    assert [row[0] for row in asked] == [ROWS[4][0], ROWS[2][0], ROWS[0][0]]


def test_no_cell_of_an_export_is_a_formula(project: Project, clients: dict[str, Client]) -> None:
    from linkstead.reports.cells import restore

    cells = [cell for row in _exported(clients["viewer"], project) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert {FORMULA, "@SUM(1+1)"} <= {restore(cell) for cell in cells}


@pytest.mark.parametrize("page_rows", [1, 2, 5, 100])
@pytest.mark.parametrize(("most", "kept", "cut"), [(2, 2, True), (4, 4, True), (5, 5, False), (9, 5, False)])
def test_an_export_that_is_cut_says_so_in_its_last_line(
    project: Project, page_rows: int, most: int, kept: int, cut: bool
) -> None:
    from linkstead.server.explorer import asked as questions
    from linkstead.server.explorer.export import as_csv

    text = "".join(as_csv(project.pk, questions.read({}), "Authority", most=most, page_rows=page_rows))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [row[0] for row in rows[1 : kept + 1]] == [page for page, _, _ in ROWS[:kept]]
    assert rows[kept + 1 :] == (
        [[f"Cut here: the first {most} rows. Filter further to export the others."]] * cut
    )


def test_the_picture_of_the_months_is_drawn_once_for_every_audit(
    project: Project, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    from django.test import override_settings

    from linkstead.journey import audit_profile
    from linkstead.server.explorer import pictures
    from linkstead.server.tracking.stores import profile_store

    drawn: list[bytes] = []
    draw = pictures._drawn
    monkeypatch.setattr(pictures, "_drawn", lambda months: drawn.append(draw(months)) or drawn[-1])
    address = f"/p/{project.pk}/months.svg"
    with override_settings(LINKSTEAD_CACHE_DIR=tmp_path):
        first = [clients["viewer"].get(address).content for _ in range(3)]
        assert first[0].startswith(b"<svg")
        assert first == [drawn[0]] * 3
        with profile_store() as store:
            audit_profile(store, project.pk, now=2_000_000_000)
        assert clients["viewer"].get(address).content == drawn[1]
    assert len(drawn) == 2
    assert len(list(tmp_path.glob("pictures/*"))) == 1, "the earlier picture is gone"
