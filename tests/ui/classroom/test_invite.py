import pytest

from ui.classroom.invite import NO_NETWORK, NOT_OPEN, invite


@pytest.mark.parametrize(
    ("seen", "own", "everywhere", "address", "note"),
    [
        ("http://localhost:8501/class", "10.0.0.7", True, "10.0.0.7:8501/join", ""),
        ("http://localhost:8501/class?teach=x", "10.0.0.7", False, "localhost:8501/join", NOT_OPEN),
        ("http://127.0.0.1:8501/class", None, True, "127.0.0.1:8501/join", NO_NETWORK),
        ("http://10.0.0.7:8501/class", "10.0.0.7", True, "10.0.0.7:8501/join", ""),
        ("https://digits.school/a/class", "10.0.0.7", True, "digits.school/a/join", ""),
    ],
)
def test_the_address_is_one_that_the_room_reaches(
    seen: str, own: str | None, everywhere: bool, address: str, note: str
) -> None:
    made = invite("ABCDE", seen, own, everywhere)
    assert (made.address, made.note) == (address, note)
    assert made.picture.startswith("data:image/svg+xml")
    assert "x" * 32 not in made.picture
