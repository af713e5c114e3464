"""`linkstead disavow`: the disavow file checked, built, compared, simulated, and its versions."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from linkstead.cli.disavow_output import (
    complaint_json,
    print_complaints,
    print_simulation,
    print_some,
    print_versions,
    simulation_json,
    text_of,
)
from linkstead.cli.output import add_json, many, plain, print_json, read_bytes
from linkstead.cli.surroundings import current_settings, whoever, workspace_of
from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from linkstead.disavow.file import Document
    from linkstead.graph.store import Graph
    from linkstead.profile.store import Store


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser(
        "disavow",
        help="the disavow file: check, build, compare, say what it would cut",
        description="Check, build and compare disavow files, say what they would cut, keep their versions.",
    )
    parts = verb.add_subparsers(dest="part", metavar="PART", required=True)
    lint = _add(parts, "lint", "say what is wrong, doubtful or needless in a file", run_lint)
    lint.add_argument("file", type=Path, metavar="FILE")
    lint.add_argument("--site", required=True, metavar="SITE", help="the site that the file is for")
    lint.add_argument("--whitelist", type=Path, metavar="FILE", help="hosts never to cut, one a line")
    lint.add_argument("--top", type=Path, metavar="FILE", help="best known hosts, one a line")
    lint.add_argument("--previous", type=Path, metavar="FILE", help="the file that the new one replaces")
    lint.add_argument("--fix", type=Path, metavar="OUT", help="write the file as it was plainly meant")
    build = _add(parts, "build", "the file of all domains decided to disavow in triage", run_build)
    build.add_argument("site", metavar="SITE")
    build.add_argument("--merge", type=Path, metavar="FILE", help="add to it (default: the last uploaded)")
    build.add_argument("--domains-from", type=Path, metavar="FILE", help="hosts or URLs to add, one a line")
    build.add_argument(
        "--reason", default="", metavar="TEXT", help="the comment above those of --domains-from"
    )
    build.add_argument("--to", type=Path, metavar="OUT", help="default: standard output")
    diff = _add(parts, "diff", "what a newer file adds, leaves out, takes back", run_diff, profile=False)
    diff.add_argument("old", type=Path, metavar="OLD")
    diff.add_argument("new", type=Path, metavar="NEW")
    simulate = _add(parts, "simulate", "what a file would cut of a site's backlinks", run_simulate)
    simulate.add_argument("file", type=Path, metavar="FILE")
    simulate.add_argument("site", metavar="SITE")
    keep = _add(parts, "keep", "remember a version of the file", run_keep)
    keep.add_argument("file", type=Path, metavar="FILE")
    keep.add_argument("site", metavar="SITE")
    keep.add_argument("--uploaded", action="store_true", help="it was given to the search engine just now")
    keep.add_argument("--note", default="", metavar="TEXT")
    history = _add(parts, "history", "the versions that were kept", run_history)
    history.add_argument("site", metavar="SITE")
    history.add_argument("--show", type=int, metavar="N", help="write version N to standard output")


def _add(
    parts: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    run: Callable[[argparse.Namespace], int],
    *,
    profile: bool = True,
) -> argparse.ArgumentParser:
    part = parts.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    if profile:
        part.add_argument(
            "--workspace", type=Path, metavar="FILE", help="the site's profile (default: as `audit`)"
        )
        part.add_argument(
            "--graph",
            type=Path,
            metavar="FOLDER",
            help="a web graph for authority (default: the newest, if any)",
        )
    add_json(part)
    part.set_defaults(run=run)
    return part


def run_lint(options: argparse.Namespace) -> int:
    from linkstead.disavow.file import read
    from linkstead.disavow.lint import lint, repaired
    from linkstead.journey.disavowing import Lists, facts_of

    document = read(read_bytes(options.file))
    lists = Lists(_hosts(options.whitelist), _hosts(options.top), _document(options.previous))
    with _profile(options, must_exist=False) as kept:
        facts = facts_of(
            document,
            options.site,
            options.file.name,
            lists,
            store=kept.store,
            project_id=kept.project_id,
            graph=_graph(options),
        )
        found = lint(document, facts)
        if options.fix is not None:
            _write(options.fix, repaired(document, facts).to_bytes())
    kinds = [str(entry.kind) for entry in document.entries()]
    serious = any(one.severity != "notice" for one in found)
    if options.json:
        print_json(
            {
                "file": options.file.name,
                "encoding": document.encoding,
                "entries": len(kinds),
                "domains": kinds.count("domain"),
                "urls": kinds.count("url"),
                "complaints": [complaint_json(one) for one in found],
            }
        )
    else:
        print(
            f"{many(len(kinds), 'entry', 'entries')}: {many(kinds.count('domain'), 'domain')},"
            f" {many(kinds.count('url'), 'URL')}."
        )
        print_complaints(found, document)
        if options.fix is not None:
            print(f"Written as it was meant: {options.fix}")
        elif any(one.fixed is not None for one in found):
            print("--fix OUT writes what was plainly meant.")
    return 1 if serious else 0


def run_build(options: argparse.Namespace) -> int:
    from linkstead.disavow.building import Wanted, build
    from linkstead.disavow.file import read
    from linkstead.journey.disavowing import build_from_decisions
    from linkstead.profile import disavow_files

    with _profile(options, must_exist=options.domains_from is None) as kept:
        onto = _document(options.merge)
        if onto is None and kept.store is not None:
            uploaded = disavow_files.last_uploaded(kept.store, kept.project_id)
            onto = None if uploaded is None else read(uploaded[1])
        added, covered = 0, 0
        if kept.store is not None:
            made = build_from_decisions(kept.store, kept.project_id, onto)
            onto, added, covered = made.document, len(made.added), len(made.covered)
    wanted = [Wanted(entry, options.reason) for entry in _entries(options.domains_from)]
    made = build(wanted, onto)
    added, covered = added + len(made.added), covered + len(made.covered)
    body = made.document.to_bytes()
    if options.to is not None:
        _write(options.to, body)
    if options.json:
        print_json(
            {
                "added": added,
                "covered": covered,
                "lines": len(made.document.lines),
                "text": text_of(made.document),
            }
        )
        return 0
    if options.to is None:
        sys.stdout.buffer.write(body)
    say = f"{many(added, 'entry', 'entries')} added, {covered:,} covered already."
    print(say if options.to is not None else f"# {say}", file=sys.stderr)
    if options.to is not None:
        print(f"Next: linkstead disavow lint {options.to} --site {options.site}", file=sys.stderr)
    return 0


def run_diff(options: argparse.Namespace) -> int:
    from linkstead.disavow.comparing import difference
    from linkstead.disavow.file import read

    found = difference(read(read_bytes(options.old)), read(read_bytes(options.new)))
    lists = {name: [entry.text for entry in entries] for name, entries in found._asdict().items()}
    if options.json:
        print_json({**lists, "kept": len(found.kept)})
        return 0
    print(f"{len(found.added):,} added, {len(found.removed):,} left out, {len(found.kept):,} kept.")
    for mark, name in (("+", "added"), ("-", "removed")):
        print_some([f"{mark} {text}" for text in lists[name]])
    if found.taken_back:
        print(
            f"{len(found.taken_back):,} of them would count again, since an upload replaces the whole list:"
        )
        print_some(lists["taken_back"])
    return 0


def run_simulate(options: argparse.Namespace) -> int:
    from linkstead.disavow.file import read
    from linkstead.journey.disavowing import simulate_profile

    document = read(read_bytes(options.file))
    with _profile(options) as kept:
        if kept.store is None:
            raise UsageError("There is no profile to hold the file against.")
        said = simulate_profile(
            kept.store, kept.project_id, document, site=options.site, graph=_graph(options)
        )
    if options.json:
        print_json(simulation_json(said))
    else:
        print_simulation(said)
    return 0


def run_keep(options: argparse.Namespace) -> int:
    from linkstead.disavow.file import read
    from linkstead.profile import disavow_files

    body = read_bytes(options.file)
    said = disavow_files.Described(options.file.name, len(list(read(body).entries())), options.note)
    with _profile(options, make=True) as kept:
        if kept.store is None:
            raise UsageError("There is no profile to keep it in.")
        version = disavow_files.keep(
            kept.store,
            kept.project_id,
            body,
            said,
            who=whoever(),
            now=int(time.time()),
            uploaded=options.uploaded,
        )
    if options.json:
        print_json(version._asdict())
    else:
        print(
            f"Kept as version {version.id}: {many(version.entries, 'entry', 'entries')},"
            f" {version.size:,} bytes."
        )
    return 0


def run_history(options: argparse.Namespace) -> int:
    from linkstead.profile import disavow_files

    with _profile(options) as kept:
        if kept.store is None:
            raise UsageError("There is no profile that holds versions.")
        versions = disavow_files.versions(kept.store, kept.project_id)
        body = disavow_files.body_of(kept.store, kept.project_id, options.show or 0)
    if options.show is not None:
        if body is None:
            raise InputError(
                f"There is no version {options.show}; `linkstead disavow history {options.site}` lists them."
            )
        sys.stdout.buffer.write(body)
        return 0
    if options.json:
        print_json({"versions": [one._asdict() for one in versions]})
        return 0
    print_versions(versions)
    if not versions:
        print(f"No version is kept yet; `linkstead disavow keep FILE {options.site}` keeps one.")
    return 0


# -- where things are ----------------------------------------------------------------------------


class _Kept(NamedTuple):
    store: Store | None
    project_id: int


@contextmanager
def _profile(options: argparse.Namespace, *, must_exist: bool = True, make: bool = False) -> Iterator[_Kept]:
    """The site's profile; without one, an error, a new one, or nothing."""
    from linkstead.journey.projects import find_or_create_project
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    site = site_of(options.site)
    must_exist = not make and (must_exist or options.workspace is not None)
    path = workspace_of(site, options.workspace, must_exist=must_exist)
    if not path.exists() and not make:
        yield _Kept(None, 0)
        return
    with open_workspace(path) as store:
        yield _Kept(store, find_or_create_project(store, site, now=int(time.time())))


def _graph(options: argparse.Namespace) -> Graph | None:
    from linkstead.graph.store import open_graph
    from linkstead.journey.standing import newest_graph

    folder: Path | None = options.graph or newest_graph(current_settings().graphs)
    return None if folder is None else open_graph(folder)


def _document(path: Path | None) -> Document | None:
    from linkstead.disavow.file import read

    return None if path is None else read(read_bytes(path))


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    text = read_bytes(path).decode("utf-8-sig", "replace")
    return [bare for line in text.splitlines() if (bare := line.partition("#")[0].strip())]


def _hosts(path: Path | None) -> list[str]:
    """Hosts of a list: bare, as `domain:` entries, or the first column of a table."""
    return [line.removeprefix("domain:").partition(",")[0].strip() for line in _lines(path)]


def _entries(path: Path | None) -> list[Any]:
    from linkstead.disavow.entries import domain_entry, url_entry

    found = []
    for line in _lines(path):
        bare = line.removeprefix("domain:")
        entry = url_entry(bare) if "://" in bare else domain_entry(bare)
        if entry is None:
            raise InputError(f"“{plain(line, 60)}” in {path} is neither a host nor a URL; mend the list.")
        found.append(entry)
    return found


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
