"""A sentence for every event, and strangers' words that stay in their place (fault F41)."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkstead.alerts.channels import AT_ONCE, GROUPS, KIND_NAMES, Outcome, judge_reply, pause_after
from linkstead.alerts.wording import Told, as_html, as_text, bare, isolated, plain, sentence
from linkstead.events import EventKind
from tests.alert_samples import incident

PAGE, TARGET = "https://blog.example/a-post", "https://example.com/guides"
TURNED = "\u202emoc.elpmaxe\u202c \u05de\u05d2"
#: kind, before, after, the sentence
SENTENCES: tuple[tuple[EventKind, dict[str, Any] | None, dict[str, Any] | None, str], ...] = (
    (EventKind.NEW, None, {"anchor_text": "lamps"},
     "blog.example/a-post links to example.com/guides with the text “lamps”."),
    (EventKind.NEW, None, None, "blog.example/a-post links to example.com/guides."),
    (EventKind.LOST, None, {"reason": "removed"},
     "blog.example/a-post no longer links to example.com/guides: the page is there, the link is not."),
    (EventKind.LOST, None, {"reason": "a word nobody knows"},
     "blog.example/a-post no longer links to example.com/guides."),
    (EventKind.NOT_FOUND, None, {"reason": "page_gone"},
     "No link from blog.example/a-post to example.com/guides: the page is gone; only sources knew the link."),
    (EventKind.REGAINED, None, None, "blog.example/a-post links to example.com/guides again."),
    (EventKind.UNREACHABLE, None, {"reason": "dns"},
     ("blog.example/a-post could not be read for a while: the host name was not found. Whether it still links"
      " to example.com/guides is not known.")),
    (EventKind.REL_CHANGED, {"followed": True, "rel": []}, {"followed": False, "rel": ["nofollow", "ugc"]},
     "The link on blog.example/a-post is now not followed (nofollow ugc), it was followed."),
    (EventKind.REL_CHANGED, {"followed": True, "rel": []},
     {"followed": False, "rel": ["noopener"], "nofollow_from": ["robots meta"]},
     "The link on blog.example/a-post is now not followed (robots meta), it was followed."),
    (EventKind.REL_CHANGED, {"followed": False, "rel": ["nofollow"]}, {"followed": False, "rel": ["ugc"]},
     "The rel of the link on blog.example/a-post is now ugc, it was nofollow."),
    (EventKind.ANCHOR_CHANGED, {"anchor_text": "a"}, {"anchor_text": "b"},
     "The anchor text of the link on blog.example/a-post is now “b”, it was “a”."),
    (EventKind.ANCHOR_CHANGED, {"anchor_text": "a"}, {"anchor_text": ""},
     "The anchor text of the link on blog.example/a-post is now empty, it was “a”."),
    (EventKind.PLACEMENT_CHANGED, {"placement": "content"}, {"placement": "footer"},
     "The placement of the link on blog.example/a-post is now footer, it was content."),
    (EventKind.STATUS_CHANGED, {"http_status": 200}, {"http_status": 203},
     "The HTTP status on blog.example/a-post is now 203, it was 200."),
    (EventKind.INDEXABILITY_CHANGED, {"indexable": True},
     {"indexable": False, "noindex_from": ["robots meta"]},
     "blog.example/a-post, which links to you, asks not to be indexed (robots meta)."),
    (EventKind.HIDDEN_CHANGED, None, {"hidden": "display-none"},
     "The link on blog.example/a-post is hidden from people now (display-none)."),
    (EventKind.MOVED, None, {"via": "canonical", "final_url": "https://blog.example/b"},
     "The link on blog.example/a-post has moved to the page's canonical address: blog.example/b."),
    (EventKind.TARGET_BROKEN, None, {"http_status": 404},
     "Your page example.com/guides, which has backlinks, fails: HTTP 404."),
    (EventKind.INCIDENT, None, incident(),
     ("Links with marks of spam since 18 Nov 2026: 240 new referring domains in seven days, where 10.2 were"
      " to be expected. So far 240 domains with 312 links.")),
    (EventKind.INCIDENT, None, incident(severity="notice", domains=1, links=1, says=""),
     "More links than usual since 18 Nov 2026. So far 1 domain with 1 link."),
    (EventKind.INCIDENT, None,
     incident(what=["confirmed losses"], severity="notice", domains=None, links=None, began="lately",
              says="24 domains with a confirmed loss in seven days, where 1.2 were to be expected."),
     ("More losses than usual since lately: 24 domains with a confirmed loss in seven days, where 1.2 were"
      " to be expected.")),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "before", "after", "wanted"), SENTENCES)
def test_an_event_is_one_plain_sentence(kind: EventKind, before: Any, after: Any, wanted: str) -> None:
    assert as_text(sentence(Told(kind, PAGE, TARGET, before, after))) == wanted


@pytest.mark.parametrize("kind", list(EventKind))
@pytest.mark.parametrize("facts", [None, {}, {"rel": None, "followed": None}, {"unheard": "of"}])
def test_every_kind_has_a_sentence_a_name_a_group_and_a_default(kind: EventKind, facts: Any) -> None:
    told = as_text(sentence(Told(kind, None, None, facts, facts)))
    assert told[0].isupper()
    assert told.endswith(".")
    assert "None" not in told
    assert kind in KIND_NAMES
    assert kind in AT_ONCE
    assert sum(kind in group.kinds for group in GROUPS) == 1


def test_an_anchor_that_an_incident_quotes_is_a_strangers_word() -> None:
    says = f"9 of 12 new domains share the anchor text “<b>{TURNED}”; 0.1 would be usual."
    told = sentence(Told(EventKind.INCIDENT, None, None, None, incident(says=says)))
    assert "<bdi>9 of 12 new domains share the anchor text “&lt;b&gt;moc" in as_html(told)
    assert "\u202e" not in as_text(told)


def test_markup_in_an_anchor_is_text_in_html() -> None:
    told = Told(EventKind.ANCHOR_CHANGED, PAGE, TARGET, {"anchor_text": "x"}, {"anchor_text": "<img src=x>"})
    assert "<bdi>&lt;img src=x&gt;</bdi>" in as_html(sentence(told))


def test_words_in_another_direction_are_isolated_and_cannot_turn_their_neighbours() -> None:
    told = Told(EventKind.NEW, PAGE, TARGET, None, {"anchor_text": TURNED})
    text = as_text(sentence(told))
    assert "\u2068moc.elpmaxe \u05de\u05d2\u2069" in text
    assert "\u202e" not in text


def test_a_look_alike_host_is_shown_as_it_really_is() -> None:
    # hosts are stored in ASCII, so that a Cyrillic a does not pass for a Latin one
    assert bare("https://xn--pple-43d.example/") == "xn--pple-43d.example"
    assert isolated("\u0430pple") == "\u2068\u0430pple\u2069"


def test_a_title_of_a_megabyte_is_cut() -> None:
    assert len(plain("lamp " * 200_000)) <= 200
    assert plain("lamp " * 200_000).endswith("…")


@given(st.text())
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    line = plain(text)
    assert len(line) <= 200
    assert len(line.splitlines()) <= 1
    for letter in line:
        assert letter in "\u200c\u200d" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    line.encode()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(250, Outcome.SENT), (421, Outcome.AGAIN), (450, Outcome.AGAIN), (535, Outcome.AGAIN),
     (550, Outcome.REFUSED), (554, Outcome.REFUSED), (-1, Outcome.AGAIN)],
)  # fmt: skip
def test_a_reply_of_a_mail_server_is_judged_by_its_class(code: int, outcome: Outcome) -> None:
    judged = judge_reply(code, "words")
    assert judged.outcome is outcome
    assert (str(code) in judged.reason) is (outcome is not Outcome.SENT)


def test_pauses_grow_and_end() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 12)]
    known = [pause for pause in pauses if pause is not None]
    assert known == sorted(known)
    assert 2 * 86_400 < sum(known) < 3 * 86_400
    assert pauses[-1] is None
