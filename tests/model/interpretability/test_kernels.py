import numpy as np
import pytest

from model.interpretability.kernels import (
    HAND_MADE,
    FilterOrder,
    LayerKernels,
    apply_kernel,
    centred,
    kernels,
    strip,
)
from model.network import NetworkConfig, layers
from tests.noise import noise_network


def test_every_convolution_and_nothing_else_has_kernels() -> None:
    config = NetworkConfig(filters=(3, 5), kernel_size=5, pooling="average", dropout=0.5)
    found = kernels(noise_network(config))
    assert [layer.kernels.shape for layer in found] == [(5, 5, 1, 3), (5, 5, 3, 5)]
    assert kernels(noise_network(NetworkConfig(filters=()))) == ()


def by_hand() -> LayerKernels:
    """Four 3×3 filters: e, 3e, −e and something at right angles to e."""
    e = np.zeros((3, 3), np.float32)
    e[1, 1] = 1
    other = np.zeros((3, 3), np.float32)
    other[0, 0] = 2
    stack = np.stack([e, other, 3 * e, -e], axis=-1)[:, :, None, :]
    return LayerKernels(layers(NetworkConfig(filters=(4,)))[0], stack, np.zeros(4, np.float32))


def test_orders() -> None:
    found = by_hand()
    assert found.norms().tolist() == [1, 2, 3, 1]
    assert found.in_order(FilterOrder.NUMBER).tolist() == [0, 1, 2, 3]
    assert found.in_order(FilterOrder.NORM).tolist() == [2, 1, 0, 3]
    # from the strongest: its own direction, then at right angles, then against it
    assert found.in_order(FilterOrder.SIMILARITY).tolist() == [2, 0, 1, 3]


def test_the_most_similar_filter() -> None:
    found = by_hand()
    corner = np.zeros((3, 3))
    corner[0, 0] = 5
    assert found.most_similar(corner) == (1, 1.0)
    both = corner / 5
    both[1, 1] = 1
    number, cosine = found.most_similar(both)
    assert number in (0, 1, 2)
    assert cosine == pytest.approx(np.sqrt(0.5))
    with pytest.raises(ValueError, match="zeros"):
        found.most_similar(np.zeros((3, 3)))
    deeper = kernels(noise_network(NetworkConfig(filters=(2, 2))))[1]
    with pytest.raises(ValueError, match="picture"):
        deeper.most_similar(corner)


def test_a_small_kernel_is_compared_in_the_middle_of_a_large_one() -> None:
    large = centred(np.ones((3, 3)), 5)
    assert large.shape == (5, 5)
    assert large.sum() == large[1:4, 1:4].sum() == 9
    assert np.array_equal(centred(np.eye(3), 3), np.eye(3))
    with pytest.raises(ValueError, match="middle"):
        centred(np.ones((4, 4)), 5)
    with pytest.raises(ValueError, match="middle"):
        centred(np.ones((5, 5)), 3)


def test_applying_a_kernel_by_hand() -> None:
    """A vertical line one pixel wide: Sobel sees it begin, stand and end."""
    picture = np.zeros((5, 7), np.float32)
    picture[:, 3] = 1
    sobel = HAND_MADE["sobel_vertical"]
    assert apply_kernel(picture, sobel).tolist() == [[0, 4, 0, -4, 0]] * 3
    blur = HAND_MADE["blur"]
    assert apply_kernel(picture, blur)[0] == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 0])


def test_applying_a_kernel_against_loops() -> None:
    rng = np.random.default_rng(3)
    picture, kernel = rng.random((9, 8)), rng.normal(size=(3, 5))
    expected = np.array(
        [
            [(picture[i : i + 3, j : j + 5] * kernel).sum() for j in range(8 - 5 + 1)]
            for i in range(9 - 3 + 1)
        ]
    )
    assert np.allclose(apply_kernel(picture, kernel), expected, rtol=1e-6)


def test_edge_kernels_ignore_plain_areas() -> None:
    for name in ("sobel_vertical", "sobel_horizontal", "laplace"):
        assert HAND_MADE[name].sum() == 0
    assert HAND_MADE["blur"].sum() == pytest.approx(1)


def test_a_strip_holds_one_filter_of_each_network() -> None:
    config = NetworkConfig(filters=(2, 3))
    made = [noise_network(config, 1), noise_network(config, 2)]
    frames = strip(made, "conv2", 1)
    assert frames.shape == (3, 3, 2, 2)
    assert np.array_equal(frames[..., 1], made[1].weights["conv2/kernel"][..., 1])
