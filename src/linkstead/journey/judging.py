"""Judging of linking pages and domains: files are read here, the rules are those of `quality`.

Lists are one domain a line (`#` begins a comment); a table is CSV with the columns `domain` and
`label` (bad or good) and, if wanted, facts by their names, such as `page.words`.
"""

from __future__ import annotations

import csv
import io
import json
import typing
from dataclasses import fields, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import altair as alt

from linkstead.errors import InputError
from linkstead.graph.queries import Profile, profile
from linkstead.quality import facts as words
from linkstead.quality.facts import DomainFacts, Facts, ListEntry, ListKind
from linkstead.quality.fitting import Case
from linkstead.quality.model_text import read_model
from linkstead.quality.platforms import is_platform
from linkstead.reports.charts import svg
from linkstead.urls import domain_of_host, parse_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkstead.graph.store import Graph
    from linkstead.quality.toxicity import Model

#: Whatever JSON holds, and what is made of it by the annotations of the facts.
Told: TypeAlias = Any

MOST_BYTES: Final = 64 << 20
MOST_LINES: Final = 5_000_000
_PARTS: Final = {
    "page": words.PageFacts,
    "link": words.LinkFacts,
    "domain": words.DomainFacts,
    "network": words.NetworkFacts,
    "site": words.SiteFacts,
}
_BAD: Final = frozenset(("bad", "spam", "1", "true"))
_GOOD: Final = frozenset(("good", "normal", "nonspam", "0", "false"))


def read_text(path: Path) -> str:
    """A text file of bounded size. Raises `InputError`."""
    try:
        with path.open("rb") as file:
            read = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(read) > MOST_BYTES:
        raise InputError(f"{path} is larger than {MOST_BYTES >> 20} MB; cut it into parts.")
    return read.decode("utf-8-sig", "replace")


def host_of_text(text: str) -> str | None:
    """The host that a domain or URL means, or None when it is neither."""
    given = text.strip()
    parsed = parse_url(given if "://" in given else f"http://{given}") if given else None
    host = "" if parsed is None else str(parsed.hostname).rstrip(".")
    return host if "." in host else None


def read_domains(path: Path) -> tuple[list[str], int]:
    """The hosts of a list or of a CSV's `domain` column, and how many lines held none."""
    text = read_text(path)
    rows = list(_rows(text)) if _is_table(text) else [{"domain": line} for line in text.splitlines()]
    given = [(row.get("domain") or "").partition("#")[0].strip() for row in rows[:MOST_LINES]]
    found = [host for line in given if line and (host := host_of_text(line)) is not None]
    return found, sum(bool(line) for line in given) - len(found)


def _is_table(text: str) -> bool:
    return "domain" in text[:2_000].partition("\n")[0].strip().lower().split(",")


def _rows(text: str) -> Iterator[dict[str, str]]:
    reader = csv.reader(io.StringIO(text.replace("\0", "")))
    try:
        header = [name.strip().lower() for name in next(reader)]
        for row in reader:
            yield dict(zip(header, row, strict=False))
    except csv.Error as error:
        raise InputError(f"The table cannot be read ({error}); save it as CSV again.") from error


def cases_of(
    bad: Sequence[Path], good: Sequence[Path], tables: Sequence[Path]
) -> tuple[list[Case], dict[str, int]]:
    """Labelled domains, each once, and how many rows were left out for which reason."""
    left = {"not a domain": 0, "the same domain again": 0, "called good and bad": 0, "no label": 0}
    found: dict[str, Case] = {}
    doubtful: set[str] = set()
    for case in _labelled(bad, good, tables, left):
        earlier = found.setdefault(case.domain, case)
        if earlier.bad is not case.bad:
            doubtful.add(case.domain)
        elif earlier is not case:
            left["the same domain again"] += 1
    left["called good and bad"] = len(doubtful)
    return [case for name, case in found.items() if name not in doubtful], left


def _labelled(
    bad: Sequence[Path], good: Sequence[Path], tables: Sequence[Path], left: dict[str, int]
) -> Iterator[Case]:
    for paths, is_bad in ((bad, True), (good, False)):
        for path in paths:
            hosts, lost = read_domains(path)
            left["not a domain"] += lost
            yield from (_case(host, is_bad, path.name, {}) for host in hosts)
    for path in tables:
        for row in _rows(read_text(path)):
            host, label = host_of_text(row.get("domain", "")), row.get("label", "").strip().lower()
            if host is None or label not in _BAD | _GOOD:
                left["not a domain" if host is None else "no label"] += 1
                continue
            yield _case(host, label in _BAD, path.name, row)


def _case(host: str, bad: bool, source: str, row: Mapping[str, str]) -> Case:
    told: dict[str, dict[str, Any]] = {}
    for name, text in row.items():
        part, _, fact = name.partition(".")
        if part in _PARTS and fact and text.strip():
            told.setdefault(part, {})[fact] = text.strip()
    facts = facts_of(told)
    named = replace(facts, domain=named_domain(facts.domain, host))
    return Case(domain_of_host(host), bad, source, named)


def named_domain(known: DomainFacts, host: str) -> DomainFacts:
    """The facts of a host, with its registrable domain, and whether many publish under it."""
    name = domain_of_host(host)
    many = is_platform(name) if known.platform is None else known.platform
    return replace(known, name=name, host=host, platform=many)


