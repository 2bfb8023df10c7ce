"""Sums as text: what stands on the page must be true as it stands there."""

import pytest

from ui.inside.arithmetic_tables import two, written


@pytest.mark.parametrize(
    ("value", "text"), [(-0.004, "0.00"), (-0.0, "0.00"), (-0.006, "−0.01"), (0.375, "0.38")]
)
def test_two_places_have_a_sign_only_where_they_are_not_zero(value: float, text: str) -> None:
    assert two(value) == text


def test_a_sum_of_rounded_numbers_is_only_about_its_total() -> None:
    assert "≈ 3.0000" in written("1.00 + 2.00", total="3.0000", rounded=True)
    assert "= 3.0000" in written("max(0, 3.0000)", total="3.0000")
