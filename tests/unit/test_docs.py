"""The docs say what the code does, and the code has what the docs name.

`python tests/unit/test_docs.py` writes docs/commands.md anew.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

import pytest

from linkstead.cli import parser
from linkstead.events import EventKind

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SOURCES = ROOT / "src" / "linkstead"


def verbs() -> dict[str, argparse.ArgumentParser]:
    return parts_of(parser())


def commands_text() -> str:
    os.environ["COLUMNS"] = "100"
    lines = ["# Commands", "", "What `--help` says, kept fresh by a test.", ""]
    for name, verb in verbs().items():
        lines += [f"## linkstead {name}", "", *shown(verb)]
        for part, inner in parts_of(verb).items():
            lines += [f"### linkstead {name} {part}", "", *shown(inner)]
    return "\n".join(lines)


def shown(verb: argparse.ArgumentParser) -> list[str]:
    return ["```text", verb.format_help().rstrip(), "```", ""]


def parts_of(verb: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parts of a verb that has some, such as `graph import`."""
    actions = [a for a in verb._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(actions[0].choices) if actions else {}


def test_the_commands_page_is_what_help_says() -> None:
    written = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert written == commands_text(), "run: python tests/unit/test_docs.py"


def test_every_term_of_the_glossary_is_in_the_code() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE)
    rows = [(term, where) for term, where in rows if term not in ("term", "---")]
    assert len(rows) > 25
    for term, where in rows:
        name = re.findall(r"`([^`]+)`", where)[-1]
        assert re.search(rf"\b{re.escape(name)}\b", code), f"{term}: {name} is not in the code"


@pytest.mark.parametrize("name", ["README.md", "docs/guide.md"])
def test_commands_named_in_the_docs_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"linkstead ([a-z][a-z-]+)", text)) - {"is", "linkstead"}
    known = set(verbs())
    spoken = {word for word in named if f"`linkstead {word}" in text or f"    linkstead {word}" in text}
    assert spoken
    assert spoken <= known


def test_every_kind_of_event_is_among_those_of_webhooks() -> None:
    told = (DOCS / "webhooks.md").read_text(encoding="utf-8")
    assert [kind for kind in EventKind if f"`{kind}`" not in told] == []


def links_of(path: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in target]


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]), ids=lambda path: path.name
)
def test_links_between_the_docs_lead_somewhere(path: Path) -> None:
    missing = [target for target in links_of(path) if not (path.parent / target).exists()]
    assert missing == []


if __name__ == "__main__":
    (DOCS / "commands.md").write_text(commands_text(), encoding="utf-8")
