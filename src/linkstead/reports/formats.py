"""How a report leaves the house: one HTML page, JSON, CSV.

Everything in it was written by strangers. HTML is escaped, JSON is data, and CSV cells are made
harmless (`cells`). Files are UTF-8; characters that no file may hold (lone surrogates) are replaced.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from linkstead.reports.build import build_report
from linkstead.reports.cells import neutralise, restore
from linkstead.summary import Audit, LinkRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkstead.reports.report import Report

#: The columns of a list of links in CSV: the fields of `LinkRow`, under the same names.
CSV_COLUMNS: Final = tuple(field.name for field in fields(LinkRow))

_TIMES: Final = frozenset({"made_at", "first_seen", "last_seen", "last_checked", "before_at", "at", "until"})
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_MANY: Final = " | "  # between the sources of a link in one CSV cell


def iso_time(seconds: int) -> str:
    """Epoch seconds as 2026-11-22T14:02:00Z."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_html(report: Report | Audit) -> str:
    """The report as one self-contained page: no script, nothing fetched, light, dark and print."""
    from linkstead.reports.html import page  # templates and charts load only for a page

    return page(_as_report(report))


def _as_report(report: Report | Audit) -> Report:
    return build_report(report) if isinstance(report, Audit) else report


def to_json(audit: Audit) -> dict[str, Any]:
    """The whole audit as plain values, times in ISO 8601 (UTC).

    Keys: site, made_at, counts, findings [{rule, severity, title, evidence, action, count, docs}],
    suppressed [{finding, suppression}], health {score, deductions, sentence}, comparison {before_at, new,
    fixed, still_open, figures} (null for the first audit), sources, and every other field of the summary
    under its own name.
    """
    summary = _plain(asdict(audit.summary))
    judged = {
        "findings": [asdict(finding) for finding in audit.findings],
        "suppressed": [asdict(each) for each in audit.suppressed],
        "health": asdict(audit.health) if audit.health else None,
        "comparison": asdict(audit.comparison) if audit.comparison else None,
    }
    return {**summary, "site": audit.site, "made_at": iso_time(audit.made_at), **_plain(judged)}


def _plain(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON is any tree of plain values
    if isinstance(value, dict):
        return {_SURROGATES.sub("\ufffd", str(name)): _plain(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", str(value))
    return iso_time(value) if key in _TIMES and isinstance(value, int) else value


def to_csv(rows: Iterable[LinkRow]) -> str:
    """Links as CSV (RFC 4180, CRLF) with a header; no cell is a formula. `from_csv` reads it back."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        writer.writerow([_csv_cell(getattr(row, name)) for name in CSV_COLUMNS])
    return _SURROGATES.sub("\ufffd", out.getvalue())


def _csv_cell(value: str | float | bool | tuple[str, ...] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value}"  # our own numbers: a minus sign is a minus sign
    return neutralise(_MANY.join(value) if isinstance(value, tuple) else value)


def from_csv(text: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV that `to_csv` wrote, texts as they were; a missing value is an empty text."""
    read = csv.DictReader(io.StringIO(text, newline=""))
    return tuple({name: restore(value or "") for name, value in row.items()} for row in read)
