"""`linkstead quality`: what a linking page or domain is judged to be, and the model behind it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkstead.cli.output import add_json, plain, print_json
from linkstead.errors import InputError, UsageError
from linkstead.quality.facts import ListKind

if TYPE_CHECKING:
    import argparse

    from linkstead.journey.lists import KeptList
    from linkstead.quality.toxicity import Judgement, Model


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    quality = verbs.add_parser(
        "quality",
        help="the spam likelihood of linking pages and domains",
        description="Judge linking pages and domains by what is known of them, and fit the model that does.",
    )
    parts = quality.add_subparsers(dest="part", metavar="PART", required=True)
    _add_judge(parts)
    _add_fit(parts)
    _add_lists(parts)


def _add_lists(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "lists",
        help="lists of referrer spam, malware or reputable domains that judging asks",
        description="Load, remove and list lists of domains, one a line. Every later judging asks them:"
        " `audit`, `triage --judge`, and the server.",
    )
    part.add_argument(
        "--add", nargs="+", default=[], metavar="KIND=FILE", help=f"kinds: {', '.join(ListKind)}"
    )
    part.add_argument("--remove", nargs="+", default=[], metavar="NAME", help="lists by their names")
    add_json(part)
    part.set_defaults(run=run_lists)


def _add_judge(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "judge",
        help="findings for and against, and the likelihood of spam",
        description="Say what speaks for and against each domain or page, and how likely a person would call"
        " it spam. Exit status 1 when one is flagged.",
    )
    part.add_argument("asked", nargs="+", metavar="DOMAIN-OR-URL")
    part.add_argument("--facts", type=Path, metavar="FILE", help="what is known, as a JSON object")
    part.add_argument("--site", help="your site, such as example.com")
    part.add_argument("--graph", type=Path, metavar="FOLDER", help="a web graph, for authority and referrers")
    part.add_argument(
        "--lists",
        nargs="+",
        default=[],
        metavar="KIND=FILE",
        help="lists of domains, such as malware=hosts.txt",
    )
    part.add_argument(
        "--model", type=Path, metavar="FILE", help="a model of your own (default: the shipped one)"
    )
    add_json(part)
    part.set_defaults(run=run_judge)


def _add_fit(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    part = parts.add_parser(
        "fit",
        help="fit and measure a model on labelled domains",
        description="Fit a spam model on labelled domains, half of which are only measured. Use lists that"
        " people have judged, never disavow lists.",
    )
    part.add_argument("--bad", type=Path, nargs="+", default=[], metavar="FILE", help="lists of spam domains")
    part.add_argument(
        "--good", type=Path, nargs="+", default=[], metavar="FILE", help="lists of good domains"
    )
    part.add_argument(
        "--table", type=Path, nargs="+", default=[], metavar="FILE", help="CSV of domain, label and facts"
    )
    part.add_argument("--prior", type=float, help="the share of spam to expect (default: that of the lists)")
    part.add_argument(
        "--with-suffix", action="store_true", help="let the letters read the suffix, so that countries count"
    )
    part.add_argument("--seed", type=int, default=1, help="of the bootstrap (default: 1)")
    part.add_argument("--to", type=Path, metavar="FILE", help="write the model")
    part.add_argument("--figures", type=Path, metavar="FILE", help="write the figures as JSON")
    part.add_argument("--svg", type=Path, metavar="FILE", help="draw the reliability curve")
    add_json(part)
    part.set_defaults(run=run_fit)


def run_lists(options: argparse.Namespace) -> int:
    from linkstead.cli.surroundings import current_settings
    from linkstead.journey import lists
    from linkstead.journey.judging import list_named

    folder = current_settings().lists
    missing = [name for name in options.remove if not lists.remove_list(folder, name)]
    lost = 0
    for text in options.add:
        lost += lists.add_list(folder, *list_named(text))[1]
    kept = lists.kept_lists(folder)
    if options.json:
        print_json({"lists": [each._asdict() for each in kept], "lines_without_a_domain": lost})
    else:
        print("\n".join(_list_lines(kept, lost)))
    if missing:
        raise InputError(f"No list is called “{plain(missing[0], 60)}”; `linkstead quality lists` names all.")
    return 0


def _list_lines(kept: list[KeptList], lost: int) -> list[str]:
    if not kept:
        return ["No list is loaded. Add one: linkstead quality lists --add referrer-spam=FILE"]
    lines = [
        f"  {each.kind:14} {plain(each.name, 40):40} {each.domains:>9,} domains, loaded"
        f" {datetime.fromtimestamp(each.at, UTC):%Y-%m-%d}"
        for each in kept
    ]
    left = [f"{lost:,} lines held no domain and were left out."] if lost else []
    return [*lines, *left, "They count from the next judging on: linkstead triage SITE --judge"]


def run_judge(options: argparse.Namespace) -> int:
    from linkstead.graph.store import open_graph
    from linkstead.journey import judging
    from linkstead.quality.facts import Facts
    from linkstead.quality.signals import all_signals
    from linkstead.quality.toxicity import judge
    from linkstead.urls import site_of

    model = judging.default_model() if options.model is None else judging.model_from(options.model)
    told = Facts() if options.facts is None else judging.read_facts(options.facts)
    lists = dict(map(judging.read_list, options.lists))
    graph = None if options.graph is None else open_graph(options.graph)
    if options.site:
        site = site_of(options.site)
        told = replace(told, site=replace(told.site, site=site, own_sites=told.site.own_sites | {site}))
    made = []
    for asked in options.asked:
        host = judging.host_of_text(asked)
        if host is None:
            raise InputError(f"“{plain(asked, 60)}” is no domain or address; write it like example.com.")
        facts = replace(told, domain=judging.named_domain(told.domain, host))
        if "://" in asked and facts.page.url is None:
            facts = replace(facts, page=replace(facts.page, url=asked))
        facts = judging.with_lists(facts if graph is None else judging.with_graph(facts, graph), lists)
        made.append(judge(facts, model, all_signals()))
    if options.json:
        print_json({"model": _about(model), "judgements": [judgement_json(each) for each in made]})
    else:
        print("\n\n".join("\n".join(_lines(each, model)) for each in made))
    return 1 if any(each.flagged for each in made) else 0


def _about(model: Model) -> dict[str, Any]:
    return {
        "made_on": model.made_on,
        "prior": model.prior,
        "flag_at": model.flag_at,
        "learnt_from": dict(model.learnt_from),
        "kappa_of_people": [0.36, 0.62],
    }


def judgement_json(made: Judgement) -> dict[str, Any]:
    """A judgement as the command line prints it."""
    told = asdict(made)
    return {
        "domain": told["domain"],
        "spam_likelihood": made.likelihood,
        "enough_evidence": made.likelihood is not None,
        **{name: told[name] for name in ("estimate", "interval", "confidence", "flagged", "exempt")},
        **{name: told[name] for name in ("known", "missing", "base", "log_odds", "reasons")},
    }


def _lines(made: Judgement, model: Model) -> list[str]:
    low, high = made.interval
    figure = f"{made.estimate:.0%} (90% interval {low:.0%} to {high:.0%})"
    if made.likelihood is None:
        first = f"not enough evidence; what little is known would put it at {figure}"
    else:
        first = f"spam likelihood {figure}, confidence {made.confidence}"
    lines = [f"{plain(made.domain)}: {first}"]
    if made.exempt:
        lines.append(f"  never flagged: {made.exempt}")
    lines += [f"  not known     {missing}" for missing in made.missing]
    lines.append(f"  base          {made.base:+.2f}  log-odds when nothing speaks")
    for reason in made.reasons:
        how = f"measured in {reason.cases:,} cases" if reason.measured else "assumed, not measured"
        ratio = "" if reason.ratio is None else f", likelihood ratio alone {reason.ratio:g}"
        side = "against" if reason.log_odds > 0 else "for" if reason.log_odds < 0 else "-"
        lines.append(f"  {side:8} {reason.log_odds:+9.2f}  {plain(reason.said, 160)} ({how}{ratio})")
    lines.append(f"  sum      {made.log_odds:+9.2f}  flagged from {model.flag_at:.0%} on")
    lines.append("  People who judge the same pages agree with kappa 0.36 to 0.62.")
    return lines


def run_fit(options: argparse.Namespace) -> int:
    import numpy as np

    from linkstead.journey import judging
    from linkstead.quality.fitting import fit
    from linkstead.quality.model_text import as_json

    if not (options.bad and options.good) and not options.table:
        raise UsageError("Name lists with --bad and --good, or a table with --table.")
    if options.prior is not None and not 0 < options.prior < 1:
        raise UsageError("A prior is a share between 0 and 1, such as 0.06.")
    cases, left = judging.cases_of(options.bad, options.good, options.table)
    model = fit(
        cases,
        made_on=datetime.now(tz=UTC).date().isoformat(),
        chance=np.random.default_rng(options.seed),
        prior=options.prior,
        with_suffix=options.with_suffix,
    )
    figures = dict(model.figures)
    _write(options.to, json.dumps(as_json(model), ensure_ascii=False, separators=(",", ":")) + "\n")
    _write(options.figures, json.dumps(figures, indent=1) + "\n")
    if options.svg is not None:
        _write(options.svg, judging.reliability_svg(figures))
    told = {"left_out": left, "learnt_from": dict(model.learnt_from), "figures": figures}
    if options.json:
        print_json({**told, "weights": {name: asdict(each) for name, each in model.weights.items()}})
    else:
        print("\n".join(_fit_lines(model, left)))
    return 0


def _write(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _fit_lines(model: Model, left: dict[str, int]) -> list[str]:
    figures: dict[str, Any] = dict(model.figures)
    low, high = figures["calibration_error_interval"]
    at = figures["at_the_flag_threshold"]
    lines = [
        f"{figures['cases']:,} domains were measured and not fitted, {figures['bad']:,} of them bad.",
        f"  AUC                {figures['auc']:.3f}",
        f"  average precision  {figures['average_precision']:.3f}",
        (
            f"  Brier score        {figures['brier']:.4f} (base rate alone: "
            f"{figures['brier_of_the_base_rate']:.4f})"
        ),
        f"  calibration error  {figures['calibration_error']:.4f} (95% interval {low:.4f} to {high:.4f})",
        (
            f"  flagged from {model.flag_at:.0%}   recall {at['recall']:.1%}, false positives "
            f"{at['false_positives']:.2%}"
        ),
        f"  read               {figures['read']}",
    ]
    lines += [f"  left out           {count:,}: {reason}" for reason, count in left.items() if count]
    lines += [
        f"  {name:24} {each.log_odds:+7.2f} ± {each.error:.2f}  ratio alone {each.ratio:g}, "
        f"{each.bad:,} bad and"
        f" {each.good:,} good"
        for name, each in model.weights.items()
    ]
    return lines
