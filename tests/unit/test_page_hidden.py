"""Why a person would not see a link."""

from __future__ import annotations

import pytest

from linkstead.page import read_page


def hidden(html: str) -> str | None:
    page = read_page(html.encode(), url="https://site.example/")
    return page.links[-1].hidden


A = "<a href=/x>x</a>"


@pytest.mark.parametrize(
    ("html", "word"),
    [
        (A, None),
        (f"<div hidden>{A}</div>", "hidden-attribute"),
        (f"<div hidden=until-found>{A}</div>", "hidden-attribute"),
        ("<a href=/x hidden>x</a>", "hidden-attribute"),
        ("<a href=/x style='display:none'>x</a>", "display-none"),
        ("<a href=/x style='DISPLAY : NONE !important'>x</a>", "display-none"),
        ("<a href=/x style='display:none;display:block'>x</a>", None),
        (f"<div style='display:none'><p>{A}</p></div>", "display-none"),
        (f"<span style='display:none'>{A}</span>", "display-none"),
        (f"<div style='visibility:hidden'>{A}</div>", "visibility-hidden"),
        (f"<div style='visibility:hidden'><p style='visibility:visible'>{A}</p></div>", None),
        (f"<div style='display:none'><p style='visibility:visible'>{A}</p></div>", "display-none"),
        (f"<div style='opacity:0'>{A}</div>", "visibility-hidden"),
        (f"<div style='opacity:0.0'><p style='visibility:visible'>{A}</p></div>", "visibility-hidden"),
        (f"<div style='opacity:0.5'>{A}</div>", None),
        (f"<div style='font-size:0'>{A}</div>", "zero-size"),
        (f"<div style='font-size:0px'>{A}</div>", "zero-size"),
        (f"<div style='width:0;height:0'>{A}</div>", "zero-size"),
        (f"<div style='height:0;overflow:hidden'>{A}</div>", "zero-size"),
        (f"<div style='max-height:0;overflow:hidden'>{A}</div>", "zero-size"),
        (f"<div style='height:0'>{A}</div>", None),
        (f"<div style='width:1px;height:1px;overflow:hidden'>{A}</div>", "zero-size"),
        (f"<div style='transform:scale(0)'>{A}</div>", "zero-size"),
        (f"<div style='width:100px;height:20px'>{A}</div>", None),
        (f"<div style='position:absolute;left:-9999px'>{A}</div>", "off-screen"),
        (f"<div style='position:fixed; top:-100em'>{A}</div>", "off-screen"),
        (f"<div style='left:-9999px'>{A}</div>", None),
        (f"<div style='position:absolute;left:-10px'>{A}</div>", None),
        (f"<div style='text-indent:-9999px'>{A}</div>", "off-screen"),
        (f"<div style='margin-left:-5000px'>{A}</div>", "off-screen"),
        (f"<div style='transform:translateX(-9999px)'>{A}</div>", "off-screen"),
        (f"<div style='position:absolute;clip:rect(0 0 0 0)'>{A}</div>", "off-screen"),
        (f"<div style='position:absolute;clip:rect(1px, 1px, 1px, 1px)'>{A}</div>", "off-screen"),
        (f"<div style='clip-path:inset(50%)'>{A}</div>", "off-screen"),
        (f"<noscript>{A}</noscript>", "noscript"),
        (f"<body><noscript><div>{A}</div></noscript>", "noscript"),
        (f"<div hidden>gone</div>{A}", None),
        (f"<div hidden><div style='display:none'>{A}</div></div>", "hidden-attribute"),
        ("<iframe src=/x width=1 height=1></iframe>", "zero-size"),
        ("<iframe src=/x width=640 height=480></iframe>", None),
        ("<iframe src=/x style='display:none'></iframe>", "display-none"),
        ("<div hidden><map><area href=/x></map></div>", "hidden-attribute"),
    ],
)
def test_hiding(html: str, word: str | None) -> None:
    assert hidden(html) == word


def test_hidden_text_is_not_the_pages_text() -> None:
    page = read_page(
        b"<p>seen</p><p hidden>unseen</p>also<noscript>no</noscript><b style='display:none'>nor it</b> seen",
        url="https://site.example/",
    )
    assert page.text.split() == ["seen", "also", "seen"]
    assert page.words == 3


def test_a_style_made_to_exhaust_a_pattern_is_read_at_once() -> None:
    styles = (
        "clip:rect(" + "0" * 5000,
        "x:" * 5000,
        "text-indent:-" + "9" * 5000,
        "transform:" + "translate(" * 900,
    )
    for style in styles:
        assert hidden(f"<a href=/x style='{style}'>x</a>") in (None, "off-screen")
