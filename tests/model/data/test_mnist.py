import os
import pickle
from typing import Any

import numpy as np
import pytest

from model.data import cache, mnist


@pytest.fixture(scope="module")
def small() -> mnist.DataSet:
    return mnist.embedded()


def test_the_split_is_fixed_stratified_and_shares_no_digit(small: mnist.DataSet) -> None:
    parts = (small.training, small.validation, small.test)
    assert [len(part) for part in parts] == [4_000, 500, 500]
    for part in parts:
        assert set(np.bincount(part.labels)) == {len(part) // 10}
    seen = [{image.tobytes() for image in part.images} for part in parts]
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


def test_the_split_never_moves(small: mnist.DataSet) -> None:
    """Weights and saved runs rely on it: these digits were held back when they were trained."""
    assert small.test.labels[:3].tolist() == [0, 0, 0]
    assert int(small.test.images[0].sum()) == 46_004
    assert int(small.validation.images[-1].sum()) == 35_441


def test_inputs_have_mnists_polarity(small: mnist.DataSet) -> None:
    inputs = small.test.inputs()
    assert inputs.dtype == np.float32
    assert inputs.min() == 0
    assert inputs.max() == 1
    assert inputs[:, 0, 0].max() == 0  # corners are paper
    assert 0.05 < inputs.mean() < 0.25


def test_the_cache_survives_a_damaged_file(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    mnist._embedded.cache_clear()
    (tmp_path / "mnist_5k.npz").write_bytes(b"not a zip archive")
    try:
        assert len(mnist.embedded().training) == 4_000
        with np.load(tmp_path / "mnist_5k.npz") as file:  # written anew
            assert file["images"].shape == (5_000, 28, 28)
    finally:
        mnist._embedded.cache_clear()


def test_missing_full_mnist_is_a_reason(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    mnist.full.cache_clear()
    with pytest.raises(mnist.DataError) as refused:
        mnist.full()
    assert refused.value.reason is mnist.DataReason.FULL_MISSING


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"<html>log in</html>"])
def test_a_damaged_full_mnist_is_a_reason(content: bytes, tmp_path) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    with pytest.raises(mnist.DataError) as refused:
        mnist.read_full(path)
    assert refused.value.reason is mnist.DataReason.FULL_DAMAGED


def test_a_full_mnist_of_other_pictures_is_refused(tmp_path) -> None:
    path = tmp_path / "mnist.npz"
    arrays: dict[str, Any] = {
        name: np.zeros(shape, np.uint8) for name, shape in mnist.ARRAYS.items()
    }
    np.savez_compressed(path, **arrays)
    with pytest.raises(mnist.DataError) as refused:
        mnist.read_full(path)
    assert refused.value.reason is mnist.DataReason.FULL_DAMAGED


def test_the_full_split_holds_back_what_the_embedded_set_holds_back() -> None:
    labels = np.arange(60_000) % 10
    held_back = np.zeros(60_000, bool)
    held_back[:1_000] = True
    training, validation = mnist.split_full(labels, held_back)
    assert (len(training), len(validation)) == (55_000, 5_000)
    assert not held_back[training].any()
    assert held_back[validation].sum() == 1_000
    assert set(np.bincount(labels[validation])) == {500}
    assert not set(training) & set(validation)


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch) -> None:
    path = tmp_path / "weights.npz"
    cache.write_atomically(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        cache.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"not a zip file at all"])
def test_damaged_test_digits_are_a_reason(tmp_path, monkeypatch, content: bytes) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    monkeypatch.setattr(mnist, "full_path", lambda: path)
    mnist.full_test.cache_clear()
    with pytest.raises(mnist.DataError) as refused:
        mnist.full_test()
    assert refused.value.reason is mnist.DataReason.TEST_UNREADABLE


def test_other_digits_are_not_taken_for_mnist(tmp_path, monkeypatch) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, x_test=np.zeros((10_000, 28, 28), np.uint8), y_test=np.zeros(10_000, np.uint8))
    monkeypatch.setattr(mnist, "full_path", lambda: path)
    mnist.full_test.cache_clear()
    with pytest.raises(mnist.DataError) as refused:
        mnist.full_test()
    assert refused.value.reason is mnist.DataReason.TEST_UNREADABLE


def test_a_selection_names_neighbours_in_a_part() -> None:
    data, some = mnist.embedded(), mnist.Selection("embedded", "validation", 30, 75)
    np.testing.assert_array_equal(some.digits().images, data.validation.images[30:75])
    np.testing.assert_array_equal(some.digits().labels, data.validation.labels[30:75])
    whole = mnist.Selection(part="unseen").digits()
    np.testing.assert_array_equal(whole.labels[:500], data.validation.labels)
    np.testing.assert_array_equal(whole.images[500:], data.test.images)
    assert len(pickle.dumps(some)) < 200  # what a worker is sent, instead of 35 kB


def test_the_slices_of_a_selection_are_the_selection() -> None:
    some = mnist.Selection(part="test", start=10, stop=135)
    parts = some.slices(50)
    assert [len(part.digits()) for part in parts] == [50, 50, 25]
    joined = np.concatenate([part.digits().images for part in parts])
    np.testing.assert_array_equal(joined, some.digits().images)
    assert [len(part.digits()) for part in mnist.Selection(part="unseen").slices(400)] == [
        400,
        400,
        200,
    ]


def test_digits_are_themselves_and_a_name_stands_for_them() -> None:
    digits = mnist.embedded().test
    assert mnist.digits_of(digits) is digits
    named = mnist.digits_of(mnist.Selection(part="test"))
    np.testing.assert_array_equal(named.images, digits.images)
