import pytest

from model.classroom.names import NAMES
from model.classroom.reasons import ClassReason
from ui.locale import languages, speaking
from ui.state.classroom.words import class_words, name_words


@pytest.mark.parametrize("language", languages())
def test_no_two_names_are_alike_in_any_language(language: str) -> None:
    with speaking(language):
        names = [name_words(name) for name in NAMES]
    assert len(set(names)) == len(NAMES)
    if language == "en":
        said = [f"{name.colour} {name.animal}".title() for name in NAMES]
        assert names == said


def test_every_reason_has_its_words() -> None:
    assert all(class_words(reason) for reason in ClassReason)
