"""Tells what is known: an audit becomes a report, and a report becomes a page, JSON or CSV.

`build` arranges (pure), `charts` draws, `formats` writes. Charts and templates are loaded only when a
page is written, so that the command line starts quickly.
"""

from __future__ import annotations

from linkstead.reports.build import build_report
from linkstead.reports.formats import from_csv, to_csv, to_html, to_json
from linkstead.reports.report import Report

__all__ = ["Report", "build_report", "from_csv", "to_csv", "to_html", "to_json"]
