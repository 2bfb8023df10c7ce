"""How the app speaks: sentences, numbers, catalogues, and whose language it is."""

import re
from datetime import date

import pytest
from babel.messages.catalog import Message

from ui.locale import (
    ENGLISH,
    catalogue,
    date_text,
    language,
    language_name,
    languages,
    number_text,
    say,
    say_many,
    speaking,
    tag,
)
from ui.locale.messages import brought_up_to_date, missing, said_by_the_code
from ui.locale.pseudo import PSEUDO, pseudo
from ui.state.language import known, preferred

OTHERS = [each for each in languages() if each != ENGLISH]
PLACE = re.compile(r"(?<!\{)\{[^{}]+\}")
MARKS = ("**", "`", "$", ":material/", "](")
"""Of Markdown: a translation has as many of each."""


def texts(message: Message) -> list[str]:
    """The translations of a message, one or several."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_english_is_what_the_code_says() -> None:
    assert language() == ENGLISH
    assert say("{share:.1%} of {count:,} {name}", share=0.123, count=5000, name="{x}") == (
        "12.3% of 5,000 {x}"
    )
    assert say("set {1, 2}") == "set {1, 2}"  # without values braces stand for themselves
    assert say("") == ""
    assert say_many("{count} digit", "{count} digits", 1) == "1 digit"
    assert say_many("{count} digit of {name}", "{count} digits of {name}", 2, name="Fox") == (
        "2 digits of Fox"
    )


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (1234567, ",", "1,234,567"),
        (0.98765, ".1%", "98.8%"),
        (0.5, ".0%", "50%"),
        (1234.5, ",.1f", "1,234.5"),
        (0.25, ".3f", "0.250"),
        (1.5, "+.1f", "+1.5"),
        (-1.5, "+.1f", "-1.5"),
        (7, "02", "07"),
        (3, "", "3"),
        (0.00012, ".2g", "0.00012"),
    ],
)
def test_chinese_numbers_look_as_english_ones_do(value: float, spec: str, text: str) -> None:
    assert format(value, spec) == text
    with speaking("zh_Hans"):
        assert number_text(value, spec) == text


def test_a_language_with_other_signs_has_its_own_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking("de"):
        assert number_text(1234567.891, ",.2f") == "1.234.567,89"
        assert number_text(0.5, ".1%") == "50,0\N{NO-BREAK SPACE}%"
        assert say("{loss:.2f}", loss=0.25) == "0,25"


def test_a_day_is_written_as_the_language_does() -> None:
    assert date_text(date(2026, 11, 27)) == "Nov 27, 2026"
    with speaking("zh_Hans"):
        assert date_text(date(2026, 11, 27)) == "2026年11月27日"


def test_the_pseudo_language_keeps_what_is_no_text() -> None:
    said = pseudo("See **{name}** in `code` and [here](https://a.example/is) :material/save:")
    for kept in ("{name}", "`code`", "](https://a.example/is)", ":material/save:", "**"):
        assert kept in said
    assert "See" not in said
    assert len(said) > 1.2 * len("See **{name}** in `code` and [here]()")


def test_languages_name_themselves() -> None:
    assert language_name("zh_Hans") == "简体中文"
    assert language_name(ENGLISH) == "English"
    assert tag("zh_Hans") == "zh-Hans"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((text, "zh_Hans") for text in ("zh", "zh-CN", "ZH_hans", "zh-Hans-CN", "zh-TW")),
        *((text, "en") for text in ("en", "en-GB", "EN")),
        ("xx", PSEUDO),
        *((text, None) for text in ("de", "", "../zh", "z", "zh/..", "中文")),
    ],
)
def test_a_language_is_known_in_any_of_its_ways_of_writing(text: str, found: str | None) -> None:
    assert known(text) == found


def test_the_browser_gets_the_first_of_its_languages_that_the_app_speaks() -> None:
    assert preferred(["de-DE", "zh-CN", "en"]) == "zh_Hans"
    assert preferred(["en-GB", "zh"]) == "en"
    assert preferred(["xx", "fr"]) == ENGLISH
    assert preferred([]) == ENGLISH


def test_the_code_says_much() -> None:
    found = said_by_the_code()
    assert len(found) > 1000
    files = {file for each in found for file, _ in each.locations}
    assert any(file.endswith(".js") for file in files)
    assert {file.split("/")[0] for file in files} == {"ui", "pages"}


def test_no_sentence_is_glued_from_parts() -> None:
    halves = [
        each.id
        for each in said_by_the_code()
        for text in ([each.id] if isinstance(each.id, str) else each.id)
        if text != text.strip()
    ]
    assert halves == []


@pytest.mark.parametrize("other", OTHERS)
def test_a_catalogue_has_all_that_the_code_says(other: str) -> None:
    """Where this fails: make messages, then translate what is empty in the .po file."""
    whole = brought_up_to_date(other)
    assert missing(whole) == []
    assert not whole.obsolete, "no longer said: make messages leaves it out"


@pytest.mark.parametrize("other", OTHERS)
def test_a_translation_has_the_same_values_and_marks(other: str) -> None:
    wrong = []
    for message in catalogue(other):
        if not message.id:
            continue
        first = message.id if isinstance(message.id, str) else message.id[-1]
        for text in texts(message):
            same = set(PLACE.findall(text)) == set(PLACE.findall(first))
            if not same or any(text.count(mark) != first.count(mark) for mark in MARKS):
                wrong.append((first, text))
    assert wrong == []