def read_facts(path: Path) -> Facts:
    """Facts from a JSON file: {"page": {"words": 300}, "link": ..., "domain": ..., "now": ...}."""
    try:
        told = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON ({error}); write an object of facts.") from error
    if not isinstance(told, dict):
        raise InputError(f"{path} holds no object; write it like {{'page': {{'words': 300}}}}.")
    return facts_of(told)


def facts_of(told: Mapping[str, Any]) -> Facts:
    """Facts from plain values. Raises `InputError` for a name or value that is none."""
    unknown = set(told) - {*_PARTS, "now"}
    if unknown:
        raise InputError(f"“{min(unknown)[:60]}” is no part of the facts; there are {', '.join(_PARTS)}.")
    parts = {name: _part(name, told[name]) for name in _PARTS if told.get(name) is not None}
    now = told.get("now")
    return Facts(**parts, now=None if now is None else int(_as(now, "int", "now")))


def _part(name: str, told: Told) -> Told:
    kind = _PARTS[name]
    known = {each.name: str(each.type) for each in fields(kind)}
    if not isinstance(told, dict):
        raise InputError(f"“{name}” of the facts is no object; write it like {{'words': 300}}.")
    values = {}
    for fact, value in told.items():
        if fact not in known:
            raise InputError(f"“{name}.{str(fact)[:60]}” is no fact; see docs/signals.md for their names.")
        if value is not None:
            values[fact] = _as(value, known[fact], f"{name}.{fact}")
    return kind(**values)


def _as(value: Told, kind: str, name: str) -> Told:
    """A value as its annotation wants it."""
    try:
        return _read(value, kind)
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError) as error:
        raise InputError(f"“{name}” of the facts cannot be {str(value)[:60]!r}; it is {kind}.") from error


def _read(value: Told, kind: str) -> Told:
    if kind.startswith("bool"):
        return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
    if kind.startswith(("int", "float")):
        number = float(value)
        if not abs(number) < 2**63:
            raise ValueError("out of range")
        return int(number) if kind.startswith("int") else number
    if "ListEntry" in kind:
        return tuple(ListEntry(str(each["name"])[:200], ListKind(each["kind"])) for each in value)
    if kind.startswith(("tuple", "frozenset")):
        read = int if kind.startswith("tuple[int") else str
        found = [read(each) for each in (value.split() if isinstance(value, str) else value)]
        return frozenset(found) if kind.startswith("frozenset") else tuple(found)
    if kind.startswith("Mapping"):
        return {str(key): float(each) for key, each in value.items()}
    return str(value)


def with_lists(facts: Facts, lists: Mapping[Path, tuple[ListKind, frozenset[str]]]) -> Facts:
    """The facts with the loaded lists that name the domain or its host."""
    if not lists:
        return facts
    own = {facts.domain.name, facts.domain.host}
    entries = tuple(ListEntry(path.name, kind) for path, (kind, names) in lists.items() if own & names)
    return replace(facts, domain=replace(facts.domain, lists=(*(facts.domain.lists or ()), *entries)))


def read_list(text: str) -> tuple[Path, tuple[ListKind, frozenset[str]]]:
    """A list given as `kind=FILE`. Raises `InputError`."""
    kind, path = list_named(text)
    return path, (kind, frozenset(read_domains(path)[0]))


def list_named(text: str) -> tuple[ListKind, Path]:
    """The kind and the file that `kind=FILE` names. Raises `InputError`."""
    kind, mark, file = text.partition("=")
    if not mark or kind not in set(ListKind):
        raise InputError(
            f"Say what a list is: {', '.join(ListKind)}, such as {ListKind.MALWARE}={text[:60]}."
        )
    return ListKind(kind), Path(file)


def with_graph(facts: Facts, graph: Graph) -> Facts:
    """The facts with what the web graph knows of the domain."""
    found = profile(graph, facts.domain.name or "")
    if not isinstance(found, Profile):
        return facts
    known = replace(facts.domain, authority=found.domain_authority)
    if graph.has_arcs:
        known = replace(known, in_degree=found.in_degree, out_degree=found.out_degree)
    return replace(facts, domain=known)


@lru_cache(maxsize=1)
def default_model() -> Model:
    """The model that is shipped: host names only, as its figures say."""
    shipped = resources.files("linkstead.quality").joinpath("spam_model.json")
    return read_model(json.loads(shipped.read_text(encoding="utf-8")))


def model_from(path: Path) -> Model:
    """A model from a file of `linkstead quality fit`."""
    try:
        return read_model(json.loads(read_text(path)))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON ({error}); make it with `linkstead quality fit`.") from error


def reliability_svg(figures: Mapping[str, Any]) -> str:
    """The reliability curve as SVG: what was said against what was so; the diagonal is perfect."""
    rows = typing.cast("list[dict[str, float]]", figures["reliability"])
    axes = {
        "x": alt.X("said:Q", title="likelihood said"),
        "y": alt.Y("observed:Q", title="share that was spam"),
    }
    curve = alt.Chart(alt.InlineData(values=rows)).mark_line(point=True).encode(**axes)
    ends = [{"said": 0, "observed": 0}, {"said": 1, "observed": 1}]
    right = alt.Chart(alt.InlineData(values=ends)).mark_line(strokeDash=[4, 4], opacity=0.5).encode(**axes)
    return svg(alt.LayerChart(layer=[right, curve]).properties(width=320, height=320))
