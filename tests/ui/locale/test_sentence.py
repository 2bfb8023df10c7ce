"""A sentence that is kept is said in the language of those who see it then."""

from ui.locale import speaking, to_say
from ui.locale.sentence import Sentence, listed, paragraph


def test_a_kept_sentence_is_said_with_those_in_it_in_the_language_of_then() -> None:
    drawing = Sentence(to_say("your drawing"))
    values = {"source": drawing, "place": 2, "count": 3}
    whole = Sentence(to_say("{source}, digit {place} of {count}"), values)
    assert str(whole) == "your drawing, digit 2 of 3"
    with speaking("xx"):
        accented = str(drawing)
        assert accented != "your drawing"
        assert str(whole).startswith(accented)
    assert str(whole) == "your drawing, digit 2 of 3"


def test_kept_sentences_are_the_same_where_they_say_the_same() -> None:
    first, second = (Sentence("test digit {place}", {"place": 17}) for _ in range(2))
    assert first == second
    assert first != Sentence("test digit {place}", {"place": 18})


def test_things_stand_in_a_row() -> None:
    assert listed(["a", "b", "c"]) == "a, b, c"
    assert listed(["a"]) == "a"
    assert listed([]) == ""


def test_sentences_make_a_paragraph() -> None:
    assert paragraph("One.", "", "Two.", "Three.") == "One. Two. Three."
    assert paragraph("", "") == ""
