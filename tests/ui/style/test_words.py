"""Words: what a person typed is shown as typed."""

import pytest

from model.experiments.compression.lite import LiteForm
from model.experiments.small import STUDENTS
from model.training.rehearsal import counted
from tests.pages.said import english
from ui.locale import speaking
from ui.locale.pseudo import PSEUDO
from ui.style.words import duration, name_words, percent, plain


@pytest.mark.parametrize(
    ("typed", "markdown"),
    [
        ("Run 1, epoch 2", "Run 1, epoch 2"),
        ("*a*_b_", r"\*a\*\_b\_"),
        ("$x$ :smile: [l](u)", r"\$x\$ \:smile\: \[l\](u)"),
        ("- a\n\n# b &lt;", r"\- a \# b \&lt;"),
        ("1. a-b", r"1\. a-b"),
        ("# <b> `c` \\", r"\# \<b\> \`c\` " + r"\\"),
    ],
)
def test_markdown_stands_for_itself(typed: str, markdown: str) -> None:
    assert plain(typed) == markdown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (float("inf"), "–"), (59.4, "59 s"), (80, "1 min 20 s"), (7500, "2 h 05 min")],
)
def test_durations_as_a_person_says_them(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("share", "apart", "text"),
    [
        (0.998, None, "99.8%"),
        (1.0, None, "100.0%"),
        (0.0, None, "0.0%"),
        (0.99996, None, "99.996%"),
        (0.00004, None, "0.004%"),
        (0.99964, 0.9997, "99.96%"),
        (0.9, 0.9, "90.0%"),
    ],
)
def test_a_share_reads_as_what_it_is(share: float, apart: float | None, text: str) -> None:
    assert percent(share, apart) == text


@pytest.mark.parametrize(
    "name",
    [
        "Shipped network",
        "Run 3, epoch 2",
        "League 1, epoch 4, batch 7",
        "Our digits 2, epoch 1, changed",
        *(f"Shipped network, taught {counted(number)}" for number in (1, 2)),
        *(
            f"Run 1, epoch 3: 90% zeros, trained on, {form}"
            for form in LiteForm
            if form != "float32"
        ),
        *(f"Shipped network: {student} student, alone" for student in STUDENTS),
        *(f"Shipped network: {student} student, distilled" for student in STUDENTS),
        "Shipped network: the student that never saw a 3",
        "Shipped network, 50% of its weights set to zero, int8",
        "random weights",
    ],
)
def test_what_the_app_calls_a_network_is_said_and_stays_what_it_is_in_english(name: str) -> None:
    assert name_words(name) == name
    with speaking(PSEUDO):
        assert not english(name_words(name))


def test_what_a_person_calls_a_network_stays() -> None:
    with speaking(PSEUDO):
        assert name_words("My best one") == "My best one"
        assert name_words("My best one, epoch 2").startswith("My best one")
        assert english(name_words("My best one, epoch 2")) == ["best", "one"]
