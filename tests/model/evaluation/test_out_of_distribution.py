"""Pictures of other kinds: all can be made, none is empty, and they are what they say."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from model.data.mnist import embedded
from model.evaluation import out_of_distribution
from model.evaluation.out_of_distribution import (
    SLICE,
    Foreign,
    OodSource,
    count,
    joined,
    read_foreign,
)
from model.network import Network, NetworkConfig
from model.network.keras_model import build
from model.synthesis.glyphs import LETTERS
from tests.networks import weights_of


@pytest.fixture(scope="module")
def network() -> Network:
    config = NetworkConfig(filters=(), dense_units=8)
    return Network(config, weights_of(build(config, seed=1), config), "a test")


@pytest.mark.parametrize("kind", list(OodSource))
def test_the_last_slice_ends_where_the_pictures_end(network: Network, kind: OodSource) -> None:
    total = count(kind)
    assert total >= 10
    start = (total - 1) // SLICE * SLICE
    found = read_foreign(network, kind, start)
    assert len(found.names) == total - start
    assert found.images.shape == (len(found.names), 28, 28)
    assert found.probabilities.shape == (len(found.names), 10)
    assert found.refused.shape == (len(found.names),)
    assert (found.images.max(axis=(1, 2)) > 128).all()  # there is ink on each
    assert all(name in "0123456789" for name in found.names) == kind.digits


def test_test_digits_are_as_mnist_made_them(network: Network) -> None:
    found = read_foreign(network, OodSource.TEST, SLICE)
    np.testing.assert_array_equal(found.images, embedded().test.images[SLICE : 2 * SLICE])


def testsmall_digits_keep_their_labels() -> None:
    names, inks = out_of_distribution.small_digits()
    data = load_digits()
    known = {
        image.tobytes(): str(label) for image, label in zip(data.images, data.target, strict=True)
    }
    assert len(set(names)) == 10
    for name, ink in zip(names, inks, strict=True):
        assert known[(ink.astype(np.float64) * 16).tobytes()] == name


def test_every_hand_writes_every_letter_in_its_own_way(network: Network) -> None:
    starts = range(0, 2 * len(LETTERS), SLICE)
    written = joined([read_foreign(network, OodSource.HAND, start) for start in starts])
    assert list(written.names)[: 2 * len(LETTERS)] == 2 * list(LETTERS)
    assert len({image.tobytes() for image in written.images}) == len(written.images)
    again = read_foreign(network, OodSource.HAND, 0)
    np.testing.assert_array_equal(again.images, written.images[:SLICE])


def test_letters_are_refused_and_test_digits_are_not(network: Network) -> None:
    letters, test = (read_foreign(network, kind, 0) for kind in (OodSource.HAND, OodSource.TEST))
    assert letters.refused.mean() > 0.8
    assert test.refused.mean() < 0.1


def test_hits_are_right_answers_and_a_letter_has_none() -> None:
    shares = np.eye(10, dtype=np.float32)[[3, 4]]
    pictures = np.zeros((2, 28, 28), np.uint8)
    both = joined(
        [
            Foreign(OodSource.PRINTED, ("3",), pictures[:1], shares[:1], np.array([False])),
            Foreign(OodSource.PRINTED, ("7",), pictures[1:], shares[1:], np.array([True])),
        ]
    )
    np.testing.assert_array_equal(both.hits, [True, False])
    np.testing.assert_array_equal(both.refused, [False, True])
    assert not Foreign(OodSource.HAND, ("A", "B"), pictures, shares, both.refused).hits.any()
