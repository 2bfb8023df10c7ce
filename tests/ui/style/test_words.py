"""Words: what a person typed is shown as typed."""

import pytest

from ui.style.words import duration, percent, plain


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
