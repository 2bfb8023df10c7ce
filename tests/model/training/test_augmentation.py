import numpy as np
import pytest

from model.training.augmentation import Augmentation, augment


def digits(count: int = 6) -> np.ndarray:
    """An upright bar, three pixels wide."""
    x = np.zeros((count, 28, 28, 1), np.float32)
    x[:, 6:22, 13:16] = 1
    return x


def varied(augmentation: Augmentation, seed: int = 3) -> np.ndarray:
    import tensorflow as tf

    return np.asarray(augment(augmentation, tf.constant(digits()), tf.constant([seed, 1])))


def centre(x: np.ndarray) -> np.ndarray:
    rows, columns = np.mgrid[:28, :28]
    mass = x.sum(axis=(1, 2, 3))
    ys, xs = (rows[..., None] * x).sum((1, 2, 3)), (columns[..., None] * x).sum((1, 2, 3))
    return np.stack([ys / mass, xs / mass], axis=1)


def test_none_changes_nothing() -> None:
    np.testing.assert_array_equal(varied(Augmentation()), digits())


def test_a_shift_moves_the_centre_by_at_most_so_much_and_each_digit_differently() -> None:
    moved = centre(varied(Augmentation(shift=3))) - centre(digits())
    assert np.abs(moved).max() <= 3.01
    assert np.abs(moved).max() > 0.5
    assert len(np.unique(moved.round(4), axis=0)) == 6


def test_a_rotation_leaves_the_ink_and_its_centre() -> None:
    turned = varied(Augmentation(rotation=20))
    np.testing.assert_allclose(centre(turned), centre(digits()), atol=0.2)
    np.testing.assert_allclose(turned.sum((1, 2, 3)), 48, rtol=0.03)
    assert not np.allclose(turned, digits(), atol=0.1)


def test_scale_changes_the_amount_of_ink() -> None:
    ink = varied(Augmentation(scale=0.2)).sum((1, 2, 3))
    assert ink.min() >= 48 * 0.8**2 * 0.95
    assert ink.max() <= 48 * 1.2**2 * 1.05
    assert ink.std() > 1


def test_thickness_makes_strokes_both_thicker_and_thinner_in_range() -> None:
    x = varied(Augmentation(thickness=1))
    ink = x.sum((1, 2, 3))
    assert ink.min() < 47 < 49 < ink.max()
    assert x.min() >= 0
    assert x.max() <= 1


def test_the_same_seed_varies_alike_another_differently() -> None:
    everything = Augmentation(2, 15, 0.1, 0.2, 0.5)
    np.testing.assert_array_equal(varied(everything, 1), varied(everything, 1))
    assert not np.allclose(varied(everything, 1), varied(everything, 2), atol=0.1)


def test_too_far_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="rotation must lie between 0 and 90"):
        Augmentation(rotation=100)
