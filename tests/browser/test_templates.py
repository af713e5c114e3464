"""What no template may hold: things that the policy forbids or that let a stranger's text out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import linkstead

SERVER = Path(linkstead.__file__).parent / "server"
TEMPLATES = sorted(SERVER.rglob("templates/**/*.html"))
STATIC = SERVER / "static" / "linkstead"

#: what must not stand in a template, and why
FORBIDDEN = (
    (re.compile(r"\sstyle\s*=", re.IGNORECASE), "style attributes break the policy; use a class"),
    (re.compile(r"\son[a-z]+\s*=", re.IGNORECASE), "inline handlers break the policy; listen in a script"),
    (re.compile(r"<style", re.IGNORECASE), "styles stand in the style sheets"),
    (
        re.compile(r"<script(?![^>]*\b(?:src|type=.application/json))", re.IGNORECASE),
        "scripts stand in files",
    ),
    (re.compile(r"\|\s*safe\b|autoescape\s+off|safeseq"), "a text from outside would become markup"),
    (re.compile(r"(?:src|href|action)=\"(?:https?:)?//"), "everything is served by us"),
    (re.compile(r"javascript:", re.IGNORECASE), "links lead to pages"),
    (re.compile(r"hx-(?:on|vals=['\"]js:)"), "htmx must not evaluate text"),
)


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 40


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SERVER)))
def test_a_template_keeps_the_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [why for pattern, why in FORBIDDEN if pattern.search(text)]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SERVER)))
def test_every_form_that_changes_something_carries_its_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL):
        assert "{% csrf_token %}" in form


def test_no_style_sheet_or_script_fetches_from_elsewhere() -> None:
    for path in [*STATIC.glob("*.css"), *STATIC.glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|@import|\beval\(|innerHTML|new Function", text), path.name


def test_every_colour_of_the_pages_stands_in_the_tokens() -> None:
    for path in STATIC.glob("*.css"):
        if path.name == "tokens.css":
            continue
        colours = re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", path.read_text(encoding="utf-8"))
        # white paper under print and under a QR code, and the print's grey line, are meant as such
        assert set(colours) <= {"#fff", "#ccc"}, path.name
