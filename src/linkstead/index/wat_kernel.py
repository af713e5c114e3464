"""Which of a page's links may lead to another site, found in WAT's JSON before anything is decoded.

Of a hundred entries of `Links[]` some fifteen are worth a Python object: the others are images, scripts, and
addresses of the same site. Looking at their bytes in compiled code is what makes extraction as fast as it is
(docs/benchmarks.md). Whatever is unusual here (an escape in a key, in the path or at the beginning of the
address, a value that is no text) is left to the decoder: this may let too much through, never too little.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkstead.compiled import compiled

#: Not a list of objects as JSON has them: the decoder says what is wrong.
NOT_A_LIST: Final = -1
#: A candidate has at least so many bytes, so that a buffer can be measured out.
LEAST_BYTES: Final = 8

_QUOTE, _ESCAPE, _OPEN, _CLOSE, _LIST, _END = 34, 92, 123, 125, 91, 93
_ONE = np.uint64(1)
_COMMA, _COLON, _BLANK, _SLASH = 44, 58, 32, 47
_PATH = np.frombuffer(b"path", np.uint8)
_URL = np.frombuffer(b"url", np.uint8)
_HREF = np.frombuffer(b"href", np.uint8)
_A = np.frombuffer(b"A@/href", np.uint8)
_AREA = np.frombuffer(b"AREA@/href", np.uint8)
_HTTP = np.frombuffer(b"http:", np.uint8)
_HTTPS = np.frombuffer(b"https:", np.uint8)
_TWO = np.frombuffer(b"//", np.uint8)
_THREE = np.frombuffer(b"://", np.uint8)
_BACK = np.frombuffer(b"/\\", np.uint8)
#: So far into an address a scheme is looked for.
_SCHEME = 12


@compiled
def candidates(
    text: NDArray[np.uint8], origin: NDArray[np.uint8], foreign: bool, spans: NDArray[np.uint32]
) -> tuple[int, int, int]:
    """Spans (begin, end) of the objects to decode: (how many, links passed over, of them internal).

    `text` is the JSON of `Links[]`, `origin` the page's own `https://host/`, `foreign` whether its <base>
    names another site. `spans` has room for `len(text) // LEAST_BYTES + 1` rows. The first number is
    NOT_A_LIST when the text is none.
    """
    place, length = _after_blanks(text, 0), len(text)
    count = links = 0
    if place >= length or text[place] != _LIST:
        return NOT_A_LIST, 0, 0
    place = _after_blanks(text, place + 1)
    while place < length and text[place] != _END:
        if text[place] == _COMMA:
            place = _after_blanks(text, place + 1)
            continue
        if text[place] != _OPEN:
            return NOT_A_LIST, 0, 0
        begin = place
        place, odd, path, path_end, url, url_end = _entry(text, place)
        if place < 0:
            return NOT_A_LIST, 0, 0
        if odd:
            wanted = True
        elif _is(text, path, path_end, _A) or _is(text, path, path_end, _AREA):
            wanted = _may_leave(text, url, url_end, origin, foreign)
            links += not wanted
        else:
            wanted = False
        if wanted:
            spans[count, 0], spans[count, 1] = begin, place
            count += 1
        place = _after_blanks(text, place)
    if place >= length:
        return NOT_A_LIST, 0, 0
    return count, links, links


@compiled
def _entry(text: NDArray[np.uint8], place: int) -> tuple[int, bool, int, int, int, int]:
    """One object: (byte behind it or -1, whether it is unusual, begin and end of path and of address)."""
    odd = False
    path = path_end = url = url_end = href = href_end = 0
    length = len(text)
    place = _after_blanks(text, place + 1)
    while place < length and text[place] != _CLOSE:
        if text[place] == _COMMA:
            place = _after_blanks(text, place + 1)
            continue
        if text[place] != _QUOTE:
            return -1, odd, 0, 0, 0, 0
        key = place + 1
        key_end, escaped = _string(text, key)
        odd = odd or escaped
        place = _after_blanks(text, key_end + 1)
        if key_end >= length or place >= length or text[place] != _COLON:
            return -1, odd, 0, 0, 0, 0
        place = _after_blanks(text, place + 1)
        is_path, is_url = _is(text, key, key_end, _PATH), _is(text, key, key_end, _URL)
        named = is_path or is_url or _is(text, key, key_end, _HREF)
        if place < length and text[place] == _QUOTE:
            value = place + 1
            value_end, escaped = _string(text, value)
            if value_end >= length:
                return -1, odd, 0, 0, 0, 0
            if named and escaped and (is_path or _early(text, value, value_end)):
                odd = True
            if is_path:
                path, path_end = value, value_end
            elif is_url:
                url, url_end = value, value_end
            elif named:
                href, href_end = value, value_end
            place = value_end + 1
        else:
            odd = odd or named
            place = _behind_value(text, place)
        place = _after_blanks(text, place)
    if place >= length:
        return -1, odd, 0, 0, 0, 0
    if url == url_end:
        url, url_end = href, href_end
    return place + 1, odd, path, path_end, url, url_end


@compiled
def _may_leave(text: NDArray[np.uint8], url: int, end: int, origin: NDArray[np.uint8], foreign: bool) -> bool:
    """Whether an address may be another site's: the same questions as the decoder's side asks."""
    if _begins(text, url, end, origin):
        return False
    if (
        foreign
        or _begins(text, url, end, _HTTP)
        or _begins(text, url, end, _HTTPS)
        or _begins(text, url, end, _TWO)
        or _begins(text, url, end, _BACK)
    ):
        return True
    if url == end:
        return False
    first = text[url]
    if first <= _BLANK or first == _ESCAPE or first == 72 or first == 104 or first == 70:  # H, h, F
        return True
    for at in range(url, min(url + _SCHEME, end - 2)):
        if _begins(text, at, end, _THREE):
            return True
    return False


@compiled
def _early(text: NDArray[np.uint8], begin: int, end: int) -> bool:
    """Whether an escape stands where an address shows whose it is: anywhere before a `?` or `#`."""
    for at in range(begin, end):
        if text[at] == _ESCAPE:
            return True
        if text[at] == 63 or text[at] == 35:
            return False
    return False


@compiled
def _string(text: NDArray[np.uint8], place: int) -> tuple[int, bool]:
    """The closing quote of a string whose first byte is here (or the end), and whether it has escapes."""
    escaped = False
    # unsigned, so that no index is looked at for being negative: this loop sees most bytes of a file
    at, length = np.uint64(place), np.uint64(len(text))
    while at < length:
        byte = text[at]
        if byte == _QUOTE:
            break
        if byte == _ESCAPE:
            escaped = True
            at += _ONE
        at += _ONE
    return np.int64(at), escaped  # type: ignore[return-value] # an int, for the compiler


@compiled
def _behind_value(text: NDArray[np.uint8], place: int) -> int:
    """The byte behind a value that is no string."""
    depth, length = 0, len(text)
    while place < length:
        byte = text[place]
        if byte == _QUOTE:
            place, _ = _string(text, place + 1)
        elif byte == _OPEN or byte == _LIST:
            depth += 1
        elif byte == _CLOSE or byte == _END:
            if depth == 0:
                return place
            depth -= 1
        elif byte == _COMMA and depth == 0:
            return place
        place += 1
    return place


@compiled
def _after_blanks(text: NDArray[np.uint8], place: int) -> int:
    while place < len(text) and (text[place] == _BLANK or 9 <= text[place] <= 13):
        place += 1
    return place


@compiled
def _is(text: NDArray[np.uint8], begin: int, end: int, word: NDArray[np.uint8]) -> bool:
    return end - begin == len(word) and _begins(text, begin, end, word)


@compiled
def _begins(text: NDArray[np.uint8], begin: int, end: int, word: NDArray[np.uint8]) -> bool:
    if end - begin < len(word):
        return False
    for at in range(len(word)):
        if text[begin + at] != word[at]:
            return False
    return True
