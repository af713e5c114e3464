"""`linkstead audit`: the main job in one command.

Exports in, a verified and judged backlink profile out. What was imported and seen is kept in a file
of the site, so that a stopped run goes on and next month's run knows what has changed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkstead.cli.judged import since_lines, suppressed_lines
from linkstead.cli.judging import judge_site
from linkstead.cli.output import Bars, must_exist, plain, print_json
from linkstead.cli.surroundings import evidence_beside, workspace_of
from linkstead.errors import InputError, MappingNeeded, UsageError

if TYPE_CHECKING:
    from linkstead.journey import ImportReport, VerifyReport
    from linkstead.profile.store import Store
    from linkstead.sources import Mapping
    from linkstead.summary import Audit


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser(
        "audit",
        help="import exports, look at every link, and say what to do",
        description="Merge link exports of any vendor into one profile of SITE, look at every"
        " referring page and target, and audit the result. Run it again with new exports, or with none,"
        " at any time: what was done is kept, and only what is due is looked at.",
    )
    verb.add_argument("site", metavar="SITE", help="your site, such as example.com")
    verb.add_argument(
        "files", type=Path, nargs="*", metavar="FILE", help="exports, ZIP archives, lists of URLs"
    )
    verb.add_argument(
        "--verify",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="look at the pages ourselves (default: yes)",
    )
    verb.add_argument(
        "--judge",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="judge links and referring domains, which the audit speaks of (default: yes)",
    )
    verb.add_argument("--html", type=Path, metavar="FILE", help="write the report as one HTML file")
    verb.add_argument(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write everything as JSON into FILE (*.json), or to standard output when none is named",
    )
    verb.add_argument("--limit", type=int, metavar="N", help="look at no more than N pages this time")
    verb.add_argument(
        "--recheck-hours",
        type=float,
        default=20.0,
        metavar="H",
        help="leave out what was looked at within the last H hours (default: 20)",
    )
    verb.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="'COLUMN=FIELD'",
        help="what a column of an unknown table means; remembered for the next file with the same header",
    )
    verb.add_argument(
        "--quarantine",
        type=Path,
        metavar="FILE",
        help="write the rows that could not be used, with their numbers and reasons, as CSV",
    )
    verb.add_argument("--workspace", type=Path, metavar="FILE", help="keep the profile in this file")
    verb.set_defaults(run=run)


def json_apart(arguments: list[str]) -> list[str]:
    """`--json export.csv` means JSON on standard output and an export, not an export written over."""
    if arguments[:1] != ["audit"]:
        return arguments
    following = [*arguments[1:], ""]
    return [
        "--json=-" if part == "--json" and not after.endswith(".json") else part
        for part, after in zip(arguments, following, strict=True)
    ]


def run(options: argparse.Namespace) -> int:
    from linkstead.journey import audit_profile, find_or_create_project
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    _check_outputs(options)
    site = site_of(options.site)
    workspace = workspace_of(site, options.workspace, must_exist=False)
    bars = Bars(quiet=False)
    with open_workspace(workspace) as store:
        project_id = find_or_create_project(store, site, now=_now())
        imported, refused = _import_all(store, project_id, options, bars)
        if refused and not imported:
            raise InputError(refused[0]["message"])
        verified = _verify(store, project_id, options, bars, workspace) if options.verify else None
        if options.judge:
            judge_site(store, project_id, bars)
        bars.close()
        audit = audit_profile(store, project_id, now=_now())
        if options.quarantine is not None:
            _write_quarantine(options.quarantine, store, project_id)
    _write_outputs(options, audit, imported, refused, verified)
    if options.json != "-":
        print("\n".join(_lines(audit, imported, verified)))
        print(f"\n  kept in {workspace}")
        if evidence_beside(workspace).exists():
            print(f"  copies of the pages in {evidence_beside(workspace)}")
    for each in refused:
        print(f"linkstead: {each['message']}", file=sys.stderr)
    if refused:
        return InputError.exit_status
    return 1 if any(finding.severity != "notice" for finding in audit.findings) else 0


def _now() -> int:
    return int(time.time())


def _check_outputs(options: argparse.Namespace) -> None:
    """Say that a report cannot be written before an hour of work, not after it."""
    json_file = Path(options.json) if options.json not in (None, "-") else None
    for path in (options.html, options.quarantine, json_file):
        if path is not None and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
            raise UsageError(
                f"{path.parent} is no folder that can be written to; choose another place for {path.name}."
            )
    for path in options.files:
        must_exist(path)


def _import_all(
    store: Store, project_id: int, options: argparse.Namespace, bars: Bars
) -> tuple[list[ImportReport], list[dict[str, Any]]]:
    """Import every file; a refused one does not hold up the others."""
    from linkstead.journey import import_file

    imported: list[ImportReport] = []
    refused: list[dict[str, Any]] = []
    mapping = _mapping(options.map)
    for path in options.files:
        try:
            imported.append(import_file(store, project_id, path, now=_now(), mapping=mapping, progress=bars))
        except MappingNeeded as unknown:
            refused.append({"file": str(path), "message": _ask_for_mapping(path, unknown)})
        except InputError as error:
            refused.append({"file": str(path), "message": f"{path.name}: {error}"})
        finally:
            bars.close()
    return imported, refused


def _mapping(pairs: list[str]) -> Mapping | None:
    fields: dict[str, str] = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not equals or not column or not field:
            raise UsageError(
                f"“{plain(pair, 60)}” is no mapping; write it like --map 'Backlink URL=source_url'."
            )
        fields[column.strip()] = field.strip()
    return fields or None


def _ask_for_mapping(path: Path, unknown: MappingNeeded) -> str:
    proposal = " ".join(f"--map '{plain(column, 60)}={field}'" for column, field in unknown.proposal.items())
    columns = ", ".join(plain(column, 40) for column in unknown.columns)
    hint = f" A guess to check and repeat: {proposal}" if proposal else ""
    return (
        f"{path.name} is a table that nobody knows, with the columns {columns}. Say which column is the page"
        f" that links (source_url) and which one is linked (target_url), and run again.{hint}"
    )


def _verify(
    store: Store, project_id: int, options: argparse.Namespace, bars: Bars, workspace: Path
) -> VerifyReport:
    """Look at what is due; Ctrl-C ends it cleanly, what was seen is kept."""
    from linkstead.cli.stopping import Stop
    from linkstead.cli.surroundings import current_settings
    from linkstead.journey import Chosen, verify_links
    from linkstead.journey.fetching import fetch_settings
    from linkstead.journey.tools import opened

    settings = current_settings()
    fetch = fetch_settings(settings)
    chosen = Chosen(recheck_after=int(options.recheck_hours * 3600), limit=options.limit)
    name = f"audit_{secrets.token_hex(4)}"
    with Stop() as stop, opened(settings, fetch, name, folder=evidence_beside(workspace)) as tools:
        return verify_links(
            store,
            project_id,
            fetch,
            progress=bars,
            should_stop=stop.asked,
            chosen=chosen,
            tools=tools,
        )


def _write_quarantine(path: Path, store: Store, project_id: int) -> None:
    """Every row that was set aside, of all files; cells cannot become formulas."""
    from linkstead.profile import files
    from linkstead.reports.cells import neutralise

    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "row", "reason", "row as read"])
        for file in files.all_files(store, project_id):
            for row, reason, raw in files.every_quarantined_row(store, file.id):
                writer.writerow([neutralise(file.name), row, reason, neutralise(raw)])


def _write_outputs(
    options: argparse.Namespace,
    audit: Audit,
    imported: list[ImportReport],
    refused: list[dict[str, Any]],
    verified: VerifyReport | None,
) -> None:
    from linkstead.reports.build import build_report
    from linkstead.reports.formats import to_html, to_json

    if options.html is not None:
        options.html.write_text(to_html(build_report(audit)), encoding="utf-8")
    if options.json is None:
        return
    value = to_json(audit)
    value["imports"] = [
        {
            "file": each.name,
            "sources": each.sources,
            "rows": each.rows,
            "new_links": each.new_links,
            "quarantined": each.quarantined,
            "skipped": each.skipped,
            "already_imported": each.already,
        }
        for each in imported
    ]
    value["refused"] = refused
    value["verification"] = (
        None
        if verified is None
        else {
            "pages": verified.pages,
            "links": verified.links,
            "targets": verified.targets,
            "outcomes": dict(verified.outcomes),
            "pages_left": verified.left,
            "stopped": verified.stopped,
            "in_doubt": verified.in_doubt,
        }
    )
    if options.json == "-":
        print_json(value)
    else:
        Path(options.json).write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")


def _lines(audit: Audit, imported: list[ImportReport], verified: VerifyReport | None) -> list[str]:
    counts = audit.summary.counts
    lines = [f"{audit.site}: {counts.backlinks:,} backlinks from {counts.referring_domains:,} domains", ""]
    lines += [_import_line(each) for each in imported]
    if verified is not None:
        left = f"; {verified.left:,} pages are left for the next run" if verified.left else ""
        left += f" ({verified.held:,} of hosts that asked us to wait)" if verified.held else ""
        lines.append(f"  looked at {verified.pages:,} pages and {verified.targets:,} targets{left}")
        if verified.in_doubt is not None:
            lines.append(f"  {plain(verified.in_doubt, 400)} Run it again once the network is well.")
    lines += ["", f"  {plain(audit.health.sentence, 300)}"] if audit.health else []
    lines += [
        "",
        (
            f"  followed {counts.followed:,} · not followed {counts.not_followed:,}"
            f" · unknown {counts.follow_unknown:,}"
        ),
        (
            f"  live {counts.live:,} · in doubt {counts.in_doubt:,} · lost {counts.lost:,} · blocked"
            f" {counts.blocked:,} · unreachable {counts.unreachable:,} · unreadable {counts.unreadable:,}"
            f" · unverified {counts.unverified:,}"
        ),
        "",
        "What to do" if audit.findings else "Nothing urgent: no rule found anything.",
    ]
    for finding in audit.findings:
        lines.append(f"  {finding.rule} {finding.severity!s:8} {plain(finding.title, 200)}")
        lines.append(f"                 {plain(finding.action, 200)}")
    return [*lines, *since_lines(audit.comparison), *suppressed_lines(audit.suppressed)]


def _import_line(report: ImportReport) -> str:
    what = ", ".join(dict.fromkeys(report.sources))
    if report.already:
        return f"  {plain(report.name, 60)} ({what}) had been imported before: nothing new"
    aside = f", {report.quarantined:,} set aside" if report.quarantined else ""
    skipped = "".join(f", {count:,} left out ({reason})" for reason, count in report.skipped.items())
    return (
        f"  {plain(report.name, 60)} ({what}): {report.rows:,} rows,"
        f" {report.new_links:,} new backlinks{aside}{skipped}"
    )
