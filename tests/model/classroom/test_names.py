import re

import pytest

from model.classroom.codes import (
    ALPHABET,
    CLASS_CODE,
    OWN_CODE,
    cleaned,
    digest,
    new_code,
    new_key,
    screen_key_of,
)
from model.classroom.names import NAMES, Animal, Name, free_name


def test_sixty_students_have_sixty_names_and_at_first_each_another_animal() -> None:
    taken: set[Name] = set()
    for _ in range(60):
        taken.add(free_name(taken))
        if len(taken) == len(Animal):
            assert {name.animal for name in taken} == set(Animal)
    assert len(taken) == 60


def test_when_all_names_are_taken_there_is_none() -> None:
    assert free_name(NAMES[1:]) == NAMES[0]
    with pytest.raises(ValueError, match="taken"):
        free_name(NAMES)


def test_a_code_has_no_letter_that_is_taken_for_a_number() -> None:
    assert not set("OI01") & set(ALPHABET)
    codes = {new_code(CLASS_CODE) for _ in range(200)}
    assert len(codes) > 190
    assert all(re.fullmatch(rf"[{ALPHABET}]{{5}}", code) for code in codes)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("abcde", "ABCDE"), (" ab-cde ", "ABCDE"), ("ABCD-EFGH", "ABCDEFGH"), ("", "")),
        ("\uff21\uff22\uff23\uff44\uff45", "ABCDE"),  # wide letters
        ("A\0BC\ud800DE", "ABCDE"),  # no database takes these
    ],
)
def test_a_code_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert cleaned(typed) == meant
    assert len(cleaned("x" * 10_000)) < 100
    assert len(new_code(OWN_CODE)) == 8


def test_a_projectors_key_follows_from_the_teachers_and_is_no_teachers_key() -> None:
    key = new_key()
    shown = screen_key_of(key)
    assert len(key) == len(shown) == 32
    assert shown == screen_key_of(key)
    assert shown not in {key, digest(key)}
    assert screen_key_of(new_key()) != shown
