"""What the browser may say was picked on a picture."""

import pytest

from ui.components.photo import checked_pick


@pytest.mark.parametrize(
    ("message", "place"),
    [(0, 0), (1, 1), (2, None), (-1, None), (True, None), (0.0, None), ("1", None), (None, None)],
)
def test_only_a_place_that_is_there_counts(message: object, place: int | None) -> None:
    assert checked_pick(message, 2) == place
