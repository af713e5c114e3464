"""`linkstead audits`: the audits that were made of a site, and the rules that it does not want to hear."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from linkstead.cli.output import add_json, many, plain, print_json
from linkstead.errors import InputError, UsageError

if TYPE_CHECKING:
    import argparse

    from linkstead.profile.store import Store


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser(
        "audits",
        help="list a site's audits, show one, or suppress a rule",
        description="List the audits that were made of SITE, the newest first, or show one of them. A rule"
        " that does not concern the site can be suppressed, with a reason; it is still shown as suppressed.",
    )
    verb.add_argument("site", metavar="SITE")
    one = verb.add_mutually_exclusive_group()
    one.add_argument("--show", type=int, metavar="N", help="show the audit with this number")
    one.add_argument("--suppress", metavar="RULE", help="keep a rule such as LS015 off the list from now on")
    one.add_argument("--unsuppress", metavar="RULE", help="let a rule be heard again")
    verb.add_argument("--reason", metavar="TEXT", help="why the rule is suppressed")
    verb.add_argument(
        "--subject",
        metavar="TEXT",
        help="suppress only rows about this page, target, domain, anchor text or file",
    )
    verb.add_argument("--until", metavar="YYYY-MM-DD", help="let the suppression end on this day")
    add_json(verb)
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from linkstead.cli.surroundings import workspace_of
    from linkstead.journey import find_or_create_project
    from linkstead.profile.store import open_workspace
    from linkstead.urls import site_of

    _check(options)
    site = site_of(options.site)
    workspace = workspace_of(site)
    with open_workspace(workspace) as store:
        project_id = find_or_create_project(store, site, now=int(time.time()))
        value, lines = _answer(store, project_id, options)
    if options.json:
        print_json({"site": site, **value})
    else:
        print("\n".join(lines))
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.suppress is None and (options.reason is not None or options.until is not None):
        raise UsageError("--reason and --until belong to --suppress RULE; name the rule too.")
    if options.subject is not None and options.suppress is None and options.unsuppress is None:
        raise UsageError("--subject belongs to --suppress RULE or --unsuppress RULE; name the rule too.")
    if options.suppress is not None and not options.reason:
        raise UsageError("A suppression needs a reason; add --reason 'why the rule does not concern you'.")


def _answer(store: Store, project_id: int, options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    if options.suppress is not None:
        return _suppress(store, project_id, options)
    if options.unsuppress is not None:
        return _unsuppress(store, project_id, options)
    if options.show is not None:
        return _show(store, project_id, options.show)
    return _list(store, project_id)


def _known_rule(text: str) -> str:
    from linkstead.quality import RULES

    rule = text.strip().upper()
    if rule not in {each.id for each in RULES}:
        raise UsageError(f"There is no rule “{plain(text, 40)}”; docs/rules.md lists them, from LS001 on.")
    return rule


def _suppress(store: Store, project_id: int, options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    from linkstead.cli.surroundings import whoever
    from linkstead.profile import audits
    from linkstead.summary import Suppression

    rule, until = _known_rule(options.suppress), _until(options.until)
    wanted = Suppression(rule, options.subject or None, options.reason, whoever(), int(time.time()), until)
    audits.suppress(store, project_id, wanted)
    about = f" for “{plain(options.subject, 80)}”" if options.subject else ""
    line = f"{rule} is suppressed{about} from the next audit on; later audits show it as suppressed."
    return {"suppressed": asdict(wanted)}, [line]


def _unsuppress(
    store: Store, project_id: int, options: argparse.Namespace
) -> tuple[dict[str, Any], list[str]]:
    from linkstead.profile import audits

    rule = options.unsuppress.strip().upper()  # also one that this version does not know any more
    ended = audits.unsuppress(store, project_id, rule, options.subject or None)
    if not ended:
        raise InputError(f"{plain(rule, 40)} is not suppressed here; `linkstead audits SITE` lists what is.")
    return {"unsuppressed": rule, "ended": ended}, [
        f"{plain(rule, 40)} is heard again from the next audit on."
    ]


def _until(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"“{plain(text, 40)}” is no day; write it like 2027-01-31.") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _list(store: Store, project_id: int) -> tuple[dict[str, Any], list[str]]:
    from linkstead.profile import audits

    runs, suppressed = audits.runs(store, project_id), audits.suppressions(store, project_id)
    value = {
        "audits": [run._asdict() for run in runs],
        "suppressions": [asdict(each) for each in suppressed],
    }
    lines = [f"{many(len(runs), 'audit')} kept (times in UTC)"]
    lines += [
        f"  {run.number:4} {_time(run.at)}  health {'-' if run.health is None else run.health:>3}"
        f"  {many(run.errors, 'error')}, {many(run.warnings, 'warning')}, {many(run.notices, 'notice')},"
        f" {run.suppressed} suppressed"
        for run in runs
    ]
    if suppressed:
        lines += ["", "Suppressed"]
    for each in suppressed:
        about = f" “{plain(each.subject, 80)}”" if each.subject else ""
        end = f", until {_time(each.until)[:10]}" if each.until is not None else ""
        lines.append(
            f"  {plain(each.rule, 20)}{about}: {plain(each.reason, 120)} ({plain(each.who, 40)}{end})"
        )
    return value, lines


def _show(store: Store, project_id: int, number: int) -> tuple[dict[str, Any], list[str]]:
    from linkstead.journey import kept_run

    found = kept_run(store, project_id, number)
    if found is None:
        raise InputError(f"There is no audit number {number} here; `linkstead audits SITE` lists them.")
    run, kept = found
    health = kept.get("health") or {}
    lines = [f"Audit {run.number} of {_time(run.at)} UTC", f"  {plain(health.get('sentence', ''), 300)}"]
    lines += [
        f"  {each['rule']} {each['severity']:8} {plain(each['title'], 200)}" for each in kept["findings"]
    ]
    lines += [
        f"  {each['finding']['rule']} suppressed: {plain(each['suppression']['reason'], 200)}"
        for each in kept["suppressed"]
    ]
    compared = kept.get("comparison")
    if compared:
        counts = (len(compared[key]) for key in ("new", "fixed", "still_open"))
        lines.append("  against the audit before: {} new, {} fixed, {} still open".format(*counts))
    return {"number": run.number, **kept}, lines
