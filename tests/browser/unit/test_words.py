"""What scripts write in the language of the page."""

import pytest

FILE = "shared/words.js"
GERMAN = "globalThis.digitscopeSpoken = { language: 'de', words: {} }"
CHINESE = (
    "globalThis.digitscopeSpoken = { language: 'zh-Hans',"
    " words: { '{row}, {item}': '{row}，{item}', '{text} {more}': '{text}{more}' } }"
)


def test_numbers_are_written_as_the_language_writes_them(page, javascript) -> None:
    numbers = [[1234567], [0.5, 2], [1234.5, 0, 3], [-0.0, 1]]
    assert javascript(FILE, "numberText")(*numbers) == ["1,234,567", "0.50", "1234.5", "0.0"]
    assert javascript(FILE, "percentText")([0.998], [0.98765, 2]) == ["99.8%", "98.77%"]
    page.reload()
    page.evaluate(GERMAN)
    assert javascript(FILE, "numberText")(*numbers) == ["1.234.567", "0,50", "1234,5", "0,0"]
    assert javascript("stage/numbers.js", "percent")([0.998], [0.9999]) == [
        "99,8\xa0%",
        ">\xa099,9\xa0%",
    ]
    assert javascript("maps/numbers.js", "exactly")([-0.1234567]) == ["−0,1235"]
    assert javascript("curves/numbers.js", "valueText")([0.123456789, False]) == ["0,12346"]


@pytest.mark.parametrize(
    ("words", "row", "text"),
    [("", "a, b, c", "One. Two."), (CHINESE, "a，b，c", "One.Two.")],
)
def test_things_and_sentences_are_put_together_as_the_language_does(
    page, javascript, words: str, row: str, text: str
) -> None:
    page.evaluate(words or "null")
    assert javascript(FILE, "listed")([["a", "b", "c"]], [["a"]], [[]]) == [row, "a", ""]
    assert javascript(FILE, "paragraph")(["One.", "", "Two."]) == [text]
