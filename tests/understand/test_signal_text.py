"""The words of signals, from the payloads that each way in makes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadline.core.signal import Act
from leadline.understand.signal_text import LONGEST, text_of


def test_a_mail_is_its_subject_and_its_own_words() -> None:
    payload = {
        "subject": "Quote for 40 seats",
        "words": "Hello,\r\nwhat would it cost?",
        "thread": "ab",
        "quoted": True,
    }
    assert text_of(Act.MAIL_RECEIVED, payload) == "Quote for 40 seats\n\nHello,\nwhat would it cost?"


def test_the_subject_of_an_answer_is_not_its_writers() -> None:
    assert text_of(Act.MAIL_RECEIVED, {"subject": "AW: Quote for 40 seats", "words": "Passt."}) == "Passt."


def test_a_mail_that_somebody_was_copied_on_says_nothing_for_him() -> None:
    assert text_of("mail copied", {"subject": "Quote", "words": "not kept"}) == ""


def test_calls_meetings_and_notes_of_crm_systems() -> None:
    assert text_of(Act.CALL_HELD, {"title": "Intro", "text": "They use Excel.", "seconds": 60}) == (
        "Intro\n\nThey use Excel."
    )
    assert text_of(Act.MEETING_INVITED, {"title": "Demo", "meeting": "0f", "start": "2026-01-01T10:00"}) == "Demo"
    assert text_of(Act.NOTE_WRITTEN, {"text": "Wants SSO."}) == "Wants SSO."


def test_turns_news_chats_forms_and_webhooks() -> None:
    assert text_of(Act.CALL_SAID, {"call": "a", "turn": 3, "words": "It is too expensive."}) == "It is too expensive."
    news = {
        "title": "Acme buys Beta",
        "words": "Acme buys Beta for €3M.",
        "link": "https://a.example/x",
        "tags": ["deals"],
    }
    assert text_of(Act.NEWS_PUBLISHED, news) == "Acme buys Beta for €3M."
    form = {
        "name": "Form Submitted",
        "properties": {"Message": "Please call me.", "country": "DE", "formId": "contact"},
    }
    assert text_of(Act.FORM_SUBMITTED, form) == "Please call me."
    odd = {"properties": {"field_7": "we would like to see a demo", "field_8": "Anna"}}
    assert text_of(Act.FORM_SUBMITTED, odd) == "we would like to see a demo"
    assert (
        text_of("chat.message", {"type": "chat.message", "data": {"email": "a@b.example", "message": {"text": "Hi"}}})
        == "Hi"
    )


def test_labels_are_no_words() -> None:
    assert text_of(Act.PAGE_VIEWED, {"page": {"title": "Prices"}, "name": "Prices", "title": "Prices"}) == ""
    assert text_of("signed in", {"name": "Signed in", "properties": {"plan": "team"}}) == ""
    assert text_of(Act.MAIL_RECEIVED, {}) == ""


def test_what_cannot_be_seen_is_taken_out() -> None:
    assert text_of(Act.NOTE_WRITTEN, {"text": "a\0b\ud800c\x07d"}) == "a b\ufffdc d"
    assert len(text_of(Act.NOTE_WRITTEN, {"text": "ab " * LONGEST})) <= LONGEST


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=30)
payloads = st.dictionaries(
    st.sampled_from(["subject", "title", "words", "text", "note", "data", "properties", "message", "a"]),
    st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_size=6,
)


@given(st.sampled_from([*map(str, Act), "anything else"]), payloads)
def test_any_payload_gives_storable_text_that_does_not_hang_on_order(act: str, payload: dict[str, object]) -> None:
    text = text_of(act, payload)
    assert text.encode("utf-8").decode("utf-8") == text
    assert "\0" not in text
    assert "\r" not in text
    assert text_of(act, dict(reversed(payload.items()))) == text
