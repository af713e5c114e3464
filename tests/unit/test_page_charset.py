"""In which encoding a page is read, who said so, and that a lie hides no link (fault test F42)."""

from __future__ import annotations

import pytest

from linkstead.page import Page, read_page
from linkstead.page.charset import encoding_for_label, prescan

URL = "https://site.example/"
TARGET = "https://target.example/page"


def read(body: bytes, content_type: str | None = None) -> Page:
    headers = () if content_type is None else (("Content-Type", content_type),)
    return read_page(body, url=URL, headers=headers)


def page_of(text: str, encoding: str, meta: str = "") -> bytes:
    head = f"<head>{f'<meta charset={meta}>' if meta else ''}<title>{text}</title></head>"
    return f'{head}<p>{text} <a href="{TARGET}">{text}</a> {text}</p>'.encode(encoding)


RUSSIAN = "Ссылка на очень хорошую страницу о книгах"
CHINESE = "这是一个关于书籍的非常好的网页链接"
JAPANESE = "これは本についてのとても良いページへのリンクです"
FRENCH = "Un lien vers une très belle page dédiée à la poésie française"


@pytest.mark.parametrize(
    ("body", "content_type", "charset", "source"),
    [
        (b"\xef\xbb\xbf" + page_of(RUSSIAN, "utf-8"), "text/html; charset=windows-1251", "UTF-8", "bom"),
        (b"\xff\xfe" + page_of(RUSSIAN, "utf-16-le"), None, "UTF-16LE", "bom"),
        (b"\xfe\xff" + page_of(RUSSIAN, "utf-16-be"), "text/html; charset=utf-8", "UTF-16BE", "bom"),
        (page_of(RUSSIAN, "cp1251", "koi8-r"), "text/html; charset=windows-1251", "windows-1251", "header"),
        (page_of(RUSSIAN, "utf-8"), 'text/html; charset="UTF-8"', "UTF-8", "header"),
        (page_of(FRENCH, "latin-1"), "text/html; Charset=ISO-8859-1", "windows-1252", "header"),
        (page_of(RUSSIAN, "utf-16-le"), "text/html; charset=utf-16", "UTF-16LE", "header"),
        (page_of(RUSSIAN, "cp1251", "windows-1251"), None, "windows-1251", "meta"),
        (page_of(CHINESE, "gbk", "gb2312"), "text/html", "GBK", "meta"),
        (page_of(JAPANESE, "shift_jis", "x-sjis"), "text/html; charset=nonsense", "Shift_JIS", "meta"),
        (page_of(RUSSIAN, "utf-8"), None, "UTF-8", "detected"),
        (page_of(RUSSIAN, "cp1251"), None, "windows-1251", "detected"),
        (page_of(RUSSIAN, "utf-16-be"), None, "UTF-16BE", "detected"),
        (page_of("plain", "ascii"), None, "UTF-8", "default"),
        (b"", None, "UTF-8", "default"),
        # lies: the bytes disprove the declaration
        (page_of(CHINESE, "gbk", "utf-8"), "text/html; charset=utf-8", "GBK", "detected"),
        (page_of(RUSSIAN, "cp1251", "utf-8"), None, "windows-1251", "detected"),
        (page_of(RUSSIAN, "utf-8", "windows-1251"), "text/html; charset=iso-8859-1", "UTF-8", "detected"),
        (page_of(RUSSIAN, "utf-8", "utf-16"), None, "UTF-8", "meta"),
        (page_of("plain", "ascii"), "text/html; charset=utf-16le", "UTF-8", "default"),
        (page_of("plain", "ascii", "utf-7"), "text/html; charset=utf-7", "UTF-8", "default"),
        (page_of("plain", "ascii"), "text/html; charset=iso-2022-kr", "UTF-8", "default"),
    ],
)
def test_the_order_of_witnesses(body: bytes, content_type: str | None, charset: str, source: str) -> None:
    page = read(body, content_type)
    assert (page.charset, page.charset_from) == (charset, source)
    assert not body or [link.url for link in page.links] == [TARGET]


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (CHINESE, "gbk", "utf-8"),
        (CHINESE, "gb18030", "utf-8"),
        (CHINESE, "utf-8", "gbk"),
        (JAPANESE, "shift_jis", "utf-8"),
        (JAPANESE, "euc_jp", "utf-8"),
        (JAPANESE, "utf-8", "shift_jis"),
        (RUSSIAN, "cp1251", "utf-8"),
        (RUSSIAN, "koi8_r", "utf-8"),
        (RUSSIAN, "utf-8", "iso-8859-1"),
        (RUSSIAN, "utf-8", "x-user-defined"),
        (RUSSIAN, "utf-16-le", "utf-8"),
        (FRENCH, "cp1252", "utf-8"),
        (FRENCH, "utf-8", "hz-gb-2312"),
        ("plain words", "ascii", "utf-16be"),
        ("plain words", "utf-16-be", "iso-8859-1"),
    ],
)
def test_a_charset_lie_hides_neither_link_nor_anchor_text(text: str, encoding: str, told: str) -> None:
    for body, header in (
        (page_of(text, encoding), f"text/html; charset={told}"),
        (page_of(text, encoding, told), None),
    ):
        (link,) = read(body, header).links
        assert (link.url, link.anchor_text) == (TARGET, text)


def test_utf_7_markup_is_text_as_in_every_browser() -> None:
    page = read(
        b"+ADw-a href=+ACI-https://evil.example/+ACIAPg-x+ADw-/a+AD4- " + page_of("plain", "ascii"),
        "text/html; charset=utf-7",
    )
    assert [link.url for link in page.links] == [TARGET]


def test_a_page_cut_inside_a_character_and_one_stray_byte_are_still_utf_8() -> None:
    whole = page_of(RUSSIAN, "utf-8")
    for body in (whole + "ж".encode()[:1], b"\xff" + whole, whole[:20] + b"\xfe" + whole[20:]):
        assert read(body, "text/html; charset=utf-8").charset == "UTF-8"
        assert read(body).charset == "UTF-8"


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        (b"<meta charset=utf-8>", "UTF-8"),
        (b"<META CHARSET='latin1'>", "windows-1252"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "KOI8-R"),
        (b'<meta content="text/html; charset=koi8-r" http-equiv=content-type>', "KOI8-R"),
        (b'<meta content="text/html; charset=koi8-r">', None),
        (b"<!-- <meta charset=koi8-r> --><meta charset=utf-8>", "UTF-8"),
        (b"<p title='<meta charset=koi8-r>'><meta charset=utf-8>", "UTF-8"),
        (b"<metal charset=koi8-r>", None),
        (b"<meta charset=nonsense><meta charset=big5>", "Big5"),
        (b"<meta charset=utf-16le>", "UTF-8"),
        (b"<meta charset=", None),
        (b"<", None),
    ],
)
def test_the_prescan(head: bytes, charset: str | None) -> None:
    assert prescan(head) == charset


def test_labels_are_those_of_the_encoding_standard() -> None:
    assert encoding_for_label(" Latin1\n") == "windows-1252"
    assert encoding_for_label("gb2312") == "GBK"
    assert encoding_for_label("utf-7") is None
    assert encoding_for_label("") is None
