"""A chart as a page shows it: the spec for the browser, a picture without scripts, a table behind it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from linkstead.server.look.vega import bundle_version

if TYPE_CHECKING:
    from linkstead.reports.charts import Chart


@dataclass(frozen=True, slots=True)
class Drawing:
    """`spec` is a Vega-Lite dict; `rows` hold a label and then numbers; `picture` is an SVG's address."""

    name: str
    title: str
    spec: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    picture: str = ""
    bundle_version: str = field(default_factory=bundle_version)

    @property
    def script_id(self) -> str:
        return f"spec-{self.name}"


def spec_of(drawn: Chart) -> dict[str, Any]:
    """The chart's spec with the names of its colours, so that the page can put its own in their place."""
    from linkstead.reports import charts

    spec = charts.spec(drawn)
    made_for = drawn.to_dict().get("width")
    spec["usermeta"] = {
        **spec.get("usermeta", {}),
        "made_for": made_for,
        "palette": {**asdict(charts.LIGHT), "font": charts.FONTS},
    }
    return spec
